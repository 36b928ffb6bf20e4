"""Replication of a version: when each region starts and ends, and how far it is at a moment.

The plan of a write is made once, as start and end per region, and stored with the version; status and
progress are functions of that and the clock. The home region comes first, the others one after another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator import regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.emulator.records import JSON
    from reconciler.emulator.settings import Doubts
    from reconciler.emulator.world import Call

_DONE = 100


@dataclass(frozen=True, slots=True)
class Course:
    """The planned course of one write: region timelines, end of the operation, and its failure."""

    timelines: JSON
    ends: float
    failure: JSON | None


def plan(call: Call, targets: Sequence[str], home: str, before: JSON | None, verdict: JSON | None = None) -> Course:
    """Plan a write that leaves the version in `targets` (short names); `before` None means a new version.

    `verdict` is the error that the work ends in wherever it is tried, when that is known beforehand.
    """
    settings, now = call.settings, call.now
    known = before or {}
    todo = [region for region in targets if region not in known or known[region]["fails"]]
    todo.sort(key=lambda region: region != home)
    timelines = {region: known[region] for region in targets if region in known}
    ends = now if before is None else now + settings.scaled(settings.durations.version_write)
    doubts = settings.doubts
    seconds = durations(call, todo, new=before is None)
    for region in todo:
        done = now + settings.scaled(min(seconds[region], doubts.replication_limit))
        ends = max(ends, done)
        to = done if region == home else done + settings.scaled(doubts.replication_lag)
        details = _trouble(call, region, seconds[region], verdict)
        timelines[region] = {"from": now, "to": to, "fails": details is not None, "details": details}
    if verdict is None and any(lasts > doubts.replication_limit for lasts in seconds.values()):
        verdict = {"code": doubts.replication_limit_code, "message": doubts.replication_limit_message}
    failed = [region for region in targets if timelines[region]["fails"]]
    return Course(timelines, ends, (verdict or _failure(doubts, failed)) if failed else None)


def durations(call: Call, todo: Sequence[str], *, new: bool) -> dict[str, float]:
    """Decide how many emulated seconds each region of a write takes (3.2/5), in the order they are worked on.

    Faults make a region slow, or let it never end by itself.
    """
    times = call.settings.durations
    first = times.version_create if new else times.region_add
    slow = {regions.fold(fault.region): fault.factor for fault in call.world.faults.standing("region_slow")}
    stuck = {regions.fold(fault.region): math.inf for fault in call.world.faults.standing("region_stuck")}
    factors = slow | stuck
    usual = {region: first + place * times.region_spread for place, region in enumerate(todo)}
    return {region: seconds * factors.get(region, 1.0) for region, seconds in usual.items()}


def _trouble(call: Call, region: str, seconds: float, verdict: JSON | None) -> str | None:
    """Say why a region is going to fail; None if it is not."""
    if verdict is not None:
        return str(verdict["message"])
    if seconds > call.doubts.replication_limit:
        return call.doubts.replication_limit_message
    failing = {regions.fold(name) for name in call.settings.failing_regions}
    spoiled = region in failing or call.world.faults.spoils(region, call.method, call.path)
    return call.doubts.replication_failure_details if spoiled else None


def _failure(doubts: Doubts, failed: Sequence[str]) -> JSON:
    """Word the failure of an operation whose regions failed (4.3/15)."""
    details = ", ".join(f"{{region:{region}, detail:{doubts.replication_failure_details}}}" for region in failed)
    message = (
        "Gallery replication jobs failed in one or more regions. The failing regions' details are as follows: "
        f"'{details}'. If retry does not work, then please do an update by removing the failed regions and update "
        "again by adding them back."
    )
    return {"code": doubts.replication_failure_code, "message": message}


def replicated(timelines: JSON, region: str) -> bool:
    """Tell whether a region holds, or is getting, a copy: one that failed does not."""
    return region in timelines and not timelines[region]["fails"]


def status(doubts: Doubts, timelines: JSON, targets: Sequence[str], now: float) -> JSON:
    """Build replicationStatus (3.6/3): per region in the order of targetRegions, and the aggregate."""
    summary = [_region(doubts, timelines[region], region, now) for region in targets]
    states = {item["state"] for item in summary}
    order = ("Failed", "Replicating") if doubts.replication_aggregate == "failed_first" else ("Replicating", "Failed")
    aggregate = next((state for state in order if state in states), "Completed")
    aggregate = "InProgress" if aggregate == "Replicating" else aggregate
    return {"aggregatedState": aggregate, "summary": summary}


def _region(doubts: Doubts, timeline: JSON, region: str, now: float) -> JSON:
    item: JSON = {"region": regions.display(region), "state": "Replicating", "details": "", "progress": 0}
    if now < timeline["to"]:
        if doubts.replication_progress == "none_until_done":
            return item
        done = (now - timeline["from"]) / (timeline["to"] - timeline["from"])
        item["progress"] = min(_DONE - 1, max(0, int(done * _DONE)))
    elif timeline["fails"]:
        item |= {"state": "Failed", "details": timeline.get("details") or doubts.replication_failure_details}
    else:
        item |= {"state": "Completed", "progress": _DONE}
    return item
