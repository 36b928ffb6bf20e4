"""What a read has to find out: which scopes to list, whose absence must be proven, which roles to look up.

Derived from the desired state once, before anything is asked, so that the survey only follows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconciler.kinds.ownership import verified_owner
from reconciler.live.everything import Everything
from reconciler.live.identity import Spelling
from reconciler.model.address import Address, Kind, Scope
from reconciler.model.state import DesiredState, LiveResource


@dataclass(frozen=True, slots=True)
class Expectation:
    """Declared addresses by parent key (a gallery's parent is its scope); ancestors count as expected too.

    `grants` are the declared assignments, `access` the same by the key of the resource they are for; `everything`
    asks for undeclared galleries too.
    """

    scopes: tuple[Scope, ...]
    below: dict[str, tuple[Address, ...]]
    grants: tuple[Address, ...]
    access: dict[str, tuple[Address, ...]]
    uefi: frozenset[Address]
    roles: tuple[tuple[Scope, str], ...]
    spell: Spelling
    everything: Everything | None = None

    def children(self, key: str) -> tuple[Address, ...]:
        """What is expected right below a scope or address."""
        return self.below.get(key, ())

    def descendants(self, address: Address) -> Iterable[Address]:
        """Everything expected below an address, access included."""
        for child in self.children(address.key):
            yield child
            yield from self.descendants(child)
        yield from self.access.get(address.key, ())

    def expects(self, address: Address) -> bool:
        """Whether an address is declared, or the parent of something declared."""
        return address in self.children(parent_key(address))

    def looks_into(self, live: LiveResource, instance: str) -> bool:
        """Whether a gallery is read with all below it: declared, ours, or asked for with everything."""
        asked = self.everything is not None and self.everything.wants(live.address.gallery)
        return asked or self.expects(live.address) or is_owned(live, instance)

    def wants_boot_keys(self, live: LiveResource) -> bool:
        """Whether a version is read once more with its boot keys (fact 3.6/1)."""
        return live.address in self.uefi or (self.everything is not None and self.everything.wants_boot_keys(live))


def expectation_of(desired: DesiredState, scopes: Iterable[Scope], everything: Everything | None = None) -> Expectation:
    """Gather what a read must find out."""
    every = with_ancestors(desired.resources)
    below: dict[str, list[Address]] = {}
    for address in every:
        if address.access is None:
            below.setdefault(parent_key(address), []).append(address)
    grants = tuple(sorted(address for address in desired.resources if address.access is not None))
    access: dict[str, list[Address]] = {}
    for grant in grants:
        access.setdefault(grant.key.partition("@")[0], []).append(grant)
    declared_scopes = (address.scope for address in every if address.kind is Kind.GALLERY)
    all_scopes = {scope.key: scope for scope in (*declared_scopes, *desired.scopes, *scopes)}
    return Expectation(
        tuple(all_scopes[key] for key in sorted(all_scopes)),
        {key: tuple(addresses) for key, addresses in below.items()},
        grants,
        {key: tuple(addresses) for key, addresses in access.items()},
        frozenset(address for address, resource in desired.resources.items() if _has_uefi(resource.body)),
        _roles(grants),
        Spelling(every),
        everything,
    )


def parent_key(address: Address) -> str:
    """The key of a resource's parent, of a gallery's scope; not for assignments."""
    return address.key.rpartition("/")[0]


def with_ancestors(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """The addresses and everything above them, each once, in the spelling it is met in first."""
    known = {address.key: address for address in addresses}
    for address in tuple(known.values()):
        above = None if address.access is None and parent_key(address) in known else address.parent
        while above is not None and above.key not in known:
            known[above.key] = above
            above = above.parent
    return tuple(known.values())


def _has_uefi(body: object) -> bool:
    profile = body.get("securityProfile") if hasattr(body, "get") else None
    return bool(profile) and isinstance(profile, dict) and bool(profile.get("uefiSettings"))


def _roles(grants: Iterable[Address]) -> tuple[tuple[Scope, str], ...]:
    """Custom roles to look up: one question per group and name."""
    asked: dict[tuple[str, str], tuple[Scope, str]] = {}
    for grant in grants:
        if grant.access is not None and grant.access.role_id is None:
            asked.setdefault((grant.scope.key, grant.access.role.lower()), (grant.scope, grant.access.role))
    return tuple(asked.values())


def with_role(address: Address, role_id: str) -> Address:
    """The address of an assignment once its role is known."""
    assert address.access is not None
    return replace(address, access=replace(address.access, role_id=role_id))


def is_owned(live: LiveResource, instance: str) -> bool:
    """Whether a live resource carries this instance's owner tag, made for this very address."""
    return bool(instance) and verified_owner(live.address, live.tags) == instance
