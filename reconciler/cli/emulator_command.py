"""`reconciler emulator`: Azure Compute Galleries on this machine, for any ARM client.

Alone it serves until it is stopped; `env` tells clients where it is, `seed` fills it at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.console import say, tell
from reconciler.cli.grammar import Command, Group
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.emulator.serve import Emulator
    from reconciler.emulator.settings import EmulatorSettings

STATE = ".reconciler/emulator.sqlite"
DEFAULT_SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
StateOption = Annotated[str, typer.Option("--state", metavar="FILE", help="Where the emulated Azure lives.")]
ConfigOption = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="Settings of the emulator (YAML): doubts, durations, people."),
]

app = typer.Typer(
    cls=Group,
    invoke_without_command=True,
    no_args_is_help=False,
    rich_markup_mode=None,
    help="Run the emulated Azure alone until it is stopped.",
)


class Sources(StrEnum):
    """From what a version may be made."""

    ANY = "any"
    STRICT = "strict"


class Client(StrEnum):
    """Whose variables are printed."""

    AZ = "az"
    SDK = "sdk"
    TERRAFORM = "terraform"
    ANSIBLE = "ansible"


@app.callback()
def emulator(
    context: typer.Context,
    state: StateOption = STATE,
    config: ConfigOption = None,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on; beyond this machine --tls is needed.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = None,
    time_scale: Annotated[
        float | None,
        typer.Option("--time-scale", min=0, help="Emulated time to real time; 0.01 makes a minute 0.6 s, 0 no time."),
    ] = None,
    latency: Annotated[float | None, typer.Option("--latency", min=0, help="Seconds added to every request.")] = None,
    tls: Annotated[bool | None, typer.Option("--tls", help="Speak TLS, with a CA made at the first start.")] = None,
    sources: Annotated[
        Sources | None,
        typer.Option("--sources", help="From what versions may be made: anything, or what was put there."),
    ] = None,
    authorize: Annotated[
        bool | None, typer.Option("--authorize", help="Let callers do only what their roles allow.")
    ] = None,
    throttle: Annotated[bool | None, typer.Option("--throttle", help="Answer 429 over Azure's rate limits.")] = None,
    control: Annotated[
        bool | None, typer.Option("--control", help="Answer under /_emulator/: requests, counters, faults.")
    ] = None,
    faults: Annotated[
        str | None, typer.Option("--faults", metavar="FILE", help="Faults in force from the start (YAML).")
    ] = None,
) -> None:
    """Run the emulated Azure alone until it is stopped."""
    if context.invoked_subcommand is not None:
        return
    given = {
        "host": host,
        "port": port,
        "time_scale": time_scale,
        "latency": latency,
        "tls": tls,
        "sources": None if sources is None else sources.value,
        "authorization": authorize,
        "throttle": throttle,
        "control": control,
    }
    serve(state, config, given, faults)


@walled
def serve(state: str, config: str | None, given: dict[str, Any], faults: str | None) -> int:
    """Serve until SIGINT or SIGTERM."""
    from reconciler.emulator.serve import serve_forever

    settings = _settings(state, config, given | {"faults": _faults(faults)})
    if settings.host not in ("127.0.0.1", "localhost", "::1") and not settings.tls:
        raise UsageError(f"--host {settings.host} would send tokens in plain text", "add --tls")
    with _state(settings):
        serve_forever(settings, on_ready=_announce)
    return ExitCode.DONE


def _announce(running: Emulator) -> None:
    lines = [f"emulator at {running.base_url}, state {running.settings.state}", f"bearer token {running.token}"]
    if running.address.authority:
        lines.append(f"CA {running.address.authority}")
    if running.settings.control:
        lines.append(f"control at {running.base_url}/_emulator/")
    tell("\n".join(lines))


def _faults(path: str | None) -> Any:
    if path is None:
        return None
    from reconciler.emulator.trouble import fault_file

    try:
        return fault_file.read(Path(path))
    except fault_file.FaultError as error:
        raise UsageError(str(error), "a fault has the fields that the README lists") from error


def _settings(state: str, config: str | None, given: dict[str, Any]) -> EmulatorSettings:
    from reconciler.emulator.settings_file import SettingsFileError, settings_from

    try:
        return settings_from(None if config is None else Path(config), Path(state), given)
    except SettingsFileError as error:
        raise UsageError(str(error), "settings have the names and values of the emulator's own") from error


@contextmanager
def _state(settings: EmulatorSettings) -> Iterator[None]:
    from reconciler.cli.connection import EmulatorBusy, state_folder
    from reconciler.emulator.serve import EmulatorBusyError, EmulatorUnavailableError

    folder = settings.state.parent
    try:
        with state_folder(folder, "--state", ours=folder.name == ".reconciler"):
            yield
    except EmulatorBusyError as error:
        raise EmulatorBusy(str(error), "end that process, or name another --state") from error
    except EmulatorUnavailableError as error:
        raise UsageError(str(error), "choose another --host or --port") from error


@app.command("seed", cls=Command)
@walled
def seed(
    state: StateOption = STATE,
    config: ConfigOption = None,
    galleries: Annotated[int, typer.Option("--galleries", min=0, help="Galleries to make.")] = 0,
    definitions: Annotated[int, typer.Option("--definitions", min=0, help="Definitions, over all galleries.")] = 0,
    versions: Annotated[int, typer.Option("--versions", min=0, help="Versions of each definition.")] = 0,
    resources: Annotated[
        str | None, typer.Option("--resources", metavar="FILE", help="A YAML or JSON list of ARM bodies with ids.")
    ] = None,
    subscription: Annotated[str, typer.Option("--subscription", metavar="GUID")] = DEFAULT_SUBSCRIPTION,
    group: Annotated[str, typer.Option("--resource-group", metavar="NAME")] = "rg-images",
) -> int:
    """Fill the emulated Azure at once, while nobody serves it."""
    from itertools import chain

    from reconciler.emulator import seed as seeding

    if (definitions and not galleries) or (versions and not definitions):
        raise UsageError("definitions need galleries, and versions need definitions", "state their numbers, too")
    settings = _settings(state, config, {})
    estate = seeding.Estate(subscription, group, galleries, definitions, versions)
    try:
        listed = [] if resources is None else seeding.read(Path(resources))
        with _state(settings):
            made = seeding.seed(settings, chain(listed, seeding.bodies_of(estate)))
    except seeding.SeedError as error:
        raise UsageError(str(error), "nothing was seeded") from error
    tell(f"seeded {made:,} resources into {state}")
    return ExitCode.DONE


@app.command("env", cls=Command)
@walled
def env(
    client: Annotated[Client, typer.Argument(help="The client that is to use the emulator.")],
    state: StateOption = STATE,
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs in: operator or reader.")] = "operator",
    certificate: Annotated[bool, typer.Option("--certificate", help="Sign in with the certificate.")] = False,
) -> int:
    """Print what a client needs to find and trust it: eval it."""
    from shlex import quote

    from reconciler.emulator import clients
    from reconciler.emulator.serve import answers, read_address

    address = read_address(Path(state))
    if address is None or not answers(address):
        raise UsageError(f"no emulator serves {state}", f"start one: reconciler emulator --state {state}")
    chosen = clients.SignIn(who, certificate)
    try:
        made = clients.exports(client.value, address, chosen, Path(state))
    except clients.ClientError as error:
        raise UsageError(str(error)) from error
    lines = [f"export {name}={quote(value)}" for name, value in made.items()]
    remark = clients.remark(client.value, chosen)
    say("\n".join([*lines, *([f"# {remark}"] if remark else [])]) + "\n")
    return ExitCode.DONE
