"""The folder of local state: made where it is missing, and kept out of git."""

from __future__ import annotations

from pathlib import Path
from typing import Final

COMPANIONS: Final = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database, after its name


def make_folder(folder: Path) -> None:
    """Make the folder and a `.gitignore` in it, unless it is there already. Raises OSError."""
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
