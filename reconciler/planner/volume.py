"""How much more or less a plan stores, by region and storage type: replicas, and gigabytes where sizes are known.

Totals are taken over everything seen, and only where something changes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.model.address import Address, Kind
from reconciler.model.impact import Volume
from reconciler.model.state import LiveResource, mapping
from reconciler.planner.afterwards import Afterwards
from reconciler.planner.diff import dig
from reconciler.planner.order import source_id
from reconciler.planner.replicas import placements

Place = tuple[str, str]


@dataclass(slots=True)
class _Difference:
    replicas: int = 0
    gigabytes: int = 0
    unknown: int = 0


@dataclass(slots=True)
class _Totals:
    replicas: Counter[Place] = field(default_factory=Counter)
    gigabytes: Counter[Place] = field(default_factory=Counter)


def volume_rows(later: Afterwards) -> tuple[Volume, ...]:
    """One row for each region and storage type in which replicas or gigabytes change, in that order."""
    changes = {
        place: found
        for place, found in _differences(later).items()
        if found.replicas or found.gigabytes or found.unknown
    }
    if not changes:
        return ()
    totals = _totals(later.live)
    return tuple(
        Volume(
            *place,
            totals.replicas[place],
            totals.replicas[place] + changes[place].replicas,
            totals.gigabytes[place],
            totals.gigabytes[place] + changes[place].gigabytes,
            changes[place].unknown,
        )
        for place in sorted(changes)
    )


def _differences(later: Afterwards) -> Mapping[Place, _Difference]:
    found: defaultdict[Place, _Difference] = defaultdict(_Difference)
    for address, before, after in later.stored():
        old, new = _replicas(before), _replicas(after)
        kept = before is not None and after is not None and _same_disks(address, later, before, after)
        was, becomes = _sizes(before, after, kept=kept)
        for place in old.keys() | new.keys():
            difference = found[place]
            difference.replicas += new[place] - old[place]
            if was is not None and becomes is not None:
                difference.gigabytes += new[place] * becomes - old[place] * was
            elif new[place] != old[place] or not kept:
                difference.unknown += 1
    return found


def _sizes(before: LiveResource | None, after: LiveResource | None, *, kept: bool) -> tuple[int | None, int | None]:
    """The gigabytes of one replica before and after: none of what is not there, None where nobody knows.

    What is made anew from the source that it had is as large as it was. From another source nobody knows, and then
    what goes is not counted either: it would pass for room gained.
    """
    was = _gigabytes(before) if before is not None else 0
    if before is not None and after is not None and kept:
        after = replace(after, read_only=before.read_only)
    return was, _gigabytes(after) if after is not None else 0


def _same_disks(address: Address, later: Afterwards, before: LiveResource, after: LiveResource) -> bool:
    """Whether a version holds the same after the plan as before: it is only changed, or made anew from its source."""
    return address not in later.made or source_id(before.body) == source_id(after.body) != ""


def _totals(live: Mapping[Any, LiveResource]) -> _Totals:
    totals = _Totals()
    for address, version in live.items():
        if address.kind is Kind.IMAGE_VERSION:
            size = _gigabytes(version) or 0
            for placement in placements(version.body):
                place = (placement.region, placement.storage_type)
                totals.replicas[place] += placement.replicas
                totals.gigabytes[place] += placement.replicas * size
    return totals


def _replicas(version: LiveResource | None) -> Counter[Place]:
    counts: Counter[Place] = Counter()
    for placement in placements(version.body) if version is not None else ():
        counts[placement.region, placement.storage_type] += placement.replicas
    return counts


def _gigabytes(version: LiveResource) -> int | None:
    """The size of all disks of one replica; None where Azure does not say (facts 2.4/23, 2.4/24).

    A Shallow version keeps its source and stores no copy of known size (fact 2.4/15).
    """
    if dig(version.body, ("publishingProfile", "replicationMode")) == "Shallow":
        return None
    storage = mapping(version.read_only.get("storageProfile"))
    data = storage.get("dataDiskImages") or ()
    disks = [storage.get("osDiskImage") or {}, *(data if isinstance(data, list | tuple) else (None,))]
    sizes = [dig(disk, ("sizeInGB",)) for disk in disks]
    return sum(sizes) if all(isinstance(size, int) for size in sizes) else None
