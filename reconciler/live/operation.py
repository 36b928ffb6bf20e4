"""Long-running operations: where to ask about one, and what an answer about it means.

The URL is signed and followed verbatim (fact 3.2/2). An answer that tells nothing leaves the operation running
or lost, never failed: only Azure's own word makes a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from reconciler.live.answer import Answer, ErrorClass, classify, error_of

WAITING = frozenset({ErrorClass.THROTTLED, ErrorClass.TRANSIENT})


@dataclass(frozen=True, slots=True)
class OperationRef:
    """Where to ask, and after how many seconds Azure wants to be asked first."""

    url: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class OperationState:
    """What became of an operation. "lost": nobody there tells it any more; read the resource instead."""

    status: Literal["running", "succeeded", "failed", "lost"]
    code: str = ""
    message: str = ""
    retry_after: float | None = None


def operation_of(answer: Answer) -> OperationRef | None:
    """The operation an accepted write started; None where it was done at once."""
    if not answer.ok:
        return None
    url = answer.headers.get("azure-asyncoperation", "")
    if not url and answer.status == HTTPStatus.ACCEPTED:
        url = answer.headers.get("location", "")
    return OperationRef(url, answer.retry_after) if url else None


def operation_state(answer: Answer) -> OperationState:
    """Read an answer from an operation URL or a monitor URL (facts 3.2/3, 3.2/7)."""
    wait = answer.retry_after
    if not answer.ok:
        if classify(answer) in WAITING:
            return OperationState("running", answer.code, answer.message, wait)
        return OperationState("lost", answer.code, answer.message, wait)
    status = answer.body.get("status") if isinstance(answer.body, Mapping) else None
    if not isinstance(status, str):  # a monitor says nothing else (fact 3.2/7), and an odd answer proves nothing
        return OperationState("running" if answer.status == HTTPStatus.ACCEPTED else "lost", retry_after=wait)
    match status.lower():
        case "succeeded":
            return OperationState("succeeded")
        case "failed" | "canceled" | "cancelled":
            return _failed(answer, status)
        case _:
            return OperationState("running", retry_after=wait)


def _failed(answer: Answer, status: str) -> OperationState:
    error = error_of(answer.body)
    code, message = error.get("code"), error.get("message")
    words = message if isinstance(message, str) and message else f"the operation ended as {status}"
    return OperationState("failed", code if isinstance(code, str) and code else status, words)
