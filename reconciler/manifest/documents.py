"""From one YAML document to drafts: envelope, metadata, policy, and what is nested below.

Nested and stand-alone spellings become the same drafts here; everything after this is blind to the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import yaml

from reconciler.kinds.registry import KINDS
from reconciler.manifest.access import RENAMED, read_access
from reconciler.manifest.body import SpecBody, read_spec
from reconciler.manifest.defaults import read_defaults
from reconciler.manifest.draft import Draft, Drafts, Names
from reconciler.manifest.findings import shown
from reconciler.manifest.metadata import read_metadata
from reconciler.manifest.policy import NO_POLICY, PolicyBlock, read_policy
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.unchecked import read_unchecked
from reconciler.manifest.values import Entry, Reader, Sheet, is_null
from reconciler.model.address import Kind
from reconciler.model.diagnostic import Origin

API_VERSION: Final = "gallery-reconciler/v1"
DEFAULTS: Final = "Defaults"
ENVELOPE: Final = ("apiVersion", "kind", "metadata")
COMMON: Final = ("policy", "spec", "unchecked", "access")
PLAN_KEYS: Final = frozenset({"schemaVersion", "actions"})
PLAN_HINT: Final = "this looks like a plan, not a manifest"
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    DEFAULTS: ("spec",),
    Kind.GALLERY: (*COMMON, "images"),
    Kind.IMAGE_DEFINITION: (*COMMON, "versions"),
    Kind.IMAGE_VERSION: COMMON,
    Kind.ROLE_ASSIGNMENT: ("policy", "spec"),
}
NESTED: Final = {
    Kind.GALLERY: ("images", Kind.IMAGE_DEFINITION),
    Kind.IMAGE_DEFINITION: ("versions", Kind.IMAGE_VERSION),
}


def read_document(reader: Reader, node: yaml.Node, drafts: Drafts) -> None:
    """Read one document into `drafts`; what is wrong with it becomes findings."""
    if not isinstance(node, yaml.MappingNode):
        if not _blank(node):
            reader.findings.add(reader.origin(node), "bad-document", "a document is not a mapping")
        return
    fields = reader.fields(node, "the document") or {}
    if fields.keys() >= PLAN_KEYS:
        reader.findings.add(reader.origin(node), "bad-document", "the document is a plan", PLAN_HINT)
        return
    kind = _kind(reader, node, fields)
    if kind is None:
        return
    _refuse_unknown(reader, fields, (*ENVELOPE, *PARTS[kind]), kind)
    origin = reader.origin(node)
    if kind == DEFAULTS:
        drafts.defaults.append(read_defaults(reader, fields, origin))
    elif kind == Kind.ROLE_ASSIGNMENT:
        _read_assignment(reader, fields, origin, drafts)
    else:
        _read_resource(reader, Kind(kind), fields, origin, drafts)


def _blank(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value == ""


def _kind(reader: Reader, node: yaml.Node, fields: Mapping[str, Entry]) -> str | None:
    """The document's kind, once its envelope is ours."""
    texts: dict[str, str] = {}
    for key, code in (("apiVersion", "bad-api-version"), ("kind", "unknown-kind")):
        entry = fields.get(key)
        text = reader.scalar(entry.node, key) if entry else None
        if text is None and (entry is None or is_null(entry.node)):
            reader.findings.add(reader.origin(entry.key if entry else node), code, f"the document has no {key}")
        elif text is not None:
            texts[key] = text
    version, kind = texts.get("apiVersion"), texts.get("kind")
    if version is not None and version != API_VERSION:
        message = f"apiVersion “{shown(version)}” is not {API_VERSION}"
        reader.findings.add(reader.origin(fields["apiVersion"].key), "bad-api-version", message)
    if kind is not None and kind not in PARTS:
        hint = did_you_mean(kind, PARTS)
        reader.findings.add(reader.origin(fields["kind"].key), "unknown-kind", f"“{shown(kind)}” is not a kind", hint)
    return kind if version == API_VERSION and kind in PARTS else None


def _refuse_unknown(reader: Reader, fields: Mapping[str, Entry], known: tuple[str, ...], what: str) -> None:
    for key, entry in fields.items():
        if reader.findings.full:
            return
        if key not in known:
            message = f"“{shown(key)}” is not a key of {what}"
            reader.findings.add(reader.origin(entry.key), "unknown-key", message, did_you_mean(key, known))


def _read_resource(
    reader: Reader,
    kind: Kind,
    fields: Mapping[str, Entry],
    origin: Origin,
    drafts: Drafts,
    parent: Draft | None = None,
) -> None:
    names, place, whole = read_metadata(reader, kind, fields.get("metadata"), origin, nested=parent is not None)
    spec = read_spec(reader, fields["spec"].node if "spec" in fields else None, KINDS[kind].model, place)
    draft = Draft(
        kind=kind,
        folder=reader.text.folder,
        origin=place,
        names=names,
        spec=spec,
        parent=parent,
        policy=read_policy(reader, fields["policy"].node) if "policy" in fields else NO_POLICY,
        unchecked=read_unchecked(reader, fields["unchecked"].node, kind) if "unchecked" in fields else {},
        whole=whole and (parent is None or parent.whole),
    )
    drafts.resources.append(draft)
    _read_access_lines(reader, fields, draft, drafts)
    if kind in NESTED:
        _read_children(reader, fields, draft, drafts)


def _read_children(reader: Reader, fields: Mapping[str, Entry], parent: Draft, drafts: Drafts) -> None:
    word, kind = NESTED[parent.kind]
    if word not in fields:
        return
    for node in reader.items(fields[word].node, word):
        if reader.findings.full:
            return
        below = reader.fields(node, f"an entry of {word}")
        if below is not None:
            _refuse_unknown(reader, below, ("metadata", *PARTS[kind]), f"an entry of {word}")
            _read_resource(reader, kind, below, reader.origin(node), drafts, parent)


def _read_access_lines(reader: Reader, fields: Mapping[str, Entry], parent: Draft, drafts: Drafts) -> None:
    if "access" not in fields:
        return
    for node in reader.items(fields["access"].node, "access"):
        drafts.resources.append(_assignment(reader, node, reader.origin(node), Names(), NO_POLICY, parent))


def _read_assignment(reader: Reader, fields: Mapping[str, Entry], origin: Origin, drafts: Drafts) -> None:
    names, place, whole = read_metadata(reader, Kind.ROLE_ASSIGNMENT, fields.get("metadata"), origin, nested=False)
    policy = read_policy(reader, fields["policy"].node) if "policy" in fields else NO_POLICY
    node = fields["spec"].node if "spec" in fields else None
    drafts.resources.append(_assignment(reader, node, place, names, policy, None, whole=whole))


def _assignment(
    reader: Reader,
    node: yaml.Node | None,
    origin: Origin,
    names: Names,
    policy: PolicyBlock,
    parent: Draft | None,
    *,
    whole: bool = True,
) -> Draft:
    read = read_access(reader, node, origin)
    return Draft(
        kind=Kind.ROLE_ASSIGNMENT,
        folder=reader.text.folder,
        origin=origin,
        names=names,
        spec=read.spec if read else SpecBody({}, Sheet(), sound=False),
        parent=parent,
        policy=policy,
        access=read.access if read else None,
        renamed=RENAMED if read else {},
        whole=whole and read is not None and (parent is None or parent.whole),
    )
