"""`reconciler settings`: every setting with its place; `settings show` the values alone, with `--origin` both."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from reconciler.cli.console import say, say_document
from reconciler.cli.flags import CloudFlags, request_of, spread
from reconciler.cli.grammar import Command
from reconciler.cli.options import Output, OutputOption
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode

SHOW = "show"
VALUES = "--values"


class SettingsCommand(Command):
    """A command that also has the spelling `settings show`; a folder of that name is ./show."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take `show` for what it is."""
        return super().parse_args(ctx, [VALUES, *args[1:]] if args[:1] == [SHOW] else args)


@walled
@spread
def settings(
    flags: CloudFlags,
    origin: Annotated[bool, typer.Option("--origin", help="With `settings show`: also where each was said.")] = False,
    values: Annotated[bool, typer.Option(VALUES, hidden=True)] = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Show every setting, its value and where it comes from.

    `settings show` shows the values alone; for one target, by its path or --target, what counts for it.
    """
    from reconciler.app import layered_settings, targets_of
    from reconciler.render.settings_text import settings_document, settings_text

    request = request_of(flags)
    layered = layered_settings(request, os.environ)
    found = targets_of(request, os.environ)
    one = found[0] if len(found) == 1 else None
    chosen, origins = (one.settings, one.origins) if one else (layered.settings, layered.origins)
    places = {} if one and one.name else layered.places
    stated = chosen.model_dump(mode="json", include={"ignore", "targets"}, exclude_unset=True)
    rows = settings_document(chosen.model_dump(mode="json") | stated, origins, places)
    if values and not origin:
        rows = [{"setting": row["setting"], "value": row["value"]} for row in rows]
    if output is Output.JSON:
        say_document(rows)
    else:
        say(settings_text(rows))
    return ExitCode.DONE
