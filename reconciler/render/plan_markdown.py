"""The plan as a comment on a pull request: a verdict, then the most dangerous first, within a number of bytes.

Apart from the text because space is short there and the reader is a page, not a terminal. What does not fit is told
short, and what does not fit even so is counted: nothing is left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.model.plan import Action, Change, Level, Plan, Refusal, Verb
from reconciler.render.action_text import ACCEPTED, REASON_WORDS, SYMBOLS, own_words
from reconciler.render.blocks import Block, Rank, Section, fitted
from reconciler.render.checks_text import hindrance_words, not_checked_words, place_of
from reconciler.render.declared import creation_line, declared_items
from reconciler.render.grouping import by_resource, counted, main_action
from reconciler.render.impact_markdown import impact_blocks
from reconciler.render.markdown import code, escaped
from reconciler.render.plan_text import UNREAD, only_undeclared
from reconciler.render.words import count_words, value_words

NAME: Final = 60
HELD: Final = 5
DANGEROUS: Final = frozenset({Verb.DELETE, Verb.REPLACE, Verb.ABANDON})
FIXED: Final = frozenset({"immutable", "identity"})
RANKS: Final = {
    Verb.CREATE: Rank.CREATED,
    Verb.ADOPT: Rank.ADOPTED,
    Verb.WAIT: Rank.WAITING,
}


def plan_markdown(plan: Plan, budget: int = 60_000) -> str:
    """The whole plan as GitHub markdown, at most `budget` bytes of UTF-8 (at least 2,000), ending in a newline."""
    return fitted(plan_section(plan), budget)


def plan_section(plan: Plan) -> Section:
    """Everything there is to say of a plan, for one budget alone or with others."""
    several = plan.target.several_subscriptions
    digest = f"digest {code(plan.digest[:12])}"
    blocks = (*_blocks(plan, several=several), *impact_blocks(plan, several=several))
    return Section(_verdict(plan), (_about(plan), digest), blocks)


def _verdict(plan: Plan) -> str:
    """One line that says how it stands."""
    unchanged = f"{plan.summary.get('noop', 0)} unchanged"
    if not plan.pending and not plan.refusals and not plan.unread:
        return f"**No changes.** {unchanged}"
    counts = f"{', '.join(counted(plan))}, {unchanged}"
    stops = [f"{len(plan.refusals)} refused"] if plan.refusals else []
    stops += [f"{len(plan.unread)} unread"] if plan.unread else []
    if not stops and plan.hindered:
        return f"**{hindrance_words(plan)}: nothing would be written without `--partial`.** {counts}"
    if not stops:
        return f"**Ready to apply:** {counts}"
    lifted = "" if any(found.level is Level.RUN for found in plan.refusals) else " without `--partial`"
    return f"**{', '.join(stops)}: nothing would be written{lifted}.** {counts}"


def _about(plan: Plan) -> str:
    target, source = plan.target, plan.source
    groups = ", ".join(code(scope.group, NAME) for scope in target.scopes[:HELD])
    more = f" and {len(target.scopes) - HELD} more" if len(target.scopes) > HELD else ""
    parts = [f"target {code(target.name, NAME)}", f"groups {groups}{more}" if groups else "no resource group"]
    parts += [f"cloud {code(target.cloud, NAME)}"]
    parts += [f"instance {code(target.instance, NAME)}" if target.instance else "no instance"]
    if source.revision:
        dirty = " with uncommitted changes" if source.dirty else ""
        parts.append(f"revision {code(source.revision[:7], NAME)}{dirty}")
    return " · ".join([*parts, f"digest {code(plan.digest[:12])}"])


def _blocks(plan: Plan, *, several: bool) -> Iterator[Block]:
    for refusal in plan.refusals:
        yield _refusal(refusal, several=several)
    for place in plan.unread:
        line = f"- **unread** {code(place.where)} {escaped(place.code, NAME)}"
        hint = f" · {escaped(place.hint)}" if place.hint else ""
        yield Block(Rank.UNREAD, f"{line}: {escaped(place.message)}{hint}", line)
    yield from _checks(plan)
    for steps in by_resource(plan):
        yield _resource(steps, several=several)
    for row in only_undeclared(plan):
        name = code(row.address.text(with_subscription=several))
        notes = " · ".join(filter(None, (row.words, row.hazard, ", ".join(row.guards))))
        yield Block(Rank.KEPT, f"- {name} {escaped(notes)}", f"- {name}")
    for address in plan.unowned:
        line = f"- {code(address.text(with_subscription=several))} is not this instance's and not declared"
        yield Block(Rank.FOREIGN, line, line)


def _checks(plan: Plan) -> Iterator[Block]:
    """What stands before the first write; what is not checked is told after everything else."""
    for one in plan.checks.obstacles if plan.checks is not None else ():
        line = f"- **stopped by {one.what}** {code(place_of(one.scope))} {escaped(one.words)}"
        stops = count_words(len(one.actions), "action")
        yield Block(Rank.STOPPED, f"{line} · stops {stops} · {escaped(one.hint)}", line)
    for unknown in plan.checks.not_checked if plan.checks is not None else ():
        line = f"- {escaped(not_checked_words(unknown))}"
        yield Block(Rank.HINT, line, line)


def _refusal(refusal: Refusal, *, several: bool) -> Block:
    whole = refusal.level is Level.RUN or not refusal.addresses
    run = "this run" if refusal.level is Level.RUN else UNREAD
    name = run if whole else code(refusal.addresses[0].text(with_subscription=several))
    lines = [escaped(refusal.message)]
    lines += _table(refusal.changes)
    if len(refusal.addresses) > 1 and not whole:
        held = [code(address.text(with_subscription=several)) for address in refusal.addresses[1 : HELD + 1]]
        more = f" and {len(refusal.addresses) - HELD - 1} more" if len(refusal.addresses) > HELD + 1 else ""
        lines += ["", f"left alone with it: {', '.join(held)}{more}"]
    if refusal.ways_out:
        lines += ["", "ways out:", "", *(f"- {escaped(way)}" for way in refusal.ways_out)]
    return _details(Rank.STOPPED, f"<b>! refused {refusal.rule}</b> {name}", lines, is_open=True)


def _resource(steps: list[Action], *, several: bool) -> Block:
    main = main_action(steps)
    reasons = ", ".join(REASON_WORDS.get(str(reason), str(reason)) for reason in main.reasons)
    count = f" · {len(steps)} steps" if len(steps) > 1 else ""
    name = code(main.address.text(with_subscription=several))
    head = f"<b>{escaped(SYMBOLS[main.verb][0])} {main.verb}</b> {name} {escaped(reasons)}{count}"
    hazards = [step.hazard for step in steps if step.hazard]
    head += f" <b>{escaped(hazards[0])}</b>" if hazards else ""
    lines: list[str] = []
    for number, step in enumerate(steps, 1):
        lines += _step(step, f"{number}. " if len(steps) > 1 else "")
    return _details(_rank(main, steps), head, lines)


def _rank(main: Action, steps: list[Action]) -> Rank:
    if main.verb in DANGEROUS:
        return Rank.REMOVED
    if main.verb is Verb.NOOP:
        return Rank.REPORTED
    if any(step.hazard for step in steps):
        return Rank.GAP
    if any(change.rule in FIXED for step in steps for change in step.changes) and main.verb is not Verb.CREATE:
        return Rank.FIXED
    return RANKS.get(main.verb, Rank.CHANGED)


def _step(action: Action, number: str) -> Iterator[str]:
    if action.verb is Verb.CREATE:
        origin = f" ({code(str(action.origin))})" if action.origin else ""
        yield f"{number}{escaped(creation_line(action))}{origin}"
        declared = list(declared_items(action))
        yield from ["", *(f"- {escaped(item)}" for item in declared)] if declared else []
        return
    words = own_words(action)
    if words or number:
        yield f"{number}{escaped(words)}"
    if action.hazard:
        yield from ("", f"**{escaped(action.hazard)}**")
    yield from _table(action.changes)


def _table(changes: tuple[Change, ...]) -> Iterator[str]:
    if not changes:
        return
    yield from ("", "| field | is | becomes | asked for at |", "| --- | --- | --- | --- |")
    for change in changes:
        origin = code(str(change.origin)) if change.origin else ""
        note = f" {escaped(ACCEPTED)}" if change.rule == "accepted" else ""
        yield f"| {code(change.dotted)} | {_value(change.before)} | {_value(change.after)}{note} | {origin} |"
    yield ""


def _value(value: object) -> str:
    return code(value_words(value))


def _details(rank: Rank, head: str, lines: list[str], *, is_open: bool = False) -> Block:
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
    opening = "<details open>" if is_open else "<details>"
    short = f"- {head}"
    if not body:
        return Block(rank, short, short)
    return Block(rank, f"{opening}<summary>{head}</summary>\n\n{body}\n\n</details>", short)
