"""Faults that a test or a rehearsal injects: wrong answers, delays, cut and dropped connections.

They stand apart from the rules because they say nothing about Azure, only about the way to it:
they are matched on the raw request, before any rule looks at it.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: which requests it strikes (`path` is searched in path and query) and how.

    `effect`: "answer" sends `status` with an ARM error (status None: the true answer, after `delay`),
    "cut" does the work and sends only half of the promised bytes, "drop" closes without doing anything.
    `times` None means for ever; `delay` is in real seconds.
    """

    method: str = "*"
    path: str = ".*"
    status: int | None = None
    code: str = "InternalServerError"
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    effect: Literal["answer", "cut", "drop"] = "answer"
    times: int | None = None

    def strikes(self, method: str, address: str) -> bool:
        """Tell whether a request with this method and path?query is struck."""
        if self.method not in ("*", method):
            return False
        return re.search(self.path, address, re.IGNORECASE) is not None


class Faults:
    """The faults in force, in the order they were added; the first that matches strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Put one more fault in force; a broken pattern is an error here, not at the next request."""
        re.compile(fault.path)
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Lift every fault."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, address: str) -> Fault | None:
        """Find the fault that strikes this request and use up one of its times."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fault.strikes(method, address):
                    continue
                if fault.times is not None:
                    left = fault.times - 1
                    self._faults[index : index + 1] = [replace(fault, times=left)] if left > 0 else []
                return fault
        return None
