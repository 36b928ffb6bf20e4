"""Long-running operations: how they start, what polling them answers, where their URL points.

An operation is (start, end) in the state and the clock decides whether it is over (3.2). Its URL
carries a long signed query that clients must follow verbatim (3.2/2); the emulator can check that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from reconciler.emulator import moments
from reconciler.emulator.answers import Answer, ArmError, advice, compacted
from reconciler.emulator.records import Operation

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_PARTS = (("t", 12), ("c", 1460), ("s", 256), ("h", 32))


def begin(call: Call, location: str, ends: float, *, advises: bool, failure: JSON | None = None) -> dict[str, str]:
    """Start an operation under the request's own id (3.2/1) and give the headers that announce it (3.1)."""
    operation = Operation(call.request_id, call.target.subscription, location, call.now, ends, failure, advises)
    call.store.start(operation)
    headers = {
        "Azure-AsyncOperation": _address(call, operation, monitor=False),
        "azure-asyncnotification": "Enabled",
    }
    if call.method in ("DELETE", "POST"):
        headers["Location"] = _address(call, operation, monitor=True)
    if advises:
        headers |= advice(call.settings.durations.retry_after, call.settings.time_scale)
    return headers


def spoiled(call: Call) -> JSON | None:
    """Give the error that a fault lets the operation of this write end in; None on a good day."""
    fault = call.world.faults.strike("operation_fails", call.method, call.path)
    if fault is None:
        return None
    return {"code": fault.code, "message": fault.message or f"Injected fault: {fault.code}."}


def poll(call: Call) -> Answer:
    """Answer GET on an operation, in its own form or, with monitor=true, in the Location form (3.2/7)."""
    operation = call.store.operation(call.target.name, call.target.subscription)
    lost = operation is not None and call.world.faults.strike("operation_lost", call.method, call.path)
    if operation is None or lost or operation.location != call.target.location.lower():
        message = f"The operation '{call.target.name}' could not be found."
        raise ArmError(404, "NotFound", message)
    _check_signature(call, operation)
    running = call.now < operation.ends
    advises = running and operation.advises
    headers = advice(call.settings.durations.retry_after, call.settings.time_scale) if advises else {}
    if call.query.get("monitor", "").lower() == "true":
        return Answer(call.doubts.monitor_status if running else 200, b"", headers)
    return compacted(200, _body(call, operation, running=running), headers)


def _body(call: Call, operation: Operation, *, running: bool) -> JSON:
    body: JSON = {"startTime": moments.at(operation.started)}
    if running:
        return body | {"status": "InProgress", "name": operation.id}
    body["endTime"] = moments.at(operation.ends)
    if operation.failure is not None:
        status = call.doubts.failed_operation_status
        return body | {"status": status, "error": operation.failure, "name": operation.id}
    return body | {"status": "Succeeded", "name": operation.id}


def _address(call: Call, operation: Operation, *, monitor: bool) -> str:
    query = _signature(call.world.secret, operation.id)
    words = {"monitor": "true"} if monitor else {}
    path = (
        f"/subscriptions/{quote(call.target.subscription)}/providers/Microsoft.Compute/locations/{operation.location}"
    )
    return (
        f"{call.origin}{path}/capsOperations/{operation.id}"
        f"?{urlencode(words | {'api-version': call.api_version} | query)}"
    )


def _signature(secret: str, operation_id: str) -> dict[str, str]:
    """Derive the signed part of the query: about 2.5 kB, as the service's (3.2/2)."""
    parts: dict[str, str] = {}
    for name, length in _PARTS:
        digest = hashlib.shake_256(f"{secret}/{operation_id}/{name}".encode()).digest(length)
        parts[name] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return parts


def _check_signature(call: Call, operation: Operation) -> None:
    if call.doubts.operation_signature == "ignored":
        return
    for name, expected in _signature(call.world.secret, operation.id).items():
        if not hmac.compare_digest(call.query.get(name, "").encode(), expected.encode()):
            message = "The operation URL was changed or rebuilt: follow it exactly as it was given."
            raise ArmError(403, "AuthorizationFailed", message, target=name)
