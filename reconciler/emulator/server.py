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
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import uvicorn

from reconciler.emulator import catalogue
from reconciler.emulator.app import Edge
from reconciler.emulator.faults import Faults
from reconciler.emulator.front import Front
from reconciler.emulator.signin import certificates
from reconciler.emulator.signin.directory import directory_of
from reconciler.emulator.signin.tokens import ARM, TEN_YEARS, Tokens
from reconciler.emulator.state import Store
from reconciler.emulator.trouble.throttling import Meter
from reconciler.emulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from reconciler.emulator.app import RequestRecord
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.emulator.signin.certificates import Papers

_BIND_PATIENCE = 5.0


class EmulatorBusyError(RuntimeError):
    """Another process serves this state file."""


class EmulatorUnavailableError(RuntimeError):
    """The emulator could not be started or reached."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a state file is served, and with what CA (a PEM file) its certificate is checked, if it has one."""

    base_url: str
    token: str
    pid: int
    authority: str = ""

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
        return Address(str(read["base_url"]), str(read["token"]), int(read["pid"]), str(read.get("authority", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_address(state: Path, address: Address) -> None:
    """Publish where a state file is served: in one step and for its owner only."""
    handle, name = tempfile.mkstemp(prefix=f"{state.name}.address.", dir=state.parent)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(address), file)
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
        world = _world(settings, store, papers)
        front = Front(world, {"pid": os.getpid(), "state": str(settings.state)})
        edge = Edge(front, clock)
        token = _house_token(world, clock())
        serving = _listen(edge, settings, before, papers)
    except BaseException:
        store.close()
        raise
    address = Address(serving.base_url, token, os.getpid(), str(papers.authority) if papers is not None else "")
    write_address(settings.state, address)
    return Emulator(edge, serving, lock, address)


def _world(settings: EmulatorSettings, store: Store, papers: Papers | None) -> World:
    secret = store.fact("secret", secrets.token_hex(16))
    certificate = certificates.client_certificate(papers) if papers is not None else ""
    directory = directory_of(settings, secret, certificate)
    faults = Faults()
    for fault in settings.faults:
        faults.add(fault)
    granted = {one.object_id.lower(): one.roles for one in directory.principals.values() if one.roles}
    settings = replace(settings, granted={**granted, **settings.granted})
    meter = Meter(settings, faults)
    tokens = Tokens(secret, settings.tenant)
    return World(settings, store, lambda: str(uuid.uuid4()), secret, directory, tokens, faults, meter)


def _house_token(world: World, now: float) -> str:
    """Give the operator's long-lived token, the same over restarts."""
    operator = world.directory.get(world.settings.caller)
    assert operator is not None
    name = f"token/{world.settings.tenant}/{world.settings.caller}"
    known = world.store.fact(name, "")
    if not known:
        known = world.tokens.mint(operator, ARM, now, TEN_YEARS)
        world.store.remember(name, known)
    return known


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
