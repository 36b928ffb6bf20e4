"""The event stream of an apply: a JSON object per line, to a file, a pipe or standard output, each line at once.

Who reads it may leave: that costs one line of warning and stops nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Final

from reconciler.cli.console import tell_safely
from reconciler.cli.options import Output
from reconciler.errors import UsageError

STDOUT: Final = "-"
OPENING: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK


class EventStream:
    """Takes whole lines. Never raises for what is behind the handle."""

    def __init__(self, handle: int, place: str) -> None:
        self._handle = handle
        self._place = place
        self._open = True

    def write(self, line: str) -> None:
        """Write one line, unbuffered."""
        rest = f"{line}\n".encode()
        try:
            while self._open and rest:
                rest = rest[os.write(self._handle, rest) :]
        except OSError as error:
            self._open = False
            why = error.strerror or str(error)
            tell_safely(f"warning: no more events to {self._place}: {why}; the apply goes on")


@contextmanager
def event_stream(place: str | None, output: Output) -> Iterator[EventStream | None]:
    """Open the place of events; where that is standard output, everything for people goes to standard error.

    Raises UsageError.
    """
    if place is None:
        yield None
        return
    if place == STDOUT and output is Output.JSON:
        raise UsageError("--events - and -o json would mix two results", "name a file for the events")
    handle = os.dup(sys.stdout.fileno()) if place == STDOUT else _opened(place)
    try:
        if place == STDOUT:
            with redirect_stdout(sys.stderr):
                yield EventStream(handle, "standard output")
        else:
            yield EventStream(handle, place)
    finally:
        with suppress(OSError):
            os.close(handle)


def _opened(place: str) -> int:
    """A file is added to; a pipe must have its reader by now, or the opening would wait for ever."""
    try:
        handle = os.open(place, OPENING, 0o600)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot write events to {place}: {why}", "name another file, or - for stdout") from error
    os.set_blocking(handle, True)
    return handle
