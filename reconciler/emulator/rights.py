"""Who may do what: every call stands for one action, which its caller must be granted at the scope or above.

Asked in one place, before a rule looks whether anything is there, so that nobody learns what exists by being
refused. Off unless the settings ask for it; the operator of the house may do everything in either case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import frozen, moments, roles
from reconciler.emulator.addresses import EXTENSIONS, Kind, Shape
from reconciler.emulator.answers import Answer, ArmError, compacted
from reconciler.emulator.role_listing import inherited

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.roles import Permission
    from reconciler.emulator.world import Call

_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
_SUBSCRIPTION = "Microsoft.Resources/subscriptions"
_OWN = {
    Shape.SUBSCRIPTION: f"{_SUBSCRIPTION}/read",
    Shape.LOCATIONS: f"{_SUBSCRIPTION}/locations/read",
    Shape.PROVIDERS: f"{_SUBSCRIPTION}/providers/read",
    Shape.PROVIDER: f"{_SUBSCRIPTION}/providers/read",
    Shape.RESOURCES: f"{_SUBSCRIPTION}/resources/read",
    Shape.OPERATION: "Microsoft.Compute/locations/capsOperations/read",
    Shape.RESULT: f"{_SUBSCRIPTION}/operationresults/read",
    Shape.PERMISSIONS: "Microsoft.Authorization/permissions/read",
}
_NARROWED = (Shape.TENANTS, Shape.SUBSCRIPTIONS)
_ANYWHERE = (Shape.OPERATION, Shape.RESULT)
_EVERYTHING: tuple[Permission, ...] = ((("*",), ()),)
_WRITTEN = ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks")
_SOURCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.VERSION: ("storageProfile.source", "storageProfile.osDiskImage.source", "storageProfile.dataDiskImages"),
    Kind.MANAGED_IMAGE: ("sourceVirtualMachine", "storageProfile"),
    Kind.DISK: ("creationData",),
    Kind.SNAPSHOT: ("creationData",),
}


def require(call: Call) -> None:
    """Refuse what the caller is not granted (4.4/2, 5/17), or not granted on what a version is made from (4.4/3)."""
    if not _asked(call) or call.target.shape in _NARROWED:
        return
    action, scope = _action(call), _scope(call)
    if call.target.shape is Shape.SUBSCRIPTION:
        granted = sees(call, call.target.subscription)
    else:
        at = call.target.scope if call.target.kind in EXTENSIONS else scope
        granted = _allows(_held(call, at, below=call.target.shape in _ANYWHERE), action)
    if not granted:
        raise _refused(call, action, scope)
    if call.target.kind is Kind.ROLE and call.method in ("PUT", "DELETE"):
        _require_assignable(call, action)
    if call.method in ("PUT", "PATCH"):
        _require_sources(call, action, scope)


def sees(call: Call, subscription: str) -> bool:
    """Tell whether the caller may read anything in a subscription, which is then shown to it."""
    if not _asked(call):
        return True
    held = _held(call, f"/subscriptions/{subscription}", below=True)
    return any(pattern.lower().endswith(("*", "/read")) for actions, _ in held for pattern in actions)


def permissions(call: Call) -> Answer:
    """Answer LIST of what the caller may do at a scope: an entry for each role held there or above it (5/31)."""
    held = _held(call, call.target.scope) if _asked(call) else iter(_EVERYTHING)
    return compacted(200, {"value": [_entry(*one) for one in held]})


def _entry(actions: tuple[str, ...], excepted: tuple[str, ...]) -> JSON:
    return {"actions": list(actions), "notActions": list(excepted), "dataActions": [], "notDataActions": []}


def _asked(call: Call) -> bool:
    settings = call.settings
    return settings.authorization and call.caller.object_id.lower() != settings.caller.lower()


def _action(call: Call) -> str:
    """Name the action that a call stands for."""
    target = call.target
    if target.kind is None:
        return _OWN.get(target.shape) or f"{target.name}/{target.shape}/action"
    kind = f"{_SUBSCRIPTION}/resourceGroups" if target.kind is Kind.GROUP else target.kind.value
    return f"{kind}/{_VERBS[call.method]}" if call.method in _VERBS else f"{kind}/{target.shape}/action"


def _scope(call: Call) -> str:
    target = call.target
    if target.kind is not None and target.shape is not Shape.LIST:
        return target.id
    return target.scope or f"/subscriptions/{target.subscription}"


def _held(call: Call, scope: str, *, below: bool = False) -> Iterator[Permission]:
    """Give what the caller is allowed by the settings, and by the state at a scope and above it, or below it too."""
    person = call.caller.object_id.lower()
    for object_id, names in call.settings.granted.items():
        if object_id.lower() == person:
            for name in names:
                yield from roles.permissions(call, roles.id_of(call, name))
    folded = scope.lower()
    for row in call.store.around(
        Kind.ASSIGNMENT, inherited(folded, call.settings.tenant), folded if below else None, person, "", -1
    ):
        assignment = row.resource()
        if _counts(call, assignment):
            yield from roles.permissions(call, assignment.mark.partition("\n")[0])


def _counts(call: Call, assignment: Resource) -> bool:
    """Tell whether a grant is old enough to work (5/21)."""
    lag = call.settings.scaled(call.doubts.grant_lag)
    return lag <= 0 or call.now >= (moments.seconds(assignment.body["createdOn"]) or 0.0) + lag


def _allows(held: Iterator[Permission], action: str) -> bool:
    return any(_names(actions, action) and not _names(excepted, action) for actions, excepted in held)


def _names(patterns: tuple[str, ...], action: str) -> bool:
    folded = action.lower()
    return any(_matches(pattern.lower(), folded) for pattern in patterns)


def _matches(pattern: str, text: str) -> bool:
    """Match a pattern in which `*` alone stands for anything, in one pass."""
    head, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(head) or len(text) < len(head) + len(rest[-1]) or not text.endswith(rest[-1]):
        return False
    place, end = len(head), len(text) - len(rest[-1])
    for part in rest[:-1]:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _refused(call: Call, action: str, scope: str) -> ArmError:
    message = (
        f"The client '{call.caller.name}' with object id '{call.caller.object_id}' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials."
    )
    return ArmError(403, "AuthorizationFailed", message, gateway=True)


def _require_assignable(call: Call, action: str) -> None:
    """Require the right to a custom role everywhere that it may, or is to, be assigned."""
    wanted = frozen.look(call.body, "properties.assignableScopes")
    stated = [one for one in wanted if isinstance(one, str)] if isinstance(wanted, list) else []
    for scope in (*roles.assignable(call, call.target.name), *stated):
        if not _allows(_held(call, scope.rstrip("/")), action):
            raise _refused(call, action, scope)


def _linked(call: Call) -> Iterator[str]:
    """Give the ids of what a version, image, disk or snapshot is made from, wherever its body names them."""
    places = _SOURCES.get(call.target.kind) if call.target.kind is not None else None
    for path in places or ():
        yield from _ids(frozen.look(call.body, f"properties.{path}"))


def _ids(found: object) -> Iterator[str]:
    """Give every id inside a part of a body."""
    if isinstance(found, str):
        yield found
    for inner in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _ids(inner)


def _require_sources(call: Call, action: str, scope: str) -> None:
    """Require rights on what something is made from: to write a machine or disk (2.4/19, 5/29), to read all else."""
    for source in _linked(call):
        kind = _type(source)
        if not kind:
            continue
        needed = f"{kind}/write" if kind.lower() in {one.lower() for one in _WRITTEN} else f"{kind}/read"
        if not _allows(_held(call, source), needed):
            message = (
                f"The client '{call.caller.name}' with object id '{call.caller.object_id}' has permission to perform "
                f"action '{action}' on scope '{scope}'; however, it does not have permission to perform action "
                f"'{needed}' on the linked scope(s) '{source}' or the linked scope(s) are invalid."
            )
            raise ArmError(403, "LinkedAuthorizationFailed", message, gateway=True)


def _type(source: str) -> str:
    """Read the type out of a resource id; empty for what is none."""
    start = source.lower().rfind("/providers/")
    head, parts = source[: max(0, start)], source[start + len("/providers/") :].split("/")
    if start < 0 or not head.lower().startswith("/subscriptions/") or len(parts) < 3 or not all(parts):  # noqa: PLR2004 - a name
        return ""
    return "/".join([parts[0], *parts[1::2]])
