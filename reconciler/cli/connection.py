"""The connection of one command: the gateway, and the emulator behind it where that is the cloud."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.app import Endpoint, connect
from reconciler.errors import CredentialError, ExitCode, ReconcilerError, UsageError, reason_of
from reconciler.store.folder import make_folder

if TYPE_CHECKING:
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.live.gateway import Gateway
    from reconciler.settings import Settings

EMULATOR = "emulator"


class EmulatorBusy(ReconcilerError):  # noqa: N818 - a state of the world, told in one line
    """Another process holds the emulator's state and does not answer."""

    exit_code = ExitCode.LOCKED


class _Open:
    """The gateways of one run, each opened once, and the emulators behind them."""

    shared: _Open | None = None

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._gateways: dict[tuple[Any, ...], Gateway] = {}
        self._endpoints: dict[str, Endpoint] = {}

    def gateway(self, settings: Settings, *, writing: bool) -> Gateway:
        """The gateway of a cloud and credential. Raises what `connected` raises."""
        key = _key(settings, writing=writing)
        if key not in self._gateways:
            endpoint = self._emulator(settings) if settings.cloud == EMULATOR else None
            gateway = connect(settings, os.environ, endpoint, writing=writing)
            self._stack.callback(gateway.close)
            self._gateways[key] = gateway
        return self._gateways[key]

    def _emulator(self, settings: Settings) -> Endpoint:
        state = state_file(settings)
        if state not in self._endpoints:
            self._endpoints[state] = _emulated(self._stack, settings)
        return self._endpoints[state]


def _key(settings: Settings, *, writing: bool) -> tuple[Any, ...]:
    """What two targets must have in common to share a gateway."""
    place = (settings.cloud, settings.endpoint, settings.audience, settings.authority, state_file(settings))
    reading = not writing and settings.planCredential.stated
    who = settings.planCredential if reading else settings.credential
    return (*place, reading, who, settings.apiVersion, settings.timeout, settings.workers)


@contextmanager
def shared_connections() -> Iterator[None]:
    """Let every `connected` inside share what is open: one gateway for each cloud and credential."""
    with ExitStack() as stack:
        _Open.shared = _Open(stack)
        try:
            yield
        finally:
            _Open.shared = None


@contextmanager
def connected(settings: Settings, cloud_hint: str = "", *, writing: bool = False) -> Iterator[Gateway]:
    """Open the gateway; with `cloud: emulator`, serve the state file or join the process that does.

    `cloud_hint` says how the cloud came to be chosen, for when signing in to it fails. Who only reads has the
    credential for planning, where there is one; `writing` takes the other.
    """
    with ExitStack() as stack:
        try:
            yield (_Open.shared or _Open(stack)).gateway(settings, writing=writing)
        except CredentialError as error:
            hints = (cloud_hint, error.hint)
            raise CredentialError(f"{settings.cloud}: {error.message}", "; ".join(filter(None, hints))) from error


def _emulated(stack: ExitStack, settings: Settings) -> Endpoint:
    from reconciler.emulator.serve import EmulatorUnavailableError, attach

    state = Path(state_file(settings))
    setting = "emulator.state" if settings.emulator.state else "stateDir"
    with state_folder(state.parent, setting, ours=not settings.emulator.state):
        try:
            attached = stack.enter_context(attach(emulator_settings(settings)))
        except EmulatorUnavailableError as error:
            raise EmulatorBusy(str(error), "end that process, or set another stateDir") from error
    return Endpoint(attached.base_url, attached.token, attached.authority)


@contextmanager
def state_folder(folder: Path, setting: str, *, ours: bool) -> Iterator[None]:
    """Make the folder, kept out of git where it is `ours`; what cannot be written is a UsageError naming both.

    So is a state file that cannot be read: it is never begun anew on its own.
    """
    from reconciler.emulator.serve import UnreadableStateError

    try:
        if ours:
            make_folder(folder)
        yield
    except UnreadableStateError as error:
        raise UsageError(str(error), f"move it away to begin anew, or set {setting} to another place") from error
    except (OSError, sqlite3.Error) as error:
        reason = reason_of(error)
        raise UsageError(
            f"the state folder {folder.absolute()} cannot be written: {reason}",
            f"set {setting} to a file in a folder that can be" if setting != "stateDir" else STATE_HINT,
        ) from error


STATE_HINT = "set stateDir (or RECONCILER_STATE_DIR) to a folder that can be written"


def state_file(settings: Settings) -> str:
    """Where the embedded emulator's state lies; "" for a real cloud."""
    if settings.cloud != EMULATOR:
        return ""
    return settings.emulator.state or str(Path(settings.stateDir) / "emulator.sqlite")


def emulator_settings(settings: Settings) -> EmulatorSettings:
    """The embedded emulator's settings: its state in the state folder, its time scale."""
    from reconciler.emulator.settings import EmulatorSettings

    return EmulatorSettings(state=Path(state_file(settings)), time_scale=settings.emulator.timeScale)
