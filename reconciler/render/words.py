"""How single values look to people: on one line, without secrets, without control characters from anybody."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reconciler.model.address import Address
from reconciler.model.plan import Verb
from reconciler.model.secrets import deep_without_secrets, without_secrets
from reconciler.planner.plain import plain
from reconciler.render.layout import CUT, columns, cut
from reconciler.render.paint import Page

ABSENT = "(none)"
LONGEST = 96
STEP = re.compile(r" #(\d+)$")
ARROW = " → "
BEFORE_DIFFERENCE = 8


def safe(text: str) -> str:
    """Text without secrets and control characters: what a tag holds must not drive the reader's terminal."""
    text = without_secrets(text)
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(char: str) -> str:
    return char if char.isprintable() else f"\\x{ord(char):02x}"


def where(address: Address, page: Page) -> str:
    """An address as the page shows it."""
    return safe(address.text(with_subscription=page.subscriptions))


def deed(verb: Verb, address: Address, action_id: str, page: Page) -> str:
    """`update rg/corp`, or `update rg/corp, step 2`: an action by its verb, its resource, and its step if any."""
    step = STEP.search(action_id)
    return f"{verb} {where(address, page)}" + (f", step {step[1]}" if step else "")


def value_words(value: Any, *, quoted: bool | None = None, longest: int = LONGEST) -> str:
    """A field's value on one line: lists and maps as compact JSON, text in quotes where needed or asked for."""
    if value is None:
        return ABSENT
    if isinstance(value, Mapping | list):
        text = json.dumps(deep_without_secrets(plain(value)), ensure_ascii=False, sort_keys=True)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        shown = without_secrets(value)
        text = f'"{shown}"' if (_needs_quotes(value) if quoted is None else quoted) else shown
    else:
        text = str(value)
    return cut(safe(text), longest)


def _needs_quotes(value: Any) -> bool:
    return isinstance(value, str) and not value.replace(".", "").isalnum()


def pair_words(before: Any, after: Any, room: int) -> str:
    """`before → after` in at most `room` columns; both texts in quotes or neither, the difference kept in sight."""
    mixed = {isinstance(side, str) for side in (before, after) if side is not None}
    quoted = _needs_quotes(before) or _needs_quotes(after) or len(mixed) > 1
    old, new = (value_words(side, quoted=quoted, longest=max(room, LONGEST) * 8) for side in (before, after))
    spare = max(room - len(ARROW), 2)
    if columns(old) + columns(new) <= spare:
        return f"{old}{ARROW}{new}"
    half = spare // 2
    if columns(old) <= half:
        return f"{old}{ARROW}{_in_sight(new, old, spare - columns(old))}"
    if columns(new) <= half:
        return f"{_in_sight(old, new, spare - columns(new))}{ARROW}{new}"
    return f"{_in_sight(old, new, half)}{ARROW}{_in_sight(new, old, spare - half)}"


def _in_sight(text: str, other: str, width: int) -> str:
    """The text cut to a width, from its start or, where the cut would hide the difference, from shortly before it."""
    same = next((at for at, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), len(text))
    if columns(text) <= width or columns(text[: same + 1]) < width:
        return cut(text, width)
    return cut(f"{CUT}{text[max(same - BEFORE_DIFFERENCE, 0) :]}", width)


def count_words(count: int, noun: str) -> str:
    """`1 gallery`, `2 galleries`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def age_words(age: timedelta) -> str:
    """`40 s`, `12 min`, `3 h`: the largest unit that fits is enough."""
    seconds = round(age.total_seconds())
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{max(seconds, 0)} s"


def seconds_words(seconds: float) -> str:
    """`0.9 s`, `12 s`, `4 min 10 s`, `2 h 5 min`."""
    if seconds < 10:  # noqa: PLR2004 - tenths matter only below
        return f"{seconds:.1f} s"
    return whole_seconds_words(seconds)


def whole_seconds_words(seconds: float) -> str:
    """`0 s`, `12 s`, `4 min 10 s`, `2 h 5 min`: for what is looked at while it grows."""
    minutes, rest = divmod(round(seconds), 60)
    hours, over = divmod(minutes, 60)
    if hours:
        return f"{hours} h {over} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
