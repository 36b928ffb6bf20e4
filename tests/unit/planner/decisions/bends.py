"""Ways in which what is live differs from what was taken: states, tags, gaps, other owners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reconciler.model.address import Address
from reconciler.model.state import LiveState, SoftDeleted, Unread
from tests.support.random_estates import OPTIONS, desired_of, taken
from tests.support.workbench import SUB
from tests.unit.planner.decisions.case import Bend
from tests.unit.planner.decisions.texts import ALL


def at(text: str) -> Callable[[Address], bool]:
    """Whether an address is the one named, without its group."""
    return lambda address: address.text().split("/", 1)[1] == text


def bent(where: str, **changes: Any) -> Bend:
    """One live resource with other values."""

    def bend(live: LiveState) -> LiveState:
        found = {
            address: replace(one, **changes) if at(where)(address) else one for address, one in live.resources.items()
        }
        assert found != dict(live.resources), where
        return replace(live, resources=found)

    return bend


def laid(where: str, **body: Any) -> Bend:
    """One live resource with other fields in its body; None takes one away."""

    def bend(live: LiveState) -> LiveState:
        (one,) = [one for address, one in live.resources.items() if at(where)(address)]
        changed = {key: value for key, value in {**one.body, **body}.items() if value is not None}
        return bent(where, body=changed)(live)

    return bend


def tagged(where: str, **tags: str | None) -> Bend:
    """One live resource with other tags."""

    def bend(live: LiveState) -> LiveState:
        (one,) = [one for address, one in live.resources.items() if at(where)(address)]
        merged = {**one.tags, **{key.replace("__", "."): value for key, value in tags.items()}}
        return laid(where, tags={key: value for key, value in merged.items() if value is not None})(live)

    return bend


def without(*names: str) -> Bend:
    """Live state without some resources."""

    def bend(live: LiveState) -> LiveState:
        kept = {address: one for address, one in live.resources.items() if address.text().split("/", 1)[1] not in names}
        return replace(live, resources=kept)

    return bend


def unread(under: str, *, access: bool = False, drop: bool = True) -> Bend:
    """Something below a place could not be read."""

    def bend(live: LiveState) -> LiveState:
        (address,) = [address for address in live.resources if at(under)(address)]
        place = Unread(f"{address.key}@" if access else address.key, under, "AuthorizationFailed", "no", "grant Reader")
        seen = {
            one: found for one, found in live.resources.items() if not drop or one == address or not place.covers(one)
        }
        return replace(live, resources=seen, unread=(place,))

    return bend


def binned(*kept: tuple[str, str, str]) -> Bend:
    """Versions in the recycle bin: name, until when they can be restored, when they are gone."""

    def bend(live: LiveState) -> LiveState:
        found = {}
        for name, until, gone in kept:
            address = Address(SUB, "rg-images", "corp", "ubuntu", name)
            found[address] = SoftDeleted(address, "westeurope", "2026-10-30T10:00:00Z", until, gone)
        return replace(live, soft_deleted=found)

    return bend


def sharing(*ids: int) -> Bend:
    """A gallery that is shared with subscriptions, as the service answers once it is asked."""
    groups = {"type": "Subscriptions", "ids": [f"00000000-0000-0000-0000-0000000001{number:02d}" for number in ids]}
    return laid("corp", sharingProfile={"permissions": "Groups", "groups": {"[Subscriptions]": groups}})


def all_of(*bends: Bend) -> Bend:
    """One bend after another."""

    def bend(live: LiveState) -> LiveState:
        for each in bends:
            live = each(live)
        return live

    return bend


def foreign(live: LiveState) -> LiveState:
    """The same estate, taken by another instance."""
    del live
    return taken(desired_of(ALL), replace(OPTIONS, instance="other"))


def nobody(live: LiveState) -> LiveState:
    """The same estate, taken without any ownership."""
    del live
    return taken(desired_of(ALL), replace(OPTIONS, instance=""))
