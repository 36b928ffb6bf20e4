"""The command line: parses, hands over, prints, and turns every end into an exit code.

Commands import what they need when they run, so that `--help` and `validate` stay quick.
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated, Final

import typer

from reconciler.cli import (
    commands,
    drifting,
    emulator_command,
    explaining,
    importing,
    inspection,
    settings_command,
)
from reconciler.cli.console import Unwritable, prepare_streams, say, settle_streams
from reconciler.cli.grammar import Command, Group
from reconciler.cli.settings_command import SettingsCommand

SELDOM: Final = (200_000, 50, 100)
"""When to look for garbage: what a command makes lives to its end, and looking often takes a tenth of a large plan."""

app = typer.Typer(
    name="reconciler",
    cls=Group,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for _name, _command in (
    ("validate", inspection.validate),
    ("plan", commands.plan),
    ("apply", commands.apply),
    ("import", importing.import_),
    ("show", inspection.show),
    ("drift", drifting.drift),
    ("status", commands.status),
    ("explain", explaining.explain),
    ("why", explaining.why),
    ("schema", explaining.schema),
    ("version", inspection.version),
):
    app.command(_name, cls=Command)(_command)
app.command("settings", cls=SettingsCommand)(settings_command.settings)
app.add_typer(emulator_command.app, name="emulator")


def _print_version(asked: bool) -> None:
    if asked:
        say(inspection.version_line())
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", "-V", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Run Azure Compute Galleries from git: plan and apply what manifests declare."""


def main() -> None:
    """Entry point of the `reconciler` program."""
    gc.set_threshold(*SELDOM)
    prepare_streams()
    try:
        app()
    except (OSError, Unwritable):
        sys.exit(1)
    finally:
        settle_streams()
