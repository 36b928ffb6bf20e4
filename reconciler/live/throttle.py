"""When the next request of a sort may be sent: what Azure said last about a subscription counts for all threads.

One 429 closes the door for everybody who would run into it too, until its Retry-After is over (facts 4.5/1, 4.5/16);
and where a limit is nearly reached, requests come one by one before Azure has to say so (fact 4.5/3).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from reconciler.live.answer import Answer, ErrorClass, classify

SIDES: Final = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}
REMAINING: Final = "x-ms-ratelimit-remaining-resource"
LEFT: Final = re.compile(r"/(\w+?)(3|30)Min;(\d+)")
LOW: Final = 5
"""So many requests of a window before its end, and they come one by one."""
SPACING: Final = {"3": 180 / 50, "30": 1800 / 300}
"""Seconds between requests of the tightest policy (fact 4.5/4), by the minutes of the window."""
UNADVISED: Final = 1.0
LONGEST: Final = 300.0
"""Azure's seconds beyond which an advice is not believed."""
ALWAYS_KEPT: Final = 2.0
"""Our seconds for which any advice is kept, however fast Azure's time runs."""
SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/?]+)", re.IGNORECASE)
NAMED: Final = re.compile(r"/providers/([^?]*)", re.IGNORECASE)


class Throttle:
    """The doors of one gateway. `clock` gives seconds; `scale` is how fast Azure's time runs against it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, scale: float = 1.0) -> None:
        self._clock = clock
        self._scale = scale
        self._lock = threading.Lock()
        self._closed: dict[tuple[str, str], float] = {}

    def held(self, method: str, url: str) -> float:
        """Seconds until such a request may be sent; 0 where it may be now."""
        now = self._clock()
        with self._lock:
            until = max((self._closed.get(door, 0.0) for door in _doors(method, url)), default=0.0)
        return max(0.0, until - now)

    def observe(self, method: str, url: str, answer: Answer) -> None:
        """Learn from an answer of Azure."""
        by_subscription, by_sort = _doors(method, url)
        if not answer.ok and classify(answer) is ErrorClass.THROTTLED:
            advised = answer.retry_after
            seconds = UNADVISED * self._scale if advised is None else advised
            whole = REMAINING not in answer.headers  # said by the gateway in front: it counts for the subscription
            self._close(by_subscription if whole else by_sort, min(seconds, max(LONGEST * self._scale, ALWAYS_KEPT)))
        elif answer.ok:
            self._close(by_sort, _spacing(answer.headers) * self._scale)

    def _close(self, door: tuple[str, str], seconds: float) -> None:
        if seconds <= 0:
            return
        until = self._clock() + seconds
        with self._lock:
            self._closed[door] = max(until, self._closed.get(door, 0.0))


def _doors(method: str, url: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """A request passes two: that of its subscription and direction, and that of requests of its sort."""
    found = SUBSCRIPTION.search(url)
    subscription = found[1].lower() if found else ""
    side = SIDES.get(method, "writes")
    named = NAMED.findall(url)
    words = named[-1].strip("/").lower().split("/") if named else []
    sort = "/".join(words[1::2])  # the types of an id, without the names between them
    listing = "s" if len(words) % 2 == 0 else ""
    return (subscription, side), (subscription, f"{method} {sort}{listing}")


def _spacing(headers: Mapping[str, str]) -> float:
    """Seconds to leave before the next request of the sort, where little is left of a window."""
    pairs = LEFT.findall(headers.get(REMAINING, ""))
    return max((SPACING[window] for _, window, left in pairs if int(left) < LOW), default=0.0)
