"""What every planning step looks at: both states, the options and the moment, with the look-ups they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.errors import InvalidInput
from reconciler.model.address import Address, Kind
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.ledger import EMPTY, Ledger
from reconciler.model.restriction import AllowList
from reconciler.model.state import DesiredResource, LiveResource, LiveState, Path, role_key
from reconciler.planner.options import Options
from reconciler.planner.order import source_key
from reconciler.planner.ownership import Owner, owner_of


@dataclass(frozen=True, slots=True)
class Context:
    """The inputs of one plan. `desired` has its custom roles resolved.

    `versions` are the live versions by definition, `owners` says whose each live resource is, `owned` is everything
    that this instance owns, in address order, `shallow` maps the key of a source to what keeps reading from it.
    `held` are the field paths that ignore rules keep as they are live, `hidden` the addresses where that hides a
    difference; `left_out` are removals that were not selected, `elsewhere` what other targets declare or look after of
    what is live.
    """

    desired: Mapping[Address, DesiredResource]
    live: LiveState
    options: Options
    now: datetime
    versions: Mapping[Address, tuple[Address, ...]]
    owned: tuple[LiveResource, ...]
    owners: Mapping[Address, Owner]
    shallow: Mapping[str, Address]
    ledger: Ledger = EMPTY
    held: Mapping[Address, tuple[Path, ...]] = field(default_factory=dict)
    hidden: frozenset[Address] = frozenset()
    allowed: AllowList = field(default_factory=AllowList)
    left_out: frozenset[Address] = frozenset()
    elsewhere: frozenset[Address] = frozenset()

    def owner(self, live: LiveResource) -> Owner:
        """Whose a live resource is, for this run."""
        return self.owners[live.address]

    def unread(self, address: Address) -> bool:
        """Whether nothing may be created or deleted at this address because it could not be read."""
        return any(place.covers(address) for place in self.live.unread)

    def unread_below(self, address: Address) -> bool:
        """Whether something at or below this address could not be read, access included: then it must stay."""
        inside = (f"{address.key}/", f"{address.key}@")
        access = {f"{each.key}@" for each in (address, *address.ancestors)}
        return self.unread(address) or any(
            place.under.startswith(inside) or place.under in access for place in self.live.unread
        )

    def declared_above(self, address: Address) -> DesiredResource | None:
        """The nearest declared resource above an address."""
        return next((self.desired[parent] for parent in address.ancestors if parent in self.desired), None)

    def live_versions(self, definition: Address) -> tuple[LiveResource, ...]:
        """The live versions of a definition."""
        return tuple(self.live.resources[address] for address in self.versions.get(definition, ()))


def context_of(
    desired: Mapping[Address, DesiredResource],
    live: LiveState,
    options: Options,
    now: datetime,
    ledger: Ledger = EMPTY,
) -> Context:
    """Gather the look-ups of one plan."""
    versions: dict[Address, list[Address]] = {}
    for address in live.resources:
        if address.kind is Kind.IMAGE_VERSION and (parent := address.parent) is not None:
            versions.setdefault(parent, []).append(address)
    children = {key: tuple(sorted(names)) for key, names in versions.items()}
    owners = {address: owner_of(found, options.owner) for address, found in live.resources.items()}
    ours = [found for address, found in live.resources.items() if owners[address] is Owner.OURS]
    owned = tuple(sorted(ours, key=lambda found: found.address))
    known, shallow = with_roles(desired, live.roles), _shallow(desired, live)
    return Context(known, live, options, now, children, owned, owners, shallow, ledger)


def _shallow(desired: Mapping[Address, DesiredResource], live: LiveState) -> dict[str, Address]:
    """By the key of a source the first version that is replicated Shallow from it, or is to be (fact 2.4/15)."""
    readers = sorted(
        (address, source_key(found.body))
        for resources in (live.resources, desired)
        for address, found in resources.items()
        if _reads_on(found.body)
    )
    return {source: reader for reader, source in reversed(readers) if source}


def _reads_on(body: Mapping[str, Any]) -> bool:
    """Whether a version may keep reading from its source; what nobody can read may."""
    profile = body.get("publishingProfile")
    return profile.get("replicationMode") == "Shallow" if isinstance(profile, Mapping) else bool(profile)


def with_roles(desired: Mapping[Address, DesiredResource], roles: Mapping[str, str]) -> dict[Address, DesiredResource]:
    """The desired resources with every custom role given the GUID it was found under (`roles`: see LiveState).

    Raises InvalidInput where two access lines turn out to be one assignment.
    """
    resolved: dict[Address, DesiredResource] = {}
    for resource in desired.values():
        known = _with_role(resource, roles)
        twin = resolved.get(known.address)
        if twin is not None:
            first, second = sorted((twin.origin, known.origin))
            message = (
                f"{known.address} is declared twice, once by the role's name and once by its GUID; first at {first}"
            )
            found = Diagnostic(second, "duplicate-resource", message, "keep one of the two lines")
            raise InvalidInput("the manifests cannot be used", (found,))
        resolved[known.address] = known
    return resolved


def _with_role(resource: DesiredResource, roles: Mapping[str, str]) -> DesiredResource:
    access = resource.address.access
    if access is None:
        return resource
    role_id = access.role_id or roles.get(role_key(resource.address.scope, access.role))
    if role_id is None:
        return resource
    address = replace(resource.address, access=replace(access, role_id=role_id))
    return replace(resource, address=address, body={**resource.body, "roleDefinitionId": role_id})
