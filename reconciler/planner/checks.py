"""What stands in the way of a plan before its first write: which rights it takes, and what the answers come to.

Apart from the guards because nothing is refused here: the plan is right, only this sign-in, a lock or a source that is
gone would make Azure refuse it. What nobody could look up is told and stops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from reconciler.kinds.role_assignment import GRANTER, PUBLISHER, SHARER
from reconciler.model.address import Address, Kind
from reconciler.model.checks import Asked, Checked, Checks, Found, Hindrance, Need, NotChecked, Obstacle
from reconciler.model.plan import Action, Plan, Verb
from reconciler.planner.bodies import sent_body
from reconciler.planner.remaking import origins_of
from reconciler.planner.words import short_id

TYPES: Final = {
    Kind.GALLERY: "Microsoft.Compute/galleries",
    Kind.IMAGE_DEFINITION: "Microsoft.Compute/galleries/images",
    Kind.IMAGE_VERSION: "Microsoft.Compute/galleries/images/versions",
    Kind.ROLE_ASSIGNMENT: "Microsoft.Authorization/roleAssignments",
}
SHARE: Final = f"{TYPES[Kind.GALLERY]}/share/action"
OTHER_CREDENTIAL: Final = "planning signs in with a credential of its own; apply checks its own before it writes"
FRESH: Final = "a fresh grant takes up to ten minutes"  # fact 5/21


def asked_ahead(plan: Plan, *, rights: bool, sources: bool) -> Asked:
    """What to look up before this plan is carried out; nothing where it writes nothing.

    `rights` where who looks is who writes; `sources` of versions that are created, but for those the plan itself makes.
    """
    if plan.stopped(partial=True):
        return Asked()
    new, groups = _new(plan), {action.address.scope.key: action.address.scope for action in plan.writes}
    return Asked(
        tuple(dict.fromkeys(_need(action, new) for action in plan.writes)) if rights else (),
        tuple(groups[key] for key in sorted(groups)),
        tuple(_makers(plan)) if sources else (),
    )


def _new(plan: Plan) -> frozenset[Address]:
    """What is not there yet: nothing can have been granted on it."""
    return frozenset(action.address for action in plan.writes if action.verb in (Verb.CREATE, Verb.RESTORE))


def right_of(action: Action) -> str:
    """The right that an action takes: `Microsoft.Compute/galleries/images/versions/write` (fact 4.4/2)."""
    if action.verb is Verb.SHARE:
        return SHARE
    return f"{TYPES[action.address.kind]}/{'delete' if action.removes else 'write'}"


def role_for(right: str) -> str:
    """The smallest built-in role that grants a right."""
    if right == SHARE:
        return SHARER
    return GRANTER if right.startswith(TYPES[Kind.ROLE_ASSIGNMENT]) else PUBLISHER


def _need(action: Action, new: frozenset[Address]) -> Need:
    own = action.address
    chain = [own, *own.ancestors] if own.access is None else [*own.ancestors]
    there = [one.resource_id for one in reversed(chain) if one not in new]
    return Need(right_of(action), (own.scope.resource_id, *there))


def _makers(plan: Plan) -> dict[str, list[Action]]:
    """The creates of versions by the id of what each is made from."""
    made = {action.address.resource_id.lower() for action in plan.writes if action.makes}
    found: dict[str, list[Action]] = {}
    spelt: dict[str, str] = {}
    for action in plan.writes:
        if action.verb is not Verb.CREATE or action.address.kind is not Kind.IMAGE_VERSION:
            continue
        for source in origins_of(sent_body(action)).sources:
            if source.lower() not in made:
                found.setdefault(spelt.setdefault(source.lower(), source), []).append(action)
    return found


def checks_of(plan: Plan, asked: Asked, found: Found, *, rights: bool) -> Checks:
    """What the answers mean for the plan: every obstacle with the actions it stops, and what is not known."""
    makers = _makers(plan) if asked.sources else {}
    obstacles = (*_lacking(plan, found), *_locked(plan, found), *_sourceless(makers, found))
    elsewhere = () if rights else (NotChecked(Checked.PERMISSIONS, "", OTHER_CREDENTIAL),)
    return Checks(obstacles, (*elsewhere, *_unknown(found), *_unseen(makers, found)))


def _lacking(plan: Plan, found: Found) -> Iterable[Obstacle]:
    if not found.lacking:
        return
    new = _new(plan)
    stopped: dict[tuple[str, str], list[str]] = {}
    for action in plan.writes:
        need = _need(action, new)
        if need in found.lacking:
            place = need.scopes[min(1, len(need.scopes) - 1)]  # the gallery where it is there, else the group
            stopped.setdefault((place, need.right), []).append(action.id)
    for (place, right), actions in stopped.items():
        hint = f"grant {role_for(right)} to it there, or on the group; {FRESH}"
        words = f"this sign-in may not do {right}"
        yield Obstacle(Hindrance.MISSING_PERMISSION, place, words, hint, tuple(actions))


def _locked(plan: Plan, found: Found) -> Iterable[Obstacle]:
    for lock in found.locks:
        held = [one.id for one in plan.writes if lock.holds(one.address.resource_id, removes=one.removes)]
        if held:
            hint = "have the lock's owner remove it, or leave out what it holds (--except)"
            yield Obstacle(Hindrance.LOCKED, lock.scope, f"locked: {lock.level} “{lock.name}”", hint, tuple(held))


def _sourceless(makers: Mapping[str, list[Action]], found: Found) -> Iterable[Obstacle]:
    for source, actions in makers.items():
        seen = found.sources.get(source.lower())
        if seen is not None and seen.missing:
            words = f"the source {short_id(source)} {seen.lacking}"
            hint = "build it first, or declare a source that is there"
            yield Obstacle(Hindrance.MISSING_SOURCE, source, words, hint, tuple(action.id for action in actions))


def _unknown(found: Found) -> Iterable[NotChecked]:
    reasons = dict.fromkeys((need.scopes[0], why) for need, why in found.unknown.items())
    yield from (NotChecked(Checked.PERMISSIONS, scope, why) for scope, why in sorted(reasons))
    yield from (NotChecked(Checked.LOCKS, scope.resource_id, why) for scope, why in found.unseen.items())


def _unseen(makers: Mapping[str, list[Action]], found: Found) -> Iterable[NotChecked]:
    """Sources that nobody could look at, as one entry for each reason."""
    reasons: dict[str, list[str]] = {}
    for source in makers:
        seen = found.sources.get(source.lower())
        why = "too many to look at" if seen is None else seen.lacking
        if why and not (seen is not None and seen.missing):
            reasons.setdefault(why, []).append(source)
    for why, sources in reasons.items():
        more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
        yield NotChecked(Checked.SOURCES, sources[0], f"{short_id(sources[0])}{more} {why}")


def held_back(plan: Plan) -> dict[str, str]:
    """Why which actions are not to be started, by id: what an obstacle stops, with everything below it.

    Of a replacement all or nothing goes: what could not be made anew must not be deleted.
    """
    if plan.checks is None or not plan.checks.obstacles:
        return {}
    actions = {action.id: action for action in plan.writes}
    replaced = {action.address for action in plan.writes if action.verb is Verb.REPLACE}
    roots: dict[Address, str] = {}
    for obstacle in plan.checks.obstacles:
        for key in obstacle.actions:
            if key in actions:
                own = actions[key].address
                whole = [one for one in (own, *own.ancestors) if one in replaced]
                roots.setdefault(whole[-1] if whole else own, obstacle.words)
    found: dict[str, str] = {}
    for key, action in actions.items():
        why = next((roots[one] for one in (action.address, *action.address.ancestors) if one in roots), "")
        if why:
            found[key] = why
    return found
