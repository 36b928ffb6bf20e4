"""Who owns a resource: one tag that only its owner can have written, or an assignment's name.

Without an instance nothing is owned.
"""

from __future__ import annotations

from enum import StrEnum

from reconciler.kinds.ownership import OWNER_TAG, live_marker, marker_for, owner_tag, verified_owner
from reconciler.kinds.role_assignment import assignment_name
from reconciler.model.address import Kind
from reconciler.model.state import LiveResource

__all__ = ["OWNER_TAG", "Owner", "assignment_id", "marker_for", "marker_of", "owner_name", "owner_of", "owner_tag"]


class Owner(StrEnum):
    """Whose a live resource is."""

    OURS = "ours"
    OTHER = "other"
    NOBODY = "nobody"


def owner_of(live: LiveResource, instance: str) -> Owner:
    """Whose the resource is, seen from `instance` ("" sees only others)."""
    if live.address.kind is Kind.ROLE_ASSIGNMENT:
        ours = bool(instance) and assignment_id(live) == assignment_name(live.address, instance)
        return Owner.OURS if ours else Owner.NOBODY
    name = verified_owner(live.address, live.tags)
    if not name:
        return Owner.NOBODY
    return Owner.OURS if name == instance else Owner.OTHER


def owner_name(live: LiveResource) -> str:
    """The instance that verifiably owns a tagged resource; "" if none does."""
    return verified_owner(live.address, live.tags)


def marker_of(live: LiveResource) -> str:
    """The marker behind a verified owner tag: "protect", "abandon" or ""."""
    return live_marker(live.address, live.tags)


def assignment_id(live: LiveResource) -> str:
    """The assignment's own name: the last part of its id, lower case."""
    return live.resource_id.rsplit("/", 1)[-1].lower()
