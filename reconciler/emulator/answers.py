"""The form of every answer: envelope of errors, headers, JSON layout, and what to wait before asking again.

Rules raise `ArmError` and never think about bytes; this module alone knows how the service lays out
a body (3.8/19: single resources CRLF-indented, lists compact) and which headers go with it (3.1).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, ready to be sent; `headers` come on top of those that every answer has."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class ArmError(Exception):
    """A refusal in ARM's shape; `gateway` marks those that ARM answers before the service is asked (3.1).

    `fact` names the row whose status and code are not established; the settings may give others.
    """

    def __init__(  # noqa: PLR0913 - the fields of the envelope, all but three by keyword
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Mapping[str, str]] = (),
        gateway: bool = False,
        fact: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.target = target
        self.details = details
        self.gateway = gateway
        self.fact = fact
        self.headers = dict(headers or {})


def error_object(error: ArmError) -> dict[str, Any]:
    """Build the inner object of an error: code, message and, where stated, target and details."""
    body: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.target is not None:
        body["target"] = error.target
    if error.details:
        body["details"] = list(error.details)
    return body


def refusal(error: ArmError, chosen: Mapping[str, tuple[int, str]] | None = None) -> Answer:
    """Turn a refusal into its answer; `chosen` gives status and code for facts that leave them open."""
    if chosen and error.fact in chosen:
        error.status, error.code = chosen[error.fact]
    headers = {"x-ms-failure-cause": "gateway", **error.headers} if error.gateway else error.headers
    return Answer(error.status, compact({"error": error_object(error)}), headers)


def compacted(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a body in the layout that has no white space."""
    return Answer(status, compact(body), {"Content-Type": JSON_TYPE, **(headers or {})})


def compact(body: object) -> bytes:
    """Lay a body out as lists, errors and role assignments come: no white space."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def indented(body: object) -> bytes:
    """Lay a body out as single resources come: CRLF and two spaces (3.8/19)."""
    return json.dumps(body, ensure_ascii=False, indent=2).replace("\n", "\r\n").encode()


def advice(emulated: float, time_scale: float) -> dict[str, str]:
    """Say when to ask again: whole seconds in Retry-After, below one second milliseconds, never a fraction."""
    real = emulated * time_scale
    if real >= 1:
        return {"Retry-After": str(math.ceil(real))}
    return {"retry-after-ms": str(max(1, math.ceil(real * 1000)))}


def common_headers(request_id: str, correlation: str, moment: str) -> dict[str, str]:
    """Give the headers that every answer has (3.1); `moment` is a clock reading as yyyyMMddTHHmmssZ."""
    return {
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "Expires": "-1",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": correlation,
        "x-ms-routing-request-id": f"EMULATOR:{moment}:{correlation}",
    }
