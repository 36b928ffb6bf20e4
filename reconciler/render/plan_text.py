"""The plan for people: one entry per resource with its fields and manifest lines, refusals with ways out, a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.model.plan import Level, Plan, Refusal, Source, Target, Undeclared, Verb
from reconciler.model.state import Unread
from reconciler.render.action_text import change_lines, drift_words, resource_lines
from reconciler.render.checks_text import check_lines
from reconciler.render.grouping import by_resource
from reconciler.render.impact_text import impact_lines
from reconciler.render.layout import fold, items, two_columns
from reconciler.render.narrowed_text import ignored_lines, selection_lines
from reconciler.render.paint import Page
from reconciler.render.verdict_text import Occasion, verdict_lines
from reconciler.render.words import count_words, safe, seconds_words, where

HELD = 5
UNREAD = "what could not be read"
DEFAULT_CLOUD = "AzureCloud"


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """What reading cost: resources found, requests sent, seconds; `state` is the emulator's file, "" elsewhere."""

    resources: int
    calls: int
    seconds: float
    state: str = ""


def plan_text(plan: Plan, facts: ReadFacts, page: Page, occasion: Occasion = Occasion.PLAN) -> str:
    """The whole plan as text ending in a newline; `occasion` is what it is shown for."""
    blocks = [read_header(plan.target, plan.source, facts, page)]
    blocks += ["\n".join(resource_lines(steps, page)) for steps in by_resource(plan)]
    blocks += ["\n".join(_refusal(refusal, page)) for refusal in plan.refusals]
    lists = (
        unread_lines(plan.unread, page),
        _undeclared(plan, page),
        _unowned(plan, page),
        _hints(plan, page),
        ignored_lines(plan, page),
        selection_lines(plan, page),
        _overrides(plan, page),
        impact_lines(plan, page),
        check_lines(plan, page),
        verdict_lines(plan, page, occasion),
    )
    blocks += filter(None, ("\n".join(lines) for lines in lists))
    return "\n\n".join(blocks) + "\n"


def target_items(target: Target, state: str = "") -> list[str]:
    """What a run speaks of: its target, groups, cloud where it is not the usual one, and instance."""
    scopes = ", ".join(f"{scope.group} (sub …{scope.subscription[-4:]})" for scope in target.scopes)
    parts = [f"target {target.name}", scopes or "no resource group"]
    if target.cloud != DEFAULT_CLOUD:
        parts.append(f"cloud {target.cloud}" + (f" ({state})" if state else ""))
    parts.append(f"instance {target.instance}" if target.instance else "no instance: nothing is owned")
    return [safe(part) for part in parts]


def target_text(target: Target, state: str, page: Page) -> str:
    """The header of what is not a plan."""
    return "\n".join(page.paint(line, "bold") for line in items(target_items(target, state), page.width, "  ", ""))


def read_header(target: Target, source: Source, facts: ReadFacts, page: Page) -> str:
    """The header of what was read: target, revision of the manifests, and what reading cost."""
    parts = target_items(target, facts.state)
    if source.revision:
        dirty = " with uncommitted changes" if source.dirty else ""
        parts.append(f"revision {safe(source.revision[:7])}{dirty}")
    read = f"{count_words(facts.resources, 'resource')} read in {count_words(facts.calls, 'call')}"
    parts.append(f"{read}, {seconds_words(facts.seconds)}")
    return "\n".join(page.paint(line, "bold") for line in items(parts, page.width, "  ", ""))


def _refusal(refusal: Refusal, page: Page) -> Iterator[str]:
    first = where(refusal.addresses[0], page) if refusal.addresses else UNREAD
    head = f"! {first}" if refusal.level is Level.RESOURCE else "! this run"
    yield page.paint(two_columns(head, f"refused {refusal.rule}", page.width), "stop")
    yield from fold(f"    {safe(refusal.message)}", page.width)
    for change in refusal.changes:
        yield from change_lines(change, page, drift_words(change))
    held = refusal.addresses[1:]
    if held and refusal.level is Level.RESOURCE:
        more = f" and {len(held) - HELD} more" if len(held) > HELD else ""
        names = ", ".join(where(address, page) for address in held[:HELD])
        yield from fold(f"    left alone with it: {names}{more}", page.width, "      ")
    if refusal.ways_out:
        first_way, *others = map(safe, refusal.ways_out)
        yield from items([f"ways out: {first_way}", *others], page.width, "      ", "    ")


def unread_lines(unread: Iterable[Unread], page: Page) -> Iterator[str]:
    """Every place that could not be read, why, and what to do."""
    for place in unread:
        yield page.paint(two_columns(f"? {safe(place.where)}", f"unread  {safe(place.code)}", page.width), "stop")
        yield from fold(f"    {safe(place.message)}", page.width)
        if place.hint:
            yield from fold(f"    hint: {safe(place.hint)}", page.width)


def only_undeclared(plan: Plan) -> list[Undeclared]:
    """The rows of what is no longer declared that no action and no refusal shows already."""
    shown = {action.address for action in plan.actions if action.removes or action.verb is Verb.ABANDON}
    for refusal in plan.refusals:
        if refusal.level is Level.RESOURCE:
            shown.update(refusal.addresses[: HELD + 1])
    return [row for row in plan.undeclared if row.address not in shown]


def _undeclared(plan: Plan, page: Page) -> Iterator[str]:
    rows = only_undeclared(plan)
    if rows:
        yield from fold("no longer declared, owned by this instance:", page.width, "  ")
    for row in rows:
        notes = [row.words.removeprefix("no longer declared").lstrip("; ")]
        notes += [row.hazard]
        notes += [f"would meet {', '.join(row.guards)}"] if row.guards else []
        yield two_columns(f"  {where(row.address, page)}", safe(" · ".join(filter(None, notes))), page.width)


def _unowned(plan: Plan, page: Page) -> Iterator[str]:
    if plan.unowned:
        yield from fold("in managed galleries, not declared and not this instance's:", page.width, "  ")
    for address in plan.unowned:
        yield from fold(f"  {where(address, page)}", page.width)


def _hints(plan: Plan, page: Page) -> Iterator[str]:
    for hint in plan.hints:
        yield from fold(f"hint: {safe(hint.words)}", page.width, "  ")


def _overrides(plan: Plan, page: Page) -> Iterator[str]:
    if plan.overrides:
        lifted = items(
            [f"guards lifted by hand: {safe(plan.overrides[0])}", *map(safe, plan.overrides[1:])], page.width, "  ", ""
        )
        yield from (page.paint(line, "stop") for line in lifted)
