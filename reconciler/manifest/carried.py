"""What manifests can carry: takes out of statements what our own validation refuses, one field at a time.

Each statement is checked as a document of its own, so that a finding's place leads back to the value it speaks of.
No rule is stated here; the rules are those of every manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import yaml

from reconciler.kinds.registry import rules_of
from reconciler.manifest.build import Fallback, build
from reconciler.manifest.documents import API_VERSION
from reconciler.manifest.emitted_items import Item
from reconciler.manifest.limits import DEFAULT_LIMITS
from reconciler.manifest.text import ManifestText
from reconciler.manifest.yaml_text import as_flow
from reconciler.model.address import Address, Kind
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.model.plan import dotted
from reconciler.model.state import Path

PLENTY: Final = 10**9
ROOMY: Final = replace(DEFAULT_LIMITS, total_bytes=PLENTY, files=PLENTY, diagnostics=PLENTY)


@dataclass(frozen=True, slots=True)
class Omission:
    """What is live but not in the manifests: a field, or with an empty path a resource and all below it."""

    address: Address
    path: str
    reason: str


def carry(items: dict[Address, Item], now: datetime) -> tuple[Omission, ...]:
    """Remove from `items` what cannot stand until all that is left is valid; says what was removed."""
    omissions: list[Omission] = []
    looked_at = dict(items)
    while found := list(_objections(looked_at, now)):
        for item, path, reason in found:
            if item.address in items:
                omissions.extend(_remove(items, item, path, reason))
        changed = {item.address for item, _, _ in found} & items.keys()
        needed = changed.union(*(address.ancestors for address in changed))
        looked_at = {address: item for address, item in items.items() if address in needed}
    return tuple(omissions)


def without(items: dict[Address, Item], address: Address) -> None:
    """Take a resource and everything below it out."""
    for known in [known for known in items if known == address or address in known.ancestors]:
        del items[known]


def _objections(items: Mapping[Address, Item], now: datetime) -> Iterator[tuple[Item, Path, str]]:
    """Every finding of weight with the statement it is about and the path of its value; () is the statement itself."""
    numbered = list(items.values())
    texts = [as_flow(_document(item)) for item in numbered]
    named = [ManifestText(str(number), text.encode()) for number, text in enumerate(texts)]
    for finding in build(named, Fallback(), now=now, limits=ROOMY).diagnostics:
        if finding.severity is Severity.ERROR:
            number = int(finding.origin.file)
            yield numbered[number], _path_of(finding.origin, texts[number]), _words(finding)


def _words(finding: Diagnostic) -> str:
    return f"{finding.code}: {finding.message}"


def _document(item: Item) -> dict[str, Any]:
    address = item.address
    own = {Kind.IMAGE_DEFINITION: address.image, Kind.IMAGE_VERSION: address.version, Kind.GALLERY: address.gallery}
    names: dict[str, Any] = {"subscription": address.subscription, "resourceGroup": address.group}
    if address.kind is not Kind.GALLERY:
        names["gallery"] = address.gallery
    if address.kind is Kind.IMAGE_VERSION or (address.access is not None and address.image is not None):
        names["image"] = address.image
    if address.access is not None and address.version is not None:
        names["version"] = address.version
    if address.kind in own:
        names["name"] = own[address.kind]
    return {"apiVersion": API_VERSION, "kind": str(address.kind), "metadata": names, "spec": item.spec}


def _path_of(origin: Origin, text: str) -> Path:
    """The path below `spec` of the value that begins at a place; () where the place is not in the spec."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    found = next((path for path, mark in _places(root, ()) if mark == (origin.line, origin.column)), ())
    return found[1:] if found[:1] == ("spec",) else ()


def _places(node: yaml.Node | None, path: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, str(key.value))
            yield below, _mark(key)
            yield from _places(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*path, index), _mark(value)
            yield from _places(value, (*path, index))


def _mark(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _remove(items: dict[Address, Item], item: Item, path: Path, reason: str) -> Iterable[Omission]:
    """Take out the field at a path, or the nearest mapping entry around it; what a resource needs takes it along."""
    while path and isinstance(path[-1], int):
        path = path[:-1]  # an entry of a list cannot go alone: the list is the list
    if not path or _needed(item.address.kind, path):
        without(items, item.address)
        return (Omission(item.address, "", reason),)
    if not _take(item.spec, path):
        return ()  # gone already, with a neighbour
    return (
        Omission(item.address, dotted(tuple(f"[{part}]" if isinstance(part, int) else part for part in path)), reason),
    )


def _needed(kind: Kind, path: Path) -> bool:
    """Whether a resource cannot be declared without the field."""
    if kind is Kind.ROLE_ASSIGNMENT:
        return path[0] in ("role", "principal")
    slot = rules_of(kind).shape.slots.get(str(path[0]))
    return len(path) == 1 and slot is not None and slot.field.required


def _take(value: Any, path: Path) -> bool:
    """Remove the entry at a path, and what it leaves empty above it; False where it is not there."""
    head, *rest = path
    if isinstance(head, int):
        return isinstance(value, list) and head < len(value) and _take(value[head], tuple(rest))
    if not isinstance(value, dict) or head not in value:
        return False
    if rest:
        taken = _take(value[head], tuple(rest))
        if value[head] == {}:
            del value[head]
        return taken
    del value[head]
    return True
