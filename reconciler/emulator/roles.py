"""Role definitions: the built-in ones that matter around images, and custom ones that were PUT.

Role assignments ask here whether a role exists; the ids of the built-in ones are Azure's (5/22-5/30).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator import contents, moments
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError, compacted
from reconciler.emulator.contents import ANY, READ_ONLY, TEXT, Items
from reconciler.emulator.records import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call


Permission = tuple[tuple[str, ...], tuple[str, ...]]
"""Actions, and those among them that are not allowed after all."""


@dataclass(frozen=True, slots=True)
class Role:
    """One built-in role."""

    id: str
    name: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()


_NO_ACCESS_WRITES = (
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
    "Microsoft.Compute/galleries/share/action",
)
_GALLERY = "Microsoft.Compute/galleries"
_SURROUNDINGS = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
)
"""What most roles of the compute service hold besides: reading access and groups, and deployments."""
BUILT_IN = (
    Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", ("*",)),
    Role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", ("*",), _NO_ACCESS_WRITES),
    Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ("*/read",)),
    Role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", ("*/read", "Microsoft.Authorization/*")),
    Role(
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Role Based Access Control Administrator",
        ("Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete", "*/read"),
    ),
    Role("1ef6a3be-d0ac-425d-8c01-acb62866290b", "Compute Gallery Sharing Admin", (f"{_GALLERY}/share/action",)),
    Role(
        "cf7c76d2-98a3-4358-a134-615aa78bf44d",
        "Compute Gallery Image Reader",
        (f"{_GALLERY}/images/read", f"{_GALLERY}/images/versions/read"),
    ),
    Role(
        "85a2d0d9-2eba-4c9c-b355-11c2cc0788ab",
        "Compute Gallery Artifacts Publisher",
        (
            f"{_GALLERY}/*",
            "Microsoft.Compute/locations/capsOperations/read",
            "Microsoft.Compute/images/*",
            "Microsoft.Compute/virtualMachines/write",
            "Microsoft.Compute/disks/write",
            *_SURROUNDINGS,
        ),
        (f"{_GALLERY}/share/action",),
    ),
    Role(
        "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
        "Virtual Machine Contributor",
        ("Microsoft.Compute/virtualMachines/*", "Microsoft.Compute/disks/write", *_SURROUNDINGS),
    ),
    Role("1c0163c0-47e6-4577-8991-ea5c82e286e4", "Virtual Machine Administrator Login", ("*/read",)),
    Role("7efff54f-a5b4-42b5-a1c5-5411624893ce", "Disk Snapshot Contributor", ("Microsoft.Compute/snapshots/*",)),
    Role(
        "17d1049b-9a84-46fb-8f53-869881c3d3ab", "Storage Account Contributor", ("Microsoft.Storage/storageAccounts/*",)
    ),
    Role("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader", ()),
    Role("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor", ()),
    Role("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner", ()),
    Role("4d97b98b-1d4f-4787-a291-c67834d212e7", "Network Contributor", ("Microsoft.Network/*",)),
    Role("f1a07417-d97a-45cb-824c-7a7467783830", "Managed Identity Operator", ("Microsoft.ManagedIdentity/*/read",)),
    Role("e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", "Managed Identity Contributor", ("Microsoft.ManagedIdentity/*",)),
    Role("43d0d8ad-25c7-4714-9337-8ba259a9fe05", "Monitoring Reader", ("*/read",)),
    Role("73c42c96-874c-492b-b04d-ab87d138a893", "Log Analytics Reader", ("*/read",)),
    Role("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull", ("Microsoft.ContainerRegistry/registries/pull/read",)),
    Role("8311e382-0749-4cb8-b61a-304f252e45ec", "AcrPush", ("Microsoft.ContainerRegistry/registries/push/write",)),
)
_BY_ID = {role.id: role for role in BUILT_IN}
NOT_FOUND = 404
_SINCE = 1_422_748_800.0
_FILTER = re.compile(
    r"^\s*(?:(atscope|atscopeandbelow)\(\)|(rolename|type)\s+eq\s+'((?:[^']|'')*)')\s*$", re.IGNORECASE | re.ASCII
)
_TEMPLATE = {
    "properties": {
        "roleName": TEXT,
        "description": TEXT,
        "type": READ_ONLY,
        "permissions": Items(ANY),
        "assignableScopes": Items(TEXT),
    }
}


def known(call: Call, role_id: str) -> bool:
    """Tell whether a role with this guid exists."""
    return role_id.lower() in _BY_ID or _custom(call, role_id) is not None


def permissions(call: Call, role_id: str) -> Iterator[Permission]:
    """Give what a role allows, by its guid alone: actions, and what is taken out of them."""
    built_in = _BY_ID.get(role_id.lower())
    if built_in is not None:
        yield built_in.actions, built_in.not_actions
        return
    custom = _custom(call, role_id)
    for part in custom.body.get("permissions", []) if custom is not None else ():
        yield _texts(part, "actions"), _texts(part, "notActions")


def id_of(call: Call, name: str) -> str:
    """Give the guid of a role by its name or guid, as settings state it; empty for no role."""
    folded = name.lower()
    for one in BUILT_IN:
        if folded in (one.id, one.name.lower()):
            return one.id
    made = call.store.of_kind(Kind.ROLE, call.now)
    return next((one.name for one in made if folded in (one.name.lower(), str(one.body["roleName"]).lower())), "")


def assignable(call: Call, role_id: str) -> tuple[str, ...]:
    """Give the scopes at which a custom role may be assigned; none for a role that is not there."""
    custom = _custom(call, role_id)
    return () if custom is None else tuple(str(one) for one in custom.body["assignableScopes"])


def _texts(part: object, name: str) -> tuple[str, ...]:
    found = part.get(name) if isinstance(part, dict) else None
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def qualified(subscription: str, role_id: str) -> str:
    """Write a role's id as it is returned: below the subscription, if there is one (5/1)."""
    head = f"/subscriptions/{subscription}" if subscription else ""
    return f"{head}/providers/{Kind.ROLE}/{role_id}"


def _custom(call: Call, role_id: str) -> Resource | None:
    found = call.store.named(Kind.ROLE, role_id.lower())
    return found[0] if found else None


def get(call: Call) -> Answer:
    """Answer GET of a role by its guid, at any scope."""
    built_in = _BY_ID.get(call.target.name.lower())
    custom = None if built_in is not None else _custom(call, call.target.name)
    if built_in is not None:
        return compacted(200, _built_in(call, built_in))
    if custom is not None:
        return compacted(200, show(custom))
    raise not_found(call.target.name)


def not_found(role_id: str, status: int = NOT_FOUND) -> ArmError:
    """Say that a role does not exist (5/14)."""
    message = f"The specified role definition with ID '{role_id}' does not exist."
    return ArmError(status, "RoleDefinitionDoesNotExist", message, fact="5/14" if status != NOT_FOUND else "")


def listing(call: Call) -> Answer:
    """Answer LIST, by name or kind of role where a filter says so."""
    roles = [_built_in(call, role) for role in BUILT_IN]
    scope = call.target.scope.lower()
    roles.extend(
        show(custom)
        for custom in call.store.of_kind(Kind.ROLE, call.now)
        if any(_covers(str(one).lower(), scope) for one in custom.body["assignableScopes"])
    )
    wanted = call.query.get("$filter", "")
    for part in re.split(r"\s+and\s+", wanted, flags=re.IGNORECASE | re.ASCII) if wanted else ():
        match = _FILTER.match(part)
        if match is None:
            raise ArmError(400, "UnsupportedFilter", f"The filter '{wanted}' is not supported.")
        if match[2]:
            field = "roleName" if match[2].lower() == "rolename" else "type"
            roles = [role for role in roles if role["properties"][field].lower() == match[3].replace("''", "'").lower()]
    return compacted(200, {"value": roles})


def _covers(assignable: str, scope: str) -> bool:
    trimmed = assignable.rstrip("/")
    return scope == trimmed or scope.startswith(f"{trimmed}/")


def write(call: Call) -> Answer:
    """Answer PUT of a custom role."""
    name = call.target.name
    try:
        uuid.UUID(name)
    except ValueError as error:
        message = f"The role definition ID '{name}' is not valid. It must be a GUID."
        raise ArmError(400, "InvalidRoleDefinitionId", message) from error
    if name.lower() in _BY_ID:
        raise ArmError(400, "RoleDefinitionUpdateNotPermitted", "Built-in roles cannot be changed.")
    sent = contents.conform(call.body, _TEMPLATE).get("properties", {})
    contents.required(sent.get("roleName"), "properties.roleName")
    _require_unique(call, str(sent["roleName"]))
    existing = _custom(call, name)
    created = existing.body["createdOn"] if existing is not None else moments.zulu(call.now)
    times = {"createdOn": created, "updatedOn": moments.zulu(call.now)}
    people = {"createdBy": call.caller.object_id, "updatedBy": call.caller.object_id}
    scopes = sent.get("assignableScopes", [call.target.scope or "/"])
    body = sent | {"type": "CustomRole", "assignableScopes": scopes} | times | people
    id_ = existing.id if existing is not None else call.target.id
    resource = Resource(id_, Kind.ROLE, call.target.scope.lower(), call.target.subscription, body)
    call.store.put(resource)
    return compacted(201, show(resource))


def _require_unique(call: Call, role_name: str) -> None:
    folded = role_name.lower()
    others = [role for role in call.store.of_kind(Kind.ROLE, call.now) if role.name.lower() != call.target.name.lower()]
    if any(role.name.lower() == folded for role in BUILT_IN) or any(
        str(role.body["roleName"]).lower() == folded for role in others
    ):
        message = f"A custom role with the name '{role_name}' already exists in this directory."
        raise ArmError(409, "RoleDefinitionWithSameNameExists", message)


def delete(call: Call) -> Answer:
    """Answer DELETE of a custom role."""
    custom = _custom(call, call.target.name)
    if custom is None:
        return Answer(204)
    call.store.remove(custom.key)
    return compacted(200, show(custom))


def show(resource: Resource) -> JSON:
    """Build the body of a custom role."""
    return {"properties": resource.body, "id": resource.id, "type": Kind.ROLE.value, "name": resource.name}


def _built_in(call: Call, role: Role) -> JSON:
    permissions = {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": [],
        "notDataActions": [],
    }
    properties = {
        "roleName": role.name,
        "type": "BuiltInRole",
        "description": f"Built-in role {role.name}.",
        "assignableScopes": ["/"],
        "permissions": [permissions],
        "createdOn": moments.zulu(_SINCE),
        "updatedOn": moments.zulu(_SINCE),
        "createdBy": None,
        "updatedBy": None,
    }
    id_ = qualified(call.target.subscription, role.id)
    return {"properties": properties, "id": id_, "type": Kind.ROLE.value, "name": role.id}
