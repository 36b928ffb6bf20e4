"""What we own but nobody declares any more: what would become of it, what stands in its way, and its deletes.

Only what this instance owns is ever a candidate. Children go before parents; a parent whose child stays, stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.kinds.ownership import ABANDON
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Change, Level, Reason, Refusal, RefusalRule, Undeclared, Verb
from reconciler.model.state import LiveResource
from reconciler.planner import guards
from reconciler.planner.bodies import arm_body
from reconciler.planner.context import Context
from reconciler.planner.fate import Outlook, marker
from reconciler.planner.fingerprint import fingerprint
from reconciler.planner.ownership import OWNER_TAG, Owner
from reconciler.planner.recycle import failed_is_kept, held_by_bin
from reconciler.planner.scope import covered_by, maybe_declared
from reconciler.planner.sentences import abandon_sentence, deletion_sentence

PARENTS = frozenset({Kind.GALLERY, Kind.IMAGE_DEFINITION})
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Removals:
    """The undeclared as people see them, and with prune the actions and refusals about them."""

    rows: tuple[Undeclared, ...] = ()
    actions: tuple[Action, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def removals(context: Context, outlook: Outlook, taken: frozenset[Address] = frozenset()) -> Removals:
    """Decide about every owned resource that is not declared; `outlook` is what the rest of the plan makes of it.

    `taken` is what goes with something that is replaced: it is decided there.
    """
    settled = taken | context.left_out
    gone = [one for one in context.owned if one.address not in context.desired and one.address not in settled]
    covered = {live.address: other for live in gone if (other := covered_by(context, live))}
    free = [live for live in gone if live.address not in covered]
    abandoned = [live for live in free if marker(context, live) == ABANDON]
    doomed = [live for live in free if marker(context, live) != ABANDON]
    refusals = _refusals(context, free, doomed, outlook)
    going = _going(context, doomed, refusals)
    rows = [_row(context, live, refusals, going, covered.get(live.address, "")) for live in gone]
    if not context.options.prune or not context.options.owner:
        return Removals(tuple(rows))
    deletes = [_delete(live) for live in doomed if live.address in going]
    waits = [_wait(live) for live in gone if not live.settled]
    loose = _loose(context, abandoned, refusals)
    given_up = [_abandon(live) for live in abandoned if OWNER_TAG in live.tags and live.address in loose]
    return Removals(tuple(rows), (*deletes, *waits, *given_up), refusals)


def _settled(context: Context, live: LiveResource) -> bool:
    """Whether a resource may be written or deleted: not in flight, nothing at or below it unread."""
    return live.settled and not context.unread_below(live.address)


def _refusals(
    context: Context, candidates: list[LiveResource], doomed: list[LiveResource], outlook: Outlook
) -> tuple[Refusal, ...]:
    """What others may declare, the guards on single removals, then parents that hold what is not ours."""
    single = (
        guards.protected,
        guards.blocked_until_end_of_life,
        guards.community,
        guards.shallow_source,
        failed_is_kept,
    )
    found = [next((refusal for guard in single if (refusal := guard(context, live))), None) for live in doomed]
    refusals = [*maybe_declared(context, candidates), *(refusal for refusal in found if refusal is not None)]
    refusals += guards.last_usable(context, _going(context, doomed, tuple(refusals)), outlook)
    going = _going(context, doomed, tuple(refusals))
    held = (_held(context, live) or held_by_bin(context, live, going) for live in doomed)
    return (*refusals, *(refusal for refusal in held if refusal is not None))


def _going(context: Context, doomed: list[LiveResource], refusals: tuple[Refusal, ...]) -> frozenset[Address]:
    """What is deleted: settled, not refused, and nothing below it stays (fact 4.1/3). Assignments hold nobody."""
    if not doomed:
        return frozenset()
    going = _loose(context, doomed, refusals)
    children: dict[Address, list[Address]] = {}
    for address in context.live.resources:
        if address.kind is not Kind.ROLE_ASSIGNMENT and address.parent is not None:
            children.setdefault(address.parent, []).append(address)
    for kind in (Kind.IMAGE_DEFINITION, Kind.GALLERY):
        held = {
            address
            for address in going
            if address.kind is kind and any(child not in going for child in children.get(address, ()))
        }
        going -= held
    return frozenset(going)


def _loose(context: Context, candidates: list[LiveResource], refusals: tuple[Refusal, ...]) -> set[Address]:
    """What nothing of its own holds: settled and not refused."""
    stopped = {address for found in refusals for address in found.addresses}
    return {live.address for live in candidates if live.address not in stopped and _settled(context, live)}


def _held(context: Context, live: LiveResource) -> Refusal | None:
    """Name what is not ours and stands in the way of a parent's delete."""
    if live.address.kind not in PARENTS:
        return None
    inside = f"{live.address.key}/"
    foreign = sorted(
        child
        for child, found in context.live.resources.items()
        if child.key.startswith(inside)
        and child.kind is not Kind.ROLE_ASSIGNMENT
        and context.owner(found) is not Owner.OURS
    )
    if not foreign:
        return None
    where = live.address.text()
    more = f" and {len(foreign) - SHOWN} more" if len(foreign) > SHOWN else ""
    shown = ", ".join(child.text() for child in foreign[:SHOWN]) + more
    return Refusal(
        RefusalRule.NOT_OWNED,
        Level.RESOURCE,
        (live.address,),
        f"{where} cannot be deleted: {shown} {'is' if len(foreign) == 1 else 'are'} not this instance's",
        ways_out=(f"declare {where} again", "have its owner remove what stands in the way"),
    )


def _row(
    context: Context, live: LiveResource, refusals: tuple[Refusal, ...], going: frozenset[Address], other: str
) -> Undeclared:
    address, prune = live.address, context.options.prune
    if other:
        return Undeclared(address, f"no longer declared; kept: target {other} has prune: off and covers it too")
    met = tuple(refusal.rule for refusal in refusals if address in refusal.addresses)
    if marker(context, live) == ABANDON:
        words = "given up, not deleted" if prune else "kept; given up with --prune"
        return Undeclared(address, f"no longer declared; {words} (onRemove: abandon)")
    revoked = prune and address in going
    hazard = "access remains" if address.kind is Kind.ROLE_ASSIGNMENT and not revoked else ""
    if not prune:
        return Undeclared(address, "no longer declared; kept without --prune", met, hazard)
    stays = "" if address in going or met else _stays(context, live)
    return Undeclared(address, f"no longer declared{stays}", met, hazard)


def _stays(context: Context, live: LiveResource) -> str:
    """Why something stays that no guard holds."""
    if context.unread_below(live.address):
        return "; stays, because not all of it could be read"
    return "; stays while something in it does" if live.settled else f"; stays while Azure has it {live.state}"


def _action(live: LiveResource, verb: Verb, reasons: tuple[Reason, ...], words: str) -> Action:
    return Action(
        id=f"{verb} {live.address.key}",
        address=live.address,
        verb=verb,
        reasons=reasons,
        words=words,
        resource_id=live.resource_id,
        fingerprint=fingerprint(live),
    )


def _delete(live: LiveResource) -> Action:
    words = deletion_sentence(live.address, live.body)
    action = _action(live, Verb.DELETE, (Reason.NO_LONGER_DECLARED,), words)
    return replace(action, expected=live.body)


def _wait(live: LiveResource) -> Action:
    reasons = (Reason.OPERATION_IN_FLIGHT, Reason.NO_LONGER_DECLARED)
    return _action(live, Verb.WAIT, reasons, f"{live.state} in Azure; waits for it to finish")


def _abandon(live: LiveResource) -> Action:
    """Give a resource up: the owner tag goes, everything else stays."""
    tags = {key: value for key, value in live.tags.items() if key != OWNER_TAG}
    change = Change(("tags", OWNER_TAG), live.tags[OWNER_TAG], None, "updatable")
    action = _action(live, Verb.ABANDON, (Reason.NO_LONGER_DECLARED,), abandon_sentence(live.address))
    return replace(action, changes=(change,), body=arm_body(live.address, {**live.body, "tags": tags}))
