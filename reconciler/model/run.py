"""One saved run: what an apply set out to do and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SavedRun:
    """One apply. `started` and `ended` are instants in UTC; a run that was killed has no end and no exit code.

    `counts` are actions by outcome, `report` is the report document without secrets, None where nothing was tried.
    """

    id: str
    digest: str
    revision: str
    started: str
    ended: str | None = None
    exit_code: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    report: Mapping[str, Any] | None = None
