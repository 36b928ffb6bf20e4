"""A version made from one of the same estate: what is live there and declared there says whether it is a source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.evidence import Evidence
from reconciler.model.plan import Plan
from reconciler.model.state import DesiredState, LiveState
from tests.support.estates import GALLERY, IMAGE, SOURCE, versions
from tests.support.random_estates import all_there, desired_of, planned, taken
from tests.support.workbench import GROUP, SUB, writes
from tests.unit.planner.decisions.bends import bent, laid, tagged, without
from tests.unit.planner.decisions.case import Bend
from tests.unit.planner.decisions.texts import image_policy

NEXT = "publish under the next number instead"
DEBIAN = IMAGE.replace("ubuntu}", "debian}").replace("sku: lts", "sku: other").replace("images:\n", "")
SOURCES = versions("1.0.0").replace("        spec:\n", "        spec:\n          location: northeurope\n")
BEFORE = GALLERY + image_policy(IMAGE, "{onImmutableChange: replace}") + versions("1.1.0") + DEBIAN + SOURCES
NEAR = (
    f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries/corp/images/debian"
    "/versions/1.0.0"
)
AFTER = BEFORE.replace(f"{SOURCE}/ubuntu-1.1.0", NEAR)
WEST_ONLY = {"targetRegions": {"[westeurope]": {"name": "westeurope"}}}
NORTH_ONLY = {"targetRegions": {"[northeurope]": {"name": "northeurope"}}}


def same(live: LiveState) -> LiveState:
    """Nothing is bent."""
    return live


def told_nothing_of_it(desired: DesiredState, live: LiveState) -> Evidence:
    """What is looked up around, but for the version itself: the read of the estate has to be enough."""
    proof = all_there(desired, live)
    return Evidence({one: seen for one, seen in proof.sources.items() if one != NEAR.lower()}, proof.roots)


def plan_from(after: str = AFTER, bend: Bend = same) -> Plan:
    desired, live = desired_of(after), bend(taken(desired_of(BEFORE)))
    return planned(desired, replace(live, evidence=told_nothing_of_it(desired, live)))


def said(plan: Plan) -> tuple[str, tuple[str, ...]]:
    """What keeps the version, and what to do about it."""
    assert not [action for action in plan.writes if action.removes]
    (refusal,) = [one for one in plan.refusals if one.addresses[0].image == "ubuntu"]
    _, _, why = refusal.message.partition("cannot be replaced: rg-images/corp/ubuntu/1.1.0 is made from ")
    return why, refusal.ways_out[:-1]


def test_what_the_estate_holds_in_full_needs_no_look_anywhere_else() -> None:
    assert writes(plan_from()) == [("replace", "corp/ubuntu/1.1.0"), ("replace", "corp/ubuntu/1.1.0")]
    beside = plan_from(bend=laid("corp/debian/1.0.0", publishingProfile=WEST_ONLY))
    assert ("replace", "corp/ubuntu/1.1.0") in writes(beside), "the region of the version itself is enough"


@pytest.mark.parametrize(
    ("bend", "why", "ways"),
    [
        (bent("corp/debian/1.0.0", state="Failed"), "is Failed", "wait, or mend it"),
        (bent("corp/debian/1.0.0", state=""), "is in an unknown state", "wait, or mend it"),
        (without("corp/debian/1.0.0"), "is not there", "a source that is there"),
    ],
    ids=["failed", "unknown", "absent"],
)
def test_what_is_not_well_or_not_there_is_no_source(bend: Bend, why: str, ways: str) -> None:
    assert said(plan_from(bend=bend)) == (f"versions/1.0.0, which {why}", (ways, NEXT))


@pytest.mark.parametrize(
    ("after", "bend"),
    [
        (AFTER, laid("corp/debian/1.0.0", publishingProfile=NORTH_ONLY)),
        (AFTER, laid("corp/debian/1.0.0", publishingProfile=None)),
        (AFTER, laid("corp/debian/1.0.0", publishingProfile={"targetRegions": "odd"})),
        (AFTER.replace(SOURCES, SOURCES.replace("westeurope=1, ", "")), same),
    ],
    ids=["not there", "no profile", "odd regions", "leaving"],
)
def test_a_source_lies_in_the_region_today_and_after_the_plan(after: str, bend: Bend) -> None:
    why, ways = said(plan_from(after, bend))
    assert why == "versions/1.0.0, which is not in westeurope"
    assert ways == ("a source in westeurope",)


def test_a_source_that_is_not_declared_or_says_no_regions_is_where_it_lies() -> None:
    regions = "publishingProfile: {targetRegions: [westeurope=1, northeurope=1]}"
    unsaid = AFTER.replace(SOURCES, SOURCES.replace(regions, ""))
    undeclared = AFTER.replace(SOURCES, "")

    assert ("replace", "corp/ubuntu/1.1.0") in writes(plan_from(unsaid))
    theirs = tagged("corp/debian/1.0.0", reconciler__owner=None)
    assert ("replace", "corp/ubuntu/1.1.0") in writes(plan_from(undeclared, theirs))


@pytest.mark.parametrize(
    ("field", "is_now", "wanted"),
    [("osType", "Windows", "Linux"), ("osState", "Specialized", "Generalized"), ("hyperVGeneration", "V1", "V2")],
)
def test_a_source_is_of_the_system_that_the_definition_declares(field: str, is_now: str, wanted: str) -> None:
    why, ways = said(plan_from(bend=laid("corp/debian", **{field: is_now})))

    assert why == f"versions/1.0.0, whose {field} is {is_now}, not {wanted}"
    assert ways == (f"a source that is {wanted}",)


def test_what_nobody_says_of_the_definition_above_the_source_is_no_difference() -> None:
    for bend in (laid("corp/debian", osType=None), laid("corp/debian", hyperVGeneration="")):
        assert ("replace", "corp/ubuntu/1.1.0") in writes(plan_from(bend=bend))
    above = plan_from(bend=without("corp/debian"))
    assert ("replace", "corp/ubuntu/1.1.0") in writes(above)


def test_what_is_neither_live_nor_known_to_be_absent_was_not_looked_up() -> None:
    elsewhere = BEFORE.split(DEBIAN)[0]
    desired = desired_of(elsewhere.replace(f"{SOURCE}/ubuntu-1.1.0", NEAR))
    live = taken(desired_of(elsewhere))

    plan = planned(desired, replace(live, evidence=told_nothing_of_it(desired, live)))

    assert said(plan) == ("versions/1.0.0, which was not looked up", ("replace less at once", NEXT))
    found = replace(live, evidence=all_there(desired, live))
    assert ("replace", "corp/ubuntu/1.1.0") in writes(planned(desired, found))
