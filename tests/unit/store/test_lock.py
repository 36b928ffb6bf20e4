"""The lock of a target: what cannot be locked costs one line, a file that was removed meanwhile locks nobody out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from reconciler.errors import Locked
from reconciler.model.plan import Target
from reconciler.store.lock import Holder, locked
from tests.support.commands import ROOT

TARGET = Target("estate", "AzureCloud", "prod")


def hold(
    folder: Path,
    warned: list[str],
    timeout: float = 0,
    waiting: Callable[[Holder | None], None] = lambda _: None,
) -> AbstractContextManager[None]:
    return locked(
        folder,
        TARGET,
        "work",
        timeout=timeout,
        moment=lambda: "2026",
        clock=time.monotonic,
        nap=time.sleep,
        waiting=waiting,
        warn=warned.append,
    )


def file_of(folder: Path) -> Path:
    """Where the lock stands."""
    with hold(folder, []):
        (file,) = (folder / "locks").iterdir()
    return file


def pipe(file: Path) -> None:
    os.mkfifo(file)


def link(file: Path) -> None:
    file.with_name("elsewhere").touch()
    file.symlink_to("elsewhere")


@pytest.mark.parametrize("make", [pipe, link, Path.mkdir])
def test_what_cannot_be_locked_costs_one_line_and_stays(tmp_path: Path, make: Callable[[Path], None]) -> None:
    file = file_of(tmp_path)
    file.unlink()
    make(file)
    mode = file.lstat().st_mode
    warned: list[str] = []

    with hold(tmp_path, warned):
        assert len(warned) == 1

    (line,) = warned
    assert line.startswith(f"no lock: {file}: ")
    assert line.endswith("; two applies of target estate at once are not kept apart")
    assert file.lstat().st_mode == mode


def test_a_file_in_the_place_of_the_folder_costs_one_line(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("mine", encoding="utf-8")
    warned: list[str] = []

    with hold(tmp_path, warned):
        pass

    assert [": Not a directory; two applies" in line for line in warned] == [True]
    assert (tmp_path / "locks").read_text(encoding="utf-8") == "mine"


def test_on_a_full_disk_it_is_held_all_the_same(tmp_path: Path) -> None:
    file_of(tmp_path).write_bytes(b"")
    code = (
        "import sys, pathlib, resource; from tests.unit.store.test_lock import hold\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "with hold(pathlib.Path(sys.argv[1]), warned := []):\n"
        "    print('held', warned, flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held []\n"

    with pytest.raises(Locked, match="is being applied by another process"), hold(tmp_path, []):
        pass
    holder.communicate(timeout=20)
    assert holder.returncode == 0


def test_who_waited_for_a_file_that_was_removed_takes_the_one_that_is_there(tmp_path: Path) -> None:
    warned: list[str] = []
    waits, got = threading.Event(), threading.Event()

    def wait() -> None:
        with hold(tmp_path, [], 20, lambda _: waits.set()):
            got.set()
            with pytest.raises(Locked), hold(tmp_path, []):
                pass

    waiter = threading.Thread(target=wait)
    with hold(tmp_path, warned):
        waiter.start()
        assert waits.wait(10)
        shutil.rmtree(tmp_path / "locks")
        assert not got.is_set()
    waiter.join(20)

    assert got.is_set()
    assert [line.partition(" was removed while it was held; ")[2] for line in warned] == [
        "another apply may have run at the same time"
    ]
