"""What runs at a moment of an apply: since when, how long that usually takes, and how far each region is.

Shared by the live progress and the plain lines, so that both count alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reconciler.executor.run import Progress
from reconciler.model.plan import Action
from reconciler.model.report import RegionProgress
from reconciler.render.paint import Page
from reconciler.render.words import deed, whole_seconds_words

Expected = Callable[[Action], float | None]


def nothing_known(_action: Action) -> float | None:
    """No history: nothing is expected."""
    return None


@dataclass(frozen=True, slots=True)
class Going:
    """An action under way; `since` is a moment of the clock that counts."""

    action: Action
    since: float
    regions: tuple[RegionProgress, ...] = ()


class Running:
    """All actions under way in the order they began, and how many are done of all. `clock` gives seconds."""

    def __init__(self, total: int, clock: Callable[[], float], expected: Expected = nothing_known) -> None:
        self.total = total
        self.done = 0
        self.going: dict[str, Going] = {}
        self._clock = clock
        self._began = clock()
        self._expected = expected

    def take(self, progress: Progress) -> None:
        """Take in what one step brought."""
        now = self._clock()
        for result in progress.finished:
            self.going.pop(result.action_id, None)
            self.done += 1
        for action in progress.started:
            self.going[action.id] = Going(action, now)
        for task in progress.looked:
            known = self.going.get(task.action.id) or Going(task.action, now)
            self.going[task.action.id] = replace(known, regions=task.regions)

    @property
    def elapsed_words(self) -> str:
        """How long all of it runs."""
        return whole_seconds_words(self._clock() - self._began)

    def words(self, going: Going, page: Page) -> str:
        """`create rg/gallery/definition/1.0.0  2 min 3 s of about 5 min 0 s`."""
        return f"{deed(going.action.verb, going.action.address, going.action.id, page)}  {self.time_words(going)}"

    def time_words(self, going: Going) -> str:
        """How long it runs, and how long it usually takes where that is known."""
        elapsed, usual = whole_seconds_words(self._clock() - going.since), self._expected(going.action)
        return elapsed if usual is None else f"{elapsed} of about {whole_seconds_words(max(usual, 1.0))}"
