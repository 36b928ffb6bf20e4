"""The records that the emulator keeps: resources with the write they are in, and operations.

A record holds the body as it will read when settled and beside it a phase with start and end; what it
is at a moment is computed from the clock. How records are stored is the business of `state`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.emulator.addresses import Kind

JSON = dict[str, Any]


class Phase(StrEnum):
    """The write that a row is in or came out of."""

    CREATING = "Creating"
    UPDATING = "Updating"
    DELETING = "Deleting"
    SETTLED = "Succeeded"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource; `hidden` is what no plain GET shows, `mark` what must be unique among its like."""

    id: str
    kind: Kind
    parent: str
    subscription: str
    body: JSON
    hidden: JSON = field(default_factory=dict)
    mark: str = ""
    phase: Phase = Phase.SETTLED
    started: float = 0.0
    ends: float = 0.0
    failure: JSON | None = None
    revision: int = 0

    @property
    def key(self) -> str:
        """The folded id."""
        return self.id.lower()

    @property
    def name(self) -> str:
        """The last segment of the id."""
        return self.id.rsplit("/", 1)[-1]

    def busy(self, now: float) -> bool:
        """Tell whether its operation still runs."""
        return now < self.ends

    def provisioning(self, now: float) -> str:
        """Give the provisioningState at a moment (3.3)."""
        if self.busy(now):
            return self.phase.value
        return "Failed" if self.failure is not None else Phase.SETTLED.value


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list, its JSON not read yet: a list that was shown before need not read it."""

    key: str
    revision: int
    ends: float
    columns: tuple[Any, ...]

    def resource(self) -> Resource:
        """Read the row."""
        return resource(self.columns)


@dataclass(frozen=True, slots=True)
class Operation:
    """One long-running operation; `advises` tells whether polling it is answered with Retry-After."""

    id: str
    subscription: str
    location: str
    started: float
    ends: float
    failure: JSON | None = None
    advises: bool = False


def resource(row: tuple[Any, ...]) -> Resource:
    """Read a resource out of a row of the state."""
    id_, kind, parent, subscription, mark, body, hidden, phase, started, ends, failure, revision = row
    return Resource(
        id_,
        Kind(kind),
        parent,
        subscription,
        json.loads(body),
        json.loads(hidden),
        mark,
        Phase(phase),
        started,
        ends,
        json.loads(failure) if failure else None,
        revision,
    )
