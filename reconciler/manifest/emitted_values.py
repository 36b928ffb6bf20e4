"""From a live body to the `spec` a manifest would state: the field rules read backwards.

What Azure fills in by itself and leaving out does not change is left out: defaults (facts 3.8/4–3.8/8), disks that
come from the source (fact 3.8/9), fields that are never compared. What no manifest can carry is named, not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from reconciler.kinds.canonical import HIDDEN
from reconciler.kinds.overlay import same
from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import UNSET
from reconciler.kinds.scalars import REGION_PATTERN
from reconciler.kinds.shape import Keyed, Leaf, Many, Node, Record, Table
from reconciler.model.address import Kind
from reconciler.model.secrets import holds_secret, without_secrets
from reconciler.model.state import Body, Path
from reconciler.settings.words import is_unicode

WITHHELD: Final = "it holds a secret, and a manifest must not"
MIDNIGHT: Final = "T00:00:00Z"
TYPES: Final[Mapping[str, type]] = {"whole number": int, "true or false": bool}
REGIONS: Final = "targetRegions"
COUNT: Final = "regionalReplicaCount"
STORAGE: Final = "storageAccountType"
SHORT: Final = ("name", COUNT, STORAGE)


@dataclass(slots=True)
class Emitted:
    """A spec as plain values, the number of live fields newer than us, and the fields that cannot be stated.

    `bare` are the stated texts that every other output hides: an address with a query, which may be a secret or not.
    """

    values: dict[str, Any] = field(default_factory=dict)
    unknown: int = 0
    odd: list[tuple[Path, str]] = field(default_factory=list)
    bare: list[Path] = field(default_factory=list)


def spec_of(kind: Kind, body: Body) -> Emitted:
    """The spec that plans nothing against a canonical live body; keyed lists are lists again, in live order."""
    emitted = Emitted()
    stated = _stated_version(body) if kind is Kind.IMAGE_VERSION else body
    emitted.values = _record(emitted, rules_of(kind).shape, stated, (), exact=False)
    return emitted


def with_short_regions(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec with target regions as az writes them; without a count for all where one region has none of its own.

    Such a region would take the count for all, which may not be what it has.
    """
    publishing = spec.get("publishingProfile")
    regions = publishing.get(REGIONS) if isinstance(publishing, dict) else None
    if publishing is None or regions is None:
        return spec
    shared = all(COUNT in entry for entry in regions)
    kept = {key: value for key, value in publishing.items() if shared or key != "replicaCount"}
    return {**spec, "publishingProfile": {**kept, REGIONS: [_short_region(entry) for entry in regions]}}


def _short_region(entry: Mapping[str, Any]) -> Any:
    """`westeurope=2=standard_zrs` where nothing more is to say."""
    name, count, storage = (entry.get(part) for part in SHORT)
    plain = isinstance(name, str) and REGION_PATTERN.fullmatch(name) is not None
    if not plain or not set(entry) <= set(SHORT) or (count is None and storage is not None):
        return entry
    parts = [name, None if count is None else str(count), None if storage is None else str(storage).lower()]
    return "=".join(part for part in parts if part is not None)


def _record(emitted: Emitted, node: Record, value: Mapping[str, Any], path: Path, *, exact: bool) -> dict[str, Any]:
    """One mapping; `exact` where it is compared as a whole, so that nothing may be left out of it."""
    emitted.unknown += sum(key not in node.slots for key in value)
    result: dict[str, Any] = {}
    for name, slot in node.slots.items():
        live = value.get(name)
        if live is None or slot.field.rule in HIDDEN or (not exact and same(slot.field.default, live)):
            continue
        stated = _value(emitted, slot.node, live, (*path, name), exact=exact)
        if stated is not UNSET and (exact or stated not in ({}, [])):
            result[name] = stated
    return result


def _value(emitted: Emitted, node: Node, value: Any, path: Path, *, exact: bool) -> Any:
    match node:
        case Record() if isinstance(value, Mapping):
            return _record(emitted, node, value, path, exact=exact)
        case Keyed() if isinstance(value, Mapping) and all(isinstance(entry, Mapping) for entry in value.values()):
            return [_record(emitted, node.item, entry, (*path, key), exact=exact) for key, entry in value.items()]
        case Table() if isinstance(value, Mapping):
            return _table(emitted, node, value, path, exact=exact)
        case Many() if isinstance(value, list):
            return _many(emitted, node, value, path)
        case Leaf() if not isinstance(value, Mapping | list):
            return _leaf(emitted, node, value, path)
        case _:
            return _cannot(emitted, path, "its live value has a shape of its own")


def _table(emitted: Emitted, node: Table, value: Mapping[str, Any], path: Path, *, exact: bool) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, entry in value.items():
        below = (*path, key)
        secret = holds_secret(str(key))
        stated = _cannot(emitted, below, WITHHELD) if secret else _value(emitted, node.value, entry, below, exact=exact)
        if stated is not UNSET:
            result[str(key)] = stated
    return result


def _many(emitted: Emitted, node: Many, value: list[Any], path: Path) -> Any:
    """A list without keys is compared as a whole: it is stated whole or not at all."""
    before = (emitted.unknown, len(emitted.odd))
    entries = [_value(emitted, node.item, entry, path, exact=True) for entry in value]
    if before == (emitted.unknown, len(emitted.odd)):
        return entries
    del emitted.odd[before[1] :]
    return _cannot(emitted, path, "the live list holds what manifests do not know")


def _leaf(emitted: Emitted, node: Leaf, value: Any, path: Path) -> Any:
    wanted = TYPES.get(node.form.name, str)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        return _cannot(emitted, path, f"the live value is not {node.form.name}")
    if not isinstance(value, str):
        return value
    text = str(value)
    if holds_secret(text):
        return _cannot(emitted, path, WITHHELD)
    if not is_unicode(text):
        return _cannot(emitted, path, "the live text is not Unicode")
    if without_secrets(text) != text:
        emitted.bare.append(path)
    if node.form.name == "date or instant" and text.endswith(MIDNIGHT):
        return date.fromisoformat(text.removesuffix(MIDNIGHT))
    return text


def _cannot(emitted: Emitted, path: Path, reason: str) -> Any:
    emitted.odd.append((path, reason))
    return UNSET


def _stated_version(body: Body) -> Body:
    """A version as people would declare it: its own sources only, and regions without the storage type they inherit."""
    stated = dict(body)
    if isinstance(storage := body.get("storageProfile"), Mapping):
        stated["storageProfile"] = _own_storage(storage)
    if isinstance(publishing := body.get("publishingProfile"), Mapping):
        stated["publishingProfile"] = _own_regions(publishing)
    return stated


def _own_storage(storage: Mapping[str, Any]) -> Body:
    """The one source a version was made from; disks without a source of their own came with it (fact 3.8/9)."""
    source = storage.get("source")
    direct = [key for key in ("id", "virtualMachineId", "communityGalleryImageId") if _under(source, key)]
    if direct:
        return {**_unknown_in(storage), "source": {direct[0]: source[direct[0]]}} if source else storage
    own = dict(storage)
    if not _under(storage.get("osDiskImage"), "source"):
        own.pop("osDiskImage", None)
    if isinstance(disks := storage.get("dataDiskImages"), Mapping):
        own["dataDiskImages"] = {key: disk for key, disk in disks.items() if _under(disk, "source")}
    return own


def _unknown_in(storage: Mapping[str, Any]) -> Body:
    return {key: value for key, value in storage.items() if key not in ("source", "osDiskImage", "dataDiskImages")}


def _under(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _own_regions(publishing: Mapping[str, Any]) -> Body:
    """Regions without a storage type equal to the profile's (fact 3.8/7), unless a strategy chose it (2.4/14)."""
    regions = publishing.get(REGIONS)
    if not isinstance(regions, Mapping) or publishing.get("storageAccountStrategy"):
        return publishing
    inherited = publishing.get(STORAGE, "Standard_LRS")
    own = {
        key: {name: part for name, part in entry.items() if name != STORAGE or part != inherited}
        for key, entry in regions.items()
        if isinstance(entry, Mapping)
    }
    return {**publishing, REGIONS: own} if len(own) == len(regions) else publishing
