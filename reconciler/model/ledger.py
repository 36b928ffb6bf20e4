"""The ledger: what was last applied to each resource. It only sharpens words, no decision depends on it.

Planning looks entries up where a resource differs and nowhere else, so that whoever keeps them can stay unopened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

from reconciler.model.address import Address
from reconciler.model.state import Body


@dataclass(frozen=True, slots=True)
class Applied:
    """What was last applied to one resource: the declared canonical body, without secrets, and our owner tag in it.

    `unchecked` are the fields newer than this product, by dotted path; `at` is an instant in UTC.
    """

    body: Body
    unchecked: Body = field(default_factory=dict)
    at: str = ""
    revision: str = ""


class Ledger(Protocol):
    """Whoever knows what was last applied."""

    def get(self, address: Address, /) -> Applied | None:
        """What was last applied at an address; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """A ledger that knows nothing."""

    def get(self, _address: Address, /) -> Applied | None:
        """Nobody knows."""
        return None


EMPTY: Final[Ledger] = Nothing()
