"""The bodies a plan sends: what a new resource is made of, what an existing one becomes, and where each is written.

Bodies are merged and complete, because a PUT replaces tags and regions as a whole (fact 3.4/2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds.canonical import live as canonical_live
from reconciler.kinds.canonical import unwrap, wire
from reconciler.kinds.overlay import overlay, same
from reconciler.kinds.registry import rules_of
from reconciler.kinds.role_assignment import CONDITION_VERSION, assignment_name
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action
from reconciler.model.state import DesiredResource
from reconciler.planner.options import Options
from reconciler.planner.ownership import OWNER_TAG, owner_tag

ROLE_PATH = "providers/Microsoft.Authorization/roleDefinitions"


def sent_body(action: Action) -> dict[str, Any]:
    """The canonical form of what an action sends; {} where it sends nothing."""
    return dict(canonical_live(rules_of(action.address.kind).shape, unwrap(action.body or {})))


def new_body(desired: DesiredResource, options: Options) -> Mapping[str, Any]:
    """The canonical body of a create: everything declared, the owner tag, fields newer than us."""
    return tagged(_unchecked(_without_nulls(desired.body), desired.unchecked), desired, options)


def declared_body(desired: DesiredResource) -> Mapping[str, Any]:
    """The canonical body as declared, nulls included, with the fields newer than us in their places."""
    return _unchecked(desired.body, desired.unchecked)


def merged_body(desired: DesiredResource, live: Mapping[str, Any]) -> Mapping[str, Any]:
    """The canonical body a live resource should have, without the owner tag: equal to live when nothing is to do."""
    shape = rules_of(desired.address.kind).shape
    return _unchecked(overlay(shape, live, desired.body), desired.unchecked)


def tagged(body: Mapping[str, Any], desired: DesiredResource, options: Options) -> Mapping[str, Any]:
    """Add our owner tag where the kind has tags and an instance is known."""
    if not options.owner or not rules_of(desired.address.kind).has_tags:
        return body
    tag = owner_tag(options.owner, desired.address, desired.policy)
    return {**body, "tags": {**(body.get("tags") or {}), OWNER_TAG: tag}}


def arm_body(address: Address, body: Mapping[str, Any]) -> dict[str, Any]:
    """The ARM body for a canonical one."""
    if address.kind is Kind.ROLE_ASSIGNMENT:
        assert address.access is not None
        role = f"/subscriptions/{address.subscription}/{ROLE_PATH}/{address.access.role_id}"
        body = {**body, "roleDefinitionId": role, "principalId": address.access.principal}
        if body.get("condition") and not body.get("conditionVersion"):
            body["conditionVersion"] = CONDITION_VERSION
    return wire(rules_of(address.kind).shape, body)


def new_resource_id(address: Address, options: Options) -> str:
    """Where a new resource is written: its ARM id; an assignment gets its deterministic name (fact 5/19)."""
    if address.kind is not Kind.ROLE_ASSIGNMENT:
        return address.resource_id
    name = assignment_name(address, options.owner)
    return f"{address.resource_id}/providers/Microsoft.Authorization/roleAssignments/{name}"


def _without_nulls(body: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in body.items():
        inner = _without_nulls(value) if isinstance(value, Mapping) else value
        removed = isinstance(value, Mapping) and "name" in value and "value" in value and value["value"] is None
        if inner is not None and not removed:
            kept[key] = inner
    return kept


def _unchecked(body: Mapping[str, Any], extra: Mapping[str, Any]) -> Mapping[str, Any]:
    for path, value in extra.items():
        body = _set(body, path.split("."), value)
    return body


def _set(body: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    head, *rest = path
    inner = body.get(head)
    if rest:
        value = _set(inner if isinstance(inner, Mapping) else {}, rest, value)
    return dict(body) if head in body and same(inner, value) else {**body, head: value}
