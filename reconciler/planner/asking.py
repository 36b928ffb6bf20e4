"""Which versions to ask for their replication, and in what order: it takes a request each, and turns are few.

What was seen complete is believed for a day while the version is unchanged, with its age shown; what is not known to be
complete, and what `latest` may resolve to, is asked first. Who is not asked and not remembered stays unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reconciler.kinds.scalars import version_number
from reconciler.model.address import Address, Kind
from reconciler.model.replication import Seen
from reconciler.model.state import LiveResource, mapping
from reconciler.planner.fate import usable
from reconciler.planner.fingerprint import fingerprint

BELIEVED: Final = timedelta(hours=24)
MOST_ASKED: Final = 300
"""A minute's worth: who looks once does not want to wait longer, and the next look goes on."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier looks saw, by address key, the moment of this look (UTC), and how many it may ask at most."""

    seen: Mapping[str, Seen]
    now: datetime
    most: int = MOST_ASKED


@dataclass(frozen=True, slots=True)
class Asking:
    """`first` have to be asked, `then` may be, the oldest first; `believed` is what is remembered of the latter."""

    first: tuple[Address, ...]
    then: tuple[Address, ...]
    believed: Mapping[Address, Seen]
    most: int = MOST_ASKED

    def chosen(self, left: Callable[[str], int]) -> tuple[Address, ...]:
        """Whom to ask now, in order; `left` says of a subscription how many may be asked without a wait."""
        first = self.first[: self.most]
        used = Counter(address.subscription.lower() for address in first)
        more = []
        for address in self.then:
            key = address.subscription.lower()
            if used[key] < left(key):
                used[key] += 1
                more.append(address)
        return (*first, *more)


def asking(versions: Iterable[LiveResource], memory: Memory) -> Asking:
    """Sort versions; resources of other kinds are left out."""
    seen = memory.seen
    found = sorted((each for each in versions if each.address.kind is Kind.IMAGE_VERSION), key=lambda one: one.address)
    believed = {each.address: seen[each.address.key] for each in found if _believed(each, seen, memory.now)}
    latest = _latest(found)
    first = sorted(
        (each.address for each in found if each.address in latest or each.address not in believed),
        key=lambda address: (address not in latest, address),
    )
    then = sorted(believed.keys() - latest, key=lambda address: (believed[address].at, address))
    return Asking(tuple(first), tuple(then), believed, memory.most)


def _believed(version: LiveResource, seen: Mapping[str, Seen], now: datetime) -> bool:
    known = seen.get(version.address.key)
    if known is None or known.mark != fingerprint(version) or not known.regions:
        return False
    return now - BELIEVED < known.at <= now and all(region.complete for region in known.regions)


def _latest(versions: Iterable[LiveResource]) -> frozenset[Address]:
    """The highest number of each definition among the versions that `latest` may resolve to."""
    highest: dict[Address | None, LiveResource] = {}
    for version in versions:
        known = highest.get(version.address.parent)
        offered = usable(mapping(version.body.get("publishingProfile")))
        if offered and (
            known is None or version_number(version.address.version) > version_number(known.address.version)
        ):
            highest[version.address.parent] = version
    return frozenset(version.address for version in highest.values())
