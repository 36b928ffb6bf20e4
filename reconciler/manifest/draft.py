"""What documents say before anything outside them is known: drafts of resources, and Defaults.

A draft has its own names and statements only. Subscription, group, location, tags and policy that come from
Defaults, parents or the caller are laid over it later, when every document has been read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reconciler.manifest.body import SpecBody
from reconciler.manifest.policy import NO_POLICY, PolicyBlock
from reconciler.model.address import Access, Kind
from reconciler.model.diagnostic import Origin
from reconciler.model.state import Path


class Stated(NamedTuple):
    """A value and where it is stated."""

    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Names:
    """What metadata says; None where it says nothing."""

    subscription: Stated | None = None
    resource_group: Stated | None = None
    gallery: Stated | None = None
    image: Stated | None = None
    version: Stated | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One resource as its own document states it. `parent` is the enclosing draft of a nested one.

    `whole` is False where its identity is unknown, so that neither it nor its children can be placed.
    """

    kind: Kind
    folder: tuple[str, ...]
    origin: Origin
    names: Names
    spec: SpecBody
    parent: Draft | None = None
    policy: PolicyBlock = NO_POLICY
    unchecked: Mapping[str, Any] = field(default_factory=dict)
    access: Access | None = None
    renamed: Mapping[Path, Path] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class DefaultsDraft:
    """One Defaults document: what it hands to its folder and below."""

    folder: tuple[str, ...]
    origin: Origin
    subscription: Stated | None = None
    resource_group: Stated | None = None
    location: Stated | None = None
    tags: Mapping[str, tuple[str | None, Origin]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drafts:
    """Everything read so far."""

    resources: list[Draft] = field(default_factory=list)
    defaults: list[DefaultsDraft] = field(default_factory=list)
