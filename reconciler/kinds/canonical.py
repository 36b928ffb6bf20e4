"""Between ARM bodies and canonical bodies: unwrap, bring every field to its one form, and back again.

Canonical bodies hold keyed lists as dicts (`targetRegions: {"[westus2]": {…}}`), regions short, instants in UTC.
Both sides of a comparison pass through here once, at the edge; nothing after it normalises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds.registry import ENVELOPE, ENVELOPE_OWN
from reconciler.kinds.rules import Rule
from reconciler.kinds.scalars import FoldedText, key_text
from reconciler.kinds.shape import Keyed, Leaf, Many, Node, Record, Table
from reconciler.model.state import mapping

HIDDEN = frozenset({Rule.READ_ONLY, Rule.WRITE_ONLY})
PROPERTIES = "properties"
AROUND = "/"  # no field's name begins so: what is newer than us and stands beside `properties`, not in it
REPLICAS = "regionalReplicaCount"


def declared(shape: Record, value: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical form of a declared body: nulls stay, because they ask for something."""
    return _record(shape, value, keep_null=True)


def live(shape: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical form of an ARM body without `properties`: read-only and empty parts go, unknown fields stay."""
    return _record(shape, body, keep_null=False)


def unwrap(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Put an ARM resource's envelope fields and its properties side by side.

    What else stands around `properties` (`zones`, `extendedLocation`, what is to come) is kept as `/zones`: a PUT
    without it would take it away (fact 3.4/2). Only what the service alone writes is left behind.
    """
    properties = resource.get("properties")
    body = dict(mapping(properties))
    for key, value in resource.items():
        if value is not None and key != PROPERTIES and key not in ENVELOPE_OWN:
            body[key if key in ENVELOPE else f"{AROUND}{key}"] = value
    return body


def wire(shape: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    """The ARM body to PUT for a canonical one: keyed dicts are lists again; nulls and what is shared are left out."""
    envelope: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for key, value in _wire(shape, body).items():
        if key in ENVELOPE or key.startswith(AROUND):
            envelope[key.removeprefix(AROUND)] = value
        else:
            properties[key] = value
    return {**envelope, PROPERTIES: properties}


def _record(shape: Record, value: Mapping[str, Any], *, keep_null: bool) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, entry in value.items():
        slot = shape.slots.get(key)
        if entry is None:
            if keep_null:
                result[key] = None
        elif slot is None:
            result[key] = entry
        elif keep_null or slot.field.rule not in HIDDEN:
            canonical = _value(slot.node, entry, keep_null=keep_null)
            if keep_null or canonical not in ({}, []):
                result[key] = canonical
    return result


def _value(node: Node, value: Any, *, keep_null: bool) -> Any:
    match node:
        case Leaf() if not isinstance(value, Mapping | list):
            return node.form.canonical(value)
        case Record() if isinstance(value, Mapping):
            return _record(node, value, keep_null=keep_null)
        case Keyed() if isinstance(value, list):
            return _keyed(node, value, keep_null=keep_null)
        case Table() if isinstance(value, Mapping):
            return {
                FoldedText(key): entry if entry is None else _value(node.value, entry, keep_null=keep_null)
                for key, entry in value.items()
            }
        case Many() if isinstance(value, list):
            entries = [_value(node.item, entry, keep_null=keep_null) for entry in value]
            texts = node.unordered and all(isinstance(entry, str) for entry in entries)
            return sorted(set(entries)) if texts else entries
        case _:
            return value


def _keyed(node: Keyed, value: list[Any], *, keep_null: bool) -> Any:
    result: dict[str, Any] = {}
    for entry in value:
        if not isinstance(entry, Mapping):
            return value
        canonical = _record(node.item, entry, keep_null=keep_null)
        key = key_of(node, canonical)
        twin = result.get(key)
        if twin is None or not twin.get(REPLICAS):
            result[key] = canonical  # of two spellings of one region the one with replicas counts
    return result


def key_of(node: Keyed, entry: Mapping[str, Any]) -> str:
    """The bracketed key of an entry of a keyed list: `[westus2]`, `[westus/losangeles]`, `[0]`."""
    return f"[{'/'.join(key_text(_dig(entry, path)) for path in node.key)}]"


def _dig(entry: Any, path: str) -> Any:
    for part in path.split("."):
        entry = entry.get(part) if isinstance(entry, Mapping) else None
    return "" if entry is None else entry


def _wire(node: Node, value: Any) -> Any:
    match node:
        case Record() if isinstance(value, Mapping):
            return {
                key: _wire(slot.node, entry) if slot else entry
                for key, entry, slot in ((key, entry, node.slots.get(key)) for key, entry in value.items())
                if entry is not None and not (slot and slot.field.rule is Rule.SHARED)
            }
        case Keyed() if isinstance(value, Mapping):
            return [_wire(node.item, entry) for entry in value.values()]
        case Table() if isinstance(value, Mapping):
            return {str(key): _wire(node.value, entry) for key, entry in value.items() if entry is not None}
        case Many() if isinstance(value, list):
            return [_wire(node.item, entry) for entry in value]
        case _:
            return str(value) if isinstance(value, str) else value
