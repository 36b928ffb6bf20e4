"""Rates: what is left of each policy, told with every answer, and 429 where a limit is enforced.

Compute counts per subscription and policy in windows of 3 and 30 minutes (4.5/3); ARM holds token buckets per
subscription and principal (4.5/16). Both run on emulated time. Limits are enforced on request only, for all or for
one policy by a fault, but the remainders are always those of a true count.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.emulator import moments
from reconciler.emulator.addresses import Kind, Shape
from reconciler.emulator.answers import Answer, ArmError, advice, compacted, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.faults import Faults
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.emulator.world import Call

POLICIES: Mapping[str, tuple[int, int]] = {
    "CreateUpdateGallery": (50, 300),
    "GetGallery": (350, 2_500),
    "DeleteGallery": (50, 300),
    "ListGalleryInResourceGroup": (100, 1_000),
    "ListGalleryInSubscription": (100, 1_000),
    "CreateUpdateGalleryImage": (150, 750),
    "GetGalleryImage": (600, 3_000),
    "DeleteGalleryImage": (50, 300),
    "ListGalleryImagesInGallery": (600, 3_000),
    "CreateUpdateGalleryImageVersion": (375, 1_200),
    "GetGalleryImageVersion": (2_000, 10_000),
    "DeleteGalleryImageVersion": (150, 1_000),
    "ListGalleryImageVersionsInGalleryImage": (600, 3_000),
    "GetOperationStatus": (5_000, 15_000),
    "ListSoftDeletedResourcesInGallery": (1_500, 10_000),
    "PostShareGallery": (10, 60),
}
"""Limits in 3 and in 30 minutes: recorded ones (4.5/4-4.5/15, 2.2), and for other lists a guess."""
BUCKETS: Mapping[str, tuple[int, float]] = {
    "reads": (1_100, 25.0),
    "writes": (200, 10.0),
    "deletes": (200, 10.0),
    "global-reads": (3_750, 375.0),
    "global-writes": (3_000, 150.0),
}
"""Capacity and refill a second (4.5/16); deletes are not counted globally, as far as anybody has seen."""
_KEPT = 50_000
_WINDOWS = (("3Min", 180.0), ("30Min", 1_800.0))
_NAMES = {Kind.GALLERY: "Gallery", Kind.IMAGE: "GalleryImage", Kind.VERSION: "GalleryImageVersion"}
_VERBS = {"GET": "Get", "HEAD": "Get", "PUT": "CreateUpdate", "PATCH": "CreateUpdate", "DELETE": "Delete"}
_LISTS = {Kind.IMAGE: "ListGalleryImagesInGallery", Kind.VERSION: "ListGalleryImageVersionsInGalleryImage"}
_ARM_SIDE = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a request left: headers of ARM's side, headers of compute's, and the 429 if it was one too many."""

    gateway: Mapping[str, str]
    service: Mapping[str, str]
    refusal: Answer | None = None


@dataclass(slots=True)
class Meter:
    """The counts of one emulator."""

    settings: EmulatorSettings
    faults: Faults
    windows: dict[tuple[str, str, str], tuple[float, int]] = field(default_factory=dict)
    buckets: dict[tuple[str, str, str], tuple[float, float]] = field(default_factory=dict)

    def admit(self, call: Call) -> Reading:
        """Count one request."""
        side = _ARM_SIDE.get(call.method, "writes")
        left = {name: self._bucket(call, name) for name in (side, f"global-{side}") if name in BUCKETS}
        gateway = {
            f"x-ms-ratelimit-remaining-subscription-{name}": str(int(max(0, rest))) for name, rest in left.items()
        }
        if min(left.values()) < 0:
            return Reading(gateway, {}, self._by_gateway(call, side))
        policy = policy_of(call)
        return Reading(gateway, {}) if not policy else self._counted(call, policy, gateway)

    def _bucket(self, call: Call, name: str) -> float:
        """Take one token; a negative rest means that there was none, where the limit is enforced."""
        limit, enforced = self._limit(name)
        capacity, refill = BUCKETS[name]
        capacity = capacity if limit is None else limit
        slot = (call.target.subscription.lower(), call.caller.object_id, name)
        rest, since = self.buckets.get(slot, (float(capacity), call.now))
        scale = self.settings.time_scale
        gained = capacity if scale <= 0 else (call.now - since) / scale * refill
        rest = min(float(capacity), rest + max(0.0, gained)) - 1
        kept = max(0.0, rest) if rest >= 0 or not enforced else rest + 1
        if len(self.buckets) > _KEPT:
            self.buckets.clear()
        self.buckets[slot] = (kept, call.now)
        return rest if enforced else max(0.0, rest)

    def _limit(self, name: str) -> tuple[int | None, bool]:
        """Give the limit that a fault sets for a policy, and whether it is enforced."""
        for fault in self.faults.standing("throttle"):
            if fault.policy == name:
                return fault.limit, True
        return None, self.settings.throttle

    def _counted(self, call: Call, policy: str, gateway: Mapping[str, str]) -> Reading:
        limit, enforced = self._limit(policy)
        usual = self.settings.rates.get(policy, POLICIES[policy])
        limits = usual if limit is None else (limit, limit)
        pairs: list[str] = []
        refusal: Answer | None = None
        for (window, length), most in zip(_WINDOWS, limits, strict=True):
            started, count = self._window(call, policy, window, length)
            pairs.append(f"Microsoft.Compute/{policy}{window};{max(0, most - count)}")
            if enforced and count > most and refusal is None:
                refusal = self._by_service(call, f"{policy}{window}", (started, length), (most, count))
        return Reading(gateway, {"x-ms-ratelimit-remaining-resource": ",".join(pairs)}, refusal)

    def _window(self, call: Call, policy: str, window: str, length: float) -> tuple[float, int]:
        """Count one request in a window, which begins anew when it is over; give its start and its count."""
        slot = (call.target.subscription.lower(), policy, window)
        started, count = self.windows.get(slot, (call.now, 0))
        if call.now >= started + self.settings.scaled(length):
            started, count = call.now, 0
        if len(self.windows) > _KEPT:
            self.windows.clear()
        self.windows[slot] = (started, count + 1)
        return started, count + 1

    def _by_service(self, call: Call, group: str, window: tuple[float, float], counts: tuple[int, int]) -> Answer:
        """Word compute's own 429, which has no outer `error` (4.5/1)."""
        started, length = window
        ends = started + self.settings.scaled(length)
        told = {
            "operationGroup": group,
            "startTime": moments.at(started),
            "endTime": moments.at(ends),
            "allowedRequestCount": counts[0],
            "measuredRequestCount": counts[1],
        }
        body = {
            "code": "OperationNotAllowed",
            "message": (
                "The server rejected the request because too many requests have been received for this subscription."
            ),
            "details": [{"code": "TooManyRequests", "target": group, "message": json.dumps(told)}],
        }
        headers = {
            "x-ms-ratelimit-remaining-resource": f"Microsoft.Compute/{group};0",
            **_wait(ends - call.now, self.settings.time_scale),
        }
        return compacted(429, body, headers)

    def _by_gateway(self, call: Call, side: str) -> Answer:
        """Word ARM's 429 (4.5/1): one token is there again after a moment."""
        seconds = self.settings.scaled(1 / BUCKETS[side][1])
        subscription = call.target.subscription
        message = f"Number of '{side}' for subscription '{subscription}' exceeded. Please try again after a while."
        headers = _wait(seconds, self.settings.time_scale)
        return refusal(ArmError(429, call.doubts.throttled_code, message, gateway=True, headers=headers))


def _wait(real_seconds: float, time_scale: float) -> dict[str, str]:
    return advice(real_seconds / time_scale if time_scale > 0 else 0.0, time_scale)


def policy_of(call: Call) -> str:
    """Name the policy of compute that a request counts against; empty for none."""
    kind, shape = call.target.kind, call.target.shape
    if shape is Shape.OPERATION:
        return "GetOperationStatus"
    if kind is Kind.SOFT_DELETED:
        return "ListSoftDeletedResourcesInGallery"
    if kind not in _NAMES:
        return ""
    if shape is Shape.SHARE:
        return "PostShareGallery"
    if shape is Shape.LIST:
        inside = "ListGalleryInResourceGroup" if call.target.group else "ListGalleryInSubscription"
        return _LISTS.get(kind, inside)
    verb = _VERBS.get(call.method)
    return f"{verb}{_NAMES[kind]}" if verb else ""
