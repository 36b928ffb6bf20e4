"""How many actions may be under way at a time, in one gallery and in one subscription.

Apart from the pace of requests: an action occupies its slot from its first request to its end, hours for a version.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reconciler.model.address import Address


@dataclass(frozen=True, slots=True)
class Room:
    """At most so many at a time. Versions of one definition may be written in parallel (fact 7/6)."""

    gallery: int = 200
    subscription: int = 400


class Slots:
    """The slots of one run; used by the thread that walks the plan alone."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._galleries: Counter[tuple[str, str, str]] = Counter()
        self._subscriptions: Counter[str] = Counter()

    def take(self, address: Address) -> bool:
        """Take a slot for a resource; whether there was one."""
        gallery = _gallery(address)
        full = self._galleries[gallery] >= self._room.gallery
        if full or self._subscriptions[gallery[0]] >= self._room.subscription:
            return False
        self._galleries[gallery] += 1
        self._subscriptions[gallery[0]] += 1
        return True

    def give(self, address: Address) -> None:
        """Give a slot back."""
        gallery = _gallery(address)
        self._galleries[gallery] -= 1
        self._subscriptions[gallery[0]] -= 1


def _gallery(address: Address) -> tuple[str, str, str]:
    return address.subscription.lower(), address.group.lower(), address.gallery.lower()
