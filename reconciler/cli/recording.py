"""What an apply leaves behind: when it began, every write, how it ended, and what is live as declared since then.

Apart from the apply, which goes on the same whether anything of this can be kept or not.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.console import tell_safely
from reconciler.model.report import Outcome, Report
from reconciler.model.run import SavedRun
from reconciler.store.audit import AuditJournal
from reconciler.store.journal import Journals, StoreJournal
from reconciler.store.room import StoreRoom
from reconciler.store.run_files import run_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.cli.asked import Asked
    from reconciler.cli.event_stream import EventStream
    from reconciler.cli.run_report import ReportPlace, RunReport
    from reconciler.executor.run import Progress
    from reconciler.live.gateway import Gateway
    from reconciler.model.address import Address, Kind
    from reconciler.model.ledger import Applied
    from reconciler.model.plan import Action, Plan, Verb
    from reconciler.model.state import DesiredState
    from reconciler.planner.options import Options
    from reconciler.reconcile import Planned
    from reconciler.settings import Settings


def store_room(settings: Settings) -> StoreRoom:
    """The store of the state folder; opened when something is looked up or saved, its troubles told on one line."""
    return StoreRoom(Path(settings.stateDir), warn=_warn, clock=lambda: datetime.now(UTC))


def declared_in(planned: Planned, desired: DesiredState, options: Options) -> Mapping[Address, Applied]:
    """What is to be kept of what the manifests declare once a plan is carried out."""
    from reconciler.planner.applied import declared_of
    from reconciler.planner.context import with_roles

    return declared_of(planned.plan, with_roles(desired.resources, planned.live.roles), options)


@dataclass(frozen=True, slots=True)
class Followers:
    """Who follows a run beside the store: the state folder, the places that were named, and how to go on from there."""

    folder: Path
    again: str
    wait: str
    place: ReportPlace | None = None
    events: EventStream | None = None


def followers(settings: Settings, asked: Asked, again: str) -> Followers:
    """Who follows an apply; `again` is the command that goes on where it ends."""
    return Followers(Path(settings.stateDir), again, str(asked.wait), asked.report, asked.events)


class Recording:
    """One apply as it is kept and followed; `declared` tells what is to be kept of each resource, when that is wanted.

    Every write goes to the store and to the audit file, every step to the run report and the event stream.
    """

    def __init__(
        self, room: StoreRoom, plan: Plan, declared: Callable[[], Mapping[Address, Applied]], followers: Followers
    ) -> None:
        from reconciler.render.events import RunEvents

        started = moment()
        self._room = room
        self._plan = plan
        self._declared = declared
        self._followers = followers
        self._run = SavedRun(run_name(started), self._plan.digest, self._plan.source.revision, started)
        self._events = RunEvents(self._run.id, plan)
        self._report = self._run_report()
        self._opening: threading.Thread | None = None
        self._usual: Mapping[tuple[Kind, Verb], float] = {}

    @property
    def again(self) -> str:
        """The command that goes on with what is left."""
        return self._followers.again

    def _run_report(self) -> RunReport:
        from reconciler.cli.run_report import RunReport
        from reconciler.render.run_document import RunFacts
        from reconciler.store.run_files import RunFile

        run, place = self._run, self._followers.place
        file = RunFile(self._followers.folder, run.id, place.take() if place else None, warn=_warn)
        facts = RunFacts(run.id, run.started, run.started, again=self.again)
        return RunReport(file, facts, self._plan, moment=moment, clock=time.monotonic)

    def journal(self, gateway: Gateway) -> Journals:
        """Where the writes of this run are kept."""
        target, run = self._plan.target, self._run.id
        return Journals(
            StoreJournal(self._room, target, run, who=gateway.caller, moment=moment),
            AuditJournal(self._followers.folder, target, run, who=gateway.caller, moment=moment, warn=_warn),
        )

    def keeps_regions(self, address: Address) -> bool:
        """Whether the manifest of a version forbids that regions are taken away; asked only when one has failed."""
        from reconciler.planner.steps import forbids_removal

        entry = self._declared().get(address)
        return entry is not None and forbids_removal(entry.body)

    def begun(self) -> None:
        """The apply is about to write: one that is killed leaves a run without an end.

        Opening the store takes longer than most requests, so nobody waits for it; the end of the run does.
        """
        self._run = replace(self._run, started=moment())
        self._report.begun(self._run.started)
        self._opening = threading.Thread(target=self._open, daemon=True)
        self._opening.start()
        self._tell(self._events.started(self._run.started, self._followers.wait))

    def _open(self) -> None:
        self._room.save(self._plan.target, self._run)
        self._usual = self._room.durations(self._plan.target)

    def expected(self, action: Action) -> float | None:
        """Seconds that such an action usually took, as far as that is known by now."""
        return self._usual.get((action.address.kind, action.verb))

    def watch(self, known: Callable[[], Report]) -> None:
        """The run has begun; `known` reports what became of it so far."""
        self._report.watch(known)

    def moved(self, progress: Progress) -> None:
        """One step was taken."""
        if self._followers.events is not None:
            for line in self._events.moved(moment(), progress):
                self._tell(line)
        self._report.moved(news=bool(progress.started or progress.finished))

    def ended(self, report: Report | None, code: int, error: Exception | None = None) -> None:
        """The apply ended with an exit code; `report` is what is known, None where nothing was tried."""
        from reconciler.cli.run_report import error_of

        with suppress(KeyboardInterrupt):  # who wants to stop now loses words, no work
            failure = error_of(error) if error else None
            if self._opening is None:
                self._tell(self._events.started(moment(), self._followers.wait))
            self._tell(self._events.ended(moment(), report, int(code), failure["message"] if failure else ""))
            self._report.ended(report, code, failure)
            if self._opening is not None:
                self._opening.join()
            self._save(report, code)

    def _tell(self, line: str) -> None:
        if self._followers.events is not None:
            self._followers.events.write(line)

    def _save(self, report: Report | None, code: int) -> None:
        from reconciler.model.secrets import deep_without_secrets
        from reconciler.planner.applied import entries_of
        from reconciler.render.documents import report_document

        at = moment()
        run = replace(self._run, ended=at, exit_code=int(code))
        if report is None:
            self._room.save(self._plan.target, run)
            return
        counts = {str(outcome): report.count(outcome) for outcome in Outcome if report.count(outcome)}
        run = replace(
            run, counts=counts, report=deep_without_secrets(report_document(report, self.again if code else ""))
        )
        entries = entries_of(self._plan, report, self._declared(), at=at)
        self._room.save(self._plan.target, run, entries.put, entries.gone)


def moment() -> str:
    """Now, as an instant in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _warn(line: str) -> None:
    tell_safely(f"warning: {line}")
