"""A state file that is damaged, or was never an emulator's, is told by name: it is neither touched nor begun anew."""

from __future__ import annotations

import contextlib
import os
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from reconciler.emulator.serve import UnreadableStateError, attach, start
from reconciler.emulator.settings import EmulatorSettings
from tests.emulator.arm import API, gallery
from tests.emulator.doomed import GALLERIES, ROOT

MANIFEST = """
apiVersion: gallery-reconciler/v1
kind: Gallery
metadata: {name: corp, subscription: 00000000-0000-0000-0000-000000000001, resourceGroup: rg-images}
spec: {location: westeurope}
"""


def overwrite(state: Path, start: int, content: bytes) -> None:
    with state.open("r+b") as file:
        file.seek(start)
        file.write(content)


def another_database(state: Path, sql: str) -> None:
    state.unlink()
    with contextlib.closing(sqlite3.connect(state)) as database:
        database.execute(sql)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "not a database": lambda state: state.write_bytes(random.Random(0).randbytes(20_000)),
    "a word": lambda state: state.write_text("nothing"),
    "cut to nothing": lambda state: os.truncate(state, 0),
    "cut to a page": lambda state: os.truncate(state, 4_096),
    "cut to a half": lambda state: os.truncate(state, state.stat().st_size // 2),
    "overwritten inside": lambda state: overwrite(state, 4_096, b"\xa5" * 9_000),
    "another database": lambda state: another_database(state, "CREATE TABLE customers (name TEXT)"),
    "another layout": lambda state: another_database(state, "CREATE TABLE resources (key TEXT PRIMARY KEY)"),
}


def sound(state: Path) -> None:
    with start(EmulatorSettings(state=state)) as emulator:
        headers = {"Authorization": f"Bearer {emulator.token}"}
        url = f"{emulator.base_url}{GALLERIES}/corp?api-version={API}"
        assert requests.put(url, json=gallery(), headers=headers, timeout=5).status_code == 201


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_state_file_is_refused_by_name_and_never_begun_anew(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    state = tmp_path / "state.db"
    sound(state)
    kept = state.read_bytes()
    damage(state)
    damaged = state.read_bytes()
    for door in (start, attach):
        with pytest.raises(UnreadableStateError, match=re.escape(str(state))):
            door(EmulatorSettings(state=state))
    assert state.read_bytes() == damaged
    state.write_bytes(kept)
    with start(EmulatorSettings(state=state)) as emulator:
        assert [body["name"] for body in emulator.resources().values()] == ["corp"]


@pytest.mark.parametrize("damage", ["not a database", "cut to nothing"])
@pytest.mark.parametrize("command", ["emulator", "plan"])
def test_commands_tell_a_damaged_state_file_in_one_line(tmp_path: Path, damage: str, command: str) -> None:
    state = tmp_path / "state.db"
    sound(state)
    DAMAGES[damage](state)
    (tmp_path / "corp.yaml").write_text(MANIFEST)
    given = {"emulator": ["--state", str(state)], "plan": [str(tmp_path / "corp.yaml"), "--cloud", "emulator"]}[command]
    ran = subprocess.run(
        [sys.executable, "-m", "reconciler", command, *given],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "RECONCILER_EMULATOR_STATE": str(state)},
    )
    assert (ran.returncode, ran.stdout) == (64, "")
    error, hint = ran.stderr.strip().split("\n")
    assert error.startswith(f"error: {state} is no emulator's state, or is damaged: ")
    assert "move it away" in hint


def test_a_state_file_that_was_removed_is_begun_anew(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    sound(state)
    state.unlink()
    with start(EmulatorSettings(state=state)) as emulator:
        assert not emulator.resources()
