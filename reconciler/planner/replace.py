"""Replacement: what goes and is made anew because a field cannot change, and everything that stands against it.

Azure has no such operation (fact 7/9): the resource and all below it are deleted, then made again. So it is decided
whole: one thing in its way, and nothing of it is planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.kinds.ownership import ABANDON, PROTECT
from reconciler.kinds.registry import rules_of
from reconciler.kinds.shape import rule_at
from reconciler.model.address import Address, Kind
from reconciler.model.evidence import Questions
from reconciler.model.plan import Action, Change, Level, Reason, Refusal, RefusalRule, Verb
from reconciler.model.state import DesiredResource, LiveResource, Manage, OnDrift, OnImmutableChange
from reconciler.planner import guards
from reconciler.planner.anew import anew
from reconciler.planner.bodies import arm_body
from reconciler.planner.context import Context
from reconciler.planner.detect import detect
from reconciler.planner.fate import marker
from reconciler.planner.finding import Finding
from reconciler.planner.fingerprint import fingerprint
from reconciler.planner.options import names
from reconciler.planner.order import source_key
from reconciler.planner.ownership import Owner, owner_name
from reconciler.planner.rebase import STATE
from reconciler.planner.recycle import SWITCH_OFF, soft_delete_on, switched_on
from reconciler.planner.remaking import asked_of, doubts, origins_of, remade_body
from reconciler.planner.scope import doubted
from reconciler.planner.sentences import deletion_sentence
from reconciler.planner.sharing import shared_beyond, unshared
from reconciler.planner.words import replacement_words, short_id

SHOWN = 5
SYSTEM = frozenset({"osType", "osState", "hyperVGeneration", "architecture", "purchasePlan", "location"})
WRITE_INSTEAD = "policy.recreateFailed: false, to write it once more instead"
_READ_BETTER = ("another apiVersion in the settings",)

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


def questions(context: Context) -> Questions:
    """What has to be looked up before the replacements that are asked for can be decided; nothing where none is."""
    resources = context.live.resources
    present = sorted(one.address for one in context.desired.values() if may_ask(one, resources.get(one.address)))
    asked = {address for address in present if detect(context, context.desired[address]).replaces}
    roots = [root for root in sorted(asked) if asked.isdisjoint(root.ancestors)]
    going = [address for root in roots for address in _at_and_below(context, root)]
    versions = [context.desired[one] for one in going if one.kind is Kind.IMAGE_VERSION and one in context.desired]
    bodies = [remade_body(context, version) for version in versions]
    return Questions(asked_of(bodies), tuple(root for root in roots if root.kind is not Kind.ROLE_ASSIGNMENT))


def may_ask(desired: DesiredResource, live: LiveResource | None) -> bool:
    """Whether the policy of a resource may ask for a replacement of what is live."""
    if live is None:
        return False
    failed = desired.policy.recreate_failed and live.state == "Failed"
    return failed or desired.policy.on_immutable_change is OnImmutableChange.REPLACE


def replacements(context: Context, findings: Mapping[Address, Finding], create: Create) -> Replacements:
    """Expand every finding that asks for one; below a replaced resource the upper one speaks for all."""
    asked = {address for address, finding in findings.items() if finding.replaces}
    roots = {root: _at_and_below(context, root) for root in sorted(asked) if asked.isdisjoint(root.ancestors)}
    leaving = frozenset(address for going in roots.values() for address in going)
    actions: list[Action] = []
    refusals: list[Refusal] = []
    taken: set[Address] = set()
    for root, going in roots.items():
        obstacles = (
            *_untold(context.live.resources[root], findings[root].replaces),
            *_around(context, root, going),
            *_obstacles(context, going, findings, create),
            *_unmakable(context, going, leaving),
            *_read_from(context, going),
            *_failed_last(context, root, findings[root].replaces),
        )
        if obstacles:
            refusals.append(_refusal(context, root, going, findings[root].replaces, obstacles))
            continue
        actions += _actions(context, root, going, findings, create)
        taken.update(going)
    return Replacements(tuple(actions), tuple(refusals), frozenset(taken))


def spares(refusal: Refusal, action: Action) -> bool:
    """Whether something may be made below what is not replaced after all: perhaps a replacement that broke off lost it.

    Not where another system is declared than what is live: its versions would not fit (fact 4.3/12).
    """
    system = any(SYSTEM.intersection(map(str, change.path)) for change in refusal.changes)
    held = {address.key for address in refusal.addresses}
    needs = {action.address.key, source_key(action.properties)}
    return action.verb is Verb.CREATE and held.isdisjoint(needs) and not system


def _at_and_below(context: Context, root: Address) -> tuple[Address, ...]:
    inside = (f"{root.key}/", f"{root.key}@")
    below = (address for address in context.live.resources if address.key.startswith(inside))
    return (root, *sorted(below))


def _untold(live: LiveResource, changes: tuple[Change, ...]) -> Iterator[_Obstacle]:
    """A live value that nobody can read is unknown, not different: that is no reason to delete anything."""
    odd = [change for change in changes if _odd(live.address.kind, change)]
    if live.address.kind is Kind.IMAGE_VERSION and not origins_of(live.body).told:
        yield _Obstacle(RefusalRule.IMMUTABLE, "Azure does not say what it is made from", _READ_BETTER)
    for change in odd:
        yield _Obstacle(RefusalRule.IMMUTABLE, f"its live {change.dotted} cannot be read", _READ_BETTER)


def _odd(kind: Kind, change: Change) -> bool:
    """Of another type than is declared, or not there at all where nothing can be without it."""
    before, after = change.before, change.after
    if before is None:
        field = rule_at(rules_of(kind).shape, change.path)
        return field is not None and field.required
    return after is not None and any(isinstance(before, one) != isinstance(after, one) for one in (Mapping, str))


def _around(context: Context, root: Address, going: tuple[Address, ...]) -> Iterator[_Obstacle]:
    """What would stop a replacement half-way: an unread part, kept names, a lock, a resource that is not read."""
    if context.unread_below(root):
        yield _Obstacle(RefusalRule.INCOMPLETE_READ, "not everything below it could be read", ("plan again",))
    if root.kind is Kind.ROLE_ASSIGNMENT:
        return
    if _kept_once_deleted(context, root):
        message = "its gallery keeps deleted versions (soft delete), so their names cannot be used again at once"
        yield _Obstacle(RefusalRule.PROTECTED, message, (SWITCH_OFF,))
    kept = sorted(one for one in context.live.soft_deleted if one == root or one.key.startswith(f"{root.key}/"))
    if kept:
        message = f"the recycle bin holds {kept[0].text()}, whose name is taken"
        yield _Obstacle(RefusalRule.PROTECTED, message, ("wait until it is gone",))
    seen = context.live.evidence.roots.get(root)
    if seen is None or seen.lacking:
        why = f": {seen.lacking}" if seen is not None else ""
        message = f"its locks and all that lies in it could not be read{why}"
        yield _Obstacle(RefusalRule.INCOMPLETE_READ, message, ("grant this sign-in Reader there", "plan again"))
        return
    for lock in seen.locks:
        yield _Obstacle(RefusalRule.PROTECTED, f"it is locked ({lock})", ("have the lock removed",))
    known = {context.live.resources[address].resource_id.lower() for address in going}
    for other in (one for one in seen.inside if one not in known):
        message = f"{short_id(other)} lies in it and is not this instance's"
        yield _Obstacle(RefusalRule.NOT_OWNED, message, ("have its owner remove it",))


def _obstacles(
    context: Context, going: tuple[Address, ...], findings: Mapping[Address, Finding], create: Create
) -> Iterator[_Obstacle]:
    for address in going:
        live = context.live.resources[address]
        desired = context.desired.get(address)
        found = _in_its_way(context, live, desired)
        if found is not None:
            yield found
        elif desired is not None:
            yield from _cannot_come_back(context, desired, findings[address], create)


def _kept_once_deleted(context: Context, root: Address) -> bool:
    """Whether the names below a root stay taken; a gallery that is made anew switches soft delete on only then."""
    return soft_delete_on(context, root) and not (root.kind is Kind.GALLERY and switched_on(context, root))


def _in_its_way(context: Context, live: LiveResource, desired: DesiredResource | None) -> _Obstacle | None:
    where = live.address.text()
    if not live.settled:
        return _Obstacle(RefusalRule.IMMUTABLE, f"{where} is {live.state} in Azure", ("wait and plan again",))
    foreign = _not_ours(context, live, desired)
    if foreign is not None:
        return foreign
    others = context.options.others
    if live.address in context.elsewhere or (desired is None and any(doubted(other, live) for other in others)):
        message = f"{where} is, or may be, declared by another target of the settings"
        return _Obstacle(RefusalRule.NOT_OWNED, message, (f"declare {where} in the same target",))
    if desired is not None and desired.policy.manage is not Manage.FULL:
        message = f"{where} is {desired.policy.manage} by policy"
        return _Obstacle(RefusalRule.PROTECTED, message, ("policy.manage: full",))
    if desired is not None and desired.policy.on_drift is OnDrift.REPORT:
        return _Obstacle(RefusalRule.PROTECTED, f"{where} is reported only by policy", ("policy.onDrift: fix",))
    if desired is None and marker(context, live) == ABANDON:
        return _Obstacle(RefusalRule.PROTECTED, f"{where} is to be kept (onRemove: abandon)", (f"declare {where}",))
    if desired is None and not context.options.prune:
        ways = (f"declare {where} again", "--prune, to let it go for good")
        return _Obstacle(RefusalRule.PROTECTED, f"{where} is no longer declared and would be lost", ways, "--prune")
    return _protected(context, live, desired) or _blocked(context, live) or _for_good(live, desired)


def _not_ours(context: Context, live: LiveResource, desired: DesiredResource | None) -> _Obstacle | None:
    """Whoever may not delete a resource for good may not delete it to make it anew either, declared or not."""
    where, owner = live.address.text(), context.owner(live)
    if owner is Owner.OURS:
        return None
    if owner is Owner.OTHER:
        other = owner_name(live)
        ways = (f"have instance {other} give it up first (policy onRemove: abandon)",)
        return _Obstacle(RefusalRule.OTHER_OWNER, f"{where} belongs to instance {other}", ways)
    if not context.options.owner:
        message = f"no instance is named, so nobody knows whether {where} may be deleted"
        return _Obstacle(RefusalRule.NOT_OWNED, message, ("--instance NAME, with ownership: tag",))
    if live.address.kind is Kind.ROLE_ASSIGNMENT:
        ways = ("have it removed by whoever granted it",)
    else:
        declare = "" if desired is not None else "declare it as it is live and "
        ways = (f"{declare}adopt {where} with a change of a tag first, in an apply of its own",)
    return _Obstacle(RefusalRule.NOT_OWNED, f"{where} is not this instance's", ways)


def _protected(context: Context, live: LiveResource, desired: DesiredResource | None) -> _Obstacle | None:
    held = (desired is not None and desired.policy.protect) or marker(context, live) == PROTECT
    if not held or names(context.options.allow_protected, live.address):
        return None
    lift = f"--allow-protected {live.address.text()}"
    return _Obstacle(RefusalRule.PROTECTED, f"{live.address.text()} is protected", (lift,), lift)


def _blocked(context: Context, live: LiveResource) -> _Obstacle | None:
    for guard in (guards.blocked_until_end_of_life, guards.community, guards.shallow_source):
        found = guard(context, live)
        if found is not None:
            return _Obstacle(found.rule, found.message, found.ways_out, found.override)
    return None


def _for_good(live: LiveResource, desired: DesiredResource | None) -> _Obstacle | None:
    """What a gallery has and a new one would not: a shared life beyond the manifest, an identity that others know."""
    if live.address.kind is not Kind.GALLERY or desired is None:
        return None
    where = live.address.text()
    identity = live.body.get("identity") or {}
    if not isinstance(identity, Mapping) or "systemassigned" in str(identity.get("type") or "").lower():
        message = f"{where} has an identity of its own (SystemAssigned), and a new one would be another"
        return _Obstacle(RefusalRule.PROTECTED, message, ("a user-assigned identity first, in an apply of its own",))
    if not shared_beyond(desired.body, live.body):
        return None
    message = f"{where} is shared with more than the manifest says, which would end"
    return _Obstacle(RefusalRule.PROTECTED, message, ("declare all of sharingProfile.groups",))


def _cannot_come_back(
    context: Context, desired: DesiredResource, finding: Finding, create: Create
) -> Iterator[_Obstacle]:
    """What forbids to make it again must be known before it is deleted."""
    whole = replace(desired, body=remade_body(context, desired))
    for refusal in (finding.refusal, create(context, whole).refusal):
        if refusal is not None:
            yield _Obstacle(refusal.rule, refusal.message, refusal.ways_out, refusal.override)


def _unmakable(context: Context, going: tuple[Address, ...], leaving: frozenset[Address]) -> Iterator[_Obstacle]:
    """What a version is made with has to be proven there before it is deleted (fact 7/2)."""
    for address in going:
        if address.kind is Kind.IMAGE_VERSION and address in context.desired:
            for doubt in doubts(context, context.desired[address], leaving):
                yield _Obstacle(RefusalRule.IMMUTABLE, doubt.message, doubt.ways_out)


def _read_from(context: Context, going: tuple[Address, ...]) -> Iterator[_Obstacle]:
    """What is still to be made from a version that goes for good could never be made (fact 7/2)."""
    lost = {address.key: address for address in going if address not in context.desired}
    for address, desired in context.desired.items() if lost else ():
        source = lost.get(source_key(desired.body))
        if source is not None and address not in context.live.resources:
            message = f"{address.text()} is made from {source.text()}, which would be gone"
            yield _Obstacle(RefusalRule.IMMUTABLE, message, (f"declare {source.text()} again",))


def _only_failed(changes: tuple[Change, ...]) -> bool:
    """Whether a replacement is asked for because of the state alone."""
    return all(change.path == STATE for change in changes)


def _failed_last(context: Context, root: Address, changes: tuple[Change, ...]) -> Iterator[_Obstacle]:
    found = guards.perhaps_last(context, context.live.resources[root]) if _only_failed(changes) else None
    if found is not None:
        yield _Obstacle(found.rule, found.message, found.ways_out, found.override)


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
    restore = f"restore {', '.join(change.dotted for change in changes)}"
    origin = context.desired[root].origin
    return Refusal(
        first.rule,
        Level.RESOURCE,
        going,
        f"{root.text()} cannot be replaced: {told}{more}",
        changes,
        (*ways, WRITE_INSTEAD if _only_failed(changes) else restore),
        override=first.override,
        origin=next((change.origin for change in changes if change.origin), origin),
    )


def _actions(
    context: Context, root: Address, going: tuple[Address, ...], findings: Mapping[Address, Finding], create: Create
) -> Iterator[Action]:
    failed = _only_failed(findings[root].replaces)
    for address in going:
        live, desired = context.live.resources[address], context.desired.get(address)
        own = Reason.IN_FAILED_STATE if failed else Reason.IMMUTABLE_CHANGED
        reasons = (own,) if address == root else (Reason.PARENT_REPLACED,)
        changes = findings[root].replaces if address == root else ()
        if desired is None:
            yield _removal(live, None, (*reasons, Reason.NO_LONGER_DECLARED), ())
            continue
        hazard = replacement_words(root, len(going) - 1) if address == root else ""
        yield replace(_removal(live, desired, reasons, changes), hazard=hazard)
        yield from _making(context, live, desired, reasons, create)


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
) -> Iterator[Action]:
    """What makes it anew: its write, and the share actions that a create of it would have, too (fact 2.2/5)."""
    made, *shared = create(context, desired).actions
    body = unshared(remade_body(context, desired))
    yield replace(
        made,
        body=arm_body(desired.address, body),
        id=f"{Verb.REPLACE} {desired.address.key} #2",
        verb=Verb.REPLACE,
        reasons=reasons,
        changes=anew(live.address.kind, live.body, body, desired),
    )
    for action in shared:
        yield replace(action, reasons=reasons)
