"""Puts a plan together: findings about what is declared, removals of what is not, guards, order, digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from reconciler.model.address import Address, Kind
from reconciler.model.ledger import EMPTY, Ledger
from reconciler.model.plan import Action, Level, Plan, Refusal, Source, Target, Verb
from reconciler.model.state import DesiredState, LiveState
from reconciler.planner import guards
from reconciler.planner.afterwards import afterwards
from reconciler.planner.context import Context, context_of
from reconciler.planner.detect import created, detect
from reconciler.planner.document import digest_of
from reconciler.planner.fate import outlook_of
from reconciler.planner.hints import hints
from reconciler.planner.identifiers import identifier_clashes
from reconciler.planner.latest import Replication, latest_rows
from reconciler.planner.limits import limit_rows
from reconciler.planner.options import Options
from reconciler.planner.order import ordered
from reconciler.planner.ownership import Owner
from reconciler.planner.prune import removals
from reconciler.planner.replace import replacements
from reconciler.planner.volume import volume_rows


def build(  # noqa: PLR0913 - both states, the rules, and what the plan is of, since when and known how well
    desired: DesiredState,
    live: LiveState,
    options: Options,
    *,
    target: Target,
    source: Source,
    now: datetime,
    replication: Replication | None = None,
    ledger: Ledger = EMPTY,
) -> Plan:
    """Make the plan. Pure: the same inputs give the same plan, byte for byte; the ledger only sharpens its words.

    `replication` is what was read of how far versions are, None where nobody asked.
    """
    context = context_of(desired.resources, live, options, now, ledger)
    findings = {address: detect(context, context.desired[address]) for address in sorted(context.desired)}
    undecided = tuple(finding.unread for finding in findings.values() if finding.unread is not None)
    if undecided:
        live = replace(live, unread=(*live.unread, *undecided))
        context = replace(context, live=live)
    replaced = replacements(context, findings, created)
    kept = [finding for address, finding in findings.items() if address not in replaced.taken]
    declared = [action for finding in kept for action in finding.actions] + list(replaced.actions)
    clashes = identifier_clashes(context, declared, replaced.taken)
    removed = removals(context, outlook_of(declared), replaced.taken)
    held = [finding.refusal for finding in kept if finding.refusal is not None]
    actions, refusals = _leave_refused_alone([*declared, *removed.actions], [*held, *replaced.refusals, *clashes])
    carried_out = ordered(actions)
    later = afterwards(live, carried_out)
    refusals = [
        *_run_guards(context, actions),
        *guards.limits_exceeded(later, options),
        *refusals,
        *removed.refusals,
    ]
    return _sealed(
        Plan(
            target=target,
            source=source,
            created_at=now.isoformat(timespec="seconds"),
            actions=carried_out,
            refusals=tuple(refusals),
            unread=tuple(sorted(live.unread, key=lambda place: (place.under, place.code))),
            undeclared=removed.rows,
            unowned=_unowned(context),
            hints=hints(actions),
            overrides=options.overrides,
            latest=latest_rows(later, replication),
            limits=limit_rows(later, options),
            volumes=volume_rows(later),
        )
    )


def _run_guards(context: Context, actions: list[Action]) -> Iterable[Refusal]:
    deleting = frozenset(action.address for action in actions if action.removes)
    found = (
        guards.incomplete_read(context),
        guards.no_instance(context),
        guards.empty_desired(context),
        guards.max_deletes(context, deleting) if deleting else None,
    )
    return (refusal for refusal in found if refusal is not None)


def _leave_refused_alone(actions: list[Action], refusals: list[Refusal]) -> tuple[list[Action], list[Refusal]]:
    """Drop writes at and below refused declared resources; the refusal names what it holds back."""
    kept = list(actions)
    named = []
    for refusal in refusals:
        if refusal.level is Level.RUN:
            named.append(refusal)
            continue
        held = [action for action in kept if action.writes and _below(action.address, refusal.addresses)]
        kept = [action for action in kept if action not in held]
        extra = dict.fromkeys(action.address for action in held if action.address not in refusal.addresses)
        named.append(replace(refusal, addresses=(*refusal.addresses, *extra)))
    return kept, named


def _below(address: Address, roots: tuple[Address, ...]) -> bool:
    return address in roots or any(parent in roots for parent in address.ancestors)


def _unowned(context: Context) -> tuple[Address, ...]:
    """Live, undeclared and not ours, inside galleries we manage."""
    managed = {address for address in context.desired if address.kind is Kind.GALLERY}
    managed |= {live.address for live in context.owned if live.address.kind is Kind.GALLERY}
    return tuple(
        sorted(
            live.address
            for live in context.live.resources.values()
            if live.address not in context.desired
            and live.address.kind is not Kind.ROLE_ASSIGNMENT
            and context.owner(live) is not Owner.OURS
            and any(parent in managed for parent in live.address.ancestors)
        )
    )


def _sealed(plan: Plan) -> Plan:
    counts = Counter(str(action.verb) for action in plan.actions)
    summary = {str(verb): counts[str(verb)] for verb in Verb if counts[str(verb)] or verb in SHOWN}
    summary |= {"refused": len(plan.refusals), "unread": len(plan.unread), "undeclared": len(plan.undeclared)}
    plan = replace(plan, summary=summary)
    return replace(plan, digest=digest_of(plan))


SHOWN = (Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.NOOP)
