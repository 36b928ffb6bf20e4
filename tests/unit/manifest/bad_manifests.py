"""Bad manifests, one mistake each: the code it must be reported under, and a ⟦ at the very place.

The mark is taken out before the text is read. Most cases complete a sound document, so that the mistake stands alone.
"""

# ruff: noqa: E501 - a manifest stands on its own line
from __future__ import annotations

from tests.unit.manifest.bad_makers import (
    API,
    DEFAULTS,
    GALLERY,
    IDENTIFIER,
    LONG,
    PRINCIPAL,
    SCOPE,
    SOUND_DEFINITION,
    SOURCE,
    STATED,
    VERSION,
    Bad,
    access,
    alone,
    beside,
    definition,
    documents,
    gallery,
    left_out,
)
from tests.unit.manifest.bad_versions import VERSIONS

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
    alone("wrong-type", documents(DEFAULTS, f"{API}\nkind: Gallery\nmetadata: {{⟦name: corp}}\nspec: text\n")),
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
    alone("duplicate-resource", documents(DEFAULTS, GALLERY, GALLERY.replace("name: corp", "⟦name: CORP")), "keep one"),
    alone(
        "gallery-name-taken",
        documents(DEFAULTS, GALLERY, GALLERY.replace("name: corp", "⟦name: Corp, resourceGroup: rg-2")),
        "unique",
    ),
    alone(
        "dangling-reference",
        documents(DEFAULTS, SOUND_DEFINITION.replace("name: ubuntu", "⟦name: ubuntu")),
        "manage: observe",
    ),
    alone(
        "dangling-reference",
        documents(DEFAULTS, GALLERY, f"{VERSION}spec:\n{SOURCE}".replace("name: 1.0.0", "⟦name: 1.0.0")),
        "manage: observe",
    ),
    alone(
        "dangling-reference",
        documents(
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
    gallery(
        "sharing-groups",
        "sharingProfile: {permissions: Private, ⟦groups: [{type: Subscriptions, ids: [00000000-0000-0000-0000-0000000000a1]}]}",
        "permissions: Groups",
    ),
    gallery("bad-uri", "sharingProfile: {communityGalleryInfo: {⟦publisherUri: example.com}}", "https://"),
    gallery(
        "sharing-groups",
        "sharingProfile: {permissions: Groups, groups: [{type: AADTenants, ⟦ids: ["
        + ", ".join(f"0b2f6a52-7a5e-4c2c-9a55-01234567890{number}" for number in range(6))
        + "]}]}",
        "keep 5 of them",
    ),
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
    alone("bad-gallery-name", documents(DEFAULTS, GALLERY.replace("name: corp", "⟦name: corp-images")), "hyphen"),
    beside("unchecked-known", "unchecked: {⟦description: x}\n", "spec"),
    beside("unchecked-known", "unchecked: {⟦sharingProfile.permissions: Groups}\n", "spec"),
    beside("unchecked-known", "unchecked: {⟦Description: x}\n", "spec"),
    beside("unchecked-known", "unchecked: {⟦sharingprofile.Permissions: Groups}\n", "spec"),
    beside("read-only-field", "unchecked: {⟦identifier: {uniqueName: x}}\n", "remove the line"),
    beside("cannot-clear", "unchecked: {⟦newField: null}\n", "state a value"),
    *(
        beside("read-only-field", f"unchecked: {{⟦{path}: x}}\n", "remove the line")
        for path in (
            "provisioningState",
            "identifier.uniqueName",
            "identifier",
            "Identifier.other",
            "ProvisioningState",
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
        documents(DEFAULTS, GALLERY, f"{SOUND_DEFINITION}unchecked: {{⟦allowUpdateImage: true}}\n"),
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
        documents(DEFAULTS, GALLERY, SOUND_DEFINITION.replace("name: ubuntu", "⟦name: _ubuntu")),
        "1–80",
    ),
    alone(
        "duplicate-identifier",
        documents(
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
