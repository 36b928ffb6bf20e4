"""What git knows about the manifests: the commit they stand at, and whether they differ from it.

Only facts for the record, so every trouble means “unknown”. The repository is somebody else's: nothing in its
configuration may run a program, nothing in it is written.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

LIMIT: Final = 5.0
GIT: Final = (
    "git",
    "--no-pager",
    "--literal-pathspecs",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.untrackedCache=false",
)
REMOTE: Final = re.compile(
    r"(?P<scheme>(?:https?|ssh|git)://)?(?:[^\s/@]*@)?(?P<host>[\w.-]+(?::\d+)?)(?P<path>(?(scheme)/|:(?!//))[^\s?#@]*)(?:[?#]\S*)?"
)
ELSEWHERE: Final = frozenset(
    {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"}
    | {"GIT_PREFIX", "GIT_TRACE", "GIT_TRACE_SETUP"}
)


class Revision(NamedTuple):
    """The commit, "" where there is none, and whether the manifests differ from it; None where nobody knows.

    `repo` is the address of the remote “origin” without user, password and query; "" for none, or a mere folder.
    """

    commit: str = ""
    dirty: bool | None = None
    repo: str = ""


def revision_of(path: Path) -> Revision:
    """Ask git about a file or folder of manifests."""
    folder, name = (path, ".") if os.path.isdir(path) else (path.parent, path.name)  # noqa: PTH112 - False for odd names
    head = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD")
    if not head:
        return Revision()
    changed = _git(folder, "status", "--porcelain", "--ignore-submodules=all", "--", name)
    remote = _git(folder, "config", "--get", "remote.origin.url")
    return Revision(head.strip(), None if changed is None else bool(changed.strip()), public_address(remote or ""))


def public_address(remote: str) -> str:
    """A remote's address without who signs in and with what; "" where it is none that others could use."""
    found = REMOTE.fullmatch(remote.strip())
    if found is None:
        return ""
    scheme, host, path = found["scheme"] or "", found["host"], found["path"]
    return f"{scheme}{host}{path}"


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where it fails, is missing or takes too long."""
    environment = {key: value for key, value in os.environ.items() if key not in ELSEWHERE}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - an argument list, no shell
            [*GIT, "-C", os.fspath(folder.absolute()), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
