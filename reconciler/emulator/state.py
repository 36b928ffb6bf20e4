"""What the emulator remembers: resources and operations in one SQLite file.

A row holds the body as it will read when settled, and beside it the phase with its start and end.
Whether an operation is over is a comparison with the clock, never an event, so a killed process
loses nothing. One connection and one lock; only the holder of the state's lock file writes.
"""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

from reconciler.emulator.addresses import EXTENSIONS, Kind
from reconciler.emulator.records import Operation, Phase, Resource, Row, resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
  key TEXT PRIMARY KEY, kind TEXT NOT NULL, parent TEXT NOT NULL, subscription TEXT NOT NULL, mark TEXT NOT NULL,
  id TEXT NOT NULL, body TEXT NOT NULL, hidden TEXT NOT NULL, phase TEXT NOT NULL,
  started REAL NOT NULL, ends REAL NOT NULL, failure TEXT, revision INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_parent ON resources (kind, parent, key);
CREATE INDEX IF NOT EXISTS by_subscription ON resources (kind, subscription, key);
CREATE INDEX IF NOT EXISTS by_location ON resources (kind, subscription, json_extract(body, '$.location'));
CREATE TABLE IF NOT EXISTS operations (
  id TEXT PRIMARY KEY, subscription TEXT NOT NULL, location TEXT NOT NULL,
  started REAL NOT NULL, ends REAL NOT NULL, failure TEXT, advises INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_COLUMNS = "id, kind, parent, subscription, mark, body, hidden, phase, started, ends, failure, revision"
_LIVE = "NOT (phase = 'Deleting' AND ends <= ? AND failure IS NULL)"
_LAYOUT = "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY cid"
_SHORTEST = 100
_BORN = "NOT (phase = 'Creating' AND started > ?)"
_FORGET_AFTER = 86_400.0


class UnreadableStateError(RuntimeError):
    """A state file is damaged, or is no emulator's; nothing was written to it."""


class Store:
    """The SQLite file behind one running emulator; one that was `served` before cannot be empty."""

    def __init__(self, path: Path, now: float, *, served: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = _opened(path, served=served)
        row = self._db.execute("SELECT max(revision) FROM resources").fetchone()
        self._revision = int(row[0] or 0)
        with self.writing():
            self._db.execute(
                "DELETE FROM resources WHERE phase = 'Deleting' AND ends < ? AND failure IS NULL AND kind <> ?",
                (now - _FORGET_AFTER, Kind.GROUP),
            )
            self._db.execute("DELETE FROM operations WHERE ends < ?", (now - _FORGET_AFTER,))

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Make everything inside happen, or nothing of it; inside another one, it is a part of that."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def fact(self, name: str, make: Callable[[], str]) -> str:
        """Read a remembered word, which is made when it was never remembered."""
        with self._lock:
            known = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
            if known is None:
                known = (make(),)
                self._db.execute("INSERT INTO facts VALUES (?, ?)", (name, *known))
            return str(known[0])

    def find(self, key: str, now: float) -> Resource | None:
        """Find the resource of a folded id, unless it is gone at that moment."""
        found = self._select(f"key = ? AND {_LIVE}", (key, now))
        return found[0] if found else None

    def children(
        self, kind: Kind, parent: str, now: float, after: str = "", limit: int = -1, *, born: float = math.inf
    ) -> list[Row]:
        """List what lies directly below a folded parent id and was there at a moment (`born`), in key order."""
        where = f"kind = ? AND parent = ? AND key > ? AND {_LIVE} AND {_BORN} ORDER BY key LIMIT ?"
        return self._listed(where, (kind, parent, after, now, born, limit))

    def in_subscription(
        self, kind: Kind, subscription: str, now: float, after: str = "", limit: int = -1, *, born: float = math.inf
    ) -> list[Row]:
        """List what is of one kind in a subscription and was there at a moment (`born`), in key order."""
        where = f"kind = ? AND subscription = ? AND key > ? AND {_LIVE} AND {_BORN} ORDER BY key LIMIT ?"
        return self._listed(where, (kind, subscription.lower(), after, now, born, limit))

    def marked(self, kind: Kind, parent: str, mark: str, now: float) -> list[Resource]:
        """Find those of one kind below a parent (or in a subscription) that carry a mark."""
        return self._select(
            f"kind = ? AND (parent = ? OR subscription = ?) AND mark = ? AND {_LIVE}", (kind, parent, parent, mark, now)
        )

    def named(self, kind: Kind, name: str) -> list[Resource]:
        """Find those of one kind whose folded id ends in a folded name, wherever they lie."""
        return self._select("kind = ? AND substr(key, -length(?)) = ?", (kind, f"/{name}", f"/{name}"))

    def around(
        self,
        kind: Kind,
        at: list[str],
        below: str | None,
        word: str | None,
        after: str,
        limit: int,
        *,
        now: float = math.inf,
    ) -> list[Row]:
        """List one kind at folded scopes, below another, or both; `word` must end the mark."""
        where = f"parent IN ({','.join('?' * len(at))})"
        values: list[object] = [kind, *at]
        if below is not None:
            where = f"({where} OR (parent > ? AND parent < ?))"
            values += [f"{below}/", f"{below}0"]
        if word is not None:
            where += " AND substr(mark, -length(?)) = ?"
            values += [f"\n{word}", f"\n{word}"]
        where += f" AND {_LIVE} AND {_BORN} AND key > ? ORDER BY key LIMIT ?"
        return self._listed(f"kind = ? AND {where}", (*values, now, now, after, limit))

    def fate(self, key: str) -> tuple[Phase, float] | None:
        """Tell in which phase the row of a folded id is, and when that ends; None if there never was such a row."""
        rows = self._rows("SELECT phase, ends FROM resources WHERE key = ?", (key,))
        return (Phase(rows[0][0]), float(rows[0][1])) if rows else None

    def sweep(self, scope: str, ends: float) -> None:
        """Let everything below a folded scope be gone at a moment; what only hangs on it is gone at once."""
        span, hanging = (f"{scope}/", f"{scope}0"), tuple(sorted(EXTENSIONS))
        with self._lock:
            self._revision += 1
            marks = ",".join("?" * len(hanging))
            self._db.execute(
                f"DELETE FROM resources WHERE key > ? AND key < ? AND kind IN ({marks})",  # noqa: S608 - our own text
                (*span, *hanging),
            )
            self._db.execute(
                "UPDATE resources SET phase = ?, ends = ?, failure = NULL, revision = ?"
                " WHERE key > ? AND key < ? AND (phase <> ? OR ends > ? OR failure IS NOT NULL)",
                (Phase.DELETING, ends, self._revision, *span, Phase.DELETING, ends),
            )

    def inside(self, scope: str, kinds: Sequence[Kind], now: float, after: str = "", limit: int = -1) -> list[Row]:
        """List what lies anywhere below a folded scope and is of some kinds, in key order."""
        # the plus keeps SQLite off the index by kind, which it would have to sort
        where = f"key > ? AND key < ? AND +kind IN ({','.join('?' * len(kinds))}) AND {_LIVE} ORDER BY key LIMIT ?"
        return self._listed(where, (max(after, f"{scope}/"), f"{scope}0", *kinds, now, limit))

    def below(self, key: str, now: float, limit: int) -> list[str]:
        """List ids of the galleries' children anywhere below a folded id."""
        where = f"key > ? AND key < ? AND +kind IN (?, ?) AND {_LIVE} ORDER BY key LIMIT ?"
        rows = self._rows(
            f"SELECT id FROM resources WHERE {where}",  # noqa: S608 - our own text
            (f"{key}/", f"{key}0", Kind.IMAGE, Kind.VERSION, now, limit),
        )
        return [str(row[0]) for row in rows]

    def soft_deleted(self, scope: str, now: float, after: str = "", limit: int = -1) -> list[Row]:
        """List the soft-deleted versions of a folded definition, or of all below a gallery, in key order."""
        where = f"(parent = ? OR (parent > ? AND parent < ?)) AND started <= ? AND key > ? AND {_LIVE}"
        return self._listed(
            f"kind = ? AND {where} ORDER BY key LIMIT ?",
            (Kind.SOFT_DELETED, scope, f"{scope}/", f"{scope}0", now, after, now, limit),
        )

    def of_kind(self, kind: Kind, now: float) -> list[Resource]:
        """List one kind everywhere, in key order."""
        return self._select(f"kind = ? AND {_LIVE} ORDER BY key", (kind, now))

    def subscriptions(self) -> list[str]:
        """List the subscriptions that anything was ever written to."""
        rows = self._rows("SELECT DISTINCT subscription FROM resources WHERE subscription <> '' ORDER BY 1", ())
        return [str(row[0]) for row in rows]

    def count(self, kind: Kind, subscription: str) -> int:
        """Count one kind in a subscription."""
        rows = self._rows(
            "SELECT count(*) FROM resources WHERE kind = ? AND subscription = ?", (kind, subscription.lower())
        )
        return int(rows[0][0])

    def count_at(self, kind: Kind, subscription: str, location: str, now: float) -> int:
        """Count one kind in a subscription and region."""
        where = f"kind = ? AND subscription = ? AND json_extract(body, '$.location') = ? AND {_LIVE}"
        rows = self._rows(
            f"SELECT count(*) FROM resources INDEXED BY by_location WHERE {where}",  # noqa: S608 - our own text
            (kind, subscription.lower(), location, now),
        )
        return int(rows[0][0])

    def put(self, resource: Resource) -> None:
        """Keep a resource, in place of what had its id."""
        with self._lock:
            self._revision += 1
            failure = None if resource.failure is None else json.dumps(resource.failure)
            self._db.execute(
                "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    resource.key,
                    resource.kind,
                    resource.parent,
                    resource.subscription.lower(),
                    resource.mark,
                    resource.id,
                    json.dumps(resource.body),
                    json.dumps(resource.hidden),
                    resource.phase,
                    resource.started,
                    resource.ends,
                    failure,
                    self._revision,
                ),
            )

    def remove(self, key: str) -> None:
        """Forget a resource at once."""
        with self._lock:
            self._db.execute("DELETE FROM resources WHERE key = ?", (key,))

    def start(self, operation: Operation) -> None:
        """Keep an operation."""
        failure = None if operation.failure is None else json.dumps(operation.failure)
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO operations VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    operation.id,
                    operation.subscription.lower(),
                    operation.location,
                    operation.started,
                    operation.ends,
                    failure,
                    int(operation.advises),
                ),
            )

    def operation(self, operation_id: str, subscription: str) -> Operation | None:
        """Find an operation of a subscription."""
        rows = self._rows(
            "SELECT * FROM operations WHERE id = ? AND subscription = ?", (operation_id.lower(), subscription.lower())
        )
        if not rows:
            return None
        name, sub, location, started, ends, failure, advises = rows[0]
        return Operation(name, sub, location, started, ends, json.loads(failure) if failure else None, bool(advises))

    def _rows(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _listed(self, where: str, values: tuple[object, ...]) -> list[Row]:
        rows = self._rows(f"SELECT {_COLUMNS}, key FROM resources WHERE {where}", values)  # noqa: S608 - our own text
        return [Row(row[-1], row[-2], row[-4], row[:-1]) for row in rows]

    def _select(self, where: str, values: tuple[object, ...]) -> list[Resource]:
        rows = self._rows(f"SELECT {_COLUMNS} FROM resources WHERE {where}", values)  # noqa: S608 - our own text
        return [resource(row) for row in rows]


def _opened(path: Path, *, served: bool) -> sqlite3.Connection:
    """Open a state file, or begin one where none is."""
    size = path.stat().st_size if path.exists() else _SHORTEST
    if size < _SHORTEST and (size or served):  # SQLite would take it for a new one and drop its log
        raise _unreadable(path, f"it ends after {size} bytes" if size else "it is empty, and was not before")
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        _require_sound(database)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_SCHEMA)
    except sqlite3.DatabaseError as error:
        database.close()
        if isinstance(error, sqlite3.OperationalError):  # the machine's trouble, not the file's
            raise
        raise _unreadable(path, str(error)) from error
    return database


def _unreadable(path: Path, reason: str) -> UnreadableStateError:
    return UnreadableStateError(f"{path} is no emulator's state, or is damaged: {reason}")


def _require_sound(database: sqlite3.Connection) -> None:
    """Refuse a damaged file and somebody else's tables before anything is written."""
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(" ".join(found.split()))
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(_SCHEMA)
        ours = _layout(fresh)
    for table, columns in _layout(database).items():
        if columns != ours.get(table):
            raise sqlite3.DatabaseError(f"its table {table} is another one")


def _layout(database: sqlite3.Connection) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, column in database.execute(_LAYOUT):
        tables.setdefault(table, []).append(column)
    return tables
