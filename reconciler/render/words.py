"""How single values look to people: bounded, on one line, and without control characters from anybody's input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconciler.planner.document import plain

ABSENT = "(none)"
LONGEST = 96


def safe(text: str) -> str:
    """Text without control characters: what a tag holds must not drive the reader's terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def value_words(value: Any) -> str:
    """A field's value on one line: text in quotes, lists and maps as compact JSON, cut when long."""
    if value is None:
        return ABSENT
    if isinstance(value, Mapping | list):
        text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True)
    elif isinstance(value, bool):
        text = "true" if value else "false"
    else:
        text = f'"{value}"' if isinstance(value, str) and not value.replace(".", "").isalnum() else str(value)
    text = safe(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def count_words(count: int, noun: str) -> str:
    """`1 gallery`, `2 galleries`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def seconds_words(seconds: float) -> str:
    """`0.9 s`, `12 s`, `4 min 10 s`."""
    if seconds < 10:  # noqa: PLR2004 - tenths matter only below
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def two_columns(left: str, right: str, width: int) -> str:
    """Left text and right text on one line where they fit; otherwise two spaces apart."""
    gap = width - len(left) - len(right)
    return f"{left}{' ' * max(gap, 2)}{right}" if right else left
