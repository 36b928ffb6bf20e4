"""One estate of the corpus: what was taken, what is declared now, and under what rules a plan is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.model.address import Address, Scope
from reconciler.model.drift import Drift
from reconciler.model.plan import Plan, Source, Target
from reconciler.model.report import RegionProgress
from reconciler.model.restriction import AllowList
from reconciler.model.state import DesiredState, LiveState, Unread
from reconciler.planner.build import build
from reconciler.planner.context import context_of
from reconciler.planner.drift import drift_of
from reconciler.planner.ignore import ignoring
from reconciler.planner.options import Options
from tests.support.random_estates import NOW, OPTIONS, applied, desired_of, proven, taken
from tests.support.workbench import GROUP, SUB

Bend = Callable[[LiveState], LiveState]
Replicated = Mapping[Address, tuple[RegionProgress, ...] | Unread]

CAUTIOUS = replace(OPTIONS, allow_empty=False, max_deletes=100)


@dataclass(frozen=True, slots=True)
class Case:
    """One estate: what was declared and taken (None: nothing is live), what is declared now, and under what rules.

    `ledger` is what was applied last, "" where nothing is known; `undecided` leaves what is missing unproven;
    `replication` says how far versions are.
    """

    name: str
    old: str | None
    new: str
    options: Options = CAUTIOUS
    bend: Bend = field(default=lambda live: live)
    now: datetime = NOW
    allowed: AllowList = field(default_factory=AllowList)
    ledger: str = ""
    undecided: bool = False
    replication: Callable[[LiveState], Replicated] | None = None

    def live(self) -> LiveState:
        """What is live."""
        return self.bend(taken(desired_of(self.old)) if self.old is not None else LiveState({}))

    def _known(self, desired: DesiredState) -> LiveState:
        live = self.live()
        return live if self.undecided else proven(desired, live)

    def drift(self) -> Drift:
        """What is told as drift, where the old estate was what was applied last."""
        desired = desired_of(self.new)
        ledger = applied(desired_of(self.ledger or self.old or ""))
        context = context_of(desired.resources, self._known(desired), self.options, self.now, ledger)
        return drift_of(ignoring(context)[0])

    def plan(self) -> Plan:
        """What is decided."""
        desired = desired_of(self.new)
        known = self._known(desired)
        target = Target("test", "emulator", self.options.instance, (Scope(SUB, GROUP),), allowed=self.allowed)
        return build(
            desired,
            known,
            self.options,
            target=target,
            source=Source("-"),
            now=self.now,
            ledger=applied(desired_of(self.ledger)) if self.ledger else {},
            replication=self.replication(known) if self.replication else None,
        )
