"""Azure Policy: an assignment that forbids resources in some regions, as many subscriptions have one.

It is asked after rights and locks and before the rules of the resource, and knows nothing but where a
request wants something to be. Groups are left alone, as by the built-in policy for regions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.emulator import regions
from reconciler.emulator.addresses import EXTENSIONS, Kind, Shape
from reconciler.emulator.answers import ArmError

if TYPE_CHECKING:
    from reconciler.emulator.world import Call

_NAME = "Allowed locations"
_ASSIGNMENT = "/providers/Microsoft.Authorization/policyAssignments/allowed-locations"
_DEFINITION = "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c"
_PLACELESS = {None, Kind.GROUP, *EXTENSIONS}


def require(call: Call) -> None:
    """Refuse a write that wants a resource in a region the settings deny (4.4/4)."""
    denied = call.settings.denied_locations
    if not denied or call.method not in ("PUT", "PATCH") or call.target.shape is not Shape.ITEM:
        return
    location = call.body.get("location")
    if call.target.kind in _PLACELESS or not isinstance(location, str):
        return
    if regions.fold(location) in {regions.fold(one) for one in denied}:
        raise _disallowed(call)


def _disallowed(call: Call) -> ArmError:
    name = "/".join(call.target.names)
    assignment = f"/subscriptions/{call.target.subscription}{_ASSIGNMENT}"
    identifiers = [
        {
            "policyAssignment": {"name": _NAME, "id": assignment},
            "policyDefinition": {"name": _NAME, "id": _DEFINITION},
        }
    ]
    message = (
        f"Resource '{name}' was disallowed by policy. Policy identifiers: "
        f"'{json.dumps(identifiers, separators=(',', ':'))}'."
    )
    return ArmError(403, "RequestDisallowedByPolicy", message, target=name, gateway=True, fact="4.4/4")
