"""The journal of one run, kept in the store: an intent is in the store before its write leaves, and an end after it.

Stands behind the executor's protocol. Where the store cannot be used, the run goes on without a journal: what runs in
Azure is then found again by its provisioningState alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from reconciler.model.address import Address
from reconciler.model.plan import Target
from reconciler.model.report import Outcome
from reconciler.model.write import Sent, Write

if TYPE_CHECKING:
    from reconciler.store.room import StoreRoom
    from reconciler.store.writes import Writes


class Journals:
    """Several journals as one; where a run asks what is under way, the first that knows something answers."""

    def __init__(self, *journals: Any) -> None:
        self._journals = journals

    def intends(self, write: Write) -> None:
        """Returns when all of them have kept it."""
        for journal in self._journals:
            journal.intends(write)

    def answered(self, write: Write, sent: Sent) -> None:
        """Tell all of them."""
        for journal in self._journals:
            journal.answered(write, sent)

    def ended(self, address: Address, outcome: Outcome, error_code: str) -> None:
        """Tell all of them."""
        for journal in self._journals:
            journal.ended(address, outcome, error_code)

    def running(self, address: Address) -> str:
        """The first operation that one of them knows."""
        return next(filter(None, (journal.running(address) for journal in self._journals)), "")


class StoreJournal:
    """`who` names the caller when it is first needed; `moment` gives an instant in UTC as text."""

    def __init__(
        self, room: StoreRoom, target: Target, run: str, *, who: Callable[[], str], moment: Callable[[], str]
    ) -> None:
        self._room = room
        self._target = target
        self._run = run
        self._who = who
        self._moment = moment
        self._lock = threading.Lock()
        self._running: Mapping[str, str] | None = None

    def intends(self, write: Write) -> None:
        """Keep what is sent next."""
        at = self._moment()
        self._keep(lambda writes: writes.intend(self._run, self._who(), write, at))

    def answered(self, write: Write, sent: Sent) -> None:
        """Keep what came back."""
        self._keep(lambda writes: writes.answer(write, sent))

    def ended(self, address: Address, outcome: Outcome, error_code: str) -> None:
        """Keep that nothing is under way any more; what is still pending keeps the address of its operation."""
        if outcome not in (Outcome.PENDING, Outcome.UNATTEMPTED, Outcome.SKIPPED):
            at = self._moment()
            words = f"{outcome} {error_code}".strip()
            self._keep(lambda writes: writes.end(address, words, at))

    def running(self, address: Address) -> str:
        """The operation that an earlier run left on a resource."""
        with self._lock:
            if self._running is None:
                self._running = self._room.running(self._target)
        return self._running.get(address.key, "")

    def _keep(self, work: Callable[[Writes], None]) -> None:
        self._room.keep(self._target, work)
