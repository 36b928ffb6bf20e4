"""Plans in files: written so that nobody else can read them and no half of one is ever found, told from manifests.

Apart from manifests because a plan holds what a manifest may not show: signed addresses, as an apply needs them.
"""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Final

from reconciler.errors import PlanFileError, UsageError, reason_of
from reconciler.planner.saved import ANEW, Saved, load
from reconciler.store.files import replace_file

LARGEST: Final = 512 * 2**20
BLANK: Final = b" \t\r\n"
HEAD: Final = 4096
OURS: Final = re.compile(
    rb'\s*\{\s*"schemaVersion"\s*:\s*\d+\s*,\s*"tool"\s*:\s*\{\s*"name"\s*:\s*"gallery-reconciler"'
)
MANIFEST_KEYS: Final = frozenset({"apiVersion", "kind"})


def read_plan(path: str) -> Saved | None:
    """The saved plan in a file; None where the path is no JSON object or a manifest. Raises PlanFileError.

    Told by content: whatever its name, a JSON object that says neither `apiVersion` nor `kind` is meant as a plan.
    """
    data = _object_in(Path(path))
    if data is None:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PlanFileError(f"{path} is no plan that can be read: it is not UTF-8", ANEW) from error
    return None if _is_manifest(text) else load(text, path)


def _object_in(path: Path) -> bytes | None:
    """The bytes of a regular file that begins like a JSON object; of anything else not more than its beginning."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            head = file.read(HEAD)
            if not head.lstrip(BLANK).startswith(b"{"):
                return None
            data = head + file.read(LARGEST)
    except OSError:
        return None  # the manifests' reader tells it, as for any file
    if len(data) > LARGEST:
        raise PlanFileError(f"{path} is no plan that can be read: it has more than {LARGEST} bytes", ANEW)
    return data


def _is_manifest(text: str) -> bool:
    """Whether the text is a manifest in JSON, or YAML that begins with a brace."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "schemaVersion" not in text[:200]
    return isinstance(found, dict) and not MANIFEST_KEYS.isdisjoint(found)


def write_plan(path: str, text: str) -> None:
    """Write a file whole or not at all, readable for its owner alone. Raises UsageError."""
    try:
        check_place(path)
        replace_file(Path(path), text)
    except (OSError, ValueError) as error:
        why = reason_of(error)
        raise UsageError(f"cannot write the plan to {path}: {why}", "name another file") from error


def check_place(path: str, what: str = "plan", ours: re.Pattern[bytes] = OURS) -> None:
    """Nothing but a file of `ours` or an empty one is ever replaced. Raises UsageError."""
    try:
        kind = os.stat(path).st_mode  # noqa: PTH116 - what a link leads to counts
        if not stat.S_ISREG(kind):
            raise UsageError(f"cannot write the {what} to {path}: it is no regular file", "name another file")
        with Path(path).open("rb") as file:
            head = file.read(HEAD)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot write the {what} to {path}: {reason_of(error)}", "name another file") from error
    if head.strip() and not ours.match(head):
        raise UsageError(f"cannot write the {what} to {path}: it holds something else", "name another file")
