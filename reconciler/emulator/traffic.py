"""Requests as they came, and the log of those that were answered.

The log is what tests, benchmarks and the control address count and look at; it says nothing about Azure, so it
stands apart from the rules. It is bounded: the oldest half goes when it is full, the counters go on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.emulator import bodies

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came, body read; `path` is decoded, `raw_path` is not, `origin` is scheme://host."""

    method: str
    path: str
    raw_path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    started: float
    origin: str
    too_large: bool = False

    @property
    def address(self) -> str:
        """Path and query, as faults are matched against."""
        return f"{self.path}?{self.query}"


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One answered request; status 0 means that nothing was sent."""

    method: str
    path: str
    query: str
    status: int
    content: bytes
    started: float
    caller: str = ""

    @property
    def body(self) -> Any:
        """The JSON that was sent; None where it was none, too large to be kept, or without a caller."""
        return bodies.loaded(self.content)


@dataclass(slots=True)
class Log:
    """The answered requests, oldest first, and how many there were by method, kind and status."""

    records: list[RequestRecord] = field(default_factory=list)
    counters: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def add(self, record: RequestRecord, kind: str) -> None:
        """Keep one more."""
        if len(self.records) >= _KEPT:
            del self.records[: _KEPT // 2]
        self.records.append(record)
        self.counters[record.method, kind, record.status] += 1

    def clear(self) -> None:
        """Forget everything."""
        self.records.clear()
        self.counters.clear()
