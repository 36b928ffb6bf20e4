"""What a target may touch: its allow-list held against one address and body.

Apart from guards because prune looks only inside the scope, and the guard refuses what stands outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.kinds.scalars import region
from reconciler.model.address import Address
from reconciler.model.restriction import AllowList
from reconciler.planner.context import Context
from reconciler.planner.globs import names_word

PLACES = ("targetRegions", "targetExtendedLocations")


def within(allowed: AllowList, context: Context) -> Context:
    """The context of a target: what is owned outside its scope is another target's, never missed and never counted."""
    if allowed == AllowList():
        return context
    owned = tuple(live for live in context.owned if not outside(allowed, live.address, live.body))
    return replace(context, allowed=allowed, owned=owned)


def outside(allowed: AllowList, address: Address, body: Mapping[str, Any]) -> str:
    """Why a resource is outside the allow-list: `region westus2`; "" where it is inside."""
    if allowed.subscriptions and address.subscription.lower() not in allowed.subscriptions:
        return f"subscription {address.subscription}"
    if allowed.groups and address.group.lower() not in allowed.groups:
        return f"resource group {address.group}"
    if allowed.galleries and not any(names_word(glob, address.gallery) for glob in allowed.galleries):
        return f"gallery {address.gallery}"
    if allowed.kinds and address.kind not in allowed.kinds:
        return f"kind {address.kind}"
    strays = [name for name in _regions(body) if name not in allowed.regions] if allowed.regions else []
    return f"region {', '.join(dict.fromkeys(strays))}" if strays else ""


def _regions(body: Mapping[str, Any]) -> Iterator[str]:
    """Every region a body names: its own, and those it is replicated to."""
    if body.get("location"):
        yield str(region(body["location"]))
    profile = body.get("publishingProfile") or {}
    for place in PLACES:
        for entry in (profile.get(place) or {}).values():
            if isinstance(entry, Mapping) and entry.get("name"):
                yield str(region(entry["name"]))
