"""What is decided about every estate of the corpus stays as it is; `RENEW_GOLDEN=1` writes the decisions anew.

One file per part of the corpus, to be read in a review: a changed line is a changed decision.
"""

from __future__ import annotations

import pytest

from tests.unit.planner.decisions.admitted import admitted, looked_up
from tests.unit.planner.decisions.corpus import ASKING, CASES, DRIFTING, MOVING, Case
from tests.unit.planner.decisions.moves import fits
from tests.unit.planner.decisions.record import Record
from tests.unit.planner.decisions.told import drifted, told


def file_of(case: Case) -> str:
    """Where a case's decisions are kept: fields by kind, the rest together."""
    kind = case.name.partition(".")[0]
    return kind if "." in case.name and " " not in kind else "Estates"


DECIDED = Record({case.name: (file_of(case), lambda case=case: told(case.plan())) for case in CASES})  # type: ignore[misc]
FITTING = Record({case.name: ("Moves", lambda case=case: "\n".join(fits(case))) for case in MOVING})  # type: ignore[misc]

DRIFTED = Record({case.name: ("Drift", lambda case=case: drifted(case.drift())) for case in DRIFTING})  # type: ignore[misc]

ADMITTED = Record({case.name: ("Admitted", lambda case=case: "\n".join(admitted(case))) for case in MOVING})  # type: ignore[misc]
LOOKED_UP = Record({case.name: ("LookedUp", lambda case=case: "\n".join(looked_up(case))) for case in ASKING})  # type: ignore[misc]

RECORDS = [DECIDED, FITTING, DRIFTED, ADMITTED, LOOKED_UP]


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("record", RECORDS, ids=["decisions", "moves", "drift", "admitted", "looked up"])
def test_nothing_is_kept_of_cases_that_are_no_more(record: Record) -> None:
    assert record.names == set(record.kept)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_same_is_decided_as_before(case: Case) -> None:
    assert DECIDED.today(case.name) == DECIDED.kept[case.name]


@pytest.mark.parametrize("case", MOVING, ids=lambda case: case.name)
def test_a_saved_plan_fits_what_is_live_as_before(case: Case) -> None:
    assert FITTING.today(case.name) == FITTING.kept[case.name]


@pytest.mark.parametrize("case", DRIFTING, ids=lambda case: case.name)
def test_the_same_is_told_as_drift_as_before(case: Case) -> None:
    assert DRIFTED.today(case.name) == DRIFTED.kept[case.name]


@pytest.mark.parametrize("case", MOVING, ids=lambda case: case.name)
def test_the_same_is_said_against_a_saved_plan_as_before(case: Case) -> None:
    assert ADMITTED.today(case.name) == ADMITTED.kept[case.name]


@pytest.mark.parametrize("case", ASKING, ids=lambda case: case.name)
def test_the_same_is_looked_up_as_before(case: Case) -> None:
    assert LOOKED_UP.today(case.name) == LOOKED_UP.kept[case.name]
