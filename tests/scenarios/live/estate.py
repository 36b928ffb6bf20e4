"""An estate in the emulator, built with the product's own gateway, and what a manifest would declare of it."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from reconciler.emulator.server import Emulator
from reconciler.kinds.role_assignment import assignment_name, role_guid
from reconciler.live.cloud import cloud_of
from reconciler.live.credential import StaticToken
from reconciler.live.gateway import Gateway
from reconciler.live.patience import Patience
from reconciler.live.reader import ReadScope, read
from reconciler.model.address import Access, Address, Kind, Scope
from reconciler.model.diagnostic import Origin
from reconciler.model.state import DesiredResource, DesiredState, LiveState

SUB = "00000000-0000-0000-0000-000000000001"
GROUP = "rg-Images"
PEOPLE = "6f7c0000-0000-4000-8000-000000000002"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
AT_ONCE = Patience(sleep=lambda _: None)
ROLES = "providers/Microsoft.Authorization/roleDefinitions"


def at(gallery: str, image: str | None = None, version: str | None = None, *, role: str = "") -> Address:
    """An address in the one group; with a role, the grant of it to the people."""
    access = Access(role, PEOPLE, role_guid(role)) if role else None
    return Address(SUB, GROUP, gallery, image, version, access)


def desired(*addresses: Address, **bodies: dict[str, Any]) -> DesiredState:
    """Declare addresses; `versions={…}` gives all versions that body."""
    resources = {}
    for address in addresses:
        body = bodies.get("versions", {}) if address.kind is Kind.IMAGE_VERSION else {}
        resources[address] = DesiredResource(address, body, Origin("test.yaml", 1, 1))
    return DesiredState(resources, (Scope(SUB, GROUP),))


class Estate:
    """One emulator, one gateway."""

    def __init__(self, emulator: Emulator, **more: Any) -> None:
        self.emulator = emulator
        cloud = cloud_of("emulator", endpoint=emulator.base_url)
        self.gateway = Gateway(cloud, StaticToken(emulator.token), **more)

    def gallery(self, name: str, tags: dict[str, str] | None = None) -> Address:
        address = at(name)
        self._put(address, {"location": "westeurope", "tags": tags or {}, "properties": {"description": name}})
        return address

    def definition(self, gallery: str, image: str) -> Address:
        address = at(gallery, image)
        identifier = {"publisher": "Corp", "offer": "Linux", "sku": image}
        properties = {"osType": "Linux", "osState": "Generalized", "identifier": identifier}
        self._put(address, {"location": "westeurope", "properties": properties})
        return address

    def version(self, gallery: str, image: str, name: str, **properties: Any) -> Address:
        address = at(gallery, image, name)
        source = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/images/golden"
        regions = [{"name": "westeurope", "regionalReplicaCount": 2}, {"name": "northeurope"}]
        body = {
            "storageProfile": {"source": {"id": source}},
            "publishingProfile": {"targetRegions": regions},
            **properties,
        }
        self._put(address, {"location": "westeurope", "properties": body})
        return address

    def versions(self, gallery: str, image: str, names: Iterable[str]) -> list[Address]:
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda name: self.version(gallery, image, name), names))

    def grant(self, address: Address, instance: str = "test", role_id: str = "") -> str:
        """Grant the address's role at its scope, under the name `instance` gives it; its id."""
        assert address.access is not None
        chosen = role_id or address.access.role_id or ""
        name = assignment_name(
            Address(
                SUB, GROUP, address.gallery, address.image, address.version, Access(address.access.role, PEOPLE, chosen)
            ),
            instance,
        )
        resource_id = f"{address.resource_id}/providers/Microsoft.Authorization/roleAssignments/{name}"
        role = f"/subscriptions/{SUB}/{ROLES}/{chosen}"
        properties = {"roleDefinitionId": role, "principalId": PEOPLE, "principalType": "Group"}
        answer = self.gateway.put(Kind.ROLE_ASSIGNMENT, resource_id, {"properties": properties})
        assert answer.ok, answer
        return resource_id

    def read(self, state: DesiredState, instance: str = "test", **more: Any) -> LiveState:
        scope = ReadScope((Scope(SUB, GROUP),), instance)
        return read(self.gateway, state, scope, **({"patience": AT_ONCE} | more))

    def asked(self) -> list[str]:
        """Path and query of every request since the last look, oldest first."""
        seen = [f"{record.method} {record.path}?{record.query}" for record in self.emulator.requests]
        self.emulator.requests.clear()
        return seen

    def _put(self, address: Address, body: dict[str, Any]) -> None:
        answer = self.gateway.put(address.kind, address.resource_id, body)
        assert answer.ok, answer
