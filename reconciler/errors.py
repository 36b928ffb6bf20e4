"""Everything that may be raised across rooms, one tree.

ReconcilerError              anything we say in one line instead of a traceback; carries an exit code
├── UsageError               the command line does not make sense (64)
├── InvalidInput             manifests or settings cannot be used; carries the diagnostics (3)
├── PlanFileError            a saved plan cannot be read as one (3)
├── PlanRefused              a saved plan no longer fits, or was made for another cloud, instance or place (4)
├── CredentialError          no token could be had (1)
├── Locked                   another process applies the same target (6)
├── AzureError               Azure could not be reached or answered something unusable (1)
└── Interrupted              a signal stopped the run (130 or 143)

Mistakes in manifests are collected diagnostics, not exceptions; HTTP answers are values, whatever their status.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the process says to the shell."""

    DONE = 0
    FAILED = 1
    CHANGES = 2
    INVALID = 3
    REFUSED = 4
    PARTIAL = 5
    LOCKED = 6
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143


def reason_of(error: Exception) -> str:
    """Why something of the system failed, without its number and path: what comes before it names the place."""
    return getattr(error, "strerror", None) or str(error)


class ReconcilerError(Exception):
    """A failure with one clear line for people: what happened, to what, and what to do (`hint`)."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReconcilerError):
    """The command line does not make sense."""

    exit_code = ExitCode.USAGE


class InvalidInput(ReconcilerError):  # noqa: N818 - it reports input, not a fault of ours
    """Manifests or settings cannot be used; `diagnostics` holds every finding."""

    exit_code = ExitCode.INVALID

    def __init__(self, message: str, diagnostics: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


class PlanFileError(ReconcilerError):
    """A saved plan cannot be read: damaged, changed, foreign or of another version."""

    exit_code = ExitCode.INVALID


class PlanRefused(ReconcilerError):  # noqa: N818 - a guard, not a fault
    """A saved plan is not carried out: what is live moved, or it speaks of another cloud, instance or place."""

    exit_code = ExitCode.REFUSED


class CredentialError(ReconcilerError):
    """No token could be had."""


class Locked(ReconcilerError):  # noqa: N818 - a state of the world, not a fault
    """Another process applies the same target."""

    exit_code = ExitCode.LOCKED


class AzureError(ReconcilerError):
    """Azure could not be reached, or its answer could not be used."""


class Interrupted(ReconcilerError):  # noqa: N818 - a request, not a fault
    """A signal stopped the run."""

    exit_code = ExitCode.INTERRUPTED
