"""The wall around every command: each failure becomes one clear line, an exit code, and a document where JSON is asked.

Until an apply takes over the signals, a signal ends the process at once: nothing has been written by then.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn, ParamSpec

import typer

from reconciler.cli.console import (
    Unwritable,
    has_said,
    held,
    leave,
    say_document,
    tell,
    tell_diagnostics,
    tell_safely,
    untouched_words,
)
from reconciler.errors import ExitCode, InvalidInput, ReconcilerError

P = ParamSpec("P")
FAULT = "this is a fault of the reconciler; RECONCILER_DEBUG=1 shows where"
SIGNALS = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


def walled(command: Callable[P, int]) -> Callable[P, None]:
    """Turn a command's result into its exit code, and every failure into one clear line."""
    return _around(command, always_json=False)


def walled_json(command: Callable[P, int]) -> Callable[P, None]:
    """The same for a command whose result is JSON where nothing else is asked."""
    return _around(command, always_json=True)


def _around(command: Callable[P, int], *, always_json: bool) -> Callable[P, None]:
    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asked = kwargs.get("output")
        json = asked == "json" or (always_json and asked is None)
        budget = kwargs.get("budget") if asked == "markdown" else None
        with _ending_on_signals(json=json):
            code = _run(functools.partial(command, *args, **kwargs), json=json, comment=budget)
        raise typer.Exit(code)

    return run


def _run(command: Callable[[], int], *, json: bool, comment: object) -> int:
    try:
        return int(command())
    except Unwritable as error:
        if not error.closed:
            tell(f"error: {error.message}")
        return error.exit_code
    except ReconcilerError as error:
        found = error.diagnostics if isinstance(error, InvalidInput) else ()
        return failed(error.message, error.hint, error.exit_code, found, json=json, comment=comment)
    except KeyboardInterrupt:
        end_untouched(ExitCode.INTERRUPTED, json=json)
    except typer.Exit:
        raise
    except Exception as error:
        if os.environ.get("RECONCILER_DEBUG"):
            raise
        words = f"unexpected {type(error).__name__}: {error}"
        return failed(words, FAULT, ExitCode.FAILED, (), json=json, comment=comment)


def failed(
    message: str, hint: str, code: ExitCode, diagnostics: tuple[Any, ...], *, json: bool, comment: object
) -> int:
    """Tell why a command came to nothing: lines for people, and where JSON or markdown is asked one document.

    `comment` holds the bytes of the markdown, None where that is not asked. Gives the code.
    """
    tell_diagnostics(diagnostics)
    tell_safely(f"error: {message}")
    if hint:
        tell_safely(f"  hint: {hint}")
    _document(message, hint, code, diagnostics, json=json)
    if isinstance(comment, int) and not has_said():
        from reconciler.cli.comments import say_failure

        with suppress(Unwritable):
            say_failure(message, hint, diagnostics, comment)
    return code


def _document(message: str, hint: str, code: ExitCode, diagnostics: tuple[Any, ...], *, json: bool) -> None:
    if json and not has_said():
        from reconciler.render.documents import error_document

        with suppress(Unwritable):
            say_document({**held(), **error_document(message, hint, int(code), diagnostics)})


def end_untouched(code: ExitCode, *, json: bool) -> NoReturn:
    """End now, before anything was written; no thread holds the exit."""
    words = untouched_words()
    tell(words)
    with suppress(Exception):
        _document(words, "", code, (), json=json)
    leave(code)


@contextmanager
def _ending_on_signals(*, json: bool) -> Iterator[None]:
    if json:
        import reconciler.render.documents  # noqa: F401 - a signal handler is no place for a first import

    def handle(number: int, _frame: FrameType | None) -> None:
        end_untouched(SIGNALS[signal.Signals(number)], json=json)

    try:
        before = {number: signal.signal(number, handle) for number in SIGNALS}
    except ValueError:  # not the main thread: signals are somebody else's
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
