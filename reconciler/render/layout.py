"""Text within a width: columns, cuts and folds. No line that leaves here is wider than its page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

CUT = "…"
NARROWEST = 20
INDENT = "    "


def columns(text: str) -> int:
    """How many terminal columns the text takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _fitting(text: str, width: int) -> int:
    """How many characters of the text fit."""
    if text.isascii():
        return min(len(text), width)
    taken = 0
    for index, char in enumerate(text):
        taken += _cells(char)
        if taken > width:
            return index
    return len(text)


def cut(text: str, width: int) -> str:
    """The text, its end replaced by `…` where it does not fit."""
    if columns(text) <= width:
        return text
    return text[: _fitting(text, max(width - 1, 0))] + CUT


def fold(text: str, width: int, indent: str = INDENT) -> list[str]:
    """The text in lines that fit: broken at spaces, after a slash, or anywhere; a sign in front never stands alone."""
    width = max(width, NARROWEST)
    lines = []
    while columns(text) > width:
        start = len(text) - len(text.lstrip())
        start += 2 if text[start + 1 : start + 2] == " " else 0
        end = _fitting(text, width)
        at = text.rfind(" ", start, end + 1)
        if at <= start:
            at = text.rfind("/", start, end) + 1
        at = at if at > start else max(end, start + 1)
        lines.append(text[:at].rstrip())
        text = indent + text[at:].lstrip()
    return [*lines, text]


def items(parts: Iterable[str], width: int, indent: str = INDENT, first: str = INDENT) -> list[str]:
    """Parts with ` · ` between them, each kept whole where it fits a line."""
    lines: list[str] = []
    line = ""
    for part in parts:
        longer = f"{line} · {part}" if line else f"{first}{part}"
        if line and columns(longer) > width:
            lines += fold(line, width, f"{indent}  ")
            longer = f"{indent}{part}"
        line = longer
    return [*lines, *fold(line, width, f"{indent}  ")] if line else lines


def two_columns(left: str, right: str, width: int) -> str:
    """Left text and right text on one line where they fit; otherwise the right text ends the next line."""
    gap = width - columns(left) - columns(right)
    if not right:
        return "\n".join(fold(left, width))
    if gap >= 2:  # noqa: PLR2004 - a single space would not part them
        return f"{left}{' ' * gap}{right}"
    under = [" " * max(width - columns(line), 0) + line for line in fold(right, width, "")]
    return "\n".join([*fold(left, width), *under])
