"""Recorded behaviour and the tests that show it are the same set.

What is recorded is read out of docs/azure.md. A table row that opens with an id is recorded when its last
cell, the mark, holds [R]. Everything else that holds [R] - prose, list items, rows without an id - is cited
by the number of the section it stands in; `###` headings without a number belong to the section above them.
What stands before the first numbered heading explains the marks and cites nothing.

What is tested is read out of the sources beside this file: the words of `@pytest.mark.recorded(...)` on test
functions that are neither skipped nor expected to fail. The sources are parsed, so a marker in a comment or a
string does not count.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "azure.md"
HEADING = re.compile(r"^##+ (\d(?:\.\d)?)\.? ")
ROW = re.compile(r"^\| `(\d(?:\.\d)?/\d+)` \|(?:.*[^\\])?\|([^|]*)\|\s*$")
SILENCED = {"skip", "skipif", "xfail"}


@dataclass(frozen=True)
class Statement:
    """One line of the document under the name it is cited by."""

    name: str
    line: str
    mark: str
    """The mark of a row with an id; all of any other line."""


@dataclass(frozen=True)
class Claim:
    """One word of one marker."""

    name: str
    place: str


def statements() -> Iterator[Statement]:
    section = ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if heading := HEADING.match(line):
            section = heading[1]
        elif row := ROW.match(line):
            assert row[1].startswith(f"{section}/"), f"{row[1]} stands in section {section}"
            yield Statement(row[1], line, row[2])
        elif section:
            yield Statement(section, line, line)


def recorded() -> set[str]:
    return {one.name for one in statements() if "[R]" in one.mark}


def claims() -> Iterator[Claim]:
    for path in sorted(HERE.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield from _claims_of(node, f"{path.name}:{node.lineno}")


def _claims_of(function: ast.FunctionDef, place: str) -> Iterator[Claim]:
    marks = [mark for mark in map(_mark, function.decorator_list) if mark is not None]
    if any(name in SILENCED for name, _ in marks):
        return
    for name, words in marks:
        if name == "recorded":
            assert words, f"{place}: a marker without ids"
            yield from (Claim(ast.literal_eval(word), place) for word in words)


def _mark(decorator: ast.expr) -> tuple[str, list[ast.expr]] | None:
    """Read `pytest.mark.name` with or without arguments."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "pytest.mark":
        return called.attr, decorator.args if isinstance(decorator, ast.Call) else []
    return None


def by_section(names: Iterable[str]) -> str:
    sections: dict[str, list[str]] = defaultdict(list)
    for name in names:
        sections[name.split("/")[0]].append(name)
    for inside in sections.values():
        inside.sort(key=lambda name: int(name.partition("/")[2] or 0))
    return (
        "; ".join(f"section {section}: {', '.join(inside)}" for section, inside in sorted(sections.items())) or "none"
    )


def test_what_is_recorded_and_what_is_tested_are_the_same() -> None:
    wanted, shown = recorded(), {claim.name for claim in claims()}

    assert len(wanted) > 100
    assert wanted == shown, (
        f"\nrecorded, but no test shows it: {by_section(wanted - shown)}"
        f"\na test claims it, but it is not recorded: {by_section(shown - wanted)}"
    )


def test_every_marker_names_something_in_the_document() -> None:
    written = {one.name for one in statements()}

    assert [claim for claim in claims() if claim.name not in written] == []


def test_a_row_with_a_recorded_part_carries_the_mark() -> None:
    assert [one.name for one in statements() if "[R]" in one.line and "[R]" not in one.mark] == []


def test_every_row_of_the_document_is_read_as_one() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    opened = re.findall(r"^\s*\|\s*`?(\d(?:\.\d)?/\d+)", text, re.MULTILINE)

    assert opened == [one.name for one in statements() if "/" in one.name]
    assert len(opened) == len(set(opened))
