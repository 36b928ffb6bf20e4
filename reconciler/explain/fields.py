"""The fields of every kind as rows, read from their one declaration in `kinds`; nothing about a field is said here.

Role assignments are shown as access lines, because that is how manifests write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from reconciler.explain.entry import Entry, FieldRow, Topic, plain_path
from reconciler.kinds.registry import KINDS
from reconciler.kinds.role_assignment import AccessItem
from reconciler.kinds.rules import MERGE_WORDS, RULE_WORDS, UNSET, Merge, Rule
from reconciler.kinds.shape import Keyed, Leaf, Many, Node, Record, Slot, Table, key_fields
from reconciler.manifest.access import RENAMED
from reconciler.manifest.body import shape_for
from reconciler.manifest.defaults import DefaultsSpec
from reconciler.manifest.documents import DEFAULTS
from reconciler.model.address import Kind
from reconciler.model.plan import dotted

SHAPES: Final[Mapping[str, Record]] = {
    **{str(kind): known.shape for kind, known in KINDS.items()},
    str(Kind.ROLE_ASSIGNMENT): shape_for(AccessItem),
    DEFAULTS: shape_for(DefaultsSpec),
}
OTHER_NAMES: Final = {
    f"{prefix}{dotted(canonical)}".lower(): f"{Kind.ROLE_ASSIGNMENT}.{dotted(raw)}".lower()
    for canonical, raw in RENAMED.items()
    for prefix in ("", f"{Kind.ROLE_ASSIGNMENT}.")
}
"""Fields that Azure and plans call otherwise than manifests do."""


@cache
def rows_of(kind: str) -> tuple[FieldRow, ...]:
    """Every field of a kind, parents before children, in declared order."""
    return tuple(_rows(kind, SHAPES[kind]))


@cache
def all_rows() -> tuple[FieldRow, ...]:
    """Every field of every kind."""
    return tuple(row for kind in SHAPES for row in rows_of(kind))


def kind_entry(kind: str) -> Entry:
    """A kind with all its fields."""
    return Entry(Topic.KIND, kind, SHAPES[kind].prose, fields=rows_of(kind))


def field_entry(row: FieldRow) -> Entry:
    """One field, with the table of what is below it."""
    inside = f"{row.plain}."
    below = tuple(each for each in rows_of(row.kind) if each.plain.startswith(inside))
    above = _above(row)
    within = {"part of": f"{above.path}: {above.prose}"} if above is not None and not row.prose else {}
    return Entry(Topic.FIELD, row.name, row.prose, {**within, **_details(row)}, below)


def rule_entry(rule: Rule) -> Entry:
    """A field rule, with the fields that have it; what is below such a field has it too and is not listed."""
    having = [row for row in all_rows() if row.rule == rule and ((above := _above(row)) is None or above.rule != rule)]
    return Entry(
        Topic.RULE, str(rule), f"A field that {RULE_WORDS[rule]}.", {"fields": ", ".join(row.name for row in having)}
    )


def _above(row: FieldRow) -> FieldRow | None:
    parent = row.plain.rpartition(".")[0]
    return next((each for each in rows_of(row.kind) if each.plain == parent), None)


def rows_named(text: str) -> tuple[FieldRow, ...]:
    """The rows that a question names: a kind and a path, a path, or the end of a path; in any case.

    Keys of lists may stand in brackets, keys of maps as a last part: `targetRegions[westus2].name`, `tags.team`.
    """
    asked = _asked(text)
    asked = OTHER_NAMES.get(asked, asked)
    rows = all_rows()
    for question in (asked, asked.rpartition(".")[0]):
        if not question:
            continue
        whole = [row for row in rows if plain_path(row.name) == question]
        found = whole or [row for row in rows if row.plain == question or row.plain.endswith(f".{question}")]
        found = found if question == asked else [row for row in found if row.type.startswith("map ")]
        if found:
            return tuple(found)
    return ()


def _asked(text: str) -> str:
    words = plain_path(text).split(".")
    return ".".join(word for at, word in enumerate(words) if at > 1 or word not in ("spec", "properties"))


def _rows(kind: str, record: Record, key: tuple[str, ...] = ()) -> Iterator[FieldRow]:
    """The fields of a mapping; `key` names those by which it is told apart in its list, and which it cannot lack."""
    for name, slot in record.slots.items():
        row = _row(kind, slot)
        yield replace(row, clearable=False) if name in key else row
        inner = _record_in(slot.node)
        if inner is not None:
            yield from _rows(kind, inner, key_fields(slot.node))


def _record_in(node: Node) -> Record | None:
    match node:
        case Record():
            return node
        case Keyed():
            return node.item
        case Many(item=Record() as inner) | Table(value=Record() as inner):
            return inner
        case _:
            return None


def _row(kind: str, slot: Slot) -> FieldRow:
    node, rule = slot.node, slot.field
    inner = _record_in(node)
    is_list = isinstance(node, Keyed | Many)
    leaf = node.item if isinstance(node, Many) else node
    return FieldRow(
        kind=kind,
        path=f"{slot.path}[]" if is_list else slot.path,
        type=type_words(node),
        choices=leaf.choices if isinstance(leaf, Leaf) else (),
        rule=str(rule.rule),
        rule_words=RULE_WORDS[rule.rule],
        fact=rule.fact,
        default=None if rule.default is UNSET else rule.default,
        has_default=rule.default is not UNSET,
        required=rule.required,
        clearable=rule.clearable,
        merge=str(node.merge) if isinstance(node, Keyed | Table) else str(Merge.WHOLE) if is_list else "",
        key=node.key if isinstance(node, Keyed) else (),
        prose=inner.prose if inner is not None else "",
    )


def type_words(node: Node) -> str:
    """What may be written, in words: `region`, `one of x64, Arm64`, `list of mappings`."""
    match node:
        case Leaf(choices=choices) if choices:
            return f"one of {', '.join(choices)}"
        case Leaf():
            return node.form.name
        case Record():
            return "mapping"
        case Keyed():
            return "list of mappings or text" if node.item.as_text else "list of mappings"
        case Table():
            return f"map of {_plural(node.value)}"
        case Many():
            order = ", in any order" if node.unordered else ""
            return f"list of {_plural(node.item)}{order}"


def _plural(node: Node) -> str:
    return "mappings" if isinstance(node, Record) else type_words(node)


def _details(row: FieldRow) -> dict[str, str]:
    details = {"type": row.type, "rule": f"{row.rule}: {row.rule_words}"}
    if row.has_default:
        details["absent"] = f"means {value_text(row.default)}, the service's default"
    if row.required:
        details["needed"] = "a create needs it" if not row.path.count("[]") else "every entry needs it"
    if row.merge:
        keyed = f", told apart by {' and '.join(row.key)}" if row.key else ""
        details["merge"] = f"{row.merge}: {MERGE_WORDS[Merge(row.merge)]}{keyed}"
    details["null"] = "clears it" if row.clearable else "is refused"
    details["fact"] = f"{row.fact} in docs/azure.md"
    return details


def value_text(value: Any) -> str:
    """A default as manifests write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
