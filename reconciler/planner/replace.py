"""Replacement: what goes and is made anew because a field cannot change, and everything that stands against it.

Azure has no such operation (fact 7/9): the resource and all below it are deleted, then made again. So it is decided
whole: one thing in its way, and nothing of it is planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.kinds.ownership import ABANDON, PROTECT
from reconciler.kinds.registry import rules_of
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Change, Level, Reason, Refusal, RefusalRule, Verb
from reconciler.model.state import DesiredResource, LiveResource, Manage
from reconciler.planner import guards
from reconciler.planner.bodies import arm_body, new_body
from reconciler.planner.context import Context
from reconciler.planner.diff import changes_between
from reconciler.planner.fate import marker
from reconciler.planner.finding import Finding
from reconciler.planner.fingerprint import fingerprint
from reconciler.planner.ignore import held
from reconciler.planner.options import names
from reconciler.planner.order import source_key
from reconciler.planner.ownership import Owner
from reconciler.planner.recycle import SWITCH_OFF, soft_delete_on, switched_on
from reconciler.planner.scope import doubted
from reconciler.planner.sentences import deletion_sentence
from reconciler.planner.words import replacement_words

SHOWN = 5

Create = Callable[[Context, DesiredResource], Finding]


@dataclass(frozen=True, slots=True)
class Replacements:
    """All replacements of a plan; `taken` is everything live that goes, whether it comes back or not."""

    actions: tuple[Action, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    taken: frozenset[Address] = frozenset()


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """One thing that stands against a replacement."""

    rule: RefusalRule
    message: str
    ways_out: tuple[str, ...] = ()
    override: str = ""


def replacements(context: Context, findings: Mapping[Address, Finding], create: Create) -> Replacements:
    """Expand every finding that asks for one; below a replaced resource the upper one speaks for all."""
    asked = {address for address, finding in findings.items() if finding.replaces}
    actions: list[Action] = []
    refusals: list[Refusal] = []
    taken: set[Address] = set()
    for root in sorted(asked):
        if not asked.isdisjoint(root.ancestors):
            continue
        going = _at_and_below(context, root)
        obstacles = tuple(_obstacles(context, root, going, findings, create))
        if obstacles:
            refusals.append(_refusal(context, root, going, findings[root].replaces, obstacles))
            continue
        actions += _actions(context, root, going, findings, create)
        taken.update(going)
    return Replacements(tuple(actions), tuple(refusals), frozenset(taken))


def _at_and_below(context: Context, root: Address) -> tuple[Address, ...]:
    inside = (f"{root.key}/", f"{root.key}@")
    below = (address for address in context.live.resources if address.key.startswith(inside))
    return (root, *sorted(below))


def _obstacles(
    context: Context, root: Address, going: tuple[Address, ...], findings: Mapping[Address, Finding], create: Create
) -> Iterator[_Obstacle]:
    if context.unread_below(root):
        yield _Obstacle(RefusalRule.INCOMPLETE_READ, "not everything below it could be read", ("plan again",))
    if root.kind is not Kind.ROLE_ASSIGNMENT and _kept_once_deleted(context, root):
        message = "its gallery keeps deleted versions (soft delete), so their names cannot be used again at once"
        yield _Obstacle(RefusalRule.PROTECTED, message, (SWITCH_OFF,))
    for address in going:
        live = context.live.resources[address]
        desired = context.desired.get(address)
        found = _in_its_way(context, live, desired)
        if found is not None:
            yield found
        elif desired is not None:
            yield from _cannot_come_back(context, desired, findings[address], create)
    yield from _read_from(context, going)


def _kept_once_deleted(context: Context, root: Address) -> bool:
    """Whether the names below a root stay taken; a gallery that is made anew switches soft delete on only then."""
    return soft_delete_on(context, root) and not (root.kind is Kind.GALLERY and switched_on(context, root))


def _in_its_way(context: Context, live: LiveResource, desired: DesiredResource | None) -> _Obstacle | None:
    where, tracked, others = live.address.text(), bool(context.options.owner), context.options.others
    if not live.settled:
        return _Obstacle(RefusalRule.IMMUTABLE, f"{where} is {live.state} in Azure", ("wait and plan again",))
    ours = context.owner(live) is Owner.OURS if tracked else desired is not None
    if not ours:
        return _Obstacle(RefusalRule.NOT_OWNED, f"{where} is not this instance's", (f"declare and adopt {where}",))
    if live.address in context.elsewhere or (desired is None and any(doubted(other, live) for other in others)):
        message = f"{where} is, or may be, declared by another target of the settings"
        return _Obstacle(RefusalRule.NOT_OWNED, message, (f"declare {where} in the same target",))
    if desired is not None and desired.policy.manage is not Manage.FULL:
        message = f"{where} is {desired.policy.manage} by policy"
        return _Obstacle(RefusalRule.PROTECTED, message, ("policy.manage: full",))
    if desired is None and marker(context, live) == ABANDON:
        return _Obstacle(RefusalRule.PROTECTED, f"{where} is to be kept (onRemove: abandon)", (f"declare {where}",))
    if desired is None and not context.options.prune:
        ways = (f"declare {where} again", "--prune, to let it go for good")
        return _Obstacle(RefusalRule.PROTECTED, f"{where} is no longer declared and would be lost", ways, "--prune")
    return _protected(context, live, desired) or _blocked(context, live)


def _protected(context: Context, live: LiveResource, desired: DesiredResource | None) -> _Obstacle | None:
    held = (desired is not None and desired.policy.protect) or marker(context, live) == PROTECT
    if not held or names(context.options.allow_protected, live.address):
        return None
    lift = f"--allow-protected {live.address.text()}"
    return _Obstacle(RefusalRule.PROTECTED, f"{live.address.text()} is protected", (lift,), lift)


def _blocked(context: Context, live: LiveResource) -> _Obstacle | None:
    for guard in (guards.blocked_until_end_of_life, guards.community):
        found = guard(context, live)
        if found is not None:
            return _Obstacle(found.rule, found.message, found.ways_out, found.override)
    return None


def _cannot_come_back(
    context: Context, desired: DesiredResource, finding: Finding, create: Create
) -> Iterator[_Obstacle]:
    """What forbids to make it again must be known before it is deleted."""
    for refusal in (finding.refusal, create(context, desired).refusal):
        if refusal is not None:
            yield _Obstacle(refusal.rule, refusal.message, refusal.ways_out, refusal.override)


def _read_from(context: Context, going: tuple[Address, ...]) -> Iterator[_Obstacle]:
    """What is still to be made from a version that goes for good could never be made (fact 7/2)."""
    lost = {address.key: address for address in going if address not in context.desired}
    for address, desired in context.desired.items() if lost else ():
        source = lost.get(source_key(desired.body))
        if source is not None and (address not in context.live.resources or address in going):
            message = f"{address.text()} is made from {source.text()}, which would be gone"
            yield _Obstacle(RefusalRule.IMMUTABLE, message, (f"declare {source.text()} again",))


def _refusal(
    context: Context,
    root: Address,
    going: tuple[Address, ...],
    changes: tuple[Change, ...],
    obstacles: tuple[_Obstacle, ...],
) -> Refusal:
    first = obstacles[0]
    told = "; ".join(dict.fromkeys(obstacle.message for obstacle in obstacles[:SHOWN]))
    more = f" and {len(obstacles) - SHOWN} more" if len(obstacles) > SHOWN else ""
    ways = dict.fromkeys(way for obstacle in obstacles[:SHOWN] for way in obstacle.ways_out)
    restore = ", ".join(change.dotted for change in changes)
    origin = context.desired[root].origin
    return Refusal(
        first.rule,
        Level.RESOURCE,
        going,
        f"{root.text()} cannot be replaced: {told}{more}",
        changes,
        (*ways, f"restore {restore}"),
        override=first.override,
        origin=next((change.origin for change in changes if change.origin), origin),
    )


def _actions(
    context: Context, root: Address, going: tuple[Address, ...], findings: Mapping[Address, Finding], create: Create
) -> Iterator[Action]:
    for address in going:
        live, desired = context.live.resources[address], context.desired.get(address)
        reasons = (Reason.IMMUTABLE_CHANGED,) if address == root else (Reason.PARENT_REPLACED,)
        changes = findings[root].replaces if address == root else ()
        if desired is None:
            yield _removal(live, None, (*reasons, Reason.NO_LONGER_DECLARED), ())
            continue
        hazard = replacement_words(root, len(going) - 1) if address == root else ""
        yield replace(_removal(live, desired, reasons, changes), hazard=hazard)
        yield _making(context, live, desired, reasons, create)


def _removal(
    live: LiveResource, desired: DesiredResource | None, reasons: tuple[Reason, ...], changes: tuple[Change, ...]
) -> Action:
    verb = Verb.DELETE if desired is None else Verb.REPLACE
    return Action(
        id=f"{verb} {live.address.key}" + (" #1" if desired is not None else ""),
        address=live.address,
        verb=verb,
        reasons=reasons,
        words=deletion_sentence(live.address, live.body),
        changes=changes,
        resource_id=live.resource_id,
        fingerprint=fingerprint(live),
        expected=live.body,
        origin=desired.origin if desired is not None else None,
    )


def _making(
    context: Context, live: LiveResource, desired: DesiredResource, reasons: tuple[Reason, ...], create: Create
) -> Action:
    made = create(context, desired).actions[0]
    shape = rules_of(desired.address.kind).shape
    body = held(context, desired.address, new_body(desired, context.options))
    changes = changes_between(shape, live.body, body, desired)
    return replace(
        made,
        body=arm_body(desired.address, body),
        id=f"{Verb.REPLACE} {desired.address.key} #2",
        verb=Verb.REPLACE,
        reasons=reasons,
        changes=changes or made.changes,
    )
