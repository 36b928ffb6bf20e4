"""What became of a plan: one result per action, the progress of regions on the way, and the whole as a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.plan import Verb


class Outcome(StrEnum):
    """What became of one action."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNATTEMPTED = "unattempted"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class RegionProgress:
    """One region of a version: Azure's state (Unknown, Replicating, Completed, Failed), 0–100, and its words."""

    region: str
    state: str
    progress: int = 0
    details: str = ""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """One action's outcome; `why` says the cause of anything but success, `seconds` is its duration."""

    action_id: str
    address: Address
    verb: Verb
    outcome: Outcome
    why: str = ""
    error_code: str = ""
    seconds: float = 0.0
    regions: tuple[RegionProgress, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one apply, in the order of the plan's actions."""

    results: tuple[ActionResult, ...]
    digest: str = ""
    interrupted: bool = False
    summary: Mapping[str, int] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        """How many actions ended so."""
        return sum(result.outcome is outcome for result in self.results)
