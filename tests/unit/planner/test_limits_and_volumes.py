"""How near a plan comes to limits and what it stores, without any service: desired and live in, rows out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.impact import Counted, LimitLevel, Volume
from reconciler.model.plan import Level, Plan, RefusalRule
from reconciler.model.state import LiveState
from reconciler.planner.options import Options
from reconciler.planner.replicas import Placement, placements
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, desired_of, planned, taken

BASE = GALLERY + IMAGE
ROOMY = replace(OPTIONS, allow_last_version=frozenset({"rg-images/corp/ubuntu"}))


def numbered(count: int, regions: str = "westeurope=1") -> str:
    return versions(*(f"1.{number}.0" for number in range(count)), regions=regions) if count else ""


def between(old: str, new: str, options: Options = ROOMY, sizes: dict[str, Any] | None = None) -> Plan:
    live = taken(desired_of(old)).resources
    known = {
        address: replace(found, read_only=(sizes or {}).get(address.version or "", {}))
        for address, found in live.items()
    }
    return planned(desired_of(new), LiveState(known), options)


def counted(plan: Plan) -> dict[tuple[Counted, str], tuple[int, int, LimitLevel]]:
    return {(row.what, row.region): (row.before, row.after, row.level) for row in plan.limits}


def gigabytes(os_disk: int, *data: int) -> dict[str, Any]:
    disks = [{"sizeInGB": size} for size in data]
    return {"storageProfile": {"osDiskImage": {"sizeInGB": os_disk}, "dataDiskImages": disks}}


def test_creates_and_deletes_count_in_the_region_they_live_in() -> None:
    plan = between(BASE + numbered(3), BASE + numbered(5))

    assert counted(plan) == {(Counted.VERSIONS, "westeurope"): (3, 5, LimitLevel.OK)}
    fresh = planned(desired_of(BASE + numbered(2)), LiveState({}), ROOMY)
    assert [(row.what, row.before, row.after, row.most) for row in fresh.limits] == [
        (Counted.GALLERIES, 0, 1, 100),
        (Counted.DEFINITIONS, 0, 1, 1000),
        (Counted.VERSIONS, 0, 2, 10_000),
    ]
    gone = between(BASE + numbered(3), BASE + numbered(1))
    assert counted(gone) == {(Counted.VERSIONS, "westeurope"): (3, 1, LimitLevel.OK)}


@pytest.mark.parametrize(
    ("most", "count", "level"),
    [(100, 79, LimitLevel.OK), (100, 80, LimitLevel.NEAR), (100, 100, LimitLevel.NEAR), (100, 101, LimitLevel.OVER)],
)
def test_a_limit_is_near_from_80_percent_and_over_beyond_it(most: int, count: int, level: LimitLevel) -> None:
    text = BASE + numbered(count)

    quiet = between(text, text, replace(ROOMY, max_versions=most))

    expected = {} if level is LimitLevel.OK else {(Counted.VERSIONS, "westeurope"): (count, count, level)}
    assert counted(quiet) == expected
    assert not quiet.refusals, "what is there already is nobody's create"
    growing = between(BASE + numbered(count - 1), text, replace(ROOMY, max_versions=most))
    assert counted(growing)[Counted.VERSIONS, "westeurope"] == (count - 1, count, level)
    assert bool(growing.refusals) is (level is LimitLevel.OVER)


def test_a_create_beyond_a_limit_refuses_the_run_and_no_flag_lifts_it() -> None:
    plan = between(BASE + numbered(2), BASE + numbered(4), replace(ROOMY, max_versions=3))

    (refusal,) = plan.refusals
    assert (refusal.rule, refusal.level, refusal.override) == (RefusalRule.LIMIT_EXCEEDED, Level.RUN, "")
    assert [address.version for address in refusal.addresses] == ["1.2.0", "1.3.0"]
    assert "4 versions in westeurope" in refusal.message
    assert any("limits.versions" in way for way in refusal.ways_out)


def test_what_the_same_plan_deletes_makes_no_room_because_it_goes_last() -> None:
    old, new = BASE + versions("1.0.0", "1.1.0"), BASE + versions("1.1.0", "1.2.0")

    assert [found.rule for found in between(old, new, replace(ROOMY, max_versions=2)).refusals] == [
        RefusalRule.LIMIT_EXCEEDED
    ]
    assert not between(old, new, replace(ROOMY, max_versions=3)).refusals


@pytest.mark.parametrize("options", [replace(ROOMY, max_galleries=1), replace(ROOMY, max_definitions=1)])
def test_galleries_and_definitions_have_limits_of_their_own(options: Options) -> None:
    other = BASE + "---" + BASE.replace("{name: corp}", "{name: second}").replace("westeurope", "uksouth")

    elsewhere = between(BASE, other, options)
    here = between(BASE, other.replace("uksouth", "westeurope"), options)

    assert not elsewhere.refusals
    assert [found.rule for found in here.refusals] == [RefusalRule.LIMIT_EXCEEDED]


# replicas


def test_more_replicas_than_allowed_refuse_that_version_only() -> None:
    wanted = BASE + versions("1.0.0", regions="westeurope=11") + numbered(1).replace("1.0.0", "1.1.0").split("\n", 1)[1]

    plan = between(BASE, wanted, replace(ROOMY, max_replicas=10))

    (refusal,) = plan.refusals
    assert (refusal.rule, refusal.level) == (RefusalRule.LIMIT_EXCEEDED, Level.RESOURCE)
    assert refusal.message.startswith("11 in westeurope")
    assert refusal.origin is not None
    assert refusal.origin.line > 1
    assert [action.address.version for action in plan.writes] == ["1.1.0"]


def test_a_raise_is_refused_but_what_is_there_may_stay() -> None:
    old = BASE + versions("1.0.0", regions="westeurope=12")
    tagged = old.replace("publishingProfile", "tags: {a: b}\n          publishingProfile")
    options = replace(ROOMY, max_replicas=10)

    assert not between(old, tagged, options).refusals
    assert not between(old, old.replace("=12", "=11"), options).refusals
    assert between(old, old.replace("=12", "=13"), options).refusals
    assert between(old, old.replace("=12", "=12, uksouth=11"), options).refusals


@pytest.mark.parametrize(
    ("count", "most", "level"),
    [(50, 100, None), (51, 100, LimitLevel.NEAR), (7, 10, None), (8, 10, LimitLevel.NEAR)],
)
def test_many_replicas_of_a_version_that_is_written_are_warned_about(
    count: int, most: int, level: LimitLevel | None
) -> None:
    old = BASE + versions("1.0.0", regions="westeurope=1")

    plan = between(old, old.replace("westeurope=1]", f"westeurope={count}]"), replace(ROOMY, max_replicas=most))

    rows = [(row.before, row.after, row.level) for row in plan.limits if row.what is Counted.REPLICAS]
    assert rows == ([(1, count, level)] if level else [])


# volumes


def test_replicas_and_gigabytes_are_told_by_region_and_storage_type() -> None:
    old = BASE + versions("1.0.0", regions="westeurope=1, northeurope=2=standard_zrs")
    new = old.replace("westeurope=1", "westeurope=3").replace(", northeurope=2=standard_zrs", "")

    plan = between(old, new, sizes={"1.0.0": gigabytes(30, 4, 6)})

    assert plan.volumes == (
        Volume("northeurope", "Standard_ZRS", 2, 0, 80, 0),
        Volume("westeurope", "Standard_LRS", 1, 3, 40, 120),
    )


def test_totals_hold_what_stays_too() -> None:
    old = BASE + versions("1.0.0", "1.1.0", regions="westeurope=2")

    plan = between(old, old + versions("1.2.0").split("\n", 1)[1], sizes={"1.0.0": gigabytes(30), "1.1.0": {}})

    west = next(row for row in plan.volumes if row.region == "westeurope")
    assert west == Volume("westeurope", "Standard_LRS", 4, 5, 60, 60, unknown_sizes=1)


def test_what_is_deleted_gives_its_gigabytes_back() -> None:
    old = BASE + versions("1.0.0", "1.1.0", regions="westeurope=2")

    plan = between(old, BASE + versions("1.1.0", regions="westeurope=2"), sizes={"1.0.0": gigabytes(30)})

    assert plan.volumes == (Volume("westeurope", "Standard_LRS", 4, 2, 60, 0),)


def anew(old: str, new: str, sizes: dict[str, Any]) -> Plan:
    return between(old.replace("versions:", REPLACED), new.replace("versions:", REPLACED), sizes=sizes)


REPLACED = "policy: {onImmutableChange: replace}\n    versions:"


def test_a_replacement_from_the_same_source_stores_what_was_stored() -> None:
    old = BASE + versions("1.0.0", regions="westeurope=2")

    plan = anew(old, old.replace("=2]", "=2], replicationMode: Full").replace("V2", "V1"), {"1.0.0": gigabytes(30)})

    assert any(action.removes and action.address.version for action in plan.actions)
    assert plan.volumes == ()
    assert anew(old, old.replace("=2]", "=2], replicationMode: Full").replace("V2", "V1"), {}).volumes == ()
    fewer = anew(old, old.replace("=2]", "=1]").replace("V2", "V1"), {"1.0.0": gigabytes(30)})
    assert fewer.volumes == (Volume("westeurope", "Standard_LRS", 2, 1, 60, 30),)


def test_a_replacement_from_another_source_gains_no_room_that_nobody_knows_of() -> None:
    old = BASE + versions("1.0.0", regions="westeurope=2")

    plan = anew(old, old.replace("ubuntu-1.0.0", "other"), {"1.0.0": gigabytes(30)})

    assert any(action.removes and action.address.version for action in plan.actions)
    assert plan.volumes == (Volume("westeurope", "Standard_LRS", 2, 2, 60, 60, unknown_sizes=1),)


def test_a_region_that_changes_its_storage_type_moves_its_replicas_once() -> None:
    old = BASE + versions("1.0.0", regions="westeurope=1, northeurope=2=standard_zrs")

    plan = between(old, old.replace("standard_zrs", "premium_lrs"), sizes={"1.0.0": gigabytes(30)})

    assert len(plan.writes) > 1, "it goes in steps"
    assert plan.volumes == (
        Volume("northeurope", "Premium_LRS", 0, 2, 0, 60),
        Volume("northeurope", "Standard_ZRS", 2, 0, 60, 0),
    )


def test_a_version_of_unknown_size_is_counted_once_where_its_replicas_change() -> None:
    old = BASE + versions("1.0.0", regions="westeurope=1")

    plan = between(old, old.replace("westeurope=1", "westeurope=3"))

    assert plan.volumes == (Volume("westeurope", "Standard_LRS", 1, 3, 0, 0, unknown_sizes=1),)


def test_a_plan_that_moves_no_replica_has_no_rows() -> None:
    old = BASE + versions("1.0.0")

    assert between(old, old.replace("Golden", "New"), sizes={"1.0.0": gigabytes(30)}).volumes == ()


def test_a_shallow_version_stores_nothing_of_known_size() -> None:
    old = BASE + versions("1.0.0", regions="westeurope=2", more=", replicationMode: Shallow")

    plan = between(old, BASE + numbered(0), sizes={"1.0.0": gigabytes(30)})

    assert plan.volumes == (Volume("westeurope", "Standard_LRS", 2, 0, 0, 0, unknown_sizes=1),)


def test_everything_stored_of_a_version_has_a_place() -> None:
    profile = {
        "replicaCount": 2,
        "targetRegions": {
            "[westus]": {
                "name": "westus",
                "additionalReplicaSets": {
                    "[PremiumV2_LRS]": {"storageAccountType": "PremiumV2_LRS", "regionalReplicaCount": 4}
                },
            },
            "[eastus]": {"name": "eastus", "regionalReplicaCount": 1, "storageAccountType": "Premium_LRS"},
        },
        "targetExtendedLocations": {"[westus/losangeles]": {"extendedLocationReplicaCount": 3}},
    }

    assert list(placements({"publishingProfile": profile})) == [
        Placement("westus", "Standard_LRS", 2),
        Placement("westus", "PremiumV2_LRS", 4),
        Placement("eastus", "Premium_LRS", 1),
        Placement("westus/losangeles", "Standard_LRS", 3),
    ]
    assert list(placements({"location": "westus"})) == [Placement("westus", "Standard_LRS", 1)]
    chosen = {"location": "westus", "publishingProfile": {"storageAccountStrategy": "PreferStandard_ZRS"}}
    assert list(placements(chosen)) == [Placement("westus", "", 1)]
