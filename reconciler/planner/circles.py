"""Versions that are made from each other: none of them can be made first, so none of them is planned.

Apart from the order because what has no order must be said with its names before anybody looks for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.model.address import Address
from reconciler.model.plan import Action, Level, Refusal, RefusalRule
from reconciler.planner.order import source_key


def source_circles(actions: Iterable[Action]) -> tuple[Refusal, ...]:
    """One refusal for each circle of versions to be made; what is to be made from one of them waits with it."""
    made = {action.address.key: action for action in actions if action.makes}
    keys = {key: source_key(action.properties) for key, action in made.items()}
    source = {key: made[found].address for key, found in keys.items() if found in made}
    circles: dict[frozenset[Address], list[Address]] = {}
    for action in made.values():
        circle = _circle(action.address, source)
        if circle:
            circles.setdefault(frozenset(circle), []).append(action.address)
    return tuple(_refusal(sorted(circle), sorted(held), made) for circle, held in circles.items())


def _circle(start: Address, source: Mapping[str, Address]) -> list[Address]:
    """The circle that following the sources from an address ends in; none where it ends."""
    way = [start]
    while (following := source.get(way[-1].key)) is not None:
        if following in way:
            return way[way.index(following) :]
        way.append(following)
    return []


def _refusal(circle: list[Address], held: list[Address], made: Mapping[str, Action]) -> Refusal:
    told = ", ".join(address.text() for address in circle)
    message = f"{told} are made from each other" if len(circle) > 1 else f"{told} is made from itself"
    return Refusal(
        RefusalRule.IMMUTABLE,
        Level.RESOURCE,
        tuple(dict.fromkeys((*circle, *held))),
        f"{message}: none can be made first",
        ways_out=("make one of them from something else",),
        origin=made[circle[0].key].origin,
    )
