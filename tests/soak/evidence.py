"""What the emulator itself knows of a run: which writes came, and which operation ran from when to when.

Nothing here asks the program under test: its own words about what it did are no evidence.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.emulator.traffic import RequestRecord
from reconciler.executor.write import method_of
from reconciler.model.plan import Plan

WRITES = frozenset({"PUT", "PATCH", "POST", "DELETE"})
TAKEN = frozenset({200, 201, 202})
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation in Azure, in seconds of the emulator's clock."""

    started: float
    ends: float
    failed: bool


def operations(state: Path) -> tuple[Operation, ...]:
    """Every operation that a write began."""
    with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT started, ends, failure IS NOT NULL FROM operations")
        return tuple(Operation(started, ends, bool(failed)) for started, ends, failed in rows)


def in_flight(state: Path) -> int:
    """How many operations run at this moment."""
    now = time.time()
    return sum(one.started <= now < one.ends for one in operations(state))


def place(method: str, path: str) -> Place:
    """A write as the log and a plan name it alike."""
    return method, path.lower().removesuffix("/share")


def held(plan: Plan) -> Counter[Place]:
    """The writes that a plan holds, and how often."""
    return Counter(place(method_of(action), action.resource_id) for action in plan.writes)


def sent(records: Collection[RequestRecord]) -> list[RequestRecord]:
    """The writes among the requests, oldest first."""
    return [one for one in records if one.method in WRITES]


def repeated(records: Collection[RequestRecord], state: Path) -> list[Any]:
    """Writes that came again while the operation of the same write still ran: method, path, how long it had left.

    An operation begins at the very moment of the request that began it, so the moment names the request.
    """
    ends = {one.started: one.ends for one in operations(state)}
    running: dict[Place, float] = defaultdict(float)
    found = []
    for one in sorted(sent(records), key=lambda record: record.started):
        key = place(one.method, one.path)
        if one.started < running[key]:
            found.append((*key, one.status, round(running[key] - one.started, 3)))
        running[key] = max(running[key], ends.get(one.started, 0.0))
    return found


def needless(records: Collection[RequestRecord], state: Path, plan: Plan) -> list[Any]:
    """Resources that took more PUTs than a plan holds for them, though no operation on them failed: path, how many."""
    failed = {one.started for one in operations(state) if one.failed}
    puts = [one for one in sent(records) if one.method == "PUT"]
    exempt = {place(one.method, one.path) for one in puts if one.started in failed}
    taken = Counter(place(one.method, one.path) for one in puts if one.status in TAKEN)
    return [(key, count) for key, count in (taken - held(plan)).items() if key not in exempt]
