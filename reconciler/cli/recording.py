"""What an apply leaves in the store: when it began, how it ended, and what is live as declared since then.

Apart from the apply, which goes on the same whether anything of this can be kept or not.
"""

from __future__ import annotations

import threading
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.console import tell_safely
from reconciler.model.report import Outcome, Report
from reconciler.model.run import SavedRun
from reconciler.store.journal import StoreJournal
from reconciler.store.room import StoreRoom

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.live.gateway import Gateway
    from reconciler.model.address import Address
    from reconciler.model.ledger import Applied
    from reconciler.model.plan import Plan
    from reconciler.model.state import DesiredState
    from reconciler.planner.options import Options
    from reconciler.reconcile import Planned
    from reconciler.settings import Settings


def store_room(settings: Settings) -> StoreRoom:
    """The store of the state folder; opened when something is looked up or saved, its troubles told on one line."""
    return StoreRoom(
        Path(settings.stateDir), warn=lambda line: tell_safely(f"warning: {line}"), clock=lambda: datetime.now(UTC)
    )


def declared_in(planned: Planned, desired: DesiredState, options: Options) -> Mapping[Address, Applied]:
    """What is to be kept of what the manifests declare once a plan is carried out."""
    from reconciler.planner.applied import declared_of
    from reconciler.planner.context import with_roles

    return declared_of(planned.plan, with_roles(desired.resources, planned.live.roles), options)


class Recording:
    """One apply as the store keeps it; `declared` tells what is to be kept of each resource, when that is wanted."""

    def __init__(self, room: StoreRoom, plan: Plan, declared: Callable[[], Mapping[Address, Applied]]) -> None:
        self._room = room
        self._plan = plan
        self._declared = declared
        self._run = SavedRun(uuid.uuid4().hex, self._plan.digest, self._plan.source.revision, _moment())
        self._opening: threading.Thread | None = None

    def journal(self, gateway: Gateway) -> StoreJournal:
        """Where the writes of this run are kept."""
        return StoreJournal(self._room, self._plan.target, self._run.id, who=gateway.caller, moment=_moment)

    def keeps_regions(self, address: Address) -> bool:
        """Whether the manifest of a version forbids that regions are taken away; asked only when one has failed."""
        from reconciler.planner.steps import forbids_removal

        entry = self._declared().get(address)
        return entry is not None and forbids_removal(entry.body)

    def begun(self) -> None:
        """The apply is about to write: one that is killed leaves a run without an end.

        Opening the store takes longer than most requests, so nobody waits for it; the end of the run does.
        """
        self._opening = threading.Thread(target=self._room.save, args=(self._plan.target, self._run), daemon=True)
        self._opening.start()

    def ended(self, report: Report | None, code: int) -> None:
        """The apply ended with an exit code; `report` is what is known, None where nothing was tried."""
        with suppress(KeyboardInterrupt):  # who wants to stop now loses words, no work
            if self._opening is not None:
                self._opening.join()
            self._save(report, code)

    def _save(self, report: Report | None, code: int) -> None:
        from reconciler.model.secrets import deep_without_secrets
        from reconciler.planner.applied import entries_of
        from reconciler.render.documents import report_document

        at = _moment()
        run = replace(self._run, ended=at, exit_code=int(code))
        if report is None:
            self._room.save(self._plan.target, run)
            return
        counts = {str(outcome): report.count(outcome) for outcome in Outcome if report.count(outcome)}
        run = replace(run, counts=counts, report=deep_without_secrets(report_document(report)))
        entries = entries_of(self._plan, report, self._declared(), at=at)
        self._room.save(self._plan.target, run, entries.put, entries.gone)


def _moment() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
