"""The connection of one command: the gateway, and the emulator behind it where that is the cloud."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.app import Endpoint, connect

if TYPE_CHECKING:
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.live.gateway import Gateway
    from reconciler.settings import Settings


@contextmanager
def connected(settings: Settings) -> Iterator[Gateway]:
    """Open the gateway; with `cloud: emulator`, serve the state file or join the process that does."""
    with ExitStack() as stack:
        endpoint = None
        if settings.cloud == "emulator":
            from reconciler.emulator.serve import attach

            attached = stack.enter_context(attach(emulator_settings(settings)))
            endpoint = Endpoint(attached.base_url, attached.token)
        gateway = connect(settings, os.environ, endpoint)
        stack.callback(gateway.close)
        yield gateway


def emulator_settings(settings: Settings) -> EmulatorSettings:
    """The embedded emulator's settings: its state in the state folder, its time scale."""
    from reconciler.emulator.settings import EmulatorSettings

    state = settings.emulator.state or str(Path(settings.stateDir) / "emulator.sqlite")
    return EmulatorSettings(state=Path(state), time_scale=settings.emulator.timeScale)
