"""How well a resource is, from what Azure answered: every word of it, because people act on it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Access, Address
from reconciler.model.health import Health, ResourceHealth
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource, Unread
from reconciler.planner.health import health_of

GALLERY = Address("s", "rg", "corp")
VERSION = Address("s", "rg", "corp", "ubuntu", "1.0.0")
GRANT = Address("s", "rg", "corp", access=Access("Reader", "p", "r"))
REGIONS: dict[str, Any] = {"publishingProfile": {"targetRegions": {"[westeurope]": {}, "[northeurope]": {}}}}
HOME = RegionProgress("westeurope", "Completed", 100)
AWAY = RegionProgress("northeurope", "Completed", 100)
COMING = RegionProgress("northeurope", "Replicating", 40)
LOST = RegionProgress("northeurope", "Failed", 0, "no capacity")
SILENT = RegionProgress("northeurope", "Failed")
DIM = RegionProgress("northeurope", "Unknown")
THIRD = RegionProgress("uksouth", "Failed", 0, "no keys")
UNREAD = Unread(VERSION.key, "1.0.0", "NoAnswer", "nothing came")


def live(address: Address, state: str = "Succeeded") -> LiveResource:
    return LiveResource(address, REGIONS if address.version else {}, "/id", state)


@pytest.mark.parametrize(
    ("address", "state", "regions", "health", "why"),
    [
        (GALLERY, "Succeeded", None, Health.HEALTHY, ""),
        (GALLERY, "Failed", None, Health.DEGRADED, "provisioningState is Failed"),
        (GALLERY, "Updating", None, Health.PROGRESSING, "provisioningState is Updating"),
        (GALLERY, "", None, Health.UNKNOWN, "Azure gives no provisioningState"),
        (VERSION, "", (HOME, AWAY), Health.UNKNOWN, "Azure gives no provisioningState"),
        (GRANT, "", None, Health.HEALTHY, ""),
        (VERSION, "Succeeded", (HOME, AWAY), Health.HEALTHY, ""),
        (VERSION, "Succeeded", (HOME, COMING), Health.PROGRESSING, ""),
        (VERSION, "Succeeded", (HOME, LOST), Health.DEGRADED, "northeurope: no capacity"),
        (VERSION, "Succeeded", (HOME, SILENT), Health.DEGRADED, "northeurope: replication failed"),
        (VERSION, "Succeeded", (LOST, THIRD), Health.DEGRADED, "northeurope: no capacity, uksouth: no keys"),
        (VERSION, "Succeeded", (HOME, DIM), Health.UNKNOWN, "no replication state for northeurope"),
        (VERSION, "Succeeded", (HOME,), Health.UNKNOWN, "no replication state for northeurope"),
        (VERSION, "Succeeded", (DIM,), Health.UNKNOWN, "no replication state for westeurope, northeurope"),
        (VERSION, "Succeeded", (), Health.UNKNOWN, "no replication state for northeurope, westeurope"),
        (VERSION, "Creating", (HOME, COMING), Health.PROGRESSING, "provisioningState is Creating"),
        (VERSION, "Failed", (HOME, LOST), Health.DEGRADED, "provisioningState is Failed"),
    ],
)
def test_a_resource_is_judged_by_its_state_and_its_regions(
    address: Address, state: str, regions: tuple[RegionProgress, ...] | None, health: Health, why: str
) -> None:
    assert health_of(live(address, state), regions) == ResourceHealth(address, health, why, regions or ())


def test_a_version_without_any_region_is_unknown() -> None:
    bare = LiveResource(VERSION, {}, "/id", "Succeeded")

    assert health_of(bare, ()) == ResourceHealth(VERSION, Health.UNKNOWN, "no replication state for any region")


def test_what_could_not_be_read_is_unknown_with_its_cause_and_never_green() -> None:
    assert health_of(live(VERSION), UNREAD) == ResourceHealth(VERSION, Health.UNKNOWN, "NoAnswer: nothing came")
    failed = health_of(live(VERSION, "Failed"), UNREAD)
    assert failed == ResourceHealth(VERSION, Health.DEGRADED, "provisioningState is Failed")
