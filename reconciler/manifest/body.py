"""One `spec`: from plain values to a canonical body, with every finding at its line.

Types and words are pydantic's and the field rules' affair; this only translates. What needs Defaults, parents or
policies (locations, inherited tags, missing fields) is left to `resolve`, which sees the whole estate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from pydantic import ValidationError

from reconciler.kinds.canonical import declared
from reconciler.kinds.shape import Record, Spec, shape_of
from reconciler.manifest.complaints import complaints
from reconciler.manifest.inspection import Inspection
from reconciler.manifest.values import Reader, Sheet
from reconciler.model.diagnostic import Origin
from reconciler.model.state import Path


@dataclass(frozen=True, slots=True)
class SpecBody:
    """A canonical body, the sheet of its places, fields a create would miss, and whether it is sound.

    `doubted` names the top-level fields that are left out of the body because something in them is wrong: what
    is said about the rest must not be said about them.
    """

    body: dict[str, Any]
    sheet: Sheet
    missing: tuple[Path, ...] = ()
    sound: bool = True
    doubted: frozenset[str] = frozenset()


def read_spec(reader: Reader, node: yaml.Node | None, model: type[Spec], origin: Origin) -> SpecBody:
    """Read, validate and canonicalise a spec; its findings go to the reader's collection."""
    before = reader.findings.errors
    sheet = Sheet()
    raw = {} if node is None else reader.value(node, (), sheet)
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        reader.findings.add(origin, "wrong-type", "spec is not a mapping", "write `field: value` lines")
        return SpecBody({}, sheet, sound=False)
    if len(sheet.paths) > reader.limits.fields:
        message = f"one spec holds {len(sheet.paths)} values: at most {reader.limits.fields}"
        reader.findings.add(origin, "too-many-nodes", message, "is this list in the right place?")
        return SpecBody({}, sheet, sound=False)
    shape = shape_for(model)
    value, doubted = _validated(reader, raw, model, sheet, origin)
    inspection = Inspection(reader, sheet, origin)
    inspection.record(shape, value, ())
    missing = tuple(path for path in inspection.missing if _really_missing(path, doubted, shape))
    sound = reader.findings.errors == before
    return SpecBody(declared(shape, value), sheet, missing, sound, doubted)


def _validated(
    reader: Reader, raw: dict[str, Any], model: type[Spec], sheet: Sheet, origin: Origin
) -> tuple[dict[str, Any], frozenset[str]]:
    """The typed values, without the top-level fields in which something is wrong, and the names of those."""
    try:
        return model.model_validate(raw).model_dump(exclude_unset=True), frozenset()
    except ValidationError as error:
        doubted = frozenset(str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"])
        for path, code, message, hint in complaints(error, shape_for(model)):
            place = sheet.place(path)
            at = Origin(reader.text.name, *place) if place else origin
            reader.findings.add(at, code, message, hint)
            if reader.findings.full:
                break
    rest = {key: value for key, value in raw.items() if key not in doubted}
    return model.model_validate(rest).model_dump(exclude_unset=True), doubted


def _really_missing(path: Path, doubted: frozenset[str], shape: Record) -> bool:
    """A field may be there after all, under a name we do not know or with a value we could not read."""
    if len(path) == 1 and any(name not in shape.slots for name in doubted):
        return False
    return str(path[0]) not in doubted


@cache
def shape_for(model: type[Spec]) -> Record:
    """The shape of a model, read once."""
    return shape_of(model)
