"""The audit file: who wrote what, when, why and with which answer; lines are only ever added.

Apart from the store because it is for other readers: it is plain text, it outlives every limit on what the store
keeps, and no run reads it. A line per write once it is answered, and a short one when the action behind it ended.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from reconciler.errors import ReconcilerError, reason_of
from reconciler.model.address import Address
from reconciler.model.plan import Target
from reconciler.model.report import Outcome
from reconciler.model.secrets import deep_without_secrets
from reconciler.model.write import Sent, Write
from reconciler.store.files import append_line
from reconciler.store.folder import make_folder

AUDIT_FILE: Final = "audit.jsonl"
SCHEMA_VERSION: Final = 1
SUCCESS: Final = range(200, 300)


class AuditJournal:
    """The writes of one run for the audit file of a state folder.

    `who` names the caller when it is first needed, `moment` gives an instant in UTC as text, `warn` takes one line
    for people: what cannot be kept stops no run.
    """

    def __init__(
        self,
        folder: Path,
        target: Target,
        run: str,
        *,
        who: Callable[[], str],
        moment: Callable[[], str],
        warn: Callable[[str], None],
    ) -> None:
        self._path = folder / AUDIT_FILE
        self._head = {"cloud": target.cloud, "target": target.name, "instance": target.instance, "run": run}
        self._who = who
        self._moment = moment
        self._warn = warn
        self._lock = threading.Lock()
        self._open: dict[str, list[Write]] = {}
        self._lost = False

    def intends(self, write: Write) -> None:
        """Remember it: its line tells the answer too."""
        with self._lock:
            self._open.setdefault(write.address.key, []).append(write)

    def answered(self, write: Write, sent: Sent) -> None:
        """Add the line of a write."""
        self._add(
            {
                "event": "write",
                "who": self._caller(),
                "verb": str(write.verb),
                **_what(write.address),
                "method": write.method,
                "why": write.why,
                "before": write.before,
                "after": write.after,
                "clientRequestId": write.id,
                "status": sent.status,
                "code": sent.code,
                "requestId": sent.request_id,
                "correlationId": sent.correlation_id,
                "outcome": _taken(sent),
            }
        )

    def ended(self, address: Address, outcome: Outcome, error_code: str) -> None:
        """Add what became of the writes of a resource; an operation that outlives its run ends in no line."""
        with self._lock:
            writes = self._open.pop(address.key, [])
        ids = [write.id for write in writes]
        if ids:
            told = {"clientRequestIds": ids, "outcome": str(outcome), "code": error_code}
            self._add({"event": "end", **_what(address), **told})

    def running(self, address: Address) -> str:
        """Nothing is ever looked up here."""
        del address
        return ""

    def _add(self, said: Mapping[str, Any]) -> None:
        line = {"schemaVersion": SCHEMA_VERSION, "time": self._moment(), **self._head, **said}
        try:
            make_folder(self._path.parent)
            append_line(self._path, json.dumps(deep_without_secrets(line), ensure_ascii=False))
        except (OSError, ValueError) as error:
            with self._lock:
                first, self._lost = not self._lost, True
            if first:
                why = reason_of(error)
                self._warn(f"the audit file {self._path} cannot be written: {why}; the run goes on without it")

    def _caller(self) -> str:
        try:
            return self._who()
        except ReconcilerError:
            return "unknown"


def _what(address: Address) -> dict[str, str]:
    return {"kind": str(address.kind), "address": address.text(with_subscription=True)}


def _taken(sent: Sent) -> str:
    """What became of the write itself: its operation may go on for hours."""
    if not sent.status:
        return "unanswered"
    return "accepted" if sent.status in SUCCESS else "refused"
