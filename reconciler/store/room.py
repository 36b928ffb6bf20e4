"""The door of the store: opened where something is really looked up or saved, and never a reason to stop.

Whatever goes wrong behind it costs one warning line; from then on the run goes on as if there were no store.
The library behind it takes longer to import than most commands take, so it is imported when the door opens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reconciler.model.address import Address
from reconciler.model.ledger import Applied, Ledger
from reconciler.model.plan import Target
from reconciler.model.run import SavedRun
from reconciler.store.folder import make_folder

if TYPE_CHECKING:
    from reconciler.store.database import Database
    from reconciler.store.writes import Writes

FILE: Final = "store.sqlite"
WITHOUT: Final = "; the run goes on without it"

T = TypeVar("T")


class StoreRoom:
    """The store of one state folder. `warn` takes one line for people, `clock` gives the moment in UTC."""

    def __init__(self, folder: Path, *, warn: Callable[[str], None], clock: Callable[[], datetime]) -> None:
        self._file = folder / FILE
        self._warn = warn
        self._clock = clock
        self._lost = False
        self._lock, self._losing = threading.Lock(), threading.Lock()
        self._database: Database | None = None

    def ledger(self, target: Target) -> Ledger:
        """What was last applied for a target; read as a whole at the first look-up."""
        return _Ledger(lambda: self._guarded(lambda: self._entries(target), {}))

    def runs(self, target: Target, limit: int = 100) -> tuple[SavedRun, ...]:
        """The saved runs of a target, the latest first."""

        def read() -> tuple[SavedRun, ...]:
            database = self._reading()
            return () if database is None else database.runs(target, limit)

        return self._guarded(read, ())

    def save(
        self,
        target: Target,
        run: SavedRun,
        put: Mapping[Address, Applied] | None = None,
        gone: tuple[Address, ...] = (),
    ) -> None:
        """Save a run, or its end, together with what it changed in the ledger: all of it or nothing."""

        def saving() -> None:
            with self._lock:
                self._write(lambda store: store.save(target, run, put or {}, gone))

        self._guarded(saving, None)

    def keep(self, target: Target, work: Callable[[Writes], None]) -> None:
        """Keep something about the writes of a target; the store stays open for the next."""

        def keeping() -> None:
            from reconciler.store.writes import Writes

            work(Writes(self._kept().engine, target))

        self._guarded(keeping, None)

    def running(self, target: Target) -> Mapping[str, str]:
        """By address key, the operations that earlier runs left under way, as far as is known."""

        def read() -> Mapping[str, str]:
            from reconciler.store.writes import Writes

            database = self._reading()
            return {} if database is None else Writes(database.engine, target).running()

        return self._guarded(read, {})

    def writes(self, target: Target, limit: int = 100) -> list[dict[str, Any]]:
        """The latest writes of a target, newest first."""

        def read() -> list[dict[str, Any]]:
            from reconciler.store.writes import Writes

            database = self._reading()
            return [] if database is None else Writes(database.engine, target).latest(limit)

        return self._guarded(read, [])

    def _kept(self) -> Database:
        """The store opened for writing, once for all threads."""
        with self._lock:
            if self._database is None:
                self._write(self._open)
            assert self._database is not None
            return self._database

    def _open(self, database: Database) -> None:
        self._database = database

    def _entries(self, target: Target) -> Mapping[str, Applied]:
        database = self._reading()
        return {} if database is None else database.entries(target)

    def _reading(self) -> Database | None:
        """The store as it is, None where none is there yet: looking makes no file."""
        if not self._file.exists():
            return None
        from reconciler.store.opening import open_to_read

        return open_to_read(self._file)

    def _write(self, work: Callable[[Database], None]) -> None:
        from reconciler.store.opening import write_to

        make_folder(self._file.parent)
        write_to(self._file, work, warn=self._say, clock=self._clock)

    def _guarded(self, work: Callable[[], T], otherwise: T) -> T:
        if self._lost:
            return otherwise
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - nothing a store can do is worth a run
            with self._losing:
                first, self._lost = not self._lost, True
            if first:
                self._say(f"{_told(error)}{WITHOUT}")
            return otherwise

    def _say(self, what: str) -> None:
        self._warn(f"the store {self._file} cannot be used: {what}")


class _Ledger:
    """A ledger that is read once, when it is first asked."""

    def __init__(self, read: Callable[[], Mapping[str, Applied]]) -> None:
        self._read = read
        self._entries: Mapping[str, Applied] | None = None

    def get(self, address: Address, /) -> Applied | None:
        if self._entries is None:
            self._entries = self._read()
        return self._entries.get(address.key)


def _told(error: Any) -> str:
    """What went wrong, on one line; the cause of a wrapped error says it without the statement around it."""
    cause = getattr(error, "orig", None) or error
    text = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return " ".join(text.split())
