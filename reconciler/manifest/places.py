"""Where each field of a canonical body was written, kept small and worked out only when somebody asks.

A body of ten thousand is compared far more often than it is complained about: a place costs eight bytes until
its line is wanted. Raw paths (`targetRegions`, 0) turn into canonical ones (`targetRegions`, `[westus2]`) here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.manifest.values import Sheet, unpack
from reconciler.model.diagnostic import Origin
from reconciler.model.state import Body, Path

_SKELETONS: dict[tuple[Path, ...], tuple[Path, ...]] = {}
_MOST_SKELETONS = 4096


class Places(Mapping[Path, Origin]):
    """Origins by canonical path; `extra` holds places that lie elsewhere: Defaults, a parent, another field."""

    __slots__ = ("_body", "_file", "_found", "_moved", "_packed", "_paths", "extra")

    def __init__(self, file: str, sheet: Sheet, body: Body, extra: Mapping[Path, Origin]) -> None:
        self._file = file
        self._paths = _shared(tuple(sheet.paths))
        self._packed: array[int] = sheet.places
        self._body = body
        self._found: dict[Path, Origin] | None = None
        self._moved: dict[Path, Path] = {}
        self.extra = extra

    def __getitem__(self, path: Path) -> Origin:
        return self._all()[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def redirect(self, path: Path, source: Path) -> None:
        """Say that the field at `path` is asked for by the field at `source`."""
        self._moved[path] = source
        self._found = None

    def _all(self) -> dict[Path, Origin]:
        if self._found is None:
            found = {
                canonical_path(self._body, path): Origin(self._file, *unpack(packed))
                for path, packed in zip(self._paths, self._packed, strict=True)
            }
            found.update(self.extra)
            found.update({path: found[source] for path, source in self._moved.items() if source in found})
            self._found = found
        return self._found


def _shared(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """One tuple for the many resources that state the same fields."""
    if len(_SKELETONS) >= _MOST_SKELETONS:
        _SKELETONS.clear()
    return _SKELETONS.setdefault(paths, paths)


def canonical_path(body: Any, raw: Path) -> Path:
    """The canonical path of a raw one: an index into a keyed list becomes the key that stands there."""
    here = body
    result: list[str | int] = []
    for part in raw:
        known: str | int = part
        if isinstance(here, Mapping):
            known = _key(here, part)
            here = here.get(known)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            here = None
        result.append(known)
    return tuple(result)


def _key(body: Mapping[Any, Any], part: str | int) -> str | int:
    if isinstance(part, int):
        return next((key for index, key in enumerate(body) if index == part), part)
    if part in body or part.lower() not in body:
        return part
    return part.lower()
