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

    @property
    def complete(self) -> bool:
        """Whether the version is there."""
        return self.state == "Completed"

    @property
    def failed(self) -> bool:
        """Whether Azure has given the region up."""
        return self.state == "Failed"

    @property
    def words(self) -> str:
        """How far it is: Azure's state, or `40 %` while that says Replicating."""
        return f"{self.progress} %" if self.state == "Replicating" else self.state


@dataclass(frozen=True, slots=True)
class ActionResult:
    """One action's outcome; `why` says the cause of anything but plain success, `seconds` is its duration.

    `anew`: what was waited for has ended, and another plan has to look at what is left to do.
    `hint` is what to do about a failure, "" where nobody knows.
    `warnings` name what the service did not keep of what was sent, one for each value.
    `accepted`: it is pending only because nobody was to wait for it.
    """

    action_id: str
    address: Address
    verb: Verb
    outcome: Outcome
    why: str = ""
    error_code: str = ""
    seconds: float = 0.0
    regions: tuple[RegionProgress, ...] = ()
    anew: bool = False
    hint: str = ""
    warnings: tuple[str, ...] = ()
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """All results of one apply, in the order of the plan's actions."""

    results: tuple[ActionResult, ...]
    digest: str = ""
    interrupted: bool = False
    summary: Mapping[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> tuple[Address, ...]:
        """What a replacement deleted and did not make anew, in the plan's order; what is under way is not lost."""
        gone = [one.address for one in self.results if _half(one) == 1 and one.outcome is Outcome.SUCCEEDED]
        back = (Outcome.SUCCEEDED, Outcome.PENDING)
        made = {one.address for one in self.results if _half(one) == 2 and one.outcome in back}  # noqa: PLR2004 - the second half
        return tuple(address for address in gone if address not in made)

    @property
    def wants_another_plan(self) -> bool:
        """Whether what was waited for has ended, so that another plan can do the rest; never after a failure."""
        return any(one.anew for one in self.results) and not self.interrupted and not self.count(Outcome.FAILED)

    def ended(self, outcome: Outcome) -> tuple[ActionResult, ...]:
        """The actions that ended so, in the plan's order."""
        return tuple(result for result in self.results if result.outcome is outcome)

    def count(self, outcome: Outcome) -> int:
        """How many actions ended so."""
        return len(self.ended(outcome))


def _half(result: ActionResult) -> int:
    """Which half of a replacement a result is of: 1 that it goes, 2 that it comes; 0 for all else."""
    if result.verb is not Verb.REPLACE:
        return 0
    return 1 if result.action_id.endswith(" #1") else 2
