"""Bad versions, one mistake each; the mark is explained where they are made."""

# ruff: noqa: E501 - a manifest stands on its own line
from __future__ import annotations

from tests.unit.manifest.bad_makers import (
    ACCOUNT,
    COMPUTE,
    DEFAULTS,
    GALLERY,
    SOUND_DEFINITION,
    SOURCE,
    VERSION,
    alone,
    documents,
    regions,
    version,
)

VERSIONS = [
    alone(
        "bad-version-name",
        documents(
            DEFAULTS, GALLERY, SOUND_DEFINITION, f"{VERSION}spec:\n{SOURCE}".replace("name: 1.0.0", "⟦name: 1.0")
        ),
        "Major.Minor.Patch",
    ),
    alone(
        "bad-version-name",
        documents(
            DEFAULTS,
            GALLERY,
            SOUND_DEFINITION,
            f"{VERSION}spec:\n{SOURCE}".replace("name: 1.0.0", "⟦name: 1.0.2147483648"),
        ),
        "32-bit",
    ),
    *(
        alone(
            "bad-version-name",
            documents(DEFAULTS, GALLERY, SOUND_DEFINITION, f"{VERSION}spec:\n{SOURCE}".replace("name: 1.0.0", named)),
            f"so it would be {read}",
        )
        for named, read in (("⟦name: 1.02.0", "1.2.0"), ("⟦name: 01.0.0", "1.0.0"), ("⟦name: 1.0.00", "1.0.0"))
    ),
    version("cannot-clear", "⟦tags: null", "removes one tag"),
    version("cannot-clear", "⟦safetyProfile: null", "state the flags"),
    version("cannot-clear", "⟦publishingProfile: null", "remove the line"),
    version("cannot-clear", "⟦storageProfile: null", "remove the line", base=""),
    *(
        version("cannot-clear", f"safetyProfile: {{⟦{flag}: null}}", f"{flag}: false")
        for flag in ("allowDeletionOfReplicatedLocations", "blockDeletionBeforeEndOfLife")
    ),
    version("no-source", "⟦storageProfile: {osDiskImage: {hostCaching: None}}", "storageProfile.source", base=""),
    version(
        "several-sources",
        f"⟦storageProfile: {{source: {{id: {COMPUTE}/images/i, virtualMachineId: {COMPUTE}/virtualMachines/v}}}}",
        base="",
    ),
    version(
        "several-sources",
        f"storageProfile: {{osDiskImage: {{⟦source: {{id: {COMPUTE}/disks/d, uri: https://x/y, storageAccountId: {ACCOUNT}}}}}}}",
        base="",
    ),
    version(
        "vhd-account", "storageProfile: {osDiskImage: {⟦source: {uri: https://x/y.vhd}}}", "storageAccountId", base=""
    ),
    version(
        "no-os-disk", f"storageProfile: {{⟦dataDiskImages: [{{lun: 0, source: {{id: {COMPUTE}/disks/d}}}}]}}", base=""
    ),
    version(
        "bad-lun",
        f"storageProfile:\n  osDiskImage: {{source: {{id: {COMPUTE}/disks/d}}}}\n  dataDiskImages: [⟦{{lun: 64, source: {{id: {COMPUTE}/disks/d}}}}]",
        "0–63",
        base="",
    ),
    version(
        "required-field",
        f"storageProfile:\n  osDiskImage: {{source: {{id: {COMPUTE}/disks/d}}}}\n  dataDiskImages: [⟦{{source: {{id: {COMPUTE}/disks/d}}}}]",
        "told apart",
        base="",
    ),
    version(
        "duplicate-entry",
        f"storageProfile:\n  osDiskImage: {{source: {{id: {COMPUTE}/disks/d}}}}\n  dataDiskImages:\n  - {{lun: 1}}\n  - ⟦{{lun: 01}}",
        base="",
    ),
    version("bad-id", "storageProfile: {source: {⟦id: ubuntu-image}}", "/subscriptions", base=""),
    version("bad-id", "storageProfile: {source: {⟦communityGalleryImageId: /subscriptions/s/x}}", base=""),
    version("bad-id", f"storageProfile: {{source: {{⟦id: {COMPUTE}/disks/d}}}}", "…/images/…", base=""),
    version("bad-id", f"storageProfile: {{source: {{⟦id: {COMPUTE}/galleries/g/images/i}}}}", "versions", base=""),
    version(
        "bad-id", f"storageProfile: {{source: {{⟦virtualMachineId: {COMPUTE}/images/i}}}}", "virtualMachines", base=""
    ),
    version(
        "bad-id", f"storageProfile: {{osDiskImage: {{source: {{⟦id: {COMPUTE}/images/i}}}}}}", "snapshots", base=""
    ),
    version(
        "bad-id",
        f"storageProfile: {{osDiskImage: {{source: {{uri: https://x/y, ⟦storageAccountId: {COMPUTE}/disks/d}}}}}}",
        "Microsoft.Storage/storageAccounts",
        base="",
    ),
    *(
        regions("bad-id", f"targetRegions: [{{name: westeurope, encryption: {{{where}}}}}]", "diskEncryptionSets")
        for where in (
            f"osDiskImage: {{⟦diskEncryptionSetId: {COMPUTE}/disks/d}}",
            f"osDiskImage: {{securityProfile: {{⟦secureVMDiskEncryptionSetId: {COMPUTE}/disks/d}}}}",
            f"dataDiskImages: [{{lun: 0, ⟦diskEncryptionSetId: {COMPUTE}/disks/d}}]",
        )
    ),
    regions("cannot-clear", "⟦excludeFromLatest: null", "excludeFromLatest: false"),
    regions(
        "cannot-clear", "targetRegions: [{name: westeurope, ⟦excludeFromLatest: null}]", "excludeFromLatest: false"
    ),
    regions("unknown-region", "targetRegions: [westeurope, ⟦NorthEurop=2]", "northeurope"),
    regions(
        "unknown-region",
        "targetExtendedLocations: [{⟦name: wstus, extendedLocation: {name: losangeles, type: EdgeZone}}]",
        "westus",
    ),
    regions(
        "duplicate-region",
        """\
        targetExtendedLocations:
          - {name: westus, extendedLocation: {name: LosAngeles, type: EdgeZone}}
          - ⟦{name: West US, extendedLocation: {name: losangeles, type: EdgeZone}}
        """,
        "keep one",
    ),
    regions("many-replicas", "targetRegions: [⟦westeurope=51]", "50 replicas"),
    regions("many-replicas", "targetRegions: [westeurope, northeurope]\n⟦replicaCount: 100", "50 replicas"),
    regions("bad-target-region", "targetRegions: [⟦westeurope=abc]", "westeurope=2"),
    regions("home-region-missing", "⟦targetRegions: [northeurope=1]", "add westeurope"),
    regions("duplicate-region", "targetRegions: [westeurope, northeurope=2, ⟦North Europe=1]", "one region"),
    regions(
        "duplicate-region",
        "targetRegions:\n  - westeurope=1\n  - ⟦{name: WestEurope, regionalReplicaCount: 2}",
        "one region",
    ),
    regions("bad-target-region", "targetRegions: [⟦westeurope=1=Standard_LRS=x]", "westeurope=2"),
    regions("bad-target-region", "targetRegions: [⟦'westeurope=']", "westeurope=2"),
    regions("bad-region", "targetRegions: [westeurope, ⟦north-europe=2]", "westeurope"),
    regions("unknown-value", "targetRegions: [⟦westeurope=2=standard_zzz]", "Standard_ZRS"),
    regions("bad-replica-count", "targetRegions: [⟦westeurope=0]", "1 to 100"),
    regions("bad-replica-count", "targetRegions: [westeurope]\n⟦replicaCount: 101", "1 to 100"),
    regions("wrong-type", "targetRegions: [{name: westeurope, ⟦regionalReplicaCount: 1.5}]", "whole number"),
    regions("wrong-type", "⟦targetRegions: westeurope", "a list"),
    regions("wrong-type", "targetRegions: [⟦~]"),
    regions("cannot-clear", "⟦targetRegions: ~", "remove the line"),
    regions("required-field", "targetRegions: [westeurope, ⟦{regionalReplicaCount: 2}]", "told apart"),
    regions(
        "unknown-key", "targetRegions: [{name: westeurope, ⟦replicaCount: 2}]", "did you mean “regionalReplicaCount”"
    ),
    regions("bad-date", "⟦endOfLifeDate: soon", "2027-06-30"),
    regions("past-date", "⟦endOfLifeDate: 2020-01-01T00:00:00Z", "the service will refuse it"),
    regions(
        "shallow-encryption",
        f"replicationMode: Shallow\ntargetRegions:\n  - name: westeurope\n    ⟦encryption: {{osDiskImage: {{diskEncryptionSetId: {COMPUTE}/diskEncryptionSets/k}}}}",
        "Full",
    ),
    version(
        "too-many-keys",
        "securityProfile:\n  uefiSettings:\n    ⟦additionalSignatures: {db: [{type: sha256, value: ["
        + "x, " * 256
        + "x]}]}",
        "256",
    ),
]
