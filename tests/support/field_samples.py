"""One example of a change for every field of every kind: what is declared first, and what is declared then.

Fragments are laid over a base spec of the kind. A field of the registry without an example fails the tests.
"""

from __future__ import annotations

from typing import Any

from tests.support.workbench import GROUP, SUB

Fragment = dict[str, Any]

COMPUTE = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute"
ID_A = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a"
KEY_A = f"{COMPUTE}/diskEncryptionSets/a"
KEY_B = f"{COMPUTE}/diskEncryptionSets/b"
ACCOUNT_A = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Storage/storageAccounts/a"
ACCOUNT_B = ACCOUNT_A[:-1] + "b"

GALLERY_BASE: Fragment = {"location": "westeurope"}
DEFINITION_BASE: Fragment = {
    "location": "westeurope",
    "osType": "Linux",
    "osState": "Generalized",
    "hyperVGeneration": "V2",
    "architecture": "x64",
    "identifier": {"publisher": "Corp", "offer": "Offer", "sku": "Sku"},
}
VERSION_BASE: Fragment = {
    "location": "westeurope",
    "storageProfile": {"source": {"id": f"{COMPUTE}/images/a"}},
    "publishingProfile": {"targetRegions": [{"name": "westeurope", "regionalReplicaCount": 1}]},
}
ACCESS_BASE: Fragment = {
    "role": "Reader",
    "principal": {"id": "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f", "type": "Group"},
}


def nest(path: str, value: Any) -> Fragment:
    """`a.b` and a value as a nested fragment."""
    head, _, rest = path.partition(".")
    return {head: nest(rest, value) if rest else value}


def pair(path: str, before: Any, after: Any) -> tuple[Fragment, Fragment]:
    """The same path with two values."""
    return nest(path, before), nest(path, after)


GALLERY: dict[str, tuple[Fragment, Fragment]] = {
    "location": pair("location", "westeurope", "northeurope"),
    "tags": pair("tags", {"team": "a"}, {"team": "b"}),
    "description": pair("description", "one", "two"),
    "identity.type": pair("identity.type", "SystemAssigned", "None"),
    "sharingProfile.permissions": pair("sharingProfile.permissions", "Private", "Groups"),
    "softDeletePolicy.isSoftDeleteEnabled": pair("softDeletePolicy.isSoftDeleteEnabled", False, True),
    "softDeletePolicy.retentionPeriodInDays": pair("softDeletePolicy.retentionPeriodInDays", 7, 14),
    "softDeletePolicy.gracePeriodInDays": pair("softDeletePolicy.gracePeriodInDays", 1, 2),
}
COMMUNITY = {
    "publisherUri": "https://a.example.com",
    "publisherContact": "a@example.com",
    "eula": "https://a.example.com/eula",
    "publicNamePrefix": "corpA",
}
for _field, _other in (
    ("publisherUri", "https://b.example.com"),
    ("publisherContact", "b@example.com"),
    ("eula", "https://b.example.com/eula"),
    ("publicNamePrefix", "corpB"),
):
    GALLERY[f"sharingProfile.communityGalleryInfo.{_field}"] = (
        {"sharingProfile": {"permissions": "Community", "communityGalleryInfo": COMMUNITY}},
        {"sharingProfile": {"permissions": "Community", "communityGalleryInfo": {**COMMUNITY, _field: _other}}},
    )

GALLERY["sharingProfile.communityGalleryInfo.communityGalleryEnabled"] = (
    {"sharingProfile": {"permissions": "Community", "communityGalleryInfo": COMMUNITY}},
    {
        "sharingProfile": {
            "permissions": "Community",
            "communityGalleryInfo": {**COMMUNITY, "communityGalleryEnabled": True},
        }
    },
)
TENANTS = {"type": "AADTenants", "ids": ["00000000-0000-0000-0000-0000000000b1"]}
for _field, _groups in (
    ("type", [{"type": "Subscriptions", "ids": [SUB]}, TENANTS]),
    ("ids", [{"type": "Subscriptions", "ids": [SUB, "00000000-0000-0000-0000-0000000000b2"]}]),
):
    GALLERY[f"sharingProfile.groups[].{_field}"] = (
        {"sharingProfile": {"permissions": "Groups", "groups": [{"type": "Subscriptions", "ids": [SUB]}]}},
        {"sharingProfile": {"permissions": "Groups", "groups": _groups}},
    )

DEFINITION: dict[str, tuple[Fragment, Fragment]] = {
    "location": pair("location", "westeurope", "northeurope"),
    "tags": pair("tags", {"team": "a"}, {"team": "b"}),
    "osType": pair("osType", "Linux", "Windows"),
    "osState": pair("osState", "Generalized", "Specialized"),
    "hyperVGeneration": pair("hyperVGeneration", "V2", "V1"),
    "architecture": pair("architecture", "x64", "Arm64"),
    "identifier.publisher": pair("identifier.publisher", "Corp", "Other"),
    "identifier.offer": pair("identifier.offer", "Offer", "Other"),
    "identifier.sku": pair("identifier.sku", "Sku", "Other"),
    "description": pair("description", "one", "two"),
    "eula": pair("eula", "one", "two"),
    "privacyStatementUri": pair("privacyStatementUri", "https://a.example.com", "https://b.example.com"),
    "releaseNoteUri": pair("releaseNoteUri", "https://a.example.com", "https://b.example.com"),
    "endOfLifeDate": pair("endOfLifeDate", "2030-01-01", "2031-01-01"),
    "recommended.vCPUs.min": pair("recommended.vCPUs", {"min": 1, "max": 8}, {"min": 2, "max": 8}),
    "recommended.vCPUs.max": pair("recommended.vCPUs", {"min": 1, "max": 8}, {"min": 1, "max": 16}),
    "recommended.memory.min": pair("recommended.memory", {"min": 1, "max": 8}, {"min": 2, "max": 8}),
    "recommended.memory.max": pair("recommended.memory", {"min": 1, "max": 8}, {"min": 1, "max": 16}),
    "disallowed.diskTypes": pair("disallowed.diskTypes", ["Standard_LRS"], ["Standard_LRS", "Premium_LRS"]),
    "purchasePlan.name": pair("purchasePlan", {"name": "a", "publisher": "p", "product": "x"}, {"name": "b"}),
    "purchasePlan.publisher": pair(
        "purchasePlan", {"name": "a", "publisher": "p", "product": "x"}, {"name": "a", "publisher": "q"}
    ),
    "purchasePlan.product": pair(
        "purchasePlan", {"name": "a", "publisher": "p", "product": "x"}, {"name": "a", "product": "y"}
    ),
    "features[].name": pair(
        "features",
        [{"name": "SecurityType", "value": "Standard"}],
        [{"name": "SecurityType", "value": "Standard"}, {"name": "IsHibernateSupported", "value": "True"}],
    ),
    "features[].value": pair(
        "features",
        [{"name": "SecurityType", "value": "Standard"}],
        [{"name": "SecurityType", "value": "TrustedLaunchSupported"}],
    ),
    "features[].startsAtVersion": pair(
        "features",
        [{"name": "SecurityType", "value": "Standard", "startsAtVersion": "1.0.0"}],
        [{"name": "SecurityType", "value": "Standard", "startsAtVersion": "2.0.0"}],
    ),
    "allowUpdateImage": pair("allowUpdateImage", False, True),
}

PROFILE = "publishingProfile"
HOME = {"name": "westeurope", "regionalReplicaCount": 1}


def region(before: Fragment, after: Fragment) -> tuple[Fragment, Fragment]:
    """Two states of a second region."""
    second = {"name": "northeurope", "regionalReplicaCount": 1}
    return pair(f"{PROFILE}.targetRegions", [HOME, {**second, **before}], [HOME, {**second, **after}])


def edge(before: Fragment, after: Fragment) -> tuple[Fragment, Fragment]:
    """Two states of an edge zone."""
    zone = {"name": "westus", "extendedLocation": {"name": "losangeles", "type": "EdgeZone"}}
    regions = {"targetRegions": [HOME, {"name": "westus", "regionalReplicaCount": 1}]}
    return (
        {PROFILE: {**regions, "targetExtendedLocations": [{**zone, **before}]}},
        {PROFILE: {**regions, "targetExtendedLocations": [{**zone, **after}]}},
    )


def storage(before: Fragment, after: Fragment) -> tuple[Fragment, Fragment]:
    """Two whole storage profiles."""
    return {"storageProfile": before}, {"storageProfile": after}


def disk(before: Fragment, after: Fragment) -> tuple[Fragment, Fragment]:
    """Two states of the OS disk."""
    return storage({"osDiskImage": before}, {"osDiskImage": after})


def data_disk(before: Fragment, after: Fragment) -> tuple[Fragment, Fragment]:
    """Two states of the data disks beside one OS disk."""
    os_disk = {"source": {"id": f"{COMPUTE}/snapshots/os"}}
    return storage(
        {"osDiskImage": os_disk, "dataDiskImages": [before]}, {"osDiskImage": os_disk, "dataDiskImages": [after]}
    )


VHD = "https://a.blob.example.com/vhds/a.vhd"
CVM = {"confidentialVMEncryptionType": "EncryptedWithPmk"}
SIGNATURES = "securityProfile.uefiSettings.additionalSignatures"
SECRETS = "securityProfile.secretsProvisioningSettings"

VERSION: dict[str, tuple[Fragment, Fragment]] = {
    "location": (
        {PROFILE: {"targetRegions": [HOME, {"name": "northeurope", "regionalReplicaCount": 1}]}},
        {
            "location": "northeurope",
            PROFILE: {"targetRegions": [HOME, {"name": "northeurope", "regionalReplicaCount": 1}]},
        },
    ),
    "tags": pair("tags", {"team": "a"}, {"team": "b"}),
    "storageProfile.source.id": storage(
        {"source": {"id": f"{COMPUTE}/images/a"}}, {"source": {"id": f"{COMPUTE}/images/b"}}
    ),
    "storageProfile.source.virtualMachineId": storage(
        {"source": {"virtualMachineId": f"{COMPUTE}/virtualMachines/a"}},
        {"source": {"virtualMachineId": f"{COMPUTE}/virtualMachines/b"}},
    ),
    "storageProfile.source.communityGalleryImageId": storage(
        {"source": {"communityGalleryImageId": "/communityGalleries/pub-1/images/i/versions/1.0.0"}},
        {"source": {"communityGalleryImageId": "/communityGalleries/pub-1/images/i/versions/2.0.0"}},
    ),
    "storageProfile.osDiskImage.hostCaching": disk(
        {"source": {"id": f"{COMPUTE}/disks/a"}, "hostCaching": "ReadOnly"},
        {"source": {"id": f"{COMPUTE}/disks/a"}, "hostCaching": "ReadWrite"},
    ),
    "storageProfile.osDiskImage.source.id": disk(
        {"source": {"id": f"{COMPUTE}/disks/a"}}, {"source": {"id": f"{COMPUTE}/disks/b"}}
    ),
    "storageProfile.osDiskImage.source.uri": disk(
        {"source": {"uri": VHD, "storageAccountId": ACCOUNT_A}},
        {"source": {"uri": VHD.replace("a.vhd", "b.vhd"), "storageAccountId": ACCOUNT_A}},
    ),
    "storageProfile.osDiskImage.source.storageAccountId": disk(
        {"source": {"uri": VHD, "storageAccountId": ACCOUNT_A}},
        {"source": {"uri": VHD, "storageAccountId": ACCOUNT_B}},
    ),
    "storageProfile.dataDiskImages[].lun": data_disk(
        {"lun": 0, "source": {"id": f"{COMPUTE}/snapshots/d"}}, {"lun": 1, "source": {"id": f"{COMPUTE}/snapshots/d"}}
    ),
    "storageProfile.dataDiskImages[].hostCaching": data_disk(
        {"lun": 0, "source": {"id": f"{COMPUTE}/snapshots/d"}, "hostCaching": "ReadOnly"},
        {"lun": 0, "source": {"id": f"{COMPUTE}/snapshots/d"}, "hostCaching": "ReadWrite"},
    ),
    "storageProfile.dataDiskImages[].source.id": data_disk(
        {"lun": 0, "source": {"id": f"{COMPUTE}/snapshots/d"}}, {"lun": 0, "source": {"id": f"{COMPUTE}/snapshots/e"}}
    ),
    "storageProfile.dataDiskImages[].source.uri": data_disk(
        {"lun": 0, "source": {"uri": VHD, "storageAccountId": ACCOUNT_A}},
        {"lun": 0, "source": {"uri": VHD.replace("a.vhd", "b.vhd"), "storageAccountId": ACCOUNT_A}},
    ),
    "storageProfile.dataDiskImages[].source.storageAccountId": data_disk(
        {"lun": 0, "source": {"uri": VHD, "storageAccountId": ACCOUNT_A}},
        {"lun": 0, "source": {"uri": VHD, "storageAccountId": ACCOUNT_B}},
    ),
    f"{PROFILE}.targetRegions[].name": pair(
        f"{PROFILE}.targetRegions", [HOME], [HOME, {"name": "northeurope", "regionalReplicaCount": 1}]
    ),
    f"{PROFILE}.targetRegions[].regionalReplicaCount": region({"regionalReplicaCount": 1}, {"regionalReplicaCount": 3}),
    f"{PROFILE}.targetRegions[].storageAccountType": region(
        {"storageAccountType": "Standard_LRS"}, {"storageAccountType": "Standard_ZRS"}
    ),
    f"{PROFILE}.targetRegions[].excludeFromLatest": region({"excludeFromLatest": False}, {"excludeFromLatest": True}),
    f"{PROFILE}.targetRegions[].additionalReplicaSets[].storageAccountType": region(
        {"additionalReplicaSets": [{"storageAccountType": "Premium_LRS", "regionalReplicaCount": 1}]},
        {
            "additionalReplicaSets": [
                {"storageAccountType": "Premium_LRS", "regionalReplicaCount": 1},
                {"storageAccountType": "PremiumV2_LRS", "regionalReplicaCount": 1},
            ]
        },
    ),
    f"{PROFILE}.targetRegions[].additionalReplicaSets[].regionalReplicaCount": region(
        {"additionalReplicaSets": [{"storageAccountType": "Premium_LRS", "regionalReplicaCount": 1}]},
        {"additionalReplicaSets": [{"storageAccountType": "Premium_LRS", "regionalReplicaCount": 2}]},
    ),
    f"{PROFILE}.replicaCount": pair(PROFILE, {"replicaCount": 1}, {"replicaCount": 2}),
    f"{PROFILE}.excludeFromLatest": pair(f"{PROFILE}.excludeFromLatest", False, True),
    f"{PROFILE}.endOfLifeDate": pair(f"{PROFILE}.endOfLifeDate", "2030-01-01", "2031-01-01"),
    f"{PROFILE}.storageAccountType": pair(f"{PROFILE}.storageAccountType", "Standard_LRS", "Standard_ZRS"),
    f"{PROFILE}.storageAccountStrategy": pair(
        f"{PROFILE}.storageAccountStrategy", "PreferStandard_ZRS", "DefaultStandard_LRS"
    ),
    f"{PROFILE}.replicationMode": pair(f"{PROFILE}.replicationMode", "Full", "Shallow"),
    f"{PROFILE}.targetExtendedLocations[].name": edge(
        {"extendedLocationReplicaCount": 1},
        {"name": "eastus", "extendedLocation": {"name": "miami", "type": "EdgeZone"}},
    ),
    f"{PROFILE}.targetExtendedLocations[].extendedLocation.name": edge(
        {"extendedLocationReplicaCount": 1}, {"extendedLocation": {"name": "perth", "type": "EdgeZone"}}
    ),
    f"{PROFILE}.targetExtendedLocations[].extendedLocation.type": edge(
        {"extendedLocation": {"name": "losangeles", "type": "EdgeZone"}},
        {"extendedLocation": {"name": "losangeles", "type": "Unknown"}},
    ),
    f"{PROFILE}.targetExtendedLocations[].extendedLocationReplicaCount": edge(
        {"extendedLocationReplicaCount": 1}, {"extendedLocationReplicaCount": 2}
    ),
    f"{PROFILE}.targetExtendedLocations[].storageAccountType": edge(
        {"storageAccountType": "Standard_LRS"}, {"storageAccountType": "Premium_LRS"}
    ),
    "safetyProfile.allowDeletionOfReplicatedLocations": pair(
        "safetyProfile.allowDeletionOfReplicatedLocations", False, True
    ),
    "safetyProfile.blockDeletionBeforeEndOfLife": pair("safetyProfile.blockDeletionBeforeEndOfLife", False, True),
    "securityProfile.uefiSettings.signatureTemplateNames": pair(
        "securityProfile.uefiSettings.signatureTemplateNames",
        ["NoSignatureTemplate"],
        ["MicrosoftWindowsTemplate"],
    ),
    f"{SIGNATURES}.pk.type": pair(
        f"{SIGNATURES}.pk", {"type": "sha256", "value": ["YQ=="]}, {"type": "x509", "value": ["YQ=="]}
    ),
    f"{SIGNATURES}.pk.value": pair(
        f"{SIGNATURES}.pk", {"type": "sha256", "value": ["YQ=="]}, {"type": "sha256", "value": ["Yg=="]}
    ),
    f"{SECRETS}.isSupported": pair(f"{SECRETS}.isSupported", False, True),
    f"{SECRETS}.osName": pair(f"{SECRETS}.osName", "a", "b"),
    f"{SECRETS}.components[].name": pair(
        f"{SECRETS}.components", [{"name": "a", "version": "1"}], [{"name": "b", "version": "1"}]
    ),
    f"{SECRETS}.components[].version": pair(
        f"{SECRETS}.components", [{"name": "a", "version": "1"}], [{"name": "a", "version": "2"}]
    ),
    "restore": pair("restore", False, True),
}
for _list in ("kek", "db", "dbx"):
    VERSION[f"{SIGNATURES}.{_list}[].type"] = pair(
        f"{SIGNATURES}.{_list}", [{"type": "sha256", "value": ["YQ=="]}], [{"type": "x509", "value": ["YQ=="]}]
    )
    VERSION[f"{SIGNATURES}.{_list}[].value"] = pair(
        f"{SIGNATURES}.{_list}", [{"type": "sha256", "value": ["YQ=="]}], [{"type": "sha256", "value": ["Yg=="]}]
    )

_SECURITY = "securityProfile"
for _place, _state in ((f"{PROFILE}.targetRegions[]", region), (f"{PROFILE}.targetExtendedLocations[]", edge)):
    _encryptions: dict[str, tuple[Fragment, Fragment]] = {
        "osDiskImage.diskEncryptionSetId": (
            {"osDiskImage": {"diskEncryptionSetId": KEY_A}},
            {"osDiskImage": {"diskEncryptionSetId": KEY_B}},
        ),
        "osDiskImage.securityProfile.confidentialVMEncryptionType": (
            {"osDiskImage": {_SECURITY: CVM}},
            {"osDiskImage": {_SECURITY: {"confidentialVMEncryptionType": "NonPersistedTPM"}}},
        ),
        "osDiskImage.securityProfile.secureVMDiskEncryptionSetId": (
            {"osDiskImage": {_SECURITY: {**CVM, "secureVMDiskEncryptionSetId": KEY_A}}},
            {"osDiskImage": {_SECURITY: {**CVM, "secureVMDiskEncryptionSetId": KEY_B}}},
        ),
        "dataDiskImages[].lun": (
            {"dataDiskImages": [{"lun": 0, "diskEncryptionSetId": KEY_A}]},
            {"dataDiskImages": [{"lun": 1, "diskEncryptionSetId": KEY_A}]},
        ),
        "dataDiskImages[].diskEncryptionSetId": (
            {"dataDiskImages": [{"lun": 0, "diskEncryptionSetId": KEY_A}]},
            {"dataDiskImages": [{"lun": 0, "diskEncryptionSetId": KEY_B}]},
        ),
        "dataDiskImages[].securityProfile.confidentialVMEncryptionType": (
            {"dataDiskImages": [{"lun": 0, _SECURITY: CVM}]},
            {"dataDiskImages": [{"lun": 0, _SECURITY: {"confidentialVMEncryptionType": "DataDiskEncryptedWithCmk"}}]},
        ),
        "dataDiskImages[].securityProfile.secureVMDiskEncryptionSetId": (
            {"dataDiskImages": [{"lun": 0, _SECURITY: {**CVM, "secureVMDiskEncryptionSetId": KEY_A}}]},
            {"dataDiskImages": [{"lun": 0, _SECURITY: {**CVM, "secureVMDiskEncryptionSetId": KEY_B}}]},
        ),
    }
    for _path, (_before, _after) in _encryptions.items():
        VERSION[f"{_place}.encryption.{_path}"] = _state({"encryption": _before}, {"encryption": _after})

ACCESS: dict[str, tuple[Fragment, Fragment]] = {
    "principalType": pair("principal.type", "Group", "User"),
    "description": pair("description", "one", "two"),
    "condition": pair("condition", "true", "false"),
    "conditionVersion": (
        {"condition": "true", "conditionVersion": "2.0"},
        {"condition": "true", "conditionVersion": "1.0"},
    ),
    "delegatedManagedIdentityResourceId": pair("delegatedManagedIdentityResourceId", ID_A, ID_A[:-1] + "b"),
}
