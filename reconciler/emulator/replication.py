"""Replication of a version: when each region starts and ends, and how far it is at a moment.

The plan of a write is made once, as start and end per region, and stored with the version; status and
progress are functions of that and the clock. The home region comes first, the others one after another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator import regions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.emulator.records import JSON
    from reconciler.emulator.settings import EmulatorSettings

_DONE = 100


@dataclass(frozen=True, slots=True)
class Course:
    """The planned course of one write: region timelines, end of the operation, and its failure."""

    timelines: JSON
    ends: float
    failure: JSON | None


def plan(settings: EmulatorSettings, targets: Sequence[str], home: str, before: JSON | None, now: float) -> Course:
    """Plan a write that leaves the version in `targets` (short names); `before` None means a new version."""
    known = before or {}
    todo = [region for region in targets if region not in known or known[region]["fails"]]
    todo.sort(key=lambda region: region != home)
    first = settings.durations.version_create if before is None else settings.durations.region_add
    lag = settings.scaled(settings.doubts.replication_lag)
    failing = {regions.fold(region) for region in settings.failing_regions}
    timelines = {region: known[region] for region in targets if region in known}
    ends = now if before is None else now + settings.scaled(settings.durations.version_write)
    for place, region in enumerate(todo):
        done = now + settings.scaled(first + place * settings.durations.region_spread)
        ends = max(ends, done)
        to = done if region == home else done + lag
        timelines[region] = {"from": now, "to": to, "fails": region in failing}
    failed = [region for region in targets if timelines[region]["fails"]]
    return Course(timelines, ends, _failure(failed) if failed else None)


def _failure(failed: Sequence[str]) -> JSON:
    """Word the failure of an operation whose regions failed (4.3/15)."""
    details = ", ".join(f"{{region:{region}, detail:Failed with internal server error.}}" for region in failed)
    message = (
        "Gallery replication jobs failed in one or more regions. The failing regions' details are as follows: "
        f"'{details}'. If retry does not work, then please do an update by removing the failed regions and update "
        "again by adding them back."
    )
    return {"code": "GalleryReplicationJobsFailed", "message": message}


def replicated(timelines: JSON, region: str) -> bool:
    """Tell whether a region holds, or is getting, a copy: one that failed does not."""
    return region in timelines and not timelines[region]["fails"]


def status(timelines: JSON, targets: Sequence[str], now: float) -> JSON:
    """Build replicationStatus (3.6/3): per region in the order of targetRegions, and the aggregate."""
    summary = [_region(timelines[region], region, now) for region in targets]
    states = {item["state"] for item in summary}
    aggregate = next((state for state in ("Failed", "Replicating") if state in states), "Completed")
    aggregate = "InProgress" if aggregate == "Replicating" else aggregate
    return {"aggregatedState": aggregate, "summary": summary}


def _region(timeline: JSON, region: str, now: float) -> JSON:
    item: JSON = {"region": regions.display(region), "state": "Replicating", "details": "", "progress": 0}
    if now < timeline["to"]:
        done = (now - timeline["from"]) / (timeline["to"] - timeline["from"])
        item["progress"] = min(_DONE - 1, max(0, int(done * _DONE)))
    elif timeline["fails"]:
        item |= {"state": "Failed", "details": "Failed with internal server error."}
    else:
        item |= {"state": "Completed", "progress": _DONE}
    return item
