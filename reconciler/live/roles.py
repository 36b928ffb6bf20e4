"""Custom roles by name: manifests say “Image Publisher”, Azure wants a GUID.

Asked at the resource group, because a gallery that is not there yet has none, and custom roles are assignable
at a group or above.
"""

from __future__ import annotations

from typing import Final

from reconciler.kinds.scalars import GUID_PATTERN
from reconciler.live.conversion import last_part
from reconciler.live.failure import ROLE_NOT_FOUND, Failure
from reconciler.live.listing import Getter, Item, list_all
from reconciler.live.patience import Patience
from reconciler.live.single import AUTHORIZATION
from reconciler.model.address import Scope

HINT: Final = "is the name mistyped, or is the role not assignable here? the role's GUID can be written instead"


def find_role(gateway: Getter, scope: Scope, role: str, patience: Patience) -> str | Failure:
    """The GUID of the role of that name in a group, lower case. Raises CredentialError."""
    path = f"{scope.resource_id}/providers/Microsoft.Authorization/roleDefinitions"
    quoted = role.replace("'", "''")
    params = {"$filter": f"roleName eq '{quoted}'"}
    what = f"looking up role “{role}”"
    found = list_all(gateway, path, params, api_version=AUTHORIZATION, patience=patience, what=what)
    if isinstance(found, Failure):
        return found
    matches = {last_part(item["name"]) for item in found if _is_named(item, role)}
    if len(matches) != 1 or not GUID_PATTERN.fullmatch(next(iter(matches))):
        many = f"{len(matches)} roles have that name" if matches else "no role has that name"
        return Failure(ROLE_NOT_FOUND, f"{what}: {many}", HINT)
    return next(iter(matches))


def _is_named(item: Item, role: str) -> bool:
    properties = item.get("properties")
    name = properties.get("roleName") if isinstance(properties, dict) else None
    return isinstance(name, str) and name.lower() == role.lower()
