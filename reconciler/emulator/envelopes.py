"""The envelope of the gallery types: what stands around `properties`, on the way in and out.

Tags are absent when they were never sent, `{}` when that was sent, and replaced as a whole; names that
are not known here are kept, because the service may learn them any day (2.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.world import Call

_KNOWN = ("location", "tags", "identity", "properties")


def frame(call: Call, location: str, sent: JSON, stored: JSON) -> JSON:
    """Settle location, tags and unknown names of a write; the caller adds the rest."""
    body: JSON = {"location": location}
    tags = _tags(call, sent.get("tags"), stored.get("tags"))
    if tags is not None:
        body["tags"] = tags
    kept = stored if call.method == "PATCH" or call.doubts.omitted == "kept" else {}
    return body | {name: value for name, value in (kept | sent).items() if name not in _KNOWN}


def _tags(call: Call, sent: JSON | None, stored: JSON | None) -> JSON | None:
    """Settle tags (3.4/2, 3.8/16, 2.1/3)."""
    if sent is None:
        keeps = call.method == "PATCH" or call.doubts.omitted == "kept"
        return stored if keeps else None
    if call.method == "PATCH" and call.doubts.patch_tags == "merge":
        return (stored or {}) | sent
    return sent


def shown(resource: Resource, properties: JSON) -> JSON:
    """Put properties into their envelope, keys in the service's order (2.1/1)."""
    head: JSON = {"name": resource.name, "id": resource.id, "type": resource.kind.value}
    return head | resource.body | {"properties": properties}
