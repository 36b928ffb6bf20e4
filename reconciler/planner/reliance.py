"""What a saved plan's deletes rely on without writing it: that another version is still there to be used.

Apart from the fit of single actions because a guard judged several resources together when the plan was made, and the
ones that stay may have gone since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Plan, Verb
from reconciler.model.state import LiveResource, mapping
from reconciler.planner.fate import usable
from reconciler.planner.options import names
from reconciler.planner.rebase import Moved

LIFTED: Final = "--allow-last-version "


@dataclass(frozen=True, slots=True)
class Reliance:
    """A definition that loses a usable version while the plan counts on others: what goes, and what it has to keep.

    `profiles` are the publishing profiles the plan itself writes to versions that stay.
    """

    going: Address
    keeping: tuple[Address, ...]
    profiles: Mapping[Address, Mapping[str, Any]]


def reliances(plan: Plan) -> tuple[Reliance, ...]:
    """One for each definition that stays, loses a usable version and is given none; not where the guard was lifted."""
    lifted = frozenset(each.removeprefix(LIFTED) for each in plan.overrides if each.startswith(LIFTED))
    deleted = {action.address for action in plan.writes if action.removes}
    made = {action.address.parent for action in plan.writes if _makes(action)}
    found: dict[Address, Reliance] = {}
    for action in plan.writes:
        parent = action.address.parent
        if not _costs(action) or parent is None or parent in deleted or parent in made:
            continue
        if not names(lifted, action.address) and not names(lifted, parent):
            keeping = _keeping(plan, parent, deleted)
            if keeping:
                found.setdefault(parent, Reliance(action.address, keeping, _profiles(plan, keeping)))
    return tuple(found.values())


def bereft(reliance: Reliance, fresh: Mapping[Address, LiveResource | None]) -> Moved | None:
    """Why the delete must not happen any more: none of the versions that were to stay can be used now."""
    for address in reliance.keeping:
        live = fresh.get(address)
        if live is not None and live.state == "Succeeded":
            profile = reliance.profiles.get(address) or _profile(live.body)
            if usable(profile):
                return None
    return Moved(reliance.going, f"would be the last usable version of {reliance.going.image}: the others are gone now")


def _costs(action: Action) -> bool:
    """Whether an action takes a version away that could be used."""
    costly = action.verb is Verb.DELETE and action.address.kind is Kind.IMAGE_VERSION
    return costly and usable(_profile(action.expected or {}))


def _makes(action: Action) -> bool:
    """Whether an action brings a version that can be used."""
    made = action.verb is Verb.CREATE and action.address.kind is Kind.IMAGE_VERSION
    return made and usable(_profile(action.properties))


def _profile(body: Any) -> Mapping[str, Any]:
    """The publishing profile of canonical fields; empty where something of a type nobody expects is in its place."""
    return mapping(mapping(body).get("publishingProfile"))


def _keeping(plan: Plan, definition: Address, deleted: set[Address]) -> tuple[Address, ...]:
    known = (*(each.address for each in plan.actions), *plan.unowned, *(row.address for row in plan.undeclared))
    return tuple(
        dict.fromkeys(
            address
            for address in known
            if address.parent == definition and address.kind is Kind.IMAGE_VERSION and address not in deleted
        )
    )


def _profiles(plan: Plan, addresses: tuple[Address, ...]) -> Mapping[Address, Mapping[str, Any]]:
    """What the last write to each of the addresses publishes."""
    return {
        action.address: _profile(action.properties)
        for action in plan.writes
        if action.address in addresses and action.body is not None
    }
