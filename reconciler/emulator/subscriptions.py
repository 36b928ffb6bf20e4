"""Tenants, subscriptions and their regions: where a client finds out what it may work in.

By default every subscription exists, so that the product can be tried without any preparation. A list can
name only some then: those that were ever written to, and a default one for a client that has just signed in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import geographies, regions, rights
from reconciler.emulator.answers import Answer, ArmError, compacted

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_POLICIES = {
    "locationPlacementId": "Public_2014-09-01",
    "quotaId": "PayAsYouGo_2014-09-01",
    "spendingLimit": "Off",
}


def require(call: Call) -> None:
    """Refuse a subscription that does not exist."""
    subscription = call.target.subscription
    known = call.settings.subscriptions
    if not subscription or known is None or subscription.lower() in {name.lower() for name in known}:
        return
    message = f"The subscription '{subscription}' could not be found."
    raise ArmError(404, "SubscriptionNotFound", message, gateway=True)


def tenants(call: Call) -> Answer:
    """List the one tenant there is (3.9/10)."""
    tenant = {
        "id": f"/tenants/{call.settings.tenant}",
        "tenantId": call.settings.tenant,
        "countryCode": "US",
        "displayName": "Emulated directory",
        "domains": ["emulator.local"],
        "tenantCategory": "Home",
        "defaultDomain": "emulator.local",
        "tenantType": "AAD",
    }
    return compacted(200, {"value": [tenant]})


def listing(call: Call) -> Answer:
    """List the subscriptions that are known and that the caller may read something in (3.9/10)."""
    found = [_subscription(call, name) for name in _known(call) if rights.sees(call, name)]
    return compacted(200, {"value": found, "count": {"type": "Total", "value": len(found)}})


def _known(call: Call) -> tuple[str, ...]:
    if call.settings.subscriptions is not None:
        return call.settings.subscriptions
    return tuple(dict.fromkeys((call.settings.default_subscription, *call.store.subscriptions())))


def get(call: Call) -> Answer:
    """Answer GET of one subscription."""
    return compacted(200, _subscription(call, call.target.subscription))


def _subscription(call: Call, name: str) -> JSON:
    return {
        "id": f"/subscriptions/{name}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": name,
        "tenantId": call.settings.tenant,
        "displayName": f"Emulated {name}",
        "state": "Enabled",
        "subscriptionPolicies": _POLICIES,
    }


def locations(call: Call) -> Answer:
    """List the regions, under the names that clients may write (3.9/7)."""
    return compacted(200, {"value": [_location(call.target.scope, name) for name in regions.DISPLAY_NAMES]})


def _location(scope: str, display: str) -> JSON:
    short, group = regions.fold(display), geographies.group(display)
    return {
        "id": f"{scope}/locations/{short}",
        "name": short,
        "type": "Region",
        "displayName": display,
        "regionalDisplayName": f"({group}) {display}",
        "metadata": {"regionType": "Physical", "regionCategory": "Recommended", "geographyGroup": group},
    }
