"""The event stream of an apply: a JSON object per line, to a file, a pipe or standard output, each line at once.

Who reads it may leave, or read no more: that costs one line of warning and stops nothing.
"""

from __future__ import annotations

import os
import re
import select
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import Final

from reconciler.cli.console import tell_safely
from reconciler.cli.options import Output
from reconciler.errors import UsageError, reason_of

STDOUT: Final = "-"
OPENING: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
OURS: Final = re.compile(rb'\{"schemaVersion": \d+, "time": "[^"]*", "event": "[a-zA-Z]+", "run": ')
PATIENCE: Final = 1.0  # seconds in which a reader has to make room for a line
AT_ONCE: Final = select.PIPE_BUF  # bytes that go into a pipe that says it has room, without waiting


class EventStream:
    """Takes whole lines. Never raises for what is behind the handle."""

    def __init__(self, handle: int, place: str) -> None:
        self._handle = handle
        self._place = place
        self._open = True
        self._plain = stat.S_ISREG(os.fstat(handle).st_mode)

    def write(self, line: str) -> None:
        """Write one line, unbuffered; wait `PATIENCE` for a reader that has not read what came before, once."""
        rest = f"{line}\n".encode()
        try:
            until = time.monotonic() + PATIENCE
            while self._open and rest:
                rest = rest[self._wrote(rest, until) :]
        except OSError as error:
            self._open = False
            why = reason_of(error)
            tell_safely(f"warning: no more events to {self._place}: {why}; the apply goes on")

    def _wrote(self, rest: bytes, until: float) -> int:
        """How many bytes were taken. What is no file is asked first: standard output may be one that waits."""
        if self._plain:
            return os.write(self._handle, rest)
        poll = select.poll()
        poll.register(self._handle, select.POLLOUT)
        while poll.poll(max(0.0, until - time.monotonic()) * 1000):
            with suppress(BlockingIOError):
                return os.write(self._handle, rest[:AT_ONCE])
            if time.monotonic() >= until:
                break
        raise TimeoutError("its reader does not read")


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


def check_apart(events: str | None, report: str | None) -> None:
    """The report replaces its file, so nothing else may be written to that, however it is named. Raises UsageError."""
    if events is None or report is None:
        return
    place = "/dev/stdout" if events == STDOUT else events
    with suppress(OSError, ValueError):
        same = os.path.realpath(place) == os.path.realpath(report)
        if same or Path(place).samefile(report):
            raise UsageError(f"--events {events} and --report {report} are one file", "name two files")


def _opened(place: str) -> int:
    """A file of events is added to; a pipe must have its reader by now, or the opening would wait for ever."""
    from reconciler.source.plan_file import check_place

    try:
        if Path(place).is_file():
            check_place(place, "events", OURS)
        handle = os.open(place, OPENING, 0o600)
    except (OSError, ValueError) as error:
        why = reason_of(error)
        raise UsageError(f"cannot write events to {place}: {why}", "name another file, or - for stdout") from error
    _end_line(handle, place)
    return handle


def _end_line(handle: int, place: str) -> None:
    """A full disk may have cut off what an earlier run wrote: its half of a line must not swallow the first of ours."""
    with suppress(OSError):
        if stat.S_ISREG(os.fstat(handle).st_mode) and (size := os.fstat(handle).st_size):
            with Path(place).open("rb") as file:
                file.seek(size - 1)
                if file.read(1) != b"\n":
                    os.write(handle, b"\n")
