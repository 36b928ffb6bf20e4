"""Who owns a resource: one tag that only its owner can have written, or an assignment's name.

A tag is bound to its address by a digest, so a copied tag claims nothing. Without an instance nothing is owned.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from reconciler.kinds.role_assignment import assignment_name
from reconciler.model.address import Address, Kind, owner_digest
from reconciler.model.state import LiveResource, OnRemove, Policy

OWNER_TAG = "reconciler.owner"
PROTECT = "protect"
ABANDON = "abandon"


class Owner(StrEnum):
    """Whose a live resource is."""

    OURS = "ours"
    OTHER = "other"
    NOBODY = "nobody"


def owner_tag(instance: str, address: Address, policy: Policy) -> str:
    """The value of the owner tag: `<instance>:<digest>[:protect|:abandon]`."""
    marker = ""
    if policy.protect:
        marker = f":{PROTECT}"
    elif policy.on_remove is OnRemove.ABANDON:
        marker = f":{ABANDON}"
    return f"{instance}:{owner_digest(instance, address)}{marker}"


def owner_of(live: LiveResource, instance: str) -> Owner:
    """Whose the resource is, seen from `instance` ("" sees only others)."""
    if live.address.kind is Kind.ROLE_ASSIGNMENT:
        ours = bool(instance) and assignment_id(live) == assignment_name(live.address, instance)
        return Owner.OURS if ours else Owner.NOBODY
    name = _verified(live.address, live.tags)
    if not name:
        return Owner.NOBODY
    return Owner.OURS if name == instance else Owner.OTHER


def owner_name(live: LiveResource) -> str:
    """The instance that verifiably owns a tagged resource; "" if none does."""
    return _verified(live.address, live.tags)


def marker_of(live: LiveResource) -> str:
    """The marker behind a verified owner tag: "protect", "abandon" or ""."""
    if not _verified(live.address, live.tags):
        return ""
    _, _, marker = live.tags[OWNER_TAG].partition(":")[2].partition(":")
    return marker


def assignment_id(live: LiveResource) -> str:
    """The assignment's own name: the last part of its id, lower case."""
    return live.resource_id.rsplit("/", 1)[-1].lower()


def _verified(address: Address, tags: Mapping[str, str]) -> str:
    value = tags.get(OWNER_TAG)
    if not isinstance(value, str):
        return ""
    instance, _, rest = value.partition(":")
    digest = rest.partition(":")[0]
    return instance if instance and digest == owner_digest(instance, address) else ""
