from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import Arm, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

PROFILE = "galleryImageVersion.properties.publishingProfile"
ALLOW = {"allowDeletionOfReplicatedLocations": True}


def path_of(arm: Arm) -> str:
    arm.definition()
    return arm.path("corp", "ubuntu", "1.0.0")


def regions_of(arm: Arm, path: str) -> list[str]:
    return [region["name"] for region in arm.properties(path)["publishingProfile"]["targetRegions"]]


@pytest.mark.recorded("2.4/1", "2.4/2", "3.8/1", "3.8/3")
@pytest.mark.parametrize("spelling", ["eastus2", "EastUS2", "East US 2", "east us 2"])
def test_region_names_come_back_as_display_names_in_the_order_sent(arm: Arm, spelling: str) -> None:
    path = path_of(arm)
    for sent, shown in (
        ([spelling, "westus2", "westeurope"], ["East US 2", "West US 2", "West Europe"]),
        (["westeurope", "West US 2", spelling], ["West Europe", "West US 2", "East US 2"]),
    ):
        first = arm.put(path, version(sent)).json()["properties"]["publishingProfile"]["targetRegions"]
        arm.clock.advance(1_000)
        assert [region["name"] for region in first] == shown
        assert regions_of(arm, path) == shown


@pytest.mark.recorded("2.4/3", "3.4/4", "3.8/4")
def test_a_region_without_count_takes_the_replica_count_of_the_request(arm: Arm) -> None:
    path = path_of(arm)
    for profile, counts in (({"replicaCount": 2}, [2, 5]), ({"replicaCount": 3}, [3, 5]), ({}, [1, 5])):
        targets = [{"name": "westeurope"}, {"name": "uksouth", "regionalReplicaCount": 5}]
        arm.made(path, version(publishingProfile=profile | {"targetRegions": targets}))
        found = arm.properties(path)["publishingProfile"]["targetRegions"]
        assert [one["regionalReplicaCount"] for one in found] == counts


@pytest.mark.recorded("8/14")
def test_regions_come_and_go_and_change_their_counts(arm: Arm) -> None:
    path = path_of(arm)
    for wanted in ({"West Europe": 2, "UK South": 1}, {"West Europe": 3, "North Europe": 1}, {"West Europe": 1}):
        targets = [{"name": name, "regionalReplicaCount": count} for name, count in wanted.items()]
        arm.made(path, version(targets, safetyProfile=ALLOW))
        found = arm.properties(path)["publishingProfile"]["targetRegions"]
        assert {one["name"]: one["regionalReplicaCount"] for one in found} == wanted


@pytest.mark.recorded("3.8/8")
def test_the_profile_keeps_its_storage_type_when_regions_name_another(arm: Arm) -> None:
    path = arm.made(path_of(arm), version([{"name": "westeurope", "storageAccountType": "standard_zrs"}]))
    profile = arm.properties(path)["publishingProfile"]
    assert profile["storageAccountType"] == "Standard_LRS"
    assert profile["targetRegions"][0]["storageAccountType"] == "Standard_ZRS"


def test_regions_take_the_storage_type_of_the_profile(arm: Arm) -> None:
    # 2.4/4
    profile = {"storageAccountType": "Premium_LRS", "targetRegions": [{"name": "westeurope"}]}
    path = arm.made(path_of(arm), version(publishingProfile=profile))
    assert arm.properties(path)["publishingProfile"]["targetRegions"][0]["storageAccountType"] == "Premium_LRS"


def test_without_regions_a_new_version_goes_to_its_location(arm: Arm) -> None:
    # 2.4/1
    path = arm.made(path_of(arm), version(publishingProfile={}))
    assert regions_of(arm, path) == ["West Europe"]


def test_an_update_without_regions_keeps_them_or_falls_back_home(arm: Arm, world: Callable[..., Arm]) -> None:
    # 2.4/1
    home = world(region_removal="free", doubts=Doubts(target_regions_omitted="home"))
    for here, expected in ((arm, ["West Europe", "UK South"]), (home, ["West Europe"])):
        path = here.made(path_of(here), version(["westeurope", "uksouth"]))
        here.made(path, version(publishingProfile={"excludeFromLatest": True}))
        assert regions_of(here, path) == expected
        assert here.properties(path)["publishingProfile"]["excludeFromLatest"] is True


@pytest.mark.parametrize("twin", ["westeurope", "West Europe", "WESTEUROPE"])
def test_the_same_region_twice_is_refused_in_any_spelling(arm: Arm, twin: str) -> None:
    # 4.3/4
    answer = arm.put(path_of(arm), version(["westeurope", twin]))
    message = refused(answer, 400, "InvalidParameter", f"{PROFILE}.targetRegions")
    assert message == "Duplicate regions are not allowed in target publishing regions."


@pytest.mark.parametrize("count", [0, -1, 101])
def test_counts_out_of_range_are_refused(arm: Arm, count: int) -> None:
    # 4.3/5, 6/4
    answer = arm.put(path_of(arm), version([{"name": "westeurope", "regionalReplicaCount": count}]))
    parameter = "galleryArtifactVersion.properties.publishingProfile.targetRegions.regionalReplicaCount"
    message = refused(answer, 400, "InvalidParameter", parameter)
    assert message == (
        f"The value {count} of parameter '{parameter}' is out of range. The value must be between '1' and '100', "
        "inclusive."
    )


def test_the_highest_count_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 4.3/5, 9.4
    arm = world(doubts=Doubts(max_region_replicas=10))
    answer = arm.put(path_of(arm), version(publishingProfile={"replicaCount": 11}))
    assert "between '1' and '10'" in refused(answer, 400, "InvalidParameter")
    assert arm.put(path_of(arm), version(publishingProfile={"replicaCount": 10})).status_code == 201


def test_the_home_region_must_be_among_the_targets(arm: Arm) -> None:
    # 4.3/3
    message = refused(arm.put(path_of(arm), version(["uksouth", "eastus"])), 400, "InvalidParameter")
    assert message == (
        "Gallery image version publishing profile regions 'uksouth, eastus' must contain the location of image version "
        "'westeurope'"
    )


def test_an_unknown_region_is_refused(arm: Arm) -> None:
    # 4.1/6
    refused(arm.put(path_of(arm), version(["westeurope", "atlantis"])), 400, "LocationNotAvailableForResourceType")


@pytest.mark.parametrize("regions", [[{}], ["westeurope", {"name": None}]])
def test_a_region_needs_a_name(arm: Arm, regions: list[Any]) -> None:
    # 2.4/2
    refused(arm.put(path_of(arm), version(regions)), 400, "InvalidParameter")


def test_removing_a_region_needs_the_stored_flag(arm: Arm) -> None:
    # 4.3/18, 2.4/25, 7/7
    path = arm.made(path_of(arm), version(["westeurope", "uksouth"]))
    refused(arm.put(path, version(["westeurope"])), 409, "OperationNotAllowed", f"{PROFILE}.targetRegions")
    refused(arm.put(path, version(["westeurope"], safetyProfile=ALLOW)), 409, "OperationNotAllowed")
    arm.made(path, version(["westeurope", "uksouth"], safetyProfile=ALLOW))
    arm.made(path, version(["westeurope"], safetyProfile={"allowDeletionOfReplicatedLocations": False}))
    assert regions_of(arm, path) == ["West Europe"]
    assert arm.properties(path)["safetyProfile"]["allowDeletionOfReplicatedLocations"] is False


def test_removing_a_region_may_be_asked_for_in_the_same_request(world: Callable[..., Arm]) -> None:
    # 4.3/18
    arm = world(region_removal="same_request")
    path = arm.made(path_of(arm), version(["westeurope", "uksouth"]))
    refused(arm.put(path, version(["westeurope"])), 409, "OperationNotAllowed")
    assert arm.put(path, version(["westeurope"], safetyProfile=ALLOW)).status_code == 200


def test_removing_a_region_may_be_free(world: Callable[..., Arm]) -> None:
    # 4.3/18
    for settings in ({"region_removal": "free"}, {"doubts": Doubts(region_removal_default=True)}):
        arm = world(**settings)
        path = arm.made(path_of(arm), version(["westeurope", "uksouth"]))
        assert arm.put(path, version(["westeurope"])).status_code == 200


def test_the_answer_to_a_refused_removal_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 4.3/18
    arm = world(doubts=Doubts(region_removal_status=400, region_removal_code="InvalidParameter"))
    path = arm.made(path_of(arm), version(["westeurope", "uksouth"]))
    refused(arm.put(path, version(["westeurope"])), 400, "InvalidParameter")


@pytest.mark.parametrize(
    "change",
    [
        {"targetRegions": [{"name": "westeurope", "regionalReplicaCount": 4}]},
        {"targetRegions": [{"name": "westeurope", "excludeFromLatest": True}]},
        {
            "targetRegions": [
                {
                    "name": "westeurope",
                    "additionalReplicaSets": [{"storageAccountType": "PremiumV2_LRS", "regionalReplicaCount": 2}],
                }
            ]
        },
        {"replicaCount": 3},
        {"excludeFromLatest": True},
        {"targetExtendedLocations": [{"name": "westus", "extendedLocation": {"name": "a", "type": "EdgeZone"}}]},
    ],
)
def test_what_may_change_changes(arm: Arm, change: dict[str, Any]) -> None:
    # 8/14-8/18, 2.4/3, 2.4/7-2.4/10, 2.4/16
    path = arm.version()
    arm.made(path, version(publishingProfile=change))
    found = arm.properties(path)["publishingProfile"]
    if "targetRegions" in change:
        [region] = change["targetRegions"]
        shown = found["targetRegions"][0]
        assert {name: shown[name] for name in region if name != "name"} == {
            name: value for name, value in region.items() if name != "name"
        }
    else:
        assert {name: found[name] for name in change} == change
