"""A target touches what its scope allows: one stray address stops the run, and prune does not look outside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.address import Kind, Scope
from reconciler.model.plan import Action, Level, Plan, Reason, RefusalRule, Source, Target, Verb
from reconciler.model.restriction import AllowList, Elsewhere
from reconciler.model.state import LiveState, Unread
from reconciler.planner.build import build
from reconciler.planner.context import context_of
from reconciler.planner.document import plan_document
from reconciler.planner.guards import outside_scope
from reconciler.planner.scope import doubted, outside, within
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.random_estates import NOW, OPTIONS, all_there, desired_of, planned, taken
from tests.support.workbench import GROUP, SUB, short, writes

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")
EDGE = """, targetExtendedLocations: [{name: westus, extendedLocation: {name: losangeles, type: EdgeZone}}]"""
OTHER = "00000000-0000-0000-0000-000000000002"


def plan_in(allowed: AllowList, new: str, old: str = "") -> Plan:
    desired, live = desired_of(new), taken(desired_of(old)) if old else LiveState({})
    absent = frozenset(desired.resources.keys() - live.resources.keys())
    target = Target("test", "emulator", OPTIONS.instance, (Scope(SUB, GROUP),), allowed=allowed)
    return build(desired, LiveState(live.resources, absent), OPTIONS, target=target, source=Source("-"), now=NOW)


INSIDE: dict[str, Any] = {
    "subscriptions": (SUB,),
    "groups": ("rg-images",),
    "galleries": ("other", "c*p"),
    "regions": ("westeurope", "northeurope"),
    "kinds": tuple(Kind),
}
STRAYS: list[tuple[str, Any, str, str]] = [
    ("subscriptions", (OTHER,), ALL, f"subscription {SUB}"),
    ("groups", ("rg-other",), ALL, "resource group rg-images"),
    ("galleries", ("other", "dev_*"), ALL, "gallery corp"),
    ("regions", ("westeurope",), ALL, "region northeurope"),
    ("regions", ("northeurope",), GALLERY, "region westeurope"),
    ("regions", ("westeurope",), GALLERY + IMAGE + versions("1.0.0", regions="westeurope", more=EDGE), "region westus"),
    ("kinds", (Kind.GALLERY, Kind.IMAGE_DEFINITION, Kind.ROLE_ASSIGNMENT), ALL, "kind ImageVersion"),
]


@pytest.mark.parametrize(("part", "value", "text", "why"), STRAYS, ids=[f"{part} {why}" for part, _, _, why in STRAYS])
def test_a_declared_resource_outside_the_scope_stops_the_run(part: str, value: Any, text: str, why: str) -> None:
    plan = plan_in(AllowList(**{part: value}), text)

    (refusal,) = [found for found in plan.refusals if found.rule is RefusalRule.OUTSIDE_SCOPE]
    assert (refusal.level, refusal.override) == (Level.RUN, "")
    assert why in refusal.message
    assert refusal.origin is not None


@pytest.mark.parametrize("part", INSIDE)
def test_inside_the_scope_nothing_is_refused(part: str) -> None:
    plan = plan_in(AllowList(**{part: INSIDE[part]}), ALL)

    assert not plan.refusals
    assert len(plan.writes) == 5


def test_what_is_declared_outside_is_refused_although_nothing_is_to_do() -> None:
    plan = plan_in(AllowList(galleries=("other",)), ALL, ALL)

    assert [found.rule for found in plan.refusals] == [RefusalRule.OUTSIDE_SCOPE]
    assert not plan.pending


@pytest.mark.parametrize(
    ("allowed", "deleted"),
    [
        (AllowList(), 5),
        (AllowList(galleries=("other",)), 0),
        (AllowList(groups=("rg-other",)), 0),
        (AllowList(kinds=(Kind.IMAGE_VERSION,)), 2),
        (AllowList(regions=("westeurope",)), 1),
    ],
    ids=["all", "gallery", "group", "kind", "region"],
)
def test_prune_looks_only_inside_the_scope(allowed: AllowList, deleted: int) -> None:
    plan = plan_in(allowed, "", ALL)

    assert len(writes(plan)) == deleted
    assert not plan.refusals


def test_a_delete_outside_the_scope_is_refused_wherever_it_comes_from() -> None:
    live, allowed = taken(desired_of(ALL)), AllowList(galleries=("other",))
    version = next(address for address in live.resources if address.version == "1.0.0")
    delete = Action("delete", version, Verb.DELETE, (Reason.PARENT_REPLACED,), "")

    refusal = outside_scope(within(allowed, context_of({}, live, OPTIONS, NOW)), [delete])

    assert refusal is not None
    assert [short(address) for address in refusal.addresses] == ["corp/ubuntu/1.0.0"]


def test_the_plan_says_what_its_target_may_touch() -> None:
    allowed = AllowList((SUB,), ("rg-images",), ("c*",), ("westeurope", "northeurope"), (Kind.GALLERY,))

    assert plan_document(plan_in(allowed, GALLERY))["target"]["allowed"] == {
        "subscriptions": [SUB],
        "resourceGroups": ["rg-images"],
        "galleries": ["c*"],
        "regions": ["westeurope", "northeurope"],
        "kinds": ["Gallery"],
    }


OUT_THERE = [f"{SUB}/{GROUP}/other", f"{SUB}/{GROUP}/other/image", f"{SUB}/{GROUP}/other@"]
IN_HERE = [f"{SUB}/{GROUP}", f"{SUB}/{GROUP}/corp@", f"{SUB}/{GROUP}/corp/lost"]


@pytest.mark.parametrize("under", [*OUT_THERE, *IN_HERE])
def test_what_cannot_be_read_outside_the_scope_is_no_concern(under: str) -> None:
    desired = desired_of(GALLERY)
    place = Unread(under, "somewhere", "AuthorizationFailed", "no")
    live = LiveState(taken(desired).resources, unread=(place,))
    target = Target("test", "emulator", OPTIONS.instance, (Scope(SUB, GROUP),), allowed=AllowList(galleries=("corp",)))

    plan = build(desired, live, OPTIONS, target=target, source=Source("-"), now=NOW)

    assert bool(plan.unread) is bool(plan.refusals) is (under in IN_HERE)


def beside(other: Elsewhere, old: str, new: str, roles: dict[str, str] | None = None) -> Plan:
    """The plan with prune beside another target."""
    desired, live = desired_of(new), taken(desired_of(old))
    options = replace(OPTIONS, prune=True, allow_deletes=None, max_delete_percent=100, others=(other,))
    target = Target("test", "emulator", OPTIONS.instance, (Scope(SUB, GROUP),))
    known = LiveState(live.resources, roles=roles or {}, evidence=all_there(desired, live))
    return build(desired, known, options, target=target, source=Source("-"), now=NOW)


def test_a_grant_that_another_target_declares_by_a_roles_name_is_not_revoked() -> None:
    named = desired_of(GALLERY + ACCESS.replace("role: Reader", "role: Our own role")).resources
    other = Elsewhere("other", {address: one for address, one in named.items() if address.access})

    assert writes(beside(Elsewhere("other"), GALLERY + ACCESS, GALLERY))
    assert not writes(beside(other, GALLERY + ACCESS, GALLERY))


def test_a_gallery_stays_that_another_target_declares_something_in() -> None:
    inside = desired_of(GALLERY + ACCESS).resources
    other = Elsewhere("other", {address: one for address, one in inside.items() if address.access})
    new = GALLERY.replace("corp", "next")

    plan = beside(other, GALLERY + IMAGE, new)

    assert writes(plan) == [("delete", "corp/ubuntu")]


def test_a_replacement_takes_nothing_that_another_target_declares_or_may_declare() -> None:
    old = GALLERY + IMAGE + versions("1.0.0")
    new = GALLERY + IMAGE.replace("architecture: x64", "architecture: Arm64").replace(
        "    spec:", "    policy: {onImmutableChange: replace}\n    spec:"
    )
    declared = {address: one for address, one in desired_of(old).resources.items() if address.version}

    assert ("delete", "corp/ubuntu/1.0.0") in writes(beside(Elsewhere("other"), old, new))
    for other in (Elsewhere("other", declared), Elsewhere("other", unknown="path-missing")):
        plan = beside(other, old, new)
        assert not writes(plan)
        assert "another target" in " ".join(found.message for found in plan.refusals)


@pytest.mark.parametrize(
    ("under", "allowed", "beyond"),
    [
        (SUB, AllowList(subscriptions=(SUB,), groups=("rg-other",), galleries=("other",)), False),
        (f"{SUB}/{GROUP}", AllowList(groups=(GROUP,), galleries=("other",)), False),
        (f"{SUB}/{GROUP}@", AllowList(groups=(GROUP,), galleries=("other",)), False),
        (SUB, AllowList(subscriptions=(OTHER,)), True),
        (f"{SUB}/{GROUP}@", AllowList(groups=("rg-other",)), True),
        (f"{SUB}/{GROUP}/corp/ubuntu/1.0.0", AllowList(galleries=("other",)), True),
    ],
)
def test_a_part_of_a_place_that_nobody_knows_may_lie_inside(under: str, allowed: AllowList, *, beyond: bool) -> None:
    live = LiveState({}, unread=(Unread(under, "somewhere", "AuthorizationFailed", "no"),))

    assert bool(within(allowed, context_of({}, live, OPTIONS, NOW)).live.unread) is not beyond


def test_a_region_that_nobody_can_read_is_no_stray_region() -> None:
    (address,) = desired_of(GALLERY).resources
    odd = {"targetRegions": {"[a]": {}, "[b]": "odd", "[c]": {"name": ""}}, "targetExtendedLocations": None}

    assert outside(AllowList(regions=("westeurope",)), address, {"publishingProfile": odd}) == ""
    for profile in ("odd", {"targetRegions": "odd", "targetExtendedLocations": ["odd"]}):
        assert outside(AllowList(regions=("westeurope",)), address, {"publishingProfile": profile}) == ""
    assert outside(AllowList(regions=("westeurope",)), address, {"location": "UK South", "publishingProfile": odd}) == (
        "region uksouth"
    )


def test_a_grant_of_another_kind_of_principal_is_ours_to_revoke() -> None:
    mine = ACCESS.replace("5e6f", "5e70")
    named = desired_of(GALLERY + ACCESS.replace("role: Reader", "role: Our own role")).resources
    other = Elsewhere("other", {address: one for address, one in named.items() if address.access})
    two = GALLERY + ACCESS + mine.split("access:\n")[1]

    assert writes(beside(other, two, GALLERY)) == [("delete", "corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e70")]


def test_what_lies_in_something_of_another_target_is_that_targets_to_remove() -> None:
    old = GALLERY + IMAGE + versions("1.0.0", "1.1.0")
    whole = desired_of(old).resources
    theirs = {address: one for address, one in whole.items() if address.image and not address.version}
    gallery = {address: one for address, one in whole.items() if not address.image}

    assert not writes(beside(Elsewhere("other", theirs), old, GALLERY))
    assert not writes(beside(Elsewhere("other", gallery), old, GALLERY.replace("corp", "next")))
    ours = beside(Elsewhere("other", gallery), old, GALLERY + IMAGE + versions("1.1.0"))
    assert writes(ours) == [("delete", "corp/ubuntu/1.0.0")]


@pytest.mark.parametrize(
    ("allowed", "maybe"),
    [
        (AllowList(), True),
        (AllowList((SUB,), (GROUP,), ("corp",)), True),
        (AllowList(subscriptions=(OTHER,)), False),
        (AllowList(groups=("rg-other",)), False),
        (AllowList(galleries=("other",)), False),
    ],
)
def test_a_target_that_cannot_be_read_may_declare_only_what_it_may_touch(allowed: AllowList, *, maybe: bool) -> None:
    (live,) = taken(desired_of(GALLERY)).resources.values()

    assert doubted(Elsewhere("other", allowed=allowed, unknown="path-missing"), live) is maybe
    assert not doubted(Elsewhere("other", allowed=allowed), live)


def test_of_a_grant_whose_role_nobody_knows_nothing_is_proven() -> None:
    desired = desired_of(GALLERY + ACCESS.replace("role: Reader", "role: Our own role"))
    (grant,) = [address for address in desired.resources if address.access]

    plan = planned(desired, taken(desired_of(GALLERY)))

    assert not plan.writes
    assert [place.under for place in plan.unread] == [grant.key]
