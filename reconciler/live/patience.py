"""How often a read is tried and how long it waits between tries. Writes are the executor's to repeat, not ours.

Only what may pass by itself is tried again: throttling, trouble on Azure's side, silence. A 403 or 404 is an answer.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from reconciler.live.answer import Answer, ErrorClass, NoAnswer, classify

PASSING = frozenset({ErrorClass.THROTTLED, ErrorClass.TRANSIENT})


@dataclass(frozen=True, slots=True)
class Patience:
    """`tries` in all; waits in seconds: full jitter up to `first`, doubling, never beyond `longest`.

    `draw` gives a number from 0 to 1; it and `sleep` come in so that tests need no patching.
    """

    tries: int = 3
    first: float = 0.5
    longest: float = 10.0
    draw: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep

    def pause(self, attempt: int, advised: float | None) -> None:
        """Wait before the next try: as Azure advises within `longest`, else with full jitter."""
        if advised is not None:
            self.sleep(min(advised, self.longest))
        else:
            self.sleep(self.draw() * min(self.first * 2**attempt, self.longest))


def ask(send: Callable[[], Answer], patience: Patience) -> Answer:
    """Send until there is an answer that will not pass by itself, or the tries are used up. Raises NoAnswer."""
    for attempt in range(patience.tries - 1):
        try:
            answer = send()
        except NoAnswer:
            patience.pause(attempt, None)
            continue
        if answer.ok or classify(answer) not in PASSING:
            return answer
        patience.pause(attempt, answer.retry_after)
    return send()
