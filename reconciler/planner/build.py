"""Puts a plan together: findings about what is declared, removals of what is not, guards, order, digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Level, Plan, Refusal, Source, Target, Verb
from reconciler.model.state import DesiredState, LiveState
from reconciler.planner import guards
from reconciler.planner.context import Context, context_of
from reconciler.planner.detect import detect
from reconciler.planner.document import digest_of
from reconciler.planner.fate import outlook_of
from reconciler.planner.identifiers import identifier_clashes
from reconciler.planner.ignore import ignoring
from reconciler.planner.options import Options
from reconciler.planner.order import ordered
from reconciler.planner.ownership import Owner
from reconciler.planner.prune import removals
from reconciler.planner.scope import within
from reconciler.planner.selection import choose


def build(
    desired: DesiredState, live: LiveState, options: Options, *, target: Target, source: Source, now: datetime
) -> Plan:
    """Make the plan. Pure: the same inputs give the same plan, byte for byte."""
    context, passed_over = ignoring(within(target.allowed, context_of(desired.resources, live, options, now)))
    findings = [detect(context, context.desired[address]) for address in sorted(context.desired)]
    undecided = tuple(finding.unread for finding in findings if finding.unread is not None)
    if undecided:
        live = replace(live, unread=(*live.unread, *undecided))
        context = replace(context, live=live)
    declared = [action for finding in findings for action in finding.actions]
    clashes = identifier_clashes(context, declared)
    held = [finding.refusal for finding in findings if finding.refusal is not None]
    removed = removals(context, outlook_of(declared))
    choice = choose(context, [*declared, *removed.actions], [*held, *clashes, *removed.refusals])
    if choice.selection is not None:
        everything = {*context.desired, *live.resources}
        context = replace(context, left_out=frozenset(one for one in everything if not choice.chosen(one)))
        removed = removals(context, outlook_of(choice.actions(declared)))
    actions, refusals = _leave_refused_alone([*declared, *removed.actions], [*held, *clashes])
    actions, refusals = choice.actions(actions), choice.refusals(refusals)
    refusals = [*_run_guards(context, actions), *refusals, *removed.refusals]
    return _sealed(
        Plan(
            target=target,
            source=source,
            created_at=now.isoformat(timespec="seconds"),
            actions=ordered(actions),
            refusals=tuple(refusals),
            unread=tuple(sorted(live.unread, key=lambda place: (place.under, place.code))),
            undeclared=removed.rows,
            unowned=_unowned(context),
            overrides=options.overrides,
            ignored=tuple(found for found in passed_over.hidden if choice.chosen(found.address)),
            ignore_rules=passed_over.uses,
            selection=choice.selection,
        )
    )


def _run_guards(context: Context, actions: list[Action]) -> Iterable[Refusal]:
    deleting = frozenset(action.address for action in actions if action.verb is Verb.DELETE)
    found = (
        guards.incomplete_read(context),
        guards.no_instance(context),
        guards.empty_desired(context),
        guards.outside_scope(context, actions),
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
