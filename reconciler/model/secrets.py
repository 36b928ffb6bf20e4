"""What must never be printed or kept: an address's query may be its signature, its user part a password.

Everything that leaves this process as text or JSON, or is kept by it, passes here once, whoever made it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from reconciler.logs import JWT, REDACTED

HIDDEN: Final = "?…"
QUERY: Final = re.compile(r"(https?://[^\s?\"“”<>]*)\?[^\s\"“”<>]+", re.IGNORECASE)
USER: Final = re.compile(r"(https?://)[^\s/?#@\"“”<>]+@", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text with `?…` for the query of every http address, and without tokens and passwords in addresses."""
    if "://" in text:
        text = USER.sub(rf"\1{REDACTED}@", QUERY.sub(rf"\1{HIDDEN}", text))
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
