"""The shape of a body, read once from a kind's pydantic model: records, keyed lists, maps, lists and leaves.

Comparison, wire bodies and explanations walk this tree, so that no field is spoken of in two places.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict

from reconciler.kinds.rules import UNSET, Field, Merge
from reconciler.kinds.scalars import Form, spelling
from reconciler.model.state import Path


class Spec(BaseModel):
    """Base of every declared body: unknown keys are errors, values are frozen; `as_text` matches its short form."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    as_text: ClassVar[re.Pattern[str] | None] = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar with its canonical form, and its choices where it is an enumeration."""

    form: Form
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with named fields: what it is, in words, its short form in text if any, the fields it cannot lack."""

    slots: Mapping[str, Slot]
    prose: str
    as_text: re.Pattern[str] | None
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list whose entries are told apart by a key; canonical as a dict from key to entry."""

    item: Record
    key: tuple[str, ...]
    merge: Merge


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with free keys, equal in any case and kept as spelt: tags, user-assigned identities."""

    value: Node
    merge: Merge


@dataclass(frozen=True, slots=True)
class Many:
    """A list without keys; sorted where order means nothing."""

    item: Node
    unordered: bool = False


Node = Leaf | Record | Keyed | Table | Many


@dataclass(frozen=True, slots=True)
class Slot:
    """A field in its place: its node, its rule (its own or inherited) and its dotted path."""

    node: Node
    field: Field
    path: str = ""


def shape_of(model: type[Spec]) -> Record:
    """Read the shape of a kind's model. Raises TypeError for a field without a rule: a mistake of ours."""
    return _record(model, None, "")


def _record(model: type[BaseModel], inherited: Field | None, prefix: str) -> Record:
    slots: dict[str, Slot] = {}
    for name, info in model.model_fields.items():
        own = next((entry for entry in info.metadata if isinstance(entry, Field)), None)
        path = f"{prefix}.{name}" if prefix else name
        if own is None and inherited is None:
            raise TypeError(f"{model.__name__}.{name} declares no rule")
        rule = own or _inherit(inherited)
        slots[name] = Slot(_node(info.annotation, info.metadata, rule, path), rule, path)
    required = tuple(name for name, slot in slots.items() if slot.field.required)
    return Record(slots, inspect.getdoc(model) or "", getattr(model, "as_text", None), required)


def _inherit(rule: Field | None) -> Field:
    """What a subtree hands down: its rule and its fact, not what belongs to itself alone."""
    assert rule is not None
    return replace(rule, default=UNSET, required=False, key=(), unordered=False)


def _node(annotation: Any, metadata: list[Any], rule: Field, path: str) -> Node:
    annotation, metadata = _bare(annotation, metadata)
    origin = get_origin(annotation)
    if origin is Literal:
        choices = get_args(annotation)
        return Leaf(Form("choice", spelling(choices)), tuple(str(choice) for choice in choices))
    if origin is list:
        return _list_node(get_args(annotation)[0], rule, path)
    if origin is dict:
        return Table(_node(get_args(annotation)[1], [], rule, f"{path}.*"), rule.merge)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _record(annotation, rule, path)
    form = _form(metadata)
    if form is None:
        raise TypeError(f"{path} has a type without a canonical form")
    return Leaf(form)


def _list_node(item: Any, rule: Field, path: str) -> Node:
    node = _node(item, [], rule, f"{path}[]")
    if rule.key:
        assert isinstance(node, Record)
        return Keyed(node, rule.key, rule.merge)
    return Many(node, unordered=rule.unordered)


def _bare(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """Strip `| None` and Annotated, gathering the metadata."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            metadata = [*metadata, *annotation.__metadata__]
            annotation = annotation.__origin__
        elif origin in (Union, types.UnionType):
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        else:
            return annotation, metadata


def _form(metadata: list[Any]) -> Form | None:
    return next((entry for entry in metadata if isinstance(entry, Form)), None)


def leaves(record: Record) -> Iterator[Slot]:
    """Every field that holds a value of its own, depth first, in declared order."""
    for slot in record.slots.values():
        yield from _leaves_below(slot)


def _leaves_below(slot: Slot) -> Iterator[Slot]:
    node = slot.node
    if isinstance(node, Keyed):
        node = node.item
    elif isinstance(node, Many | Table) and isinstance(
        inner := (node.item if isinstance(node, Many) else node.value), Record
    ):
        node = inner
    if isinstance(node, Record):
        yield from leaves(node)
    else:
        yield slot


def rule_at(record: Record, path: Path) -> Field | None:
    """The rule of the field at a canonical path; the nearest one above where the path goes deeper than we know."""
    node: Node | None = record
    found: Field | None = None
    for part in path:
        if isinstance(node, Record):
            slot = node.slots.get(str(part))
            if slot is None:
                return found
            node, found = slot.node, slot.field
        else:
            node = below(node, part)
    return found


def clearable(record: Record, path: Path) -> bool:
    """Whether the field at a path may go away: an entry of a list or map may, where its own field may not."""
    node: Node | None = record
    last: Slot | None = None
    for part in path:
        last = node.slots.get(str(part)) if isinstance(node, Record) else None
        if isinstance(node, Record) and last is None:
            return True
        node = last.node if last is not None else below(node, part)
    return last is None or last.field.clearable


def below(node: Node | None, part: str | int) -> Node | None:
    """The node one step down a canonical path; None below a leaf or a field that we do not know."""
    match node:
        case Record():
            slot = node.slots.get(str(part))
            return slot.node if slot else None
        case Keyed() | Many():
            return node.item
        case Table():
            return node.value
        case _:
            return None


def key_fields(node: Node) -> tuple[str, ...]:
    """The fields of an entry that tell it apart in its list; none outside keyed lists."""
    return tuple(word.split(".", 1)[0] for word in node.key) if isinstance(node, Keyed) else ()
