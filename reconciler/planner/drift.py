"""Drift: what in Azure is neither as it was last applied nor as it is declared.

A changed manifest is no drift, and neither is what nobody declares or what was never applied. Where the ledger knows
nothing of a resource, what is declared stands in for what was applied.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.kinds.registry import rules_of
from reconciler.model.drift import Drift, DriftedResource
from reconciler.model.ledger import Applied
from reconciler.model.plan import Change
from reconciler.model.state import DesiredResource, LiveResource, Path, Unread
from reconciler.planner.bodies import merged_body
from reconciler.planner.causes import OWNER_PATH, kept
from reconciler.planner.context import Context
from reconciler.planner.detect import undecided, upkeep
from reconciler.planner.diff import changes_between
from reconciler.planner.ownership import Owner


def drift_of(context: Context) -> Drift:
    """Compare every declared resource. Pure; the ledger is asked only where live and declared differ."""
    found: list[DriftedResource] = []
    unread: list[Unread] = list(context.live.unread)
    busy, steady = [], 0
    for address, desired in sorted(context.desired.items()):
        live = context.live.resources.get(address)
        if live is None and context.unread(address):
            continue
        if live is None and address not in context.live.absent:
            unread.append(undecided(address))
        elif live is not None and not live.settled:
            busy.append(address)
        elif (row := _missing(context, desired) if live is None else _changed(context, desired, live)) is not None:
            found.append(row)
        else:
            steady += live is not None
    places = tuple(sorted(unread, key=lambda place: (place.under, place.code)))
    return Drift(tuple(found), places, tuple(busy), steady)


def _missing(context: Context, desired: DesiredResource) -> DriftedResource | None:
    """What was applied once and is gone; what never was is only not created yet."""
    applied = context.ledger.get(desired.address)
    if applied is None:
        return None
    return DriftedResource(desired.address, missing=True, applied=applied, origin=desired.origin)


def _changed(context: Context, desired: DesiredResource, live: LiveResource) -> DriftedResource | None:
    shape = rules_of(desired.address.kind).shape
    wanted = upkeep(context, desired, live, merged_body(desired, live.body))
    asked = changes_between(shape, wanted, live.body, desired)
    if not asked and not _disowned(context, live):
        return None
    applied = context.ledger.get(desired.address)
    if applied is None:
        return DriftedResource(desired.address, asked, origin=desired.origin) if asked else None
    changes = _drifted(desired, applied, live, asked)
    return DriftedResource(desired.address, changes, applied=applied, origin=desired.origin) if changes else None


def _disowned(context: Context, live: LiveResource) -> bool:
    """Whether the owner tag may have been taken off: no plan writes for that alone, yet it is drift."""
    tagged = rules_of(live.address.kind).has_tags
    return bool(context.options.owner) and tagged and context.owner(live) is Owner.NOBODY


def _drifted(
    desired: DesiredResource, applied: Applied, live: LiveResource, asked: tuple[Change, ...]
) -> tuple[Change, ...]:
    """The fields that are not as applied, without those that became what the manifest asks for now."""
    left = replace(desired, body=applied.body, unchecked=applied.unchecked)
    seen = kept(live.body)
    shape = rules_of(desired.address.kind).shape
    open_paths = [OWNER_PATH, *(change.path for change in asked)]
    return tuple(
        change
        for change in changes_between(shape, merged_body(left, seen), seen, desired)
        if any(_related(change.path, path) for path in open_paths)
    )


def _related(one: Path, other: Path) -> bool:
    """Whether one path is the other or lies below it."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]
