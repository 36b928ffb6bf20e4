"""One resource of a plan for people: its action, or all steps towards it, with fields and manifest lines."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.plan import Action, Change, Reason, Verb
from reconciler.render.declared import creation_line, declared_items
from reconciler.render.grouping import main_action
from reconciler.render.layout import columns, fold, items, two_columns
from reconciler.render.paint import Page
from reconciler.render.words import pair_words, safe, where

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
    "IgnoredByRule": "differs in ignored fields only",
    "SatisfiedByOther": "satisfied by an assignment of another name",
    "ImmutableChanged": "a field changed that cannot",
    "ParentReplaced": "goes with what it is in",
    "SoftDeleted": "in the recycle bin",
}
DRIFTED_LINE = "drifted since last apply"
ACCEPTED = "(accepted by the service, not in the documented list)"
NARROW_VALUES = 36  # below this a change gets a line of its own


def resource_lines(steps: list[Action], page: Page) -> Iterator[str]:
    """Everything that happens to one resource: a single action, or steps in their order."""
    main = main_action(steps)
    symbol, kind = SYMBOLS[main.verb]
    reasons = ", ".join(REASON_WORDS.get(str(reason), str(reason)) for reason in main.reasons)
    count = f" · {len(steps)} steps" if len(steps) > 1 else ""
    tail = f"{main.verb:<7} {reasons}{count}"
    yield page.paint(two_columns(f"{symbol} {where(main.address, page)}", tail, page.width), kind)
    for number, action in enumerate(steps, 1):
        if len(steps) > 1:
            verb = "" if action.verb is main.verb else f"{action.verb}: "
            words = own_words(action) or f"the rest of the {action.verb}"
            yield from fold(f"  {number}. {verb}{words}", page.width, "     ")
        yield from _details(action, page, alone=len(steps) == 1)


def _details(action: Action, page: Page, *, alone: bool) -> Iterator[str]:
    if action.verb is Verb.CREATE:
        origin = safe(str(action.origin)) if action.origin else ""
        yield two_columns(f"    {creation_line(action)}", origin, page.width)
        yield from items(declared_items(action), page.width)
    else:
        words = own_words(action) if _tells_more(action) else ""
        if words and alone:
            yield from fold(f"    {words}", page.width)
        mixed = len({change.reason for change in action.changes if change.reason}) > 1
        for change in action.changes:
            yield from change_lines(change, page, drift_words(change) if mixed else "")
    if action.hazard:
        yield from (page.paint(line, "stop") for line in fold(f"    ! {safe(action.hazard)}", page.width))


def _tells_more(action: Action) -> bool:
    """Whether the sentence says what address, reasons and fields leave to be worked out, as with regions."""
    if action.verb in (Verb.UPDATE, Verb.ADOPT):
        return any(str(part).startswith("[") for change in action.changes for part in change.path)
    return action.verb is not Verb.DELETE


def own_words(action: Action) -> str:
    """The action's words without what its reasons say already."""
    words = action.words
    for reason in action.reasons:
        words = words.removeprefix(REASON_WORDS.get(str(reason), "\n")).lstrip("; ")
    return safe(words)


def drift_words(change: Change) -> str:
    """What a line says of a field that changed in Azure; a changed manifest is named by its line."""
    return DRIFTED_LINE if change.reason == Reason.DRIFTED else ""


def change_lines(change: Change, page: Page, note: str = "") -> Iterator[str]:
    """One field: path, before → after, the manifest line behind it and a note; values are cut to what fits."""
    head = f"    {safe(change.dotted)}"
    room = page.width - columns(head) - 2
    if room >= NARROW_VALUES:
        line = f"{head}  {pair_words(change.before, change.after, room)}"
    else:
        yield from fold(head, page.width, "      ")
        line = f"      {pair_words(change.before, change.after, page.width - 6)}"
    origin = safe(" · ".join(filter(None, (str(change.origin or ""), note))))
    if change.rule != "accepted":
        yield two_columns(line, origin, page.width)
    elif columns(f"{line}  {ACCEPTED}") <= page.width:
        yield two_columns(f"{line}  {ACCEPTED}", origin, page.width)
    else:
        yield two_columns(line, origin, page.width)
        yield from fold(f"      {ACCEPTED}", page.width, "      ")
