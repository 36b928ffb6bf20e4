"""What a handler is given: the world it acts on, and the one request it answers.

Both are plain values, so that every rule can be called with a moment and a source of ids of the
caller's choosing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.emulator.addresses import Target
    from reconciler.emulator.faults import Faults
    from reconciler.emulator.records import JSON
    from reconciler.emulator.settings import Doubts, EmulatorSettings
    from reconciler.emulator.signin.directory import Directory
    from reconciler.emulator.signin.tokens import Tokens
    from reconciler.emulator.state import Store
    from reconciler.emulator.trouble.throttling import Meter


@dataclass(frozen=True, slots=True)
class World:
    """Settings, state, a source of fresh ids, the secret that signs operation URLs, people, faults and rates."""

    settings: EmulatorSettings
    store: Store
    mint: Callable[[], str]
    secret: str
    directory: Directory
    tokens: Tokens
    faults: Faults
    meter: Meter
    hosts: frozenset[str]
    """The names that this emulator goes by: what a token or an assertion may be meant for."""
    rendered: dict[tuple[str, int, str], bytes] = field(default_factory=dict)
    """Settled list items by key, revision and api-version: a page of 50 costs no JSON work twice."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: its object id in the directory, what errors call it, and the application behind it."""

    object_id: str
    name: str
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, authenticated and parsed; `query` names are lower case, `origin` is scheme://host."""

    world: World
    method: str
    target: Target
    path: str
    query: Mapping[str, str]
    body: JSON
    api_version: str
    origin: str
    now: float
    request_id: str
    caller: Caller

    @property
    def settings(self) -> EmulatorSettings:
        """The world's settings."""
        return self.world.settings

    @property
    def doubts(self) -> Doubts:
        """The world's doubts."""
        return self.world.settings.doubts

    @property
    def store(self) -> Store:
        """The world's state."""
        return self.world.store
