"""The plan for people: one entry per action with its fields and manifest lines, refusals with ways out, a summary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.plan import Action, Change, Level, Plan, Refusal, Verb
from reconciler.render.paint import Page
from reconciler.render.words import count_words, safe, seconds_words, two_columns, value_words

SYMBOLS = {
    Verb.CREATE: ("+", "add"),
    Verb.UPDATE: ("~", "change"),
    Verb.ADOPT: ("~", "change"),
    Verb.RESTORE: ("+", "add"),
    Verb.REPLACE: ("±", "remove"),
    Verb.SHARE: ("~", "change"),
    Verb.DELETE: ("-", "remove"),
    Verb.ABANDON: ("-", "remove"),
    Verb.WAIT: ("·", "dim"),
    Verb.NOOP: ("=", "dim"),
}
REASON_WORDS = {
    "NotInAzure": "not in Azure",
    "SpecChanged": "changed in the manifest",
    "Drifted": "drifted since the last apply",
    "Differs": "differs from the manifest",
    "NoLongerDeclared": "no longer declared",
    "AdoptRequested": "adopted",
    "OperationInFlight": "an operation is running",
    "CompanionStep": "companion step",
    "InFailedState": "failed before",
    "PolicyObserve": "left alone by policy",
    "PolicyReport": "reported only",
    "Unowned": "not owned by this instance",
    "SatisfiedByOther": "satisfied by an assignment of another name",
}


@dataclass(frozen=True, slots=True)
class ReadFacts:
    """What reading cost: resources found, requests sent, seconds."""

    resources: int
    calls: int
    seconds: float


def plan_text(plan: Plan, facts: ReadFacts, page: Page) -> str:
    """The whole plan as text ending in a newline."""
    blocks = ["\n".join(_header(plan, facts, page))]
    blocks += ["\n".join(_action(action, page)) for action in plan.actions if _shown(action)]
    blocks += ["\n".join(_refusal(refusal, page)) for refusal in plan.refusals]
    for lines in (list(_unread(plan, page)), list(_undeclared(plan, page)), list(_unowned(plan, page))):
        if lines:
            blocks.append("\n".join(lines))
    blocks.append(_summary(plan, page))
    return "\n\n".join(blocks) + "\n"


def _shown(action: Action) -> bool:
    return action.verb is not Verb.NOOP or bool(action.changes)


def _header(plan: Plan, facts: ReadFacts, page: Page) -> Iterator[str]:
    scopes = ", ".join(f"{scope.group} (sub …{scope.subscription[-4:]})" for scope in plan.target.scopes)
    read = f"{count_words(facts.resources, 'resource')} read in {count_words(facts.calls, 'call')}"
    owner = f"instance {plan.target.instance}" if plan.target.instance else "no instance: nothing is owned"
    parts = [f"target {plan.target.name}", scopes or "no resource group", owner]
    if plan.source.revision:
        parts.append(f"revision {plan.source.revision[:7]}")
    yield page.paint(" · ".join([*parts, f"{read}, {seconds_words(facts.seconds)}"]), "bold")


def where(address: Address, page: Page) -> str:
    """An address as the page shows it."""
    return safe(address.text(with_subscription=page.subscriptions))


def _action(action: Action, page: Page) -> Iterator[str]:
    symbol, kind = SYMBOLS[action.verb]
    reasons = ", ".join(REASON_WORDS.get(str(reason), str(reason)) for reason in action.reasons)
    tail = f"{action.verb:<7} {reasons}"
    left = f"{symbol} {where(action.address, page)}"
    yield page.paint(two_columns(left, tail, page.width), kind)
    origin = str(action.origin) if action.origin else ""
    if action.verb is Verb.CREATE:
        yield two_columns(f"    {safe(action.words)}", safe(origin), page.width)
        return
    if action.words:
        yield f"    {safe(action.words)}"
    for change in action.changes:
        yield change_line(change, page)
    if action.hazard:
        yield page.paint(f"    ! {safe(action.hazard)}", "stop")


def change_line(change: Change, page: Page) -> str:
    """One field: path, before → after, the manifest line behind it."""
    arrow = f"{value_words(change.before)} → {value_words(change.after)}"
    note = "  (accepted by the service, not in the documented list)" if change.rule == "accepted" else ""
    line = f"    {safe(change.dotted)}  {arrow}{note}"
    return two_columns(line, safe(str(change.origin)) if change.origin else "", page.width)


def _refusal(refusal: Refusal, page: Page) -> Iterator[str]:
    first = where(refusal.addresses[0], page) if refusal.addresses else "this run"
    head = f"! {first}" if refusal.level is Level.RESOURCE and refusal.addresses else "! this run"
    yield page.paint(two_columns(head, f"refused {refusal.rule}", page.width), "stop")
    yield f"    {safe(refusal.message)}"
    for change in refusal.changes:
        yield change_line(change, page)
    held = refusal.addresses[1:]
    if held and refusal.level is Level.RESOURCE:
        yield f"    left alone with it: {', '.join(where(address, page) for address in held[:5])}" + (
            f" and {len(held) - 5} more" if len(held) > 5 else ""  # noqa: PLR2004 - as many as are shown
        )
    if refusal.ways_out:
        yield f"    ways out: {safe(' · '.join(refusal.ways_out))}"


def _unread(plan: Plan, page: Page) -> Iterator[str]:
    for place in plan.unread:
        yield page.paint(two_columns(f"? {safe(place.where)}", f"unread  {place.code}", page.width), "stop")
        yield f"    {safe(place.message)}"
        if place.hint:
            yield f"    hint: {safe(place.hint)}"


def _undeclared(plan: Plan, page: Page) -> Iterator[str]:
    deleted = {action.address for action in plan.actions if action.verb in (Verb.DELETE, Verb.ABANDON)}
    rows = [row for row in plan.undeclared if row.address not in deleted]
    if rows:
        yield "no longer declared, owned by this instance:"
    for row in rows:
        notes = [row.words.removeprefix("no longer declared; ")]
        notes += [row.hazard] if row.hazard else []
        notes += [f"would meet {', '.join(row.guards)}"] if row.guards else []
        yield two_columns(f"  {where(row.address, page)}", safe(" · ".join(notes)), page.width)


def _unowned(plan: Plan, page: Page) -> Iterator[str]:
    if plan.unowned:
        yield "in managed galleries, neither declared nor owned:"
    for address in plan.unowned:
        yield f"  {where(address, page)}"


def _summary(plan: Plan, page: Page) -> str:
    counts = plan.summary
    if not plan.pending and not plan.refusals and not plan.unread:
        line = f"No changes. {counts.get('noop', 0)} unchanged · digest {plan.digest[:12]}"
        return page.paint(line, "good")
    parts = [f"{counts.get(verb, 0)} to {verb}" for verb in ("create", "update", "delete")]
    parts += [f"{counts[verb]} to {verb}" for verb in ("adopt", "abandon", "wait") if counts.get(verb)]
    parts += [f"{counts['refused']} refused"] if counts.get("refused") else []
    parts += [f"{counts['unread']} unread"] if counts.get("unread") else []
    parts.append(f"{counts.get('noop', 0)} unchanged")
    return page.paint(f"{', '.join(parts)} · digest {plan.digest[:12]}", "bold")
