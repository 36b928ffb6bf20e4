from __future__ import annotations

import copy
from typing import Any

from reconciler.live.conversion import assignment_to_live, progress_of, to_live
from reconciler.live.identity import Spelling, address_of
from reconciler.model.address import Access, Address, Kind
from reconciler.model.report import RegionProgress

SUB = "00000000-0000-0000-0000-000000000001"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
PRINCIPAL = "6f7c0000-0000-4000-8000-000000000002"
GRANT = "6f7c0000-0000-4000-8000-000000000001"
GALLERY = Address(SUB, "rg", "g")
VERSION = Address(SUB, "rg", "g", "i", "1.0.0")

ARM_VERSION: dict[str, Any] = {
    "name": "1.0.0",
    "id": VERSION.resource_id,
    "type": "Microsoft.Compute/galleries/images/versions",
    "location": "westeurope",
    "tags": {"a": "b"},
    "properties": {
        "publishingProfile": {
            "targetRegions": [{"name": "West Europe", "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"}],
            "publishedDate": "2026-11-22T04:58:18.310042+00:00",
            "replicaCount": 1,
        },
        "storageProfile": {
            "osDiskImage": {"sizeInGB": 30, "hostCaching": "ReadWrite", "source": {}},
            "dataDiskImages": [{"lun": 0, "sizeInGB": 4, "hostCaching": "None"}, {"lun": 1, "sizeInGB": 8}],
        },
        "safetyProfile": {"reportedForPolicyViolation": False},
        "provisioningState": "Succeeded",
        "replicationStatus": {"aggregatedState": "Completed"},
        "validationsProfile": {"validationOperationStatus": "NotExecuted"},
        "newerThanUs": {"x": 1},
    },
}


def test_what_only_azure_writes_leaves_the_body_and_is_kept_beside_it() -> None:
    before = copy.deepcopy(ARM_VERSION)
    live = to_live(VERSION, ARM_VERSION, Kind.IMAGE_VERSION)
    assert before == ARM_VERSION
    assert live.state == "Succeeded"
    assert live.resource_id == VERSION.resource_id
    assert live.body == {
        "location": "westeurope",
        "tags": {"a": "b"},
        "publishingProfile": {
            "targetRegions": {
                "[westeurope]": {"name": "westeurope", "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"}
            },
            "replicaCount": 1,
        },
        "storageProfile": {
            "osDiskImage": {"hostCaching": "ReadWrite"},
            "dataDiskImages": {"[0]": {"lun": 0, "hostCaching": "None"}, "[1]": {"lun": 1}},
        },
        "newerThanUs": {"x": 1},
    }
    assert live.read_only == {
        "publishingProfile": {"publishedDate": "2026-11-22T04:58:18.310042+00:00"},
        "storageProfile": {
            "osDiskImage": {"sizeInGB": 30},
            "dataDiskImages": [{"sizeInGB": 4}, {"sizeInGB": 8}],
        },
        "safetyProfile": {"reportedForPolicyViolation": False},
        "replicationStatus": {"aggregatedState": "Completed"},
        "validationsProfile": {"validationOperationStatus": "NotExecuted"},
    }


def test_a_gallery_keeps_its_unique_name_beside_its_body() -> None:
    arm = {
        "name": "g",
        "location": "westeurope",
        "properties": {
            "identifier": {"uniqueName": f"{SUB}-G"},
            "provisioningState": "Updating",
            "sharingProfile": {
                "permissions": "Community",
                "communityGalleryInfo": {"eula": "e", "communityGalleryEnabled": True, "publicNames": ["p-1"]},
            },
        },
    }
    live = to_live(GALLERY, arm, Kind.GALLERY)
    assert live.state == "Updating"
    assert live.body == {
        "location": "westeurope",
        "sharingProfile": {
            "permissions": "Community",
            "communityGalleryInfo": {"eula": "e", "communityGalleryEnabled": True},
        },
    }
    assert live.read_only["identifier"] == {"uniqueName": f"{SUB}-G"}
    assert live.read_only["sharingProfile"]["communityGalleryInfo"]["publicNames"] == ["p-1"]


def test_a_definition_keeps_its_identifier_in_the_body() -> None:
    arm = {"name": "i", "properties": {"identifier": {"publisher": "a", "offer": "b", "sku": "c"}}}
    address = Address(SUB, "rg", "g", "i")
    assert "identifier" in to_live(address, arm, Kind.IMAGE_DEFINITION).body


def test_odd_shapes_are_kept_not_lost() -> None:
    arm = {"name": "1.0.0", "properties": {"storageProfile": "odd", "publishingProfile": ["x"], "safetyProfile": None}}
    live = to_live(VERSION, arm, Kind.IMAGE_VERSION)
    assert live.body == {"storageProfile": "odd", "publishingProfile": ["x"]}


def grant(scope: str, role: str = READER, **more: Any) -> dict[str, Any]:
    roles = f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions"
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{GRANT}",
        "name": GRANT,
        "properties": {
            "roleDefinitionId": f"{roles}/{role.upper()}",
            "principalId": PRINCIPAL.upper(),
            "principalType": "Group",
            "scope": scope,
            "condition": None,
            "createdOn": "2026-11-22T04:58:18.3229340Z",
            **more,
        },
    }


def test_a_grant_takes_the_spelling_of_its_declared_scope() -> None:
    declared = Address(SUB, "Rg", "G", "Img")
    scope = declared.resource_id.upper()
    live = assignment_to_live(grant(scope), Spelling((declared, Address(SUB, "Rg", "G"))), {})
    assert live is not None
    assert live.address == Address(SUB, "rg", "g", "img", access=Access("Reader", PRINCIPAL, READER))
    assert live.address.access == Access("Reader", PRINCIPAL, READER)
    assert live.body == {"roleDefinitionId": READER, "principalId": PRINCIPAL, "principalType": "Group"}
    assert live.resource_id == f"{declared.resource_id}/providers/Microsoft.Authorization/roleAssignments/{GRANT}"
    assert live.state == ""


def test_a_custom_role_has_its_declared_name() -> None:
    role = "00000000-0000-4000-8000-00000000abcd"
    live = assignment_to_live(grant(GALLERY.resource_id, role), Spelling(()), {role: "Image Publisher"})
    assert live is not None
    assert live.address.access == Access("Image Publisher", PRINCIPAL, role)


def test_a_grant_at_any_other_scope_is_none_of_ours() -> None:
    for scope in (
        f"/subscriptions/{SUB}",
        f"/subscriptions/{SUB}/resourceGroups/rg",
        "/",
        f"{GALLERY.resource_id}/x/y",
    ):
        assert assignment_to_live(grant(scope), Spelling(()), {}) is None


def test_ids_are_read_in_any_case_and_nothing_else_is() -> None:
    assert address_of(VERSION.resource_id.upper()) == VERSION
    assert address_of(f"{GALLERY.resource_id}/") is None
    assert address_of(f"{GALLERY.resource_id}/scripts/s") is None
    assert address_of("/subscriptions/s/resourceGroups/rg") is None


def test_spelling_is_inherited_from_the_nearest_declared_parent() -> None:
    spell = Spelling((Address(SUB, "RG-Images", "Corp"),))
    assert spell(Address(SUB, "rg-images", "corp", "Img", "1.0.0")).resource_id.endswith(
        "resourceGroups/RG-Images/providers/Microsoft.Compute/galleries/Corp/images/Img/versions/1.0.0"
    )


def test_replication_is_told_in_short_region_names() -> None:
    arm = {
        "properties": {
            "replicationStatus": {
                "summary": [
                    {"region": "West Europe", "state": "Completed", "progress": 100, "details": ""},
                    {"region": "North Europe", "state": "Failed", "details": "no space"},
                    {"state": "Completed"},
                    "odd",
                ]
            }
        }
    }
    assert progress_of(arm) == (
        RegionProgress("westeurope", "Completed", 100),
        RegionProgress("northeurope", "Failed", 0, "no space"),
    )
    assert progress_of({}) == ()
