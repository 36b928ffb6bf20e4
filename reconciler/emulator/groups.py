"""Resource groups: just enough for the galleries that live in them, and the end of everything in one.

By default every group exists, so that the product can be tried without any preparation; a setting narrows
that down to groups that were PUT. A group that was deleted is gone in either case, until it is PUT again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from reconciler.emulator import contents, filters, listing, regions
from reconciler.emulator.addresses import Kind, group_id
from reconciler.emulator.answers import Answer, ArmError, advice, compacted
from reconciler.emulator.contents import READ_ONLY, TEXT, Names
from reconciler.emulator.records import Operation, Phase, Resource

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_TEMPLATE = {"location": TEXT, "tags": Names(TEXT), "managedBy": TEXT, "properties": READ_ONLY}
_EVERYWHERE = "westeurope"
_FILTERED = ("tagname", "tagvalue")


def require(call: Call) -> None:
    """Refuse a group that does not exist (4.1/2), and writes in one that is about to go (3.9/9)."""
    target = call.target
    if not target.group:
        return
    fate = call.store.fate(group_id(target.subscription, target.group).lower())
    if _missing(call, fate):
        raise _not_found(target.group)
    if fate is not None and fate[0] is Phase.DELETING and call.method in ("PUT", "PATCH", "POST"):
        raise _being_deleted(target.group)


def _missing(call: Call, fate: tuple[Phase, float] | None) -> bool:
    if fate is None:
        return call.settings.groups == "known"
    phase, ends = fate
    return phase is Phase.DELETING and ends <= call.now


def _not_found(group: str) -> ArmError:
    message = f"Resource group '{group}' could not be found."
    return ArmError(404, "ResourceGroupNotFound", message, gateway=True)


def _being_deleted(group: str) -> ArmError:
    message = f"The resource group '{group}' is in deprovisioning state and cannot perform this operation."
    return ArmError(409, "ResourceGroupBeingDeleted", message, gateway=True)


def _find(call: Call) -> Resource | None:
    """Find a group; one that was never heard of is there, unless only known ones are."""
    found = call.store.find(call.target.key, call.now)
    if found is not None or _missing(call, call.store.fate(call.target.key)):
        return found
    target = call.target
    return Resource(target.id, Kind.GROUP, target.scope.lower(), target.subscription, {"location": _EVERYWHERE})


def write(call: Call) -> Answer:
    """Answer PUT of a group; PATCH changes its tags (3.9/6)."""
    sent = contents.conform(call.body, _TEMPLATE)
    existing = _find(call) if call.method == "PATCH" else call.store.find(call.target.key, call.now)
    if existing is None and call.method == "PATCH":
        raise _not_found(call.target.name)
    if existing is not None and existing.phase is Phase.DELETING:
        raise _being_deleted(call.target.name)
    stored = existing.body if existing is not None else {}
    location = _location(sent, stored)
    tags = sent.get("tags", stored.get("tags") if call.method == "PATCH" else None)
    manager = sent.get("managedBy", stored.get("managedBy"))
    body = {"location": location, "managedBy": manager, "tags": tags}
    id_ = existing.id if existing is not None else call.target.id
    kept = {name: value for name, value in body.items() if value is not None}
    resource = Resource(id_, Kind.GROUP, call.target.scope.lower(), call.target.subscription, kept)
    call.store.put(resource)
    return compacted(201 if existing is None else 200, show(resource))


def _location(sent: JSON, stored: JSON) -> str:
    location = regions.short(str(sent.get("location", stored.get("location", ""))))
    if location is None:
        message = f"The provided location '{sent.get('location', '')}' is not available for resource group."
        raise ArmError(400, "LocationNotAvailableForResourceGroup", message, gateway=True)
    if stored and location != stored["location"]:
        message = (
            f"Invalid resource group location '{location}'. The Resource group already exists in location "
            f"'{stored['location']}'."
        )
        raise ArmError(409, "InvalidResourceGroupLocation", message, gateway=True)
    return location


def get(call: Call) -> Answer:
    """Answer GET, and HEAD, which says whether there is such a group (3.9/5)."""
    resource = _find(call)
    if call.method == "HEAD" and resource is not None:
        return Answer(204)
    if resource is None:
        raise _not_found(call.target.name)
    return compacted(200, show(resource, resource.provisioning(call.now)))


def answer(call: Call) -> Answer:
    """List the groups of a subscription that were PUT, by a tag where a filter says so."""
    wanted = filters.parse(call.query.get("$filter", ""), _FILTERED)
    size = -1 if wanted else call.settings.page_size + 1
    found = call.store.children(Kind.GROUP, call.target.scope.lower(), call.now, listing.after(call), size)
    if wanted:
        found = [row for row in found if filters.tagged(row.resource().body.get("tags", {}), wanted)]
    return listing.page(call, found, show, as_created=True)


def show(resource: Resource, state: str = Phase.SETTLED, _api_version: str = "") -> JSON:
    """Build the body of a group, names in the service's order (3.9/6)."""
    head = {"id": resource.id, "name": resource.name, "type": Kind.GROUP.value}
    return head | resource.body | {"properties": {"provisioningState": state}}


def delete(call: Call) -> Answer:
    """Answer DELETE: everything in the group goes with it, whatever would hold it back by itself (3.9/4)."""
    group = _find(call)
    if group is None:
        raise _not_found(call.target.name)
    ends = group.ends
    if group.phase is not Phase.DELETING:
        ends = call.now + call.settings.scaled(call.settings.durations.group_delete)
        call.store.sweep(call.target.key, ends)
        call.store.put(replace(group, phase=Phase.DELETING, started=call.now, ends=ends))
    operation = Operation(call.request_id, call.target.subscription, "", call.now, ends)
    call.store.start(operation)
    return Answer(202, b"", _running(call, operation))


def result(call: Call) -> Answer:
    """Answer GET of a deletion's address: 202 and the address again while it runs, then 200, both empty (3.9/4)."""
    operation = call.store.operation(call.target.name, call.target.subscription)
    if operation is None or operation.location:
        raise ArmError(404, "NotFound", f"The operation '{call.target.name}' could not be found.", gateway=True)
    if call.now < operation.ends:
        return Answer(202, b"", _running(call, operation))
    return Answer(200)


def _running(call: Call, operation: Operation) -> dict[str, str]:
    path = f"/subscriptions/{quote(call.target.subscription)}/operationresults/{operation.id}"
    wait = advice(call.settings.durations.group_retry_after, call.settings.time_scale)
    return {"Location": f"{call.origin}{path}?api-version={quote(call.api_version)}", **wait}
