"""The story of one resource as text and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.explain.reasons import REASONS
from reconciler.explain.story import Story, fact_of, rule_words
from reconciler.manifest.policy import WORDS
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import Action, Plan, Refusal, Verb
from reconciler.planner.document import plan_document
from reconciler.render.action_text import change_lines
from reconciler.render.declared import declared_items
from reconciler.render.layout import fold, items
from reconciler.render.paint import Page
from reconciler.render.words import safe, where

LABEL = 11
SHOWN = 8


def why_text(story: Story, page: Page) -> str:
    """The story as text ending in a newline."""
    blocks = [_head(story, page), _facts(story, page)]
    several = len(story.actions) > 1
    shown = [action for action in story.actions if action.reasons or action.changes]
    blocks += [list(_action(action, page, several=several)) for action in shown]
    blocks += [list(_refusal(refusal, page)) for refusal in story.refusals]
    blocks += [_unread(story, page), _order(story, page)]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(story: Story, page: Page) -> list[str]:
    title = items([where(story.address, page), str(story.address.kind)], page.width, "  ", "")
    return [*(page.paint(line, "bold") for line in title), *fold(f"  {safe(story.verdict)}", page.width, "  ")]


def _facts(story: Story, page: Page) -> list[str]:
    lines = _labelled("declared", [str(story.declared.origin) if story.declared else "nowhere"], page)
    lines += _labelled("policy", _policy(story), page)
    lines += _labelled("live", [story.live_words], page)
    lines += _labelled("owner", [story.owner_words], page)
    if story.undeclared is not None:
        row = story.undeclared
        told = [row.words, row.hazard, f"would meet {', '.join(row.guards)}" if row.guards else ""]
        lines += _labelled("undeclared", [" · ".join(filter(None, told))], page)
    for note in story.notes:
        lines += _labelled("note", [note], page)
    return lines


def _policy(story: Story) -> list[str]:
    """What the policy states, and where: here or at what is above."""
    return [
        f"{row['word']}: {row['value']} ({row['origin']}{f', of {place}' if (place := row['inheritedFrom']) else ''})"
        for row in _policy_rows(story)
    ]


def _policy_rows(story: Story) -> list[dict[str, str]]:
    if story.declared is None:
        return []
    rows = []
    for word, (attribute, _) in WORDS.items():
        origin = story.declared.policy_origins.get(attribute)
        if origin is not None:
            value = getattr(story.declared.policy, attribute)
            told = str(value).lower() if isinstance(value, bool) else str(value)
            above = _stated_above(story, attribute, origin)
            rows.append({"word": word, "value": told, "origin": str(origin), "inheritedFrom": above})
    return rows


def _stated_above(story: Story, attribute: str, origin: Origin) -> str:
    return next((str(each) for each, stated in story.above if stated.get(attribute) == origin), "")


def _labelled(label: str, sentences: Iterable[str], page: Page) -> list[str]:
    lines: list[str] = []
    for sentence in sentences:
        for part in fold(safe(sentence), page.width - LABEL - 2, ""):
            lines.append(f"  {label if not lines else '':<{LABEL}}{part}")
    return lines


def _action(action: Action, page: Page, *, several: bool) -> Iterator[str]:
    """One action; of several each says what it is for, of one the verdict said so."""
    head = f"{action.verb}: {action.words}" if several and action.words else str(action.verb)
    yield from fold(safe(head), page.width, "  ")
    for reason in action.reasons:
        yield from fold(f"    {reason}: {REASONS[reason]}", page.width, "      ")
    if action.verb is Verb.CREATE:
        yield from items(declared_items(action), page.width)
        return
    for change in action.changes:
        yield from change_lines(change, page)
        fact = fact_of(action.address, change)
        told = f"{change.rule}: {rule_words(change)}" + (f" · fact {fact}" if fact else "")
        yield from (page.paint(line, "dim") for line in fold(f"      {told}", page.width, "      "))
    if action.hazard:
        yield from (page.paint(line, "stop") for line in fold(f"    ! {safe(action.hazard)}", page.width))


def _refusal(refusal: Refusal, page: Page) -> Iterator[str]:
    yield from (page.paint(line, "stop") for line in fold(f"refused {refusal.rule}", page.width))
    yield from fold(f"    {safe(refusal.message)}", page.width)
    for change in refusal.changes:
        yield from change_lines(change, page)
    if refusal.ways_out:
        first, *others = map(safe, refusal.ways_out)
        yield from items([f"ways out: {first}", *others], page.width, "      ", "    ")
    yield from fold(f"    more: reconciler explain {refusal.rule}", page.width)


def _unread(story: Story, page: Page) -> list[str]:
    lines: list[str] = []
    for place in story.unread:
        lines += fold(f"unread {safe(place.where)}: {safe(place.code)}", page.width)
        lines += fold(f"    {safe(place.message)}", page.width)
        lines += fold(f"    hint: {safe(place.hint)}", page.width) if place.hint else []
    return lines


def _order(story: Story, page: Page) -> list[str]:
    lines: list[str] = []
    for heading, actions in (("must happen first:", story.first), ("waits for it:", story.after)):
        if not actions:
            continue
        lines.append(heading)
        for action in actions[:SHOWN]:
            lines += fold(
                f"    {where(action.address, page)}: {safe(action.words or action.verb)}", page.width, "      "
            )
        lines += [f"    and {len(actions) - SHOWN} more"] if len(actions) > SHOWN else []
    return lines


def why_document(story: Story, plan: Plan) -> dict[str, Any]:
    """The story as JSON-ready values; actions, refusals and unread as in a plan, each change with its fact."""
    document = plan_document(plan)
    address = story.address.text(with_subscription=True)
    own = {action.id: action for action in story.actions}
    actions = [action for action in document["actions"] if action["id"] in own]
    for action in actions:
        for shown, change in zip(action["changes"], own[action["id"]].changes, strict=True):
            shown["fact"] = fact_of(story.address, change)
    held = [plan.refusals.index(refusal) for refusal in story.refusals]
    return {
        "schemaVersion": document["schemaVersion"],
        "address": address,
        "kind": str(story.address.kind),
        "verdict": story.verdict,
        "declared": str(story.declared.origin) if story.declared else None,
        "policy": _policy_rows(story),
        "live": {"words": story.live_words, "resourceId": story.live.resource_id if story.live else None},
        "owner": story.owner_words,
        "actions": actions,
        "refusals": [document["refusals"][at] for at in held],
        "undeclared": next((row for row in document["undeclared"] if row["address"] == address), None),
        "unread": [row for row, place in zip(document["unread"], plan.unread, strict=True) if place in story.unread],
        "requires": [_neighbour(action) for action in story.first],
        "requiredBy": [_neighbour(action) for action in story.after],
        "reasons": {str(reason): REASONS[reason] for action in story.actions for reason in action.reasons},
        "notes": list(story.notes),
    }


def _neighbour(action: Action) -> dict[str, str]:
    address = action.address.text(with_subscription=True)
    return {"id": action.id, "address": address, "verb": str(action.verb), "words": action.words}
