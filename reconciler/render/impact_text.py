"""What a plan means for users, in few lines between its lists and its summary; what stays as it is, is not shown.

`latest` before and after, limits that come nearer, replicas and gigabytes. What hurts comes first: no cut hides it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from reconciler.model.address import Address, Kind
from reconciler.model.impact import Counted, Latest, Limit, LimitLevel, Replicated, Volume
from reconciler.model.plan import Plan
from reconciler.render.layout import items
from reconciler.render.paint import Page
from reconciler.render.words import ARROW, safe, where

LABEL = 9
MOST_LINES = 10
MOST_PARTS = 8
MOST_REGIONS = 4
NOTHING = "nothing"
DOUBTS = {Replicated.NO: " (not there yet)", Replicated.UNKNOWN: " (replication unknown)"}
HURTS = "! "


def impact_lines(plan: Plan, page: Page) -> Iterator[str]:
    """All lines; none where a plan means nothing to anybody."""
    yield from _labelled("latest", _latest(plan, page), page)
    yield from _labelled("limits", _limits(plan, page), page)
    yield from _labelled("storage", volume_entries(plan.volumes), page)


def _labelled(label: str, entries: Iterable[list[str]], page: Page) -> Iterator[str]:
    """Entries of parts below one label, as many as fit into some lines, and the number of the others."""
    listed, shown = list(entries), 0
    for number, parts in enumerate(listed):
        lines = items(_few(parts), page.width, " " * (LABEL + 2), f"{'' if shown else label:{LABEL}}")
        if number and shown + len(lines) > MOST_LINES:
            yield f"{'':{LABEL}}and {len(listed) - number} more"
            return
        shown += len(lines)
        yield from (page.paint(line, "stop") for line in lines) if parts[0].startswith(HURTS) else lines


def _few(parts: list[str]) -> list[str]:
    kept = parts[:MOST_PARTS]
    return kept if len(kept) == len(parts) else [*kept, f"and {len(parts) - len(kept)} more"]


def latest_entries(plan: Plan) -> Iterator[tuple[Address, list[str]]]:
    """Each definition with what changes of its `latest`: losses region by region, then a definition each."""
    shown = [row for row in plan.latest if row.before != row.after or row.replicated in DOUBTS]
    all_regions = Counter(row.definition for row in plan.latest)
    moves: dict[Address, dict[str, list[str]]] = {}
    for row in shown:
        if row.lost:
            yield row.definition, [f"{HURTS}{safe(row.region)} {_move(row)}"]
        else:
            moves.setdefault(row.definition, {}).setdefault(_move(row), []).append(safe(row.region))
    for definition, regions in moves.items():
        yield definition, [f"{_regions(at, all_regions[definition])} {move}" for move, at in regions.items()]


def _latest(plan: Plan, page: Page) -> Iterator[list[str]]:
    names = _names(plan, page) if plan.latest else {}
    for definition, (first, *others) in latest_entries(plan):
        lost = first.startswith(HURTS)
        named = f"{HURTS}{names[definition]} {first.removeprefix(HURTS)}" if lost else f"{names[definition]}  {first}"
        yield [named, *others]


def _regions(regions: list[str], of: int) -> str:
    """Regions by name while these are few; `of` is how many there are in all."""
    if len(regions) <= MOST_REGIONS:
        return ", ".join(regions)
    if len(regions) == of:
        return f"all {of} regions"
    named = regions[: MOST_REGIONS - 1]
    return f"{', '.join(named)} and {len(regions) - len(named)} more regions"


def _move(row: Latest) -> str:
    before, after = safe(row.before or NOTHING), safe(row.after or NOTHING)
    return (before if before == after else f"{before}{ARROW}{after}") + DOUBTS.get(row.replicated, "")


def _names(plan: Plan, page: Page) -> dict[Address, str]:
    """Definitions by their own names where no other definition that the plan knows of has the same."""
    known = {row.definition for row in plan.latest}
    known |= {action.address for action in plan.actions if action.address.kind is Kind.IMAGE_DEFINITION}
    times = Counter(each.name.lower() for each in known)
    return {
        row.definition: safe(row.definition.name)
        if times[row.definition.name.lower()] == 1
        else where(row.definition, page)
        for row in plan.latest
    }


def _limits(plan: Plan, page: Page) -> Iterator[list[str]]:
    """Limits nearly used up or exceeded one by one, then those that only come nearer or go further off."""
    for words in hard_limits(plan, page):
        yield [f"{HURTS}{words}"]
    easy = easy_limits(plan, page)
    if easy:
        yield easy


def hard_limits(plan: Plan, page: Page) -> list[str]:
    """The limits that are nearly used up or exceeded, and how far."""
    return [f"{_limit(row, plan, page)}, {_used(row)}" for row in plan.limits if row.level is not LimitLevel.OK]


def easy_limits(plan: Plan, page: Page) -> list[str]:
    """The limits that are far, and come nearer or go further off."""
    rows = (row for row in plan.limits if row.level is LimitLevel.OK and row.before != row.after)
    return [_limit(row, plan, page) for row in rows]


def _limit(row: Limit, plan: Plan, page: Page) -> str:
    count = f"{row.before:,}{ARROW}{row.after:,}" if row.before != row.after else f"{row.after:,}"
    if row.address is not None:
        return f"{row.what} of {where(row.address, page)} in {safe(row.region)} {count} of {row.most:,}"
    at = f" (sub …{row.subscription[-4:]})" if plan.target.spans_subscriptions else ""
    return safe(f"{row.what} seen in {row.region}{at} {count} of {row.most:,}")


def _used(row: Limit) -> str:
    if row.level is LimitLevel.OVER:
        return "over the limit"
    return "more than are of use" if row.what is Counted.REPLICAS else f"{row.after * 100 // row.most} % used"


def volume_entries(rows: tuple[Volume, ...]) -> Iterator[list[str]]:
    """The sum, then each region and storage type where there are several."""
    if not rows:
        return
    total = _stored(
        sum(row.replicas_after - row.replicas_before for row in rows),
        sum(row.gigabytes_after - row.gigabytes_before for row in rows),
    )
    unknown = ["of some versions the size is not known yet"] if any(row.unknown_sizes for row in rows) else []
    largest = sorted(rows, key=lambda row: -abs(row.replicas_after - row.replicas_before))
    places = [_volume(row) for row in largest]
    yield [*total, *unknown] if len(places) > 1 else [*places, *unknown]
    if len(places) > 1:
        yield places


def _volume(row: Volume) -> str:
    kind = safe(row.storage_type) or "storage type left to Azure"
    change = _stored(row.replicas_after - row.replicas_before, row.gigabytes_after - row.gigabytes_before)
    return f"{safe(row.region)} {kind} {', '.join(change)}"


def _stored(replicas: int, gigabytes: int) -> list[str]:
    return [f"replicas {replicas:+,}", *([f"stored {gigabytes:+,} GB"] if gigabytes else [])]
