"""What the field rules say about a declared body: cleared, read-only, missing and repeated entries.

It walks a validated body along its shape before the body becomes canonical: afterwards twins have already met.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.kinds.canonical import declared, key_of
from reconciler.kinds.regions import REGIONS
from reconciler.kinds.rules import UNSET, Rule
from reconciler.kinds.scalars import key_text, region
from reconciler.kinds.shape import Keyed, Leaf, Many, Node, Record, Slot, Table, key_fields
from reconciler.manifest.findings import shown
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.values import Reader, Sheet
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import dotted
from reconciler.model.state import Path

LATER = frozenset({"location", "tags"})
REGION_LISTS = frozenset({"targetRegions", "targetExtendedLocations"})
ALIKE: Final = 0.75
CLEAR_HINTS: Final[Mapping[str, str]] = {
    "tags": "“key: null” removes one tag",
    "identity": "“type: None” removes identities",
    "safetyProfile": "state the flags: allowDeletionOfReplicatedLocations, blockDeletionBeforeEndOfLife",
}


class Inspection:
    """One walk over one body. `missing` gathers required fields that only matter where we create."""

    def __init__(self, reader: Reader, sheet: Sheet, origin: Origin) -> None:
        self._reader = reader
        self._sheet = sheet
        self._origin = origin
        self.missing: list[Path] = []

    def record(self, shape: Record, value: Mapping[str, Any], path: Path, key: tuple[str, ...] = ()) -> None:
        """Inspect one mapping; `key` names the fields that identify it in its list."""
        for name in shape.required:
            if name in value or (not path and name in LATER):
                continue
            if name in key:
                message = f"{dotted(_words((*path, name)))} is missing"
                self._note(path, "required-field", message, "entries of this list are told apart by it")
            else:
                self.missing.append((*path, name))
        for name, entry in value.items():
            slot = shape.slots[name]
            if entry is None:
                self._null(slot, (*path, name), required=name in key)
            elif slot.field.rule is Rule.READ_ONLY:
                at = (*path, name)
                self._note(at, "read-only-field", f"{dotted(_words(at))} is written by the service alone")
            elif isinstance(entry, dict | list):
                self._below(slot, entry, (*path, name))
            elif isinstance(slot.node, Leaf) and slot.node.form.canonical is region:
                self._region(entry, (*path, name))

    def _below(self, slot: Slot, entry: Any, path: Path) -> None:
        match slot.node:
            case Record() as node:
                self.record(node, entry, path)
            case Keyed() as node:
                self._keyed(node, entry, path)
            case Many(item=Record() as node):
                for index, part in enumerate(entry):
                    self.record(node, part, (*path, index))
            case Table(value=node):
                self._free(node, entry, path)
            case _:
                pass

    def _free(self, node: Node, entries: Mapping[str, Any], path: Path) -> None:
        seen: dict[str, str] = {}
        for key, part in entries.items():
            twin = seen.setdefault(key.lower(), key)
            if twin != key:
                code = "duplicate-tag" if path[-1] == "tags" else "duplicate-entry"
                message = f"“{shown(twin)}” and “{shown(key)}” differ only in case; first at "
                self._note((*path, key), code, f"{message}{self._place((*path, twin))}")
            if isinstance(node, Record) and part is not None:
                self.record(node, part, (*path, key))

    def _keyed(self, node: Keyed, entries: list[Mapping[str, Any]], path: Path) -> None:
        seen: dict[str, int] = {}
        heads = key_fields(node)
        for index, entry in enumerate(entries):
            below = (*path, index)
            self.record(node.item, entry, below, heads)
            if any(entry.get(word) is None for word in heads):
                continue
            key = _key(node, heads, entry)
            if key in seen:
                first = self._place((*path, seen[key]))
                code = "duplicate-region" if path[-1] in REGION_LISTS else "duplicate-entry"
                self._note(below, code, f"{dotted(_words(path))}{shown(key)} stands twice; first at {first}")
            else:
                seen[key] = index

    def _region(self, name: str, path: Path) -> None:
        """Warn of a region nobody knows, once in a file."""
        reader = self._reader
        if name in REGIONS or name in reader.odd_regions or reader.findings.full:
            return
        reader.odd_regions.add(name)
        hint = did_you_mean(name, REGIONS, ALIKE)
        self._note(path, "unknown-region", f"{dotted(_words(path))}: “{shown(name)}” is not a region known here", hint)

    def _null(self, slot: Slot, path: Path, *, required: bool) -> None:
        if required:
            self._note(path, "required-field", f"{dotted(_words(path))} is null")
        elif not slot.field.clearable:
            self._note(path, "cannot-clear", f"{dotted(_words(path))} cannot be cleared", _instead(slot))

    def _note(self, path: Path, code: str, message: str, hint: str = "") -> None:
        self._reader.findings.add(self._place(path), code, message, hint)

    def _place(self, path: Path) -> Origin:
        place = self._sheet.place(path)
        return Origin(self._reader.text.name, *place) if place else self._origin


def _key(node: Keyed, heads: tuple[str, ...], entry: Mapping[str, Any]) -> str:
    """The canonical key of an entry whose identifying fields are all there."""
    if len(heads) == 1 and isinstance(leaf := node.item.slots[heads[0]].node, Leaf):
        return f"[{key_text(leaf.form.canonical(entry[heads[0]]))}]"
    return key_of(node, declared(node.item, {word: entry[word] for word in heads}))


def _instead(slot: Slot) -> str:
    """What to write in place of a null; empty where the code's own hint says all."""
    default = slot.field.default
    if default is UNSET:
        return CLEAR_HINTS.get(slot.path, "")
    word = str(default).lower() if isinstance(default, bool) else default
    return f"state the service's default, {slot.path.rpartition('.')[2]}: {word}, or remove the line"


def _words(path: Path) -> Path:
    return tuple(f"[{part}]" if isinstance(part, int) else part for part in path)
