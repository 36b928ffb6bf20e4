"""Standard streams as pages. Results must arrive or be missed aloud; progress may get lost, the work goes on."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

from reconciler.errors import ReconcilerError, reason_of

PLAIN_WIDTH = 120
LONGEST_LINE = 4_000
STREAMS = (0, 1, 2)
UNTOUCHED = "interrupted, nothing was written"


class Unwritable(ReconcilerError):  # noqa: N818 - a state of the world, told in one line
    """Standard output takes no more; `closed` where its reader simply left."""

    def __init__(self, reason: str, *, closed: bool) -> None:
        super().__init__(f"standard output cannot be written: {reason}")
        self.closed = closed


class _Said:
    """Whether this process has begun to print a result, and why it can print no more."""

    anything = False
    lost: Unwritable | None = None
    gathered: list[Any] | None = None
    last_words: Callable[[], None] | None = None
    done_before: tuple[str, ...] = ()
    held: Any = None
    passed = False


def prepare_streams() -> None:
    """Make the standard streams safe to write: none missing, no character that an encoding could refuse."""
    for number in STREAMS:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - as long as we live
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def settle_streams() -> None:
    """Let go of what could not be written, so that the interpreter's last flush does not change the exit code."""
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream = getattr(sys, name)
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)


def page_of(stream: TextIO, *, subscriptions: bool = False) -> Any:
    """The page a stream is: as wide as its terminal, coloured only on one (NO_COLOR honoured)."""
    from reconciler.render.paint import Page

    terminal = stream.isatty()
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if terminal else PLAIN_WIDTH
    colour = terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return Page(width, colour, subscriptions)


def say(text: str) -> None:
    """Print a result. Raises Unwritable."""
    if _Said.lost is not None:
        raise _Said.lost
    _Said.anything = True
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        _silence(sys.stdout)
        reason = reason_of(error)
        _Said.lost = Unwritable(reason, closed=isinstance(error, BrokenPipeError))
        raise _Said.lost from error


def say_document(document: Any) -> None:
    """Print a result as JSON, pure whatever the stream's encoding, or keep it where results are gathered.

    Raises Unwritable.
    """
    if gathered(document):
        return
    from reconciler.render.documents import as_json

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").replace("_", "")
    say(as_json(document, plain_ascii=encoding != "utf8"))


def gathered(document: Any) -> bool:
    """Keep a part where the parts of one result are gathered; whether they are."""
    if _Said.gathered is None:
        return False
    _Said.gathered.append(document)
    return True


def hold(document: Any) -> None:
    """Keep the document of a pass that another one follows: the last one is printed, or what kept it from that."""
    if not gathered(document):
        _Said.held = document


def held() -> dict[str, Any]:
    """The document of the pass before, empty where there is none."""
    return dict(_Said.held or {})


def note_pass() -> None:
    """Remember that a pass was carried out, for whoever is interrupted in the next one."""
    _Said.passed = True


def has_said() -> bool:
    """Whether a result was begun: a second JSON document would make it none."""
    return _Said.anything


@contextmanager
def gathering(into: list[Any], last_words: Callable[[], None]) -> Iterator[None]:
    """Keep the documents of one part of a result; `last_words` prints the whole if the process has to end meanwhile."""
    _Said.gathered, _Said.last_words = into, last_words
    try:
        yield
    finally:
        _Said.gathered = _Said.last_words = None


def note_done(name: str) -> None:
    """Remember a target whose turn is over, for whoever is interrupted later."""
    _Said.done_before = (*_Said.done_before, name)
    _Said.passed = False


def untouched_words() -> str:
    """What an interruption before the first write of a target means."""
    if _Said.passed:
        return "interrupted while planning again, nothing was written after the first pass"
    if not _Said.done_before:
        return UNTOUCHED
    return f"interrupted, nothing was written for this target; before it ran {', '.join(_Said.done_before)}"


def tell(text: str) -> None:
    """Print a line of progress or trouble; what nobody can read stops nothing."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except RuntimeError:  # a signal handler speaks into a write of its own thread
        with suppress(OSError):
            os.write(2, f"{text}\n".encode(errors="backslashreplace"))
    except (OSError, ValueError):
        _silence(sys.stderr)


def tell_safely(text: str) -> None:
    """Print trouble that holds somebody else's words: no secrets, no control characters."""
    from reconciler.render.words import safe

    lines = (safe(line) for line in text.split("\n"))
    tell("\n".join(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in lines))


def tell_diagnostics(diagnostics: tuple[Any, ...]) -> None:
    """Print every finding about manifests or settings."""
    for found in diagnostics:
        tell_safely(str(found))


def leave(code: int) -> NoReturn:
    """End the process now: no thread is joined, nothing is waited for."""
    if _Said.last_words is not None:
        _Said.gathered = None
        with suppress(Exception):
            _Said.last_words()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, RuntimeError):
            stream.flush()
    os._exit(code)


def _silence(stream: TextIO) -> None:
    """Let what is still buffered go nowhere: the interpreter flushes once more at its end and would fail again."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
