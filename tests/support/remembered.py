"""What the store of a workbench remembers, and changes made past it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from reconciler.model.address import Scope
from reconciler.model.plan import Target
from reconciler.model.run import SavedRun
from reconciler.store.room import StoreRoom
from tests.support.workbench import GROUP, SUB, Workbench

TARGET = Target("manifests", "emulator", "test", (Scope(SUB, GROUP),))


def store_of(bench: Workbench) -> Path:
    """The file of the store that commands on the workbench use."""
    return bench.folder.parent / ".reconciler" / "store.sqlite"


def runs(bench: Workbench) -> tuple[SavedRun, ...]:
    """The saved runs, the latest first; a store that cannot be read fails the test."""

    def fail(line: str) -> None:
        raise AssertionError(line)

    return StoreRoom(store_of(bench).parent, warn=fail, clock=lambda: datetime.now(UTC)).runs(TARGET)


def known(bench: Workbench) -> dict[str, str]:
    """The bodies in the ledger by address key, as text."""
    with closing(sqlite3.connect(store_of(bench))) as database:
        return dict(database.execute("SELECT address, body FROM ledger").fetchall())


def in_portal(bench: Workbench, text: str) -> None:
    """Change Azure past the store: what the manifests say stays as it is."""
    manifest = bench.folder / "gallery.yaml"
    declared = manifest.read_text(encoding="utf-8")
    bench.write(text)
    bench.apply()
    manifest.write_text(declared, encoding="utf-8")
