"""What an apply leaves in the ledger: the declared bodies that are live now, and what is known no more.

Apart from the apply itself, because the ledger may be lost at any time without a consequence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.ledger import Applied
from reconciler.model.plan import Action, Plan, Verb
from reconciler.model.report import Outcome, Report
from reconciler.model.state import DesiredResource
from reconciler.planner.bodies import tagged
from reconciler.planner.causes import kept
from reconciler.planner.options import Options

LEAVING = frozenset({Verb.DELETE, Verb.ABANDON, Verb.RESTORE})  # what comes back is what was, not what is declared


@dataclass(frozen=True, slots=True)
class Entries:
    """New entries by address, and the addresses whose entries go."""

    put: Mapping[Address, Applied]
    gone: tuple[Address, ...] = ()


def declared_of(plan: Plan, desired: Mapping[Address, DesiredResource], options: Options) -> Mapping[Address, Applied]:
    """What is to be kept of each declared resource once the plan is carried out; `desired` has its roles resolved."""
    last = {action.address: action for action in plan.actions}
    return {
        address: _entry(desired[address], action, options, plan.source.revision)
        for address, action in last.items()
        if address in desired and action.verb not in LEAVING
    }


def entries_of(plan: Plan, report: Report, declared: Mapping[Address, Applied], *, at: str) -> Entries:
    """The entries after an apply, made `at` an instant in UTC; `declared` is what `declared_of` says.

    A resource counts once all its steps succeeded, or if it was equal already. What was written while its declaration
    is not at hand loses its entry: an old one would tell a lie.
    """
    ended = {result.action_id: result.outcome for result in report.results}
    steps: dict[Address, list[Action]] = {}
    for action in plan.actions:
        steps.setdefault(action.address, []).append(action)
    put, gone = {}, []
    for address, actions in steps.items():
        if not all(_through(action, ended) for action in actions):
            if any(action.removes and _through(action, ended) for action in actions):
                gone.append(address)  # deleted by us and not made anew: nobody else is to blame for that
            continue
        entry = declared.get(address)
        if entry is None or actions[-1].verb in LEAVING:
            gone.append(address)
        else:
            put[address] = replace(entry, at=at, revision=plan.source.revision)
    return Entries(put, tuple(gone))


def _through(action: Action, ended: Mapping[str, Outcome]) -> bool:
    if action.verb is Verb.NOOP:
        return bool(action.resource_id) and not action.changes  # what is only observed may not even be there
    return ended.get(action.id) is Outcome.SUCCEEDED


def _entry(resource: DesiredResource, action: Action, options: Options, revision: str) -> Applied:
    """The owner tag stands in the entry where it is ours: an equal resource with a reason is somebody else's."""
    ours = action.verb is not Verb.NOOP or not action.reasons
    body = tagged(dict(resource.body), resource, options) if ours else resource.body
    return Applied(kept(body), kept(resource.unchecked), revision=revision)
