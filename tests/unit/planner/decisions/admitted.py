"""What is said to a saved plan on the day it is applied: under the settings and the owners of that day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.model.address import Address, Scope
from reconciler.model.plan import Plan, Target
from reconciler.model.restriction import AllowList
from reconciler.model.state import LiveResource, LiveState, Unread
from reconciler.planner.admission import Permission, barred, barred_deletes
from reconciler.planner.build import asked_first
from reconciler.planner.context import context_of
from reconciler.planner.rebase import unseen_edits, wants_boot_keys, written
from tests.support.random_estates import NOW, desired_of
from tests.support.workbench import GROUP, SUB
from tests.unit.planner.decisions.case import Case
from tests.unit.planner.decisions.moves import MOVES

PLACES = {
    "scope": "reconciler.yaml:7:5",
    "limits": "reconciler.yaml:9:5",
    "updatableFields": "environment UPDATABLE_FIELDS",
}
DAYS: Mapping[str, Callable[[Permission], Permission]] = {
    "the same day": lambda one: one,
    "another instance": lambda one: replace(one, options=replace(one.options, instance="other")),
    "no ownership": lambda one: replace(one, options=replace(one.options, track_ownership=False)),
    "no place in the scope": lambda one: replace(one, allowed=AllowList(galleries=("none",)), places={}),
    "a region in the scope": lambda one: replace(one, allowed=AllowList(regions=("westeurope",))),
    "documented only": lambda one: replace(one, options=replace(one.options, documented_only=True)),
    "few deletes": lambda one: replace(one, options=replace(one.options, max_deletes=0, max_delete_percent=1)),
}
SOMEBODY: Mapping[str, dict[str, str]] = {
    "protected": {"reconciler.owner": "test:{}:protect"},
    "given up": {"reconciler.owner": "test:{}:abandon"},
}
KEPT = {
    "before its end": {
        "safetyProfile": {"blockDeletionBeforeEndOfLife": True},
        "publishingProfile": {"endOfLifeDate": "2030-01-01T00:00:00Z", "replicationMode": "Shallow"},
    },
    "for everybody": {"sharingProfile": {"permissions": "Community"}},
}
LIVES = ("as it was", "no tags", "another owner", "gone")


def admitted(case: Case) -> Iterator[str]:
    """A line for everything that is said against the case's plan, on every day and whatever became of what is live."""
    plan, live = case.plan(), case.live()
    permission = Permission(replace(case.options, adopt=frozenset()).lifting(plan.overrides), case.allowed, PLACES)
    for day, change in DAYS.items():
        for move in LIVES if day == "the same day" else LIVES[:1]:
            fresh = _moved(plan, live, move)
            for said in barred(plan, change(permission), fresh):
                yield f"{day} | {move} | {said}"
        for said in barred_deletes(plan, change(permission), _context(case, live)):
            yield f"{day} | delete | {said}"
    for name, bent in _bent(plan, live):
        for said in barred_deletes(plan, permission, _context(case, bent)):
            yield f"{name} | {said}"
    elsewhere = replace(plan, target=replace(plan.target, scopes=(Scope(SUB, "rg-other"),), allowed=AllowList((SUB,))))
    for said in barred(elsewhere, permission, _moved(plan, live, LIVES[0])):
        yield f"a plan of another place | {said}"
    narrow = replace(plan, target=replace(plan.target, allowed=AllowList(galleries=("none",))))
    for said in barred(narrow, permission, _moved(plan, live, LIVES[0])):
        yield f"a plan beyond its own scope | {said}"


def _moved(plan: Plan, live: LiveState, move: str) -> dict[Address, LiveResource | None]:
    return {one.address: MOVES[move](one, live.resources.get(one.address)) for one in plan.writes}


def _context(case: Case, live: LiveState) -> Any:
    return context_of({}, live, case.options, case.now)


def _bent(plan: Plan, live: LiveState) -> Iterator[tuple[str, LiveState]]:
    """What is live with one thing more that holds up whatever goes."""
    going = [action.address for action in plan.writes if action.removes and action.address in live.resources]
    if not going:
        return
    for name, body in KEPT.items():
        yield name, _with(live, going, lambda one, body=body: {**one.body, **body})  # type: ignore[misc]
    for name, tags in SOMEBODY.items():
        owners = {one.address: str(one.tags.get("reconciler.owner", "::")).split(":")[1] for one in _at(live, going)}
        texts = {key: value.format for key, value in tags.items()}
        yield (
            name,
            _with(
                live,
                going,
                lambda one, texts=texts, owners=owners: {  # type: ignore[misc]
                    **one.body,
                    "tags": {**one.tags, **{key: text(owners[one.address]) for key, text in texts.items()}},
                },
            ),
        )
    yield "unread", replace(live, unread=(Unread(going[0].key, "Forbidden", "no", "", passing=False),))


def _at(live: LiveState, addresses: list[Address]) -> list[LiveResource]:
    return [live.resources[address] for address in addresses]


def _with(live: LiveState, going: list[Address], body: Callable[[LiveResource], Mapping[str, Any]]) -> LiveState:
    bent = {one.address: replace(one, body=body(one)) for one in _at(live, going)}
    return replace(live, resources={**live.resources, **bent})


KEYS = {"uefiSettings": {"signatureTemplateNames": ["NoSignatureTemplate"]}}
MORE_KEYS = {"uefiSettings": {**KEYS["uefiSettings"], "additionalSignatures": {"pk": [{"type": "x509"}]}}}


def looked_up(case: Case) -> Iterator[str]:
    """What has to be asked before the plan, and what of a version's boot keys is seen before a saved one is applied."""
    target = Target("test", "emulator", case.options.instance, (Scope(SUB, GROUP),), allowed=case.allowed)
    asked = asked_first(desired_of(case.new), case.live(), case.options, target=target, now=NOW)
    yield f"asked: {asked}"
    plan, live = case.plan(), case.live()
    for steps in written(plan):
        found = live.resources.get(steps[0].address)
        yield f"{steps[0].id}: {[wants_boot_keys(step) for step in steps]}"
        for name, keys in {"none": None, "some": KEYS, "more": MORE_KEYS, "odd": "odd"}.items():
            fresh = found and replace(found, body={**found.body, **({"securityProfile": keys} if keys else {})})
            moved = unseen_edits(steps, fresh)
            yield f"  {name}: {moved.message if moved else 'seen'}"
