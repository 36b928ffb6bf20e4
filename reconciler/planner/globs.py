"""Patterns that people write: over addresses (`rg/corp/*`, `rg/**`) and over field paths (`tags.*`, `regions[*].x`).

Case never counts, as it never counts for Azure (fact 3.8/18). `*` stays within one part, `**` crosses parts, `?` is one
character. Nothing else is special, so a bracket in a field path is a bracket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import product
from typing import Any

from reconciler.model.address import Address
from reconciler.model.state import Path

WILD = re.compile(r"\*\*/|\*\*|\*|\?")
WORDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/@]*", "?": "[^/@]"}


def has_glob(pattern: str) -> bool:
    """Whether a pattern stands for more than itself."""
    return "*" in pattern or "?" in pattern


@lru_cache(maxsize=1024)
def _address_form(pattern: str) -> re.Pattern[str]:
    text = pattern.strip("/").lower()
    parts, start = [], 0
    for wild in WILD.finditer(text):
        parts += [re.escape(text[start : wild.start()]), WORDS[wild[0]]]
        start = wild.end()
    return re.compile("".join((*parts, re.escape(text[start:]))))


def names_address(pattern: str, address: Address) -> bool:
    """Whether a glob names this address, written with or without its subscription."""
    form = _address_form(pattern)
    return any(form.fullmatch(text) for text in _texts(address))


def covers_address(pattern: str, address: Address) -> bool:
    """The same for a selection: a pattern without a glob also names everything below what it names."""
    if names_address(pattern, address):
        return True
    return not has_glob(pattern) and any(names_address(pattern, above) for above in address.ancestors)


def _texts(address: Address) -> tuple[str, ...]:
    return (address.text().lower(), address.text(with_subscription=True).lower(), address.key)


@cache
def _word_form(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))


def names_word(pattern: str, word: str) -> bool:
    """Whether a glob names one word: a gallery's name, or one part of a field path."""
    return _word_form(pattern.lower()).fullmatch(word.lower()) is not None


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
