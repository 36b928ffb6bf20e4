"""The command line: parses, hands over, prints, and turns every end into an exit code.

Commands import what they need when they run, so that `--help` and `validate` stay quick.
"""

from __future__ import annotations

import os
import sys

import typer

from reconciler.cli import commands, emulator_command

app = typer.Typer(
    name="reconciler",
    help="Run Azure Compute Galleries from git: plan and apply what manifests declare.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("validate")(commands.validate)
app.command("plan")(commands.plan)
app.command("apply")(commands.apply)
app.command("show")(commands.show)
app.command("status")(commands.status)
app.command("settings")(commands.settings)
app.command("emulator")(emulator_command.emulator)
app.command("version")(commands.version)

USAGE_EXIT = 64  # EX_USAGE; the library's own 2 means "changes pending" here. It carries its own click: see below
for _error in typer.BadParameter.__mro__:
    if _error.__name__ == "UsageError":
        _error.exit_code = USAGE_EXIT  # type: ignore[attr-defined]


def main() -> None:
    """Entry point of the `reconciler` program."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
