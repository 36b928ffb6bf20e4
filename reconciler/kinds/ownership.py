"""The owner tag: how it is written, and what a live one is worth. Its one home, for reading and for planning.

`<instance>:<12 hex of sha256(instance, address)>[:protect|:abandon]`; the digest binds it to one address, so a copied
tag claims nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.address import Address, owner_digest
from reconciler.model.state import OnRemove, Policy

OWNER_TAG = "reconciler.owner"
PROTECT = "protect"
ABANDON = "abandon"


def marker_for(policy: Policy) -> str:
    """The marker a policy asks for: "protect", "abandon" or ""."""
    if policy.protect:
        return PROTECT
    return ABANDON if policy.on_remove is OnRemove.ABANDON else ""


def owner_tag(instance: str, address: Address, policy: Policy) -> str:
    """The value of the owner tag."""
    marker = marker_for(policy)
    return f"{instance}:{owner_digest(instance, address)}{f':{marker}' if marker else ''}"


def verified_owner(address: Address, tags: Mapping[str, str]) -> str:
    """The instance that verifiably wrote the tag for this very address; "" if none did."""
    value = tags.get(OWNER_TAG)
    if not isinstance(value, str):
        return ""
    instance, _, rest = value.partition(":")
    digest = rest.partition(":")[0]
    return instance if instance and digest == owner_digest(instance, address) else ""


def live_marker(address: Address, tags: Mapping[str, str]) -> str:
    """The marker behind a verified owner tag: "protect", "abandon" or ""."""
    if not verified_owner(address, tags):
        return ""
    return tags[OWNER_TAG].partition(":")[2].partition(":")[2]
