"""Progress on a terminal: what is done scrolls by, what runs stays below with a bar per region.

Apart from the plain lines because only this needs rich, and only a terminal can take it.
"""

from __future__ import annotations

from contextlib import suppress
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from reconciler.executor.run import Progress
from reconciler.model.report import RegionProgress
from reconciler.render.paint import Page
from reconciler.render.report_text import result_line
from reconciler.render.running import Going, Running
from reconciler.render.words import deed, safe, where

BAR = 10
COMPLETE = 100


class LiveProgress:
    """A live region at the bottom of a terminal; use it as a context manager."""

    def __init__(self, stream: TextIO, page: Page, running: Running) -> None:
        self._page = page
        self._running = running
        console = Console(file=stream, no_color=not page.colour, highlight=False, width=page.width)
        self._told: dict[str, str] = {}
        self._live = Live(console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError, ValueError):
            self._live.__exit__(kind, error, trace)

    def show(self, progress: Progress) -> None:
        """Take in what one step brought; a terminal that is gone must not stop what it tells of."""
        with suppress(OSError, ValueError):
            self._show(progress)

    def _show(self, progress: Progress) -> None:
        self._running.take(progress)
        for result in progress.finished:
            self._live.console.print(Text.from_ansi(result_line(result, self._page)), soft_wrap=True)
        for task in progress.looked:
            if task.note and self._told.get(task.action.id) != task.note:
                self._told[task.action.id] = task.note
                told = f"    {where(task.action.address, self._page)}  {safe(task.note)}"
                self._live.console.print(Text(told), soft_wrap=True)
        self._live.update(self.picture())

    def picture(self) -> Group:
        """What runs now, as tall as the terminal at most: a row each, with its regions where there is room."""
        running = self._running
        lines = sum(1 + len(going.regions) for going in running.going.values())
        roomy = lines + 2 <= self._live.console.height
        fitting = list(running.going.values())[: max(self._live.console.height - 3, 1)]
        rows = [self._row(going, roomy=roomy) for going in fitting]
        more = len(running.going) - len(rows)
        tail = f"{running.done} of {running.total} done · {running.elapsed_words}" + (
            f", {more} more running" if more else ""
        )
        return Group(*rows, Text(tail, style="bold"))

    def _row(self, going: Going, *, roomy: bool) -> Text:
        row, regions = Text("… ", no_wrap=True, overflow="ellipsis"), going.regions
        if regions and not roomy:
            done = sum(region.complete for region in regions)
            _append_bar(row, sum(map(_percent, regions)) // len(regions))
            row.append(f" {done:>2} of {len(regions):<2} regions  ")
        row.append(deed(going.action.verb, going.action.address, going.action.id, self._page))
        row.append(f"  {self._running.time_words(going)}", style="dim")
        for region in regions if roomy else ():
            row.append(f"\n    {region.region:<20} ")
            _append_bar(row, _percent(region))
            row.append(f" {region.words}")
        return row


def _percent(region: RegionProgress) -> int:
    return COMPLETE if region.complete else region.progress


def _append_bar(row: Text, percent: int) -> None:
    row.append(bar(percent), style="green" if percent == COMPLETE else "yellow")


def bar(percent: int) -> str:
    """Ten cells."""
    full = max(0, min(percent, COMPLETE)) * BAR // COMPLETE
    return "━" * full + "╌" * (BAR - full)
