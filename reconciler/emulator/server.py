"""One running emulator in this process: lock, state, server thread, address.

Exactly one process serves a state file, the one that holds its lock. The address file beside it
keeps port and token beyond that process, so that the next one answers under the same URLs.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import uvicorn

from reconciler.emulator import catalogue
from reconciler.emulator.app import Edge
from reconciler.emulator.front import Front
from reconciler.emulator.opening import house_token, open_world, sign_ins
from reconciler.emulator.signin import certificates
from reconciler.emulator.state import Store

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import TracebackType

    from reconciler.emulator.faults import Faults
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.emulator.signin.certificates import Papers
    from reconciler.emulator.traffic import RequestRecord

_BIND_PATIENCE = 5.0
_ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what listens everywhere is reached here, too
_GRACE, _FAREWELL = 1.0, 0.05


class EmulatorBusyError(RuntimeError):
    """Another process serves this state file."""


class EmulatorUnavailableError(RuntimeError):
    """The emulator could not be started or reached."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a state file is served, and what one needs to be let in.

    `authority` is the PEM file of the CA, `client` that of the pair to sign in with, where TLS is spoken; `sign_ins`
    gives id and secret of the built-in principals by name.
    """

    base_url: str
    token: str
    pid: int
    authority: str = ""
    client: str = ""
    tenant: str = ""
    subscription: str = ""
    sign_ins: dict[str, dict[str, str]] = field(default_factory=dict)

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
        known = {name: read[name] for name in Address.__dataclass_fields__ if name in read}
        return Address(**known) if isinstance(read["pid"], int) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_address(state: Path, address: Address) -> None:
    """Publish where a state file is served: in one step and for its owner only."""
    beside = state.with_name(f"{state.name}.address.new")
    beside.unlink(missing_ok=True)  # of one who was killed here: only the lock's holder comes so far
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(address), file)
    beside.replace(address_file(state))


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

    def __init__(self, edge: Edge, serving: Serving, lock: int, address: Address) -> None:
        self.settings = edge.front.world.settings
        self.base_url = address.base_url
        self.token = address.token
        self.address = address
        self.faults: Faults = edge.front.world.faults
        self.requests: list[RequestRecord] = edge.front.log.records
        self._edge = edge
        self._serving = serving
        self._lock = lock
        self._open = True

    def resources(self) -> dict[str, dict[str, Any]]:
        """Give every gallery, definition, version and role assignment as GET would answer it now."""
        return catalogue.everything(self._edge.front.world.store, self._edge.clock())

    def close(self) -> None:
        """Stop serving and let the next process have the state."""
        if not self._open:
            return
        self._open = False
        self._serving.stop()
        self._edge.front.world.store.close()
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(uvicorn.Server):
    """Leaves as soon as all is answered, without uvicorn's pauses: until then nobody can take over."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let requests under way be answered, end what takes longer than the grace."""
        del sockets
        for listening in self.servers:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await _until(lambda: not self.server_state.tasks, _GRACE)
        for task in self.server_state.tasks:
            task.cancel()
        await _until(lambda: not self.server_state.connections, _FAREWELL)  # a TLS client may never say good-bye
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


async def _until(condition: Callable[[], bool], patience: float) -> None:
    end = time.monotonic() + patience
    while not condition() and time.monotonic() < end:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.001)


class Serving:
    """A uvicorn server in a daemon thread, listening once this exists."""

    def __init__(self, edge: Edge, host: str, port: int, papers: Papers | None = None) -> None:
        config = uvicorn.Config(
            edge,
            host=host,
            port=port,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=False,
            ssl_certfile=papers.certificate if papers is not None else None,
            ssl_keyfile=str(papers.key) if papers is not None else None,
            ws="none",
            timeout_keep_alive=75,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="emulator", daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise EmulatorUnavailableError(f"Cannot listen on {host}:{port}; is the port taken?")
            time.sleep(0.002)
        name = self._server.servers[0].sockets[0].getsockname()
        host_name = _ANY_HOST.get(name[0], name[0])
        shown = f"[{host_name}]" if ":" in host_name else host_name
        self.base_url = f"{'http' if papers is None else 'https'}://{shown}:{name[1]}"

    def _run(self) -> None:
        # uvicorn leaves with SystemExit when it cannot bind; the constructor sees the thread end.
        self._server.run()

    def stop(self) -> None:
        """Stop listening and wait until the thread has ended."""
        self._server.should_exit = True
        self._thread.join(timeout=5)


def start(settings: EmulatorSettings, *, clock: Callable[[], float] = time.time) -> Emulator:
    """Take the state file's lock and serve it; EmulatorBusyError if another process does."""
    lock = open_lock(settings.state)
    if not try_lock(lock):
        os.close(lock)
        raise EmulatorBusyError(f"Another process serves {settings.state}.")
    try:
        return serve_locked(settings, lock, clock=clock)
    except BaseException:
        os.close(lock)
        raise


def serve_locked(settings: EmulatorSettings, lock: int, *, clock: Callable[[], float] = time.time) -> Emulator:
    """Serve a state file whose lock is held, where it was served before if that can be."""
    before = read_address(settings.state)
    papers = None
    if settings.tls:
        papers = certificates.issue(settings.state, settings.host, datetime.fromtimestamp(clock(), UTC))
    store = Store(settings.state, clock(), served=before is not None)
    try:
        world = open_world(settings, store, papers)
        front = Front(world, {"pid": os.getpid(), "state": str(settings.state)})
        edge = Edge(front, clock)
        token = house_token(world, clock())
        serving = _listen(edge, settings, before, papers)
    except BaseException:
        store.close()
        raise
    address = Address(
        serving.base_url,
        token,
        os.getpid(),
        str(papers.authority.absolute()) if papers is not None else "",
        str(papers.client.absolute()) if papers is not None else "",
        settings.tenant,
        settings.default_subscription,
        sign_ins(world),
    )
    write_address(settings.state, address)
    return Emulator(edge, serving, lock, address)


def _listen(edge: Edge, settings: EmulatorSettings, before: Address | None, papers: Papers | None) -> Serving:
    """Listen on the wanted port, else on the one of before, else on any free one."""
    if settings.port or before is None:
        return Serving(edge, settings.host, settings.port, papers)
    deadline = time.monotonic() + _BIND_PATIENCE
    while time.monotonic() < deadline:
        try:
            return Serving(edge, settings.host, before.port, papers)
        except EmulatorUnavailableError:
            time.sleep(0.05)
    return Serving(edge, settings.host, 0, papers)
