"""POST share: with whom a gallery is shared, and whether the community sees it.

Sharing is an action of its own and no part of the gallery's PUT (2.2/5); it announces an operation and
shows its effect in the gallery at once. A community gallery must be Reset before it can go (7/4).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import contents, frozen, operations, writes
from reconciler.emulator.answers import Answer, ArmError
from reconciler.emulator.contents import TEXT, Choice, Items

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_TEMPLATE = {
    "operationType": Choice(("Add", "Remove", "Reset", "EnableCommunity")),
    "groups": Items({"type": Choice(("Subscriptions", "AADTenants")), "ids": Items(TEXT)}),
}
_MOST = {"Subscriptions": 30, "AADTenants": 5}
_PERMISSIONS = "sharingProfile.permissions"


def share(call: Call) -> Answer:
    """Answer POST share: 202 and an operation (3.1/15)."""
    sent = contents.conform(call.body, _TEMPLATE)
    contents.required(sent.get("operationType"), "sharingUpdate.operationType")
    gallery = writes.require(call)
    writes.refuse_deleted(call, gallery)
    properties, hidden = dict(gallery.body["properties"]), dict(gallery.hidden)
    operation = sent["operationType"]
    permissions = frozen.look(properties, _PERMISSIONS)
    if operation == "Reset":
        hidden |= {"groups": [], "enabled": False, "reset": True}
        if permissions is not None and call.doubts.share_reset == "private":
            properties["sharingProfile"] = {"permissions": "Private"}
    elif operation == "EnableCommunity":
        _require(permissions, "Community", operation)
        hidden |= {"enabled": True, "reset": False}
    else:
        _require(permissions, "Groups", operation)
        hidden["groups"] = _regrouped(hidden["groups"], sent.get("groups", []), add=operation == "Add")
    call.store.put(replace(gallery, body=gallery.body | {"properties": properties}, hidden=hidden))
    ends = call.now + call.settings.scaled(call.settings.durations.share)
    return Answer(
        202,
        b"",
        operations.begin(call, gallery.body["location"], ends, advises=False, failure=operations.spoiled(call)),
    )


def _require(permissions: object, wanted: str, operation: str) -> None:
    if permissions != wanted:
        message = (
            f"The sharing operation '{operation}' needs a gallery with sharingProfile.permissions '{wanted}'; this one "
            f"has '{permissions or 'Private'}'."
        )
        raise ArmError(409, "OperationNotAllowed", message, target=f"gallery.properties.{_PERMISSIONS}")


def _regrouped(groups: list[JSON], sent: list[JSON], *, add: bool) -> list[JSON]:
    """Add ids to the groups or take them out, each kind of group once, within the limits (6/7)."""
    ids: dict[str, list[str]] = {group["type"]: list(group["ids"]) for group in groups}
    for group in sent:
        kind = group.get("type")
        contents.required(kind, "sharingUpdate.groups.type")
        held = ids.setdefault(str(kind), [])
        for one in group.get("ids", []):
            if add and one not in held:
                held.append(one)
            if not add and one in held:
                held.remove(one)
    for kind, held in ids.items():
        if len(held) > _MOST[kind]:
            message = f"A gallery can be shared with at most {_MOST[kind]} {kind}."
            raise ArmError(400, "InvalidParameter", message, target="sharingUpdate.groups.ids")
    return [{"type": kind, "ids": held} for kind, held in ids.items() if held]
