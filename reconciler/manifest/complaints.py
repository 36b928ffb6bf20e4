"""What pydantic says about a value, in our codes and words, with a hint that helps.

Apart from reading bodies because this is a translation table: a new kind of complaint is one line here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from pydantic import ValidationError

from reconciler.kinds.registry import ENVELOPE_OWN
from reconciler.kinds.shape import Keyed, Leaf, Many, Node, Record, Table
from reconciler.manifest.codes import CODES
from reconciler.manifest.findings import shown
from reconciler.manifest.suggest import did_you_mean
from reconciler.model.plan import dotted
from reconciler.model.state import Path

WRAPPED: Final = "write its fields directly here, without the `properties` wrapper"
SERVICE_OWN: Final = ENVELOPE_OWN | frozenset(
    {
        "executedValidations",
        "policyViolations",
        "provisioningState",
        "publishedDate",
        "replicationStatus",
        "reportedForPolicyViolation",
        "sharingStatus",
        "sizeInGB",
        "uniqueName",
        "validationsProfile",
    }
)
TYPE_WORDS: Final = {Record: "a mapping", Table: "a mapping", Keyed: "a list", Many: "a list"}


class Complaint(NamedTuple):
    """One finding below a body, by raw path."""

    path: Path
    code: str
    message: str
    hint: str = ""


def complaints(error: ValidationError, shape: Record) -> Iterator[Complaint]:
    """Translate every error of one validation."""
    for detail in error.errors(include_url=False):
        path, kind = tuple(detail["loc"]), detail["type"]
        if kind == "extra_forbidden":
            yield _unknown_key(path, shape)
        elif kind == "literal_error":
            yield _unknown_value(path, detail.get("input"), shape)
        elif kind in CODES:
            message = f"{_name(path)}: {detail['msg']}"
            hint = (
                f"expected: {_wanted(path, shape)}" if kind == "wrong-type" else detail.get("ctx", {}).get("hint", "")
            )
            yield Complaint(path, kind, message, hint)
        else:
            yield _wrong_type(path, detail.get("input"), shape)


def _unknown_key(path: Path, shape: Record) -> Complaint:
    key, above = str(path[-1]), _node(shape, path[:-1])
    where = f" in {_name(path[:-1])}" if path[:-1] else ""
    if key == "properties":
        return Complaint(path, "unknown-key", f"“properties”{where} is not a field", WRAPPED)
    if key in SERVICE_OWN:
        return Complaint(path, "read-only-field", f"{_name(path)} is written by the service alone")
    hint = did_you_mean(key, above.slots) if isinstance(above, Record) else ""
    more = "a field newer than this version goes under `unchecked`"
    return Complaint(
        path, "unknown-key", f"“{shown(key)}”{where} is not a field", f"{hint} Or: {more}" if hint else more
    )


def _unknown_value(path: Path, given: object, shape: Record) -> Complaint:
    node = _node(shape, path)
    choices = node.choices if isinstance(node, Leaf) else ()
    near = did_you_mean(str(given), choices)
    listed = f"one of: {', '.join(choices)}"
    hint = near if near == listed or not near else f"{near} {listed}"
    return Complaint(path, "unknown-value", f"{_name(path)}: “{shown(given)}” is not known", hint or listed)


def _wrong_type(path: Path, given: object, shape: Record) -> Complaint:
    wanted = _wanted(path, shape)
    return Complaint(path, "wrong-type", f"{_name(path)} is {_given(given)}, not {wanted}", f"expected: {wanted}")


def _wanted(path: Path, shape: Record) -> str:
    node = _node(shape, path)
    return node.form.name if isinstance(node, Leaf) else TYPE_WORDS.get(type(node), "another type")


def _given(value: object) -> str:
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "null"
        case _:
            return f"“{shown(value)}”"


def _name(path: Path) -> str:
    return shown(dotted(tuple(f"[{part}]" if isinstance(part, int) else part for part in path)) or "spec")


def _node(shape: Node, path: Path) -> Node | None:
    node: Node | None = shape
    for part in path:
        match node:
            case Record():
                slot = node.slots.get(str(part))
                node = slot.node if slot else None
            case Keyed() | Many():
                node = node.item
            case Table():
                node = node.value
            case _:
                return None
    return node
