"""The rules that stop a change of one resource: somebody else's, or a field the service will not change.

Each returns a refusal with every way out; a refused resource and all below it are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import Rule
from reconciler.kinds.scalars import read_instant
from reconciler.kinds.shape import clearable
from reconciler.model.address import Address, Kind
from reconciler.model.diagnostic import Problem
from reconciler.model.plan import Change, Level, Refusal, RefusalRule
from reconciler.model.state import DesiredResource, LiveResource, OnImmutableChange
from reconciler.planner.bodies import tagged
from reconciler.planner.context import Context
from reconciler.planner.options import names
from reconciler.planner.ownership import Owner, owner_name
from reconciler.planner.rebase import STATE
from reconciler.planner.sharing import ENABLED
from reconciler.planner.steps import Forbidden
from reconciler.planner.words import restored, ways_out_of

END_OF_LIFE = "endOfLifeDate"
MAX_TAGS = 50

Changes = tuple[Change, ...]


def forbidden_by_owner(
    context: Context, desired: DesiredResource, live: LiveResource, changes: Changes
) -> Refusal | None:
    """Refuse to change what another instance owns, or what nobody owns unless it is adopted."""
    owner = context.owner(live)
    where = desired.address.text()
    if owner is Owner.OTHER:
        other = owner_name(live)
        return Refusal(
            RefusalRule.OTHER_OWNER,
            Level.RESOURCE,
            (desired.address,),
            f"{where} belongs to instance {other}",
            changes,
            ("remove it from these manifests", f"have instance {other} give it up first (policy onRemove: abandon)"),
            origin=desired.origin,
        )
    if not context.options.owner or owner is Owner.OURS or adopts(context, desired):
        return None
    message = f"{where} exists, differs, and is not owned by instance {context.options.owner}"
    fixed, override = _fixed(changes), f"--adopt {where}"
    ways: tuple[str, ...] = ("policy: {adopt: true}", override, "make the manifest equal to what is live")
    if fixed:  # no adoption takes these along
        first = f"restore {restored(fixed)}; then {override} takes over the rest"
        ways, override = (first, f"remove {where} from these manifests"), ""
    return Refusal(
        RefusalRule.NOT_OWNED,
        Level.RESOURCE,
        (desired.address,),
        message,
        changes,
        ways,
        override=override,
        origin=desired.origin,
    )


def adopts(context: Context, desired: DesiredResource) -> bool:
    """Whether the manifest or the command line asks to take the resource over."""
    chosen = context.options.adopt
    return desired.policy.adopt or "all" in chosen or names(chosen, desired.address)


def forbidden_by_rule(context: Context, desired: DesiredResource, changes: Changes) -> Refusal | None:
    """Refuse changes of immutable fields, undocumented ones where asked, and dates that have passed."""
    return (
        _immutable(context, desired, changes)
        or _cannot_clear(desired, changes)
        or _undocumented(context, desired, changes)
        or past_end_of_life(context, desired, changes)
    )


def replaceable(desired: DesiredResource, changes: Changes) -> Changes:
    """The changes of immutable fields for which the policy asks to replace the resource; () where it does not."""
    if desired.policy.on_immutable_change is not OnImmutableChange.REPLACE:
        return ()
    return _fixed(changes)


def recreatable(context: Context, desired: DesiredResource, changes: Changes) -> Changes:
    """The state of a failed version whose policy asks to make it anew; () where it does not, or more would change so.

    Nothing of what cannot change may come along (fact 7/9): that asks for a policy of its own.
    """
    version = desired.address.kind is Kind.IMAGE_VERSION
    if not (version and desired.policy.recreate_failed and context.options.recreate) or _fixed(changes):
        return ()
    return tuple(change for change in changes if change.path == STATE and change.before == "Failed")


def _fixed(changes: Changes) -> Changes:
    return tuple(change for change in changes if change.rule in (Rule.IMMUTABLE, Rule.IDENTITY))


def _immutable(context: Context, desired: DesiredResource, changes: Changes) -> Refusal | None:
    fixed = _fixed(changes)
    if not fixed:
        return None
    fields = ", ".join(change.dotted for change in fixed)
    message = f"{fields} cannot change once {_noun(desired)} exists"
    below = sum(live.key.startswith(f"{desired.address.key}/") for live in context.live.resources)
    ours = context.owner(context.live.resources[desired.address]) is Owner.OURS
    ways = ways_out_of(desired.address, fixed, below, replaceable=ours)
    return _refuse(RefusalRule.IMMUTABLE, desired, message, fixed, ways)


def _cannot_clear(desired: DesiredResource, changes: Changes) -> Refusal | None:
    """Refuse to clear what the service keeps once it is set (facts 2.3/10, 2.4/12).

    A gallery leaves the community by a reset alone, which cannot be undone, so no plan does it (fact 7/4).
    """
    shape = rules_of(desired.address.kind).shape
    kept = tuple(
        change
        for change in changes
        if (change.after is None and not clearable(shape, change.path))
        or (change.path[-1] == ENABLED and change.before)
    )
    if not kept:
        return None
    fields = ", ".join(change.dotted for change in kept)
    ways = (f"restore {restored(kept)}", "leave the field out: what is not declared is not managed")
    return _refuse(RefusalRule.CANNOT_CLEAR, desired, f"{fields} cannot be cleared once it is set", kept, ways)


def _noun(desired: DesiredResource) -> str:
    nouns = {
        Kind.GALLERY: "a gallery",
        Kind.IMAGE_DEFINITION: "a definition",
        Kind.IMAGE_VERSION: "a version",
        Kind.ROLE_ASSIGNMENT: "an assignment",
    }
    return nouns[desired.address.kind]


def _undocumented(context: Context, desired: DesiredResource, changes: Changes) -> Refusal | None:
    found = tuple(change for change in changes if change.rule == Rule.ACCEPTED)
    if not context.options.documented_only or not found:
        return None
    fields = ", ".join(change.dotted for change in found)
    message = f"{fields}: the service accepts the change, but it is not in the documented list"
    return _refuse(RefusalRule.DOCUMENTED_ONLY, desired, message, found, ("updatableFields: accepted",))


def forbidden_together(
    context: Context, desired: DesiredResource, live: LiveResource, after: Mapping[str, Any]
) -> Refusal | None:
    """Refuse what only the merged body shows: a declared minimum over a live maximum, too many tags with live ones."""
    alone = (*_problems(desired.address, live.body), *_problems(desired.address, desired.body))
    before = {(problem.code, problem.path) for problem in alone}  # a warning of either stops nobody
    for problem in _problems(desired.address, after):
        if (problem.code, problem.path) not in before and problem.path:
            message = f"{problem.message}, live values included"
            return _refuse(RefusalRule.LIMIT_EXCEEDED, desired, message, (), ("state the fields that belong together",))
    tags = len(tagged(after, desired, context.options).get("tags") or {})
    if tags > MAX_TAGS:
        message = f"{tags} tags with the live ones; a resource has at most {MAX_TAGS}"
        return _refuse(RefusalRule.LIMIT_EXCEEDED, desired, message, (), ("remove live tags with `key: null`",))
    return None


def _problems(address: Address, body: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What a kind's checks say of a body; nothing where a live value has a type that nobody expects: that is shown."""
    try:
        return tuple(rules_of(address.kind).check(address, body))
    except (AttributeError, TypeError, ValueError):
        return ()


def past_end_of_life(context: Context, desired: DesiredResource, changes: Changes) -> Refusal | None:
    """Refuse a newly set end-of-life date that has passed (fact 4.2/6)."""
    for change in changes:
        inner = change.after.get(END_OF_LIFE) if isinstance(change.after, Mapping) else None
        date = change.after if change.path[-1] == END_OF_LIFE else inner
        moment = read_instant(date)
        if moment is not None and moment <= context.now:
            message = f"{END_OF_LIFE} {date} has passed; the service takes future dates only"
            ways = ("a future date", "leave the date out")
            return _refuse(RefusalRule.PAST_END_OF_LIFE, desired, message, (change,), ways)
    return None


def region_removal(desired: DesiredResource, found: Forbidden, changes: Changes) -> Refusal:
    """Refuse to take a region away from a version (fact 4.3/18)."""
    relevant = tuple(change for change in changes if not set(found.regions).isdisjoint(change.path)) or changes
    ways = ("declare safetyProfile.allowDeletionOfReplicatedLocations: true", "keep the region as it is")
    return _refuse(RefusalRule.REGION_REMOVAL_FORBIDDEN, desired, found.message, relevant, ways)


def _refuse(
    rule: RefusalRule, desired: DesiredResource, message: str, changes: Changes, ways_out: tuple[str, ...]
) -> Refusal:
    origin = next((change.origin for change in changes if change.origin), desired.origin)
    return Refusal(rule, Level.RESOURCE, (desired.address,), message, changes, ways_out, origin=origin)
