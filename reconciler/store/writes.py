"""Every write that was sent, from the intent to its end: what an audit reads, and what a later run resumes from.

A write without an end belongs to a process that was killed, or to an operation that was left to Azure.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from reconciler.model.address import Address, Kind
from reconciler.model.plan import Target, Verb
from reconciler.model.report import Outcome
from reconciler.model.write import Sent, Write
from reconciler.store.database import of, where
from reconciler.store.tables import WRITES

KEPT_WRITES: Final = 20_000
SUCCEEDED: Final = str(Outcome.SUCCEEDED)
LOOKED_AT: Final = 1000  # writes of one run may all be of one kind
LAST_ONES: Final = 9


class Writes:
    """The writes of one target."""

    def __init__(self, engine: Engine, target: Target) -> None:
        self._engine = engine
        self._target = target

    def intend(self, run: str, who: str, write: Write, at: str) -> None:
        """Keep that a write is about to be sent."""
        row = {
            **where(self._target),
            "id": write.id,
            "run": run,
            "who": who,
            "address": write.address.key,
            "verb": str(write.verb),
            "method": write.method,
            "why": write.why,
            "before": write.before,
            "after": write.after,
            "sent_at": at,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(WRITES).values(**row))

    def answer(self, write: Write, sent: Sent) -> None:
        """Keep what came back, the address of the operation included."""
        values = {
            "status": sent.status,
            "code": sent.code,
            "request_id": sent.request_id,
            "correlation_id": sent.correlation_id,
            "operation": sent.operation or None,
        }
        with self._engine.begin() as connection:
            connection.execute(update(WRITES).where(WRITES.c.id == write.id).values(**values))

    def end(self, address: Address, outcome: str, at: str) -> None:
        """Nothing of a resource is under way any more; signed addresses are forgotten."""
        still = [*of(WRITES, self._target), WRITES.c.address == address.key, WRITES.c.ended_at.is_(None)]
        with self._engine.begin() as connection:
            connection.execute(update(WRITES).where(*still).values(outcome=outcome, ended_at=at, operation=None))

    def running(self) -> Mapping[str, str]:
        """By address key, the operations that are not known to have ended; of several the latest."""
        wanted = select(WRITES.c.address, WRITES.c.operation).where(
            *of(WRITES, self._target), WRITES.c.ended_at.is_(None), WRITES.c.operation.is_not(None)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(wanted.order_by(WRITES.c.sent_at)).all()
        return {str(address): str(operation) for address, operation in rows}

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """The latest writes, newest first, without the addresses of operations."""
        columns = [column for column in WRITES.columns if column.name != "operation"]
        wanted = select(*columns).where(*of(WRITES, self._target)).order_by(WRITES.c.sent_at.desc(), WRITES.c.id)
        with self._engine.begin() as connection:
            return [dict(row) for row in connection.execute(wanted.limit(limit)).mappings()]

    def durations(self) -> Mapping[tuple[Kind, Verb], float]:
        """Seconds that a write of a kind took to its good end, on any resource: the median of the last ones."""
        wanted = select(WRITES.c.address, WRITES.c.verb, WRITES.c.sent_at, WRITES.c.ended_at).where(
            *of(WRITES, self._target), WRITES.c.outcome == SUCCEEDED, WRITES.c.ended_at.is_not(None)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(wanted.order_by(WRITES.c.sent_at.desc()).limit(LOOKED_AT)).all()
        found: dict[tuple[Kind, Verb], list[float]] = {}
        for address, verb, sent, ended in rows:
            with suppress(ValueError):
                seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(sent)).total_seconds()
                found.setdefault((_kind(str(address)), Verb(verb)), []).append(seconds)
        return {key: median(seconds[:LAST_ONES]) for key, seconds in found.items()}

    def forget_old(self) -> None:
        """Keep the store small: of what has ended, the latest stay."""
        with self._engine.begin() as connection:
            _forget(connection, self._target)


def _kind(key: str) -> Kind:
    """The kind that an address key is of: subscription, group, gallery, definition, version, and access after “@”."""
    if "@" in key:
        return Kind.ROLE_ASSIGNMENT
    return {3: Kind.IMAGE_DEFINITION, 4: Kind.IMAGE_VERSION}.get(key.count("/"), Kind.GALLERY)


def _forget(connection: Connection, target: Target) -> None:
    kept = select(WRITES.c.id).where(*of(WRITES, target)).order_by(WRITES.c.sent_at.desc()).limit(KEPT_WRITES)
    old = [*of(WRITES, target), WRITES.c.ended_at.is_not(None), WRITES.c.id.not_in(kept)]
    connection.execute(delete(WRITES).where(*old))
