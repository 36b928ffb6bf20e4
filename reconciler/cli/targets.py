"""Several targets in one run: one after the other, each with its own section or entry, one exit code for all.

Where the settings have targets and no path is given, every command that reads manifests runs over them. One target's
failure is told and the next one has its turn; a signal ends the round.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeVar

from reconciler.cli.console import (
    Unwritable,
    gathering,
    note_done,
    say,
    say_document,
    tell,
    tell_diagnostics,
    tell_safely,
)
from reconciler.cli.flags import SourceFlags, request_of
from reconciler.cli.options import Output
from reconciler.errors import ExitCode, InvalidInput, ReconcilerError, UsageError

Flags = TypeVar("Flags", bound=SourceFlags)
Finish = Callable[[list[dict[str, Any]], str], None]

HERE: Final = "."
SIGNALLED: Final = frozenset({int(ExitCode.INTERRUPTED), int(ExitCode.TERMINATED)})
VERDICTS: Final = {
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.TERMINATED: "terminated",
    ExitCode.INVALID: "invalid",
    ExitCode.FAILED: "failed",
    ExitCode.LOCKED: "locked",
    ExitCode.REFUSED: "refused",
    ExitCode.USAGE: "not run",
    ExitCode.PARTIAL: "partly done",
    ExitCode.CHANGES: "changes pending",
    ExitCode.DONE: "done",
}  # worst first
NOT_STARTED: Final = "not started: the run was interrupted"


class NothingSelected(UsageError):  # noqa: N818 - a state of the command line, told in one line
    """`--only` and `--except` leave nothing of a target: an error, unless another target has something."""


def worst(codes: list[int]) -> int:
    """The exit code of a run over several targets: the gravest of theirs."""
    return next((int(code) for code in VERDICTS if code in codes), int(ExitCode.DONE))


def over_targets(
    flags: Flags,
    work: Callable[[Flags], int],
    output: Output,
    *,
    key: str = "",
    headed: bool = False,
    finish: Finish | None = None,
) -> int:
    """Do the work for every target a command is about; returns the exit code.

    The path of one target, or settings without targets, is one piece of work that prints for itself. Else `work` gets
    the flags of one target at a time; its JSON documents become an entry, under `key` where one is given; `headed`
    names each target above its text. Where `finish` is given it prints all entries as one result, with the line about
    all targets.
    """
    from reconciler.app import targets_of

    found = targets_of(request_of(flags), os.environ)
    names = [one.name for one in found]
    if names == [""] or (flags.path != HERE and len(names) == 1):
        return work(flags)
    from reconciler.cli.connection import shared_connections
    from reconciler.cli.selecting import shared_rules
    from reconciler.source.target import reading_once

    with shared_connections(), reading_once(), shared_rules(len(found[0].settings.targets), tell_safely):
        return _Round(names, output, key, headed=headed, finish=finish).run(flags, work)


class _Round:
    """One run over several targets: their codes and entries so far."""

    def __init__(self, names: list[str], output: Output, key: str, *, headed: bool, finish: Finish | None) -> None:
        self._names = names
        self._finish = finish or (_as_json if output is Output.JSON else None)
        self._key = key
        self._headed = headed
        self._codes: dict[str, int] = {}
        self._entries: list[dict[str, Any]] = []
        self._unselected: dict[str, NothingSelected] = {}
        self._current: list[Any] = []

    def run(self, flags: Flags, work: Callable[[Flags], int]) -> int:
        """All targets in order; after a signal the rest is not started. What is known is printed whatever happens."""
        over = False
        try:
            for name in self._names:
                self._codes[name] = self._turn(name, flags, work)
            over = True
        finally:
            if not over and self._entries:
                with suppress(Unwritable):
                    self._print_end()
        if len(self._unselected) == len(self._names):
            raise next(iter(self._unselected.values()))
        self._print_end()
        return worst([*self._codes.values()])

    def _turn(self, name: str, flags: Flags, work: Callable[[Flags], int]) -> int:
        stopped = next((code for code in self._codes.values() if code in SIGNALLED), None)
        if stopped is not None:
            self._entries.append({"name": name, "error": _failure(NOT_STARTED, "", ExitCode(stopped))})
            tell(f"target {name}: {NOT_STARTED}")
            return stopped
        code = self._one(name, replace(flags, target=[name]), work)
        note_done(name)
        return code

    def _one(self, name: str, flags: Flags, work: Callable[[Flags], int]) -> int:
        self._current = []
        if self._finish is None:
            self._open_section(name)
            return self._watched(name, flags, work)
        with gathering(self._current, lambda: self._print_last(name)):
            code = self._watched(name, flags, work)
        self._entries.append(self._entry(name))
        return code

    def _watched(self, name: str, flags: Flags, work: Callable[[Flags], int]) -> int:
        try:
            return int(work(flags))
        except Unwritable:
            raise
        except NothingSelected as error:
            self._unselected[name] = error
            self._current.append({"selected": False})
            if self._finish is None:
                say(f"target {name}: nothing of it is selected\n")
            return ExitCode.DONE
        except ReconcilerError as error:
            self._failed(name, error)
            return error.exit_code

    def _failed(self, name: str, error: ReconcilerError) -> None:
        """Tell why a target came to nothing, and where its result would stand say so too."""
        from reconciler.render.documents import diagnostics_document
        from reconciler.render.words import safe

        found = error.diagnostics if isinstance(error, InvalidInput) else ()
        tell_diagnostics(found)
        tell_safely(f"error: target {name}: {error.message}")
        if error.hint:
            tell_safely(f"  hint: {error.hint}")
        failure = _failure(error.message, error.hint, error.exit_code)
        self._current.append({"error": failure, "diagnostics": diagnostics_document(found)})
        if self._finish is None:
            say(safe(f"target {name}: {VERDICTS[error.exit_code]}, {error.message}") + "\n")

    def _open_section(self, name: str) -> None:
        say(("\n" if self._codes else "") + (f"target {name}\n" if self._headed else ""))

    def _entry(self, name: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"name": name}
        for document in self._current:
            known = {part: value for part, value in document.items() if part != "schemaVersion"}
            entry |= {self._key: document} if self._key and "error" not in known and "selected" not in known else known
        return entry

    def _print_last(self, name: str) -> None:
        """The process ends in the middle of a target: what is known of it, and of those before."""
        self._entries.append(self._entry(name))
        for later in self._names[len(self._entries) :]:
            self._entries.append({"name": later, "error": _failure(NOT_STARTED, "", ExitCode.INTERRUPTED)})
        self._print_end()

    def _print_end(self) -> None:
        told = (f"{name} {VERDICTS[ExitCode(code)]}" for name, code in self._codes.items())
        closing = f"targets: {' · '.join(told)}" if len(self._names) > 1 else ""
        if self._finish is not None:
            self._finish(self._entries, closing)
        elif closing:
            say(f"\n{closing}\n")


def _as_json(entries: list[dict[str, Any]], _closing: str) -> None:
    from reconciler.planner.document import SCHEMA_VERSION

    say_document({"schemaVersion": SCHEMA_VERSION, "targets": entries})


def _failure(message: str, hint: str, code: ExitCode) -> dict[str, Any]:
    return {"message": message, "hint": hint, "exitCode": int(code)}
