"""Files that are only ever found whole: one that replaces another, and one to which whole lines are added.

Both are for their owner alone (mode 0600), because what stands in them names resources and people.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

OPENING: Final = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
APPENDING: Final = OPENING | os.O_APPEND | os.O_CREAT


def replace_file(path: Path, text: str, *, durable: bool = True) -> None:
    """Put a file in the place of another, so that whoever looks finds one of both. Raises OSError, ValueError.

    `durable` waits for the disk: what is not survives a killed process all the same, but not a lost machine.
    """
    number, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(number)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def append_line(path: Path, line: str) -> None:
    """Add a line in one write, so that lines of several processes do not mix. Raises OSError, also for no plain file.

    Opened anew each time: a file that was moved away to be kept elsewhere is begun anew. Of a line that a full disk
    cut off the beginning stays, as a line of its own.
    """
    data = f"{line}\n".encode(errors="backslashreplace")
    handle = os.open(path, APPENDING, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(f"{path.name} is no plain file")
        if os.write(handle, data) < len(data):
            _end_line(path, os.lseek(handle, 0, os.SEEK_CUR) - 1)
            raise OSError("there was room for a part of a line only")
    finally:
        os.close(handle)


def _end_line(path: Path, last: int) -> None:
    """Put a newline over the last byte of half a line: a byte more would find no room either."""
    with suppress(OSError):
        handle = os.open(path, OPENING)
        try:
            os.pwrite(handle, b"\n", last)
        finally:
            os.close(handle)
