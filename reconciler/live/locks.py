"""Management locks, as lists of Azure tell them: at a scope and below it, or at it and above (fact 3.9/2)."""

from __future__ import annotations

from typing import Final

from reconciler.live.failure import Failure, malformed
from reconciler.live.listing import Getter, Item, list_all
from reconciler.live.patience import Patience
from reconciler.model.checks import Lock
from reconciler.model.state import mapping

LOCKS: Final = "2016-09-01"
UPWARDS: Final = {"$filter": "atScope()"}
WHAT: Final = "reading its locks"
TYPE: Final = "/providers/microsoft.authorization/locks/"


def locks_at(gateway: Getter, scope: str, patience: Patience, *, upwards: bool) -> list[Lock] | Failure:
    """The locks at an ARM id and below it, or `upwards` at it and, as far as the list reaches, above it.

    Raises CredentialError.
    """
    path = f"{scope}/providers/Microsoft.Authorization/locks"
    params = UPWARDS if upwards else None
    found = list_all(gateway, path, params, api_version=LOCKS, patience=patience, what=WHAT)
    if isinstance(found, Failure):
        return found
    locks = [_lock(item) for item in found]
    if None in locks:
        return malformed(WHAT, "a lock that does not say where it is or what it forbids")
    return [lock for lock in locks if lock is not None]


def _lock(item: Item) -> Lock | None:
    """None for one that may hold anything."""
    own_id = str(item.get("id") or "")
    at = own_id.lower().rfind(TYPE)
    level = mapping(item.get("properties")).get("level")
    if at <= 0 or not isinstance(level, str) or not level:
        return None
    return Lock(str(item["name"]), own_id[:at], level)
