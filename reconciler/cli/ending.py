"""How an apply ends: its report is printed whatever happened, on stdout or, where that is gone, on stderr.

Then it is recorded: who waits for the result does not wait for the store.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconciler.cli.console import Unwritable, page_of, say, say_document, tell, tell_safely
from reconciler.cli.options import Output
from reconciler.cli.run_report import error_of
from reconciler.errors import ExitCode
from reconciler.executor.task import Wait
from reconciler.model.report import Outcome, Report
from reconciler.planner.document import SCHEMA_VERSION, plan_document
from reconciler.render.documents import error_document, report_document
from reconciler.render.report_text import left_text, report_text

if TYPE_CHECKING:
    from reconciler.cli.passes import Passes
    from reconciler.cli.recording import Recording
    from reconciler.model.plan import Plan


class Ending:
    """The ends of one apply, which waits as `wait` says; `watch` gives it the door to what is known so far."""

    def __init__(self, plan: Plan, output: Output, wait: Wait, recording: Recording, passes: Passes) -> None:
        self._plan = plan
        self._output = output
        self.wait = wait
        self._recording = recording
        self._passes = passes
        self._started = time.monotonic()
        self._known: Callable[[], Report] | None = None

    def watch(self, known: Callable[[], Report]) -> None:
        """The run has begun; `known` reports what became of it so far."""
        self._started = time.monotonic()
        self._known = known
        self._recording.watch(known)

    def stopped(self) -> int:
        """Nothing may be written."""
        code = ExitCode.FAILED if self._plan.unread else ExitCode.REFUSED
        if self._output is Output.JSON:
            self._print(None, code)
        tell("nothing was written")
        self._recording.ended(None, code)
        return code

    def hindered(self, *, rest: bool) -> int:
        """Azure would refuse some of it, or all: nothing is begun, and who to ask for what is told at once.

        `rest`: whether something would be left that can be done.
        """
        from reconciler.render.checks_text import place_of

        checks = self._plan.checks
        for one in checks.obstacles if checks is not None else ():
            tell_safely(f"! {place_of(one.scope)}: {one.words}; {one.hint}")
        if self._output is Output.JSON:
            self._print(None, ExitCode.FAILED)
        tell("nothing was written; --partial does the rest" if rest else "nothing was written")
        self._recording.ended(None, ExitCode.FAILED)
        return ExitCode.FAILED

    def finished(self, report: Report, stopped_by: int | None = None) -> int:
        """Everything came to its end, or was parked; `stopped_by` is the exit code of the signal that asked for it."""
        code = self._verdict(report) if stopped_by is None else stopped_by
        follows = stopped_by is None and self._passes.follow(report)
        if report.results or self._plan.refusals or self._plan.unread or self._output is Output.JSON:
            self._print(report, code, follows=follows)
        self._recording.ended(report, code)
        return code

    def _verdict(self, report: Report) -> int:
        succeeded, failed = report.count(Outcome.SUCCEEDED), report.count(Outcome.FAILED)
        unfinished = sum(result.outcome is not Outcome.SUCCEEDED for result in report.results)
        if self.wait is Wait.NONE:
            unfinished -= sum(result.accepted for result in report.results)
        if unfinished:
            return ExitCode.FAILED if failed and not succeeded else ExitCode.PARTIAL
        return ExitCode.PARTIAL if self._plan.refusals or self._plan.unread else ExitCode.DONE

    def cut_off(self, code: int) -> None:
        """Stopped at once: what runs in Azure is reported as pending."""
        if self._known is not None:
            report = replace(self._known(), interrupted=True)
            self._print(report, code)
            self._recording.ended(report, code)

    def broken(self, error: Exception) -> None:
        """Something unexpected: what is known is reported before it is told."""
        if self._known is not None:
            report, code = self._known(), getattr(error, "exit_code", ExitCode.FAILED)
            self._print(report, code, error)
            self._recording.ended(report, code, error)

    def _print(
        self, report: Report | None, code: int, error: Exception | None = None, *, follows: bool = False
    ) -> None:
        again = self._recording.again if code and not follows else ""
        try:
            if self._output is Output.JSON and not follows:
                say_document(self._passes.with_earlier(self._document(report, again, error)))
            elif report is not None and self._output is not Output.JSON:
                say(self._text(report, again, sys.stdout))
        except Unwritable as lost:
            if not lost.closed:
                tell(f"error: {lost.message}")
            if report is not None:
                tell(self._text(report, again, sys.stderr).rstrip())
        if follows:
            self._passes.end(self._document(report, again, error))

    def _text(self, report: Report, again: str, stream: Any) -> str:
        page = page_of(stream, subscriptions=self._plan.target.several_subscriptions)
        left = left_text(self._plan, page)
        return f"{left}{report_text(report, time.monotonic() - self._started, page, again)}"

    def _document(self, report: Report | None, again: str, error: Exception | None) -> dict[str, Any]:
        document = {
            "schemaVersion": SCHEMA_VERSION,
            "plan": plan_document(self._plan),
            "report": None if report is None else report_document(report, again),
        }
        if error is None:
            return document
        told = error_of(error)
        return {**document, **error_document(told["message"], told["hint"], told["exitCode"])}
