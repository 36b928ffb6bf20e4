"""The `metadata` block: what a document calls itself and where it says it lives.

Names are read as text and judged by the kinds; subscription and group are judged here, because no kind owns them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from reconciler.kinds.scalars import GUID_PATTERN
from reconciler.manifest.draft import Names, Stated
from reconciler.manifest.findings import shown
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.values import Entry, Reader, is_null
from reconciler.model.address import Kind
from reconciler.model.diagnostic import Origin

RESOURCE_GROUP: Final = re.compile(r"[\w().-]{0,89}[\w()-]")
SCOPE_KEYS: Final = ("subscription", "resourceGroup")
NAME_OF: Final = {Kind.GALLERY: "gallery", Kind.IMAGE_DEFINITION: "image", Kind.IMAGE_VERSION: "version"}
PARENTS: Final = {
    Kind.GALLERY: (),
    Kind.IMAGE_DEFINITION: ("gallery",),
    Kind.IMAGE_VERSION: ("gallery", "image"),
    Kind.ROLE_ASSIGNMENT: ("gallery",),
}


def read_metadata(
    reader: Reader, kind: Kind, entry: Entry | None, origin: Origin, *, nested: bool
) -> tuple[Names, Origin, bool]:
    """The names of a resource, the place of its own name, and whether all of them are there."""
    stated = read_stated(reader, entry, known_keys(kind, nested=nested))
    missing = [key for key in needed_keys(kind, nested=nested) if key not in stated]
    place = reader.origin(entry.key) if entry else origin
    for key in missing:
        reader.findings.add(place, "required-field", f"metadata.{key} is missing", f"state metadata.{key}")
    if kind is Kind.ROLE_ASSIGNMENT and "version" in stated and "image" not in stated:
        missing.append("image")
        message = "metadata.version without metadata.image"
        reader.findings.add(stated["version"].origin, "required-field", message, "state metadata.image too")
    by_part = {key: stated.get(key) for key in ("gallery", "image", "version")}
    if kind in NAME_OF:
        by_part[NAME_OF[kind]] = stated.get("name")
    names = Names(stated.get("subscription"), stated.get("resourceGroup"), **by_part)
    return names, stated["name"].origin if "name" in stated else origin, not missing


def needed_keys(kind: Kind, *, nested: bool) -> tuple[str, ...]:
    """The keys that this metadata cannot lack."""
    return (*(() if nested else PARENTS[kind]), *(("name",) if kind in NAME_OF else ()))


@cache
def known_keys(kind: Kind, *, nested: bool) -> tuple[str, ...]:
    """The keys that this metadata may have."""
    if nested:
        return ("name",)
    own = ("image", "version") if kind is Kind.ROLE_ASSIGNMENT else ("name",)
    return (*PARENTS[kind], *own, *SCOPE_KEYS)


def read_stated(reader: Reader, entry: Entry | None, known: tuple[str, ...]) -> dict[str, Stated]:
    """The texts of a metadata block with their places; unknown keys and impossible scopes become findings."""
    stated: dict[str, Stated] = {}
    if entry is None:
        return stated
    for key, field in (reader.fields(entry.node, "metadata") or {}).items():
        if reader.findings.full:
            break
        origin = reader.origin(field.key)
        if key not in known:
            message = f"“{shown(key)}” is not a key of this metadata"
            reader.findings.add(origin, "unknown-key", message, did_you_mean(key, known))
        elif not is_null(field.node):
            text = reader.scalar(field.node, f"metadata.{key}")
            if text is not None and _possible(reader, key, text, origin):
                stated[key] = Stated(text, origin)
    return stated


def _possible(reader: Reader, key: str, text: str, origin: Origin) -> bool:
    if key == "subscription" and not GUID_PATTERN.fullmatch(text):
        reader.findings.add(origin, "bad-guid", f"subscription “{shown(text)}” is not a GUID")
        return False
    if key == "resourceGroup" and not RESOURCE_GROUP.fullmatch(text):
        reader.findings.add(origin, "bad-resource-group", f"“{shown(text)}” cannot be a resource group name")
        return False
    return True
