"""What a plan means beside its actions, as entries of a comment: a reviewer approves the consequences, too.

Guards lifted by hand and a selection, `latest`, limits and storage, hints, and what ignore rules hide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from reconciler.model.address import Address
from reconciler.model.plan import Plan, dotted
from reconciler.render.blocks import Block, Rank
from reconciler.render.impact_text import HURTS, easy_limits, hard_limits, latest_entries, volume_entries
from reconciler.render.markdown import code, escaped
from reconciler.render.paint import Page
from reconciler.render.words import count_words, value_words

SHOWN: Final = 10


def impact_blocks(plan: Plan, *, several: bool) -> Iterator[Block]:
    """One entry each for what may be looked for alone; sums in one."""
    page = Page(subscriptions=several)
    if plan.overrides:
        yield _line(Rank.LIFTED, f"<b>guards lifted by hand:</b> {_list(map(code, plan.overrides))}")
    yield from _selection(plan, several=several)
    for definition, parts in latest_entries(plan):
        lost = parts[0].startswith(HURTS)
        head = f"<code>latest</code> of {code(definition.text(with_subscription=several))}"
        told = " · ".join(escaped(part.removeprefix(HURTS)) for part in parts)
        yield _line(Rank.LOST, f"<b>! lost:</b> {head} {told}") if lost else _line(Rank.LATEST, f"{head} {told}")
    for words in hard_limits(plan, page):
        yield _line(Rank.CROWDED, f"<b>! limit:</b> {escaped(words)}")
    easy = easy_limits(plan, page)
    if easy:
        yield _line(Rank.STORED, f"limits: {_list(map(escaped, easy), ' · ')}")
    for parts in volume_entries(plan.volumes):
        yield _line(Rank.STORED, f"storage: {_list(map(escaped, parts), ' · ')}")
    for hint in plan.hints:
        yield _line(Rank.HINT, f"hint: {escaped(hint.words)}")
    yield from _ignored(plan, several=several)


def _line(rank: Rank, words: str) -> Block:
    return Block(rank, f"- {words}", f"- {words}")


def _list(parts: Iterable[str], between: str = ", ") -> str:
    listed = list(parts)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return between.join(listed[:SHOWN]) + more


def _selection(plan: Plan, *, several: bool) -> Iterator[Block]:
    chosen = plan.selection
    if chosen is None:
        return

    def names(addresses: Iterable[Address]) -> str:
        return _list(code(address.text(with_subscription=several)) for address in addresses)

    flags = [*(f"--only {each}" for each in chosen.only), *(f"--except {each}" for each in chosen.excepted)]
    short = f"<b>partial by selection:</b> {_list(map(code, flags))}"
    pulled = [f"pulled in: {names(chosen.pulled_in)}"] if chosen.pulled_in else []
    left = [f"left out: {names(each.address for each in chosen.left_out)}"] if chosen.left_out else []
    yield Block(Rank.PARTIAL, f"- {' · '.join([short, *pulled, *left])}", f"- {short}")


def _ignored(plan: Plan, *, several: bool) -> Iterator[Block]:
    for found in plan.ignored:
        place = f"{code(found.address.text(with_subscription=several))} {code(dotted(found.path))}"
        values = f"{code(value_words(found.live))} stays, declared is {code(value_words(found.declared))}"
        short = f"- ignored by rule: {place} ({escaped(found.rule.reason)})"
        yield Block(Rank.IGNORED, f"{short}: {values}", short)
    for use in plan.ignore_rules:
        if not use.fields:
            words = f"{code(use.rule.words)} names no field of anything declared ({escaped(use.rule.reason)})"
            yield _line(Rank.IGNORED, f"unused ignore rule: {words}")
    if plan.ignore_rules and not plan.ignored:
        yield _line(Rank.IGNORED, f"{count_words(len(plan.ignore_rules), 'ignore rule')}, no difference hidden")
