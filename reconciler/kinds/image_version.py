"""ImageVersion: the fields of galleries/images/versions and what may change about them (azure facts 2.4, 8/14–8/25).

Regions and replica counts are what a version lives by; its source and storage are decided once.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from reconciler.kinds.rules import Merge, accepted, guarded, immutable, set_once, updatable, write_only
from reconciler.kinds.scalars import (
    ANY_CASE,
    CommunityImageId,
    Count,
    DiskEncryptionSetId,
    DiskId,
    Flag,
    Folded,
    ImageId,
    Instant,
    MachineId,
    Region,
    StorageAccountId,
    Text,
    Uri,
)
from reconciler.kinds.shape import Spec

StorageType = Annotated[Literal["Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS"], ANY_CASE]
EdgeStorageType = Annotated[Literal["Standard_LRS", "Standard_ZRS", "StandardSSD_LRS", "Premium_LRS"], ANY_CASE]
Caching = Annotated[Literal["None", "ReadOnly", "ReadWrite"], ANY_CASE]
ConfidentialType = Annotated[
    Literal[
        "EncryptedVMGuestStateOnlyWithPmk",
        "EncryptedWithPmk",
        "EncryptedWithCmk",
        "NonPersistedTPM",
        "DataDiskEncryptedWithCmk",
    ],
    ANY_CASE,
]
SignatureTemplate = Annotated[
    Literal["NoSignatureTemplate", "MicrosoftUefiCertificateAuthorityTemplate", "MicrosoftWindowsTemplate"], ANY_CASE
]
REGION_FORM = "name, name=count or name=count=storage type, for example westeurope=2=standard_zrs"
REGION_PARTS = 3
STORAGE_TYPES = frozenset(word.lower() for word in get_args(get_args(StorageType)[0]))
_STORAGE = rf"=\s*({'|'.join(sorted(STORAGE_TYPES))})\s*"
REGION_TEXT = re.compile(rf"\s*[a-z][a-z0-9 ]*\s*((=\s*[+-]?[0-9]+\s*)?({_STORAGE})?)", re.IGNORECASE)


class DiskSecurityProfile(Spec):
    """Confidential-VM encryption of one disk."""

    confidentialVMEncryptionType: Annotated[ConfidentialType | None, immutable("2.4/5")] = None
    secureVMDiskEncryptionSetId: Annotated[DiskEncryptionSetId | None, immutable("2.4/5")] = None


class OsDiskEncryption(Spec):
    """Encryption of the OS disk in one region."""

    diskEncryptionSetId: Annotated[DiskEncryptionSetId | None, immutable("2.4/5")] = None
    securityProfile: Annotated[DiskSecurityProfile | None, immutable("2.4/5")] = None


class DataDiskEncryption(Spec):
    """Encryption of one data disk in one region."""

    lun: Annotated[Count | None, immutable("2.4/6", required=True)] = None
    diskEncryptionSetId: Annotated[DiskEncryptionSetId | None, immutable("2.4/6")] = None
    securityProfile: Annotated[DiskSecurityProfile | None, immutable("2.5")] = None


class Encryption(Spec):
    """Customer-managed keys of one region."""

    osDiskImage: Annotated[OsDiskEncryption | None, immutable("2.4/5")] = None
    dataDiskImages: Annotated[list[DataDiskEncryption] | None, immutable("2.4/6", key=("lun",))] = None


class AdditionalReplicaSet(Spec):
    """Replicas of another storage type beside a region's own."""

    storageAccountType: Annotated[StorageType | None, updatable("8/16", required=True)] = None
    regionalReplicaCount: Annotated[Count | None, updatable("8/16")] = None


class TargetRegion(Spec):
    """One region a version is replicated to; also written as az writes it, `westeurope=2=standard_zrs`."""

    name: Annotated[Region | None, updatable("2.4/2", required=True)] = None
    regionalReplicaCount: Annotated[Count | None, updatable("8/14", clearable=False)] = None
    storageAccountType: Annotated[StorageType | None, guarded("2.4/4", clearable=False)] = None
    encryption: Annotated[Encryption | None, immutable("2.4/5")] = None
    excludeFromLatest: Annotated[Flag | None, accepted("8/18", default=False, clearable=False)] = None
    additionalReplicaSets: Annotated[
        list[AdditionalReplicaSet] | None, updatable("8/16", key=("storageAccountType",))
    ] = None

    as_text = REGION_TEXT

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return read_region(value) if isinstance(value, str) else value


def read_region(text: str) -> dict[str, str]:
    """Read a target region as az writes it. Raises PydanticCustomError (bad-target-region)."""
    parts = [part.strip() for part in text.split("=")]
    counted = len(parts) > 1 and parts[1].lstrip("+-").isdigit()
    if len(parts) > REGION_PARTS or not all(parts) or (len(parts) == REGION_PARTS and not counted):
        raise PydanticCustomError("bad-target-region", "“{text}” is not {form}", {"text": text, "form": REGION_FORM})
    if len(parts) == REGION_PARTS - 1 and not counted:
        if parts[1].lower() not in STORAGE_TYPES:
            # the text is told whole: a part of a signature is no longer known as one
            message = "“{text}”: behind “=” is neither a replica count nor a storage type"
            raise PydanticCustomError("bad-target-region", message, {"text": text})
        return {"name": parts[0], "storageAccountType": parts[1]}
    return dict(zip(("name", "regionalReplicaCount", "storageAccountType"), parts, strict=False))


class ExtendedLocation(Spec):
    """An edge zone."""

    name: Annotated[Folded | None, updatable("2.4/16", required=True)] = None
    type: Annotated[Annotated[Literal["EdgeZone", "Unknown"], ANY_CASE] | None, updatable("2.4/16")] = None


class TargetExtendedLocation(Spec):
    """One edge zone a version is replicated to."""

    name: Annotated[Region | None, updatable("8/15", required=True)] = None
    extendedLocation: Annotated[ExtendedLocation | None, updatable("8/15", required=True)] = None
    extendedLocationReplicaCount: Annotated[Count | None, updatable("8/15", clearable=False)] = None
    storageAccountType: Annotated[EdgeStorageType | None, immutable("8/20")] = None
    encryption: Annotated[Encryption | None, immutable("2.4/5")] = None


class PublishingProfile(Spec):
    """Where and how a version is published."""

    targetRegions: Annotated[list[TargetRegion] | None, updatable("8/14", clearable=False, key=("name",))] = None
    replicaCount: Annotated[Count | None, updatable("8/14", default=1, clearable=False)] = None
    excludeFromLatest: Annotated[Flag | None, updatable("8/17", default=False, clearable=False)] = None
    endOfLifeDate: Annotated[Instant | None, set_once("8/19")] = None
    storageAccountType: Annotated[StorageType | None, immutable("8/20", default="Standard_LRS")] = None
    storageAccountStrategy: Annotated[
        Annotated[Literal["PreferStandard_ZRS", "DefaultStandard_LRS"], ANY_CASE] | None, immutable("2.4/14")
    ] = None
    replicationMode: Annotated[
        Annotated[Literal["Full", "Shallow"], ANY_CASE] | None, immutable("8/21", default="Full")
    ] = None
    targetExtendedLocations: Annotated[
        list[TargetExtendedLocation] | None, updatable("8/15", key=("name", "extendedLocation.name"))
    ] = None


class Source(Spec):
    """A managed image, a gallery version, a virtual machine or a community image version: exactly one."""

    id: Annotated[ImageId | None, immutable("2.4/18")] = None
    virtualMachineId: Annotated[MachineId | None, immutable("2.4/19")] = None
    communityGalleryImageId: Annotated[CommunityImageId | None, immutable("2.4/20")] = None


class DiskSource(Spec):
    """A disk or snapshot by id, or a VHD by address and storage account."""

    id: Annotated[DiskId | None, immutable("2.4/21")] = None
    uri: Annotated[Uri | None, immutable("2.4/21")] = None
    storageAccountId: Annotated[StorageAccountId | None, immutable("2.4/21")] = None


class OsDiskImage(Spec):
    """The OS disk."""

    hostCaching: Annotated[Caching | None, immutable("2.4/22")] = None
    source: Annotated[DiskSource | None, immutable("2.4/21")] = None


class DataDiskImage(Spec):
    """One data disk, told apart by its LUN."""

    lun: Annotated[Count | None, immutable("2.4/24", required=True)] = None
    hostCaching: Annotated[Caching | None, immutable("2.4/24")] = None
    source: Annotated[DiskSource | None, immutable("2.4/24")] = None


class StorageProfile(Spec):
    """What the version is made of."""

    source: Annotated[Source | None, immutable("8/22")] = None
    osDiskImage: Annotated[OsDiskImage | None, immutable("2.4/21")] = None
    dataDiskImages: Annotated[list[DataDiskImage] | None, immutable("2.4/24", merge=Merge.BY_KEY, key=("lun",))] = None


class SafetyProfile(Spec):
    """Guards that the service itself keeps."""

    allowDeletionOfReplicatedLocations: Annotated[Flag | None, accepted("8/24", default=False, clearable=False)] = None
    blockDeletionBeforeEndOfLife: Annotated[Flag | None, accepted("8/24", default=False, clearable=False)] = None


class UefiKey(Spec):
    """Keys or certificates in base64."""

    type: Annotated[Annotated[Literal["sha256", "x509"], ANY_CASE] | None, immutable("2.4/29")] = None
    value: Annotated[list[Text] | None, immutable("2.4/29")] = None


class UefiKeySignatures(Spec):
    """Signatures beside the templates."""

    pk: Annotated[UefiKey | None, immutable("2.4/29")] = None
    kek: Annotated[list[UefiKey] | None, immutable("2.4/29")] = None
    db: Annotated[list[UefiKey] | None, immutable("2.4/29")] = None
    dbx: Annotated[list[UefiKey] | None, immutable("2.4/29")] = None


class UefiSettings(Spec):
    """Secure-boot keys; returned only on request (fact 3.6/1)."""

    signatureTemplateNames: Annotated[list[SignatureTemplate] | None, immutable("2.4/28", unordered=True)] = None
    additionalSignatures: Annotated[UefiKeySignatures | None, immutable("2.4/29")] = None


class SecretsComponent(Spec):
    """One component that provisions secrets."""

    name: Annotated[Text | None, immutable("2.5")] = None
    version: Annotated[Text | None, immutable("2.5")] = None


class SecretsProvisioningSettings(Spec):
    """Whether and how the image takes secrets."""

    isSupported: Annotated[Flag | None, immutable("2.5")] = None
    osName: Annotated[Text | None, immutable("2.5")] = None
    components: Annotated[list[SecretsComponent] | None, immutable("2.5")] = None


class SecurityProfile(Spec):
    """Secure boot and secrets."""

    uefiSettings: Annotated[UefiSettings | None, immutable("2.4/28")] = None
    secretsProvisioningSettings: Annotated[SecretsProvisioningSettings | None, immutable("2.5")] = None


class ImageVersionSpec(Spec):
    """The body of an image version, `properties` unwrapped."""

    location: Annotated[Region | None, immutable("2.1/2", required=True)] = None
    tags: Annotated[dict[Text, Text | None] | None, updatable("8/25", clearable=False, merge=Merge.BY_KEY)] = None
    storageProfile: Annotated[StorageProfile | None, immutable("8/22", required=True)] = None
    publishingProfile: Annotated[PublishingProfile | None, updatable("8/14", clearable=False)] = None
    safetyProfile: Annotated[SafetyProfile | None, accepted("8/24", clearable=False)] = None
    securityProfile: Annotated[SecurityProfile | None, immutable("2.4/28")] = None
    restore: Annotated[Flag | None, write_only("2.4/30")] = None
