"""Reading and writing the store: entries of the ledger and saved runs, each save one transaction.

Speaks to an engine and uses nothing that only one database knows, so that another one than SQLite can stand behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, bindparam, delete, insert, select

from reconciler.kinds.paths import recalled
from reconciler.kinds.registry import rules_of
from reconciler.model.address import Address, Kind
from reconciler.model.ledger import Applied
from reconciler.model.plan import Target
from reconciler.model.run import SavedRun
from reconciler.store.tables import LEDGER, RUNS

KEPT_RUNS: Final = 100


class Database:
    """An opened store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The door to the database itself, for what else is kept in it."""
        return self._engine

    def entries(self, target: Target) -> Mapping[str, Applied]:
        """The whole ledger of a target by address key; an entry that cannot be read is none."""
        wanted = select(LEDGER).where(*of(LEDGER, target))
        with self._engine.begin() as connection:
            rows = connection.execute(wanted).mappings().all()
        return _Entries({str(row["address"]): row for row in rows})

    def runs(self, target: Target, limit: int) -> tuple[SavedRun, ...]:
        """The saved runs of a target, the latest first."""
        wanted = select(RUNS).where(*of(RUNS, target)).order_by(RUNS.c.started.desc(), RUNS.c.id.desc()).limit(limit)
        with self._engine.begin() as connection:
            return tuple(_run(row) for row in connection.execute(wanted).mappings())

    def save(self, target: Target, run: SavedRun, put: Mapping[Address, Applied], gone: Iterable[Address]) -> None:
        """Save a run in place of what was known of it, and what it changed in the ledger."""
        with self._engine.begin() as connection:
            connection.execute(delete(RUNS).where(RUNS.c.id == run.id))
            connection.execute(insert(RUNS).values(**where(target), **_run_row(run)))
            _forget_old_runs(connection, target)
            _replace_entries(connection, target, [*put, *gone], [_row(target, run, *entry) for entry in put.items()])


def _replace_entries(connection: Connection, target: Target, stale: list[Address], rows: list[dict[str, Any]]) -> None:
    if stale:
        old = delete(LEDGER).where(*of(LEDGER, target), LEDGER.c.address == bindparam("old"))
        connection.execute(old, [{"old": address.key} for address in stale])
    if rows:
        connection.execute(insert(LEDGER), rows)


def _forget_old_runs(connection: Connection, target: Target) -> None:
    kept = select(RUNS.c.id).where(*of(RUNS, target)).order_by(RUNS.c.started.desc(), RUNS.c.id.desc())
    connection.execute(delete(RUNS).where(*of(RUNS, target), RUNS.c.id.not_in(kept.limit(KEPT_RUNS))))


def where(target: Target) -> dict[str, str]:
    """What rows belong to: an emulator's resources may have the addresses of real ones."""
    return {"cloud": target.cloud, "target": target.name, "instance": target.instance}


def of(table: Table, target: Target) -> list[Any]:
    """The conditions that find a target's rows."""
    return [table.c[name] == value for name, value in where(target).items()]


def _row(target: Target, run: SavedRun, address: Address, applied: Applied) -> dict[str, Any]:
    return {
        **where(target),
        "address": address.key,
        "kind": str(address.kind),
        "body": _text(applied.body),
        "unchecked": _text(applied.unchecked),
        "applied_at": applied.at,
        "revision": applied.revision,
        "digest": run.digest,
    }


def _run_row(run: SavedRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "digest": run.digest,
        "revision": run.revision,
        "started": run.started,
        "ended": run.ended,
        "exit_code": run.exit_code,
        "counts": _text(run.counts),
        "report": None if run.report is None else _text(run.report),
    }


def _run(row: Mapping[Any, Any]) -> SavedRun:
    return SavedRun(
        row["id"],
        row["digest"],
        row["revision"],
        row["started"],
        row["ended"],
        row["exit_code"],
        _object(row["counts"]) or {},
        _object(row["report"]),
    )


class _Entries(Mapping[str, Applied]):
    """Rows by address key, each read when it is asked for."""

    def __init__(self, rows: Mapping[str, Mapping[Any, Any]]) -> None:
        self._rows = rows

    def __getitem__(self, key: str) -> Applied:
        row = self._rows[key]
        body, unchecked = _object(row["body"]), _object(row["unchecked"])
        if body is None or unchecked is None or row["kind"] not in set(Kind):
            raise KeyError(key)
        shape = rules_of(Kind(row["kind"])).shape
        return Applied(recalled(shape, (), body), unchecked, str(row["applied_at"]), str(row["revision"]))

    def __iter__(self) -> Any:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _object(text: Any) -> dict[str, Any] | None:
    """A JSON object; None for what is none."""
    try:
        value = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
