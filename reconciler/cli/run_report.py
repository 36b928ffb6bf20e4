"""The report of a run while it goes on: written when it begins, again as actions end, and whatever ends it.

So that a killed process leaves a true file. How often is bounded: a large report must not cost more than the work.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reconciler.cli.console import tell_safely
from reconciler.errors import ReconcilerError, UsageError, reason_of

if TYPE_CHECKING:
    from reconciler.model.plan import Plan
    from reconciler.model.report import Report
    from reconciler.render.run_document import RunFacts
    from reconciler.store.run_files import RunFile

PAUSE: Final = 1.0  # seconds between two writings, at least
SHARE: Final = 20  # and so many times what the last one took
OURS: Final = re.compile(
    rb'\s*\{\s*"schemaVersion"\s*:\s*\d+\s*,\s*"tool"\s*:\s*\{\s*"name"\s*:\s*"gallery-reconciler-run"'
)


class RunReport:
    """The report of one run. `moment` gives an instant in UTC as text, `clock` seconds."""

    def __init__(
        self, file: RunFile, facts: RunFacts, plan: Plan, *, moment: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._file = file
        self._facts = facts
        self._plan = plan
        self._moment = moment
        self._clock = clock
        self._known: Callable[[], Report] | None = None
        self._stale = False
        self._due = 0.0

    def begun(self, at: str) -> None:
        """Whoever was asked has approved, at an instant in UTC."""
        self._facts = replace(self._facts, started=at)

    def watch(self, known: Callable[[], Report]) -> None:
        """The run begins; `known` reports what became of it so far."""
        self._known = known
        self._write(self._facts, known())

    def moved(self, *, news: bool) -> None:
        """Write what is new, if it is time."""
        self._stale = self._stale or news
        if self._stale and self._known is not None and self._clock() >= self._due:
            self._write(self._facts, self._known())

    def ended(self, report: Report | None, code: int, error: dict[str, Any] | None) -> None:
        """The run is over."""
        facts = replace(self._facts, ended=self._moment(), exit_code=int(code), error=error)
        self._write(facts if code else replace(facts, again=""), report, last=True)

    def _write(self, facts: RunFacts, report: Report | None, *, last: bool = False) -> None:
        from reconciler.render.documents import as_json
        from reconciler.render.run_document import run_document

        began = self._clock()
        self._file.write(as_json(run_document(replace(facts, updated=self._moment()), self._plan, report)), last=last)
        self._stale = False
        self._due = self._clock() + max(PAUSE, SHARE * (self._clock() - began))


class ReportPlace:
    """A file that somebody named for the report; until a run begins, it says that none has."""

    def __init__(self, path: str, moment: Callable[[], str]) -> None:
        self.path = Path(path)
        self._moment = moment
        self._taken = False

    def take(self) -> Path:
        """A run begins: the file is its."""
        self._taken = True
        return self.path

    def say(self, error: dict[str, Any] | None) -> None:
        """Say that no run has begun, and what kept it from that, unless one has. Raises OSError, ValueError."""
        from reconciler.render.documents import as_json
        from reconciler.render.run_document import RunFacts, run_document
        from reconciler.store.files import replace_file

        if not self._taken:
            code = error["exitCode"] if error else None
            facts = RunFacts("", "", self._moment(), exit_code=code, error=error)
            replace_file(self.path, as_json(run_document(facts, None, None)))


@contextmanager
def report_place(path: str | None, moment: Callable[[], str]) -> Iterator[ReportPlace | None]:
    """Hold a file for the report; what ends the apply before its run begins is told there too. Raises UsageError."""
    if path is None:
        yield None
        return
    from reconciler.source.plan_file import check_place

    place = ReportPlace(path, moment)
    try:
        check_place(path, "run report", OURS)
        place.say(None)
    except (OSError, ValueError) as error:
        why = reason_of(error)
        raise UsageError(f"cannot write the run report to {path}: {why}", "name another file") from error
    try:
        yield place
    except Exception as error:
        _say(place, error)
        raise


def _say(place: ReportPlace, error: Exception) -> None:
    try:
        place.say(error_of(error))
    except (OSError, ValueError) as lost:
        tell_safely(f"warning: the run report {place.path} cannot be written: {lost}")


def error_of(error: Exception) -> dict[str, Any]:
    """What broke something off: message, hint, exit code."""
    message = error.message if isinstance(error, ReconcilerError) else f"unexpected {type(error).__name__}: {error}"
    return {
        "message": message,
        "hint": getattr(error, "hint", ""),
        "exitCode": int(getattr(error, "exit_code", ReconcilerError.exit_code)),
    }
