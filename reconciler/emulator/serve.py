"""The doors of the emulator: start one in this process, attach to a shared one, or serve until stopped.

Everything that callers outside this package need is reached from here, `settings` and `faults`.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from reconciler.emulator.attach import Attached, answers, attach
from reconciler.emulator.server import (
    Address,
    Emulator,
    EmulatorBusyError,
    EmulatorUnavailableError,
    read_address,
    start,
)
from reconciler.emulator.state import UnreadableStateError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from reconciler.emulator.settings import EmulatorSettings

__all__ = [
    "Address",
    "Attached",
    "Emulator",
    "EmulatorBusyError",
    "EmulatorUnavailableError",
    "UnreadableStateError",
    "answers",
    "attach",
    "read_address",
    "serve_forever",
    "start",
]


def serve_forever(settings: EmulatorSettings, *, on_ready: Callable[[Emulator], None]) -> None:
    """Serve until SIGINT or SIGTERM; call from the main thread."""
    stop = threading.Event()

    def stop_serving(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, stop_serving) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with start(settings) as emulator:
            on_ready(emulator)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
