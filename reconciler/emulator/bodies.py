"""Reading request bodies off the wire: JSON objects for ARM, forms for sign-in, within bounds.

What is no JSON object, too deep, too large or of another media type is refused in ARM's shape here, so that
rules only ever see values that an answer could carry.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from reconciler.emulator.answers import ArmError

if TYPE_CHECKING:
    from reconciler.emulator.traffic import Seen

LARGEST = 4 * 1024 * 1024
_DEEPEST = 60
_WRITING = ("PUT", "PATCH", "POST")
_FORM = "application/x-www-form-urlencoded"


def refuse_large(seen: Seen) -> None:
    """Refuse a body over the largest size."""
    if seen.too_large:
        message = f"The request content exceeds the largest size of {LARGEST} bytes."
        raise ArmError(413, "RequestEntityTooLarge", message)


def content(seen: Seen) -> dict[str, Any]:
    """Read the JSON object that a writing request carries; an action may come without one."""
    if seen.method not in _WRITING or (seen.method == "POST" and not seen.body):
        return {}
    media = _media(seen, "application/json")
    if media not in ("application/json", "text/json"):
        message = f"The content media type '{media}' is not supported. Only 'application/json' is supported."
        raise ArmError(415, "UnsupportedMediaType", message)
    body = loaded(seen.body)
    if not isinstance(body, dict) or _too_deep(body):
        message = "The request content was invalid and could not be deserialized: a JSON object was expected."
        raise ArmError(400, "InvalidRequestContent", message)
    return body


def form(seen: Seen) -> dict[str, str]:
    """Read the fields of a form; empty where the body is none."""
    if _media(seen, _FORM) != _FORM:
        return {}
    try:
        pairs = parse_qsl(seen.body.decode(), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        return {}
    return dict(pairs)


def _media(seen: Seen, default: str) -> str:
    return seen.headers.get("content-type", default).split(";")[0].strip().lower()


def loaded(body: bytes) -> Any:
    """Read JSON; None for what is none, or holds what no answer could carry."""
    if not body:
        return None
    try:
        text = body.decode("utf-8-sig")
        read = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        if "\\u" in text:  # an escape may spell half a character, which no answer could carry
            json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return read


def _no_number(name: str) -> None:
    """Refuse NaN and the infinities, which are no JSON."""
    raise ValueError(name)


def _finite(text: str) -> float:
    """Refuse what overflows to infinity, which is no JSON either."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _too_deep(body: object) -> bool:
    level = [body]
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        if not inner:
            return False
        level = inner
    return True
