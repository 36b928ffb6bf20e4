"""One writer at a time: a lock per target in the state folder, held by a process and let go when that ends, however.

The kernel holds it, so a killed process leaves no stale lock behind; what stands in the file only tells people who
holds it. It protects processes that share a state folder on one machine, and no others. Who removes the folder while
it is held lets a second one in: that cannot be prevented, and is told when the first one ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import Locked, reason_of
from reconciler.model.plan import Target
from reconciler.store.folder import make_folder

FOLDER: Final = "locks"
NAP: Final = 0.2  # seconds between two looks at a lock that somebody holds
MOST: Final = 4096
ROUNDS: Final = 10  # so often a lock is taken anew that was removed before it was obtained


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: what it does, the machine and process it runs in, and since when (an instant in UTC)."""

    work: str
    host: str
    pid: int
    since: str

    def __str__(self) -> str:
        return f"{self.work} (process {self.pid} on {self.host}, since {self.since})"


@contextmanager
def locked(  # noqa: PLR0913 - time comes from outside
    folder: Path,
    target: Target,
    work: str,
    *,
    timeout: float,
    moment: Callable[[], str],
    clock: Callable[[], float],
    nap: Callable[[float], None],
    waiting: Callable[[Holder | None], None],
    warn: Callable[[str], None],
) -> Iterator[None]:
    """Hold the lock of a target while this lasts; wait for it up to `timeout` seconds, telling `waiting`.

    Raises Locked with its holder. What cannot be locked stops nothing: `warn` takes one line for people.
    """
    path = folder / FOLDER / f"{_name(target)}.lock"
    try:
        handle = _obtained(path, target, clock() + timeout, clock, nap, waiting)
    except OSError as error:
        why = reason_of(error)
        warn(f"no lock: {path}: {why}; two applies of target {target.name} at once are not kept apart")
        yield
        return
    try:
        with suppress(OSError):  # a full disk: it is held all the same, only nobody learns by whom
            _write(handle, Holder(work, socket.gethostname(), os.getpid(), moment()))
        yield
    finally:
        if not _is_at(handle, path):
            warn(f"the lock {path} was removed while it was held; another apply may have run at the same time")
        os.close(handle)  # which lets the lock go


def _name(target: Target) -> str:
    """One file per target; of targets whose names look alike on disk each has its own."""
    said = json.dumps([target.cloud, target.name, target.instance])
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:24]


def _obtained(
    path: Path,
    target: Target,
    until: float,
    clock: Callable[[], float],
    nap: Callable[[float], None],
    waiting: Callable[[Holder | None], None],
) -> int:
    """The handle of a locked file that stands at the path. Raises Locked, OSError."""
    for _ in range(ROUNDS):
        handle = _opened(path)
        try:
            _take(handle, target, until, clock, nap, waiting)
            if _is_at(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
    raise OSError("it is removed again and again")


def _opened(path: Path) -> int:
    """Open or make the file; without waiting for whoever is at the other end of a pipe. Raises OSError."""
    make_folder(path.parent.parent)
    with suppress(FileExistsError):  # a file in the folder's place is told of by the opening
        path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is no plain file")
    return handle


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file is still the one at a path: of two files each could be locked by somebody."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def _take(
    handle: int,
    target: Target,
    until: float,
    clock: Callable[[], float],
    nap: Callable[[float], None],
    waiting: Callable[[Holder | None], None],
) -> None:
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _read(handle)
            left = until - clock()
            if left <= 0:
                who = str(holder) if holder else "another process"
                message = f"target {target.name} is being applied by {who}"
                raise Locked(message, "wait for it (--lock-timeout SECONDS), or stop it") from None
            if not told:
                waiting(holder)
                told = True
            nap(min(NAP, left))
        else:
            return


def _read(handle: int) -> Holder | None:
    """Whoever holds the lock, as far as the file tells it: it is written just after the lock is taken."""
    try:
        said = json.loads(os.pread(handle, MOST, 0))
        return Holder(str(said["work"]), str(said["host"]), int(said["pid"]), str(said["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(handle: int, holder: Holder) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(asdict(holder)).encode(), 0)
