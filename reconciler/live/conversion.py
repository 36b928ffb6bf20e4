"""From what Azure answers to live resources: canonical bodies, and apart from them what only Azure writes.

Read-only fields leave the body here, so that they are neither compared nor sent back; they stay to be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reconciler.kinds.canonical import live as canonical
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.registry import rules_of
from reconciler.kinds.role_assignment import role_name
from reconciler.kinds.scalars import region as short_region
from reconciler.live.identity import Spelling, address_of, assignment_url
from reconciler.model.address import Access, Address, Kind
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource, SoftDeleted, mapping

STATE: Final = "provisioningState"


def to_live(address: Address, arm: Mapping[str, Any], kind: Kind) -> LiveResource:
    """Make a live resource of an ARM body. An assignment's id keeps its own name below our spelling of its scope."""
    body = unwrap(arm)
    state = body.pop(STATE, "")
    kept: dict[str, Any] = {}
    for path in rules_of(kind).read_only:
        body = _take(body, path, kept)
    if kind is Kind.ROLE_ASSIGNMENT:
        body["roleDefinitionId"] = last_part(body.get("roleDefinitionId"))
        resource_id = assignment_url(address, str(arm.get("name", "")))
    else:
        resource_id = address.resource_id
    live = canonical(rules_of(kind).shape, body)
    return LiveResource(address, live, resource_id, state if isinstance(state, str) else "", kept)


def _take(body: dict[str, Any], path: tuple[str, ...], kept: dict[str, Any]) -> dict[str, Any]:
    """The body without what lies at `path`, which goes to `kept` at the same place; lists keep their order there."""
    head, *rest = path
    value = body.get(head)
    if value is None:
        return body
    if not rest:
        kept[head] = value
        return {key: entry for key, entry in body.items() if key != head}
    if isinstance(value, list):
        beside: list[dict[str, Any]] = [{} for _ in value]
        taken: Any = [
            _take(entry, tuple(rest), put) if isinstance(entry, dict) else entry
            for entry, put in zip(value, beside, strict=True)
        ]
        if any(beside):
            kept[head] = beside
    elif isinstance(value, dict):
        inner: dict[str, Any] = kept.get(head) or {}
        taken = _take(value, tuple(rest), inner)
        if inner:
            kept[head] = inner
    else:
        return body
    return body if taken is value else {**body, head: taken}


def assignment_to_live(arm: Mapping[str, Any], spell: Spelling, names: Mapping[str, str]) -> LiveResource | None:
    """Make a live assignment of one at a gallery, definition or version; None for any other scope (fact 5/7).

    `names` gives the name of custom roles by GUID, where one is declared.
    """
    properties = arm.get("properties")
    if not isinstance(properties, Mapping):
        return None
    scope = address_of(str(properties.get("scope") or ""))
    role_id, principal = last_part(properties.get("roleDefinitionId")), str(properties.get("principalId") or "")
    if scope is None or not role_id or not principal:
        return None
    access = Access(names.get(role_id) or role_name(role_id), principal.lower(), role_id)
    at = spell(scope)
    address = spell(Address(at.subscription, at.group, at.gallery, at.image, at.version, access))
    return to_live(address, arm, Kind.ROLE_ASSIGNMENT)


def soft_deleted(item: Mapping[str, Any], spell: Spelling) -> SoftDeleted | None:
    """A version in the recycle bin (section 1, fact 2.5); None where an item does not say which version it was."""
    properties = item.get("properties")
    words = mapping(properties)
    address = address_of(str(words.get("resourceArmId") or ""))
    if address is None or address.kind is not Kind.IMAGE_VERSION:
        return None
    return SoftDeleted(
        spell(address),
        str(short_region(item.get("location") or "")),
        str(words.get("softDeletedTime") or ""),
        str(words.get("consumptionEndTime") or ""),
        str(words.get("hardDeletionTargetTime") or ""),
    )


def last_part(value: Any) -> str:
    """The last part of an id in lower case: a role's GUID."""
    return str(value or "").rsplit("/", 1)[-1].lower()


def progress_of(arm: Mapping[str, Any]) -> tuple[RegionProgress, ...]:
    """The regions of a version's replication status, short names, in Azure's order (fact 3.6/3)."""
    properties = arm.get("properties")
    status = properties.get("replicationStatus") if isinstance(properties, Mapping) else None
    summary = status.get("summary") if isinstance(status, Mapping) else None
    return tuple(_regions(summary)) if isinstance(summary, list) else ()


def _regions(summary: list[Any]) -> Iterable[RegionProgress]:
    for row in summary:
        if isinstance(row, Mapping) and row.get("region"):
            percent = row.get("progress")
            yield RegionProgress(
                str(short_region(row["region"])),
                str(row.get("state") or "Unknown"),
                percent if isinstance(percent, int) else 0,
                str(row.get("details") or ""),
            )
