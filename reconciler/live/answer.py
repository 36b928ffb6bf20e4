"""One HTTP answer of Azure as a value, whatever its status, and which class of trouble it is.

Classes decide who waits, who retries and who gives up; they stand here, apart from the sending, so that
requests, operations and reads are judged by the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from reconciler.errors import AzureError


class NoAnswer(AzureError):  # noqa: N818 - it says what came back: nothing
    """No usable answer came: refused, dropped, timed out, cut off or not JSON. What was sent may have been done."""


class ErrorClass(StrEnum):
    """What kind of trouble an answer is."""

    THROTTLED = "throttled"  # wait as told, then again
    TRANSIENT = "transient"  # again, later
    CONFLICT = "conflict"  # something else is going on there: wait and read again
    PRECONDITION = "precondition"  # the world moved: plan again
    DENIED = "denied"  # until credentials or access change
    INVALID = "invalid"  # until the manifest changes
    QUOTA = "quota"  # until the quota changes
    LOCKED = "locked"  # until the lock is removed
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, parsed JSON body (None where there is none), headers with lower-case names, and the URL asked."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    url: str = ""

    @property
    def ok(self) -> bool:
        """Whether Azure did, or took on, what was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def code(self) -> str:
        """Azure's error code, "" where it gave none."""
        return _text(error_of(self.body).get("code"))

    @property
    def message(self) -> str:
        """Azure's words, or the status in words where it gave none."""
        return _text(error_of(self.body).get("message")) or ("" if self.ok else _phrase(self.status))

    @property
    def target(self) -> str:
        """The field Azure complains about, "" where it names none."""
        return _text(error_of(self.body).get("target"))

    @property
    def request_id(self) -> str:
        """Azure's id of the request, for its support."""
        return self.headers.get("x-ms-request-id", "")

    @property
    def retry_after(self) -> float | None:
        """Seconds Azure asks us to wait, None where it does not say."""
        return retry_after(self.headers)


def error_of(body: Any) -> Mapping[str, Any]:
    """The error object of an ARM body: wrapped, or bare as compute throttles (fact 4.5/1)."""
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error")
    if isinstance(inner, Mapping):
        return inner
    return body if "code" in body and "message" in body else {}


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read seconds to wait from lower-case headers: milliseconds, whole or broken seconds, or an HTTP date."""
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        milliseconds = _number(headers.get(name))
        if milliseconds is not None:
            return milliseconds / 1000
    stated = headers.get("retry-after")
    seconds = _number(stated)
    if seconds is not None or not stated:
        return seconds
    until = _moment(stated)
    if until is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"


BY_CODE: Final = {
    "scopelocked": ErrorClass.LOCKED,
    "principalnotfound": ErrorClass.TRANSIENT,  # fact 5/12
    "retryableerror": ErrorClass.TRANSIENT,
    "internalservererror": ErrorClass.TRANSIENT,
    "cannotdeleteresource": ErrorClass.CONFLICT,  # fact 4.1/3
    "roleassignmentexists": ErrorClass.PRECONDITION,  # fact 5/11
    "anotheroperationinprogress": ErrorClass.CONFLICT,
    "propertychangenotallowed": ErrorClass.INVALID,  # facts 4.2/1, 4.3/1
    "invalidparameter": ErrorClass.INVALID,
    "gallerysourceresourceexceedsmaxsize": ErrorClass.INVALID,  # fact 4.3/16
    "invalidresourcelocation": ErrorClass.INVALID,  # fact 4.1/7
    "deletegalleryimageversionblockedbeforeendoflife": ErrorClass.INVALID,  # fact 4.3/17
    "quotaexceeded": ErrorClass.QUOTA,
    "resourcequotaexceeded": ErrorClass.QUOTA,
    "roleassignmentlimitexceeded": ErrorClass.QUOTA,  # fact 5/16
    "toomanyrequests": ErrorClass.THROTTLED,
    "subscriptionrequeststhrottled": ErrorClass.THROTTLED,
    "authorizationfailed": ErrorClass.DENIED,
    "linkedauthorizationfailed": ErrorClass.DENIED,
    "missingsubscriptionregistration": ErrorClass.DENIED,  # a 409 that only somebody with the right to it ends
    "resourcegroupbeingdeleted": ErrorClass.INVALID,  # fact 3.9/9: it says 409 and never passes by itself
    "parentresourcenotfound": ErrorClass.NOT_FOUND,
}
BY_STATUS: Final[dict[int, ErrorClass]] = {
    HTTPStatus.TOO_MANY_REQUESTS: ErrorClass.THROTTLED,
    HTTPStatus.REQUEST_TIMEOUT: ErrorClass.TRANSIENT,
    HTTPStatus.UNAUTHORIZED: ErrorClass.DENIED,
    HTTPStatus.FORBIDDEN: ErrorClass.DENIED,
    HTTPStatus.NOT_FOUND: ErrorClass.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED: ErrorClass.PRECONDITION,
    HTTPStatus.CONFLICT: ErrorClass.CONFLICT,
    **dict.fromkeys((*range(300, 400), 400, 405, 406, 410, 411, 413, 414, 415, 422, 431), ErrorClass.INVALID),
}
BUSY_WORDS: Final = ("marked for deletion", "in progress", "ongoing", "another operation", "being updated")


def classify(answer: Answer) -> ErrorClass:
    """Tell which class of trouble an answer that is not ok belongs to."""
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.retry_after is not None:
        return ErrorClass.THROTTLED
    return classify_error(answer.status, answer.code, answer.message)


def classify_error(status: int, code: str, message: str = "") -> ErrorClass:
    """Classify by status, code and words; status 0 for the error of a failed operation (fact 3.2/9)."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ErrorClass.THROTTLED
    words = message.lower()
    found = BY_CODE.get(code.lower())
    if found is not None:
        return found
    if "hash conflict" in words:  # the authorization service, for fresh names too
        return ErrorClass.TRANSIENT
    if status in (HTTPStatus.CONFLICT, 0):
        special = _conflicting(code.lower(), words)
        if special is not None:
            return special
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ErrorClass.TRANSIENT
    return BY_STATUS.get(status, ErrorClass.TRANSIENT)  # what nobody knows yet is tried again, and not for ever


def _conflicting(code: str, words: str) -> ErrorClass | None:
    """Tell the 409s apart that share a code: busy now, over quota, or never allowed (facts 4.1/8, 4.2/2, 4.3/13)."""
    if any(word in words for word in BUSY_WORDS):
        return ErrorClass.CONFLICT
    if "quota" in words:
        return ErrorClass.QUOTA
    if code == "operationnotallowed" or "not unique" in words:
        return ErrorClass.INVALID
    return None
