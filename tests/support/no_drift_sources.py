"""The other rows of facts 2.4 and those of 2.5 as no-drift cases: sources, guards and keys of versions."""

from __future__ import annotations

from functools import partial
from typing import Any

from reconciler.model.address import Kind
from tests.support.field_samples import ACCOUNT_A, ACCOUNT_B, COMPUTE, CVM, KEY_A, PROFILE, SECRETS, VHD, Fragment, nest
from tests.support.no_drift import ABSENT, BESIDE, Row, backwards, plus, properties, said, told, turned
from tests.support.no_drift_versions import SECOND, answered_second, second, shown_second

version = partial(Row, Kind.IMAGE_VERSION)
gallery = partial(Row, Kind.GALLERY)
STORAGE = "storageProfile"
IMAGE = f"{COMPUTE}/images/a"
PUBLIC = "/communityGalleries/pub-1/images/i/versions/1.0.0"
OS_DISK: Fragment = {"source": {"id": f"{COMPUTE}/snapshots/os"}}


def storage(**parts: Any) -> Fragment:
    """A version with this storage profile and no other."""
    return {STORAGE: parts}


def stored(**parts: Any) -> Fragment:
    """What an answer says of the storage profile."""
    return properties({STORAGE: parts})


def whole(fact: str, name: str, one: str, two: str) -> Row:
    """A source as a whole, named by an id."""
    path = f"{STORAGE}.source.{name}"
    return version(
        fact,
        storage(source={name: one}),
        stored(source={name: one}),
        same=tuple(storage(source={name: change(one)}) for change in (str.upper, str.lower, str.title)),
        answers=told(path, one.upper(), one.lower()) + told(f"{STORAGE}.source.note", "newer than us"),
        other=((storage(source={name: two}), path),),
        drifted=tuple((answer, path) for answer in told(path, two)),
    )


def disks(*luns: int, **more: Any) -> Fragment:
    """Data disks beside an OS disk."""
    listed = [{"lun": lun, "source": {"id": f"{COMPUTE}/snapshots/d{lun}"}, **more} for lun in luns]
    return storage(osDiskImage=OS_DISK, dataDiskImages=listed)


SOURCES = (
    version(
        "2.4/17",
        answered=stored(source={"id": IMAGE}, osDiskImage={"source": {}}),
        same=(storage(source={"id": IMAGE}),),
        answers=(
            backwards,
            *told(STORAGE, {"newerThanUs": {"x": 1}}, {"osDiskImage": ABSENT}, {"dataDiskImages": [{"lun": 0}]}),
        ),
        other=(
            (
                storage(source={"virtualMachineId": f"{COMPUTE}/virtualMachines/a"}),
                f"{STORAGE}.source.virtualMachineId",
            ),
        ),
    ),
    whole("2.4/18", "id", IMAGE, f"{COMPUTE}/images/b"),
    whole(
        "2.4/18",
        "id",
        f"{COMPUTE}/galleries/g/images/i/versions/1.0.0",
        f"{COMPUTE}/galleries/g/images/i/versions/1.0.1",
    ),
    whole("2.4/19", "virtualMachineId", f"{COMPUTE}/virtualMachines/a", f"{COMPUTE}/virtualMachines/b"),
    whole("2.4/20", "communityGalleryImageId", PUBLIC, PUBLIC.replace("1.0.0", "2.0.0")),
    version(
        "2.4/21",
        storage(osDiskImage=OS_DISK),
        stored(osDiskImage=OS_DISK),
        same=(storage(osDiskImage=nest("source.id", OS_DISK["source"]["id"].upper())),),
        answers=told(f"{STORAGE}.osDiskImage.source.id", OS_DISK["source"]["id"].lower())
        + told(f"{STORAGE}.source", {}),
        other=((storage(osDiskImage=nest("source.id", f"{COMPUTE}/disks/os")), f"{STORAGE}.osDiskImage.source.id"),),
    ),
    version(
        "2.4/21",
        storage(osDiskImage={"source": {"uri": VHD, "storageAccountId": ACCOUNT_A}}),
        stored(osDiskImage={"source": {"uri": VHD, "storageAccountId": ACCOUNT_A}}),
        same=(storage(osDiskImage={"source": {"storageAccountId": ACCOUNT_A.upper(), "uri": VHD}}),),
        answers=told(f"{STORAGE}.osDiskImage.source.storageAccountId", ACCOUNT_A.lower()),
        other=(
            (
                storage(osDiskImage={"source": {"uri": VHD.replace("a.vhd", "A.vhd"), "storageAccountId": ACCOUNT_A}}),
                f"{STORAGE}.osDiskImage.source.uri",
            ),
            (
                storage(osDiskImage={"source": {"uri": VHD, "storageAccountId": ACCOUNT_B}}),
                f"{STORAGE}.osDiskImage.source.storageAccountId",
            ),
        ),
    ),
    version(
        "2.4/22",
        answered=stored(osDiskImage={"hostCaching": "ReadWrite"}),
        answers=told(f"{STORAGE}.osDiskImage.hostCaching", "None", "readwrite", ABSENT),
    ),
    version(
        "2.4/22",
        storage(osDiskImage={**OS_DISK, "hostCaching": "readonly"}),
        stored(osDiskImage={"hostCaching": "ReadOnly"}),
        same=(storage(osDiskImage={**OS_DISK, "hostCaching": "READONLY"}), storage(osDiskImage=OS_DISK)),
        answers=told(f"{STORAGE}.osDiskImage.hostCaching", "readOnly"),
        other=((storage(osDiskImage={**OS_DISK, "hostCaching": "None"}), f"{STORAGE}.osDiskImage.hostCaching"),),
    ),
    version(
        "2.4/23",
        answered=stored(osDiskImage={"sizeInGB": 30}),
        answers=told(f"{STORAGE}.osDiskImage.sizeInGB", 128, ABSENT, None),
        own=(storage(source={"id": IMAGE}, osDiskImage={"sizeInGB": 30}),),
    ),
    version(
        "2.4/24",
        disks(0, 1, hostCaching="none"),
        stored(dataDiskImages=[{"lun": 0, "hostCaching": "None", "sizeInGB": 30}, {"lun": 1}]),
        same=(disks(1, 0), disks(1, hostCaching="None"), disks(0), storage(osDiskImage=OS_DISK, dataDiskImages=[])),
        answers=(
            turned("properties", STORAGE, "dataDiskImages"),
            *told(f"{STORAGE}.dataDiskImages", [{"sizeInGB": 64}, {"sizeInGB": ABSENT, "hostCaching": "none"}]),
        ),
        other=(
            (disks(0, 2), f"{STORAGE}.dataDiskImages[2]"),
            (disks(0, 1, hostCaching="ReadOnly"), f"{STORAGE}.dataDiskImages[1].hostCaching"),
        ),
        own=(disks(0, sizeInGB=1),),
    ),
    version(
        "2.4/24",
        answered=stored(dataDiskImages=ABSENT),
        answers=told(f"{STORAGE}.dataDiskImages", [], [{"lun": 0, "hostCaching": "None", "sizeInGB": 4}], None),
    ),
)
SAFETY = "safetyProfile"
REMOVABLE, BLOCKED = f"{SAFETY}.allowDeletionOfReplicatedLocations", f"{SAFETY}.blockDeletionBeforeEndOfLife"
TEMPLATES = "securityProfile.uefiSettings.signatureTemplateNames"
SIGNATURES = "securityProfile.uefiSettings.additionalSignatures"
NAMES = ["MicrosoftWindowsTemplate", "MicrosoftUefiCertificateAuthorityTemplate"]
SIGNED: Fragment = {"pk": {"type": "sha256", "value": ["YQ=="]}, "db": [{"type": "x509", "value": ["Yg==", "Yw=="]}]}
GUARDS = (
    version(
        "2.4/25",
        answered=properties(nest(REMOVABLE, False)),
        same=said(REMOVABLE, False, "no"),
        answers=told(REMOVABLE, True, ABSENT, None),
        other=((nest(REMOVABLE, True), REMOVABLE),),
    ),
    version(
        "2.4/25",
        nest(REMOVABLE, "yes"),
        properties(nest(REMOVABLE, True)),
        other=((nest(REMOVABLE, False), REMOVABLE),),
        drifted=(
            *((answer, REMOVABLE) for answer in told(REMOVABLE, False)),
            *((answer, SAFETY) for answer in told(SAFETY, ABSENT)),
        ),
    ),
    version(
        "2.4/25",
        nest(REMOVABLE, False),
        answers=told(REMOVABLE, ABSENT, None) + told(SAFETY, ABSENT),
        drifted=tuple((answer, REMOVABLE) for answer in told(REMOVABLE, True)),
    ),
    version(
        "2.4/26",
        answered=properties(nest(BLOCKED, ABSENT)),
        same=said(BLOCKED, False, "off"),
        answers=told(BLOCKED, True, False),
        other=((nest(BLOCKED, True), BLOCKED),),
    ),
    version(
        "2.4/27",
        answered=properties({SAFETY: {"reportedForPolicyViolation": False, "policyViolations": ABSENT}}),
        answers=told(SAFETY, {"reportedForPolicyViolation": True, "policyViolations": [{"category": "Other"}]}),
        own=said(f"{SAFETY}.reportedForPolicyViolation", True) + said(f"{SAFETY}.policyViolations", []),
    ),
    version(
        "2.4/28",
        nest(TEMPLATES, NAMES),
        properties({"securityProfile": ABSENT}),
        same=(nest(TEMPLATES, NAMES[::-1]), nest(TEMPLATES, [name.lower() for name in NAMES]), {}),
        answers=(
            turned("properties", *TEMPLATES.split(".")),
            *told(TEMPLATES, [name.upper() for name in NAMES]),
        ),
        other=((nest(TEMPLATES, NAMES[:1]), TEMPLATES),),
        drifted=tuple((answer, TEMPLATES) for answer in told(TEMPLATES, ["NoSignatureTemplate"])),
        expand="UefiSettings",
    ),
    version(
        "2.4/29",
        nest(SIGNATURES, SIGNED),
        properties({"securityProfile": ABSENT}),
        same=(
            nest(SIGNATURES, {"db": [{"value": ["Yg==", "Yw=="], "type": "X509"}]}),
            nest(f"{SIGNATURES}.pk.type", "SHA256"),
            {},
        ),
        answers=(backwards, *told(SIGNATURES, {"kek": [], "dbx": []}, {"pk": {"type": "SHA256"}})),
        other=((nest(f"{SIGNATURES}.pk.value", ["yq=="]), f"{SIGNATURES}.pk.value"),),
        drifted=tuple((answer, f"{SIGNATURES}.pk.value") for answer in told(f"{SIGNATURES}.pk.value", ["yq=="])),
        expand="UefiSettings",
    ),
    version(
        "2.4/30",
        nest("restore", False),
        properties({"restore": ABSENT}),
        same=(*said("restore", True, "yes"), {}),
        answers=told("restore", True, False),
        other=(({"restore": True, "tags": {"team": "a"}}, "tags.team"),),
    ),
    version(
        "2.4/31",
        answered=properties(nest("validationsProfile.validationOperationStatus", "NotExecuted")),
        answers=told(
            "validationsProfile",
            ABSENT,
            {"validationEtag": "1", "executedValidations": [{"type": "Boot", "status": "Failed"}]},
            {"platformAttributes": [{"name": "a", "value": "b"}]},
        ),
        own=said("validationsProfile", {"validationEtag": "1"}),
    ),
    version(
        "2.4/32",
        answered=properties({"replicationStatus": ABSENT}),
        answers=(
            *told("replicationStatus", ABSENT, {"aggregatedState": "Failed"}),
            *told("replicationStatus.summary", [{"state": "Replicating", "progress": 7}]),
        ),
        expand="ReplicationStatus",
        own=said("replicationStatus", {"aggregatedState": "Completed"}),
    ),
    version(
        "2.4/33",
        answered=properties({"provisioningState": "Succeeded"}),
        answers=told("provisioningState", ABSENT, None),
        drifted=tuple((answer, "provisioningState") for answer in told("provisioningState", "Failed")),
        own=said("provisioningState", "Succeeded"),
    ),
)
POLICY = "softDeletePolicy"
WITH_SECRETS: Fragment = {"isSupported": True, "osName": "linux", "components": [{"name": "a", "version": "1"}]}
DISK_KEYS: Fragment = {"dataDiskImages": [{"lun": 0, "securityProfile": {**CVM, "secureVMDiskEncryptionSetId": KEY_A}}]}
DISK_TYPE = "securityProfile.confidentialVMEncryptionType"
NEWEST = (
    gallery(
        "2.5",
        nest(POLICY, {"isSoftDeleteEnabled": True, "retentionPeriodInDays": 14, "gracePeriodInDays": 3}),
        properties(nest(POLICY, {"retentionPeriodInDays": 14, "gracePeriodInDays": 3})),
        same=said(POLICY, {"gracePeriodInDays": "3"}, {"retentionPeriodInDays": "14"}),
        answers=told(POLICY, {"newerThanUs": True}),
        other=((nest(f"{POLICY}.gracePeriodInDays", 4), f"{POLICY}.gracePeriodInDays"),),
        drifted=tuple(
            (answer, f"{POLICY}.retentionPeriodInDays") for answer in told(f"{POLICY}.retentionPeriodInDays", 7)
        ),
    ),
    version(
        "2.5",
        nest(SECRETS, WITH_SECRETS),
        properties(nest(SECRETS, WITH_SECRETS)),
        same=(nest(f"{SECRETS}.isSupported", "yes"), {}),
        answers=(backwards, *told(f"{SECRETS}.newerThanUs", True)),
        other=((nest(f"{SECRETS}.osName", "windows"), f"{SECRETS}.osName"),),
    ),
    version(
        "2.5",
        second(encryption=DISK_KEYS),
        shown_second(encryption=DISK_KEYS),
        same=(
            second(
                encryption={
                    "dataDiskImages": [
                        {"lun": "0", "securityProfile": {"confidentialVMEncryptionType": "ENCRYPTEDWITHPMK"}}
                    ]
                }
            ),
            second(),
        ),
        answers=(
            answered_second(
                encryption={"dataDiskImages": [{"securityProfile": {"secureVMDiskEncryptionSetId": KEY_A.upper()}}]}
            ),
        ),
        other=(
            (
                second(encryption={"dataDiskImages": [{"lun": 0, **nest(DISK_TYPE, "DataDiskEncryptedWithCmk")}]}),
                f"{SECOND}.encryption.dataDiskImages[0].{DISK_TYPE}",
            ),
        ),
    ),
    version(
        "2.5",
        {BESIDE: {"imageMetadataProfiles": [{"name": "a"}]}},
        properties({"imageMetadataProfiles": [{"name": "a"}]}),
        same=({},),
        answers=(plus({"extendedLocation": {"name": "a"}}), *told(f"{PROFILE}.newerThanUs", 1)),
        other=(({BESIDE: {"imageMetadataProfiles": [{"name": "b"}]}}, "imageMetadataProfiles"),),
        drifted=tuple((answer, "imageMetadataProfiles") for answer in told("imageMetadataProfiles", [{"name": "b"}])),
    ),
    version("2.5", answers=told("imageMetadataProfiles", [{"name": "a"}], {}, None, "odd")),
)
CONTENTS = (*SOURCES, *GUARDS, *NEWEST)
