"""One action on its way: which phase it is in, when it is looked at next, and what it ended as."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.executor.journal import Journal, NoJournal
from reconciler.executor.replacement import Whole
from reconciler.executor.slots import Room
from reconciler.live.operation import OperationRef
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Change
from reconciler.model.report import Outcome, RegionProgress
from reconciler.model.state import Body
from reconciler.planner.steps import Step


class Wait(StrEnum):
    """How long an apply stays with a version: not at all, until provisioned, or until every region has it."""

    NONE = "none"
    PROVISIONED = "provisioned"
    REPLICATED = "replicated"


class Phase(StrEnum):
    """What an action waits for."""

    WRITE = "write"
    OPERATION = "operation"
    SETTLE = "settle"
    REPLICATE = "replicate"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: first poll, growth and cap of our own pace; limits of retries; the life of one action.

    `principal_window` is how long PrincipalNotFound is retried (fact 5/12), `cache_window` how long a parent's
    delete is retried after its children went (fact 4.1/3), `parent_window` how long a child is retried whose parent
    this run has made (fact 7/1), `parting` how long a stopped run waits for its answers.
    """

    first_poll: float = 1.0
    growth: float = 1.5
    longest_poll: float = 60.0
    first_retry: float = 1.0
    longest_retry: float = 300.0
    attempts: int = 8
    principal_window: float = 120.0
    cache_window: float = 600.0
    version_limit: float = 6 * 3600.0
    other_limit: float = 1800.0
    parting: float = 3.0
    parent_window: float = 60.0

    def limit_of(self, kind: Kind) -> float:
        """How long one action may take: replication takes hours (fact 3.2/5), everything else seconds."""
        return self.version_limit if kind is Kind.IMAGE_VERSION else self.other_limit


@dataclass(frozen=True, slots=True)
class Rules:
    """How a run behaves: what it waits for, its pace, whether somebody watches regions, its dice (0..1), its clock.

    The clock gives seconds of its own, and everything of the run counts in them. The journal is told of every write.
    `barred` says of actions, by id, why they are not started.
    With `heal` failed regions are healed; `keeps_regions` tells of a version whether its manifest forbids that regions
    are taken away.
    """

    wait: Wait = Wait.REPLICATED
    pace: Pace = field(default_factory=Pace)
    watch_regions: bool = True
    dice: Callable[[], float] = lambda: 1.0
    clock: Callable[[], float] = time.monotonic
    journal: Journal = field(default_factory=NoJournal)
    room: Room = field(default_factory=Room)
    barred: Mapping[str, str] = field(default_factory=dict)
    heal: bool = True
    keeps_regions: Callable[[Address], bool] = lambda _: False


@dataclass(slots=True)
class Before:
    """The regions of a version right before this run first wrote it: those there, and those that Azure called failed.

    What is not in `failed` may have served. It is filled by the first write and goes along unchanged from there.
    """

    there: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Mending:
    """A version whose regions are healed: the action it began with, what failed first, and how far the healing is.

    `before` is the canonical body the next step starts from, `left` the steps that take regions away and add them
    again, () while a plain retry runs and once the last of them is sent. `taken` are the regions that a step takes
    away, none as long as no step does.
    """

    action: Action
    failed: tuple[RegionProgress, ...]
    before: Body
    left: tuple[Step, ...] = ()
    removing: bool = False
    taken: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The regions that failed at first."""
        return frozenset(region.region for region in self.failed)


@dataclass(frozen=True, slots=True)
class Task:
    """An action under way. Times are seconds of the run's clock; `due` is when it wants to be looked at.

    `whole` is the replacement that a removal is part of. `earlier` are the changes that this run has already made to
    the same resource, `warnings` what the service did not keep, `note` what is done beyond the action itself or waited
    for, `refused` the answer to the write that was sent last, where Azure did not take it.
    """

    action: Action
    started: float
    due: float
    phase: Phase = Phase.WRITE
    attempt: int = 0
    polls: int = 0
    operation: OperationRef | None = None
    uncertain: bool = False
    regions: tuple[RegionProgress, ...] = ()
    whole: Whole | None = None
    earlier: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    mending: Mending | None = None
    note: str = ""
    refused: str = ""
    before: Before = field(default_factory=Before)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an action ended; `anew` says that another plan has to look at what is left of it.

    `accepted`: Azure has taken it, and nobody was to wait for more.
    """

    outcome: Outcome
    why: str = ""
    error_code: str = ""
    regions: tuple[RegionProgress, ...] = ()
    anew: bool = False
    warnings: tuple[str, ...] = ()
    accepted: bool = False
