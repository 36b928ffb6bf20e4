"""The folder of local state: made where it is missing, and kept out of git."""

from __future__ import annotations

from pathlib import Path
from typing import Final

COMPANIONS: Final = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database, after its name


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner alone, and a `.gitignore` in it, unless it is there already. Raises OSError.

    What is kept there names resources and holds signed addresses of operations (fact 3.2/2).
    """
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)  # another process may be making it too
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
