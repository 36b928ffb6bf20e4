"""Which of the emulator's surfaces answers: ARM, sign-in and its documents, Microsoft Graph, control.

Here a request gets its caller, its count against the rates and the headers of its surface; what it means is decided
by the rules behind. Nothing raised behind this wall reaches the wire as anything but an answer.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from reconciler.emulator import addresses, bodies, filters, paths, regions, routes
from reconciler.emulator.answers import JSON_TYPE, Answer, ArmError, common_headers, refusal
from reconciler.emulator.signin import doors, tokens
from reconciler.emulator.traffic import Log, RequestRecord
from reconciler.emulator.trouble import control
from reconciler.emulator.world import Call, Caller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.traffic import Seen
    from reconciler.emulator.world import World

OWN = "/_emulator/"
ALIVE = f"{OWN}alive"
_LOG = logging.getLogger(__name__)
_LARGEST_KEPT = 65_536


@dataclass(slots=True)
class _Trace:
    """What is learnt of one request while it is answered, for its headers and its record."""

    caller: str = ""
    kind: str = "none"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Front:
    """Everything behind the HTTP edge of one emulator."""

    world: World
    identity: Mapping[str, Any]
    log: Log = field(default_factory=Log)

    def answer(self, seen: Seen, request_id: str, forced: Answer | None = None) -> Answer:
        """Answer one request, headers and record included; `forced` is what a fault says instead of the rules."""
        trace = _Trace()
        found = forced if forced is not None else self._safely(seen, request_id, trace)
        moment = datetime.fromtimestamp(seen.started, UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = common_headers(request_id, seen.headers.get("x-ms-correlation-request-id", request_id), moment)
        headers["Date"] = formatdate(seen.started, usegmt=True)
        if "x-ms-client-request-id" in seen.headers and seen.headers.get("x-ms-return-client-request-id"):
            headers["x-ms-client-request-id"] = seen.headers["x-ms-client-request-id"]
        if not seen.path.startswith(OWN):
            kept = seen.body if trace.caller and len(seen.body) <= _LARGEST_KEPT else b""
            query = seen.query[:_LARGEST_KEPT]
            record = RequestRecord(seen.method, seen.path, query, found.status, kept, seen.started, trace.caller)
            self.log.add(record, trace.kind)
        return replace(found, headers=headers | trace.headers | dict(found.headers))

    def _safely(self, seen: Seen, request_id: str, trace: _Trace) -> Answer:
        try:
            bodies.refuse_large(seen)
            if doors.is_open(seen.path):
                trace.kind = "sign-in"
                paths.check(seen.raw_path, seen.path)
                return doors.answer(self.world, seen)
            return self._authenticated(seen, request_id, trace)
        except ArmError as error:
            if error.status == 401:  # noqa: PLR2004 - unauthorized
                error.headers.setdefault("WWW-Authenticate", self._challenge(seen, error))
            return refusal(error, self.world.settings.doubts.answers)
        except Exception:  # noqa: BLE001 - the wall of the emulator
            _LOG.exception("emulator.request.failed")
            return refusal(ArmError(500, "InternalServerError", "The emulator met an unexpected error; see its log."))

    def _challenge(self, seen: Seen, error: ArmError) -> str:
        kind = "invalid_token" if "authorization" in seen.headers else "invalid_request"
        return (
            f'Bearer authorization_uri="{seen.origin}/{self.world.settings.tenant}", error="{kind}", '
            f'error_description="{str(error).translate(_QUOTED)}"'
        )

    def _authenticated(self, seen: Seen, request_id: str, trace: _Trace) -> Answer:
        graph = doors.is_graph(seen.path)
        caller = self._caller(seen, graph=graph)
        trace.caller = caller.object_id
        paths.check(seen.raw_path, seen.path)
        if seen.path == ALIVE:
            return Answer(200, json.dumps(dict(self.identity)).encode(), {"Content-Type": JSON_TYPE})
        if seen.path.startswith(OWN):
            self._require_control(seen, caller)
            return control.answer(self.world, self.log, seen)
        if graph:
            trace.kind = "graph"
            return doors.graph(self.world, seen, caller)
        return self._arm(seen, request_id, caller, trace)

    def _require_control(self, seen: Seen, caller: Caller) -> None:
        if not self.world.settings.control:
            raise addresses.unknown_path(seen.path)
        if caller.object_id != self.world.settings.caller:
            message = "Only the operator of the emulator may use its control address."
            raise ArmError(403, "AuthorizationFailed", message)

    def _caller(self, seen: Seen, *, graph: bool) -> Caller:
        """Read who sent the request out of its bearer token (4.4/1)."""
        given = seen.headers.get("authorization", "")
        scheme, _, token = given.partition(" ")
        if not given:
            raise tokens.unauthorized(
                "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or malformed."
            )
        if scheme.lower() != "bearer":
            raise tokens.unauthorized("InvalidAuthenticationToken", "The access token is invalid.")
        claims = self.world.tokens.read(token.strip())
        tokens.check(claims, self.world.settings.tenant, seen.started, graph=graph, hosts=self.world.hosts)
        return claims.caller

    def _arm(self, seen: Seen, request_id: str, caller: Caller, trace: _Trace) -> Answer:
        call = self._call(seen, request_id, caller)
        trace.kind = call.target.kind.value if call.target.kind is not None else call.target.shape.value
        reading = self.world.meter.admit(call)
        trace.headers = dict(reading.gateway)
        if reading.refusal is not None:
            return reading.refusal
        try:
            found = routes.respond(call)
        except ArmError as error:
            if not error.gateway:
                trace.headers |= self._of_service(call, reading.service)
            raise
        if found.status != 204:  # noqa: PLR2004 - answered by the gateway (3.1/14)
            trace.headers |= self._of_service(call, reading.service)
        return found

    def _of_service(self, call: Call, rates: Mapping[str, str]) -> dict[str, str]:
        """Give the headers that compute adds to its own answers, and the gateway does not (3.1)."""
        if not rates:
            return {}
        region = regions.short(call.target.location) or "westeurope"
        reference = call.request_id.replace("-", "").upper()
        stamp = datetime.fromtimestamp(call.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            **rates,
            "x-ms-operation-identifier": (
                f"tenantId={call.settings.tenant},objectId={call.caller.object_id}/{region}/{call.world.mint()}"
            ),
            "x-cache": "CONFIG_NOCACHE",
            "x-msedge-ref": f"Ref A: {reference} Ref B: EMULATOR Ref C: {stamp}",
        }

    def _call(self, seen: Seen, request_id: str, caller: Caller) -> Call:
        query = {name.lower(): value for name, value in parse_qsl(seen.query, keep_blank_values=True)}
        if len(query.get("$filter", "")) > filters.LONGEST:
            message = f"A filter has at most {filters.LONGEST} characters."
            raise ArmError(400, "InvalidFilter", message, gateway=True)
        return Call(
            world=self.world,
            method=seen.method,
            target=addresses.parse(seen.path),
            path=seen.path,
            query=query,
            body=bodies.content(seen),
            api_version=query.get("api-version", ""),
            origin=seen.origin,
            now=seen.started,
            request_id=request_id,
            caller=caller,
        )


_QUOTED = str.maketrans({'"': "'", "\r": " ", "\n": " "})
