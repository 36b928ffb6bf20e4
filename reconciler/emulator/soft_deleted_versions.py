"""The list of soft-deleted versions, and the delete that leaves nothing.

They have an address and a type of their own (section 1). The list is written by the service and not
gathered by the gateway: it comes in the layout of single resources, with ids as they were created.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import listing, moments, operations, writes
from reconciler.emulator.answers import Answer
from reconciler.emulator.api_versions import RECYCLE_BIN_FROM

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.world import Call


def listed(call: Call) -> Answer:
    """Answer LIST of the soft-deleted versions of a definition."""
    writes.require_listed_parent(call)
    size = call.settings.page_size
    found = call.store.soft_deleted(call.target.scope.lower(), call.now, listing.after(call), size + 1)
    body: JSON = {"value": [show(row.resource(), call.api_version) for row in found[:size]]}
    if len(found) > size:
        body["nextLink"] = listing.next_link(call, found[size - 1].key)
    return writes.single(200, body)


def show(kept: Resource, api_version: str) -> JSON:
    """Build one item; when it stops being usable and when it goes are told from 2026-03-03 on (2.5)."""
    properties: JSON = {
        "resourceArmId": kept.hidden["version"],
        "softDeletedTime": moments.at(kept.hidden["deleted"]),
        "softDeletedArtifactType": "Images",
    }
    if api_version >= RECYCLE_BIN_FROM:
        properties["consumptionEndTime"] = moments.at(kept.hidden["unusable"])
        properties["hardDeletionTargetTime"] = moments.at(kept.hidden["gone"])
    return {
        "name": kept.name,
        "id": kept.id,
        "type": kept.kind.value,
        "location": kept.body["location"],
        "properties": properties,
    }


def purge(call: Call) -> Answer:
    """Answer DELETE of a soft-deleted version: gone for good when the operation ends, 204 when there is none."""
    kept = call.store.find(call.target.key, call.now)
    if kept is None or kept.started > call.now:
        return Answer(204)
    ends = min(kept.ends, call.now + call.settings.scaled(call.settings.durations.version_delete))
    call.store.put(replace(kept, ends=ends))
    headers = operations.begin(call, kept.body["location"], ends, advises=True)
    return Answer(202, b"", headers)
