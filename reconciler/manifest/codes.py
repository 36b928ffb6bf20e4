"""The closed registry of everything that can be wrong with manifests, and the one way to report it.

Codes are part of the product: people search for them and pipelines filter by them. What `kinds` checks and what
its validators raise is registered here too, so that no finding leaves without a title, a severity and a hint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from reconciler.model.diagnostic import Diagnostic, Origin, Severity

LONGEST_MESSAGE: Final = 300
DEFAULTS_ABOVE: Final = "Defaults of folders above the given path are not read: name the folder that holds them"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding: slug, what it means in one line, and what to do where a finding says nothing nearer."""

    slug: str
    title: str
    hint: str
    severity: Severity = Severity.ERROR


_INPUT = (
    Code("path-missing", "the path does not exist", "name an existing file or folder, or “-” to read a stream"),
    Code("no-manifests", "there is nothing to read", "add a *.yaml or *.yml file with at least one document"),
    Code("not-a-file", "neither a regular file nor a folder", "a pipe is read as a stream, with “-”; else remove it"),
    Code("unreadable", "the file or folder cannot be read", "check its permissions"),
    Code("link-outside", "a symbolic link leaves the source", "copy the file into the folder, or name its folder"),
    Code("link-loop", "a symbolic link leads to itself or to a folder above it", "remove the link"),
    Code("too-many-files", "there are more manifests than will be read", "split the estate into several targets"),
    Code("file-too-large", "the input is larger than will be read", "split the file"),
    Code(
        "too-large-in-all",
        "all manifests together are larger than will be read",
        "split the estate into several targets",
    ),
    Code("not-utf8", "the input is not UTF-8 text", "save the file as UTF-8"),
    Code("not-text", "the input holds control characters", "manifests are plain text; is this the right file?"),
    Code("yaml-syntax", "the input is not YAML", "check indentation, quotes and brackets near this place"),
    Code("too-deep", "the nesting is deeper than any manifest needs", "remove the nesting"),
    Code("too-many-nodes", "the input holds more values than will be read", "split the estate into several targets"),
    Code(
        "too-many-documents",
        "the input holds more documents than will be read",
        "split the estate into several targets",
    ),
    Code("too-many-aliases", "aliases repeat more than will be followed", "write the values out, or use Defaults"),
    Code("value-too-long", "one value is longer than any field may be", "is this value in the right place?"),
    Code(
        "merge-key",
        "the merge key “<<” is not supported",
        "write the fields out, or use Defaults and policy inheritance",
    ),
    Code("custom-tag", "a YAML tag is not supported", "remove the tag: fields have their types already"),
    Code("bad-key", "a key is not text", "keys are single words"),
    Code("duplicate-key", "a key stands twice in one mapping", "keep one of the two"),
    Code("too-many-findings", "more findings than are listed", "correct these first, then look again"),
)

_DOCUMENTS = (
    Code("bad-document", "a document is not a mapping", "start with apiVersion, kind and metadata"),
    Code("bad-api-version", "the document's apiVersion is not ours", "apiVersion: gallery-reconciler/v1"),
    Code(
        "unknown-kind",
        "the document's kind is not known",
        "Defaults, Gallery, ImageDefinition, ImageVersion or RoleAssignment",
    ),
    Code("unknown-key", "a key is not known here", "`reconciler explain KIND` lists the fields"),
    Code("unknown-value", "a value is not among the allowed ones", "use one of the allowed values"),
    Code("wrong-type", "a value has the wrong type", "`reconciler explain KIND` shows the type"),
    Code("required-field", "a field that a create needs is missing", "state the field"),
    Code("read-only-field", "a field that only the service writes is declared", "remove the line"),
    Code(
        "cannot-clear",
        "null on a field that cannot be cleared",
        "remove the line to leave the field alone, or state a value",
    ),
    Code("unchecked-known", "unchecked names a field that is known", "move it to spec, where it is checked"),
    Code(
        "bad-unchecked",
        "unchecked names a place where no field can be",
        "dotted names below spec: publishingProfile.newField",
    ),
    Code(
        "no-subscription",
        "the subscription is nowhere stated",
        "metadata.subscription, Defaults, --subscription, RECONCILER_SUBSCRIPTION or reconciler.yaml. "
        f"{DEFAULTS_ABOVE}",
    ),
    Code(
        "no-resource-group",
        "the resource group is nowhere stated",
        "metadata.resourceGroup, Defaults, --resource-group, RECONCILER_RESOURCE_GROUP or reconciler.yaml. "
        f"{DEFAULTS_ABOVE}",
    ),
    Code(
        "no-location",
        "the location is nowhere stated",
        f"spec.location here, in Defaults, or at the parent. {DEFAULTS_ABOVE}",
    ),
    Code(
        "bad-resource-group",
        "a name cannot be a resource group",
        "1–90 letters, digits, “_”, “-”, “.”, “(” and “)”, not ending with “.”",
    ),
    Code("duplicate-defaults", "two Defaults in one folder", "keep one Defaults in a folder"),
    Code("duplicate-resource", "one resource is declared twice", "keep one of the two"),
    Code(
        "dangling-reference",
        "the parent is declared nowhere",
        "declare the parent in the same run; policy {manage: observe} if it is run elsewhere",
    ),
)

_RESOURCES = (
    Code("bad-gallery-name", "a name cannot be a gallery's", "1–80 letters, digits, “_” and “.”, no hyphen"),
    Code("bad-definition-name", "a name cannot be an image definition's", "1–80 letters, digits, “_”, “-” and “.”"),
    Code("bad-version-name", "a name cannot be a version's", "Major.Minor.Patch, each a 32-bit integer: 1.4.0"),
    Code(
        "gallery-name-taken",
        "two galleries of one subscription share a name",
        "gallery names are unique in a subscription: rename one",
    ),
    Code(
        "duplicate-identifier", "two definitions of a gallery share publisher, offer and sku", "change one of the three"
    ),
    Code(
        "bad-identifier",
        "text cannot be part of an identifier",
        "letters, digits, “-”, “_” and “.”, not ending with “.”",
    ),
    Code(
        "state-generation",
        "a definition leaves immutable fields to the service",
        "state them: they cannot change later, and their service defaults changed between api-versions",
        Severity.WARNING,
    ),
    Code(
        "past-date",
        "an end-of-life date has passed",
        "the service will refuse it: a date that is set or changed must lie in the future",
        Severity.WARNING,
    ),
    Code("community-info", "a community gallery lacks its public face", "state sharingProfile.communityGalleryInfo"),
    Code("sharing-groups", "groups that a gallery cannot be shared with", "see fact 2.2/5 in docs/azure.md"),
    Code("bad-public-name-prefix", "text cannot be a public name prefix", "5–16 letters and digits"),
    Code(
        "identity-type",
        "identity type and identities contradict each other",
        "use UserAssigned or “SystemAssigned, UserAssigned”",
    ),
    Code("out-of-range", "a number is outside its range", "use a number within the range"),
    Code("min-above-max", "a minimum is greater than its maximum", "swap the two"),
    Code("several-sources", "more than one source", "keep exactly one"),
    Code("no-source", "a version has no source", "state storageProfile.source.id, or a source for the OS disk"),
    Code("no-os-disk", "data disks without an OS disk", "state storageProfile.osDiskImage.source too"),
    Code("vhd-account", "a VHD address and its storage account need each other", "state both uri and storageAccountId"),
    Code("bad-lun", "a number cannot be a LUN", "a LUN is 0–63"),
    Code(
        "bad-target-region", "text cannot be a target region", "westeurope, westeurope=2 or westeurope=2=standard_zrs"
    ),
    Code("home-region-missing", "the version's own location is not among its regions", "add it to targetRegions"),
    Code("duplicate-region", "one region stands twice", "keep one of the two; “West US 2” and westus2 are one region"),
    Code("duplicate-entry", "one key stands twice in a list", "keep one of the two"),
    Code(
        "many-replicas",
        "a region has more replicas than any use needs",
        "50 replicas serve 2500 machines created at once, and every one costs its storage",
        Severity.WARNING,
    ),
    Code("bad-replica-count", "a replica count is outside 1–100", "1 to 100; remove the region instead of writing 0"),
    Code(
        "shallow-encryption",
        "Shallow replication cannot be encrypted",
        "use replicationMode: Full, or remove encryption",
    ),
    Code("too-many-keys", "more UEFI keys than the service takes", "at most 256 sha256 keys"),
    Code("reserved-tag", "a tag belongs to the reconciler", "remove it: ownership is written by the reconciler alone"),
    Code("too-many-tags", "more tags than Azure takes", "at most 50 tags, one of them kept for ownership"),
    Code(
        "bad-tag",
        "a tag name or value Azure does not take",
        "names 1–512 characters without <>%&\\?/, values up to 256",
    ),
    Code("duplicate-tag", "two tags differ only in case", "tag names ignore case: keep one"),
    Code("condition-too-long", "a condition is longer than Azure takes", "shorten it to 8192 bytes"),
    Code("condition-version", "conditionVersion without a condition", "state condition too, or remove the line"),
    Code(
        "unknown-role",
        "a role name is not built in, but looks like one that is",
        "check the spelling; a custom role counts by its own name",
        Severity.WARNING,
    ),
    Code("empty-role", "an access line names no role", "a role name, GUID or full role definition id"),
    Code("bad-region", "text cannot be a region", "a region name such as westeurope or “West Europe”"),
    Code(
        "unknown-region",
        "a region is not among those known here",
        "check the spelling; a region newer than this version is taken as it is",
        Severity.WARNING,
    ),
    Code("bad-date", "text is not a date", "2027-06-30 or 2027-06-30T00:00:00Z"),
    Code(
        "bad-id",
        "text is not a full id of the kind needed",
        "a full ARM id: /subscriptions/…/resourceGroups/…/providers/…",
    ),
    Code("bad-guid", "text is not a GUID", "32 hex digits in five groups: 8-4-4-4-12"),
    Code("bad-uri", "text is not an http(s) address", "https://…"),
)

_SETTINGS = (
    Code("bad-setting", "a setting cannot be used", "`reconciler settings` shows every setting and its origin"),
)

CODES: Final[Mapping[str, Code]] = MappingProxyType(
    {code.slug: code for code in (*_INPUT, *_DOCUMENTS, *_RESOURCES, *_SETTINGS)}
)


def diagnose(origin: Origin, code: str, message: str, hint: str = "") -> Diagnostic:
    """Report a finding under its registered code. Raises KeyError for a code nobody registered: a mistake of ours.

    The message becomes one printable line, whatever a manifest put into it.
    """
    known = CODES[code]
    line = "".join(char if char.isprintable() else "�" for char in " ".join(message.split()))
    line = line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 1]}…"
    return Diagnostic(origin, code, line, hint or known.hint, known.severity)
