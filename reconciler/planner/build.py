"""Puts a plan together: findings about what is declared, removals of what is not, guards, order, digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.model.address import Address, Kind
from reconciler.model.evidence import Questions
from reconciler.model.ledger import EMPTY, Ledger
from reconciler.model.plan import Action, Level, Plan, Refusal, RefusalRule, Source, Target, Undeclared, Verb
from reconciler.model.state import DesiredState, LiveState
from reconciler.planner import guards
from reconciler.planner.afterwards import Afterwards, afterwards
from reconciler.planner.circles import source_circles
from reconciler.planner.context import Context, context_of
from reconciler.planner.detect import created, detect
from reconciler.planner.document import digest_of
from reconciler.planner.fate import outlook_of
from reconciler.planner.finding import Finding
from reconciler.planner.hints import hints
from reconciler.planner.identifiers import identifier_clashes
from reconciler.planner.ignore import ignoring
from reconciler.planner.latest import Replication, latest_rows
from reconciler.planner.limits import limit_rows
from reconciler.planner.options import Options
from reconciler.planner.order import ordered
from reconciler.planner.ownership import Owner
from reconciler.planner.prune import Removals, removals
from reconciler.planner.replace import may_ask, questions, replacements, spares
from reconciler.planner.scope import within
from reconciler.planner.selection import Choice, choose
from reconciler.planner.volume import volume_rows


@dataclass(frozen=True, slots=True)
class _Decided:
    """What is decided about everything, in no order yet: the context it was decided in, and the part that is chosen."""

    context: Context
    actions: tuple[Action, ...]
    refusals: tuple[Refusal, ...]
    undeclared: tuple[Undeclared, ...]
    choice: Choice


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
    known, passed_over = ignoring(within(target.allowed, context_of(desired.resources, live, options, now, ledger)))
    decided = _decided(*_findings(known))
    context, choice = decided.context, decided.choice
    actions = ordered(decided.actions)
    later = afterwards(context.live, actions)
    return _sealed(
        Plan(
            target=target,
            source=source,
            created_at=now.isoformat(timespec="seconds"),
            actions=actions,
            refusals=(*_run_guards(context, decided.actions, later), *decided.refusals),
            unread=tuple(sorted(context.live.unread, key=lambda place: (place.under, place.code))),
            undeclared=decided.undeclared,
            unowned=_unowned(context),
            hints=hints(actions),
            overrides=options.overrides,
            ignored=tuple(found for found in passed_over.hidden if choice.chosen(found.address)),
            ignore_rules=passed_over.uses,
            selection=choice.selection,
            latest=latest_rows(later, replication),
            limits=limit_rows(later, options),
            volumes=volume_rows(later),
        )
    )


def asked_first(
    desired: DesiredState, live: LiveState, options: Options, *, target: Target, now: datetime
) -> Questions:
    """What has to be looked up before such a plan is made: it goes into `live` as its evidence. Mostly nothing."""
    found = live.resources
    if not any(may_ask(one, found.get(address)) for address, one in desired.resources.items()):
        return Questions()
    known, _ = ignoring(within(target.allowed, context_of(desired.resources, live, options, now)))
    return questions(known)


def _findings(context: Context) -> tuple[Context, dict[Address, Finding]]:
    """What is found about everything declared; what cannot be decided counts as unread from then on."""
    findings = {address: detect(context, context.desired[address]) for address in sorted(context.desired)}
    undecided = tuple(finding.unread for finding in findings.values() if finding.unread is not None)
    if undecided:
        context = replace(context, live=replace(context.live, unread=(*context.live.unread, *undecided)))
    return context, findings


def _decided(context: Context, findings: dict[Address, Finding]) -> _Decided:
    """Replacements, clashes and removals; then the chosen part; then what refusals hold back goes."""
    replaced = replacements(context, findings, created)
    kept = [finding for address, finding in findings.items() if address not in replaced.taken]
    declared = [*(action for finding in kept for action in finding.actions), *replaced.actions]
    refusals = [finding.refusal for finding in kept if finding.refusal is not None]
    refusals += [*replaced.refusals, *identifier_clashes(context, declared, replaced.taken), *source_circles(declared)]

    def removed(known: Context, chosen: list[Action]) -> Removals:
        return removals(known, outlook_of(chosen), replaced.taken)

    going = removed(context, declared)
    choice = choose(context, [*declared, *going.actions], [*refusals, *going.refusals])
    if choice.selection is not None:
        everything = {*context.desired, *context.live.resources}
        context = replace(context, left_out=frozenset(one for one in everything if not choice.chosen(one)))
        going = removed(context, choice.actions(declared))
    actions, held = _leave_refused_alone([*declared, *going.actions], refusals, replaced.refusals)
    rest = (*choice.refusals(held), *going.refusals)
    return _Decided(context, tuple(choice.actions(actions)), rest, going.rows, choice)


def _run_guards(context: Context, actions: tuple[Action, ...], later: Afterwards) -> Iterable[Refusal]:
    deleting = frozenset(action.address for action in actions if action.removes)
    found = (
        guards.incomplete_read(context),
        guards.no_instance(context),
        guards.empty_desired(context),
        guards.outside_scope(context, actions),
        guards.max_deletes(context, deleting) if deleting else None,
    )
    return (*(refusal for refusal in found if refusal is not None), *guards.limits_exceeded(later, context.options))


def _leave_refused_alone(
    actions: list[Action], refusals: list[Refusal], unreplaced: tuple[Refusal, ...]
) -> tuple[list[Action], list[Refusal]]:
    """Drop writes at and below refused declared resources; the refusal names what it holds back.

    What is only not replaced (`unreplaced`) may still get what it lacks.
    """
    kept = list(actions)
    named = []
    for refusal in refusals:
        if refusal.level is Level.RUN:
            named.append(refusal)
            continue
        held = [
            action
            for action in kept
            if action.writes
            and _below(action.address, refusal.addresses)
            and not (refusal in unreplaced and spares(refusal, action))
        ]
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
    refused = sum(refusal.rule is not RefusalRule.INCOMPLETE_READ for refusal in plan.refusals)  # unread by itself
    summary |= {"refused": refused, "unread": len(plan.unread), "undeclared": len(plan.undeclared)}
    plan = replace(plan, summary=summary)
    return replace(plan, digest=digest_of(plan))


SHOWN = (Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.NOOP)
