"""Explanations for people and machines: a heading, sentences under labels, and a table of fields that fits its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final

from reconciler.explain.entry import Entry, FieldRow, Topic
from reconciler.explain.fields import value_text
from reconciler.render.layout import columns, fold, items
from reconciler.render.paint import Page
from reconciler.render.words import safe

HEADINGS: Final = ("FIELD", "TYPE", "RULE", "NOTES", "FACT")
TYPE: Final = 1
NOTES: Final = 3
GAP: Final = 2
NARROWEST_TYPE: Final = 24
NARROWEST_NOTES: Final = 20
LABEL: Final = 13


def entries_text(entries: Iterable[Entry], page: Page) -> str:
    """All explanations, a blank line between them."""
    return "\n\n".join("\n".join(_entry(entry, page)) for entry in entries) + "\n"


def topics_text(topics: Mapping[str, Iterable[str]], page: Page) -> str:
    """What there is to explain, by heading."""
    lines = ["explain FIELD, KIND, RULE or CODE: one of these, a field such as ImageVersion.publishingProfile, or its"]
    lines = fold(f"{lines[0]} last part where that is unambiguous.", page.width, "")
    for heading, names in topics.items():
        lines += ["", page.paint(heading, "bold"), *fold(f"  {', '.join(names)}", page.width, "  ")]
    return "\n".join(lines) + "\n"


def entries_document(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """All explanations as JSON-ready values."""
    return [
        {
            "topic": str(entry.topic),
            "name": entry.name,
            "means": entry.means,
            "details": dict(entry.details),
            "fields": [field_document(row) for row in entry.fields],
            "occasions": [dict(occasion) for occasion in entry.occasions],
        }
        for entry in entries
    ]


def field_document(row: FieldRow) -> dict[str, Any]:
    """One field; `default` is there only where absence means something."""
    default = {"default": row.default} if row.has_default else {}
    return {
        "path": row.name,
        "type": row.type,
        "choices": list(row.choices),
        "rule": row.rule,
        "fact": row.fact,
        **default,
        "required": row.required,
        "clearable": row.clearable,
        "merge": row.merge,
        "key": list(row.key),
        "prose": row.prose,
    }


def _entry(entry: Entry, page: Page) -> Iterator[str]:
    yield from (page.paint(line, "bold") for line in items([entry.name, str(entry.topic)], page.width, "  ", ""))
    if entry.means:
        yield from fold(f"  {entry.means}", page.width, "  ")
    yield from _labelled(entry.details, page)
    for occasion in entry.occasions:
        yield ""
        yield from fold(f"  {occasion['status']}: {occasion['when']}", page.width, "    ")
        shown = {label: occasion[label] for label in ("class", "reconciler", "fix", "fact")}
        yield from (f"  {line}" for line in _labelled(shown, Page(page.width - 2)))
    if entry.fields:
        yield ""
        yield from fields_lines(entry.fields, page, below=entry.name if entry.topic is Topic.FIELD else "")


def _labelled(details: Mapping[str, str], page: Page) -> Iterator[str]:
    for label, text in details.items():
        first, *rest = fold(text, page.width - LABEL - GAP, "")
        yield f"  {label:<{LABEL}}{safe(first)}"
        yield from (f"  {' ' * LABEL}{safe(line)}" for line in rest)


def fields_lines(rows: tuple[FieldRow, ...], page: Page, *, below: str = "") -> list[str]:
    """Fields as a tree: a table where the page is wide enough, else some lines for each."""
    depth = below.count(".")
    cells = [HEADINGS, *(_cells(row, depth) for row in rows)]
    widths = _widths([max(map(columns, column)) for column in zip(*cells, strict=True)], page.width)
    if widths is None:
        return [line for row in cells[1:] for line in _stacked(row, page)]
    table = [line for row in cells for line in _folded(row, widths)]
    return [page.paint(table[0], "dim"), *table[1:]]


def _widths(widths: list[int], width: int) -> list[int] | None:
    """The width of each column: types and notes are folded where they must; None where even that is too wide."""
    fixed = sum(widths) - widths[TYPE] - widths[NOTES] + GAP * (len(widths) - 1)
    spare = width - fixed
    if spare < NARROWEST_TYPE + NARROWEST_NOTES:
        return None
    widths[NOTES] = min(widths[NOTES], max(NARROWEST_NOTES, spare - max(widths[TYPE], NARROWEST_TYPE)))
    widths[TYPE] = min(widths[TYPE], spare - widths[NOTES])
    return widths


def _folded(cells: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    columned = [fold(cell, widths[at], "") if at in (TYPE, NOTES) else [cell] for at, cell in enumerate(cells)]
    for parts in zip_longest(*columned, fillvalue=""):
        padded = (part + " " * (widths[at] - columns(part)) for at, part in enumerate(parts))
        yield (" " * GAP).join(padded).rstrip()


def _cells(row: FieldRow, depth: int) -> tuple[str, ...]:
    indent = "  " * max(row.path.count(".") - depth, 0)
    name = row.path.rpartition(".")[2] or row.path
    return indent + name, row.type, row.rule, " · ".join(_notes(row)), row.fact


def _notes(row: FieldRow) -> Iterator[str]:
    if row.required:
        yield "needed"
    if row.has_default:
        yield f"default {value_text(row.default)}"
    if row.key:
        yield f"{row.merge}, by {'+'.join(row.key)}" if row.merge == "whole" else f"by {'+'.join(row.key)}, rest stays"
    elif row.type.startswith("map "):
        yield "by key, rest stays"
    if row.clearable:
        yield "null clears"


def _stacked(cells: tuple[str, ...], page: Page) -> Iterator[str]:
    name, kind, rule, notes, fact = cells
    inside = " " * (len(name) - len(name.lstrip()) + 4)
    told = [rule, notes, f"fact {fact}" if fact else ""]
    yield from fold(f"{name}  {kind}", page.width, inside)
    yield from items(filter(None, told), page.width, inside, inside)
