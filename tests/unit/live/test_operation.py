from __future__ import annotations

from typing import Any

import pytest

from reconciler.live.answer import Answer
from reconciler.live.operation import OperationRef, OperationState, operation_of, operation_state

URL = "https://management.azure.com/subscriptions/s/providers/Microsoft.Compute/locations/x/capsOperations/1?s=2"


def test_the_operation_header_comes_before_location() -> None:
    headers = {"azure-asyncoperation": URL, "location": "https://elsewhere", "retry-after": "60"}
    assert operation_of(Answer(202, None, headers)) == OperationRef(URL, 60)


def test_location_counts_only_for_what_was_accepted() -> None:
    assert operation_of(Answer(202, None, {"location": URL})) == OperationRef(URL, None)
    assert operation_of(Answer(201, {}, {"location": URL})) is None


@pytest.mark.parametrize("answer", [Answer(200, {}), Answer(204), Answer(409, None, {"azure-asyncoperation": URL})])
def test_what_was_done_at_once_or_refused_has_no_operation(answer: Answer) -> None:
    assert operation_of(answer) is None


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"status": "InProgress"}, "running"),
        (200, {"status": "Whatever"}, "running"),
        (200, {"status": "succeeded"}, "succeeded"),
        (200, {"status": "Failed"}, "failed"),
        (200, {"status": "Canceled"}, "failed"),
        (202, None, "running"),
        (200, None, "lost"),  # the resource itself has to tell
        (200, {}, "lost"),
        (204, None, "lost"),
        (404, None, "lost"),
        (403, None, "lost"),
        (400, None, "lost"),
        (429, None, "running"),
        (500, None, "running"),
    ],
)
def test_only_azure_says_that_an_operation_failed(status: int, body: Any, expected: str) -> None:
    assert operation_state(Answer(status, body)).status == expected


def test_a_failure_carries_azures_code_and_words() -> None:
    error = {"code": "CrpPirReplicationJobsNotCompleted", "message": "Replication job not completed"}
    found = operation_state(Answer(200, {"status": "Failed", "error": error}))
    assert found == OperationState("failed", "CrpPirReplicationJobsNotCompleted", "Replication job not completed")


def test_a_failure_without_words_says_how_it_ended() -> None:
    found = operation_state(Answer(200, {"status": "Canceled"}))
    assert (found.code, found.message) == ("Canceled", "the operation ended as Canceled")


def test_advice_to_wait_is_passed_on() -> None:
    assert operation_state(Answer(200, {"status": "InProgress"}, {"retry-after-ms": "500"})).retry_after == 0.5
