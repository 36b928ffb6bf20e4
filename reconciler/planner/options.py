"""What a run allows: whose ownership counts, how far it may go, and which guards were lifted by hand.

Overrides hold for one run, are written into the plan and never come from a manifest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.model.address import Address, Kind
from reconciler.model.impact import Counted
from reconciler.model.restriction import Elsewhere, IgnoreRule


@dataclass(frozen=True, slots=True)
class Options:
    """Limits and overrides of one run.

    Addresses in the sets are lower-case texts, with or without the subscription in front; `adopt` may hold "all".
    `replication` asks how far versions are whose answer decides what `latest` resolves to.
    `recreate` lets the policy recreateFailed count; a plan made again within one apply switches it off, and `deleted`
    are the kinds of what that apply has deleted so far, one for each: limits count for all of it.
    `only` and `excepted` are address globs: what is planned at all (nothing named: everything). `others` is what the
    other targets of the settings declare.
    """

    instance: str = ""
    track_ownership: bool = True
    prune: bool = False
    documented_only: bool = False
    adopt: frozenset[str] = frozenset()
    allow_empty: bool = False
    allow_deletes: int | None = None
    allow_protected: frozenset[str] = frozenset()
    allow_last_version: frozenset[str] = frozenset()
    max_deletes: int = 10
    max_delete_percent: int = 30
    max_replicas: int = 100
    max_galleries: int = 100
    max_definitions: int = 1000
    max_versions: int = 10_000
    replication: bool = False
    ignore: tuple[IgnoreRule, ...] = ()
    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    others: tuple[Elsewhere, ...] = ()
    recreate: bool = True
    deleted: tuple[Kind, ...] = ()

    @property
    def owner(self) -> str:
        """The instance whose ownership counts; "" when ownership is not tracked."""
        return self.instance if self.track_ownership else ""

    def most(self, what: Counted) -> int:
        """How many there may be in a region: of replicas for each version, else for each subscription (6/1–6/4)."""
        return {
            Counted.GALLERIES: self.max_galleries,
            Counted.DEFINITIONS: self.max_definitions,
            Counted.VERSIONS: self.max_versions,
            Counted.REPLICAS: self.max_replicas,
        }[what]

    @property
    def overrides(self) -> tuple[str, ...]:
        """The lifted guards as flags, for the record."""
        flags = [f"--adopt {address}" for address in sorted(self.adopt)]
        flags += ["--allow-empty"] if self.allow_empty else []
        flags += [f"--allow-deletes {self.allow_deletes}"] if self.allow_deletes is not None else []
        flags += [f"--allow-protected {address}" for address in sorted(self.allow_protected)]
        flags += [f"--allow-last-version {address}" for address in sorted(self.allow_last_version)]
        return tuple(flags)

    def lifting(self, overrides: tuple[str, ...]) -> Options:
        """The same with the guards lifted that a plan names; the way back from `overrides`."""
        given: dict[str, list[str]] = {}
        for flag in overrides:
            name, _, value = flag.partition(" ")
            given.setdefault(name, []).append(value)
        counted = given.get("--allow-deletes", [""])[-1]
        return replace(
            self,
            adopt=frozenset(given.get("--adopt", ())),
            allow_empty="--allow-empty" in given,
            allow_deletes=int(counted) if counted.isascii() and counted.isdigit() else None,
            allow_protected=frozenset(given.get("--allow-protected", ())),
            allow_last_version=frozenset(given.get("--allow-last-version", ())),
        )


def names(chosen: frozenset[str], address: Address) -> bool:
    """Whether a set of addresses given by hand names this one."""
    return not chosen.isdisjoint({address.key, address.text().lower(), address.text(with_subscription=True).lower()})
