"""One running emulator in this process: lock, state, server thread, address.

Exactly one process serves a state file, the one that holds its lock. The address file beside it
keeps port and token beyond that process, so that the next one answers under the same URLs.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import uvicorn

from reconciler.emulator import catalogue
from reconciler.emulator.app import Edge
from reconciler.emulator.state import Store
from reconciler.emulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from reconciler.emulator.app import RequestRecord
    from reconciler.emulator.faults import Faults
    from reconciler.emulator.settings import EmulatorSettings

_BIND_PATIENCE = 5.0


class EmulatorBusyError(RuntimeError):
    """Another process serves this state file."""


class EmulatorUnavailableError(RuntimeError):
    """The emulator could not be started or reached."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a state file is served."""

    base_url: str
    token: str
    pid: int

    @property
    def port(self) -> int:
        """The port of the base URL."""
        return int(self.base_url.rsplit(":", 1)[-1])


def address_file(state: Path) -> Path:
    """Name the address file of a state file."""
    return state.with_name(f"{state.name}.address")


def read_address(state: Path) -> Address | None:
    """Read where a state file is, or was last, served; None if that is not known."""
    try:
        read = json.loads(address_file(state).read_text())
        return Address(str(read["base_url"]), str(read["token"]), int(read["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_address(state: Path, address: Address) -> None:
    """Publish where a state file is served: in one step and for its owner only."""
    handle, name = tempfile.mkstemp(prefix=f"{state.name}.address.", dir=state.parent)
    with os.fdopen(handle, "w") as file:
        json.dump({"base_url": address.base_url, "token": address.token, "pid": address.pid}, file)
    Path(name).replace(address_file(state))


def open_lock(state: Path) -> int:
    """Open the lock file of a state file."""
    state.parent.mkdir(parents=True, exist_ok=True)
    return os.open(state.with_name(f"{state.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(handle: int) -> bool:
    """Take the lock if nobody holds it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(handle: int) -> None:
    """Let somebody else have the lock."""
    fcntl.flock(handle, fcntl.LOCK_UN)


class Emulator:
    """A running, in-process emulator; close it, or use it as a context manager."""

    def __init__(self, settings: EmulatorSettings, edge: Edge, serving: Serving, lock: int) -> None:
        self.settings = settings
        self.base_url = serving.base_url
        self.token = edge.token
        self.faults: Faults = edge.faults
        self.requests: list[RequestRecord] = edge.requests
        self._edge = edge
        self._serving = serving
        self._lock = lock
        self._open = True

    def resources(self) -> dict[str, dict[str, Any]]:
        """Give every gallery, definition, version and role assignment as GET would answer it now."""
        return catalogue.everything(self._edge.world.store, self._edge.clock())

    def close(self) -> None:
        """Stop serving and let the next process have the state."""
        if not self._open:
            return
        self._open = False
        self._serving.stop()
        self._edge.world.store.close()
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Serving:
    """A uvicorn server in a daemon thread, listening once this exists."""

    def __init__(self, edge: Edge, host: str, port: int) -> None:
        config = uvicorn.Config(
            edge,
            host=host,
            port=port,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            server_header=False,
            ws="none",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise EmulatorUnavailableError(f"Cannot listen on {host}:{port}; is the port taken?")
            time.sleep(0.002)
        name = self._server.servers[0].sockets[0].getsockname()
        shown = f"[{name[0]}]" if ":" in name[0] else name[0]
        self.base_url = f"http://{shown}:{name[1]}"

    def _run(self) -> None:
        # uvicorn leaves with SystemExit when it cannot bind; the constructor sees the thread end.
        self._server.run()

    def stop(self) -> None:
        """Stop listening and wait until the thread has ended."""
        self._server.should_exit = True
        self._thread.join(timeout=5)


def start(settings: EmulatorSettings, *, clock: Callable[[], float] = time.time, token: str | None = None) -> Emulator:
    """Take the state file's lock and serve it; EmulatorBusyError if another process does."""
    lock = open_lock(settings.state)
    if not try_lock(lock):
        os.close(lock)
        raise EmulatorBusyError(f"Another process serves {settings.state}.")
    try:
        return serve_locked(settings, lock, clock=clock, token=token)
    except BaseException:
        os.close(lock)
        raise


def serve_locked(
    settings: EmulatorSettings, lock: int, *, clock: Callable[[], float] = time.time, token: str | None = None
) -> Emulator:
    """Serve a state file whose lock is held, where it was served before if that can be."""
    before = read_address(settings.state)
    store = Store(settings.state, clock())
    try:
        spoken = token or (before.token if before is not None else secrets.token_urlsafe(32))
        world = World(settings, store, lambda: str(uuid.uuid4()), store.fact("secret", secrets.token_hex(16)))
        edge = Edge(world, spoken, clock, {"pid": os.getpid(), "state": str(settings.state)})
        serving = _listen(edge, settings, before)
    except BaseException:
        store.close()
        raise
    write_address(settings.state, Address(serving.base_url, spoken, os.getpid()))
    return Emulator(settings, edge, serving, lock)


def _listen(edge: Edge, settings: EmulatorSettings, before: Address | None) -> Serving:
    """Listen on the wanted port, else on the one of before, else on any free one."""
    if settings.port or before is None:
        return Serving(edge, settings.host, settings.port)
    deadline = time.monotonic() + _BIND_PATIENCE
    while time.monotonic() < deadline:
        try:
            return Serving(edge, settings.host, before.port)
        except EmulatorUnavailableError:
            time.sleep(0.05)
    return Serving(edge, settings.host, 0)
