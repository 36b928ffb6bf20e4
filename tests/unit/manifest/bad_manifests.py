"""Bad manifests, one mistake each: the code it must be reported under, and a ⟦ at the very place.

The mark is taken out before the text is read. Most cases complete a sound document, so that the mistake stands alone.
"""

# ruff: noqa: E501 - a manifest stands on its own line
from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent

MARK = "⟦"
API = "apiVersion: gallery-reconciler/v1"
SCOPE = "subscription: 00000000-0000-0000-0000-000000000001, resourceGroup: rg-images"
DEFAULTS = f"{API}\nkind: Defaults\nmetadata: {{{SCOPE}}}\nspec: {{location: westeurope}}\n"
GALLERY = f"{API}\nkind: Gallery\nmetadata: {{name: corp}}\n"
DEFINITION = f"{API}\nkind: ImageDefinition\nmetadata: {{gallery: corp, name: ubuntu}}\n"
VERSION = f"{API}\nkind: ImageVersion\nmetadata: {{gallery: corp, image: ubuntu, name: 1.0.0}}\n"
STATED = "  osType: Linux\n  osState: Generalized\n  hyperVGeneration: V2\n  architecture: x64\n"
IDENTIFIER = "  identifier: {publisher: Corp, offer: Ubuntu, sku: lts}\n"
COMPUTE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute"
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a"
SOURCE = f"  storageProfile: {{source: {{id: {COMPUTE}/images/i}}}}\n"
SOUND_DEFINITION = f"{DEFINITION}spec:\n{STATED}{IDENTIFIER}"
PRINCIPAL = "principal: {id: 00000000-0000-0000-0000-00000000000a, type: Group}"
LONG = "x" * 300


@dataclass(frozen=True, slots=True)
class Bad:
    """One mistake: its code, the text with the mark, and a word that the hint must hold."""

    code: str
    text: str
    hint: str = ""


def _documents(*documents: str) -> str:
    return "---\n".join(documents)


def _block(text: str) -> str:
    return indent(dedent(text).strip("\n"), "  ") + "\n"


def alone(code: str, text: str, hint: str = "") -> Bad:
    """The whole text as it stands."""
    return Bad(code, dedent(text).lstrip("\n"), hint)


def gallery(code: str, spec: str, hint: str = "") -> Bad:
    """A gallery with this spec."""
    return Bad(code, _documents(DEFAULTS, f"{GALLERY}spec:\n{_block(spec)}"), hint)


def beside(code: str, text: str, hint: str = "") -> Bad:
    """A gallery with these keys beside its metadata."""
    return Bad(code, _documents(DEFAULTS, GALLERY + dedent(text).lstrip("\n")), hint)


def definition(code: str, spec: str, hint: str = "", base: str = STATED + IDENTIFIER) -> Bad:
    """A definition whose sound spec is completed by these fields."""
    return Bad(code, _documents(DEFAULTS, GALLERY, f"{DEFINITION}spec:\n{base}{_block(spec)}"), hint)


def left_out(code: str, stated: str, hint: str) -> Bad:
    """A definition that states only this; the mark is at its name."""
    return Bad(
        code, _documents(DEFAULTS, GALLERY, f"{DEFINITION}spec:\n{stated}".replace("name: u", f"{MARK}name: u")), hint
    )


def version(code: str, spec: str, hint: str = "", base: str = SOURCE) -> Bad:
    """A version whose sound spec is completed by these fields."""
    text = f"{VERSION}spec:\n{base}{_block(spec)}"
    return Bad(code, _documents(DEFAULTS, GALLERY, SOUND_DEFINITION, text), hint)


def regions(code: str, publishing: str, hint: str = "") -> Bad:
    """A version with this publishing profile."""
    return version(code, f"publishingProfile:\n{_block(publishing)}", hint)


def access(code: str, line: str, hint: str = "") -> Bad:
    """A gallery with this access line."""
    return Bad(code, _documents(DEFAULTS, f"{GALLERY}access:\n  - {line}\n"), hint)


SYNTAX = [
    alone("yaml-syntax", "a: [1, 2\nb⟦: }\n"),
    alone("yaml-syntax", "a: 1\n⟦\tb: 2\n", "use spaces"),
    alone("yaml-syntax", "spec:\n  - a\n⟦\t- b\n", "use spaces"),
    alone("yaml-syntax", "a: ⟦*nowhere\n"),
    alone(
        "custom-tag",
        f"{API}\nkind: Gallery\nmetadata: {{{SCOPE}, name: corp}}\nspec: {{location: ⟦!!python/name:os.system westeurope}}\n",
    ),
    alone("not-text", "a: b⟦\x07c\n"),
    beside("merge-key", "spec: &base {description: x}\npolicy: {⟦<<: *base}\n", "Defaults"),
    beside("bad-key", "spec:\n  ? ⟦[a, b]\n  : c\n"),
    beside("bad-key", "spec: {⟦~: x}\n"),
    beside("duplicate-key", "spec:\n  description: a\n  ⟦description: b\n", "keep one"),
    beside("duplicate-key", "spec: {}\n⟦spec: {}\n"),
    beside("value-too-long", f"spec: {{description: ⟦{'x' * 70_000}}}\n"),
    beside("too-deep", "spec: " + "{a: " * 38 + "⟦{a: " + "{a: 1}" + "}" * 39 + "\n"),
]

ENVELOPE = [
    alone("bad-document", "⟦- apiVersion: x\n"),
    alone("bad-document", "⟦just text\n"),
    alone("bad-document", "⟦{schemaVersion: 1, id: x, actions: []}\n", "this looks like a plan, not a manifest"),
    alone("bad-api-version", "⟦apiVersion: v2\nkind: Gallery\n", "gallery-reconciler/v1"),
    alone("bad-api-version", "⟦kind: Gallery\nmetadata: {name: corp}\n", "gallery-reconciler/v1"),
    alone("unknown-kind", f"{API}\n⟦kind: Galery\n", "did you mean “Gallery”"),
    alone("unknown-kind", f"⟦{API}\n", "ImageVersion"),
    beside("unknown-key", "⟦specs: {}\n", "did you mean “spec”"),
    beside(
        "unknown-key",
        "images:\n  - metadata: {name: u, ⟦gallery: corp}\n    policy: {manage: observe}\n",
        "one of: name",
    ),
    beside(
        "unknown-key", "images:\n  - metadata: {name: u}\n    policy: {manage: observe}\n    ⟦version: []\n", "versions"
    ),
    beside("wrong-type", "images: ⟦{ubuntu: {}}\n", "- "),
    beside("wrong-type", "policy: ⟦full\n"),
    beside("wrong-type", "policy: {manage: ⟦[full]}\n"),
    alone("wrong-type", _documents(DEFAULTS, f"{API}\nkind: Gallery\nmetadata: {{⟦name: corp}}\nspec: text\n")),
    alone("required-field", f"⟦{API}\nkind: Gallery\n", "metadata.name"),
    alone("required-field", f"{API}\nkind: Gallery\n⟦metadata: {{{SCOPE}}}\n", "metadata.name"),
    alone(
        "required-field",
        f"{API}\nkind: ImageVersion\n⟦metadata: {{{SCOPE}, gallery: corp, name: 1.0.0}}\n",
        "metadata.image",
    ),
    alone(
        "required-field",
        f"{API}\nkind: RoleAssignment\nmetadata: {{{SCOPE}, gallery: corp, ⟦version: 1.0.0}}\nspec: {{role: Reader, {PRINCIPAL}}}\n",
        "image",
    ),
    alone("required-field", f"{API}\nkind: Gallery\n⟦metadata: {{{SCOPE}, name: ~}}\n", "metadata.name"),
    alone("bad-guid", f"{API}\nkind: Defaults\nmetadata: {{⟦subscription: production}}\n", "8-4-4-4-12"),
    alone("bad-resource-group", f"{API}\nkind: Defaults\nmetadata: {{⟦resourceGroup: rg/images}}\n"),
    alone("bad-resource-group", f"{API}\nkind: Defaults\nmetadata: {{⟦resourceGroup: rg.}}\n"),
    alone("unknown-key", f"{API}\nkind: Defaults\nspec: {{⟦locaton: westeurope}}\n", "did you mean “location”"),
    alone("unknown-key", f"{API}\nkind: Defaults\n⟦policy: {{protect: true}}\n", "metadata"),
]

POLICY = [
    beside("unknown-key", "policy: {⟦protected: true}\n", "did you mean “protect”"),
    beside("unknown-value", "policy: {⟦manage: create}\n", "create-only"),
    beside("unknown-value", "policy: {⟦protect: yes please}\n", "true, false"),
    beside("unknown-value", "policy: {⟦onRemove: keep}\n", "delete, abandon"),
    beside("unknown-value", "policy: {⟦onImmutableChange: replaced}\n", "did you mean “replace”"),
    beside("unknown-value", "policy: {⟦onDrift: }\n", "fix, report"),
]

SCOPES = [
    alone(
        "no-subscription",
        f"{API}\nkind: Gallery\nmetadata: {{⟦name: corp, resourceGroup: rg}}\nspec: {{location: westus}}\n",
        "--subscription, RECONCILER_SUBSCRIPTION or reconciler.yaml. Defaults of folders above the given path are not read",
    ),
    alone(
        "no-resource-group",
        f"{API}\nkind: Gallery\nmetadata: {{⟦name: corp, subscription: 00000000-0000-0000-0000-000000000001}}\nspec: {{location: westus}}\n",
        "--resource-group, RECONCILER_RESOURCE_GROUP or reconciler.yaml. Defaults of folders above the given path",
    ),
    alone(
        "no-location", f"{API}\nkind: Gallery\nmetadata: {{⟦name: corp, {SCOPE}}}\n", "name the folder that holds them"
    ),
    alone("duplicate-defaults", f"{DEFAULTS}---\n⟦{DEFAULTS}", "keep one"),
    alone(
        "duplicate-resource", _documents(DEFAULTS, GALLERY, GALLERY.replace("name: corp", "⟦name: CORP")), "keep one"
    ),
    alone(
        "gallery-name-taken",
        _documents(DEFAULTS, GALLERY, GALLERY.replace("name: corp", "⟦name: Corp, resourceGroup: rg-2")),
        "unique",
    ),
    alone(
        "dangling-reference",
        _documents(DEFAULTS, SOUND_DEFINITION.replace("name: ubuntu", "⟦name: ubuntu")),
        "manage: observe",
    ),
    alone(
        "dangling-reference",
        _documents(DEFAULTS, GALLERY, f"{VERSION}spec:\n{SOURCE}".replace("name: 1.0.0", "⟦name: 1.0.0")),
        "manage: observe",
    ),
    alone(
        "dangling-reference",
        _documents(
            DEFAULTS,
            f"⟦{API}\nkind: RoleAssignment\nmetadata: {{gallery: corp}}\nspec: {{role: Reader, {PRINCIPAL}}}\n",
        ),
        "in the same run; policy {manage: observe} if it is run elsewhere",
    ),
]

GALLERIES = [
    gallery("unknown-key", "⟦descripton: x", "did you mean “description”"),
    gallery("unknown-key", "⟦properties: {description: x}", "properties"),
    gallery("read-only-field", "⟦provisioningState: Succeeded", "remove"),
    gallery("read-only-field", "identity: {type: SystemAssigned, ⟦principalId: x}", "remove"),
    gallery("wrong-type", "⟦description: [a]", "text"),
    gallery("wrong-type", "softDeletePolicy: {⟦isSoftDeleteEnabled: maybe}", "true or false"),
    gallery("wrong-type", "softDeletePolicy: {⟦retentionPeriodInDays: 7d}", "whole number"),
    gallery("wrong-type", "⟦identity: SystemAssigned", "mapping"),
    gallery("bad-region", "⟦location: west/europe", "westeurope"),
    gallery("cannot-clear", "⟦location: ~", "remove the line"),
    gallery("cannot-clear", "sharingProfile: {⟦permissions: null}", "remove the line"),
    gallery("unknown-region", "⟦location: westeurop", "did you mean “westeurope”"),
    gallery("unknown-region", "⟦location: Atlantis West", "newer than this version"),
    gallery("cannot-clear", "⟦tags: ~", "key: null"),
    gallery("cannot-clear", "⟦identity: null", "type: None"),
    gallery("cannot-clear", "identity: {⟦type: null}", "type: None, or remove the line"),
    gallery("cannot-clear", "softDeletePolicy: {⟦isSoftDeleteEnabled: null}", "isSoftDeleteEnabled: false"),
    gallery("out-of-range", "softDeletePolicy: {⟦retentionPeriodInDays: 0}", "1 or a greater"),
    gallery("out-of-range", "softDeletePolicy: {⟦gracePeriodInDays: -1}", "0 or a greater"),
    gallery("unknown-value", "sharingProfile: {⟦permissions: Public}", "Community"),
    gallery(
        "community-info",
        "sharingProfile: {permissions: Community, ⟦communityGalleryInfo: {publisherUri: 'https://x', eula: e}}",
        "state publisherContact, publicNamePrefix",
    ),
    gallery("community-info", "sharingProfile: {⟦permissions: Community}", "publisherUri"),
    gallery(
        "bad-public-name-prefix",
        "sharingProfile: {permissions: Community, communityGalleryInfo: {publisherUri: 'https://x', publisherContact: c, eula: e, ⟦publicNamePrefix: my-corp}}",
        "5–16",
    ),
    gallery("bad-uri", "sharingProfile: {communityGalleryInfo: {⟦publisherUri: example.com}}", "https://"),
    gallery(
        "identity-type",
        "identity: {⟦type: SystemAssigned, userAssignedIdentities: {/subscriptions/s/x: {}}}",
        "UserAssigned",
    ),
    gallery("bad-id", "identity: {type: UserAssigned, userAssignedIdentities: {⟦my-identity: {}}}", "/subscriptions"),
    gallery("reserved-tag", "tags: {⟦Reconciler.Owner: me}", "ownership"),
    gallery("duplicate-tag", "tags: {Team: a, ⟦team: b}", "case"),
    gallery("bad-tag", "tags: {⟦a/b: c}"),
    gallery("bad-tag", f"tags: {{⟦a: {LONG}}}"),
    gallery("wrong-type", "tags: {⟦a: {b: c}}", "text"),
    gallery("too-many-tags", "⟦tags: {" + ", ".join(f"t{n}: x" for n in range(50)) + "}", "50"),
    alone("bad-gallery-name", _documents(DEFAULTS, GALLERY.replace("name: corp", "⟦name: corp-images")), "hyphen"),
    beside("unchecked-known", "unchecked: {⟦description: x}\n", "spec"),
    beside("unchecked-known", "unchecked: {⟦sharingProfile.permissions: Groups}\n", "spec"),
    beside("cannot-clear", "unchecked: {⟦newField: null}\n", "state a value"),
    *(
        beside("read-only-field", f"unchecked: {{⟦{path}: x}}\n", "remove the line")
        for path in (
            "provisioningState",
            "identifier.uniqueName",
            "publishingProfile.publishedDate",
            "replicationStatus.summary",
            "id",
            "name",
            "type",
            "systemData.createdBy",
            "validationsProfile",
            "sharingStatus.aggregatedState",
            "sharingProfile.communityGalleryInfo.publicNames",
        )
    ),
    alone(
        "unchecked-known",
        _documents(DEFAULTS, GALLERY, f"{SOUND_DEFINITION}unchecked: {{⟦allowUpdateImage: true}}\n"),
        "spec",
    ),
    beside("bad-unchecked", "unchecked: {⟦properties.newField: x}\n", "dotted"),
    beside("bad-unchecked", "unchecked: {⟦description.more: x}\n", "dotted"),
]

DEFINITIONS = [
    left_out("required-field", IDENTIFIER + STATED.replace("  osType: Linux\n", ""), "osType"),
    definition("required-field", "⟦identifier: {publisher: Corp, offer: Ubuntu}", "identifier.sku", base=STATED),
    definition("bad-identifier", "identifier: {publisher: Corp, offer: Ubuntu, ⟦sku: lts.}", "not ending", base=STATED),
    definition(
        "unknown-value",
        "⟦osType: Linus",
        "did you mean “Linux”",
        base=STATED.replace("  osType: Linux\n", "") + IDENTIFIER,
    ),
    definition("out-of-range", "recommended: {vCPUs: {min: 1, ⟦max: 81}}"),
    definition("min-above-max", "recommended: {memory: {⟦min: 64, max: 4}}"),
    definition("bad-date", "⟦endOfLifeDate: 2030-13-01", "2027-06-30"),
    definition("cannot-clear", "⟦endOfLifeDate: ~", "remove the line"),
    definition("past-date", "⟦endOfLifeDate: 2020-01-01", "the service will refuse it"),
    definition("cannot-clear", "⟦tags: null", "removes one tag"),
    definition(
        "duplicate-entry",
        "features:\n  - {name: IsNewSupported, value: 'True'}\n  - ⟦{name: isnewsupported, value: 'True'}",
    ),
    definition("required-field", "features:\n  - {⟦name: ' ', value: x}", "name"),
    definition("required-field", "features:\n  - ⟦{name: SecurityType}", "value: null removes the feature"),
    definition(
        "cannot-clear", "features: [{name: SecurityType, value: Standard, ⟦startsAtVersion: null}]", "remove the line"
    ),
    definition(
        "bad-version-name", "features: [{name: SecurityType, value: Standard, ⟦startsAtVersion: 1.02.0}]", "be 1.2.0"
    ),
    definition(
        "duplicate-entry",
        "features:\n  - {name: SecurityType, value: Standard}\n  - ⟦{name: securitytype, value: TrustedLaunch}",
    ),
    definition("required-field", "features:\n  - ⟦{value: Standard}", "told apart"),
    definition(
        "bad-version-name",
        "features: [{name: SecurityType, value: Standard, ⟦startsAtVersion: '1.0'}]",
        "Major.Minor.Patch",
    ),
    definition("unknown-value", "disallowed: {diskTypes: [⟦Floppy]}", "Premium_LRS"),
    left_out("state-generation", "  osType: Linux\n  osState: Generalized\n" + IDENTIFIER, "cannot change later"),
    alone(
        "bad-definition-name",
        _documents(DEFAULTS, GALLERY, SOUND_DEFINITION.replace("name: ubuntu", "⟦name: _ubuntu")),
        "1–80",
    ),
    alone(
        "duplicate-identifier",
        _documents(
            DEFAULTS,
            GALLERY,
            SOUND_DEFINITION,
            SOUND_DEFINITION.replace("name: ubuntu", "name: other")
            .replace("Corp", "CORP")
            .replace("identifier:", "⟦identifier:"),
        ),
        "three",
    ),
]

VERSIONS = [
    alone(
        "bad-version-name",
        _documents(
            DEFAULTS, GALLERY, SOUND_DEFINITION, f"{VERSION}spec:\n{SOURCE}".replace("name: 1.0.0", "⟦name: 1.0")
        ),
        "Major.Minor.Patch",
    ),
    alone(
        "bad-version-name",
        _documents(
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
            _documents(DEFAULTS, GALLERY, SOUND_DEFINITION, f"{VERSION}spec:\n{SOURCE}".replace("name: 1.0.0", named)),
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

ACCESS = [
    access("required-field", "⟦{role: Reader}", "principal"),
    access(
        "required-field", "⟦{role: Reader, principal: {id: 00000000-0000-0000-0000-00000000000a}}", "principal.type"
    ),
    access("empty-role", f"{{⟦role: '', {PRINCIPAL}}}", "role"),
    access("unknown-role", f"{{⟦role: Raeder, {PRINCIPAL}}}", "did you mean “Reader”"),
    access("unknown-role", f"{{⟦role: Compute Gallery Image-Reader, {PRINCIPAL}}}", "“Compute Gallery Image Reader”"),
    access("bad-guid", "{role: Reader, principal: {⟦id: alice, type: User}}", "8-4-4-4-12"),
    access(
        "unknown-value",
        f"{{role: Reader, {PRINCIPAL.replace('type', '⟦type').replace('Group', 'Team')}}}",
        "ServicePrincipal",
    ),
    access("unknown-key", f"{{⟦rol: Reader, {PRINCIPAL}}}", "did you mean “role”"),
    access("condition-version", f"{{role: Reader, {PRINCIPAL}, ⟦conditionVersion: '2.0'}}", "condition"),
    access("condition-too-long", f"{{role: Reader, {PRINCIPAL}, ⟦condition: {'x' * 8193}}}", "8192"),
    access(
        "duplicate-resource",
        f"{{role: Reader, {PRINCIPAL}}}\n  - ⟦{{role: ACDD72A7-3385-48EF-BD42-F606FBA81AE7, {PRINCIPAL}}}",
        "keep one",
    ),
]

BAD: list[Bad] = [*SYNTAX, *ENVELOPE, *POLICY, *SCOPES, *GALLERIES, *DEFINITIONS, *VERSIONS, *ACCESS]
