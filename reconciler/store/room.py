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

from reconciler.model.address import Address, Kind
from reconciler.model.ledger import Applied, Ledger
from reconciler.model.plan import Target, Verb
from reconciler.model.replication import Seen
from reconciler.model.run import SavedRun
from reconciler.store.damage import Foreign
from reconciler.store.folder import COMPANIONS, make_folder

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
        self._blind = False

    def ledger(self, target: Target) -> Ledger:
        """What was last applied for a target; read as a whole at the first look-up."""
        return _Ledger(lambda: self._look(lambda store: store.entries(target)) or {})

    def runs(self, target: Target, limit: int = 100) -> tuple[SavedRun, ...]:
        """The saved runs of a target, the latest first."""
        return self._look(lambda store: store.runs(target, limit)) or ()

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

        self._guarded(saving)

    def keep(self, target: Target, work: Callable[[Writes], None]) -> None:
        """Keep something about the writes of a target; the store stays open for the next."""

        def keeping() -> None:
            from reconciler.store.writes import Writes

            work(Writes(self._kept().engine, target))

        self._guarded(keeping)

    def running(self, target: Target) -> Mapping[str, str]:
        """By address key, the operations that earlier runs left under way, as far as is known."""

        def read(database: Database) -> Mapping[str, str]:
            from reconciler.store.writes import Writes

            return Writes(database.engine, target).running()

        return self._look(read) or {}

    def durations(self, target: Target) -> Mapping[tuple[Kind, Verb], float]:
        """Seconds that writes of a kind usually took, as far as is known."""

        def read(database: Database) -> Mapping[tuple[Kind, Verb], float]:
            from reconciler.store.writes import Writes

            return Writes(database.engine, target).durations()

        return self._look(read) or {}

    def writes(self, target: Target, limit: int = 100) -> list[dict[str, Any]]:
        """The latest writes of a target, newest first."""

        def read(database: Database) -> list[dict[str, Any]]:
            from reconciler.store.writes import Writes

            return Writes(database.engine, target).latest(limit)

        return self._look(read) or []

    def seen(self, target: Target) -> Mapping[str, Seen]:
        """By address key, what was seen of the replication of a target's versions."""

        def read(database: Database) -> Mapping[str, Seen]:
            from reconciler.store.replications import seen_in

            return seen_in(database.engine, target)

        return self._look(read) or {}

    def keep_seen(self, target: Target, seen: Mapping[str, Seen]) -> None:
        """Keep what was seen of some versions' replication."""

        def keeping() -> None:
            from reconciler.store.replications import keep_seen

            keep_seen(self._kept().engine, target, seen)

        if seen:
            self._guarded(keeping)

    def _kept(self) -> Database:
        """The store opened for writing, once for all threads."""
        with self._lock:
            if self._database is None:
                self._write(self._open)
            assert self._database is not None
            return self._database

    def _open(self, database: Database) -> None:
        self._database = database

    def _look(self, look: Callable[[Database], T]) -> T | None:
        """What a look finds, None where no store is there yet: looking makes no file."""
        return None if self._blind else self._guarded(lambda: self._read(look))

    def _read(self, look: Callable[[Database], T]) -> T | None:
        if not self._is_there():
            return None
        from reconciler.store.opening import read_from

        return read_from(self._file, look)

    def _write(self, work: Callable[[Database], None]) -> None:
        self._is_there()
        from reconciler.store.opening import write_to

        make_folder(self._file.parent)
        write_to(self._file, work, warn=self._say, clock=self._clock)

    def _is_there(self) -> bool:
        """Whether there is a store. Raises OSError for what is no plain file: to open a pipe would wait for ever."""
        for name in (FILE, *(f"{FILE}{companion}" for companion in COMPANIONS)):
            found = self._file.with_name(name)
            if found.exists() and not found.is_file():
                raise OSError(f"{name} is no plain file")
        return self._file.exists()

    def _guarded(self, work: Callable[[], T]) -> T | None:
        if self._lost:
            return None
        try:
            return work()
        except Foreign as error:  # who saves begins a new one
            self._blind = True
            self._say(f"{_told(error)}{WITHOUT}")
        except Exception as error:  # noqa: BLE001 - nothing a store can do is worth a run
            with self._losing:
                first, self._lost = not self._lost, True
            if first:
                self._say(f"{_told(error)}{WITHOUT}")
        return None

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
