"""Entries of a page that has little room: the most dangerous first, in full, else on one line, else counted.

Apart from what the entries say, so that one plan, several plans and findings all keep within the same bytes by the same
rule: nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

LEAST: Final = 2000
GAP: Final = 2  # bytes between entries
ROOM: Final = 360  # what a target has at least before some are left out


class Rank(IntEnum):
    """What is told first."""

    ERROR = 0
    STOPPED = 1
    UNREAD = 2
    LIFTED = 3
    PARTIAL = 4
    LOST = 5
    REMOVED = 6
    GAP = 7
    CROWDED = 8
    FIXED = 9
    CHANGED = 10
    ADOPTED = 11
    WAITING = 12
    CREATED = 13
    LATEST = 14
    STORED = 15
    HINT = 16
    KEPT = 17
    FOREIGN = 18
    REPORTED = 19
    IGNORED = 20
    WARNING = 21


NOUNS: Final = {
    Rank.ERROR: "errors",
    Rank.STOPPED: "refusals",
    Rank.UNREAD: "places that could not be read",
    Rank.LIFTED: "lists of lifted guards",
    Rank.PARTIAL: "selections",
    Rank.LOST: "losses of latest",
    Rank.REMOVED: "removals",
    Rank.GAP: "changes that leave a gap",
    Rank.CROWDED: "limits nearly used up",
    Rank.FIXED: "changes of immutable fields",
    Rank.CHANGED: "changes",
    Rank.ADOPTED: "resources taken over",
    Rank.WAITING: "resources waited for",
    Rank.CREATED: "creations",
    Rank.LATEST: "changes of latest",
    Rank.STORED: "sums of limits and storage",
    Rank.HINT: "hints",
    Rank.KEPT: "resources no longer declared",
    Rank.FOREIGN: "resources of others",
    Rank.REPORTED: "differences left alone",
    Rank.IGNORED: "ignore rules and what they hide",
    Rank.WARNING: "warnings",
}


@dataclass(frozen=True, slots=True)
class Block:
    """One entry: in full, and on one line for where that does not fit."""

    rank: Rank
    full: str
    short: str


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one target: how it stands, what it is about (also in short), and its entries in any order.

    `rest` names where to find what has no room here, `brief` is the verdict where even that has none.
    """

    verdict: str
    about: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    rest: str = "The text or JSON of the plan has them."
    brief: str = ""


def size(text: str) -> int:
    """The bytes of a text."""
    return len(text.encode(errors="replace"))


def fitted(section: Section, budget: int) -> str:
    """One section in at most `budget` bytes of UTF-8 (at least 2,000), ending in a newline."""
    return f"{_fitted(section, max(budget, LEAST) - 1)}\n"


def joined(sections: Sequence[tuple[str, Section]], closing: str, budget: int) -> str:
    """Named sections and a closing line in one budget: who needs less than an equal share leaves it to the others."""
    closing = closing if size(closing) <= max(budget, LEAST) // 4 else ""
    left = max(budget, LEAST) - 1 - size(closing) - GAP
    shown = sections[: max(left // ROOM, 1)]
    dropped = (
        f"**{len(sections) - len(shown)} more targets left out for length.**" if len(shown) < len(sections) else ""
    )
    left -= sum(size(_heading(name)) + 2 * GAP for name, _ in shown) + size(dropped) + GAP
    wanted = {name: size(_fitted(section, left)) for name, section in shown}
    texts: dict[str, str] = {}
    for done, (name, section) in enumerate(sorted(shown, key=lambda each: wanted[each[0]])):
        texts[name] = _fitted(section, left // (len(shown) - done))
        left -= size(texts[name])
    parts = [f"{_heading(name)}\n\n{texts[name]}" for name, _ in shown]
    return "\n\n".join(filter(None, [*parts, dropped, closing])) + "\n"


def _heading(name: str) -> str:
    return f"## target {name}"


def _fitted(section: Section, budget: int) -> str:
    """The section in its bytes; where even its head is too much for them, the verdict alone."""
    blocks = sorted(section.blocks, key=lambda block: block.rank)
    head = _head(section, budget)
    everything = _left_out(section, blocks, {rank: len(blocks) for rank in Rank})
    room = budget - size(head) - size(everything) - GAP
    kept: list[str] = []
    missing: dict[Rank, int] = {}
    later = sum(size(block.short) + GAP for block in blocks)  # what short forms of all that follows would take
    for block in blocks:
        later -= size(block.short) + GAP
        spare = room - min(later, room // 2)
        text = next((text for text in (block.full, block.short) if size(text) + GAP <= spare), "")
        if not text and size(block.short) + GAP <= room:
            text = block.short
        if text:
            kept.append(text)
            room -= size(text) + GAP
        else:
            missing[block.rank] = missing.get(block.rank, 0) + 1
    tail = _left_out(section, blocks, missing)
    if tail and room < 0:
        tail = f"**{sum(missing.values())} entries left out for length.**"
    return "\n\n".join(filter(None, [head, *kept, tail]))


def _head(section: Section, budget: int) -> str:
    verdict = section.verdict if size(section.verdict) <= budget // 2 or not section.brief else section.brief
    about = next((text for text in section.about if size(text) <= budget // 4), "")
    return f"{verdict}\n\n{about}" if about else verdict


def _left_out(section: Section, blocks: Iterable[Block], missing: dict[Rank, int]) -> str:
    """How many of what are not shown."""
    totals: dict[Rank, int] = {}
    for block in blocks:
        totals[block.rank] = totals.get(block.rank, 0) + 1
    parts = [f"{count} of {totals[rank]} {NOUNS[rank]}" for rank, count in sorted(missing.items()) if rank in totals]
    return f"**Left out for length: {', '.join(parts)}.** {section.rest}" if parts else ""
