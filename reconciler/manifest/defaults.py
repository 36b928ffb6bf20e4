"""Defaults: what a folder states once for everything in it and below. The nearest one wins.

Apart from drafts because resolving is a question of folders, which no single document can answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from reconciler.kinds.rules import Merge, updatable
from reconciler.kinds.scalars import Region, Text
from reconciler.kinds.shape import Spec
from reconciler.manifest.body import read_spec
from reconciler.manifest.draft import DefaultsDraft, Stated
from reconciler.manifest.findings import Findings
from reconciler.manifest.metadata import SCOPE_KEYS, read_stated
from reconciler.manifest.values import Entry, Reader
from reconciler.model.diagnostic import Origin


class DefaultsSpec(Spec):
    """What Defaults may state about resources."""

    location: Annotated[Region | None, updatable("2.1/2", clearable=False)] = None
    tags: Annotated[dict[Text, Text | None] | None, updatable("2.1/3", clearable=False, merge=Merge.BY_KEY)] = None


def read_defaults(reader: Reader, fields: Mapping[str, Entry], origin: Origin) -> DefaultsDraft:
    """Read one Defaults document."""
    stated = read_stated(reader, fields.get("metadata"), SCOPE_KEYS)
    spec = read_spec(reader, fields["spec"].node if "spec" in fields else None, DefaultsSpec, origin)

    def at(*path: str) -> Origin:
        place = spec.sheet.place(path)
        return Origin(reader.text.name, *place) if place else origin

    location = spec.body.get("location")
    return DefaultsDraft(
        folder=reader.text.folder,
        origin=origin,
        subscription=stated.get("subscription"),
        resource_group=stated.get("resourceGroup"),
        location=Stated(location, at("location")) if location else None,
        tags={key: (value, at("tags", key)) for key, value in (spec.body.get("tags") or {}).items()},
    )


@dataclass(frozen=True, slots=True)
class Inherited:
    """What one folder inherits: the nearest statement of each thing, tags merged from the outside in."""

    subscription: Stated | None = None
    resource_group: Stated | None = None
    location: Stated | None = None
    tags: Mapping[str, tuple[str | None, Origin]] = field(default_factory=dict)


class Folders:
    """Answers what a folder inherits; each folder is worked out once."""

    def __init__(self, drafts: Iterable[DefaultsDraft], findings: Findings) -> None:
        self._by_folder: dict[tuple[str, ...], DefaultsDraft] = {}
        self._known: dict[tuple[str, ...], Inherited] = {}
        for draft in drafts:
            first = self._by_folder.setdefault(draft.folder, draft)
            if first is not draft:
                message = f"a second Defaults in one folder; first at {first.origin}"
                findings.add(draft.origin, "duplicate-defaults", message)

    def __getitem__(self, folder: tuple[str, ...]) -> Inherited:
        known = self._known.get(folder)
        if known is None:
            known = self._work_out(folder)
            self._known[folder] = known
        return known

    def _work_out(self, folder: tuple[str, ...]) -> Inherited:
        above = self[folder[:-1]] if folder else Inherited()
        own = self._by_folder.get(folder)
        if own is None:
            return above
        return Inherited(
            own.subscription or above.subscription,
            own.resource_group or above.resource_group,
            own.location or above.location,
            merge_tags(above.tags, own.tags),
        )


def merge_tags(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    """Lay tags over tags; names ignore case, and the inner spelling stays."""
    if not outer:
        return dict(inner)
    folded = {key.lower() for key in inner}
    return {**{key: value for key, value in outer.items() if key.lower() not in folded}, **inner}
