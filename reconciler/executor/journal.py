"""Whom the executor tells about its writes, so that nothing of them is lost with the process.

Told in this order: a write is about to be sent, what came back, how the action ended. Who keeps the record, and how,
is not the executor's business; that nothing is sent before the first of them has returned is.
"""

from __future__ import annotations

from typing import Protocol

from reconciler.model.address import Address
from reconciler.model.report import Outcome
from reconciler.model.write import Sent, Write


class Journal(Protocol):
    """Safe to call from many threads. Never raises: what cannot be kept must not stop what is under way."""

    def intends(self, write: Write) -> None:
        """This is sent next; returns when that is kept."""

    def answered(self, write: Write, sent: Sent) -> None:
        """This came back."""

    def ended(self, address: Address, outcome: Outcome, error_code: str) -> None:
        """An action on a resource ended so; `pending` leaves its operation to a later run."""

    def running(self, address: Address) -> str:
        """The operation that an earlier run left under way on a resource, "" where none is known."""


class NoJournal:
    """Keeps nothing."""

    def intends(self, write: Write) -> None:
        """Forget it."""

    def answered(self, write: Write, sent: Sent) -> None:
        """Forget it."""

    def ended(self, address: Address, outcome: Outcome, error_code: str) -> None:
        """Forget it."""

    def running(self, address: Address) -> str:
        """Nothing is known."""
        del address
        return ""
