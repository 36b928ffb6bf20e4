"""The list of everything: what lies in a subscription or a group, of every type that has a place.

Clients ask it whether a group is empty before they delete it, and find by it what they know by name or tag
only. It shows no properties, as ARM's own list, which is made from what the gateway remembers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import filters, listing
from reconciler.emulator.addresses import SOURCES, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.answers import Answer
    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.world import Call

_FIELDS = ("resourcetype", "resourcegroup", "name", "location", "tagname", "tagvalue")
_PLACED = (Kind.GALLERY, Kind.IMAGE, Kind.VERSION, *SOURCES.values())


def answer(call: Call) -> Answer:
    """Answer one page, ids as they were created; provisioningState where $expand asks for it (3.9/11)."""
    wanted = filters.parse(call.query.get("$filter", ""), _FIELDS)
    size = -1 if wanted else call.settings.page_size + 1
    found = call.store.inside(call.target.scope.lower(), _PLACED, call.now, listing.after(call), size)
    if wanted:
        found = [row for row in found if _fits(row.resource(), wanted)]
    expands = "provisioningstate" in call.query.get("$expand", "").lower()
    return listing.page(call, found, _show_state if expands else _show, as_created=True, remembered=False)


def _fits(resource: Resource, wanted: Mapping[str, str]) -> bool:
    held = {
        "resourcetype": resource.kind.value,
        "resourcegroup": resource.id.split("/")[4],
        "name": _name(resource),
        "location": resource.body["location"],
    }
    plain = all(held[name].lower() == value.lower() for name, value in wanted.items() if name in held)
    return plain and filters.tagged(resource.body.get("tags", {}), wanted)


def _name(resource: Resource) -> str:
    """Write the names of a nested resource, outermost first: gallery/image/version."""
    return "/".join(resource.id.split("/")[8::2])


def _show(resource: Resource, _state: str, _api_version: str) -> JSON:
    tags = {"tags": resource.body["tags"]} if "tags" in resource.body else {}
    head = {"id": resource.id, "name": _name(resource), "type": resource.kind.value}
    return head | {"location": resource.body["location"]} | tags


def _show_state(resource: Resource, state: str, api_version: str) -> JSON:
    return _show(resource, state, api_version) | {"provisioningState": state}
