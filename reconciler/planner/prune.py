"""What we own but nobody declares any more: what would become of it, what stands in its way, and its deletes.

Only what this instance owns is ever a candidate. Children go before parents; a parent whose child stays, stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.kinds.registry import rules_of
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Change, Level, Reason, Refusal, RefusalRule, Undeclared, Verb
from reconciler.model.state import LiveResource
from reconciler.planner import guards
from reconciler.planner.bodies import arm_body
from reconciler.planner.context import Context
from reconciler.planner.detect import SETTLED
from reconciler.planner.fingerprint import fingerprint
from reconciler.planner.ownership import ABANDON, OWNER_TAG, Owner, marker_of


@dataclass(frozen=True, slots=True)
class Removals:
    """The undeclared as people see them, and with prune the actions and refusals about them."""

    rows: tuple[Undeclared, ...] = ()
    actions: tuple[Action, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def owned_resources(context: Context) -> tuple[LiveResource, ...]:
    """Everything live that this instance owns, in address order."""
    found = (live for live in context.live.resources.values() if context.owner(live) is Owner.OURS)
    return tuple(sorted(found, key=lambda live: live.address))


def removals(context: Context, created: frozenset[Address]) -> Removals:
    """Decide about every owned resource that is not declared. `created`: definitions that get a usable version."""
    gone = [live for live in owned_resources(context) if live.address not in context.desired]
    abandoned = [live for live in gone if marker_of(live) == ABANDON]
    doomed = [live for live in gone if marker_of(live) != ABANDON]
    refusals = _refusals(context, doomed, created)
    rows = [_row(context, live, refusals) for live in gone]
    if not context.options.prune or not context.options.owner:
        return Removals(tuple(rows))
    stopped = {address for found in refusals for address in found.addresses}
    deletes = [_delete(live) for live in doomed if _goes(context, live, stopped)]
    waits = [_wait(live) for live in doomed if live.state not in SETTLED]
    limit = guards.max_deletes(context, frozenset(action.address for action in deletes)) if deletes else None
    return Removals(
        tuple(rows),
        (*deletes, *waits, *(_abandon(live) for live in abandoned if not context.unread(live.address))),
        (*refusals, *((limit,) if limit else ())),
    )


def _goes(context: Context, live: LiveResource, stopped: set[Address]) -> bool:
    """Whether a doomed resource is deleted in this plan: not stopped, not in flight, nothing at or below it unread."""
    return live.address not in stopped and live.state in SETTLED and not context.unread_below(live.address)


def _refusals(context: Context, doomed: list[LiveResource], created: frozenset[Address]) -> tuple[Refusal, ...]:
    """Guards on single removals, then parents whose children stay; deepest first."""
    found: list[Refusal] = []
    for live in doomed:
        refusal = guards.protected(context, live) or guards.blocked_until_end_of_life(context, live)
        if refusal is not None:
            found.append(refusal)
    stopped = {address for refusal in found for address in refusal.addresses}
    deleting = frozenset(live.address for live in doomed if _goes(context, live, stopped))
    found += guards.last_usable(context, deleting, created)
    stopped |= {address for refusal in found for address in refusal.addresses}
    deleting = frozenset(live.address for live in doomed if _goes(context, live, stopped))
    found += [refusal for live in doomed if live.address in deleting and (refusal := _held(context, live, deleting))]
    return tuple(found)


def _held(context: Context, live: LiveResource, deleting: frozenset[Address]) -> Refusal | None:
    """Refuse to delete a parent with a child that stays: Azure would (fact 4.1/3). Assignments hold nobody."""
    if live.address.kind not in (Kind.GALLERY, Kind.IMAGE_DEFINITION):
        return None
    inside = f"{live.address.key}/"
    staying = sorted(
        child
        for child in context.live.resources
        if child.key.startswith(inside) and child.kind is not Kind.ROLE_ASSIGNMENT and child not in deleting
    )
    if not staying:
        return None
    where = live.address.text()
    shown = ", ".join(child.text() for child in staying[:5])
    return Refusal(
        RefusalRule.NOT_OWNED,
        Level.RESOURCE,
        (live.address,),
        f"{where} cannot be deleted while {shown} {'stays' if len(staying) == 1 else 'stay'}",
        ways_out=(f"declare {where} again", "remove what stays in its way"),
    )


def _row(context: Context, live: LiveResource, refusals: tuple[Refusal, ...]) -> Undeclared:
    address = live.address
    met = tuple(refusal.rule for refusal in refusals if address in refusal.addresses)
    if marker_of(live) == ABANDON:
        return Undeclared(address, "no longer declared; given up, not deleted (onRemove: abandon)")
    hazard = "access remains" if address.kind is Kind.ROLE_ASSIGNMENT and not context.options.prune else ""
    words = "no longer declared" if context.options.prune else "no longer declared; kept without --prune"
    return Undeclared(address, words, met, hazard)


def _action(live: LiveResource, verb: Verb, reason: Reason, words: str) -> Action:
    return Action(
        id=f"{verb} {live.address.key}",
        address=live.address,
        verb=verb,
        reasons=(reason,),
        words=words,
        resource_id=live.resource_id,
        fingerprint=fingerprint(live),
    )


def _delete(live: LiveResource) -> Action:
    return _action(live, Verb.DELETE, Reason.NO_LONGER_DECLARED, "no longer declared")


def _wait(live: LiveResource) -> Action:
    return _action(live, Verb.WAIT, Reason.OPERATION_IN_FLIGHT, f"{live.state} in Azure; waits for it to finish")


def _abandon(live: LiveResource) -> Action:
    """Give a resource up: the owner tag goes, everything else stays."""
    tags = {key: value for key, value in live.tags.items() if key != OWNER_TAG}
    body = {**live.body, "tags": tags}
    change = Change(("tags", OWNER_TAG), live.tags[OWNER_TAG], None, "updatable")
    action = _action(live, Verb.ABANDON, Reason.NO_LONGER_DECLARED, "given up, not deleted")
    assert rules_of(live.address.kind).has_tags
    return replace(action, changes=(change,), body=arm_body(live.address, body))
