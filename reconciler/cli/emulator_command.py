"""`reconciler emulator`: Azure Compute Galleries on this machine, for any ARM client.

Alone it serves until it is stopped; `env` tells clients where it is, `seed` fills it at once.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.console import say, tell
from reconciler.cli.grammar import Command, Group
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.emulator.serve import Address, Emulator
    from reconciler.emulator.settings import EmulatorSettings

STATE = ".reconciler/emulator.sqlite"
STARTING = 3.0  # seconds for which an emulator that was just started is waited for
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
    CURL = "curl"


HostOption = Annotated[
    str | None, typer.Option("--host", help="Address to listen on; beyond this machine --tls is needed.")
]
PortOption = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")]
ScaleOption = Annotated[
    float | None,
    typer.Option("--time-scale", min=0, help="Emulated time to real time; 0.01 makes a minute 0.6 s, 0 no time."),
]
LatencyOption = Annotated[float | None, typer.Option("--latency", min=0, help="Seconds added to every request.")]
TlsOption = Annotated[bool | None, typer.Option("--tls", help="Speak TLS, with a CA made at the first start.")]
SourcesOption = Annotated[
    Sources | None, typer.Option("--sources", help="From what versions may be made: anything, or what was put there.")
]
AuthorizeOption = Annotated[
    bool | None, typer.Option("--authorize", help="Let callers do only what their roles allow.")
]
ThrottleOption = Annotated[bool | None, typer.Option("--throttle", help="Answer 429 over Azure's rate limits.")]
ControlOption = Annotated[
    bool | None, typer.Option("--control", help="Answer under /_emulator/: requests, counters, faults.")
]
FaultsOption = Annotated[
    str | None, typer.Option("--faults", metavar="FILE", help="Faults in force from the start (YAML).")
]


@app.callback()
def emulator(
    context: typer.Context,
    state: StateOption = STATE,
    config: ConfigOption = None,
    host: HostOption = None,
    port: PortOption = None,
    time_scale: ScaleOption = None,
    latency: LatencyOption = None,
    tls: TlsOption = None,
    sources: SourcesOption = None,
    authorize: AuthorizeOption = None,
    throttle: ThrottleOption = None,
    control: ControlOption = None,
    faults: FaultsOption = None,
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
    _check_host(settings.host, tls=settings.tls)
    with _state(settings):
        serve_forever(settings, on_ready=_announce)
    return ExitCode.DONE


def _check_host(host: str, *, tls: bool) -> None:
    """Refuse what is no host of this machine, and to go beyond it in plain text."""
    import socket

    try:
        socket.getaddrinfo(host, 0, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise UsageError(
            f"--host {host}: {error.strerror or error}", "name a host or address of this machine"
        ) from error
    if host not in ("127.0.0.1", "localhost", "::1") and not tls:
        raise UsageError(
            f"--host {host} reaches beyond this machine, and tokens would travel in plain text", "add --tls"
        )


def _announce(running: Emulator) -> None:
    scale = running.settings.time_scale
    where = "" if str(running.settings.state) == STATE else f" --state {quote(str(running.settings.state))}"
    first, others = (
        ("az", "sdk, terraform, ansible") if running.address.authority else ("sdk", "with --tls az, terraform, ansible")
    )
    lines = [
        f"emulator at {running.base_url}, state {running.settings.state}, one emulated second takes {scale:g} s",
        f'clients: eval "$(reconciler emulator env {first}{where})"; or curl, {others}',
    ]
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
        raise UsageError(str(error), "docs/emulator.md lists the fields of each fault") from error


def _settings(state: str, config: str | None, given: dict[str, Any]) -> EmulatorSettings:
    from reconciler.emulator.settings_file import SettingsFileError, settings_from

    if not state or Path(state).is_dir():
        raise UsageError(f"--state “{state}” is no file", "name a file, which is made if it is missing")
    try:
        return settings_from(None if config is None else Path(config), Path(state), given)
    except SettingsFileError as error:
        raise UsageError(str(error), "`reconciler emulator settings` lists all names, defaults and values") from error


@contextmanager
def _state(settings: EmulatorSettings) -> Iterator[None]:
    from reconciler.cli.connection import EmulatorBusy, state_folder
    from reconciler.emulator.serve import EmulatorBusyError, EmulatorUnavailableError

    folder = settings.state.parent
    try:
        with state_folder(folder, "--state", ours=folder.name == ".reconciler"):
            yield
    except EmulatorBusyError as error:
        raise EmulatorBusy(f"{error}{_by_whom(settings.state)}", "end that process, or name another --state") from error
    except EmulatorUnavailableError as error:
        raise UsageError(str(error), "choose another --host or --port") from error


def _by_whom(state: Path) -> str:
    from reconciler.emulator.serve import read_address

    address = read_address(state)
    return "" if address is None else f" It is process {address.pid}, at {address.base_url}."


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
    subscription: Annotated[
        str | None, typer.Option("--subscription", metavar="GUID", help="Whose they are; else that of the settings.")
    ] = None,
    group: Annotated[str, typer.Option("--resource-group", metavar="NAME")] = "rg-images",
) -> int:
    """Fill the emulated Azure at once, while nobody serves it."""
    from itertools import chain

    from reconciler.emulator import seed as seeding

    if (definitions and not galleries) or (versions and not definitions):
        raise UsageError("definitions need galleries, and versions need definitions", "state their numbers, too")
    settings = _settings(state, config, {})
    images = settings.sources == "strict"
    estate = seeding.Estate(
        subscription or settings.default_subscription, group, galleries, definitions, versions, images=images
    )
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
    who: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Who signs in: operator, reader, or an application of --config.")
    ] = "operator",
    certificate: Annotated[bool, typer.Option("--certificate", help="Sign in with the certificate.")] = False,
) -> int:
    """Print what a client needs to find and trust it: eval it."""
    from reconciler.emulator import clients

    file = Path(state)
    try:
        address = _running(file)
        told = clients.script(client.value, address, clients.SignIn(who, certificate), file)
    except (UsageError, clients.ClientError) as error:
        say(clients.nothing(client.value, file))
        if isinstance(error, UsageError):
            raise
        raise UsageError(str(error)) from error
    say(told)
    return ExitCode.DONE


def _running(state: Path) -> Address:
    """Find the emulator that serves a state file, which may be about to start."""
    import time

    from reconciler.emulator.serve import answers, read_address

    deadline = time.monotonic() + STARTING
    while True:
        address = read_address(state)
        if address is not None and answers(address):
            return address
        if time.monotonic() > deadline:
            raise UsageError(f"no emulator serves {state}", f"start one: reconciler emulator --state {state}")
        time.sleep(0.05)


@app.command("settings", cls=Command)
@walled
def settings() -> int:
    """Print every setting with its default, as a file for --config."""
    from reconciler.emulator import settings_text

    say(settings_text.text())
    return ExitCode.DONE
