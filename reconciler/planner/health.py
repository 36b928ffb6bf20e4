"""How well one declared resource is, judged from what Azure answered. Unknown is never green (fact 3.3)."""

from __future__ import annotations

from reconciler.kinds.paths import entry_name
from reconciler.kinds.version_checks import REGIONS
from reconciler.model.address import Kind
from reconciler.model.health import Health, ResourceHealth
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource, Unread
from reconciler.planner.diff import dig, entries


def health_of(found: LiveResource, regions: tuple[RegionProgress, ...] | Unread | None) -> ResourceHealth:
    """Judge a live resource; `regions` is the replication status of a version, None for other kinds."""
    shown = regions if isinstance(regions, tuple) else ()
    if found.state == "Failed":
        return ResourceHealth(found.address, Health.DEGRADED, "provisioningState is Failed", shown)
    if not found.state and found.address.kind is not Kind.ROLE_ASSIGNMENT:
        return ResourceHealth(found.address, Health.UNKNOWN, "Azure gives no provisioningState", shown)
    if found.state not in ("", "Succeeded"):
        return ResourceHealth(found.address, Health.PROGRESSING, f"provisioningState is {found.state}", shown)
    if regions is None:
        return ResourceHealth(found.address, Health.HEALTHY)
    if isinstance(regions, Unread):
        return ResourceHealth(found.address, Health.UNKNOWN, f"{regions.code}: {regions.message}")
    return _replication(found, regions)


def _replication(found: LiveResource, regions: tuple[RegionProgress, ...]) -> ResourceHealth:
    wanted = entries(dig(found.body, REGIONS))
    missing = sorted({entry_name(key) for key in wanted} - {region.region for region in regions})
    failed = [region for region in regions if region.failed]
    if failed:
        told = ", ".join(f"{region.region}: {region.details or 'replication failed'}" for region in failed)
        return ResourceHealth(found.address, Health.DEGRADED, told, regions)
    unknown = [*missing, *(region.region for region in regions if region.state == "Unknown")]
    if unknown or not regions:
        told = f"no replication state for {', '.join(unknown) or 'any region'}"
        return ResourceHealth(found.address, Health.UNKNOWN, told, regions)
    complete = all(region.complete for region in regions)
    return ResourceHealth(found.address, Health.HEALTHY if complete else Health.PROGRESSING, "", regions)
