"""Resource providers: which types there are, where, and under which api-versions.

Clients ask before they do anything else: some to learn the newest api-version of a type, some to register
what is not registered. Everything that the emulator knows is registered from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator import api_versions, regions
from reconciler.emulator.answers import Answer, ArmError, compacted

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call


@dataclass(frozen=True, slots=True)
class Type:
    """One resource type of a provider, its api-versions oldest first; not every type has a place."""

    name: str
    versions: tuple[str, ...]
    placed: bool = True


_PROVIDERS = {
    "Microsoft.Compute": (
        Type("galleries", api_versions.GALLERY),
        Type("galleries/images", api_versions.GALLERY),
        Type("galleries/images/versions", api_versions.GALLERY),
        Type("images", api_versions.COMPUTE),
        Type("virtualMachines", api_versions.COMPUTE),
        Type("disks", api_versions.DISK),
        Type("snapshots", api_versions.DISK),
        Type("locations/capsOperations", api_versions.GALLERY),
    ),
    "Microsoft.Authorization": (
        Type("roleAssignments", api_versions.ACCESS, placed=False),
        Type("roleDefinitions", api_versions.ACCESS, placed=False),
        Type("locks", api_versions.LOCKS, placed=False),
    ),
    "Microsoft.Resources": (
        Type("tenants", api_versions.RESOURCES, placed=False),
        Type("subscriptions", api_versions.RESOURCES, placed=False),
        Type("subscriptions/locations", api_versions.RESOURCES, placed=False),
        Type("subscriptions/providers", api_versions.RESOURCES, placed=False),
        Type("subscriptions/resourceGroups", api_versions.RESOURCES, placed=False),
        Type("resourceGroups", api_versions.RESOURCES),
        Type("resources", api_versions.RESOURCES, placed=False),
    ),
    "Microsoft.Storage": (Type("storageAccounts", api_versions.STORAGE),),
}
_BY_FOLDED = {name.lower(): name for name in _PROVIDERS}


def listing(call: Call) -> Answer:
    """List the providers (3.9/8)."""
    return compacted(200, {"value": [_shown(call, name) for name in _PROVIDERS]})


def get(call: Call) -> Answer:
    """Answer GET of a provider, and POST register, which finds everything done already (3.9/8)."""
    name = _BY_FOLDED.get(call.target.name.lower())
    if name is None:
        message = f"The resource namespace '{call.target.name}' is invalid."
        raise ArmError(404, "InvalidResourceNamespace", message, gateway=True)
    return compacted(200, _shown(call, name))


def _shown(call: Call, name: str) -> JSON:
    return {
        "id": f"{call.target.scope}/providers/{name}",
        "namespace": name,
        "resourceTypes": [_type(one) for one in _PROVIDERS[name]],
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired" if _PROVIDERS[name][0].placed else "RegistrationFree",
    }


def _type(one: Type) -> JSON:
    return {
        "resourceType": one.name,
        "locations": list(regions.DISPLAY_NAMES) if one.placed else [],
        "apiVersions": list(reversed(one.versions)),
        "capabilities": "SupportsTags, SupportsLocation" if one.placed else "None",
    }
