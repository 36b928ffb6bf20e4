"""Patterns that people write: over addresses (`rg/corp/*`, `rg/**`) and over field paths (`tags.*`, `regions[*].x`).

Case never counts, as it never counts for Azure (fact 3.8/18). `*` stays within one part, `**` crosses parts, `?` is one
character. Nothing else is special, so a bracket in a field path is a bracket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

from reconciler.model.address import Address
from reconciler.model.state import Path

WILD = re.compile(r"\*\*/|\*\*|\*|\?")
STARS = re.compile(r"\*+")
EDGES = "/@"
FORMS = 1024


def has_glob(pattern: str) -> bool:
    """Whether a pattern stands for more than itself."""
    return "*" in pattern or "?" in pattern


def _fits(form: tuple[str, ...], text: str, edges: str) -> bool:
    """Whether a form names the whole text; `*` and `?` stop at edges.

    A number holds the places in the text that the form so far can reach, one bit each, and every part of the form
    moves all of them at once: no pattern takes longer than its length times the text's.
    """
    end = 1 << len(text)
    inner = (end - 1) & ~sum(_places(text, edge) for edge in edges)
    reached = 1
    for part in form:
        onward = (end << 1) - (reached & -reached)  # every place from the first one on
        if part == "**":
            reached = onward
        elif part == "**/":
            reached |= (_places(text, "/") & onward) << 1
        elif part == "*":
            reached |= ((reached & inner) + inner) ^ inner  # a carry runs to the next edge
        elif part == "?":
            reached = (reached & inner) << 1
        else:
            reached = (reached & _places(text, part)) << len(part)
        if not reached:
            return False
    return bool(reached & end)


def _places(text: str, part: str) -> int:
    """Where a part begins in the text, one bit for each place."""
    places, at = 0, text.find(part)
    while at >= 0:
        places |= 1 << at
        at = text.find(part, at + 1)
    return places


@lru_cache(maxsize=FORMS)
def _form(pattern: str) -> tuple[str, ...]:
    """A pattern cut into wild cards and the texts between them."""
    parts, start = [], 0
    for wild in WILD.finditer(pattern):
        parts += [pattern[start : wild.start()], wild[0]]
        start = wild.end()
    return tuple(part for part in (*parts, pattern[start:]) if part)


@lru_cache(maxsize=FORMS)
def _address_form(pattern: str) -> tuple[str, ...]:
    return _form(pattern.strip("/").lower())


@lru_cache(maxsize=FORMS)
def _word_form(pattern: str) -> tuple[str, ...]:
    return _form(STARS.sub("*", pattern.lower()))


def names_address(pattern: str, address: Address) -> bool:
    """Whether a glob names this address, written with or without its subscription."""
    form = _address_form(pattern)
    return any(_fits(form, text, EDGES) for text in _texts(address))


def covers_address(pattern: str, address: Address) -> bool:
    """The same for a selection: a pattern without a glob also names everything below what it names."""
    if names_address(pattern, address):
        return True
    return not has_glob(pattern) and any(names_address(pattern, above) for above in address.ancestors)


def _texts(address: Address) -> tuple[str, ...]:
    return (address.text().lower(), address.text(with_subscription=True).lower(), address.key)


def names_word(pattern: str, word: str) -> bool:
    """Whether a glob names one word: a gallery's name, or one part of a field path."""
    return _fits(_word_form(pattern), word.lower(), "")


@lru_cache(maxsize=8192)
def _names_part(pattern: str, part: str) -> bool:
    """Keys of keyed lists are named by bracketed patterns only, with or without the spaces of a region's long name."""
    if part.startswith("[") is not pattern.startswith("["):
        return False
    return names_word(pattern.replace(" ", "") if part.startswith("[") else pattern, part)


def paths_named(pattern: tuple[str, ...], bodies: tuple[Any, ...], path: Path = ()) -> Iterator[Path]:
    """Every path of some canonical bodies that a field pattern names exactly; a key may hold dots of its own."""
    found = [body for body in bodies if isinstance(body, Mapping)]
    keys = dict.fromkeys(key for body in found for key in body)
    for key, length in product(keys, range(1, len(pattern) + 1)):
        if length > 1 and key.count(".") != length - 1:
            continue
        if not _names_part(".".join(pattern[:length]), key):
            continue
        below = (*path, key)
        if length == len(pattern):
            yield below
        else:
            yield from paths_named(pattern[length:], tuple(body.get(key) for body in found), below)
