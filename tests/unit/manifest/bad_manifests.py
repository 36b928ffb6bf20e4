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
SOURCE = "  storageProfile: {source: {id: /subscriptions/s/images/i}}\n"
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
    alone("yaml-syntax", "a: 1\n⟦\tb: 2\n"),
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
        "--subscription",
    ),
    alone(
        "no-resource-group",
        f"{API}\nkind: Gallery\nmetadata: {{⟦name: corp, subscription: 00000000-0000-0000-0000-000000000001}}\nspec: {{location: westus}}\n",
        "--resource-group",
    ),
    alone("no-location", f"{API}\nkind: Gallery\nmetadata: {{⟦name: corp, {SCOPE}}}\n", "spec.location"),
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
        "manage: observe",
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
    gallery("unknown-value", "sharingProfile: {⟦permissions: Public}", "Community"),
    gallery("community-info", "sharingProfile: {⟦permissions: Community}", "publisherUri"),
    gallery(
        "bad-public-name-prefix",
        "sharingProfile: {permissions: Community, communityGalleryInfo: {⟦publicNamePrefix: my-corp}}",
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
    definition("past-date", "⟦endOfLifeDate: 2020-01-01"),
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
    version("no-source", "⟦storageProfile: {osDiskImage: {hostCaching: None}}", "storageProfile.source", base=""),
    version(
        "several-sources",
        "⟦storageProfile: {source: {id: /subscriptions/s/images/i, virtualMachineId: /subscriptions/s/vms/v}}",
        base="",
    ),
    version(
        "several-sources",
        "storageProfile: {osDiskImage: {⟦source: {id: /subscriptions/s/d, uri: https://x/y, storageAccountId: /subscriptions/s/a}}}",
        base="",
    ),
    version(
        "vhd-account", "storageProfile: {osDiskImage: {⟦source: {uri: https://x/y.vhd}}}", "storageAccountId", base=""
    ),
    version("no-os-disk", "storageProfile: {⟦dataDiskImages: [{lun: 0, source: {id: /subscriptions/s/d}}]}", base=""),
    version(
        "bad-lun",
        "storageProfile:\n  osDiskImage: {source: {id: /subscriptions/s/d}}\n  dataDiskImages: [⟦{lun: 64, source: {id: /subscriptions/s/d}}]",
        "0–63",
        base="",
    ),
    version(
        "duplicate-entry",
        "storageProfile:\n  osDiskImage: {source: {id: /subscriptions/s/d}}\n  dataDiskImages:\n  - {lun: 1}\n  - ⟦{lun: 01}",
        base="",
    ),
    version("bad-id", "storageProfile: {source: {⟦id: ubuntu-image}}", "/subscriptions", base=""),
    version("bad-id", "storageProfile: {source: {⟦communityGalleryImageId: /subscriptions/s/x}}", base=""),
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
    regions("past-date", "⟦endOfLifeDate: 2020-01-01T00:00:00Z"),
    regions(
        "shallow-encryption",
        "replicationMode: Shallow\ntargetRegions:\n  - name: westeurope\n    ⟦encryption: {osDiskImage: {diskEncryptionSetId: /subscriptions/s/des}}",
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
