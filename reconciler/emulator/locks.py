"""Management locks: what keeps a scope and everything below it from being deleted, or from any write.

They stand apart because every write is held against them before its own rules are asked, whoever sends it.
A lock never holds back another lock: it is taken off to let a write through.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.emulator import contents, listing, role_assignments
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError, compacted
from reconciler.emulator.contents import ANY, TEXT, Choice, Items
from reconciler.emulator.records import Resource
from reconciler.emulator.role_listing import above

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_READ_ONLY = "ReadOnly"
_LEVELS = ("CanNotDelete", _READ_ONLY, "NotSpecified")
_TEMPLATE = {"properties": {"level": Choice(_LEVELS), "notes": TEXT, "owners": Items(ANY)}}
_ODD = re.compile(r"[<>%&:\\?/\x00-\x1f]")
_LONGEST_NOTES = 512
_AT_SCOPE = re.compile(r"^\s*atscope\(\)\s*$", re.IGNORECASE | re.ASCII)
_WRITING = ("PUT", "PATCH", "POST", "DELETE")


def write(call: Call) -> Answer:
    """Answer PUT: 201 for a new lock, 200 for one that was there (3.9/1)."""
    _check_name(call.target.name)
    role_assignments.require_scope(call)
    sent = contents.conform(call.body, _TEMPLATE).get("properties", {})
    contents.required(sent.get("level"), "properties.level")
    if len(sent.get("notes", "")) > _LONGEST_NOTES:
        message = f"The notes of a lock have at most {_LONGEST_NOTES} characters."
        raise ArmError(400, "InvalidParameter", message, target="properties.notes")
    existing = call.store.find(call.target.key, call.now)
    id_ = existing.id if existing is not None else call.target.id
    resource = Resource(id_, Kind.LOCK, call.target.scope.lower(), call.target.subscription, sent)
    call.store.put(resource)
    return compacted(201 if existing is None else 200, show(resource))


def _check_name(name: str) -> None:
    if _ODD.search(name):
        message = f"The lock name '{name}' is invalid: none of <>%&:\\?/ may be in it."
        raise ArmError(400, "InvalidLockName", message)


def get(call: Call) -> Answer:
    """Answer GET."""
    resource = call.store.find(call.target.key, call.now)
    if resource is None:
        raise ArmError(404, "LockNotFound", f"The lock '{call.target.name}' could not be found.")
    return compacted(200, show(resource))


def delete(call: Call) -> Answer:
    """Answer DELETE: 200 without a body, 204 when nothing was there (3.9/3)."""
    if call.store.find(call.target.key, call.now) is None:
        return Answer(204)
    call.store.remove(call.target.key)
    return Answer(200)


def answer(call: Call) -> Answer:
    """Answer LIST: at the scope and below; with `atScope()` at the scope and above (3.9/2)."""
    wanted = call.query.get("$filter", "")
    upwards = _AT_SCOPE.match(wanted) is not None
    if wanted.strip() and not upwards:
        raise ArmError(400, "UnsupportedQuery", f"The filter '{wanted}' is not supported; it can be 'atScope()'.")
    scope = call.target.scope.lower()
    found = call.store.around(
        Kind.LOCK,
        above(scope) if upwards and call.doubts.locks_at_scope == "above" else [scope],
        None if upwards else scope,
        None,
        listing.after(call),
        call.settings.page_size + 1,
    )
    return listing.page(call, found, show, as_created=True)


def show(resource: Resource, _state: str = "", _api_version: str = "") -> JSON:
    """Build the body of a lock, names in the service's order (3.9/1)."""
    return {"properties": resource.body, "id": resource.id, "type": Kind.LOCK.value, "name": resource.name}


def hold(call: Call) -> None:
    """Refuse what a lock at the scope or above it, or below a group that is to go, stands against (4.4/5, 5/18)."""
    target = call.target
    if call.method not in _WRITING or target.kind in (None, Kind.LOCK):
        return
    deletes = call.method == "DELETE"
    if deletes and call.doubts.locked_missing == "looked_up" and call.store.find(target.key, call.now) is None:
        return
    scopes = sorted({*above(target.scope.lower()), target.key})
    below = target.key if deletes and target.kind is Kind.GROUP else None
    found = [row.resource() for row in call.store.around(Kind.LOCK, scopes, below, None, "", -1)]
    levels = _LEVELS[:2] if deletes else (_READ_ONLY,)
    locked = dict.fromkeys(_scope(lock) for lock in found if lock.body["level"] in levels)
    if not locked:
        return
    operation = "delete" if deletes else "write"
    message = (
        f"The scope '{target.id}' cannot perform {operation} operation because following scope(s) are locked: "
        f"'{','.join(locked)}'. Please remove the lock and try again."
    )
    raise ArmError(409, "ScopeLocked", message, gateway=True)


def _scope(lock: Resource) -> str:
    return lock.id.rpartition(f"/providers/{Kind.LOCK}/")[0]
