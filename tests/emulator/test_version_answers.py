"""What the answers about a version show: what was left out, what its source adds, how dates are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.arm import DISK, SOURCE, START, Arm, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

VM = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/vm"
PROFILE = "galleryImageVersion.properties.publishingProfile"
REGIONS = {"targetRegions": [{"name": "westeurope"}]}
ALLOWS, BLOCKS = "allowDeletionOfReplicatedLocations", "blockDeletionBeforeEndOfLife"


def path_of(arm: Arm, name: str = "1.0.0") -> str:
    arm.definition()
    return arm.path("corp", "ubuntu", name)


def shown(arm: Arm, path: str, body: dict[str, Any], *, seconds: float = 240) -> list[dict[str, Any]]:
    """Give the properties in the first answer to a PUT and, when it is done, in GET and LIST."""
    first = arm.put(path, body)
    assert first.status_code in (200, 201), first.text
    arm.clock.advance(seconds)
    items = [item for item in arm.get(path.rsplit("/", 1)[0]).json()["value"] if path.endswith(item["name"])]
    return [first.json()["properties"], arm.properties(path), items[0]["properties"]]


@pytest.mark.recorded("2.4/3", "2.4/4", "2.4/9", "2.4/10", "2.4/13", "3.4/4", "3.8/4", "3.8/5", "3.8/6", "3.8/7")
@pytest.mark.parametrize("profile", [REGIONS, REGIONS | {"replicaCount": None, "excludeFromLatest": None}])
def test_a_publishing_profile_that_states_little_is_filled_in(arm: Arm, profile: dict[str, Any]) -> None:
    for found in shown(arm, path_of(arm), version(publishingProfile=profile)):
        del found["publishingProfile"]["publishedDate"]
        assert found["publishingProfile"] == {
            "targetRegions": [{"name": "West Europe", "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"}],
            "replicaCount": 1,
            "excludeFromLatest": False,
            "storageAccountType": "Standard_LRS",
        }


@pytest.mark.recorded("2.4/21", "2.4/23", "3.8/9")
@pytest.mark.parametrize("source", [{"id": SOURCE}, {"virtualMachineId": VM}])
def test_the_disk_of_an_image_or_a_machine_is_there_when_the_version_is(arm: Arm, source: dict[str, str]) -> None:
    creating, done, listed = shown(arm, path_of(arm), version(storageProfile={"source": source}))
    assert creating["storageProfile"] == {"source": source}
    disk = done["storageProfile"].pop("osDiskImage")
    assert done["storageProfile"] == {"source": source}
    assert disk == {"sizeInGB": 30, "hostCaching": "ReadWrite", "source": {}}
    assert listed["storageProfile"]["osDiskImage"] == disk


@pytest.mark.recorded("2.4/23")
def test_sizes_appear_only_when_the_version_exists_and_stay_in_updates(arm: Arm) -> None:
    path = path_of(arm)
    stated = {"osDiskImage": {"source": {"id": DISK}}, "dataDiskImages": [{"lun": 0, "source": {"id": DISK}}]}
    creating, done, _ = shown(arm, path, version(storageProfile=stated))
    assert "sizeInGB" not in str(creating["storageProfile"])
    assert done["storageProfile"]["osDiskImage"]["sizeInGB"] == 30
    assert done["storageProfile"]["dataDiskImages"][0]["sizeInGB"] == 30
    updating, *_ = shown(arm, path, version(storageProfile={}), seconds=150)
    assert updating["provisioningState"] == "Updating"
    assert updating["storageProfile"]["osDiskImage"]["sizeInGB"] == 30


@pytest.mark.recorded("2.4/24", "3.8/9")
def test_data_disks_that_come_from_the_source_have_no_source_of_their_own(arm: Arm) -> None:
    stated = {
        "osDiskImage": {"source": {"id": DISK}},
        "dataDiskImages": [{"lun": 3, "hostCaching": "ReadOnly", "source": {"id": DISK}}],
    }
    first = arm.made(path_of(arm), version(storageProfile=stated))
    path = path_of(arm, "2.0.0")
    creating, done, listed = shown(arm, path, version(storageProfile={"source": {"id": first}}))
    assert "dataDiskImages" not in creating["storageProfile"]
    for found in (done, listed):
        assert found["storageProfile"]["dataDiskImages"] == [{"sizeInGB": 30, "lun": 3, "hostCaching": "ReadOnly"}]
    assert arm.put(path, arm.get(path).json()).status_code == 200


@pytest.mark.recorded("2.4/18", "3.4/1")
def test_an_update_without_a_source_keeps_it_and_another_one_is_refused(arm: Arm) -> None:
    path = arm.version()
    before = arm.properties(path)["storageProfile"]
    assert before["source"] == {"id": SOURCE}
    silent = {"osDiskImage": {"hostCaching": "ReadOnly"}}
    _, kept, _ = shown(arm, path, version(storageProfile=silent), seconds=150)
    assert kept["storageProfile"] == before | {"osDiskImage": before["osDiskImage"] | {"hostCaching": "ReadOnly"}}
    repeated = arm.put(path, version(storageProfile={"source": {"id": SOURCE}}))
    assert repeated.status_code == 200
    arm.clock.advance(150)
    changed = arm.put(path, version(storageProfile={"source": {"id": f"{SOURCE}x"}}))
    refused(changed, 409, "PropertyChangeNotAllowed", "galleryImageVersion.properties.storageProfile.source.id")
    assert arm.properties(path)["storageProfile"]["source"] == {"id": SOURCE}


@pytest.mark.recorded("2.4/27", "3.8/10")
def test_a_safety_profile_is_there_unasked(arm: Arm) -> None:
    for found in shown(arm, path_of(arm), version()):
        assert found["safetyProfile"]["reportedForPolicyViolation"] is False


@pytest.mark.recorded("2.4/25", "2.4/26", "8/24")
@pytest.mark.parametrize("flag", [ALLOWS, BLOCKS])
def test_both_safety_flags_are_set_and_changed(arm: Arm, flag: str) -> None:
    path = path_of(arm)
    for value in (False, True, False):
        body = version(safetyProfile={flag: value})
        assert [found["safetyProfile"][flag] for found in shown(arm, path, body)] == [value] * 3


@pytest.mark.recorded("2.4/26")
def test_the_end_of_life_block_shows_only_after_it_was_set(arm: Arm) -> None:
    path = arm.version()
    assert BLOCKS not in arm.properties(path)["safetyProfile"]
    assert [found["safetyProfile"][BLOCKS] for found in shown(arm, path, version(safetyProfile={BLOCKS: True}))] == [
        True
    ] * 3


@pytest.mark.recorded("2.4/31", "3.8/11", "3.8/20")
def test_a_validations_profile_is_there_unasked_with_a_field_of_no_schema(arm: Arm) -> None:
    for found in shown(arm, path_of(arm), version()):
        assert found["validationsProfile"] == {"validationOperationStatus": "NotExecuted"}


@pytest.mark.recorded("2.4/11", "3.8/15")
@pytest.mark.parametrize(
    ("fraction", "written"), [(0.0, "20+00:00"), (0.21318, "20.21318+00:00"), (0.25, "20.25+00:00")]
)
def test_the_published_date_is_that_of_the_first_put_and_never_changes(
    world: Callable[..., Arm], fraction: float, written: str
) -> None:
    arm = world()
    path = path_of(arm)
    arm.clock.now = START + 100_000 + fraction
    dates = [found["publishingProfile"]["publishedDate"] for found in shown(arm, path, version())]
    assert set(dates) == {f"2026-05-30T00:13:{written}"}
    arm.clock.advance(1_000)
    body = version(publishingProfile=REGIONS | {"publishedDate": "2001-01-01"})
    assert {found["publishingProfile"]["publishedDate"] for found in shown(arm, path, body)} == set(dates)


@pytest.mark.recorded("2.4/12", "3.8/15", "8/19")
def test_end_of_life_dates_move_and_are_written_with_an_offset(arm: Arm) -> None:
    path = path_of(arm)
    for sent, written in (
        ("2036-12-01T00:00:00Z", "2036-12-01T00:00:00+00:00"),
        ("2035-12-01", "2035-12-01T00:00:00+00:00"),
        ("2037-12-01T02:00:00.5+02:00", "2037-12-01T00:00:00.5+00:00"),
    ):
        body = version(publishingProfile=REGIONS | {"endOfLifeDate": sent})
        assert [found["publishingProfile"]["endOfLifeDate"] for found in shown(arm, path, body)] == [written] * 3


def test_an_end_of_life_date_is_not_cleared_or_set_to_the_past(arm: Arm) -> None:
    # 2.4/12, 4.2/6
    path = arm.made(path_of(arm), version(publishingProfile=REGIONS | {"endOfLifeDate": "2036-12-01"}))
    target = f"{PROFILE}.endOfLifeDate"
    refused(arm.put(path, version(publishingProfile=REGIONS)), 409, "PropertyChangeNotAllowed", target)
    past = version(publishingProfile=REGIONS | {"endOfLifeDate": "2015-12-01"})
    refused(arm.put(path, past), 400, "InvalidParameter", target)
