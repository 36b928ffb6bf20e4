"""The HTTP edge: bytes in, bytes out, and what a bad day does to them.

Reading the body, latency, and the faults that strike raw requests happen here, before anything is understood. Rules
are plain functions that answer in well under a millisecond, so they run right in the server's loop.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request

from reconciler.emulator import bodies
from reconciler.emulator.answers import JSON_TYPE, Answer, ArmError, refusal
from reconciler.emulator.front import OWN
from reconciler.emulator.traffic import Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from reconciler.emulator.faults import Fault
    from reconciler.emulator.front import Front

_UNPRINTABLE = dict.fromkeys((*range(32), 127), " ")


@dataclass(frozen=True, slots=True)
class Edge:
    """The ASGI application of one emulator."""

    front: Front
    clock: Callable[[], float]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        try:
            seen = await self._seen(scope, receive)
        except ClientDisconnect:
            return
        world = self.front.world
        fault = None if seen.path.startswith(OWN) else world.faults.take(seen.method, seen.address)
        delay = world.settings.latency + (fault.delay if fault is not None else 0.0)
        if delay > 0:
            await asyncio.sleep(delay)
            seen = replace(seen, started=self._now())
        answer = _advised(self.front.answer(seen, world.mint(), _forced(fault)), fault)
        await _deliver(answer, seen.method, fault.way if fault is not None else "answer", receive, send)

    async def _seen(self, scope: Scope, receive: Receive) -> Seen:
        request = Request(scope, receive)
        body, too_large = await _body(request)
        host = request.headers.get("host", "localhost")
        return Seen(
            scope["method"],
            scope["path"],
            scope.get("raw_path", b"").decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            request.headers,
            body,
            self._now(),
            f"{scope['scheme']}://{host}",
            too_large,
        )

    def _now(self) -> float:
        return self.clock() + self.front.world.faults.skew()


async def _body(request: Request) -> tuple[bytes, bool]:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= bodies.LARGEST:
            chunks.append(chunk)
    return b"".join(chunks), size > bodies.LARGEST


def _forced(fault: Fault | None) -> Answer | None:
    """Give the answer that a fault puts in place of the true one; a dropped request does nothing at all."""
    if fault is None or fault.way == "cut":
        return None
    if fault.way == "drop":
        return Answer(0)
    if fault.status is None:
        return None
    message = fault.message or f"Injected fault: {fault.code}."
    return refusal(ArmError(fault.status, fault.code, message, headers=dict(fault.headers)))


def _advised(answer: Answer, fault: Fault | None) -> Answer:
    """Lay the headers of a fault without a status over the true answer; an advice to wait is then its only one."""
    if fault is None or fault.status is not None or not fault.headers:
        return answer
    stated = {name.lower() for name in fault.headers}
    taken = stated | ({"retry-after-ms"} if "retry-after" in stated else set())
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in taken}
    return replace(answer, headers={**kept, **fault.headers})


async def _deliver(answer: Answer, method: str, way: str, receive: Receive, send: Send) -> None:
    """Send an answer; "cut" promises more than it sends, "drop" sends nothing."""
    if way != "drop":
        length = len(answer.content)
        headers = dict(answer.headers)
        if answer.content and "Content-Type" not in headers:
            headers["Content-Type"] = JSON_TYPE
        if answer.status not in (204, 304):
            headers["Content-Length"] = str(length if way == "answer" else max(length, 2))
        raw = [(name.lower().encode("latin-1"), _plain(value)) for name, value in headers.items()]
        status = answer.status if way == "answer" or length else 200
        await send({"type": "http.response.start", "status": status, "headers": raw})
        if way == "answer":
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.content})
            return
        await send({"type": "http.response.body", "body": answer.content[: length // 2], "more_body": True})
    await _hang_up(way, receive, send)


def _plain(value: str) -> bytes:
    """Write a header's value without anything that a header cannot carry: it may hold a client's own words."""
    return value.translate(_UNPRINTABLE).encode("latin-1", "replace")


async def _hang_up(way: str, receive: Receive, send: Send) -> None:
    """Close the connection under the server; the server then sees its client as gone."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return
    if way == "drop":
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
