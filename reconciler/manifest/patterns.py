"""Python's patterns as JSON Schema wants them: no flags, no letters beyond ASCII hidden in a class, whole text.

Editors read them with another engine than ours, so only what both understand alike may come out.
"""

from __future__ import annotations

import re
from typing import Final

WORD: Final = "A-Za-z0-9_\u00aa-\uffff"  # what \w is to Python; engines of editors take ASCII alone


def portable(pattern: re.Pattern[str]) -> str:
    """The pattern of all text that `pattern` matches as a whole, for JSON Schema."""
    fold = bool(pattern.flags & re.IGNORECASE)
    parts: list[str] = []
    text, at, inside = pattern.pattern, 0, False
    while at < len(text):
        char = text[at]
        if char == "\\":
            parts.append(_escaped(text[at : at + 2], inside=inside))
            at += 2
            continue
        inside = (inside or char == "[") and char != "]"
        taken = _range(text, at) if inside else char
        parts.append(_any_case(taken, inside=inside) if fold else taken)
        at += len(taken)
    return f"^(?:{''.join(parts)})$"


def any_case(words: tuple[str, ...]) -> str:
    """The pattern of some words in any case."""
    return portable(re.compile("|".join(map(re.escape, words)), re.IGNORECASE))


def _escaped(pair: str, *, inside: bool) -> str:
    if pair == r"\w":
        return WORD if inside else f"[{WORD}]"
    if pair[1] in " -#&~" and not inside:
        return pair[1]  # Python escapes what need not be, and other engines object
    return pair


def _range(text: str, at: int) -> str:
    """The range that starts here, else the one character."""
    wide = text[at].isalnum() and text[at + 1 : at + 2] == "-" and text[at + 2 : at + 3].isalnum()
    return text[at : at + 3] if wide else text[at]


def _any_case(part: str, *, inside: bool) -> str:
    if part.lower() == part.upper():
        return part
    both = part.lower() + part.upper()
    return both if inside else f"[{both}]"
