"""What must never be printed or kept: signatures, keys, tokens, passwords, and a query, which may hold any of them.

Everything that leaves this process as text or JSON, or is kept by it, passes here once, whoever made it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from reconciler.logs import JWT, NAMED, REDACTED, SIGNATURE

HIDDEN: Final = "?…"
WORD: Final = re.compile(r"[^\s\"“”<>]+")
USER: Final = re.compile(r"(https?://)[^\s/?#@\"“”<>]+@", re.IGNORECASE)
PASSWORD: Final = re.compile(r"(://[^\s/?#@:\"“”<>]*:)[^\s/?#@\"“”<>]+@")
HEADER: Final = re.compile(
    r"\b(authorization\W{1,4}[a-z]+|bearer|shared_?access_?signature|sharedkey) +[^\s\"'“”<>]{16,}", re.IGNORECASE
)


def without_secrets(text: str) -> str:
    """The text with `?…` for the query of every address, and without signatures, keys, tokens and passwords."""
    if "://" in text and "?" in text:
        text = WORD.sub(lambda word: _without_query(word[0]), text)
    return _without_marked(text)


def holds_secret(text: str) -> bool:
    """Whether a text says of itself that it holds a secret; a query alone says nothing."""
    return _without_marked(text) != text


def _without_query(word: str) -> str:
    begin = word.find("://")
    query = word.find("?", begin)
    return f"{word[:query]}{HIDDEN}" if begin >= 0 and 0 <= query < len(word) - 1 else word


def _without_marked(text: str) -> str:
    """The text without what a word before it calls a secret; each word costs a look only where its sign is there."""
    if "://" in text and "@" in text:
        text = PASSWORD.sub(rf"\1{REDACTED}@", USER.sub(rf"\1{REDACTED}@", text))
    if "=" in text or ":" in text or "%" in text:
        text = SIGNATURE.sub(rf"\1{REDACTED}", NAMED.sub(rf"\1{REDACTED}", text))
    if " " in text:
        text = HEADER.sub(rf"\1 {REDACTED}", text)
    return JWT.sub(REDACTED, text) if "eyJ" in text else text


def deep_without_secrets(value: Any) -> Any:
    """A JSON value with every text in it, keys included, without secrets."""
    if isinstance(value, str):
        return without_secrets(str(value))
    if isinstance(value, Mapping):
        return {deep_without_secrets(key): deep_without_secrets(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [deep_without_secrets(entry) for entry in value]
    return value
