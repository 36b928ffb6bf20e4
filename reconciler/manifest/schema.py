"""JSON Schema of manifests for editors: documents of every kind, with what may be nested in them.

It is put together from the same tables that read documents, so a key that is accepted is a key that is offered. It
knows structure only; what needs other documents, Defaults or Azure is said by `validate` and `plan`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from reconciler.kinds.registry import KINDS
from reconciler.kinds.role_assignment import AccessItem
from reconciler.kinds.scalars import GUID_PATTERN
from reconciler.manifest.body import shape_for
from reconciler.manifest.defaults import DefaultsSpec
from reconciler.manifest.documents import API_VERSION, DEFAULTS, ENVELOPE, NESTED, PARTS
from reconciler.manifest.field_schema import (
    NULL,
    Schema,
    choice_schema,
    known_paths,
    or_null,
    record_schema,
    text_schema,
)
from reconciler.manifest.metadata import NAME_OF, RESOURCE_GROUP, SCOPE_KEYS, known_keys, needed_keys
from reconciler.manifest.patterns import any_case, portable
from reconciler.manifest.policy import FLAGS, WORDS
from reconciler.manifest.unchecked import PATH
from reconciler.model.address import Kind

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
KIND_OF: Final = {part: kind for kind, part in NAME_OF.items()}
NEVER_NULL: Final[Schema] = {"not": NULL}


def manifest_schema() -> dict[str, Any]:
    """The schema of one document of a manifest; an empty document is allowed."""
    return {
        "$schema": DIALECT,
        "title": "gallery reconciler manifest",
        "description": "One document of a manifest: Azure Compute Galleries as they shall be.",
        "type": ["object", "null"],
        "required": ["apiVersion", "kind"],
        "properties": {"apiVersion": {"const": API_VERSION}, "kind": {"enum": [str(kind) for kind in PARTS]}},
        "allOf": [
            {
                "if": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": str(kind)}}},
                "then": {"$ref": f"#/$defs/{kind}"},
            }
            for kind in PARTS
        ],
        "$defs": _definitions(),
    }


def _definitions() -> dict[str, Schema]:
    documents = {str(kind): _document(str(kind)) for kind in PARTS}
    nested = {word: _nested(kind) for word, kind in NESTED.values()}
    specs = {f"{kind}.spec": record_schema(known.shape) for kind, known in KINDS.items()}
    unchecked = {f"{kind}.unchecked": _unchecked(kind) for kind in KINDS if "unchecked" in PARTS[kind]}
    del specs[f"{Kind.ROLE_ASSIGNMENT}.spec"]
    return {
        **documents,
        **nested,
        **specs,
        **unchecked,
        f"{DEFAULTS}.spec": record_schema(shape_for(DefaultsSpec)),
        "access": record_schema(shape_for(AccessItem), whole=True),
        "policy": _policy(),
    }


def _document(kind: str) -> Schema:
    """A whole document; its envelope is judged where the kind is told."""
    properties: Schema = dict.fromkeys(ENVELOPE, True)
    properties["metadata"] = _metadata(kind, nested=False)
    properties |= {part: _part(kind, part) for part in PARTS[kind]}
    assignment = kind == Kind.ROLE_ASSIGNMENT
    needed = ["metadata"] if kind != DEFAULTS else []
    return _mapping(properties, [*needed, *(["spec"] if assignment else [])])


def _nested(kind: Kind) -> Schema:
    """A resource nested in its parent's document."""
    properties = {"metadata": _metadata(kind, nested=True), **{part: _part(kind, part) for part in PARTS[kind]}}
    return _mapping(properties, ["metadata"])


def _mapping(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _part(kind: str, part: str) -> Schema:
    if part == "spec" and kind == Kind.ROLE_ASSIGNMENT:
        return {"$ref": "#/$defs/access"}
    if part == "access":
        return {"type": ["array", "null"], "items": {"$ref": "#/$defs/access"}}
    if part == "policy":
        return or_null({"$ref": "#/$defs/policy"})
    if part in ("spec", "unchecked"):
        return or_null({"$ref": f"#/$defs/{kind}.{part}"})
    return {"type": ["array", "null"], "items": {"$ref": f"#/$defs/{part}"}}


def _metadata(kind: str, *, nested: bool) -> Schema:
    known = SCOPE_KEYS if kind == DEFAULTS else known_keys(Kind(kind), nested=nested)
    needed = () if kind == DEFAULTS else needed_keys(Kind(kind), nested=nested)
    properties = {key: or_null(_name(kind, key), null=key not in needed) for key in known}
    schema = _mapping(properties, list(needed))
    if kind == Kind.ROLE_ASSIGNMENT:
        schema["dependentRequired"] = {"version": ["image"]}
    return schema if needed else or_null(schema)


def _name(kind: str, key: str) -> Schema:
    """The text behind one key of metadata: a scope, or the name of a resource by the rules of its kind."""
    scope: dict[str, re.Pattern[str]] = dict(zip(SCOPE_KEYS, (GUID_PATTERN, RESOURCE_GROUP), strict=True))
    if key in scope:
        return text_schema(scope[key])
    named = KINDS[Kind(kind) if key == "name" else KIND_OF[key]].name
    assert named is not None, f"{kind} has names without a rule"
    return text_schema(named)


def _policy() -> Schema:
    properties: Schema = {}
    for word, (_, kind) in WORDS.items():
        if kind is bool:
            folded = choice_schema(tuple(FLAGS))
            properties[word] = {"anyOf": [{"type": "boolean"}, *folded["anyOf"]]}
        else:
            properties[word] = choice_schema(tuple(str(each) for each in kind), folded=False)
        properties[word]["description"] = f"`reconciler explain policy.{word}` says what each value means."
    return _mapping(properties, [])


def _unchecked(kind: Kind) -> Schema:
    """Fields newer than this version by dotted path; known ones belong into `spec`."""
    known = sorted(known_paths(KINDS[kind].shape))
    return {
        "type": "object",
        "description": "Fields newer than this version, by dotted path: sent as they are.",
        "propertyNames": {"pattern": portable(PATH), "not": {"pattern": any_case(tuple(known))}},
        "additionalProperties": NEVER_NULL,
    }
