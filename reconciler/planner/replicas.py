"""Where a version is stored: how many replicas of which storage type in which region.

The one place that knows what a count or a storage type is that nobody states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.kinds.paths import entry_name
from reconciler.model.state import mapping
from reconciler.planner.diff import entries

STANDARD = "Standard_LRS"
LEFT_TO_AZURE = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """Replicas of one storage type in one region; an edge zone is written `region/zone`."""

    region: str
    storage_type: str
    replicas: int


def replica_count(profile: Mapping[str, Any], entry: Mapping[str, Any], name: str = "regionalReplicaCount") -> int:
    """The replicas of an entry: its own count, else the profile's, else one (fact 3.4/4)."""
    counts = (entry.get(name), profile.get("replicaCount"))
    return next((count for count in counts if isinstance(count, int)), 1)


def placements(body: Mapping[str, Any]) -> Iterator[Placement]:
    """Everything stored of a version (facts 2.4/1, 2.4/4, 2.4/8, 2.4/16); without regions it is in its own."""
    profile = mapping(body.get("publishingProfile"))
    regions = entries(profile.get("targetRegions")) or {"": {"name": body.get("location")}}
    for entry in regions.values():
        region = str(entry.get("name") or "")
        yield Placement(region, _storage_type(profile, entry), replica_count(profile, entry))
        for more in entries(entry.get("additionalReplicaSets")).values():
            count = replica_count({}, more)
            yield Placement(region, str(more.get("storageAccountType") or STANDARD), count)
    for key, entry in entries(profile.get("targetExtendedLocations")).items():
        count = replica_count(profile, entry, "extendedLocationReplicaCount")
        yield Placement(entry_name(key), _storage_type(profile, entry), count)


def replicas_by_region(body: Mapping[str, Any]) -> Counter[str]:
    """The replicas of a version in each region, of all storage types together."""
    counts: Counter[str] = Counter()
    for placement in placements(body):
        counts[placement.region] += placement.replicas
    return counts


def _storage_type(profile: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """An entry's own type, else the one a strategy leads to, else the profile's, else the default (fact 2.4/14)."""
    default = LEFT_TO_AZURE if profile.get("storageAccountStrategy") else STANDARD
    return str(entry.get("storageAccountType") or profile.get("storageAccountType") or default)
