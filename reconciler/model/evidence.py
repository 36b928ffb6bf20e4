"""What is looked up before something is deleted to be made anew: its sources, its locks, and what else lies in it.

Apart from live state because it is asked only where a replacement is due; what was not asked proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.model.address import Address

TRAITS: Final = ("osType", "osState", "hyperVGeneration")
"""What a source and the definition of a version made from it have in common (fact 4.3/12)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a version is made with, by what Azure says of it.

    `lacking` says why it does not count as there, "" where it does, and `hint` what to do then; `regions` are the short
    names of those it lies in; `traits` its osType, osState and hyperVGeneration, as far as it has them; `missing` that
    Azure itself said, of this very id, that it is not there.
    """

    lacking: str = ""
    hint: str = ""
    regions: frozenset[str] = frozenset()
    traits: Mapping[str, str] = field(default_factory=dict)
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What holds a resource in its place: its locks as `name at scope`, and the lower-case ids of all that lies in it.

    `lacking` says what could not be read of it, "" where all was.
    """

    locks: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Questions:
    """What a plan needs to know first: ids that versions are made with, and resources that are to go."""

    sources: tuple[str, ...] = ()
    roots: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """The answers: by lower-case id, and by address."""

    sources: Mapping[str, Seen] = field(default_factory=dict)
    roots: Mapping[Address, Surroundings] = field(default_factory=dict)
