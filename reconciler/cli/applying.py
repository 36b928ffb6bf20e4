"""Apply on the command line: approval, signals, progress, report, exit code."""

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

from reconciler.cli.console import page_of, say, tell
from reconciler.cli.options import Output
from reconciler.errors import ExitCode, UsageError
from reconciler.executor.run import Progress
from reconciler.executor.task import Pace, Rules, Wait
from reconciler.model.report import Outcome, Report
from reconciler.planner.document import plan_document
from reconciler.reconcile import Planned, apply_pass, blocked, stop_on_signals
from reconciler.render.documents import as_json, report_document
from reconciler.render.progress import ProgressLines
from reconciler.render.report_text import report_text

if TYPE_CHECKING:
    from reconciler.live.gateway import Gateway
    from reconciler.model.plan import Plan
    from reconciler.settings import Settings

QUICKEST_POLL = 0.02


def carry_out(
    planned: Planned,
    gateway: Gateway,
    settings: Settings,
    *,
    partial: bool,
    wait: str,
    yes: bool,
    output: Output,
) -> int:
    """Ask where asking is possible, apply, report. Returns the exit code."""
    plan = planned.plan
    if blocked(plan, partial=partial):
        return _stopped(plan, output)
    if not plan.pending:
        return _finish(plan, Report((), plan.digest), 0.0, output, partial_run=_gaps(plan))
    if not yes:
        _approve(plan)
    stopping = threading.Event()
    started = time.monotonic()
    told = "starting nothing new; what runs goes on in Azure, again to stop at once"
    with _watching(plan) as show, stop_on_signals(stopping, lambda name: tell(f"{name}: {told}")) as seen:
        report = apply_pass(
            plan,
            gateway,
            Rules(Wait(wait), _pace(settings), dice=random.random),
            clock=time.monotonic,
            on_progress=show,
            stopping=stopping,
            workers=settings.workers,
        )
    code = _finish(plan, report, time.monotonic() - started, output, partial_run=_gaps(plan), wait=wait)
    if seen:
        return ExitCode.TERMINATED if seen[0] == signal.SIGTERM else ExitCode.INTERRUPTED
    return code


@contextmanager
def _watching(plan: Plan) -> Iterator[Callable[[Progress], None]]:
    """Progress as the standard error stream can show it: live on a terminal, line by line elsewhere."""
    page = page_of(sys.stderr, subscriptions=several_subscriptions(plan))
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield ProgressLines(sys.stderr, page).show
        return
    from reconciler.render.live_progress import LiveProgress

    with LiveProgress(sys.stderr, page, len(plan.pending)) as live:
        yield live.show


def several_subscriptions(plan: Plan) -> bool:
    """Whether addresses need their subscription to be told apart."""
    return len({scope.subscription.lower() for scope in plan.target.scopes}) > 1


def _gaps(plan: Plan) -> bool:
    return bool(plan.refusals or plan.unread)


def _pace(settings: Settings) -> Pace:
    """Polls follow the emulator's time where that is the cloud."""
    if settings.cloud != "emulator":
        return Pace()
    scale = settings.emulator.timeScale
    return Pace(first_poll=max(scale, QUICKEST_POLL), longest_poll=max(60 * scale, QUICKEST_POLL), first_retry=0.1)


def _approve(plan: Plan) -> None:
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise UsageError("nobody can be asked here", "look at the plan, then apply with --yes")
    count = len(plan.writes)
    tell(f"Apply {count} change{'s' if count != 1 else ''}? Only “yes” goes on.")
    if sys.stdin.readline().strip() != "yes":
        raise UsageError("not approved, nothing was written")


def _stopped(plan: Plan, output: Output) -> int:
    if output is Output.JSON:
        say(as_json({"plan": plan_document(plan), "report": None}))
    tell("nothing was written")
    return ExitCode.FAILED if plan.unread else ExitCode.REFUSED


def _finish(plan: Plan, report: Report, seconds: float, output: Output, *, partial_run: bool, wait: str = "") -> int:
    if output is Output.JSON:
        say(as_json({"plan": plan_document(plan), "report": report_document(report)}))
    elif report.results:
        say(report_text(report, seconds, page_of(sys.stdout, subscriptions=several_subscriptions(plan))))
    succeeded = report.count(Outcome.SUCCEEDED)
    failed = report.count(Outcome.FAILED)
    unfinished = sum(result.outcome is not Outcome.SUCCEEDED for result in report.results)
    if wait == Wait.NONE:
        unfinished -= report.count(Outcome.PENDING)
    if unfinished:
        return ExitCode.FAILED if failed and not succeeded else ExitCode.PARTIAL
    return ExitCode.PARTIAL if partial_run else ExitCode.DONE
