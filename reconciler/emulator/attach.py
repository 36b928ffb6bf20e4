"""Sharing one emulator between processes: serve if nobody does, join if somebody does, take over after.

A joiner keeps trying for the lock in the background. When the serving process ends, however it ends,
the lock falls free and one joiner serves the same state under the same URL and token.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import ssl
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from reconciler.emulator.front import ALIVE
from reconciler.emulator.server import (
    Address,
    Emulator,
    EmulatorUnavailableError,
    open_lock,
    read_address,
    serve_locked,
    try_lock,
    unlock,
)

if TYPE_CHECKING:
    from types import TracebackType

    from reconciler.emulator.settings import EmulatorSettings

_PATIENCE = 15.0
_PACE = 0.02
_RETRY = 0.5
_LOG = logging.getLogger(__name__)


class Attached:
    """A share in an emulator; close it, or use it as a context manager."""

    def __init__(self, settings: EmulatorSettings, lock: int, address: Address, emulator: Emulator | None) -> None:
        self._address = address
        self._settings = settings
        self._lock = lock
        self._emulator = emulator
        self._closing = threading.Event()
        self._heir: threading.Thread | None = None
        if emulator is None:
            self._heir = threading.Thread(target=self._wait_for_lock, name="emulator-heir", daemon=True)
            self._heir.start()

    @property
    def base_url(self) -> str:
        """Where the emulator answers; stays the same over a take-over unless its port was lost."""
        emulator = self._emulator
        return self._address.base_url if emulator is None else emulator.base_url

    @property
    def token(self) -> str:
        """The bearer token; another one after a take-over by a process that serves another tenant."""
        emulator = self._emulator
        return self._address.token if emulator is None else emulator.token

    @property
    def authority(self) -> str:
        """The PEM file of the CA, where the emulator speaks TLS; else empty."""
        return self._address.authority

    @property
    def serving(self) -> bool:
        """Whether this process is the one that serves, by now."""
        return self._emulator is not None

    def _wait_for_lock(self) -> None:
        """Take over as soon as the lock is free; what stands in the way then may pass, so it is tried again."""
        told = ""
        while not self._closing.wait(_RETRY if told else _PACE):
            if not try_lock(self._lock):
                continue
            try:
                self._emulator = serve_locked(self._settings, self._lock)
            except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
                unlock(self._lock)
                if told != str(error):
                    told = str(error)
                    _LOG.error("emulator.take_over.failed: %s", told)
            else:
                return

    def close(self) -> None:
        """Give up this share; if this process serves, the next joiner takes over."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._heir is not None:
            self._heir.join()
        if self._emulator is not None:
            self._emulator.close()
        else:
            os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def attach(settings: EmulatorSettings) -> Attached:
    """Serve the state file, or join the process that does; EmulatorUnavailableError after 15 seconds."""
    lock = open_lock(settings.state)
    deadline = time.monotonic() + _PATIENCE
    try:
        while time.monotonic() < deadline:
            if try_lock(lock):
                emulator = serve_locked(settings, lock)
                return Attached(settings, lock, emulator.address, emulator)
            address = read_address(settings.state)
            if address is not None and answers(address):
                spoken = replace(settings, tls=address.base_url.startswith("https:"))
                return Attached(spoken, lock, address, None)
            time.sleep(_PACE)
    except BaseException:
        os.close(lock)
        raise
    os.close(lock)
    raise EmulatorUnavailableError(f"{settings.state} is locked by another process that does not answer.")


def answers(address: Address) -> bool:
    """Tell whether the process that published an address answers there."""
    where = urlsplit(address.base_url)
    try:
        connection = _connection(where.scheme, where.hostname or "", where.port, address.authority)
    except (OSError, ValueError):
        return False
    try:
        connection.request("GET", ALIVE, headers={"Authorization": f"Bearer {address.token}"})
        answer = connection.getresponse()
        return answer.status == http.client.OK and json.loads(answer.read()).get("pid") == address.pid
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, authority: str) -> http.client.HTTPConnection:
    if scheme == "https":
        trust = ssl.create_default_context(cafile=authority or None)
        return http.client.HTTPSConnection(host, port, timeout=2, context=trust)
    return http.client.HTTPConnection(host, port, timeout=2)
