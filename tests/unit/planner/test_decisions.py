"""What is decided about every estate of the corpus stays as it is; `RENEW_GOLDEN=1` writes the decisions anew.

One file per part of the corpus, to be read in a review: a changed line is a changed decision.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.random_estates import desired_of, planned_at
from tests.unit.planner.decisions.corpus import CASES, Case
from tests.unit.planner.decisions.told import told

HERE = Path(__file__).parent / "decisions"


def decisions(case: Case) -> str:
    """What a plan decides about one case."""
    return told(planned_at(desired_of(case.new), case.live(), case.options, case.now))


def file_of(case: Case) -> Path:
    """Where a case's decisions are kept: fields by kind, the rest together."""
    kind = case.name.partition(".")[0] if "." in case.name and " " not in case.name.partition(".")[0] else "Estates"
    return HERE / f"{kind}.txt"


def kept(path: Path) -> dict[str, str]:
    """The decisions in a file by case."""
    if not path.exists():
        return {}
    parts = path.read_text(encoding="utf-8").split("\n=== ")
    return {head: body.strip("\n") for head, _, body in (part.removeprefix("=== ").partition("\n") for part in parts)}


def written(path: Path) -> dict[str, str]:
    """The decisions of today, written into the file they belong to."""
    today = {case.name: decisions(case) for case in CASES if file_of(case) == path}
    path.write_text("\n".join(f"=== {name}\n{lines}\n" for name, lines in today.items()), encoding="utf-8")
    return today


KEPT = {path: (written if "RENEW_GOLDEN" in os.environ else kept)(path) for path in {file_of(case) for case in CASES}}


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_nothing_is_kept_of_cases_that_are_no_more() -> None:
    assert {name for decided in KEPT.values() for name in decided} == {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_same_is_decided_as_before(case: Case) -> None:
    assert decisions(case) == KEPT[file_of(case)][case.name]
