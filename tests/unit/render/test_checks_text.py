"""What was found before the first write, in front of people: short where there is something, else nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.checks import Checked, Checks, NotChecked
from reconciler.render.checks_text import check_lines, place_of
from reconciler.render.paint import Page
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.verdict_text import Occasion, verdict_lines
from tests.golden.everything import CHECKED, PLAN, SUB

PAGE = Page(200)
HINDERED = replace(CHECKED, refusals=(), unread=())
CALM = replace(PLAN, refusals=(), unread=(), checks=Checks())


@pytest.mark.parametrize("plan", [PLAN, CALM])
def test_where_all_is_well_nothing_is_said(plan: object) -> None:
    assert isinstance(plan, type(PLAN))
    assert list(check_lines(plan, PAGE)) == []
    assert "not checked" not in plan_markdown(plan)


@pytest.mark.parametrize(
    ("occasion", "words"),
    [
        (Occasion.PLAN, "Nothing is done yet, `apply` would write nothing, because of 2 obstacles"),
        (Occasion.APPLY, "Nothing will be written, because of 2 obstacles (MissingPermission, Locked): apply exits 1"),
        (Occasion.PARTIAL, "All but what is stopped by 2 obstacles (MissingPermission, Locked) will be done"),
    ],
)
def test_the_verdict_tells_what_comes_of_obstacles(occasion: Occasion, words: str) -> None:
    assert list(verdict_lines(HINDERED, PAGE, occasion))[-1].startswith(words)


def test_a_comment_is_headed_by_what_stands_in_the_way() -> None:
    text = plan_markdown(HINDERED)

    assert text.startswith("**2 obstacles (MissingPermission, Locked): nothing would be written without `--partial`.**")
    assert "stopped by Locked" in text
    assert "Zm9v" not in text


def test_what_is_not_checked_takes_one_line_and_changes_no_verdict() -> None:
    unknown = replace(CALM, checks=Checks(not_checked=(NotChecked(Checked.PERMISSIONS, "", "nobody\x1b asked"),)))

    assert list(check_lines(unknown, PAGE)) == ["permissions not checked: nobody\\x1b asked"]
    assert list(verdict_lines(unknown, PAGE, Occasion.PLAN)) == list(verdict_lines(CALM, PAGE, Occasion.PLAN))


@pytest.mark.parametrize(
    ("resource_id", "words"),
    [
        (f"/subscriptions/{SUB}", "sub …0001"),
        (f"/subscriptions/{SUB}/resourceGroups/rg", "rg"),
        (f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i", "rg/g/i"),
        (f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Compute/images/i", "rg/i"),
        ("", "sub …"),
    ],
)
def test_a_place_is_written_as_addresses_are(resource_id: str, words: str) -> None:
    assert place_of(resource_id) == words
