"""Galleries: what a write may contain, what comes back, and when one may be deleted.

Updates are applied at once although an operation is announced (3.1/2, 3.1/3). Sharing with groups
and the switch of a community gallery are a separate action; see `sharing`.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import api_versions, contents, envelopes, frozen, names, operations, recycle_bin, writes
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError
from reconciler.emulator.contents import ANY, FLAG, NUMBER, READ_ONLY, TEXT, Choice, Names
from reconciler.emulator.frozen import Frozen
from reconciler.emulator.records import Phase, Resource

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_COMMUNITY = {
    "publisherUri": TEXT,
    "publisherContact": TEXT,
    "eula": TEXT,
    "publicNamePrefix": TEXT,
    "communityGalleryEnabled": READ_ONLY,
    "publicNames": READ_ONLY,
}
_TEMPLATE = {
    "location": TEXT,
    "tags": Names(TEXT),
    "identity": {
        "type": TEXT,
        "principalId": READ_ONLY,
        "tenantId": READ_ONLY,
        "userAssignedIdentities": Names(ANY),
    },
    "properties": {
        "description": TEXT,
        "identifier": READ_ONLY,
        "provisioningState": READ_ONLY,
        "sharingStatus": READ_ONLY,
        "sharingProfile": {
            "permissions": Choice(("Private", "Groups", "Community")),
            "groups": READ_ONLY,
            "communityGalleryInfo": _COMMUNITY,
        },
        "softDeletePolicy": {"isSoftDeleteEnabled": FLAG, "retentionPeriodInDays": NUMBER, "gracePeriodInDays": NUMBER},
    },
}
_INFO = "sharingProfile.communityGalleryInfo"
_PERMISSIONS = Frozen("sharingProfile.permissions", default="Private")
_FROZEN = tuple(Frozen(f"{_INFO}.{name}") for name in ("publisherUri", "publisherContact", "eula", "publicNamePrefix"))


def write(call: Call) -> Answer:
    """Answer PUT and PATCH."""
    writes.require_parent(call)
    sent = contents.conform(call.body, _TEMPLATE)
    existing = call.store.find(call.target.key, call.now)
    if existing is None and call.method == "PATCH":
        raise writes.not_found(call)
    writes.check_envelope(call, sent)
    if existing is None:
        names.check_gallery(call.target.name)
        _require_unique(call)
    else:
        writes.refuse_deleted(call, existing)
    location = writes.settle_location(call, sent, existing)
    if existing is None:
        writes.require_room(call, location)
    body = _settled(call, location, sent, existing)
    return _create(call, body) if existing is None else _update(call, existing, body)


def _require_unique(call: Call) -> None:
    same = call.store.marked(Kind.GALLERY, call.target.subscription.lower(), call.target.name.lower(), call.now)
    if same:
        message = (
            f"The gallery name {call.target.name} is not unique within the subscription {call.target.subscription}. "
            "Please pick another gallery name"
        )
        raise ArmError(call.doubts.gallery_name_status, call.doubts.gallery_name_code, message)


def _settled(call: Call, location: str, sent: JSON, existing: Resource | None) -> JSON:
    stored = existing.body if existing is not None else {}
    body = envelopes.frame(call, location, sent, stored)
    identity = sent.get("identity", stored.get("identity"))
    if identity is not None:
        body["identity"] = _identity(call, identity)
    properties = _properties(call, sent.get("properties", {}), stored.get("properties", {}), new=existing is None)
    return body | {"properties": properties}


def _properties(call: Call, sent: JSON, stored: JSON, *, new: bool) -> JSON:
    if call.method == "PATCH":
        sent = contents.laid_over(stored, sent, deep=call.doubts.patch_merge == "deep")
    elif call.doubts.omitted == "kept":
        sent = stored | sent
    policy = sent.get("softDeletePolicy", {})
    if policy.get("isSoftDeleteEnabled"):
        sent["softDeletePolicy"] = recycle_bin.completed(policy)
    if new:
        _check_community(sent)
    else:
        rows = (*_FROZEN, _PERMISSIONS) if call.doubts.permissions_frozen else _FROZEN
        frozen.hold("gallery", rows, stored, sent)
    return sent


def _check_community(sent: JSON) -> None:
    profile = sent.get("sharingProfile", {})
    if profile.get("permissions") != "Community":
        return
    info = profile.get("communityGalleryInfo", {})
    for name in ("publisherUri", "publisherContact", "eula"):
        contents.required(info.get(name), f"gallery.properties.{_INFO}.{name}")
    names.check_public_prefix(info.get("publicNamePrefix"))


def _identity(call: Call, sent: JSON) -> JSON:
    """Fill in the ids that the directory gives to identities (2.1/4), always the same for one gallery."""
    identity = dict(sent)
    kinds = str(identity.get("type", "")).lower()
    if "systemassigned" in kinds:
        identity["principalId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, call.target.key))
        identity["tenantId"] = call.settings.tenant
    if "userassigned" in kinds:
        identity["userAssignedIdentities"] = {
            name: {
                "principalId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name.lower()}/principal")),
                "clientId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{name.lower()}/client")),
            }
            for name in identity.get("userAssignedIdentities", {})
        }
    return identity


def _create(call: Call, body: JSON) -> Answer:
    ends = call.now + call.settings.scaled(call.settings.durations.gallery)
    info = frozen.look(body["properties"], _INFO)
    public = f"{info['publicNamePrefix']}-{call.world.mint()}" if isinstance(info, dict) and info else None
    resource = Resource(
        call.target.id,
        Kind.GALLERY,
        call.target.scope.lower(),
        call.target.subscription,
        body,
        {"groups": [], "public": public, "enabled": False},
        call.target.name.lower(),
        Phase.CREATING,
        call.now,
        ends,
        operations.spoiled(call),
    )
    call.store.put(resource)
    headers = operations.begin(call, body["location"], ends, advises=False, failure=resource.failure)
    return writes.single(201, show(resource, "Creating", call.api_version), headers)


def _update(call: Call, existing: Resource, body: JSON) -> Answer:
    resource = replace(existing, body=body, failure=operations.spoiled(call))
    call.store.put(resource)
    ends = call.now + call.settings.scaled(call.settings.durations.gallery)
    headers = operations.begin(call, body["location"], ends, advises=False, failure=resource.failure)
    return writes.single(200, show(resource, "Succeeded", call.api_version), headers)


def get(call: Call) -> Answer:
    """Answer GET; groups and sharing status only when asked for (3.6/2)."""
    resource = writes.require(call)
    body = show(resource, resource.provisioning(call.now), call.api_version)
    asked = f"{call.query.get('$select', '')},{call.query.get('$expand', '')}".lower()
    if "permissions" in asked or "sharingprofile/groups" in asked:
        _show_sharing(body, resource)
    return writes.single(200, body)


def _show_sharing(body: JSON, resource: Resource) -> None:
    profile = {"permissions": "Private", **body["properties"].get("sharingProfile", {})}
    body["properties"]["sharingProfile"] = profile | {"groups": resource.hidden["groups"]}
    body["properties"]["sharingStatus"] = {
        "aggregatedState": "Succeeded",
        "summary": [{"region": resource.body["location"], "state": "Succeeded", "details": ""}],
    }


def show(resource: Resource, state: str, api_version: str) -> JSON:
    """Build the body of a gallery as PUT, GET and LIST show it."""
    stored = resource.body["properties"]
    unique = f"{resource.id.split('/')[2]}-{resource.name.upper()}"
    properties: JSON = {"identifier": {"uniqueName": unique}, "provisioningState": state, **stored}
    info = frozen.look(properties, _INFO)
    if isinstance(info, dict):
        shown = {name: value for name, value in info.items() if name != "publicNamePrefix"}
        shown["communityGalleryEnabled"] = resource.hidden["enabled"]
        if resource.hidden["public"] is not None:
            shown["publicNames"] = [resource.hidden["public"]]
        properties["sharingProfile"] = stored["sharingProfile"] | {"communityGalleryInfo": shown}
    api_versions.trim(Kind.GALLERY, properties, api_version)
    return envelopes.shown(resource, properties)


def delete(call: Call) -> Answer:
    """Answer DELETE: children first (4.1/3), and a community gallery must be Reset before (7/4)."""
    return writes.delete(
        call, call.settings.durations.gallery, lambda resource: _deletable(call, resource), advises=False
    )


def _deletable(call: Call, resource: Resource) -> None:
    writes.refuse_nested(call, resource)
    permissions = frozen.look(resource.body, "properties.sharingProfile.permissions")
    if permissions == "Community" and not resource.hidden.get("reset"):
        message = f"Gallery '{resource.name}' is shared to the community. Reset its sharing profile before deleting it."
        raise ArmError(call.doubts.community_delete_status, call.doubts.community_delete_code, message)
