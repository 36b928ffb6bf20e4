"""RoleAssignment: who may use what. Role, principal and scope are its identity; only its words may change.

Assignments carry no tags, so ownership is the name itself: a UUIDv5 that only our inputs produce (fact 5/19).
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

from reconciler.kinds.rules import identity, immutable, updatable
from reconciler.kinds.scalars import ANY_CASE, GUID_PATTERN, Guid, ResourceId, Text
from reconciler.kinds.shape import Spec
from reconciler.model.address import Address
from reconciler.model.diagnostic import Problem
from reconciler.model.state import Body

NAMESPACE: Final = UUID("3b1f4f0e-6f0c-5a53-9a67-0f3a1d8c2e41")
MAX_CONDITION: Final = 8192
CONDITION_VERSION: Final = "2.0"
ALIKE: Final = 0.75
LONGEST_NAME: Final = 128

BUILT_IN_ROLES: Final = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "Compute Gallery Sharing Admin": "1ef6a3be-d0ac-425d-8c01-acb62866290b",
    "Compute Gallery Image Reader": "cf7c76d2-98a3-4358-a134-615aa78bf44d",
    "Compute Gallery Artifacts Publisher": "85a2d0d9-2eba-4c9c-b355-11c2cc0788ab",
    "Virtual Machine Contributor": "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
}
PUBLISHER: Final = "Compute Gallery Artifacts Publisher"
"""Writes and deletes galleries and what is in them, without sharing (fact 5/29)."""
SHARER: Final = "Compute Gallery Sharing Admin"
"""Changes with whom a gallery is shared (fact 5/27)."""
GRANTER: Final = "Role Based Access Control Administrator"
"""Writes and deletes role assignments (fact 5/26)."""
ROLE_NAMES: Final = {role_id: name for name, role_id in BUILT_IN_ROLES.items()}
_FOLDED: Final = {name.lower(): role_id for name, role_id in BUILT_IN_ROLES.items()}


class Principal(Spec):
    """Who is granted access. The type is always sent, so that a fresh principal is not looked up (fact 5/4)."""

    id: Annotated[Guid | None, identity("5/1", required=True)] = None
    type: Annotated[
        Annotated[Literal["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"], ANY_CASE] | None,
        immutable("5/4", required=True),
    ] = None


class AccessItem(Spec):
    """An access line as manifests write it; `role` is a name, a GUID or a full id."""

    role: Annotated[Text | None, identity("5/1", required=True)] = None
    principal: Annotated[Principal | None, identity("5/1", required=True)] = None
    description: Annotated[Text | None, updatable("8/26")] = None
    condition: Annotated[Text | None, updatable("8/26")] = None
    conditionVersion: Annotated[Literal["1.0", "2.0"] | None, updatable("8/26")] = None
    delegatedManagedIdentityResourceId: Annotated[ResourceId | None, immutable("8/27")] = None


class RoleAssignmentSpec(Spec):
    """The body of an assignment as Azure holds it, `properties` unwrapped."""

    roleDefinitionId: Annotated[Text | None, identity("8/27", required=True)] = None
    principalId: Annotated[Guid | None, identity("8/27", required=True)] = None
    principalType: Annotated[
        Annotated[Literal["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"], ANY_CASE] | None,
        immutable("8/27"),
    ] = None
    description: Annotated[Text | None, updatable("8/26")] = None
    condition: Annotated[Text | None, updatable("8/26")] = None
    conditionVersion: Annotated[Literal["1.0", "2.0"] | None, updatable("8/26")] = None
    delegatedManagedIdentityResourceId: Annotated[ResourceId | None, immutable("8/27")] = None


def role_guid(role: str) -> str | None:
    """The GUID behind a role as people write it: a GUID, a full id or a built-in name; None for a custom name."""
    last = role.rsplit("/", 1)[-1]
    if GUID_PATTERN.fullmatch(last):
        return last.lower()
    return _FOLDED.get(role.lower())


def near_role(role: str) -> str | None:
    """The built-in role that a name which is none resembles; None for a custom role's own name."""
    near = get_close_matches(role[:LONGEST_NAME].lower(), _FOLDED, cutoff=ALIKE)
    return ROLE_NAMES[_FOLDED[near[0]]] if near else None


def role_name(guid: str) -> str:
    """The name people know a role by; the GUID itself where it is not built in."""
    return ROLE_NAMES.get(guid.lower(), guid.lower())


def assignment_name(address: Address, instance: str) -> str:
    """The one name this instance gives an assignment: UUIDv5 of scope, role, principal and instance.

    The address must have its role's GUID; an empty instance is allowed and then proves nothing.
    """
    assert address.access is not None
    assert address.access.role_id is not None
    scope = address.resource_id.lower()
    parts = (scope, address.access.role_id.lower(), address.access.principal.lower(), instance)
    return str(uuid5(NAMESPACE, "\n".join(parts)))


def check(address: Address, body: Body) -> Iterator[Problem]:
    """What is wrong with an access line beyond types."""
    del address
    condition = body.get("condition")
    if condition is not None and len(condition.encode(errors="surrogatepass")) > MAX_CONDITION:
        yield Problem(("condition",), "condition-too-long", f"a condition has at most {MAX_CONDITION} bytes")
    if condition is None and body.get("conditionVersion") is not None and "condition" not in body:
        yield Problem(
            ("conditionVersion",), "condition-version", "conditionVersion without a condition", "state condition too"
        )
