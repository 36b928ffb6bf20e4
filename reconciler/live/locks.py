"""Management locks, as lists of Azure tell them: at a scope and below it, or at it and above (fact 3.9/2)."""

from __future__ import annotations

from typing import Final

from reconciler.live.failure import Failure
from reconciler.live.listing import Getter, Item, list_all
from reconciler.live.patience import Patience
from reconciler.model.checks import Lock
from reconciler.model.state import mapping

LOCKS: Final = "2016-09-01"
UPWARDS: Final = {"$filter": "atScope()"}
TYPE: Final = "/providers/microsoft.authorization/locks/"


def locks_at(gateway: Getter, scope: str, patience: Patience, *, upwards: bool) -> list[Lock] | Failure:
    """The locks at an ARM id and below it, or `upwards` at it and, as far as the list reaches, above it.

    Raises CredentialError.
    """
    path = f"{scope}/providers/Microsoft.Authorization/locks"
    params = UPWARDS if upwards else None
    found = list_all(gateway, path, params, api_version=LOCKS, patience=patience, what="reading its locks")
    return found if isinstance(found, Failure) else [_lock(item) for item in found]


def _lock(item: Item) -> Lock:
    own_id = str(item.get("id") or "")
    at = own_id.lower().rfind(TYPE)
    level = mapping(item.get("properties")).get("level")
    return Lock(str(item["name"]), own_id[: max(at, 0)], level if isinstance(level, str) else "")
