"""The reports of the latest runs, a JSON file each: the store's folder holds what a killed process knew last.

Apart from the store's database because these are for people and pipelines, and are written while a run goes on.
"""

from __future__ import annotations

import re
import stat
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.errors import reason_of
from reconciler.store.files import replace_file
from reconciler.store.folder import make_folder

FOLDER: Final = "runs"
KEPT_REPORTS: Final = 100
OURS: Final = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{12}\.json|\.\d{8}T\d{9}Z-[0-9a-f]{12}-\w{8}", re.ASCII)


def run_name(started: str) -> str:
    """A name for a run that sorts by when it began, and is its own; an instant in UTC with milliseconds."""
    return f"{''.join(char for char in started[:23] if char.isalnum())}Z-{uuid.uuid4().hex[:12]}"


class RunFile:
    """Where the report of one run goes: `runs/<run>.json` of a state folder, and the place somebody named.

    `warn` takes one line for people: a report that cannot be kept stops no run.
    """

    def __init__(self, folder: Path, run: str, named: Path | None, *, warn: Callable[[str], None]) -> None:
        self._own = folder / FOLDER / f"{run}.json"
        self._named = named
        self._warn = warn
        self._lost: set[Path] = set()
        self._lock = threading.Lock()

    def write(self, text: str, *, last: bool) -> None:
        """Put the report where it belongs; the `last` one waits for the disk and makes older runs go."""
        with self._lock:
            for path in (self._own, self._named):
                if path is not None and path not in self._lost:
                    self._write(path, text, last=last)
        if last and self._own not in self._lost:
            with suppress(OSError):
                _forget(self._own)

    def _write(self, path: Path, text: str, *, last: bool) -> None:
        try:
            if path is self._own:
                make_folder(path.parent.parent)
                _make_own(path.parent)
            replace_file(path, text, durable=last)
        except (OSError, ValueError) as error:
            self._lost.add(path)
            why = reason_of(error)
            self._warn(f"the run report {path} cannot be written: {why}; the run goes on without it")


def _make_own(folder: Path) -> None:
    """Make the folder where it is missing. Raises OSError where something else is there: files are deleted in it."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise OSError(f"{folder.name} is no folder")


def _forget(own: Path) -> None:
    """Of the reports the latest stay, by the moment their names begin with; so do halves that a killed process left.

    A clock may have run ahead: the run's own report stays in any case, and so does what is no report of a run.
    """
    others = [path for path in own.parent.iterdir() if OURS.fullmatch(path.name) and path != own]
    for old in sorted(others, key=lambda path: path.name.lstrip("."), reverse=True)[KEPT_REPORTS - 1 :]:
        with suppress(OSError):
            old.unlink()
