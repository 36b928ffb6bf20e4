"""What stands in the store's place and is no file: it is never opened, never moved, and costs one line."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import chdir, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.model.address import Address
from reconciler.model.plan import Target
from reconciler.model.run import SavedRun
from reconciler.store.room import StoreRoom

TARGET = Target("estate", "AzureCloud", "prod")


def pipe(file: Path) -> None:
    os.mkfifo(file)


def socket_file(file: Path) -> None:
    with closing(socket.socket(socket.AF_UNIX)) as door, chdir(file.parent):  # a socket's path is at most 108 bytes
        door.bind(file.name)


def device(file: Path) -> None:
    file.symlink_to("/dev/zero")


@pytest.mark.parametrize("suffix", ["", "-wal", "-journal"])
@pytest.mark.parametrize("make", [pipe, socket_file, device, Path.mkdir])
def test_what_is_no_plain_file_is_never_opened_and_stays(
    tmp_path: Path, make: Callable[[Path], None], suffix: str
) -> None:
    odd = tmp_path / f"store.sqlite{suffix}"
    make(odd)
    mode = odd.lstat().st_mode
    warned: list[str] = []

    room = StoreRoom(tmp_path, warn=warned.append, clock=lambda: datetime(2026, 11, 1, tzinfo=UTC))
    assert room.ledger(TARGET).get(Address("s", "g", "corp")) is None
    room.save(TARGET, SavedRun("1", "d", "r", "2026-11-01"))

    file = tmp_path / "store.sqlite"
    assert warned == [f"the store {file} cannot be used: {odd.name} is no plain file; the run goes on without it"]
    assert [path.name for path in tmp_path.iterdir()] == [odd.name]
    assert odd.lstat().st_mode == mode
