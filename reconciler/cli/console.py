"""Standard streams as pages, and the wall where every failure becomes one clear line and an exit code."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable
from typing import Any, ParamSpec, TextIO

import typer

from reconciler.errors import ExitCode, InvalidInput, ReconcilerError

P = ParamSpec("P")
PLAIN_WIDTH = 120


def page_of(stream: TextIO, *, subscriptions: bool = False) -> Any:
    """The page a stream is: as wide as its terminal, coloured only on one (NO_COLOR honoured)."""
    from reconciler.render.paint import Page

    terminal = stream.isatty()
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if terminal else PLAIN_WIDTH
    colour = terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    return Page(width, colour, subscriptions)


def say(text: str) -> None:
    """Print a result."""
    sys.stdout.write(text)
    sys.stdout.flush()


def tell(text: str) -> None:
    """Print a line of progress or trouble."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def walled(command: Callable[P, int]) -> Callable[P, None]:
    """Turn a command's result into its exit code, and every failure into one clear line."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        raise typer.Exit(_run(command, *args, **kwargs))

    return run


def _run(command: Callable[P, int], *args: P.args, **kwargs: P.kwargs) -> int:
    try:
        return int(command(*args, **kwargs))
    except InvalidInput as error:
        tell_diagnostics(error.diagnostics)
        tell(f"error: {error.message}")
        return error.exit_code
    except ReconcilerError as error:
        tell(f"error: {error.message}")
        if error.hint:
            tell(f"  hint: {error.hint}")
        return error.exit_code
    except KeyboardInterrupt:
        tell("interrupted; what runs in Azure goes on there, plan again to see it")
        return ExitCode.INTERRUPTED
    except (BrokenPipeError, typer.Exit):
        raise
    except Exception as error:
        if os.environ.get("RECONCILER_DEBUG"):
            raise
        tell(f"error: unexpected {type(error).__name__}: {error}")
        tell("  hint: this is a fault of the reconciler; RECONCILER_DEBUG=1 shows where")
        return ExitCode.FAILED


def tell_diagnostics(diagnostics: tuple[Any, ...]) -> None:
    """Print every finding about manifests or settings."""
    from reconciler.render.words import safe

    for found in diagnostics:
        tell("\n".join(safe(line) for line in str(found).split("\n")))
