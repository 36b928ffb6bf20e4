"""What `latest` resolves to in each region before and after a plan: the highest number, not the last one written.

A version is offered where it is provisioned, replicated to and not excluded; while it is updated it goes on serving.
Only definitions that the plan touches are looked at: nowhere else can anything change, and ten thousand versions that
stay as they are cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.kinds.scalars import version_number
from reconciler.kinds.version_checks import REGIONS
from reconciler.model.address import Address, Kind
from reconciler.model.impact import Latest, Replicated
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource, Unread, mapping
from reconciler.planner.afterwards import SUCCEEDED, Afterwards
from reconciler.planner.diff import dig, entries
from reconciler.planner.fate import offered

Replication = Mapping[Address, tuple[RegionProgress, ...] | Unread]
STATES = {"Completed": Replicated.YES, "Replicating": Replicated.NO, "Failed": Replicated.NO}
SERVING = frozenset({SUCCEEDED, "Updating"})
PERHAPS = frozenset({"Failed", "Migrating"})  # it may have failed in one region and serve in the others (fact 4.3/15)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A version offered in some regions; in `coming` it is only because the plan takes it there.

    In `unsure` ones only its replication can tell whether it serves; nobody can ask that of one in the recycle bin.
    """

    address: Address
    regions: frozenset[str]
    coming: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    in_bin: bool = False

    @property
    def rank(self) -> tuple[tuple[int, int, int], Address]:
        """What the highest number is judged by."""
        return version_number(self.address.version), self.address


_Side = dict[Address, list[_Candidate]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of replication, None where nobody asks, and whom else to ask."""

    replication: Replication | None
    missing: set[Address] = field(default_factory=set)

    def told(self, offer: _Candidate, region: str) -> Replicated:
        if offer.in_bin:
            return Replicated.UNKNOWN
        if self.replication is None:
            return Replicated.UNKNOWN if region in offer.unsure else Replicated.NOT_ASKED
        if offer.address not in self.replication:
            self.missing.add(offer.address)
            return Replicated.UNKNOWN
        found = self.replication[offer.address]
        states = {each.region: each.state for each in found} if not isinstance(found, Unread) else {}
        return STATES.get(states.get(region, ""), Replicated.UNKNOWN)


def latest_rows(later: Afterwards, replication: Replication | None) -> tuple[Latest, ...]:
    """A row for each region of each definition that the plan touches, changed or not, in order.

    Of a definition with versions that could not be read nothing is said: one of them may be the latest.
    `replication` is what was read of the versions named by `questions`, None where nobody asks for it.
    """
    return tuple(_rows(later, _Asked(replication)))


def questions(later: Afterwards, known: Replication) -> tuple[Address, ...]:
    """The versions whose replication decides and is not known yet: ask, add what is read, and look again.

    A version further down counts only once all above it are known not to have arrived.
    """
    asked = _Asked(known)
    for _ in _rows(later, asked):
        pass
    return tuple(sorted(asked.missing))


def _rows(later: Afterwards, asked: _Asked) -> Iterator[Latest]:
    before, after = _sides(later)
    for definition in sorted(before.keys() | after.keys()):
        old, new = (_descending(side.get(definition, ())) for side in (before, after))
        for region in sorted({region for each in (*old, *new) for region in each.regions}):
            yield _row(definition, region, (old, new), asked)


def _row(definition: Address, region: str, sides: tuple[list[_Candidate], list[_Candidate]], asked: _Asked) -> Latest:
    """What is said of one region. Where a version may or may not serve, the worse of the two is said, in doubt."""
    row = _told(definition, region, sides, asked, trusting=True)
    if not any(region in offer.unsure for side in sides for offer in side):
        return row
    cautious = _told(definition, region, sides, asked, trusting=False)
    return max(row, cautious, key=lambda each: (each.lost, each.before != each.after))


def _told(
    definition: Address,
    region: str,
    sides: tuple[list[_Candidate], list[_Candidate]],
    asked: _Asked,
    *,
    trusting: bool,
) -> Latest:
    (was, known), (becomes, state) = (_resolve(side, region, asked, trusting=trusting) for side in sides)
    doubt = Replicated.UNKNOWN if Replicated.UNKNOWN in (known, state) else state
    return Latest(definition, region, was, becomes, doubt)


def _sides(later: Afterwards) -> tuple[_Side, _Side]:
    """What is offered before and after, by definition, of all definitions touched and read."""
    touched = {address for address in map(_definition, later.touched) if address is not None}
    definitions = {address for address in touched if not _in_doubt(address, later.unread)}
    before: _Side = {}
    after: _Side = {}
    for address, live in later.live.items() if definitions else ():
        if address.kind is Kind.IMAGE_VERSION and (definition := _definition(address)) in definitions:
            before.setdefault(definition, []).append(offer := _offer(live))
            if address not in later.touched:
                after.setdefault(definition, []).append(offer)
    for address, there, becomes in later.pairs(Kind.IMAGE_VERSION):
        if becomes is not None and (definition := _definition(address)) in definitions:
            after.setdefault(definition, []).append(_written(later, becomes, there))
    return before, after


def _in_doubt(definition: Address, unread: tuple[Unread, ...]) -> bool:
    """Whether a version of a definition may be there unseen; access that could not be read hides none."""
    return any(
        "@" not in place.under and (place.covers(definition) or place.under.startswith(f"{definition.key}/"))
        for place in unread
    )


def _definition(address: Address) -> Address | None:
    return address.parent if address.kind is Kind.IMAGE_VERSION else address if address.image else None


def _offer(version: LiveResource) -> _Candidate:
    """Where a version is offered: nowhere unless it is provisioned, and perhaps where that failed (fact 3.3)."""
    profile = mapping(version.body.get("publishingProfile"))
    entries = _entries(version.body) if version.state in SERVING | PERHAPS else ()
    regions = frozenset(_region(entry) for entry in entries if offered(profile, entry))
    return _Candidate(version.address, regions, unsure=regions if version.state in PERHAPS else frozenset())


def _written(later: Afterwards, becomes: LiveResource, live: LiveResource | None) -> _Candidate:
    """The offer of a version that the plan writes: where it is not provisioned today, only the plan takes it.

    Of one that comes back from the recycle bin nothing is known but its home region, where it is perhaps.
    """
    offer = _offer(becomes)
    if becomes.address in later.restored:
        return _Candidate(offer.address, offer.regions, unsure=offer.regions, in_bin=True)
    there = _offer_anywhere(live) if live is not None and becomes.address not in later.made else frozenset()
    served = there if live is not None and live.state in SERVING else frozenset()
    unsure = there & offer.regions if live is not None and live.state in PERHAPS else frozenset()
    return _Candidate(offer.address, offer.regions, offer.regions - served, unsure)


def _offer_anywhere(live: LiveResource) -> frozenset[str]:
    return frozenset(_region(entry) for entry in _entries(live.body))


def _region(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name") or "")


def _entries(body: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The target regions of a version; without any it is in its own (fact 2.4/1)."""
    regions = entries(dig(body, REGIONS))
    return regions.values() if regions else ({"name": body.get("location")},)


def _descending(offers: Iterable[_Candidate]) -> list[_Candidate]:
    return sorted(offers, key=lambda offer: offer.rank, reverse=True)


def _resolve(
    offers: Iterable[_Candidate], region: str, asked: _Asked, *, trusting: bool = True
) -> tuple[str, Replicated]:
    """The version `latest` gives in a region and whether the newest offered one has arrived there.

    What is known not to have arrived is passed over; what is not known is named, and stays in doubt. Without `trusting`
    a version that perhaps serves is passed over too.
    """
    arrived = Replicated.NOT_ASKED if asked.replication is None else Replicated.YES
    for offer in offers:
        if region not in offer.regions:
            continue
        name, unsure = offer.address.version or "", region in offer.unsure
        if region in offer.coming and not (unsure and asked.told(offer, region) is Replicated.YES):
            return name, arrived if asked.replication is None else Replicated.NO
        state = asked.told(offer, region)
        if unsure and not trusting and state is Replicated.UNKNOWN:
            arrived = state
        elif state is not Replicated.NO:
            return name, arrived if state in (Replicated.YES, Replicated.NOT_ASKED) else state
        else:
            arrived = Replicated.NO
    return "", arrived
