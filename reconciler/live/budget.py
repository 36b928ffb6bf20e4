"""How often a version may be asked for its replication: the one read that takes a request per version (fact 3.6/1).

Apart from the throttle, which follows what Azure says: this is our own promise to leave others room, per subscription.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

PER_SECOND: Final = 5.0
BURST: Final = 5
DUST: Final = 1e-6
"""Seconds that are none: what is left of adding and taking away times."""
LEFT_TO_OTHERS: Final = 2
"""So many turns are kept for those who need an answer, when somebody asks who would only like one."""


class Budget:
    """Turns for each subscription. `clock` gives seconds; `scale` is how fast Azure's time runs against it, 0 at once.

    A turn that nobody took is kept, up to a burst. Safe to share between threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, scale: float = 1.0) -> None:
        self._clock = clock
        self._spacing = scale / PER_SECOND
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def reserve(self, subscription: str) -> float:
        """Take the next turn; returns the seconds until it comes."""
        return self._turn(subscription, within=float("inf"))

    def take(self, subscription: str, *, spare: bool = False) -> float:
        """Take a turn if there is one now and return 0, else the seconds after which to ask again.

        With `spare` the last turns are left to others.
        """
        return self._turn(subscription, within=-LEFT_TO_OTHERS * self._spacing if spare else 0.0)

    def left(self, subscription: str) -> int:
        """How many turns nobody would have to wait for."""
        if not self._spacing:
            return BURST
        with self._lock:
            coming = self._next.get(subscription.lower(), 0.0)
        kept = (self._clock() - coming + DUST) // self._spacing + 1
        return max(0, min(BURST, int(kept)))

    def _turn(self, subscription: str, within: float) -> float:
        """`_next` is when turns would run out if everybody waited in line; a burst lets it lie in the past."""
        now, key = self._clock(), subscription.lower()
        with self._lock:
            coming = max(self._next.get(key, 0.0), now - (BURST - 1) * self._spacing)
            wait = coming - now
            if wait > within + DUST:
                return wait - min(within, 0.0)
            self._next[key] = coming + self._spacing
        return wait if wait > DUST else 0.0
