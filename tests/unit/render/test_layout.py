"""Text keeps within its width, and shows what matters in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.model.plan import Verb
from reconciler.model.report import ActionResult, Outcome, RegionProgress, Report
from reconciler.render.layout import columns, cut, fold, items, two_columns
from reconciler.render.paint import Page
from reconciler.render.report_text import report_text, result_line
from reconciler.render.words import pair_words, value_words

WIDTHS = st.integers(20, 200)
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300)


@given(WORDS, WORDS, WIDTHS)
def test_two_columns_never_overflow(left: str, right: str, width: int) -> None:
    assert all(columns(line) <= width for line in two_columns(left, right, width).split("\n"))


@given(WORDS, WIDTHS)
def test_a_fold_fits_and_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = fold(text, width)

    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.lists(WORDS, min_size=1), WIDTHS)
def test_items_fit(parts: list[str], width: int) -> None:
    assert all(columns(line) <= width for line in items(parts, width))


def test_what_does_not_fit_beside_stands_right_aligned_below() -> None:
    assert two_columns("a" * 30, "b" * 20, 40).split("\n") == ["a" * 30, " " * 20 + "b" * 20]


def test_wide_characters_count_twice() -> None:
    assert columns("映像") == 4
    assert cut("映像映像", 5) == "映像…"


@given(WORDS, WORDS, st.integers(24, 200))
def test_a_change_fits_its_room(before: str, after: str, room: int) -> None:
    assert columns(pair_words(before, after, room)) <= room


def test_a_cut_keeps_the_difference_in_sight() -> None:
    words = pair_words("x" * 200 + "one", "x" * 200 + "two", 60)

    assert "one" in words
    assert "two" in words


def test_both_sides_of_a_change_are_quoted_or_neither() -> None:
    assert pair_words("infra", "image team", 80) == '"infra" → "image team"'
    assert pair_words("V1", "V2", 80) == "V1 → V2"
    assert pair_words("1", 1, 80) == '"1" → 1'
    assert pair_words(None, "two words", 80) == '(none) → "two words"'


def test_long_values_are_cut() -> None:
    assert len(value_words("y" * 500)) == 96


FAILURE = ActionResult(
    "x",
    Address("s", "g", "corp"),
    Verb.CREATE,
    Outcome.FAILED,
    "Azure says\nmany things at https://a.b/c?sig=secret&x=1 " + "and more " * 60,
    "Conflict",
    1.0,
    (RegionProgress("westeurope", "Failed"),),
)


def test_an_error_is_one_line_while_it_runs_and_whole_in_the_report() -> None:
    line = result_line(FAILURE, Page(80))
    report = report_text(Report((FAILURE,)), 1.0, Page(80))

    assert "\n" not in line
    assert columns(line) <= 80
    assert report.count("and more") + report.count("and\n") >= 58
    assert all(columns(each) <= 80 for each in report.split("\n"))
    assert "secret" not in line + report
