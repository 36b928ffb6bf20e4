"""What is looked up before the first write: whether Azure would let this sign-in do what a plan says.

Apart from the plan's decisions because it speaks of the caller and of the moment, not of the change: it is no part of
a plan's name, and whoever carries a saved plan out looks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.address import Scope
from reconciler.model.evidence import Seen

READ_ONLY = "ReadOnly"
CAN_NOT_DELETE = "CanNotDelete"


class Hindrance(StrEnum):
    """What Azure would refuse a write for."""

    MISSING_PERMISSION = "MissingPermission"
    LOCKED = "Locked"
    MISSING_SOURCE = "MissingSource"


class Checked(StrEnum):
    """What can be looked up, and therefore also be left unknown."""

    PERMISSIONS = "permissions"
    LOCKS = "locks"
    SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way: where (an ARM id), what it is, what mends it, the ids of what it stops."""

    what: Hindrance
    scope: str
    words: str
    hint: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotChecked:
    """What could not be looked up at a scope ("" for everywhere), and why. It forbids nothing."""

    what: Checked
    scope: str
    why: str


@dataclass(frozen=True, slots=True)
class Checks:
    """What was found before the first write of a plan."""

    obstacles: tuple[Obstacle, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """One entry of what a caller may do: patterns of actions, and those that are not allowed after all (fact 5/31)."""

    actions: tuple[str, ...]
    excepted: tuple[str, ...] = ()

    def allows(self, right: str) -> bool:
        """Whether this entry alone allows an action."""
        return _named(self.actions, right) and not _named(self.excepted, right)


def _named(patterns: Iterable[str], right: str) -> bool:
    folded = right.lower()
    return any(_fits(pattern.lower(), folded) for pattern in patterns)


def _fits(pattern: str, text: str) -> bool:
    """Whether a pattern, in which `*` alone stands for any text, is the whole text; in one pass for any pattern."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middle, last = rest
    end = len(text) - len(last)
    at = len(first)
    if not text.startswith(first) or not text.endswith(last) or end < at:
        return False
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


@dataclass(frozen=True, slots=True)
class Need:
    """A right, and the ARM ids at which it may have been granted: from the group down to the nearest that is there."""

    right: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lock:
    """A management lock: its name, the ARM id it lies on, its level."""

    name: str
    scope: str
    level: str

    @property
    def words(self) -> str:
        """`keep at versions/1.0.0`."""
        return f"{self.name} at {'/'.join(self.scope.split('/')[-2:])}"

    def holds(self, resource_id: str, *, removes: bool) -> bool:
        """Whether it refuses a write of a resource: it lies on it or above it, and its level is against it (4.4/5)."""
        level = self.level.lower()
        stands = level == READ_ONLY.lower() or (removes and level == CAN_NOT_DELETE.lower())
        return stands and f"{resource_id.lower()}/".startswith(f"{self.scope.lower()}/")


@dataclass(frozen=True, slots=True)
class Asked:
    """What to look up: rights, the locks of groups, and sources by id."""

    needs: tuple[Need, ...] = ()
    groups: tuple[Scope, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answers. `lacking` are needs that nothing grants; those in `unknown` have the reason why nobody can say.

    `locks` are all that were seen, `unseen` the groups whose locks were not, with the reason; sources by lower-case id.
    """

    lacking: frozenset[Need] = frozenset()
    unknown: Mapping[Need, str] = field(default_factory=dict)
    locks: tuple[Lock, ...] = ()
    unseen: Mapping[Scope, str] = field(default_factory=dict)
    sources: Mapping[str, Seen] = field(default_factory=dict)
