"""Every doubt of docs/azure.md can be turned in the emulator, and every setting it names is there to be turned."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from reconciler.emulator import settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "azure.md"
FACT = r"\d(?:\.\d)?/\d+|\d\.\d"
ROW = re.compile(r"^\| `(\d(?:\.\d)?/\d+)` \|(.*)$", re.MULTILINE)
QUESTION = re.compile(r"^\| (9\.\d+) \|.*\|([^|]*)\|$", re.MULTILINE)
NAME = re.compile(r"`(?:(Durations|Limits|Doubts|EmulatorSettings)\.)?([a-z][a-z_0-9]*)(?:=[^`]*)?`")
UNTURNED = {
    "5/26": "the id of a role, which no answer depends on",
    "5/30": "the id of a role, which no answer depends on",
    "5/31": "what the list does not show, the emulator does not have",
    "6/13": "a length that nobody knows, so that there is nothing to choose between",
}


def named(text: str) -> set[tuple[str, str]]:
    """The settings that a text names behind the word *setting*, each as class and field."""
    found = set()
    for part in re.split(r"\*[Ss]ettings?\*", text)[1:]:
        found |= {(owner or "Doubts", name) for owner, name in NAME.findall(part.split("|")[0])}
    return found | {(owner, name) for owner, name in NAME.findall(text) if owner}


def doubtful() -> dict[str, str]:
    return {fact: text for fact, text in ROW.findall(DOCUMENT.read_text(encoding="utf-8")) if "[?]" in text}


def test_there_are_doubts() -> None:
    assert len(doubtful()) > 40
    assert set(UNTURNED) <= doubtful().keys()


@pytest.mark.parametrize("fact", doubtful())
def test_a_doubtful_row_names_a_setting_or_says_why_not(fact: str) -> None:
    assert (fact in UNTURNED) != bool(named(doubtful()[fact]))


def test_an_open_question_names_what_it_can_be_answered_with() -> None:
    questions = dict(QUESTION.findall(DOCUMENT.read_text(encoding="utf-8")))
    assert len(questions) > 5
    assert [number for number, cell in questions.items() if not NAME.search(cell)] == []


def test_every_setting_that_is_named_exists() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    wanted = named(text) | {("Doubts", name) for cell in dict(QUESTION.findall(text)).values() for name in _bare(cell)}
    assert len(wanted) > 60
    assert {(owner, name) for owner, name in wanted if name not in {one.name for one in fields(_class(owner))}} == set()


def _bare(cell: str) -> list[str]:
    return [name for owner, name in NAME.findall(cell) if not owner]


def _class(owner: str) -> type:
    found: type = getattr(settings, owner)
    return found


def test_every_doubt_names_its_fact_where_it_is_declared() -> None:
    groups = declared()
    assert sum(map(len, groups.values())) == len(fields(settings.Doubts))
    assert [words for words in groups if not re.search(FACT, words)] == []
    assert [names for names in groups.values() if len({name.split("_")[0] for name in names}) > 1] == []


def declared() -> dict[str, list[str]]:
    """The fields of Doubts by the words behind them, which a few that belong together share."""
    tree = ast.parse(Path(settings.__file__).read_text(encoding="utf-8"))
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Doubts"]
    groups: dict[str, list[str]] = {}
    names: list[str] = []
    for node in body[1:]:
        if isinstance(node, ast.Expr):
            groups[ast.literal_eval(node.value)] = names
            names = []
        elif isinstance(node, ast.AnnAssign) and not ast.unparse(node.annotation).startswith("ClassVar"):
            names.append(ast.unparse(node.target))
    return groups


def test_the_facts_whose_answer_can_be_chosen_are_the_ones_that_say_so() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(settings.__file__).parent.rglob("*.py"))
    chosen = set(re.findall(rf'fact="({FACT})"', sources))
    told = {
        fact for fact, text in ROW.findall(DOCUMENT.read_text(encoding="utf-8")) if ("Doubts", "answers") in named(text)
    }
    assert told == chosen
