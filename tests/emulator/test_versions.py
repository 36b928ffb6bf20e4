from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import DISK, NEWEST, SOURCE, Arm, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

VM = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/vm"
COMMUNITY = "/communityGalleries/corp-1/images/ubuntu/versions/1.0.0"
ACCOUNT = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Storage/storageAccounts/a"
BLOB = {"uri": "https://a.blob.core.windows.net/vhds/a.vhd", "storageAccountId": ACCOUNT}
SET = "/subscriptions/0/resourceGroups/g/providers/Microsoft.Compute/diskEncryptionSets/a"
UEFI = {"uefiSettings": {"signatureTemplateNames": ["MicrosoftWindowsTemplate"], "additionalSignatures": {}}}
STORAGE = "galleryImageVersion.properties.storageProfile"
PROFILE = "galleryImageVersion.properties.publishingProfile"


def body(source: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return version(storageProfile=source, **properties)


def path_of(arm: Arm, name: str = "1.0.0") -> str:
    arm.definition()
    return arm.path("corp", "ubuntu", name)


@pytest.mark.parametrize(
    ("before", "after", "target"),
    [
        ({"source": {"id": SOURCE}}, {"source": {"id": SOURCE + "x"}}, "source.id"),
        ({"source": {"id": SOURCE}}, {"source": {"virtualMachineId": VM}}, "source.virtualMachineId"),
        (
            {"source": {"communityGalleryImageId": COMMUNITY}},
            {"source": {"communityGalleryImageId": COMMUNITY + "1"}},
            "source.communityGalleryImageId",
        ),
        ({"source": {"virtualMachineId": VM}}, {"source": {"virtualMachineId": VM + "x"}}, "source.virtualMachineId"),
        ({"source": {"id": SOURCE}}, {"osDiskImage": {"source": {"id": DISK}}}, "osDiskImage.source.id"),
        (
            {"osDiskImage": {"source": {"id": DISK}}},
            {"osDiskImage": {"source": {"id": DISK + "x"}}},
            "osDiskImage.source.id",
        ),
        ({"osDiskImage": {"source": BLOB}}, {"osDiskImage": {"source": BLOB | {"uri": "x"}}}, "osDiskImage.source.uri"),
        (
            {"osDiskImage": {"source": BLOB}},
            {"osDiskImage": {"source": BLOB | {"storageAccountId": ACCOUNT + "x"}}},
            "osDiskImage.source.storageAccountId",
        ),
        (
            {"osDiskImage": {"source": {"id": DISK}}, "dataDiskImages": [{"lun": 0, "source": {"id": DISK}}]},
            {"dataDiskImages": [{"lun": 0, "source": {"id": DISK + "x"}}]},
            "dataDiskImages.source.id",
        ),
    ],
)
def test_sources_cannot_change(arm: Arm, before: dict[str, Any], after: dict[str, Any], target: str) -> None:
    # 4.3/1, 2.4/18-2.4/21, 2.4/24, 8/22
    path = arm.made(path_of(arm), body(before))
    answer = arm.put(path, body(after))
    message = refused(answer, 409, "PropertyChangeNotAllowed", f"{STORAGE}.{target}")
    assert message == f"Changing property '{STORAGE}.{target}' is not allowed."


@pytest.mark.parametrize(
    ("before", "after", "target"),
    [
        ({}, {"storageAccountType": "Premium_LRS"}, "storageAccountType"),
        ({}, {"replicationMode": "Shallow"}, "replicationMode"),
        ({"replicationMode": "Shallow"}, {"replicationMode": "Full"}, "replicationMode"),
        (
            {"storageAccountStrategy": "PreferStandard_ZRS"},
            {"storageAccountStrategy": "DefaultStandard_LRS"},
            "storageAccountStrategy",
        ),
    ],
)
def test_the_profile_has_immutable_parts(arm: Arm, before: dict[str, Any], after: dict[str, Any], target: str) -> None:
    # 2.4/13-2.4/15, 8/20, 8/21
    regions = {"targetRegions": [{"name": "westeurope"}]}
    path = arm.made(path_of(arm), version(publishingProfile=regions | before))
    answer = arm.put(path, version(publishingProfile=regions | after))
    refused(answer, 409, "PropertyChangeNotAllowed", f"{PROFILE}.{target}")


@pytest.mark.parametrize(
    ("before", "after", "target"),
    [
        ({}, {"storageAccountType": "Standard_ZRS"}, "storageAccountType"),
        ({"storageAccountType": "Premium_LRS"}, {"storageAccountType": "Standard_LRS"}, "storageAccountType"),
        ({}, {"encryption": {"osDiskImage": {"diskEncryptionSetId": SET}}}, "encryption"),
        (
            {"encryption": {"osDiskImage": {"diskEncryptionSetId": SET}}},
            {"encryption": {"osDiskImage": {"diskEncryptionSetId": SET + "x"}}},
            "encryption",
        ),
        (
            {"encryption": {"dataDiskImages": [{"lun": 0, "diskEncryptionSetId": SET}]}},
            {"encryption": {"dataDiskImages": [{"lun": 1, "diskEncryptionSetId": SET}]}},
            "encryption",
        ),
    ],
)
def test_a_region_that_is_there_keeps_type_and_encryption(
    arm: Arm, before: dict[str, Any], after: dict[str, Any], target: str
) -> None:
    # 4.3/2, 2.4/4, 2.4/5, 2.4/6, 8/20, 8/23
    path = arm.made(path_of(arm), version([{"name": "westeurope"} | before]))
    answer = arm.put(path, version([{"name": "West Europe"} | after]))
    refused(answer, 409, "PropertyChangeNotAllowed", f"{PROFILE}.targetRegions.{target}")
    assert arm.put(path, version(["westeurope"])).status_code == 200
    found = arm.properties(path)["publishingProfile"]["targetRegions"][0]
    assert before.items() <= found.items()


def test_uefi_settings_cannot_change_and_show_only_when_asked(arm: Arm) -> None:
    # 2.4/28, 2.4/29, 3.6/1
    path = arm.made(path_of(arm), version(securityProfile=UEFI))
    assert "securityProfile" not in arm.properties(path)
    expanded = arm.properties(path, query="&$expand=UefiSettings,ReplicationStatus")
    assert expanded["securityProfile"] == UEFI
    assert "replicationStatus" in expanded
    changed: dict[str, Any] = {"uefiSettings": {"signatureTemplateNames": ["NoSignatureTemplate"]}}
    answer = arm.put(path, version(securityProfile=changed))
    target = "galleryImageVersion.properties.securityProfile.uefiSettings.signatureTemplateNames"
    refused(answer, 409, "PropertyChangeNotAllowed", target)
    changed = {"uefiSettings": {"additionalSignatures": {"db": [{"type": "sha256", "value": ["x"]}]}}}
    refused(arm.put(path, version(securityProfile=changed)), 409, "PropertyChangeNotAllowed")
    assert arm.put(path, version()).status_code == 200
    assert arm.properties(path, query="&$expand=UefiSettings")["securityProfile"] == UEFI


def test_too_many_uefi_keys_are_refused(arm: Arm) -> None:
    # 4.3/19, 6/8
    keys = {"dbx": [{"type": "sha256", "value": [str(n) for n in range(257)]}]}
    answer = arm.put(path_of(arm), version(securityProfile={"uefiSettings": {"additionalSignatures": keys}}))
    target = "galleryImageVersion.properties.securityProfile.uefiSettings.additionalSignatures"
    refused(answer, 400, "InvalidParameter", target)


@pytest.mark.recorded("3.4/1")
def test_a_put_without_source_keeps_the_stored_one(arm: Arm) -> None:
    # 2.4/22
    path = arm.made(
        path_of(arm),
        body({"osDiskImage": {"source": {"id": DISK}}, "dataDiskImages": [{"lun": 3, "source": {"id": DISK}}]}),
    )
    arm.made(path, body({"osDiskImage": {"hostCaching": "ReadOnly"}}))
    storage = arm.properties(path)["storageProfile"]
    assert storage["osDiskImage"]["hostCaching"] == "ReadOnly"
    assert storage["osDiskImage"]["source"] == {"id": DISK}
    assert storage["dataDiskImages"][0]["source"] == {"id": DISK}
    arm.made(path, body({}))
    assert arm.properties(path)["storageProfile"] == storage


def test_the_same_source_in_another_case_is_no_change(arm: Arm) -> None:
    # 3.8/18
    path = arm.made(path_of(arm), version())
    assert arm.put(path, body({"source": {"id": SOURCE.upper()}})).status_code == 200


def test_put_needs_a_storage_profile_and_patch_does_not(arm: Arm) -> None:
    # 2.4/17, 3.4/5
    path = arm.version()
    without = version()
    del without["properties"]["storageProfile"]
    refused(arm.put(path, without), 400, "InvalidParameter", STORAGE)
    assert arm.patch(path, {"properties": {"storageProfile": {}}, "tags": {"a": "b"}}).status_code == 200
    arm.clock.advance(150)
    assert arm.patch(path, {"tags": {"a": "c"}}).status_code == 200
    assert arm.get(path).json()["tags"] == {"a": "c"}
    assert arm.properties(path)["storageProfile"]["source"] == {"id": SOURCE}


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"source": {}},
        {"source": {"id": SOURCE, "virtualMachineId": VM}},
        {"source": {"id": SOURCE}, "osDiskImage": {"source": {"id": DISK}}},
        {"source": {"id": SOURCE}, "dataDiskImages": [{"lun": 0, "source": {"id": DISK}}]},
        {"osDiskImage": {"source": {"id": DISK, "uri": "https://x"}}},
        {"dataDiskImages": [{"lun": 0, "source": {"id": DISK}}]},
    ],
)
def test_exactly_one_kind_of_source_is_needed(arm: Arm, source: dict[str, Any]) -> None:
    # 4.3/9
    refused(arm.put(path_of(arm), body(source)), 400, "InvalidParameter", STORAGE)


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ({"source": {"id": "ubuntu"}}, "source.id"),
        ({"source": {"id": "/images/ubuntu"}}, "source.id"),
        ({"source": {"virtualMachineId": "vm"}}, "source.virtualMachineId"),
        ({"osDiskImage": {"source": {"id": "disk"}}}, "osDiskImage.source.id"),
        (
            {"osDiskImage": {"source": {"id": DISK}}, "dataDiskImages": [{"lun": 0, "source": {"id": "disk"}}]},
            "dataDiskImages[0].source.id",
        ),
    ],
)
def test_malformed_source_ids_are_refused(arm: Arm, source: dict[str, Any], place: str) -> None:
    # 4.3/10
    message = refused(arm.put(path_of(arm), body(source)), 400, "LinkedInvalidPropertyId")
    assert f"at path 'properties.storageProfile.{place}' is invalid." in message


@pytest.mark.parametrize("source", [{"source": {"id": DISK}}, {"osDiskImage": {"source": {"id": SOURCE}}}])
def test_sources_of_the_wrong_type_are_refused(arm: Arm, source: dict[str, Any]) -> None:
    # 4.3/8
    message = refused(arm.put(path_of(arm), body(source)), 400, "InvalidParameter")
    assert "must either be a managed" in message


@pytest.mark.parametrize("luns", [[0, 0], [None]])
def test_luns_are_stated_and_distinct(arm: Arm, luns: list[int | None]) -> None:
    # 4.3/20
    disks = [{"lun": lun, "source": {"id": DISK}} for lun in luns]
    source = {"osDiskImage": {"source": {"id": DISK}}, "dataDiskImages": disks}
    refused(arm.put(path_of(arm), body(source)), 400, "InvalidParameter")


@pytest.mark.parametrize("luns", [[0, 1], [1], []])
def test_data_disks_are_not_added_or_moved(arm: Arm, luns: list[int]) -> None:
    # 4.3/20, 2.4/24
    source = {"osDiskImage": {"source": {"id": DISK}}, "dataDiskImages": [{"lun": 0, "source": {"id": DISK}}]}
    path = arm.made(path_of(arm), body(source))
    answer = arm.put(path, body({"dataDiskImages": [{"lun": lun, "source": {"id": DISK}} for lun in luns]}))
    message = refused(answer, 400, "InvalidParameter")
    assert message == "Adding new Data Disks or changing the LUN of a Data Disk in an existing Image is not allowed"


@pytest.mark.parametrize("name", ["1.0", "1.0.0.0", "1.0.x", "latest", "v1.0.0", "1.0.2147483648", "1.-1.0"])
def test_bad_version_names_are_refused(arm: Arm, name: str) -> None:
    # 4.3/11
    message = refused(arm.put(path_of(arm, name), version()), 400, "InvalidParameter")
    assert message.startswith("The image version name is invalid.")


def test_good_version_names_are_accepted(arm: Arm) -> None:
    # 4.3/11
    path = path_of(arm, "2147483647.0.20260101")
    assert arm.put(path, version()).status_code == 201


def test_writes_are_refused_while_another_one_runs(arm: Arm, world: Callable[..., Arm]) -> None:
    # 4.3/14, 3.5
    for here, status, code in (
        (arm, 409, "Conflict"),
        (world(doubts=Doubts(concurrent_status=400, concurrent_code="Busy")), 400, "Busy"),
    ):
        path = path_of(here)
        here.put(path, version())
        for method in ("PUT", "PATCH", "DELETE"):
            refused(here.call(method, path, None if method == "DELETE" else version()), status, code)
        here.clock.advance(240)
        assert here.put(path, version()).status_code == 200


def test_a_delete_may_overtake_a_write_where_that_is_chosen(world: Callable[..., Arm]) -> None:
    # 4.3/14
    arm = world(doubts=Doubts(delete_during_write="accepted"))
    path = path_of(arm)
    arm.put(path, version())
    assert arm.delete(path).status_code == 202


@pytest.mark.recorded("7/6")
def test_different_versions_are_written_at_the_same_time(arm: Arm) -> None:
    arm.definition()
    for name in ("1.0.0", "1.0.1"):
        assert arm.put(arm.path("corp", "ubuntu", name), version()).status_code == 201


def test_writes_after_a_delete_began_are_refused(arm: Arm) -> None:
    # 4.3/13
    path = arm.version()
    arm.delete(path)
    message = refused(arm.put(path, version()), 409, "OperationNotAllowed")
    assert message.startswith("Operation 'Update Gallery Image Version' is not allowed on 1.0.0; since it is marked")
    assert arm.delete(path).status_code == 202


def test_the_end_of_life_block_holds_until_the_date(world: Callable[..., Arm]) -> None:
    # 4.3/17, 2.4/26, 7/4
    arm = world()
    profile = {"targetRegions": [{"name": "westeurope"}], "endOfLifeDate": "2026-12-01"}
    blocked = version(publishingProfile=profile, safetyProfile={"blockDeletionBeforeEndOfLife": True})
    path = arm.made(path_of(arm), blocked)
    refused(arm.delete(path), 409, "DeleteGalleryImageVersionBlockedBeforeEndOfLife")
    arm.clock.advance(200 * 86_400)
    assert arm.delete(path).status_code == 202


@pytest.mark.recorded("8/24")
def test_switching_the_block_off_allows_the_delete(arm: Arm) -> None:
    # 7/4
    profile = {"targetRegions": [{"name": "westeurope"}], "endOfLifeDate": "2036-12-01"}
    path = arm.made(
        path_of(arm), version(publishingProfile=profile, safetyProfile={"blockDeletionBeforeEndOfLife": True})
    )
    arm.made(path, version(publishingProfile=profile, safetyProfile={"blockDeletionBeforeEndOfLife": False}))
    assert arm.delete(path).status_code == 202


def test_a_past_date_on_a_version_may_be_accepted(world: Callable[..., Arm]) -> None:
    # 4.2/6
    arm = world(doubts=Doubts(past_end_of_life="definitions_only"))
    profile = {"targetRegions": [{"name": "westeurope"}], "endOfLifeDate": "2015-12-01"}
    assert arm.put(path_of(arm), version(publishingProfile=profile)).status_code == 201


def test_restore_is_never_returned_and_unknown_fields_are(arm: Arm) -> None:
    # 2.4/30, 3.4/6, 2.5
    path = arm.made(path_of(arm), version(restore=False, imageMetadataProfiles=[{"a": 1}]))
    found = arm.properties(path)
    assert "restore" not in found
    assert found["imageMetadataProfiles"] == [{"a": 1}]


@pytest.mark.recorded("3.4/1")
def test_a_body_that_was_read_can_be_written_back(arm: Arm) -> None:
    source = {"osDiskImage": {"source": {"id": DISK}}, "dataDiskImages": [{"lun": 0, "source": {"id": DISK}}]}
    profile = {
        "targetRegions": [{"name": "westeurope"}, {"name": "northeurope", "excludeFromLatest": True}],
        "targetExtendedLocations": [{"name": "westus", "extendedLocation": {"name": "edge", "type": "EdgeZone"}}],
        "endOfLifeDate": "2036-12-01",
        "replicaCount": 3,
    }
    path = arm.made(path_of(arm), body(source, publishingProfile=profile, securityProfile=UEFI), api=NEWEST)
    before = arm.get(path, api=NEWEST).json()
    assert arm.put(path, before, api=NEWEST).status_code == 200
    arm.clock.advance(1_000)
    assert arm.get(path, api=NEWEST).json() == before
