"""What cannot change after creation, and what the service says when somebody tries.

A row names one property. A write that leaves it out keeps the stored value (3.4/1), the same value is
always fine, and another one is 409 PropertyChangeNotAllowed with the path as target (4.2/1, 4.3/1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator.answers import ArmError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.emulator.records import JSON


@dataclass(frozen=True, slots=True)
class Frozen:
    """One immutable property below `properties`; `default` is what an absent value stands for."""

    path: str
    default: object = None
    fold: bool = False
    """Compared without regard to case: ids."""


def change_refused(target: str, fact: str = "") -> ArmError:
    """Refuse the change of one property."""
    return ArmError(
        409, "PropertyChangeNotAllowed", f"Changing property '{target}' is not allowed.", target=target, fact=fact
    )


def look(properties: JSON, path: str) -> object:
    """Read a dotted path; None where it leads nowhere."""
    value: object = properties
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def place(properties: JSON, path: str, value: object) -> None:
    """Write a dotted path, making the objects on the way."""
    *parents, last = path.split(".")
    section = properties
    for name in parents:
        inner = section.get(name)
        section[name] = dict(inner) if isinstance(inner, dict) else {}
        section = section[name]
    section[last] = value


def same(before: object, after: object, *, fold: bool) -> bool:
    """Compare two values of one property, type included."""
    if fold and isinstance(before, str) and isinstance(after, str):
        return before.lower() == after.lower()
    return type(before) is type(after) and before == after


def hold(prefix: str, rows: Iterable[Frozen], stored: JSON, sent: JSON) -> None:
    """Refuse a change of any row and put back, in place, what was left out."""
    for row in rows:
        before, after = look(stored, row.path), look(sent, row.path)
        if after is None:
            if before is not None:
                place(sent, row.path, before)
        elif not same(row.default if before is None else before, after, fold=row.fold):
            raise change_refused(f"{prefix}.properties.{row.path}")
        elif before is not None:
            place(sent, row.path, before)
