"""The reports of the latest runs, a JSON file each: the store's folder holds what a killed process knew last.

Apart from the store's database because these are for people and pipelines, and are written while a run goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.store.files import replace_file
from reconciler.store.folder import make_folder

FOLDER: Final = "runs"
KEPT_REPORTS: Final = 100


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
        if last:
            with suppress(OSError):
                _forget(self._own.parent)

    def _write(self, path: Path, text: str, *, last: bool) -> None:
        try:
            if path is self._own:
                make_folder(path.parent.parent)
                path.parent.mkdir(mode=0o700, exist_ok=True)
            replace_file(path, text, durable=last)
        except (OSError, ValueError) as error:
            self._lost.add(path)
            why = getattr(error, "strerror", None) or str(error)
            self._warn(f"the run report {path} cannot be written: {why}; the run goes on without it")


def _forget(folder: Path) -> None:
    """Of the reports the latest stay, by the moment their names begin with; so do halves that a killed process left."""
    for old in sorted(folder.iterdir(), key=lambda path: path.name.lstrip("."), reverse=True)[KEPT_REPORTS:]:
        old.unlink(missing_ok=True)
