"""The plain words of a plan: what a new resource will be, and the ways out of a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds.paths import entry_name
from reconciler.kinds.scalars import version_parts
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Change
from reconciler.model.state import mapping
from reconciler.planner.diff import dig
from reconciler.planner.replicas import replica_count
from reconciler.planner.steps import following


def creation_detail(address: Address, body: Mapping[str, Any]) -> str:
    """What a new resource will be: a version's source and regions, a definition's system, who gets access."""
    match address.kind:
        case Kind.IMAGE_VERSION:
            return " · ".join(filter(None, (_source_words(body), regions_words(body))))
        case Kind.IMAGE_DEFINITION:
            parts = (body.get("osType"), body.get("osState"), body.get("hyperVGeneration"), body.get("architecture"))
            return " ".join(str(part) for part in parts if part)
        case Kind.ROLE_ASSIGNMENT:
            return f"for {body.get('principalType') or 'principal'} {body.get('principalId')}"
        case _:
            return f"in {body.get('location')}"


def _source_words(body: Mapping[str, Any]) -> str:
    storage = mapping(body.get("storageProfile"))
    source = mapping(storage.get("source") or dig(storage, ("osDiskImage", "source")))
    found = next((str(value) for value in source.values() if value), "")
    return f"from {short_id(found)}" if found else ""


def short_id(resource_id: str) -> str:
    """The end of an ARM id, or an address without its query, which may hold a secret."""
    if resource_id.lower().startswith("http"):
        return resource_id.split("?", 1)[0]
    return "/".join(resource_id.rstrip("/").split("/")[-2:])


def regions_words(body: Mapping[str, Any]) -> str:
    """`westeurope ×2, northeurope ×1`."""
    profile = body.get("publishingProfile") or {}
    regions = profile.get("targetRegions") or {}
    return ", ".join(f"{entry_name(key)} ×{replica_count(profile, entry)}" for key, entry in regions.items())


def ways_out_of(
    address: Address, changes: tuple[Change, ...], below: int, *, replaceable: bool = True
) -> tuple[str, ...]:
    """The ways out of an immutable change; `below` is how many live resources are in the resource.

    `replaceable` says whether a replacement would be allowed at all: only of what is ours.
    """
    ways = (_anew(address), f"restore {restored(changes)}")
    takes = f" (takes what is in it along, {below} in all)" if below else ""
    return (*ways, f"policy.onImmutableChange: replace{takes}") if replaceable else ways


def restored(changes: tuple[Change, ...]) -> str:
    """`field: value` of what is live, for every change."""
    return ", ".join(f"{change.dotted}: {_value(change.before)}" for change in changes)


def replacement_words(address: Address, below: int) -> str:
    """What people lose while a resource is replaced."""
    takes = f"; takes {below} more with it" if below else ""
    serves = "nobody has this access" if address.kind is Kind.ROLE_ASSIGNMENT else "it serves nothing"
    return f"{serves} until it is made again{takes}"


def _anew(address: Address) -> str:
    if address.kind is Kind.IMAGE_VERSION:
        parts = version_parts(address.version or "")
        assert parts is not None
        number = ".".join(str(part) for part in following(parts))
        return f"publish under the next number, {number}"
    if address.kind is Kind.ROLE_ASSIGNMENT:
        return "remove the line, apply with --prune, and add it again"
    return f"a new {'definition' if address.kind is Kind.IMAGE_DEFINITION else 'gallery'} name"


def _value(value: Any) -> str:
    return "(absent)" if value is None else str(value)
