"""JSON Schema of a body, walked from the same shape that validates and compares it; no field is named here.

A schema sees values as YAML types them, while the product types them by their field: so text takes numbers and
flags too, a number may stand in quotes, and a choice may be spelt in any case. What is left open here, `validate` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from reconciler.kinds.rules import MERGE_WORDS, RULE_WORDS, UNSET, Rule
from reconciler.kinds.scalars import Form
from reconciler.kinds.shape import Keyed, Leaf, Many, Node, Record, Slot, Table, key_fields
from reconciler.manifest.patterns import any_case, portable

Schema = dict[str, Any]
NULL: Final[Schema] = {"type": "null"}
TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
DIGITS: Final = "20270630"  # text of digits alone is a number to YAML


def record_schema(record: Record, *, key: tuple[str, ...] = (), whole: bool = False) -> Schema:
    """A mapping. `key` names what an entry of a list cannot lack; `whole` says that needed fields must be there."""
    slots = {name: slot for name, slot in record.slots.items() if slot.field.rule is not Rule.READ_ONLY}
    needed = [name for name, slot in slots.items() if name in key or (whole and slot.field.required)]
    schema: Schema = {"type": "object", "additionalProperties": False}
    if record.prose:
        schema["description"] = record.prose
    schema["properties"] = {
        name: _slot(slot, null=slot.field.clearable and name not in key, whole=whole) for name, slot in slots.items()
    }
    return {**schema, "required": needed} if needed else schema


def text_schema(pattern: re.Pattern[str]) -> Schema:
    """Text that matches a pattern as a whole."""
    kinds = ["string", "integer"] if pattern.fullmatch(DIGITS) else "string"
    return {"type": kinds, "pattern": portable(pattern)}


def choice_schema(choices: tuple[str, ...], *, folded: bool = True) -> Schema:
    """One of some words: in their own spelling for completion, in any case where that is accepted."""
    values: list[Any] = [*choices, *_as_numbers(choices)]
    return (
        {"anyOf": [{"enum": values}, {"type": "string", "pattern": any_case(choices)}]} if folded else {"enum": values}
    )


def or_null(schema: Schema, *, null: bool = True) -> Schema:
    """The same, or null."""
    if not null:
        return schema
    kind = schema.get("type")
    if "enum" not in schema and isinstance(kind, str):
        return {**schema, "type": [kind, "null"]}
    if isinstance(kind, list):
        return {**schema, "type": [*kind, "null"]}
    return {"anyOf": [schema, NULL]}


def known_paths(record: Record, prefix: str = "") -> Iterator[str]:
    """The dotted path of every field that mappings alone lead to."""
    for name, slot in record.slots.items():
        yield f"{prefix}{name}"
        if isinstance(slot.node, Record):
            yield from known_paths(slot.node, f"{prefix}{name}.")


def _slot(slot: Slot, *, null: bool, whole: bool) -> Schema:
    schema = or_null(_node(slot.node, whole=whole), null=null)
    return {**schema, "description": " ".join(_words(slot, null=null))}


def _words(slot: Slot, *, null: bool) -> Iterator[str]:
    """What a reader of an editor's hint wants to know: the rule, what absence means, how lists merge, the fact."""
    node, rule = slot.node, slot.field
    prose = node.prose if isinstance(node, Record) else node.item.prose if isinstance(node, Keyed) else ""
    if prose:
        yield prose if prose.endswith(".") else f"{prose}."
    yield f"{str(rule.rule).capitalize()}: {RULE_WORDS[rule.rule]}."
    if rule.default is not UNSET:
        default = str(rule.default).lower() if isinstance(rule.default, bool) else rule.default
        yield f"Absent means {default}."
    if rule.required:
        yield "Needed to create."
    if isinstance(node, Keyed | Table):
        yield f"Merged {node.merge}: {MERGE_WORDS[node.merge]}."
    if null:
        yield "Null clears it."
    yield f"(fact {rule.fact})"


def _node(node: Node, *, whole: bool) -> Schema:
    match node:
        case Leaf(choices=choices) if choices:
            return choice_schema(choices)
        case Leaf(form=form):
            return _scalar(form)
        case Record():
            return record_schema(node, whole=whole)
        case Keyed(item=item):
            entry = record_schema(item, key=key_fields(node), whole=whole)
            return {"type": "array", "items": {"anyOf": [entry, text_schema(item.as_text)]} if item.as_text else entry}
        case Table(value=value):
            return {"type": "object", "additionalProperties": or_null(_node(value, whole=whole))}
        case Many(item=item):
            return {"type": "array", "items": _node(item, whole=whole)}


def _scalar(form: Form) -> Schema:
    if form.pattern is None:
        return dict(TEXT)
    if form.json == "integer":
        return {"type": ["integer", "string"], "pattern": portable(form.pattern)}
    if form.json == "boolean":
        return {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}, {"type": "string", "pattern": portable(form.pattern)}]}
    return text_schema(form.pattern)


def _as_numbers(choices: tuple[str, ...]) -> list[float]:
    """Choices that YAML takes for numbers: `conditionVersion: 2.0`."""
    return [float(choice) for choice in choices if re.fullmatch(r"\d+(\.\d+)?", choice)]
