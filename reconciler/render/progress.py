"""What people see while an apply runs: what starts, how far each region is, and how each action ended. To stderr.

When nothing happens for a while, a line says what still runs: a log that is silent for an hour looks like a dead one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, TextIO

from reconciler.executor.run import Progress
from reconciler.model.address import Address
from reconciler.model.report import RegionProgress
from reconciler.render.layout import cut, fold, items
from reconciler.render.paint import Page
from reconciler.render.report_text import regions_words, result_line
from reconciler.render.running import Running
from reconciler.render.words import deed, safe, where

SILENCE: Final = 30.0  # seconds
NAMED: Final = 5  # of what runs, so many are named
QUARTER: Final = 25  # per cent


class ProgressLines:
    """Prints one line per event; a version's regions again only when they moved."""

    def __init__(self, stream: TextIO, page: Page, running: Running, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._page = page
        self._running = running
        self._clock = clock
        self._told_at = clock()
        self._shown: dict[str, dict[str, tuple[str, int]]] = {}
        self._told: dict[str, str] = {}

    def show(self, progress: Progress) -> None:
        """Print what one step brought, or after some silence what still runs."""
        self._running.take(progress)
        for task in progress.looked:
            if task.note and self._told.get(task.action.id) != task.note:
                self._told[task.action.id] = task.note
                self._regions(task.action.address, safe(task.note))
            self._moved(task.action.id, task.action.address, task.regions)
        for result in progress.finished:
            self._moved(result.action_id, result.address, result.regions)
            self._line(result_line(result, self._page))
        for action in progress.started:
            started = cut(f"… {deed(action.verb, action.address, action.id, self._page)}", self._page.width)
            self._line(self._page.paint(started, "dim"))
        if self._running.going and self._clock() - self._told_at >= SILENCE:
            self._still_running()

    def _still_running(self) -> None:
        running = self._running
        names = [running.words(going, self._page) for going in list(running.going.values())[:NAMED]]
        more = len(running.going) - len(names)
        told = [*names, *([f"and {more} more"] if more else []), f"{running.done} of {running.total} done"]
        self._line(self._page.paint("\n".join(items(told, self._page.width, first="… still running: ")), "dim"))

    def _moved(self, key: str, address: Address, regions: tuple[RegionProgress, ...]) -> None:
        """Tell of the regions that came into another state or another quarter of their way since they were told of."""
        shown = self._shown.setdefault(key, {})
        moved = [each for each in regions if shown.get(each.region) != (each.state, each.progress // QUARTER)]
        shown.update({each.region: (each.state, each.progress // QUARTER) for each in moved})
        if moved:
            self._regions(address, regions_words(moved))

    def _regions(self, address: Address, words: str) -> None:
        self._line("\n".join(fold(f"    {where(address, self._page)}  {words}", self._page.width, "      ")))

    def _line(self, text: str) -> None:
        """Progress that nobody can read must not stop what it tells of."""
        self._told_at = self._clock()
        with suppress(OSError, ValueError):
            self._stream.write(f"{text}\n")
            self._stream.flush()
