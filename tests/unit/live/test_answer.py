from __future__ import annotations

from typing import Any

import pytest

from reconciler.live.answer import Answer, ErrorClass, classify, classify_error

DATE = "Sun, 22 Nov 2026 04:52:12 GMT"
LATER = "Sun, 22 Nov 2026 04:53:42 GMT"


def wrapped(code: str, message: str = "") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "60"}, 60),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after-ms": "600"}, 0.6),
        ({"x-ms-retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": LATER, "date": DATE}, 90),
        ({"retry-after": DATE, "date": LATER}, 0),
        ({"retry-after": "Mon, 01 Jan 2024 00:00:00 +999999999999999999"}, None),
    ],
)
def test_every_form_of_retry_after_is_read_as_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert Answer(202, None, headers).retry_after == seconds


def test_errors_are_read_wrapped_and_bare() -> None:
    bare = Answer(429, {"code": "OperationNotAllowed", "message": "too many", "details": []})
    full = Answer(409, {"error": {"code": "PropertyChangeNotAllowed", "message": "no", "target": "a.b"}})
    assert (bare.code, bare.message, bare.target) == ("OperationNotAllowed", "too many", "")
    assert (full.code, full.message, full.target) == ("PropertyChangeNotAllowed", "no", "a.b")


@pytest.mark.parametrize("body", [None, [], "text", 3, {"error": "text"}, {"error": {"code": 7}}, {"code": "only"}])
def test_a_strange_error_body_is_no_error_of_ours(body: Any) -> None:
    answer = Answer(502, body)
    assert answer.code == ""
    assert answer.message == "Bad Gateway"


def test_an_unknown_status_has_words_too() -> None:
    assert Answer(599).message == "HTTP status 599"


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (429, "OperationNotAllowed", "The server rejected the request", ErrorClass.THROTTLED),
        (500, "InternalServerError", "", ErrorClass.TRANSIENT),
        (503, "", "", ErrorClass.TRANSIENT),
        (408, "", "", ErrorClass.TRANSIENT),
        (400, "PrincipalNotFound", "Principal 1 does not exist in the directory", ErrorClass.TRANSIENT),
        (409, "RetryableError", "A retryable error occurred", ErrorClass.TRANSIENT),
        (400, "BadRequest", "Hash conflict for the role assignment", ErrorClass.TRANSIENT),
        (409, "Conflict", "Another operation is in progress", ErrorClass.CONFLICT),
        (409, "CannotDeleteResource", "Cannot delete resource while nested resources exist", ErrorClass.CONFLICT),
        (409, "RoleAssignmentExists", "The role assignment already exists.", ErrorClass.PRECONDITION),
        (409, "OperationNotAllowed", "it is marked for deletion", ErrorClass.CONFLICT),
        (409, "OperationNotAllowed", "Gallery image: i identified by (…) already exists", ErrorClass.INVALID),
        (409, "OperationNotAllowed", "exceeding approved Total quota", ErrorClass.QUOTA),
        (409, "Conflict", "The gallery name g is not unique within the subscription", ErrorClass.INVALID),
        (409, "PropertyChangeNotAllowed", "Changing property …", ErrorClass.INVALID),
        (409, "InvalidResourceLocation", "", ErrorClass.INVALID),
        (409, "ScopeLocked", "…", ErrorClass.LOCKED),
        (400, "RoleAssignmentLimitExceeded", "", ErrorClass.QUOTA),
        (412, "", "", ErrorClass.PRECONDITION),
        (418, "SomethingNew", "", ErrorClass.TRANSIENT),
        (0, "SomethingNew", "", ErrorClass.TRANSIENT),
        (0, "InvalidParameter", "", ErrorClass.INVALID),
        (0, "GallerySourceResourceExceedsMaxSize", "", ErrorClass.INVALID),
        (400, "SomethingNew", "", ErrorClass.INVALID),
        (422, "", "", ErrorClass.INVALID),
        (401, "ExpiredAuthenticationToken", "", ErrorClass.DENIED),
        (403, "AuthorizationFailed", "", ErrorClass.DENIED),
        (404, "ResourceNotFound", "", ErrorClass.NOT_FOUND),
        (400, "InvalidParameter", "", ErrorClass.INVALID),
        (302, "", "", ErrorClass.INVALID),
    ],
)
def test_every_trouble_has_its_class(status: int, code: str, message: str, expected: ErrorClass) -> None:
    assert classify(Answer(status, wrapped(code, message))) is expected


def test_unavailable_with_advice_is_throttling() -> None:
    assert classify(Answer(503, None, {"retry-after": "5"})) is ErrorClass.THROTTLED


def test_a_failed_operation_is_classified_by_its_code() -> None:
    assert classify_error(0, "PropertyChangeNotAllowed") is ErrorClass.INVALID
    assert classify_error(0, "InternalServerError") is ErrorClass.TRANSIENT
