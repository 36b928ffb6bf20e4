"""What can be wrong with a manifest: one closed registry of codes, and the value that reports one.

Mistakes of the user are collected, never raised, so that one run shows all of them with file, line and hint.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a manifest: `file:line:column`, line and column from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Severity(StrEnum):
    """An error stops the run; a warning is shown and the run goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding below a resource, before it has a place: the path of the field, a code, a message, a hint."""

    path: tuple[str | int, ...]
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding with its place."""

    origin: Origin
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        hint = f"\n    hint: {self.hint}" if self.hint else ""
        return f"{self.origin}: {self.severity} {self.code}: {self.message}{hint}"
