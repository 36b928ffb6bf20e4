"""The other door of this room: live resources in, manifests out that declare them as they are.

Same resources, same text: galleries, images and access by name, versions by number. The result has been parsed and
validated by the reader of all manifests before it leaves; what could not stand is named beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reconciler.manifest.build import Fallback, build
from reconciler.manifest.carried import ROOMY, Omission, carry, without
from reconciler.manifest.documents import API_VERSION, DEFAULTS
from reconciler.manifest.emitted_items import Item, Marks, item_of
from reconciler.manifest.emitted_values import Emitted, with_short_regions
from reconciler.manifest.text import ManifestText
from reconciler.manifest.yaml_text import as_yaml
from reconciler.model.address import Address, Kind, Scope
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.plan import dotted
from reconciler.model.state import DesiredState, LiveResource

LOCATION: Final = "location"
NOUNS: Final = {
    Kind.IMAGE_DEFINITION: "image definition",
    Kind.IMAGE_VERSION: "image version",
    Kind.ROLE_ASSIGNMENT: "role assignment",
}


@dataclass(frozen=True, slots=True)
class GalleryText:
    """One gallery with all below it, in its two spellings: by itself, and beside Defaults that name its group."""

    scope: Scope
    gallery: str
    standing: str
    nested: str


@dataclass(frozen=True, slots=True)
class Emission:
    """The manifests, what they declare, what is missing from them, and how many live fields are newer than us.

    `bare` are the declared fields, by address and path, whose texts every other output hides.
    `diagnostics` is not empty where the manifests are not valid: a fault of ours, and nothing may be written.
    """

    galleries: tuple[GalleryText, ...]
    desired: DesiredState
    omissions: tuple[Omission, ...] = ()
    unknown: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    bare: tuple[tuple[Address, str], ...] = ()


def emit(live: Mapping[Address, LiveResource], hidden_tags: frozenset[str], *, now: datetime) -> Emission:
    """Declare live resources; each must be there with its ancestors. `hidden_tags`, lower case, are never declared."""
    items: dict[Address, Item] = {}
    omissions: list[Omission] = []
    unknown = 0
    bare: list[tuple[Address, str]] = []
    marks: dict[Address, Marks] = {}
    for address in sorted(live, key=lambda each: (each.access is not None, each.key.count("/"), each)):
        above = address.parent
        item, own, emitted = item_of(live[address], marks.get(above, Marks()) if above else Marks(), hidden_tags)
        items[address], marks[address] = item, own
        unknown += emitted.unknown
        omissions += _odd(address, emitted)
        bare += ((address, dotted(path)) for path in emitted.bare)
    omissions += _without_location(items)
    galleries, desired, errors = _checked(items, now)
    if errors:
        omissions += carry(items, now)
        galleries, desired, errors = _checked(items, now)
    missing = {(omission.address, omission.path) for omission in omissions}
    told = tuple(each for each in bare if each[0] in items and each not in missing)
    return Emission(galleries, desired, tuple(sorted(omissions, key=_by_place)), unknown, errors, told)


def defaults_text(scope: Scope) -> str:
    """The Defaults of one resource group's folder."""
    metadata = {"subscription": scope.subscription, "resourceGroup": scope.group}
    return as_yaml({"apiVersion": API_VERSION, "kind": DEFAULTS, "metadata": metadata})


def _odd(address: Address, emitted: Emitted) -> Iterable[Omission]:
    return (Omission(address, dotted(path), reason) for path, reason in emitted.odd)


def _without_location(items: dict[Address, Item]) -> Iterator[Omission]:
    """Take out what tells no location: below others it would inherit one that may not be its own."""
    for address in [address for address, item in items.items() if address.access is None and LOCATION not in item.spec]:
        if address in items:
            without(items, address)
            yield Omission(address, "", "its location is not told")


def _by_place(omission: Omission) -> tuple[str, str]:
    return omission.address.key, omission.path


def _checked(
    items: Mapping[Address, Item], now: datetime
) -> tuple[tuple[GalleryText, ...], DesiredState, tuple[Diagnostic, ...]]:
    """The texts of all galleries, what they declare when they are read, and what is wrong with them."""
    below: dict[Address, list[Item]] = {}
    for item in items.values():
        if (parent := item.address.parent) is not None:
            below.setdefault(parent, []).append(item)
    roots = sorted((item for item in items.values() if item.address.kind is Kind.GALLERY), key=lambda item: item.order)
    galleries = tuple(_gallery(root, below) for root in roots)
    texts = [ManifestText(f"{each.scope.group}/{each.gallery}", each.standing.encode()) for each in galleries]
    built = build(texts, Fallback(), now=now, limits=ROOMY)
    return galleries, built.desired, () if built.ok else built.diagnostics


def _gallery(root: Item, below: Mapping[Address, list[Item]]) -> GalleryText:
    address = root.address
    counts: Counter[Kind] = Counter()
    rest = _parts(root, below, "images", counts)
    scope = {"subscription": address.subscription, "resourceGroup": address.group}
    head = f"# {address.gallery} as it is live{_counted(counts)}\n"
    body = as_yaml(rest)
    standing, nested = (
        head + as_yaml({"apiVersion": API_VERSION, "kind": str(Kind.GALLERY), "metadata": metadata}) + body
        for metadata in ({"name": address.gallery, **scope}, {"name": address.gallery})
    )
    return GalleryText(address.scope, address.gallery, standing, nested)


def _counted(counts: Counter[Kind]) -> str:
    told = [f"{counts[kind]} {noun}{'' if counts[kind] == 1 else 's'}" for kind, noun in NOUNS.items() if counts[kind]]
    return f": {', '.join(told)}" if told else ""


def _parts(
    item: Item, below: Mapping[Address, list[Item]], word: str, counts: Counter[Kind], location: Any = None
) -> dict[str, Any]:
    """Policy, spec, access and children of one resource; a location equal to the parent's is inherited."""
    children = sorted(below.get(item.address, ()), key=lambda child: child.order)
    counts.update(child.address.kind for child in children)
    own = item.spec.get(LOCATION)
    spec = {key: value for key, value in item.spec.items() if key != LOCATION or value != location}
    parts: dict[str, Any] = {
        "policy": item.policy,
        "spec": with_short_regions(spec),
        "access": [child.spec for child in children if child.address.kind is Kind.ROLE_ASSIGNMENT],
        word: [
            {"metadata": {"name": child.address.name}, **_parts(child, below, "versions", counts, own)}
            for child in children
            if child.address.kind is not Kind.ROLE_ASSIGNMENT
        ],
    }
    return {key: value for key, value in parts.items() if value}
