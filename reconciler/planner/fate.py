"""What a plan makes of things: which marker holds for an undeclared resource, and what versions will be usable after.

Apart from guards and prune because both judge by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Verb
from reconciler.model.state import LiveResource, mapping
from reconciler.planner.context import Context
from reconciler.planner.ownership import marker_for, marker_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the declared part of a plan does to versions: `made` and `changed` map addresses to publishing profiles."""

    made: Mapping[Address, Mapping[str, Any]]
    changed: Mapping[Address, Mapping[str, Any]]

    def usable_made(self, definition: Address) -> bool:
        """Whether a definition gets a version that `latest` may resolve to."""
        return any(address.parent == definition and usable(profile) for address, profile in self.made.items())


def outlook_of(actions: Iterable[Action]) -> Outlook:
    """The outlook of the actions about declared resources; of several steps the last one counts."""
    made: dict[Address, Mapping[str, Any]] = {}
    changed: dict[Address, Mapping[str, Any]] = {}
    for action in actions:
        if action.address.kind is Kind.IMAGE_VERSION and action.body is not None:
            profile = mapping(mapping(action.body.get("properties")).get("publishingProfile"))
            if action.makes and action.verb is not Verb.RESTORE:  # nobody knows yet what a restored one is like
                made[action.address] = profile
            elif not action.makes:
                changed[action.address] = profile
    return Outlook(made, changed)


def usable(profile: Mapping[str, Any]) -> bool:
    """Whether `latest` may resolve to a version somewhere: it is offered in one of its regions."""
    regions: Any = profile.get("targetRegions") or ({},)
    entries = regions.values() if isinstance(regions, Mapping) else regions if isinstance(regions, list | tuple) else ()
    return any(offered(profile, entry) for entry in entries if isinstance(entry, Mapping))


def offered(profile: Mapping[str, Any], region: Mapping[str, Any]) -> bool:
    """Whether `latest` may resolve to a version in one of its regions: excluded neither there nor as a whole.

    Facts 2.4/7 and 2.4/10.
    """
    return not profile.get("excludeFromLatest") and not region.get("excludeFromLatest")


def marker(context: Context, live: LiveResource) -> str:
    """The marker that holds for an undeclared resource: its own, else the one of the nearest resource above it.

    Above means declared (its policy is inherited) or live (its tag); access lines carry no tag of their own.
    """
    own = marker_of(live)
    if own:
        return own
    above = context.declared_above(live.address)
    if above is not None:
        return marker_for(above.policy)
    if live.address.kind is not Kind.ROLE_ASSIGNMENT:
        return ""
    parents = (context.live.resources.get(parent) for parent in live.address.ancestors)
    return next((found for parent in parents if parent is not None and (found := marker_of(parent))), "")
