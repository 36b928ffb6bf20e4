"""Apply on the command line: approval, signals, progress."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.cli.console import leave, page_of, tell
from reconciler.cli.ending import Ending
from reconciler.errors import ExitCode, UsageError
from reconciler.executor.run import Progress
from reconciler.executor.slots import Room
from reconciler.executor.task import Pace, Rules, Wait
from reconciler.model.report import Report
from reconciler.planner.checks import held_back
from reconciler.reconcile import Planned, apply_pass, blocked, stop_on_signals
from reconciler.render.progress import ProgressLines
from reconciler.render.running import Expected, Running

if TYPE_CHECKING:
    from reconciler.cli.asked import Asked
    from reconciler.cli.passes import Passes
    from reconciler.cli.recording import Recording
    from reconciler.live.gateway import Gateway
    from reconciler.model.plan import Plan
    from reconciler.settings import Settings

QUICKEST_POLL = 0.02
TOLD = "starting nothing new; what runs goes on in Azure, again to stop at once"


def carry_out(
    planned: Planned,
    gateway: Gateway,
    settings: Settings,
    recording: Recording,
    asked: Asked,
    passes: Passes,
) -> int:
    """Ask where asking is possible, apply, report, and leave a record of it. Returns the exit code."""
    plan = planned.plan
    end = Ending(plan, asked.output, Wait(asked.wait), recording, passes)
    if blocked(plan, partial=asked.partial):
        return end.stopped()
    if plan.hindered:
        rest = len(held_back(plan)) < len(plan.writes)
        if not asked.partial or not rest:
            return end.hindered(rest=rest)
    if not plan.pending:
        return end.finished(Report((), plan.digest))
    if not asked.yes:
        _approve(plan, passes)
    recording.begun()
    stopping = threading.Event()
    with stop_on_signals(stopping, lambda name: tell(f"{name}: {TOLD}")) as seen:
        try:
            report = _applied(plan, gateway, settings, end, stopping, recording)
        except KeyboardInterrupt:
            end.cut_off(_signal_exit(seen))
            leave(_signal_exit(seen))
        except Exception as error:
            end.broken(error)
            raise
        code = end.finished(report, _signal_exit(seen) if seen else None)
        if seen:
            leave(code)  # a request without an answer would hold the process as long as it takes
        return code


def _applied(
    plan: Plan, gateway: Gateway, settings: Settings, end: Ending, stopping: threading.Event, recording: Recording
) -> Report:
    """The pass itself, watched."""

    def moved(progress: Progress) -> None:
        show(progress)
        recording.moved(progress)

    rules = Rules(
        end.wait,
        _pace(settings),
        dice=random.random,
        journal=recording.journal(gateway),
        room=_room(settings),
        barred=held_back(plan),
        heal=settings.heal,
        keeps_regions=recording.keeps_regions,
    )
    with _watching(plan, recording.expected) as show:
        return apply_pass(
            plan,
            gateway,
            rules,
            on_progress=moved,
            stopping=stopping,
            workers=settings.workers,
            on_start=end.watch,
        )


def _room(settings: Settings) -> Room:
    return Room(settings.limits.actionsPerGallery, settings.limits.actionsPerSubscription)


def _signal_exit(seen: list[int]) -> int:
    return ExitCode.TERMINATED if seen and seen[0] == signal.SIGTERM else ExitCode.INTERRUPTED


@contextmanager
def _watching(plan: Plan, expected: Expected) -> Iterator[Callable[[Progress], None]]:
    """Progress as the standard error stream can show it: live on a terminal, line by line elsewhere."""
    page = page_of(sys.stderr, subscriptions=plan.target.several_subscriptions)
    running = Running(len(plan.pending), time.monotonic, expected)
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield ProgressLines(sys.stderr, page, running, time.monotonic).show
        return
    from reconciler.render.live_progress import LiveProgress

    with LiveProgress(sys.stderr, page, running) as live:
        yield live.show


def _pace(settings: Settings) -> Pace:
    """Polls follow the emulator's time where that is the cloud."""
    if settings.cloud != "emulator":
        return Pace()
    scale = settings.emulator.timeScale
    return Pace(first_poll=max(scale, QUICKEST_POLL), longest_poll=max(60 * scale, QUICKEST_POLL), first_retry=0.1)


def _approve(plan: Plan, passes: Passes) -> None:
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise UsageError("nobody can be asked here", "look at the plan, then apply with --yes")
    count = len(plan.writes)
    if not count:  # to wait changes nothing
        return
    tell(f"Apply {count} change{'s' if count != 1 else ''}? Only “yes” goes on.")
    if sys.stdin.readline().strip() != "yes":
        raise UsageError(f"not approved, nothing {'' if passes.first else 'more '}was written")
