"""No error code that docs/azure.md names is without an explanation, and what is said of it is what is done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.executor.verification import CONTENDED
from reconciler.explain.entry import Topic
from reconciler.explain.topics import explain
from reconciler.live.answer import ErrorClass
from reconciler.live.catalogue.code import DEEDS, ErrorCode
from reconciler.live.catalogue.registry import ENDS, ERROR_CODES, OUR_CODES
from reconciler.live.failure import FOREIGN, HINTS_BY_CODE, MALFORMED, NO_ANSWER, ROLE_NOT_FOUND
from reconciler.model.checks import Hindrance

DOCUMENT = (Path(__file__).parents[3] / "docs" / "azure.md").read_text(encoding="utf-8")
WORD = r"`([A-Z][A-Za-z]+)`"
ANSWER = re.compile(rf"\b[45]\d\d,? (?:the inner |its )?{WORD}(?: or something like {WORD})?")


def rows(section: str) -> list[list[str]]:
    found = re.findall(rf"^\| `{re.escape(section)}/\d+` \|.*$", DOCUMENT, re.MULTILINE)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in found]


def named_codes() -> set[str]:
    """The second column of 4.1–4.4 holds codes; 4.5 and 5 name them in running text behind a status."""
    columns = [cells[1] for section in ("4.1", "4.2", "4.3", "4.4") for cells in rows(section)]
    codes = {word for cell in columns for word in re.findall(WORD, cell)}
    throttled = " ".join(rows("4.5")[0])
    codes |= set(re.findall(r'"code":"(\w+)"', throttled)) | set(re.findall(r"with `([A-Z]\w+)`", throttled))
    for cells in rows("5"):
        text = " ".join(cells)
        codes |= {word for pair in ANSWER.findall(text) for word in pair if word}
        codes |= set(re.findall(r"`((?:\w+Format|\w+AssignmentId|\w+NotFound))`", text))
    return codes


def test_the_document_names_as_many_codes_as_it_did() -> None:
    assert len(named_codes()) >= 38
    assert {"ScopeLocked", "PropertyChangeNotAllowed", "SubscriptionRequestsThrottled", "RoleAssignmentExists"} <= (
        named_codes()
    )


def test_every_error_code_of_the_document_is_explained() -> None:
    assert {name for name in named_codes() if name.lower() not in ERROR_CODES} == set()


@pytest.mark.parametrize("code", ERROR_CODES.values(), ids=lambda code: code.name)
def test_every_code_says_what_it_means_when_it_appears_what_is_done_and_how_to_mend_it(code: ErrorCode) -> None:
    assert code.means.endswith(".")
    assert code.occasions
    for occasion in code.occasions:
        assert occasion.when
        assert code.fix_on(occasion)
        assert code.class_on(occasion) in DEEDS
        assert f"`{occasion.fact}`" in DOCUMENT


def test_every_class_of_trouble_has_a_deed() -> None:
    assert set(DEEDS) == set(ErrorClass)


CLASSES = {
    ("ScopeLocked", "4.4/5"): ErrorClass.LOCKED,
    ("PropertyChangeNotAllowed", "4.3/1"): ErrorClass.INVALID,
    ("OperationNotAllowed", "4.2/2"): ErrorClass.INVALID,
    ("OperationNotAllowed", "4.3/13"): ErrorClass.CONFLICT,
    ("OperationNotAllowed", "4.4/6"): ErrorClass.QUOTA,
    ("OperationNotAllowed", "4.5/1"): ErrorClass.THROTTLED,
    ("PrincipalNotFound", "5/12"): ErrorClass.TRANSIENT,
    ("CannotDeleteResource", "4.1/3"): ErrorClass.CONFLICT,
    ("AuthorizationFailed", "4.4/2"): ErrorClass.DENIED,
}


@pytest.mark.parametrize(("named", "expected"), CLASSES.items(), ids=str)
def test_what_is_said_to_be_done_is_what_the_executor_makes_of_the_answer(
    named: tuple[str, str], expected: ErrorClass
) -> None:
    code = ERROR_CODES[named[0].lower()]
    (occasion,) = [each for each in code.occasions if each.fact == named[1]]

    assert code.class_on(occasion) is expected


def test_every_code_with_a_hint_of_its_own_is_explained() -> None:
    assert set(HINTS_BY_CODE) <= set(ERROR_CODES)


def test_every_code_of_ours_under_unread_is_explained() -> None:
    assert {NO_ANSWER, MALFORMED, FOREIGN, ROLE_NOT_FOUND, "NotRead"} == set(OUR_CODES)


def test_every_code_of_ours_that_an_apply_prints_is_explained() -> None:
    assert {"Precondition", CONTENDED, "TimeLimit", *map(str, Hindrance)} == set(ENDS)
    for name in ENDS:
        (entry,) = explain(name.lower())
        assert (entry.topic, entry.name) == (Topic.END, name)
