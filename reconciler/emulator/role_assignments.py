"""Role assignments: who may do what at which scope; synchronous, and immutable but for its words.

The answer to a PUT is not what GET returns (5/3), an equal grant under another name is refused with the
id of the first (5/11), and a DELETE answers with what it removed (5/6).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import api_versions, contents, moments, roles
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError, compacted
from reconciler.emulator.contents import READ_ONLY, TEXT
from reconciler.emulator.records import Phase, Resource

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_TEMPLATE = {
    "properties": {
        "roleDefinitionId": TEXT,
        "principalId": TEXT,
        "principalType": TEXT,
        "description": TEXT,
        "condition": TEXT,
        "conditionVersion": TEXT,
        "delegatedManagedIdentityResourceId": TEXT,
        "scope": READ_ONLY,
    }
}
_ROLE = re.compile(
    r"^(?:/subscriptions/[^/]+|/providers/microsoft\.management/managementgroups/[^/]+)?"
    r"/providers/microsoft\.authorization/roledefinitions/([^/]+)$",
    re.IGNORECASE | re.ASCII,
)
_TYPES = ("User", "Group", "ServicePrincipal", "ForeignGroup", "Device")
_WORDS = ("description", "condition", "conditionVersion")


def write(call: Call) -> Answer:
    """Answer PUT: 201 for a create and for an update alike (5/2)."""
    _check_name(call.target.name)
    require_scope(call)
    sent = contents.conform(call.body, _TEMPLATE).get("properties", {})
    role = _role(call, sent.get("roleDefinitionId"))
    principal = _guid(sent.get("principalId"), "PrincipalId")
    kind = _principal_type(call, principal, sent.get("principalType"))
    _check_condition(sent, call.doubts.condition_limit)
    existing = _existing(call)
    if existing is not None:
        _refuse_change(call, existing, role, principal, sent)
        resource = _changed(call, existing, sent)
    else:
        _require_unique(call, role, principal)
        _require_room(call)
        resource = _new(call, role, principal, kind, sent)
    call.store.put(resource)
    shown = show(resource, "", call.api_version)
    shown["properties"] |= {"createdBy": None, "createdOn": moments.zulu(call.now)}
    return compacted(201, shown)


def _check_name(name: str) -> None:
    try:
        uuid.UUID(name)
    except ValueError as error:
        message = f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
        raise ArmError(400, "InvalidRoleAssignmentId", message, fact="5/15") from error


def require_scope(call: Call) -> None:
    """Refuse a grant, or a lock, on a gallery resource that is not there."""
    scope = call.target.scope
    if "/providers/microsoft.compute/galleries/" not in scope.lower() or not call.doubts.role_scope_must_exist:
        return
    if call.store.find(scope.lower(), call.now) is None:
        _, _, tail = scope.partition("/providers/")
        group = scope.split("/")[4]
        message = (
            f"The Resource '{tail}' under resource group '{group}' was not found. For more details please go to "
            "https://aka.ms/ARMResourceNotFoundFix"
        )
        raise ArmError(404, "ResourceNotFound", message, gateway=True)


def _role(call: Call, given: str | None) -> str:
    """Read the role's guid out of a full path (5/1, 4.4/7)."""
    match = _ROLE.match(given or "")
    bare = (given or "").lower().startswith("/providers/microsoft.authorization/")
    if match is None or (bare and call.doubts.subscription_less_role == "refused"):
        raise ArmError(400, "BadRequestFormat", "The request was incorrectly formatted.")
    role = match[1].lower()
    if call.doubts.unknown_role == "refused" and not roles.known(call, role):
        raise roles.not_found(role, status=400)
    return role


def _guid(given: str | None, label: str) -> str:
    try:
        return str(uuid.UUID(given or ""))
    except ValueError as error:
        message = f"{label} '{given or ''}' is not valid. It must be a GUID."
        raise ArmError(400, f"Invalid{label}", message, fact="5/15") from error


def _principal_type(call: Call, principal: str, given: str | None) -> str:
    """Look the principal up in the directory (5/4, 5/12, 5/13)."""
    stated = next((kind for kind in _TYPES if given is not None and kind.lower() == given.lower()), None)
    if given is not None and stated is None:
        raise ArmError(400, "InvalidPrincipalType", f"The principal type '{given}' is not valid.", fact="5/15")
    hidden = call.world.faults.hides(principal)
    somebody = None if hidden else call.world.directory.get(principal)
    if somebody is None and (hidden or call.settings.principals != "any"):
        raise _unknown_principal(call, principal)
    if somebody is None:
        return stated or "ServicePrincipal"
    actual = somebody.kind
    if stated is not None and stated != actual:
        message = (
            f"The PrincipalId '{principal}' has type '{actual}' , which is different from specified PrinciaplType "
            f"'{stated}'."
        )
        raise ArmError(400, "UnmatchedPrincipalType", message)
    return actual


def _unknown_principal(call: Call, principal: str) -> ArmError:
    bare, tenant = principal.replace("-", ""), call.settings.tenant
    message = (
        f"Principal {bare} does not exist in the directory {tenant}. Check that you have the correct principal ID. "
        "If you are creating this principal and then immediately assigning a role, this error might be related to "
        "a replication delay. In this case, set the role assignment principalType property to a value, such as "
        "ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype"
    )
    return ArmError(400, "PrincipalNotFound", message)


def _check_condition(sent: JSON, longest: int) -> None:
    condition, version = sent.get("condition"), sent.get("conditionVersion")
    if condition is not None and len(condition) > longest:
        raise ArmError(400, "InvalidConditionLength", f"A condition has at most {longest} characters.", fact="5/15")
    if version not in (None, "1.0", "2.0"):
        message = f"The condition version '{version}' is not valid."
        raise ArmError(400, "InvalidConditionVersion", message, fact="5/15")


def _existing(call: Call) -> Resource | None:
    """Find what has this name anywhere in the tenant (section 1): at another scope it cannot be moved."""
    for found in call.store.named(Kind.ASSIGNMENT, call.target.name.lower()):
        if found.key != call.target.key:
            raise _update_refused()
        return found
    return None


def _update_refused() -> ArmError:
    message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
    return ArmError(400, "RoleAssignmentUpdateNotPermitted", message)


def _refuse_change(call: Call, existing: Resource, role: str, principal: str, sent: JSON) -> None:
    """Refuse what an assignment's name stands for (5/9, 5/10)."""
    stored = existing.body
    kind, delegated = sent.get("principalType"), sent.get("delegatedManagedIdentityResourceId")
    if principal != stored["principalId"] or delegated not in (None, stored["delegatedManagedIdentityResourceId"]):
        raise _update_refused()
    if kind is not None and kind.lower() != stored["principalType"].lower():
        raise _update_refused()
    if existing.mark != _mark(role, principal):
        message = "The role definition of a role assignment is not allowed to be updated."
        raise ArmError(call.doubts.role_change_status, call.doubts.role_change_code, message)


def _mark(role: str, principal: str) -> str:
    return f"{role}\n{principal}"


def _require_unique(call: Call, role: str, principal: str) -> None:
    """Refuse an equal grant under another name, and name the first one (5/11)."""
    twins = call.store.marked(Kind.ASSIGNMENT, call.target.scope.lower(), _mark(role, principal), call.now)
    twins = [twin for twin in twins if twin.parent == call.target.scope.lower()]
    if twins:
        bare = twins[0].name.replace("-", "").lower()
        message = f"The role assignment already exists. The ID of the existing role assignment is {bare}."
        raise ArmError(409, "RoleAssignmentExists", message)


def _require_room(call: Call) -> None:
    """Refuse one more grant than a subscription or a management group may have (5/16, 6/9)."""
    subscription, scope = call.target.subscription, call.target.scope.lower()
    if subscription:
        full = call.store.count(Kind.ASSIGNMENT, subscription) >= call.doubts.assignment_limit
    else:
        most = call.doubts.management_group_assignment_limit
        full = bool(scope) and len(call.store.children(Kind.ASSIGNMENT, scope, call.now, limit=most)) >= most
    if full:
        raise ArmError(400, "RoleAssignmentLimitExceeded", "No more role assignments can be created.", fact="5/16")


def _new(call: Call, role: str, principal: str, kind: str, sent: JSON) -> Resource:
    now = moments.zulu(call.now)
    body = {
        "roleDefinitionId": roles.qualified(call.target.subscription, role),
        "principalId": principal,
        "principalType": kind,
        "scope": call.target.scope or "/",
        "condition": sent.get("condition"),
        "conditionVersion": sent.get("conditionVersion"),
        "createdOn": now,
        "updatedOn": now,
        "createdBy": call.caller.object_id,
        "updatedBy": call.caller.object_id,
        "delegatedManagedIdentityResourceId": sent.get("delegatedManagedIdentityResourceId"),
        "description": sent.get("description"),
    }
    scope, mark = call.target.scope.lower(), _mark(role, principal)
    at = call.now
    return Resource(
        call.target.id, Kind.ASSIGNMENT, scope, call.target.subscription, body, {}, mark, Phase.CREATING, at, at
    )


def _changed(call: Call, existing: Resource, sent: JSON) -> Resource:
    words = {name: sent.get(name) for name in _WORDS}
    stamp = {"updatedOn": moments.zulu(call.now), "updatedBy": call.caller.object_id}
    return replace(existing, body=existing.body | words | stamp)


def get(call: Call) -> Answer:
    """Answer GET (5/5)."""
    resource = call.store.find(call.target.key, call.now)
    if resource is None:
        message = f"The role assignment '{call.target.name}' is not found."
        raise ArmError(404, "RoleAssignmentNotFound", message, fact="5/5")
    return compacted(200, show(resource, "", call.api_version))


def delete(call: Call) -> Answer:
    """Answer DELETE: 200 with what was removed, 204 when nothing was there (5/6)."""
    resource = call.store.find(call.target.key, call.now)
    if resource is None:
        return Answer(204)
    call.store.remove(resource.key)
    shown = show(resource, "", call.api_version)
    shown["properties"]["updatedOn"] = moments.zulu(call.now)
    return compacted(200, shown)


def show(resource: Resource, _state: str, api_version: str) -> JSON:
    """Build the body of an assignment: every field of this api-version there, null where unset (5/2)."""
    properties = dict(resource.body)
    api_versions.trim(Kind.ASSIGNMENT, properties, api_version)
    return {
        "properties": properties,
        "id": resource.id,
        "type": Kind.ASSIGNMENT.value,
        "name": resource.name,
    }
