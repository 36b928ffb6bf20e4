"""What versions are made from: managed images, virtual machines, disks, snapshots, storage accounts.

They are here for the facts that a version takes from them (where, which system, how large), so one
module serves all five: what is PUT is kept and shown as it came, at once and without an operation.
Whether a version may be made from one of them is the business of `source_checks`.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import contents, envelopes, frozen, listing, writes
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError
from reconciler.emulator.contents import NUMBER, READ_ONLY, TEXT, Choice, Items, Names
from reconciler.emulator.records import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_SYSTEM = Choice(("Windows", "Linux"))
_PLAN = {"name": TEXT, "publisher": TEXT, "product": TEXT}
_SIZED = {"diskSizeGB": NUMBER, "managedDisk": {"id": TEXT}, "snapshot": {"id": TEXT}, "caching": TEXT}
_TEMPLATE = {
    "location": TEXT,
    "tags": Names(TEXT),
    "plan": _PLAN,
    "properties": {
        "provisioningState": READ_ONLY,
        "vmId": READ_ONLY,
        "osType": _SYSTEM,
        "hyperVGeneration": Choice(("V1", "V2")),
        "diskSizeGB": NUMBER,
        "purchasePlan": _PLAN,
        "sourceVirtualMachine": {"id": TEXT},
        "storageProfile": {
            "osDisk": {"osType": _SYSTEM, "osState": Choice(("Generalized", "Specialized")), **_SIZED},
            "dataDisks": Items({"lun": NUMBER, **_SIZED}),
        },
    },
}
_CREATED = (Kind.MANAGED_IMAGE, Kind.MACHINE)
_COPIED = ("osType", "hyperVGeneration", "diskSizeGB", "purchasePlan")
_CAPTURED = ("lun", "osType", "diskSizeGB", "caching", "managedDisk")


def write(call: Call) -> Answer:
    """Answer PUT: 201 for a new image or machine, 200 for every other type and for one that is replaced."""
    sent = contents.conform(call.body, _TEMPLATE)
    existing = call.store.find(call.target.key, call.now)
    writes.check_envelope(call, sent)
    location = writes.settle_location(call, sent, existing)
    stored = existing.body if existing is not None else {}
    properties = sent.get("properties", {})
    if call.target.kind is Kind.MANAGED_IMAGE:
        properties = _captured(call, properties)
    elif call.target.kind in (Kind.DISK, Kind.SNAPSHOT):
        properties = _copied(call, properties)
    identity = {"identity": sent["identity"]} if "identity" in sent else {}
    body = envelopes.frame(call, location, sent, stored) | identity | {"properties": properties}
    assert call.target.kind is not None
    new = Resource(call.target.id, call.target.kind, call.target.scope.lower(), call.target.subscription, body)
    resource = new if existing is None else replace(existing, body=body)
    return _kept(call, resource, 201 if existing is None and resource.kind in _CREATED else 200)


def _captured(call: Call, properties: JSON) -> JSON:
    """Fill in the disks of an image that is captured from a machine, as the service does."""
    machine = call.store.find(str(frozen.look(properties, "sourceVirtualMachine.id")).lower(), call.now)
    if machine is None or frozen.look(properties, "storageProfile.osDisk") is not None:
        return properties
    profile = frozen.look(machine.body, "properties.storageProfile") or {}
    assert isinstance(profile, dict)
    storage = {
        **properties.get("storageProfile", {}),
        "osDisk": {"osState": "Generalized", **_disk(profile.get("osDisk", {}))},
        "dataDisks": [_disk(disk) for disk in profile.get("dataDisks", [])],
    }
    generation = properties.get("hyperVGeneration") or machine_generation(machine.body)
    settled = properties | {"storageProfile": storage}
    return settled if generation is None else settled | {"hyperVGeneration": generation}


def _copied(call: Call, properties: JSON) -> JSON:
    """Fill in what a disk or snapshot that is a copy has from the one it is copied from."""
    named = frozen.look(properties, "creationData.sourceResourceId")
    original = call.store.find(str(named).lower(), call.now)
    if original is None:
        return properties
    known = original.body.get("properties", {})
    return {name: known[name] for name in _COPIED if name in known} | properties


def _disk(disk: JSON) -> JSON:
    return {name: disk[name] for name in _CAPTURED if name in disk}


def machine_generation(body: JSON) -> object:
    """Read the generation of a machine, which states it itself or in its instance view."""
    stated = frozen.look(body, "properties.hyperVGeneration")
    return stated if stated is not None else frozen.look(body, "properties.instanceView.hyperVGeneration")


def update(call: Call) -> Answer:
    """Answer PATCH: tags are exchanged, properties are merged."""
    sent = contents.conform(call.body, _TEMPLATE)
    existing = _require(call)
    writes.check_envelope(call, sent)
    properties = contents.laid_over(existing.body["properties"], sent.get("properties", {}), deep=True)
    body = existing.body | {"properties": properties} | ({"tags": sent["tags"]} if "tags" in sent else {})
    return _kept(call, replace(existing, body=body), 200)


def _kept(call: Call, resource: Resource, status: int) -> Answer:
    call.store.put(resource)
    return writes.single(status, show(resource, "", call.api_version))


def _require(call: Call) -> Resource:
    found = call.store.find(call.target.key, call.now)
    if found is None:
        raise _not_found(call)
    return found


def _not_found(call: Call) -> ArmError:
    message = (
        f"The Resource '{call.target.kind}/{call.target.name}' under resource group '{call.target.group}' was not "
        "found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message, gateway=True)


def get(call: Call) -> Answer:
    """Answer GET; whether a machine is generalized shows in its instance view, when that is asked for."""
    resource = _require(call)
    body = show(resource, "", call.api_version)
    if resource.hidden.get("generalized") and "instanceview" in call.query.get("$expand", "").lower():
        view = body["properties"].get("instanceView")
        known = view if isinstance(view, dict) else {}
        body["properties"]["instanceView"] = known | {"statuses": [{"code": "OSState/generalized", "level": "Info"}]}
    return writes.single(200, body)


def head(call: Call) -> Answer:
    """Answer HEAD: 204 or 404."""
    return Answer(404 if call.store.find(call.target.key, call.now) is None else 204)


def delete(call: Call) -> Answer:
    """Answer DELETE: gone at once, 204 when nothing was there."""
    if call.store.find(call.target.key, call.now) is None:
        return Answer(204)
    call.store.remove(call.target.key)
    return Answer(200)


def generalize(call: Call) -> Answer:
    """Answer POST generalize of a machine: from now on it makes generalized versions, for good."""
    resource = _require(call)
    call.store.put(replace(resource, hidden=resource.hidden | {"generalized": True}))
    return Answer(200)


def listed(call: Call) -> Answer:
    """Answer LIST, in a group or in a whole subscription."""
    return listing.page(call, listing.within(call, call.now), show, as_created=True)


def show(resource: Resource, _state: str, _api_version: str) -> JSON:
    """Build the body as PUT, GET and LIST show it."""
    properties = resource.body["properties"] | {"provisioningState": "Succeeded"}
    if resource.kind is Kind.MACHINE:
        properties["vmId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, resource.key))
    return envelopes.shown(resource, properties)


METHODS: dict[str, Callable[[Call], Answer]] = {
    "PUT": write,
    "PATCH": update,
    "GET": get,
    "HEAD": head,
    "DELETE": delete,
}
"""What each of the five types answers, by method."""
