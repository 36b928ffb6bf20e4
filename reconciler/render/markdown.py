"""Somebody else's text inside markdown and HTML, where it must stay text: no markup, no link, no mention, no address.

Whatever could mean something is a numeric reference, which markdown never takes for structure. What reviewers' pages
add on their own (mentions, issue numbers, mail and web links) finds no letters to hold on to.
"""

from __future__ import annotations

import re
from typing import Final

from reconciler.render.layout import cut
from reconciler.render.words import safe

PLAIN: Final = frozenset(" .,;/-=+%?'\"()…→×·–“”’°")
APART: Final = "&#8203;"  # a space of no width: what stands beside it is no longer one word
WEB: Final = re.compile(r"www\.", re.IGNORECASE)
FIRST: Final = re.compile(r"[-+=]|\d{1,9}[.)]")
ISSUE: Final = re.compile(r"\bGH-(?=\d)", re.IGNORECASE)


def escaped(text: str, longest: int = 400) -> str:
    """Text on one line for markdown, tables and HTML alike, without secrets and control characters, cut to a length."""
    text = cut(safe(text), longest).strip(" ")
    first = FIRST.match(text)  # at the start of a line these make a list, a heading or a rule
    start = first.end() if first else 0
    marked = text[: max(start - 1, 0)] + "".join(f"&#{ord(char)};" for char in text[max(start - 1, 0) : start])
    marked += "".join(map(_escaped, text[start:]))
    marked = WEB.sub(lambda found: f"{found[0][:-1]}&#46;", marked)
    return ISSUE.sub(lambda found: f"{found[0][:-1]}&#45;", marked)


def _escaped(char: str) -> str:
    if char.isalnum() or char in PLAIN:
        return char
    reference = f"&#{ord(char)};"
    return f"{reference}{APART}" if char in "@#" else reference


def code(text: str, longest: int = 200) -> str:
    """Text as code. An element and not a fence: no number of backticks ends it."""
    return f"<code>{escaped(text, longest)}</code>"
