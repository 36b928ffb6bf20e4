from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.regions import DISPLAY_NAMES
from tests.emulator.arm import Arm, refused

if TYPE_CHECKING:
    from collections.abc import Callable

API = "2022-12-01"
DEFAULT = "00000000-0000-0000-0000-000000000001"


def listed(arm: Arm) -> list[str]:
    answer = arm.get("/subscriptions", api=API)
    assert answer.status_code == 200, answer.text
    return [item["subscriptionId"] for item in answer.json()["value"]]


def test_the_one_tenant_is_named(world: Callable[..., Arm]) -> None:
    # 3.9/10
    arm = world(tenant="7e0f1c7a-0000-4000-8000-0000000000ff")
    (tenant,) = arm.get("/tenants", api=API).json()["value"]
    assert tenant["id"] == f"/tenants/{tenant['tenantId']}"
    assert (tenant["tenantId"], tenant["tenantCategory"]) == ("7e0f1c7a-0000-4000-8000-0000000000ff", "Home")
    assert (bool(tenant["displayName"]), tenant["defaultDomain"] in tenant["domains"]) == (True, True)


def test_a_subscription_says_whose_it_is_and_how_it_stands(arm: Arm) -> None:
    # 3.9/10
    body = arm.get(f"/subscriptions/{arm.subscription}", api=API).json()
    assert body == {
        "id": f"/subscriptions/{arm.subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": arm.subscription,
        "tenantId": arm.emulator.settings.tenant,
        "displayName": f"Emulated {arm.subscription}",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def test_a_fresh_emulator_lists_its_default_subscription(world: Callable[..., Arm]) -> None:
    arm = world()
    assert listed(arm) == [DEFAULT]
    other = "6f7c0000-0000-4000-8000-000000000009"
    assert listed(world(default_subscription=other)) == [other]


def test_subscriptions_that_were_written_to_are_listed_once_each(world: Callable[..., Arm]) -> None:
    arm = world()
    for subscription in (DEFAULT, arm.subscription):
        Arm(arm.emulator, arm.clock, subscription=subscription, session=arm.session).gallery()
    assert listed(arm) == [DEFAULT, arm.subscription]


@pytest.mark.parametrize(
    "known", [(), ("6f7c0000-0000-4000-8000-000000000001", "6f7c0000-0000-4000-8000-00000000000A")]
)
def test_where_subscriptions_are_listed_in_the_settings_there_are_no_others(
    world: Callable[..., Arm], known: tuple[str, ...]
) -> None:
    arm = world(subscriptions=known)
    assert listed(arm) == list(known)
    refused(arm.get(f"/subscriptions/{DEFAULT}", api=API), 404, "SubscriptionNotFound")
    refused(arm.get(f"/subscriptions/{DEFAULT}/locations", api=API), 404, "SubscriptionNotFound")
    for name in known:
        assert arm.get(f"/subscriptions/{name.lower()}", api=API).status_code == 200


@pytest.mark.recorded("3.9/7")
def test_regions_are_listed_under_both_their_names(arm: Arm) -> None:
    path = f"/subscriptions/{arm.subscription}/locations"
    found: dict[str, Any] = {item["displayName"]: item for item in arm.get(path, api=API).json()["value"]}
    assert found.keys() == set(DISPLAY_NAMES)
    assert found["East US 2"] == {
        "id": f"{path}/eastus2",
        "name": "eastus2",
        "type": "Region",
        "displayName": "East US 2",
        "regionalDisplayName": "(US) East US 2",
        "metadata": {"regionType": "Physical", "regionCategory": "Recommended", "geographyGroup": "US"},
    }


@pytest.mark.recorded("3.9/7")
@pytest.mark.parametrize(
    ("region", "group"),
    [
        ("Central India", "Asia Pacific"),
        ("South India", "Asia Pacific"),
        ("Southeast Asia", "Asia Pacific"),
        ("New Zealand North", "Asia Pacific"),
        ("North Europe", "Europe"),
        ("UK South", "Europe"),
        ("Sweden Central", "Europe"),
        ("South Africa North", "Africa"),
        ("South Central US", "US"),
        ("Canada Central", "Canada"),
    ],
)
def test_a_region_names_its_part_of_the_world(arm: Arm, region: str, group: str) -> None:
    items = arm.get(f"/subscriptions/{arm.subscription}/locations", api=API).json()["value"]
    assert [item["metadata"]["geographyGroup"] for item in items if item["displayName"] == region] == [group]
