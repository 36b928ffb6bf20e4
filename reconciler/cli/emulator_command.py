"""`reconciler emulator`: Azure Compute Galleries on this machine, for any ARM client."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.console import tell
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode


@walled
def emulator(
    state: Annotated[str, typer.Option("--state", metavar="FILE", help="Where the emulated Azure lives.")] = (
        ".reconciler/emulator.sqlite"
    ),
    port: Annotated[int, typer.Option("--port", help="Port on loopback; 0 takes a free one.")] = 0,
    time_scale: Annotated[
        float, typer.Option("--time-scale", help="Emulated time to real time; 0.01 makes a minute 0.6 s, 0 no time.")
    ] = 0.01,
    latency: Annotated[float, typer.Option("--latency", help="Seconds added to every request.")] = 0.0,
) -> int:
    """Run the emulator alone until it is stopped."""
    from reconciler.cli.connection import state_folder
    from reconciler.emulator.serve import EmulatorBusyError, serve_forever
    from reconciler.emulator.settings import EmulatorSettings

    settings = EmulatorSettings(state=Path(state), port=port, time_scale=time_scale, latency=latency)
    folder = settings.state.parent
    try:
        with state_folder(folder, "--state", ours=folder.name == ".reconciler"):
            serve_forever(
                settings,
                on_ready=lambda running: tell(
                    f"emulator at {running.base_url}, state {state}\nbearer token {running.token}"
                ),
            )
    except EmulatorBusyError as error:
        tell(f"error: {error}")
        return ExitCode.LOCKED
    return ExitCode.DONE
