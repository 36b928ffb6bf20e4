"""How a store is opened: what is newer is left alone, what is not ours or damaged is moved aside and begun anew.

A look never writes: only who saves makes a store, changes its layout or moves a file aside.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.exc import DatabaseError

from reconciler.store.damage import Foreign
from reconciler.store.database import Database
from reconciler.store.folder import COMPANIONS
from reconciler.store.tables import check_layout, known_version, migrate, version_of

PATIENCE: Final = 5.0  # seconds for another process to end its transaction
DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
DURABILITY: Final = "NORMAL"  # a killed process loses nothing; of a power cut Azure itself remembers what runs
NEXT_APPLY: Final = "an apply moves it aside and begins a new one"

T = TypeVar("T")


class Newer(Exception):  # noqa: N818 - a state of the world
    """A store whose layout this program does not know."""


def read_from(file: Path, look: Callable[[Database], T]) -> T | None:
    """What a look at the store as it is finds; None where it holds nothing yet or is of an older layout.

    Raises Newer, Foreign for what an apply begins anew, OSError, SQLAlchemyError.
    """
    engine = _engine(file, "ro")
    try:
        with engine.begin() as connection:
            version = _known(version_of(connection))
            if version < known_version():
                return None
            check_layout(connection)
        return look(Database(engine))
    except (DatabaseError, Foreign) as error:
        if _useless(error):
            raise Foreign(f"{_why(error)}; {NEXT_APPLY}") from error
        raise


def write_to(
    file: Path, work: Callable[[Database], None], *, warn: Callable[[str], None], clock: Callable[[], datetime]
) -> None:
    """Do some work on the store, made or brought to this version's layout; one that is useless is begun anew once.

    Raises Newer, OSError, SQLAlchemyError.
    """
    try:
        work(_opened(file))
    except (DatabaseError, Foreign) as error:
        if not _useless(error):
            raise
        aside = _moved_aside(file, clock())
        warn(f"{_why(error)}; it was moved to {aside.name} and a new one is begun")
        work(_opened(file))


def _opened(file: Path) -> Database:
    if file.exists():
        with _engine(file, "ro").begin() as connection:
            _known(version_of(connection))  # before anything is written: a newer store is never touched
    else:
        _make(file)
    engine = _engine(file, "rwc")
    with engine.begin() as connection:
        migrate(connection)
        check_layout(connection)
    return Database(engine)


def _make(file: Path) -> None:
    """Make the file for its owner alone, whatever the umask: signed addresses of operations (fact 3.2/2) stand in it.

    What SQLite keeps beside it gets the same mode. Never for a file that is there: to close it would end the locks
    that this process has on it.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    os.close(handle)


def _known(version: int) -> int:
    if version > known_version():
        raise Newer(f"it was written by a newer version (layout {version}, this one knows {known_version()})")
    return version


def _engine(file: Path, mode: str) -> Engine:
    address = f"{file.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)
        if mode != "ro":
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {DURABILITY}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    begin = "BEGIN" if mode == "ro" else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _useless(error: Any) -> bool:
    """Whether the file can never be used, unlike one that is locked or may not be read."""
    if isinstance(error, Foreign):
        return True
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF in DAMAGED


def _why(error: Any) -> str:
    return str(error) if isinstance(error, Foreign) else f"it is no store ({error.orig})"


def _moved_aside(file: Path, moment: datetime) -> Path:
    """Rename the file and what SQLite keeps beside it; the name says when."""
    name = f"{file.name}.aside-{moment:%Y%m%dT%H%M%SZ}"
    aside, number = file.with_name(name), 1
    while aside.exists():
        number += 1
        aside = file.with_name(f"{name}-{number}")
    for companion in ("", *COMPANIONS):
        source = file.with_name(f"{file.name}{companion}")
        if source.exists():
            source.rename(file.with_name(f"{aside.name}{companion}"))
    return aside
