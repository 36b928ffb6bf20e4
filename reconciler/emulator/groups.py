"""Subscriptions and resource groups: just enough for the galleries that live in them.

By default every subscription and every group exists, so that the product can be tried without any
preparation; the settings narrow that down to listed subscriptions and to groups that were PUT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import contents, regions
from reconciler.emulator.addresses import Kind, Target, group_id
from reconciler.emulator.answers import JSON_TYPE, Answer, ArmError, compact
from reconciler.emulator.contents import READ_ONLY, TEXT, Names
from reconciler.emulator.records import Resource

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_TEMPLATE = {"location": TEXT, "tags": Names(TEXT), "managedBy": TEXT, "properties": READ_ONLY}
_EVERYWHERE = "westeurope"


def require_subscription(call: Call) -> None:
    """Refuse a subscription that does not exist."""
    subscription = call.target.subscription
    known = call.settings.subscriptions
    if not subscription or known is None or subscription.lower() in {name.lower() for name in known}:
        return
    message = f"The subscription '{subscription}' could not be found."
    raise ArmError(404, "SubscriptionNotFound", message, gateway=True)


def require_group(call: Call) -> None:
    """Refuse a group that does not exist (4.1/2)."""
    target = call.target
    if not target.group or call.settings.groups == "any":
        return
    if call.store.find(group_id(target.subscription, target.group).lower(), call.now) is None:
        raise _group_not_found(target.group)


def _group_not_found(group: str) -> ArmError:
    message = f"Resource group '{group}' could not be found."
    return ArmError(404, "ResourceGroupNotFound", message, gateway=True)


def subscriptions(call: Call) -> Answer:
    """List the subscriptions that are known."""
    known = call.settings.subscriptions or tuple(call.store.subscriptions())
    return _json(200, {"value": [_subscription(call, name) for name in known]})


def subscription(call: Call) -> Answer:
    """Answer GET of one subscription."""
    return _json(200, _subscription(call, call.target.subscription))


def _subscription(call: Call, name: str) -> JSON:
    return {
        "id": f"/subscriptions/{name}",
        "authorizationSource": "RoleBased",
        "subscriptionId": name,
        "tenantId": call.settings.tenant,
        "displayName": f"Emulated {name}",
        "state": "Enabled",
    }


def write(call: Call) -> Answer:
    """Answer PUT of a group; PATCH changes its tags."""
    sent = contents.conform(call.body, _TEMPLATE)
    existing = call.store.find(call.target.key, call.now)
    if existing is None and call.method == "PATCH":
        raise _group_not_found(call.target.name)
    stored = existing.body if existing is not None else {}
    location = regions.short(str(sent.get("location", stored.get("location", ""))))
    if location is None:
        message = f"The provided location '{sent.get('location', '')}' is not available for resource group."
        raise ArmError(400, "LocationNotAvailableForResourceGroup", message, gateway=True)
    if existing is not None and location != stored["location"]:
        message = (
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{stored['location']}'."
        )
        raise ArmError(409, "InvalidResourceGroupLocation", message, gateway=True)
    tags = sent.get("tags", stored.get("tags") if call.method == "PATCH" else None)
    body = {"location": location} | ({} if tags is None else {"tags": tags})
    id_ = existing.id if existing is not None else call.target.id
    resource = Resource(id_, Kind.GROUP, call.target.scope.lower(), call.target.subscription, body)
    call.store.put(resource)
    return _json(201 if existing is None else 200, show(resource))


def get(call: Call) -> Answer:
    """Answer GET and HEAD of a group."""
    resource = call.store.find(call.target.key, call.now)
    if resource is None and call.settings.groups == "any":
        target: Target = call.target
        body = {"location": _EVERYWHERE}
        resource = Resource(target.id, Kind.GROUP, target.scope.lower(), target.subscription, body)
    if call.method == "HEAD":
        return Answer(404 if resource is None else 204)
    if resource is None:
        raise _group_not_found(call.target.name)
    return _json(200, show(resource))


def listing(call: Call) -> Answer:
    """List the groups of a subscription that were PUT."""
    found = call.store.children(Kind.GROUP, call.target.scope.lower(), call.now)
    return _json(200, {"value": [show(row.resource()) for row in found]})


def show(resource: Resource) -> JSON:
    """Build the body of a group."""
    head = {"id": resource.id, "name": resource.name, "type": Kind.GROUP.value}
    return head | resource.body | {"properties": {"provisioningState": "Succeeded"}}


def _json(status: int, body: JSON) -> Answer:
    return Answer(status, compact(body), {"Content-Type": JSON_TYPE})
