"""The URLs we ask: built from ARM ids, or taken from an answer and then only if they stay at the same host.

Apart from the gateway because this is what keeps a token from leaving: an address that different readers could
read differently is refused rather than guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from reconciler.errors import AzureError

PATH_SAFE: Final = "/!$&'()*+,;=:@~"
PORTS: Final = {"http": 80, "https": 443}


def url_of(endpoint: str, path: str, query: Mapping[str, str]) -> str:
    """The URL of an ARM id. Raises AzureError for an id that climbs out of its place."""
    if any(part in (".", "..") for part in path.split("/")):
        raise AzureError(f"“{path}” is not an ARM id")
    text = urlencode(query, quote_via=quote, safe="$'(),")
    return f"{endpoint}{quote(path, safe=PATH_SAFE)}?{text}"


def own(endpoint: str, url: str) -> str:
    """The URL itself, if it leads to the endpoint's host: a token goes nowhere else. Raises AzureError."""
    if origin(url) != origin(endpoint):
        raise AzureError(
            f"an answer points to another host ({host_of(url) or 'unreadable address'}); it is not followed",
            f"answers of {endpoint} must stay there; is something between us and Azure?",
        )
    return url


def origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; None for an address that different readers could read differently."""
    if not url.isascii() or any(character <= " " or character == "\\" for character in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    return None if "@" in parts.netloc or not parts.hostname else (parts.scheme, parts.hostname, port)


def host_of(url: str) -> str:
    """The host for messages; "" where it cannot be told."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def shown(url: str) -> str:
    """The path for messages: operation URLs carry signatures in their query (fact 3.2/2)."""
    try:
        return urlsplit(url).path
    except ValueError:
        return "an unreadable address"
