"""Every field of every kind: changed, changed back, new, and changed where that asks for a replacement."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.kinds.registry import KINDS
from tests.support.field_estates import TABLES, declared
from tests.unit.planner.decisions.case import Case

REPLACING = {"onImmutableChange": "replace"}


def fields() -> Iterator[Case]:
    """The cases, by kind and field."""
    for kind in KINDS:
        for path, (before, after) in TABLES[kind][1].items():
            yield Case(f"{kind}.{path}", declared(kind, before), declared(kind, after))
            yield Case(f"{kind}.{path}, back", declared(kind, after), declared(kind, before))
            yield Case(f"{kind}.{path}, new", None, declared(kind, after))
            asked = declared(kind, after, REPLACING)
            yield Case(f"{kind}.{path}, replacing", declared(kind, before, REPLACING), asked)
