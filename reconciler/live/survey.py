"""The survey of a whole target: what is listed leads to what is listed next, and what is missing is asked for itself.

Everything here runs on one thread and only notes what it is told; the crew does the asking. What is neither found
nor proven absent is left undecided or unread, never called absent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from reconciler.kinds.gallery import keeps_deleted
from reconciler.live.conversion import assignment_to_live, soft_deleted, to_live
from reconciler.live.crew import Crew
from reconciler.live.expectation import Expectation, with_role
from reconciler.live.failure import Failure
from reconciler.live.listing import Getter, Item, list_all
from reconciler.live.patience import Patience
from reconciler.live.roles import find_role
from reconciler.live.single import AUTHORIZATION, SHARING, UEFI, fetch, own_assignment_id
from reconciler.model.address import Address, Kind, Scope
from reconciler.model.state import LiveResource, SoftDeleted, Unread, mapping, role_key

MAX_PROOFS = 200
CHILDREN = {Kind.GALLERY: "images", Kind.IMAGE_DEFINITION: "versions"}


class Survey:
    """What is known so far. `run` it once, then read `live`, `absent`, `unread` and `roles`."""

    def __init__(self, gateway: Getter, expected: Expectation, instance: str, crew: Crew, patience: Patience) -> None:
        self.live: dict[Address, LiveResource] = {}
        self.absent: set[Address] = set()
        self.unread: dict[tuple[str, str], Unread] = {}
        self.roles: dict[str, str] = {}
        self.soft_deleted: dict[Address, SoftDeleted] = {}
        self._gateway = gateway
        self._expected = expected
        self._instance = instance
        self._crew = crew
        self._patience = patience
        self._grants: list[Item] = []
        self._proofs = 0

    def run(self) -> None:
        """Ask until nothing is left to ask: resources and roles first, then grants, whose proof needs both."""
        for scope in self._expected.scopes:
            path = f"{scope.resource_id}/providers/Microsoft.Compute/galleries"
            self._crew.ask(partial(self._list, path, "listing galleries"), partial(self._on_galleries, scope))
        for scope, role in self._expected.roles:
            ask = partial(find_role, self._gateway, scope, role, self._patience)
            self._crew.ask(ask, partial(self._on_role, scope, role))
        self._crew.run()
        self._settle_grants()
        self._crew.run()

    # galleries, definitions, versions

    def _on_galleries(self, scope: Scope, found: list[Item] | Failure) -> None:
        if isinstance(found, Failure):
            self._note(found, scope.key, scope.group)
            return
        for item in found:
            address = self._expected.spell(Address(scope.subscription, scope.group, item["name"]))
            live = to_live(address, item, Kind.GALLERY)
            if self._expected.looks_into(live, self._instance):
                self._keep(live)
        self._prove_missing(scope.key)

    def _keep(self, live: LiveResource) -> None:
        """Note a resource that is there, and ask for what lies below it."""
        address = live.address
        self.live[address] = live
        if address.kind in CHILDREN:
            below = CHILDREN[address.kind]
            self._crew.ask(partial(self._children, address, below), partial(self._on_children, address))
        if address.kind is Kind.GALLERY:
            path = f"{address.resource_id}/providers/Microsoft.Authorization/roleAssignments"
            ask = partial(self._list, path, "listing role assignments", AUTHORIZATION)
            self._crew.ask(ask, partial(self._on_grants, address))
            if mapping(live.body.get("sharingProfile")).get("permissions") == "Groups":
                shared = partial(fetch, self._gateway, address, address.resource_id, self._patience, SHARING)
                self._crew.ask(shared, partial(self._on_whole, "reading with whom it is shared", address))
        if address.kind is Kind.IMAGE_DEFINITION and self._keeps_deleted(address):
            gallery = replace(address, image=None).resource_id
            path = f"{gallery}/softdeletedartifacttypes/Images/artifacts/{address.image}/versions"
            deleted = partial(self._list, path, "listing soft-deleted versions")
            self._crew.ask(deleted, partial(self._on_soft_deleted, address))
        if self._expected.wants_boot_keys(live):
            ask_all = partial(fetch, self._gateway, address, address.resource_id, self._patience, UEFI)
            self._crew.ask(ask_all, partial(self._on_whole, "reading its UEFI settings", address))

    def _children(self, parent: Address, below: str) -> list[LiveResource] | Failure:
        """List and convert what lies below; runs on a worker."""
        found = self._list(f"{parent.resource_id}/{below}", f"listing {below}")
        if isinstance(found, Failure):
            return found
        gallery = parent.kind is Kind.GALLERY
        kind = Kind.IMAGE_DEFINITION if gallery else Kind.IMAGE_VERSION
        live = []
        for item in found:
            image, version = (item["name"], None) if gallery else (parent.image, item["name"])
            address = Address(parent.subscription, parent.group, parent.gallery, image, version)
            live.append(to_live(self._expected.spell(address), item, kind))
        return live

    def _on_children(self, parent: Address, found: list[LiveResource] | Failure) -> None:
        if isinstance(found, Failure):
            self._note(found, parent.key, parent.text())
            return
        for live in found:
            self._keep(live)
        self._prove_missing(parent.key)

    def _prove_missing(self, parent_key: str) -> None:
        """Ask for everything expected below a complete list that is not in it."""
        for address in self._expected.children(parent_key):
            if address not in self.live:
                self._prove(address, address.resource_id)

    def _prove(self, address: Address, resource_id: str) -> None:
        self._proofs += 1
        if self._proofs > MAX_PROOFS:
            self._gone(address)  # the executor asks again right before it writes
            return
        ask = partial(fetch, self._gateway, address, resource_id, self._patience)
        self._crew.ask(ask, partial(self._on_proof, address))

    def _on_proof(self, address: Address, found: LiveResource | Failure | None) -> None:
        if found is None:
            self._gone(address)
        elif isinstance(found, Failure):
            self._note(found, address.key, address.text())
        else:
            self._keep(found)  # the list lagged behind

    def _gone(self, address: Address) -> None:
        self.absent.add(address)
        self.absent.update(self._expected.descendants(address))

    def _on_whole(self, what: str, address: Address, found: LiveResource | Failure | None) -> None:
        """Take a resource with what lists leave out; without it, it would seem to lack what is declared."""
        if isinstance(found, LiveResource):
            self.live[address] = found
            return
        del self.live[address]
        lost = Failure("ResourceNotFound", f"{what}: listed, but not there", "plan again")
        self._note(found or lost, address.key, address.text())

    def _keeps_deleted(self, definition: Address) -> bool:
        gallery = self.live.get(Address(definition.subscription, definition.group, definition.gallery))
        return gallery is not None and keeps_deleted(gallery.body)

    def _on_soft_deleted(self, definition: Address, found: list[Item] | Failure) -> None:
        """Note what the gallery still keeps; where that is unknown, so is whether a missing version can be made."""
        if isinstance(found, Failure):
            self._note(found, definition.key, definition.text())
            return
        for item in found:
            kept = soft_deleted(item, self._expected.spell)
            if kept is not None:
                self.soft_deleted[kept.address] = kept

    # access

    def _on_role(self, scope: Scope, role: str, found: str | Failure) -> None:
        if isinstance(found, str):
            self.roles[role_key(scope, role)] = found
            return
        for grant in self._expected.grants:
            access = grant.access
            assert access is not None
            if access.role_id is None and grant.scope.key == scope.key and access.role.lower() == role.lower():
                self._note(found, grant.key, grant.text())

    def _on_grants(self, gallery: Address, found: list[Item] | Failure) -> None:
        if isinstance(found, Failure):
            self._note(found, f"{gallery.key}@", f"access to {gallery.text()}")
            return
        inside = gallery.resource_id.lower()
        for item in found:
            scope = str((item.get("properties") or {}).get("scope") or "").lower()
            if scope == inside or scope.startswith(f"{inside}/images/"):
                self._grants.append(item)

    def _settle_grants(self) -> None:
        """Place the grants found, and prove the absence of those that are not."""
        names = {role_id: role for role, role_id in self._role_names()}
        for item in self._grants:
            live = assignment_to_live(item, self._expected.spell, names)
            if live is not None:
                self.live[live.address] = live
                self.absent.discard(live.address)
        for declared in self._expected.grants:
            assert declared.access is not None
            role_id = declared.access.role_id or self.roles.get(role_key(declared.scope, declared.access.role))
            if role_id is not None:
                self._settle(with_role(declared, role_id))

    def _role_names(self) -> Iterable[tuple[str, str]]:
        """Custom roles as declared, with their GUIDs."""
        for scope, role in self._expected.roles:
            role_id = self.roles.get(role_key(scope, role))
            if role_id is not None:
                yield role, role_id

    def _settle(self, grant: Address) -> None:
        parent = grant.parent
        if grant in self.live or any(place.covers(grant) for place in self.unread.values()):
            return
        if parent in self.absent:
            self.absent.add(grant)
        elif parent in self.live:
            self._prove(grant, own_assignment_id(grant, self._instance))

    # the rest

    def _list(self, path: str, what: str, api_version: str | None = None) -> list[Item] | Failure:
        return list_all(self._gateway, path, api_version=api_version, patience=self._patience, what=what)

    def _note(self, failed: Failure, under: str, where: str) -> None:
        self.unread.setdefault((under, failed.code), failed.at(under, where))
