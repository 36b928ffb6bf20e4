"""What a read has to find out: which scopes to list, whose absence must be proven, which roles to look up.

Derived from the desired state once, before anything is asked, so that the survey only follows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconciler.live.identity import Spelling
from reconciler.model.address import Address, Kind, Scope, owner_digest
from reconciler.model.state import DesiredState, LiveResource

OWNER_TAG = "reconciler.owner"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Declared addresses by parent key (a gallery's parent is its scope); ancestors count as expected too."""

    scopes: tuple[Scope, ...]
    below: dict[str, tuple[Address, ...]]
    grants: tuple[Address, ...]
    uefi: frozenset[Address]
    roles: tuple[tuple[Scope, str], ...]
    spell: Spelling

    def children(self, key: str) -> tuple[Address, ...]:
        """What is expected right below a scope or address."""
        return self.below.get(key, ())

    def descendants(self, address: Address) -> Iterable[Address]:
        """Everything expected below an address, access included."""
        for child in self.children(address.key):
            yield child
            yield from self.descendants(child)
        yield from (grant for grant in self.grants if grant.parent == address)

    def expects(self, address: Address) -> bool:
        """Whether an address is declared, or the parent of something declared."""
        parent = address.parent
        return address in self.children(address.scope.key if parent is None else parent.key)


def expectation_of(desired: DesiredState, scopes: Iterable[Scope]) -> Expectation:
    """Gather what a read must find out."""
    every = {each: None for address in desired.resources for each in (address, *address.ancestors)}
    below: dict[str, list[Address]] = {}
    for address in every:
        if address.access is None:
            parent = address.parent
            below.setdefault(address.scope.key if parent is None else parent.key, []).append(address)
    grants = tuple(address for address in desired.resources if address.access is not None)
    all_scopes = {scope.key: scope for scope in (*scopes, *desired.scopes, *(each.scope for each in every))}
    return Expectation(
        tuple(all_scopes[key] for key in sorted(all_scopes)),
        {key: tuple(sorted(addresses)) for key, addresses in below.items()},
        tuple(sorted(grants)),
        frozenset(address for address, resource in desired.resources.items() if _has_uefi(resource.body)),
        _roles(grants),
        Spelling(desired.resources),
    )


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
    value = live.tags.get(OWNER_TAG)
    if not instance or not isinstance(value, str) or live.address.kind is Kind.ROLE_ASSIGNMENT:
        return False
    name, _, rest = value.partition(":")
    return name == instance and rest.partition(":")[0] == owner_digest(instance, live.address)
