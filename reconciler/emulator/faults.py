"""Faults that a test or a rehearsal injects: wrong answers, lost connections, slow regions, late principals.

They stand apart from the rules because they say nothing about Azure, only about bad days: some strike the raw request
before any rule looks at it, the others are asked for by the rule whose work they spoil.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, get_args

from reconciler.emulator import regions
from reconciler.emulator.trouble.throttling import BUCKETS, POLICIES

Effect = Literal[
    "answer",
    "delay",
    "drop",
    "cut",
    "page_fails",
    "page_cut",
    "throttle",
    "region_slow",
    "region_stuck",
    "region_fails",
    "operation_fails",
    "operation_lost",
    "list_lags",
    "principal_late",
    "clock_skew",
]
EFFECTS: tuple[Effect, ...] = get_args(Effect)
_ON_REQUESTS = frozenset({"answer", "delay", "drop", "cut", "page_fails", "page_cut"})
_ON_LATER_PAGES = frozenset({"page_fails", "page_cut"})
_LOWEST, _HIGHEST = 400, 599
_DAY, _MOST_SECONDS, _MOST_FAULTS = 86_400, 1_000_000, 500
_METHODS = ("*", "GET", "HEAD", "PUT", "PATCH", "POST", "DELETE")
_FRAMING = ("content-length", "transfer-encoding", "connection")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~\-]+", re.ASCII)
_LATER_PAGE = re.compile(r"(?:\$|%24)skiptoken=", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what it strikes (`method`; `path` is searched in path and query), how, and how often.

    On requests: "answer" sends `status` with an ARM error (status None: the true answer with `headers`), "drop" closes
    without doing anything, "cut" does the work and sends half of the promised bytes, "page_fails" and "page_cut" are
    "answer" (500 unless stated) and "cut" for the second and later pages of lists. Each of them, and "delay" alone,
    first waits `delay` real seconds. "throttle" sets the `limit` of a rate `policy` (4.5/4-4.5/15, or "reads",
    "writes", "deletes") and answers 429 over it.

    On the work: "region_slow" makes a `region` take `factor` times as long, "region_stuck" lets it run into the limit
    of replication, "region_fails" fails it; "operation_fails" fails the operation that a matching write starts with
    `code` and `message`; "operation_lost" forgets the result of a matching operation (404); "list_lags" lets lists
    trail behind by `seconds` (emulated); "principal_late" hides a `principal` from the directory; "clock_skew" puts
    the emulator's clock ahead by `seconds` (real).

    `times` None means for ever; standing conditions (slow and stuck regions, lists, the clock) do not count down. Of
    "region_fails" each matching write that works on the region uses up one.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    method: str = "*"
    path: str = ".*"
    status: int | None = None
    code: str = "InternalServerError"
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    effect: Effect = "answer"
    times: int | None = None
    region: str = ""
    factor: float = 10.0
    seconds: float = 0.0
    policy: str = ""
    limit: int = 0
    principal: str = ""

    def strikes(self, method: str, address: str) -> bool:
        """Tell whether a request with this method and path?query is struck."""
        if self.method not in ("*", method):
            return False
        if self.effect in _ON_LATER_PAGES and _LATER_PAGE.search(address) is None:
            return False
        return re.search(self.path, address, re.IGNORECASE) is not None

    @property
    def way(self) -> Literal["answer", "cut", "drop"]:
        """How the answer to a struck request is sent."""
        if self.effect in ("cut", "page_cut"):
            return "cut"
        return "drop" if self.effect == "drop" else "answer"


def check(fault: Fault) -> None:
    """Refuse what cannot work, does nothing, or names what there is not: nobody would notice (ValueError)."""
    try:
        re.compile(fault.path)
    except re.error as error:
        raise ValueError(str(error)) from error
    if fault.effect not in EFFECTS:
        raise ValueError(f"unknown effect “{fault.effect}”; known are {', '.join(EFFECTS)}")
    _check_figures(fault)
    for name, value in fault.headers.items():
        plain = _HEADER.fullmatch(name) is not None and value.isprintable() and value.isascii()
        if not plain or name.lower() in _FRAMING:
            raise ValueError(f"header “{name}” cannot be sent")
    _check_names(fault)


def _check_figures(fault: Fault) -> None:
    if fault.status is not None and not _LOWEST <= fault.status <= _HIGHEST:
        raise ValueError(f"status {fault.status} is none that an error has ({_LOWEST}-{_HIGHEST})")
    if not (0 <= fault.delay <= _DAY and 0 <= fault.factor <= _DAY and fault.limit >= 0):
        raise ValueError("delay, factor and limit must not be below zero, nor beyond a day")
    if fault.times is not None and fault.times < 1:
        raise ValueError("times must be at least 1, or left out for ever")
    if not abs(fault.seconds) <= _MOST_SECONDS:
        raise ValueError(f"seconds must lie between {-_MOST_SECONDS} and {_MOST_SECONDS}")


def _check_names(fault: Fault) -> None:
    if fault.effect == "throttle" and fault.policy not in (*POLICIES, *BUCKETS):
        raise ValueError(f"policy “{fault.policy}” is none; known are {', '.join((*POLICIES, *BUCKETS))}")
    if fault.effect.startswith("region_") and regions.short(fault.region) is None:
        raise ValueError(f"region “{fault.region}” is none")
    if fault.effect == "principal_late" and not fault.principal:
        raise ValueError("principal is missing")
    if fault.effect == "answer" and fault.status is None and not fault.delay and not fault.headers:
        raise ValueError("status is missing")
    if fault.method not in _METHODS:
        raise ValueError(f"method “{fault.method}” is none; known are {', '.join(_METHODS)}")


class Faults:
    """The faults in force, in the order they were added; the first that matches strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Put one more fault in force; what cannot work is a ValueError here, not a surprise at a request."""
        check(fault)
        if fault.effect == "page_fails" and fault.status is None:
            fault = replace(fault, status=500)
        with self._lock:
            if len(self._faults) >= _MOST_FAULTS:
                raise ValueError(f"there are {_MOST_FAULTS} faults already")
            self._faults.append(fault)

    def clear(self) -> None:
        """Lift every fault."""
        with self._lock:
            self._faults.clear()

    def all(self) -> tuple[Fault, ...]:
        """Give the faults in force."""
        with self._lock:
            return tuple(self._faults)

    def take(self, method: str, address: str) -> Fault | None:
        """Find the fault that strikes this request and use up one of its times."""
        return self._first(lambda fault: fault.effect in _ON_REQUESTS and fault.strikes(method, address))

    def strike(self, effect: Effect, method: str, address: str) -> Fault | None:
        """Find the fault of one effect that spoils this work and use up one of its times."""
        return self._first(lambda fault: fault.effect == effect and fault.strikes(method, address))

    def hides(self, principal: str) -> bool:
        """Tell whether a principal is not known yet, and use up one of the times."""
        folded = principal.lower()
        found = self._first(lambda one: one.effect == "principal_late" and one.principal.lower() == folded)
        return found is not None

    def spoils(self, region: str, method: str, address: str) -> bool:
        """Tell whether a region (short name) fails in this write, and use up one of the times."""

        def wanted(one: Fault) -> bool:
            return one.effect == "region_fails" and regions.fold(one.region) == region and one.strikes(method, address)

        return self._first(wanted) is not None

    def standing(self, effect: Effect) -> tuple[Fault, ...]:
        """Give the conditions of one effect."""
        if not self._faults:
            return ()
        with self._lock:
            return tuple(fault for fault in self._faults if fault.effect == effect)

    def skew(self) -> float:
        """By how many real seconds the clock is ahead."""
        return sum(fault.seconds for fault in self.standing("clock_skew"))

    def _first(self, wanted: Callable[[Fault], bool]) -> Fault | None:
        if not self._faults:
            return None
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not wanted(fault):
                    continue
                if fault.times is not None:
                    left = fault.times - 1
                    self._faults[index : index + 1] = [replace(fault, times=left)] if left > 0 else []
                return fault
        return None
