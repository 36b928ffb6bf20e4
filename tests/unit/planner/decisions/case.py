"""One estate of the corpus: what was taken, what is declared now, and under what rules a plan is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.model.state import LiveState
from reconciler.planner.options import Options
from tests.support.random_estates import NOW, OPTIONS, desired_of, taken

Bend = Callable[[LiveState], LiveState]
CAUTIOUS = replace(OPTIONS, allow_empty=False, max_deletes=100)


@dataclass(frozen=True, slots=True)
class Case:
    """One estate: what was declared and taken (None: nothing is live), what is declared now, and under what rules."""

    name: str
    old: str | None
    new: str
    options: Options = CAUTIOUS
    bend: Bend = field(default=lambda live: live)
    now: datetime = NOW

    def live(self) -> LiveState:
        """What is live."""
        return self.bend(taken(desired_of(self.old)) if self.old is not None else LiveState({}))
