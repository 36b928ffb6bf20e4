"""What narrows a plan, for people: the part that was selected, and the differences that ignore rules hide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.address import Address
from reconciler.model.plan import Plan, dotted
from reconciler.model.restriction import LeftOut
from reconciler.render.layout import fold, two_columns
from reconciler.render.paint import Page
from reconciler.render.words import count_words, pair_words, safe, where

SHOWN = 10


def selection_lines(plan: Plan, page: Page) -> Iterator[str]:
    """That the plan is partial, what was pulled in, and what stays undone."""
    chosen = plan.selection
    if chosen is None:
        return
    flags = [*(f"--only {each}" for each in chosen.only), *(f"--except {each}" for each in chosen.excepted)]
    yield from fold(f"partial by selection: {safe(' '.join(flags))}", page.width, "  ")
    if chosen.pulled_in:
        yield from fold(f"  pulled in: {_names(chosen.pulled_in, page)}", page.width, "    ")
    plain = [left.address for left in chosen.left_out if left.needs is None]
    if plain:
        yield from fold(f"  left out: {_names(plain, page)}", page.width, "    ")
    for left in _lacking(chosen.left_out):
        needs = where(left.needs, page) if left.needs else ""
        yield from fold(f"  left out: {where(left.address, page)}, which needs {needs}", page.width, "    ")


def _lacking(left_out: Iterable[LeftOut]) -> list[LeftOut]:
    return [left for left in left_out if left.needs is not None]


def _names(addresses: Iterable[Address], page: Page) -> str:
    listed = list(addresses)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(where(address, page) for address in listed[:SHOWN]) + more


def ignored_lines(plan: Plan, page: Page) -> Iterator[str]:
    """Every hidden difference with its rule's reason, and every rule that names nothing; others are counted."""
    rules = plan.ignore_rules
    if not rules:
        return
    fields = count_words(sum(use.fields for use in rules), "field")
    counts = f"{count_words(len(rules), 'ignore rule')}, {fields}"
    if not plan.ignored:
        yield from fold(f"ignored by rule: no difference ({counts})", page.width, "  ")
    else:
        yield from fold(f"ignored by rule, live values stay ({counts}):", page.width, "  ")
    for found in plan.ignored:
        head = f"  {where(found.address, page)}  {safe(dotted(found.path))}"
        yield two_columns(head, safe(found.rule.reason), page.width)
        words = pair_words(found.live, found.declared, max(page.width - 26, 20))
        yield from fold(f"      live → declared: {words}", page.width, "        ")
    for use in rules:
        if not use.fields:
            words = f"  unused: {safe(use.rule.words)} names no field of anything declared ({safe(use.rule.reason)})"
            yield from fold(words, page.width, "    ")
