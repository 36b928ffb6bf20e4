"""The HTTP edge: bytes in, bytes out, and the wall behind which nothing may fall over.

Authentication, faults, latency and reading the body happen here, before any rule is asked. Rules are
plain functions that answer in well under a millisecond, so they run right in the server's loop.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from reconciler.emulator import addresses, routes
from reconciler.emulator.answers import JSON_TYPE, Answer, ArmError, common_headers, refusal
from reconciler.emulator.faults import Faults
from reconciler.emulator.world import Call, Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from reconciler.emulator.faults import Fault
    from reconciler.emulator.world import World

ALIVE = "/_emulator/alive"
_LOG = logging.getLogger(__name__)
_LARGEST_BODY = 4 * 1024 * 1024
_KEPT_RECORDS = 200_000
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One answered request, for tests that count and look at calls."""

    method: str
    path: str
    query: str
    status: int
    body: Any
    started: float


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came, body read."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    started: float


@dataclass(frozen=True, slots=True)
class Edge:
    """The ASGI application of one emulator."""

    world: World
    token: str
    clock: Callable[[], float]
    identity: Mapping[str, Any]
    faults: Faults = field(default_factory=Faults)
    requests: list[RequestRecord] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            body, too_large = await _body(request)
        except ClientDisconnect:
            return
        seen = Seen(
            scope["method"], scope["path"], scope["query_string"].decode("latin-1"), request.headers, body, self.clock()
        )
        fault = None if seen.path == ALIVE else self.faults.take(seen.method, f"{seen.path}?{seen.query}")
        delay = self.world.settings.latency + (fault.delay if fault is not None else 0.0)
        if delay > 0:
            await asyncio.sleep(delay)
        answer = self._answer(seen, fault, too_large=too_large)
        await _deliver(answer, seen.method, fault.effect if fault is not None else "answer", receive, send)

    def _answer(self, seen: Seen, fault: Fault | None, *, too_large: bool) -> Answer:
        request_id = self.world.mint()
        answer = _fault_answer(fault)
        if answer is None:
            answer = self._true_answer(seen, request_id, too_large=too_large)
        moment = datetime.fromtimestamp(seen.started, UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = common_headers(request_id, seen.headers.get("x-ms-correlation-request-id", request_id), moment)
        if "x-ms-client-request-id" in seen.headers and seen.headers.get("x-ms-return-client-request-id"):
            headers["x-ms-client-request-id"] = seen.headers["x-ms-client-request-id"]
        self._record(seen, answer.status)
        return Answer(answer.status, answer.content, headers | dict(answer.headers))

    def _record(self, seen: Seen, status: int) -> None:
        if seen.path == ALIVE:
            return
        if len(self.requests) >= _KEPT_RECORDS:
            del self.requests[: _KEPT_RECORDS // 2]
        body = _loaded(seen.body)
        self.requests.append(RequestRecord(seen.method, seen.path, seen.query, status, body, seen.started))

    def _true_answer(self, seen: Seen, request_id: str, *, too_large: bool) -> Answer:
        try:
            if too_large:
                message = f"The request content exceeds the largest size of {_LARGEST_BODY} bytes."
                raise ArmError(413, "RequestEntityTooLarge", message)  # noqa: TRY301 - one wall for all refusals
            _authenticate(seen, self.token)
            if seen.path == ALIVE:
                return Answer(200, json.dumps(dict(self.identity)).encode(), {"Content-Type": JSON_TYPE})
            return routes.respond(self._call(seen, request_id))
        except ArmError as error:
            return refusal(error, self.world.settings.doubts.answers)
        except Exception:  # noqa: BLE001 - the wall of the HTTP edge
            _LOG.exception("emulator.request.failed")
            return refusal(ArmError(500, "InternalServerError", "The emulator met an unexpected error; see its log."))

    def _call(self, seen: Seen, request_id: str) -> Call:
        query = {name.lower(): value for name, value in parse_qsl(seen.query, keep_blank_values=True)}
        target = addresses.parse(seen.path)
        return Call(
            world=self.world,
            method=seen.method,
            target=target,
            path=seen.path,
            query=query,
            body=_content(seen),
            api_version=query.get("api-version", ""),
            origin=f"http://{seen.headers.get('host', 'localhost')}",
            now=seen.started,
            request_id=request_id,
            caller=Caller(self.world.settings.caller, "operator"),
        )


async def _body(request: Request) -> tuple[bytes, bool]:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= _LARGEST_BODY:
            chunks.append(chunk)
    return b"".join(chunks), size > _LARGEST_BODY


def _fault_answer(fault: Fault | None) -> Answer | None:
    if fault is None or (fault.effect == "answer" and fault.status is None):
        return None
    if fault.effect == "drop":
        return Answer(0)
    if fault.effect == "cut":
        return None
    assert fault.status is not None
    message = fault.message or f"Injected fault: {fault.code}."
    return refusal(ArmError(fault.status, fault.code, message, headers=dict(fault.headers)))


def _authenticate(seen: Seen, token: str) -> None:
    """Require the emulator's bearer token (4.4/1)."""
    given = seen.headers.get("authorization", "")
    scheme, _, credential = given.partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(credential.strip().encode(), token.encode()):
        return
    code = "InvalidAuthenticationToken" if given else "AuthenticationFailed"
    message = (
        "The access token is invalid."
        if given
        else "Authentication failed. The 'Authorization' header is missing or malformed."
    )
    challenge = f'Bearer authorization_uri="http://{seen.headers.get("host", "localhost")}/", error="invalid_token"'
    raise ArmError(401, code, message, gateway=True, headers={"WWW-Authenticate": challenge})


def _content(seen: Seen) -> dict[str, Any]:
    """Read the JSON object that a writing request must carry."""
    if seen.method not in ("PUT", "PATCH", "POST"):
        return {}
    media = seen.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if media not in ("application/json", "text/json"):
        message = f"The content media type '{media}' is not supported. Only 'application/json' is supported."
        raise ArmError(415, "UnsupportedMediaType", message)
    body = _loaded(seen.body)
    if not isinstance(body, dict) or _too_deep(body):
        message = "The request content was invalid and could not be deserialized: a JSON object was expected."
        raise ArmError(400, "InvalidRequestContent", message)
    return body


def _loaded(body: bytes) -> Any:
    if not body:
        return None
    try:
        read = json.loads(body, parse_constant=_no_number)
        if b"\\u" in body:  # an escape may spell half a character, which no answer could carry
            json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return read


def _no_number(name: str) -> None:
    """Refuse NaN and the infinities, which are no JSON."""
    raise ValueError(name)


def _too_deep(body: object) -> bool:
    level = [body]
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        if not inner:
            return False
        level = inner
    return True


async def _deliver(answer: Answer, method: str, effect: str, receive: Receive, send: Send) -> None:
    """Send an answer; "cut" promises more than it sends, "drop" sends nothing."""
    if effect != "drop":
        length = len(answer.content)
        headers = dict(answer.headers)
        if answer.content and "Content-Type" not in headers:
            headers["Content-Type"] = JSON_TYPE
        if answer.status not in (204, 304):
            headers["Content-Length"] = str(length if effect == "answer" else max(length, 2))
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        status = answer.status if effect == "answer" else 200
        await send({"type": "http.response.start", "status": status, "headers": raw})
        if effect == "answer":
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.content})
            return
        await send({"type": "http.response.body", "body": answer.content[: length // 2], "more_body": True})
    await _hang_up(effect, receive, send)


async def _hang_up(effect: str, receive: Receive, send: Send) -> None:
    """Close the connection under the server; the server then sees its client as gone."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return
    if effect == "drop":
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
