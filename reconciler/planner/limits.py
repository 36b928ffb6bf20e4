"""How near a plan comes to what a subscription may have in a region, and to the replicas one version may have.

Only what was read is counted, so the true numbers may be higher: a limit that seems far is no promise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.kinds.version_checks import MANY_REPLICAS
from reconciler.model.address import Address, Kind
from reconciler.model.impact import Counted, Limit, LimitLevel
from reconciler.model.state import LiveResource
from reconciler.planner.afterwards import Afterwards
from reconciler.planner.options import Options
from reconciler.planner.replicas import replicas_by_region

NEAR_PERCENT = 80
COUNTED = {
    Kind.GALLERY: Counted.GALLERIES,
    Kind.IMAGE_DEFINITION: Counted.DEFINITIONS,
    Kind.IMAGE_VERSION: Counted.VERSIONS,
}
ORDER = tuple(Counted)
Place = tuple[Counted, str, str]


def limit_rows(later: Afterwards, options: Options) -> tuple[Limit, ...]:
    """A row for each place in which the plan writes what is counted, and for each that is used up to 80 %.

    Places are what is counted, a subscription and a region (facts 6/1–6/3). Of replicas only the versions that the
    plan writes, and only where they are many (fact 6/4).
    """
    before = _counts(later)
    after, touched = Counter(before), set()
    for place, live, becomes in _moves(later):
        after[place] += (becomes is not None) - (live is not None)
        touched.add(place)
    rows = []
    for place in sorted(before.keys() | after.keys(), key=lambda each: (ORDER.index(each[0]), *each[1:])):
        most = options.most(place[0])
        level = _level(after[place], most)
        if place in touched or level is not LimitLevel.OK:
            rows.append(Limit(*place, before[place], after[place], most, level))
    return (*rows, *_replica_rows(later, options))


def crowded(later: Afterwards, options: Options) -> tuple[tuple[Limit, tuple[Address, ...]], ...]:
    """The places that creates would overfill, each with the creates: `after` counts them beside all that is there.

    What the same plan deletes makes no room: it goes after the new is there.
    """
    creates: dict[Place, list[Address]] = {}
    for place, live, becomes in _moves(later):
        if live is None and becomes is not None:
            creates.setdefault(place, []).append(becomes.address)
    before = _counts(later) if creates else Counter()
    found = []
    for place in sorted(creates, key=lambda each: (ORDER.index(each[0]), *each[1:])):
        count, most = before[place] + len(creates[place]), options.most(place[0])
        if count > most:
            found.append((Limit(*place, before[place], count, most, LimitLevel.OVER), tuple(sorted(creates[place]))))
    return tuple(found)


def _counts(later: Afterwards) -> Counter[Place]:
    return Counter(_place(address, live) for address, live in later.live.items() if address.access is None)


def _moves(later: Afterwards) -> Iterator[tuple[Place, LiveResource | None, LiveResource | None]]:
    for kind in COUNTED:
        for address, live, becomes in later.pairs(kind):
            there = becomes or live
            if there is not None:
                yield _place(address, there), live, becomes


def _place(address: Address, resource: LiveResource) -> Place:
    return COUNTED[address.kind], address.subscription.lower(), str(resource.body.get("location") or "")


def _level(count: int, most: int) -> LimitLevel:
    if count > most:
        return LimitLevel.OVER
    return LimitLevel.NEAR if count * 100 >= most * NEAR_PERCENT else LimitLevel.OK


def _replica_rows(later: Afterwards, options: Options) -> Iterator[Limit]:
    most = options.most(Counted.REPLICAS)
    for address, live, becomes in sorted(later.stored(), key=lambda pair: pair[0]):
        now = replicas_by_region(live.body) if live is not None else Counter()
        then = replicas_by_region(becomes.body) if becomes is not None else Counter()
        for region, count in sorted(then.items()):
            level = _level(count, most)
            if level is LimitLevel.OK and count > MANY_REPLICAS:
                level = LimitLevel.NEAR
            if level is not LimitLevel.OK:
                subscription = address.subscription.lower()
                yield Limit(Counted.REPLICAS, subscription, region, now[region], count, most, level, address)
