"""What narrows a plan: what a target may touch, what others declare, rules that hide fields, a selection of addresses.

Apart from the plan because settings and command line state these before there is a plan; the plan repeats them, so
that nobody takes a narrowed plan for a whole one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.model.address import Address, Kind, Scope
from reconciler.model.state import DesiredResource, Path


@dataclass(frozen=True, slots=True)
class AllowList:
    """What a target may touch; an empty part allows all. Everything is lower case but kinds, `galleries` are globs.

    Regions are canonical: short names without spaces.
    """

    subscriptions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    galleries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another target of the settings declares, or the rest of this one where a part of it is planned.

    `scopes` are the resource groups it looks into, `allowed` what it may touch, `prunes` whether it ever deletes what
    left its manifests; `unknown` says why these cannot be read, "" where they are.
    """

    name: str
    declared: Mapping[Address, DesiredResource] = field(default_factory=dict, hash=False)
    scopes: tuple[Scope, ...] = ()
    allowed: AllowList = field(default_factory=AllowList)
    prunes: bool = True
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """Fields that are nobody's business here: which kind ("" any), which addresses ("" any), which path, and why."""

    path: str
    reason: str
    kind: str = ""
    address: str = ""

    @property
    def words(self) -> str:
        """The rule as one line: `ImageVersion tags.owner at rg/corp/**`."""
        kind = f"{self.kind} " if self.kind else ""
        return f"{kind}{self.path}" + (f" at {self.address}" if self.address else "")


@dataclass(frozen=True, slots=True)
class Ignored:
    """One difference that a rule hides: the live value stays. None is an absent value."""

    rule: IgnoreRule
    address: Address
    path: Path
    live: Any
    declared: Any


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How often a rule found a field, and how often it hid a difference. No field at all: the rule is unused."""

    rule: IgnoreRule
    fields: int
    hidden: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A resource with something to do that was not selected; `needs` is the excepted one it cannot do without."""

    address: Address
    needs: Address | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """The part of a plan that was asked for, what that part needs beside it, and what stays undone.

    `unmatched` are the patterns that name no declared and no live resource; `empty` says that nothing was selected.
    """

    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    pulled_in: tuple[Address, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unmatched: tuple[str, ...] = ()
    empty: bool = False
