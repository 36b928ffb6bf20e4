"""Which paths are looked at at all: what could be read in two ways never reaches a rule or the state.

ARM's own front refuses such paths too, with answers that no source establishes; these have its shape.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from reconciler.emulator.answers import ArmError

_ENCODED = re.compile(r"%(?:2f|5c|[01][0-9a-f]|7f)", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\\]")
_EMPTY_PARENT = re.compile(r"(/providers/[^/]+)//(?=[^/])", re.IGNORECASE | re.ASCII)
_LONGEST_SEGMENT, _LONGEST_PATH = 260, 4_096


def check(raw_path: str, path: str) -> None:
    """Refuse empty, dotted, encoded, unprintable and overlong segments; `path` is the decoded form."""
    segments = without_empty_parent(path).removesuffix("/").split("/")[1:]
    if _ENCODED.search(raw_path) or _UNPRINTABLE.search(path) or not _utf8(raw_path):
        raise _refused("The request URI has characters that are not allowed in it.")
    if any(segment in ("", ".", "..") for segment in segments) and segments != [""]:
        raise _refused("The request URI has empty or relative segments.")
    if len(path) > _LONGEST_PATH or any(len(segment) > _LONGEST_SEGMENT for segment in segments):
        raise _refused(
            f"The request URI, or one of its segments of at most {_LONGEST_SEGMENT} characters, is too long."
        )


def without_empty_parent(path: str) -> str:
    """Read over the place of a parent resource, between namespace and type, that clients leave empty."""
    return _EMPTY_PARENT.sub(r"\1/", path)


def _utf8(raw_path: str) -> bool:
    """Tell whether a path is text once it is decoded; the server puts a mark in place of what is none."""
    try:
        unquote_to_bytes(raw_path).decode()
    except UnicodeDecodeError:
        return False
    return True


def _refused(message: str) -> ArmError:
    return ArmError(400, "InvalidRequestUri", message, gateway=True)
