"""`reconciler settings`: every setting with its place; `settings show` the values alone, with `--origin` both."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.console import say, say_document
from reconciler.cli.flags import CloudFlags, request_of, spread
from reconciler.cli.grammar import Command
from reconciler.cli.options import Output, OutputOption, PruneOption, ScopeOption
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from reconciler.settings import ChosenTarget

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
    scope: ScopeOption = None,
    prune: PruneOption = False,
    origin: Annotated[bool, typer.Option("--origin", help="With `settings show`: also where each was said.")] = False,
    values: Annotated[bool, typer.Option(VALUES, hidden=True)] = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Show every setting, its value and where it comes from.

    `settings show` shows the values alone; for one target, by its path or --target, what counts for it, with --prune
    and --scope as for a plan.
    """
    from reconciler.app import layered_settings, targets_of
    from reconciler.render.settings_text import settings_document, settings_text

    request = request_of(flags)
    layered = layered_settings(request, os.environ)
    found = targets_of(request, os.environ)
    one = _as_run(found[0], scope or [], prune=prune) if len(found) == 1 else None
    if one is None and (prune or scope):
        raise UsageError("--prune and --scope are about one target", f"--target {found[0].name}, and so on")
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


def _as_run(target: ChosenTarget, scopes: list[str], *, prune: bool) -> ChosenTarget:
    """What counts for a target with the flags of a plan. Raises UsageError as a plan does."""
    from reconciler.app import Overrides, options_of
    from reconciler.settings import ScopeSettings
    from reconciler.source.target import scope_of

    options_of(target.settings, Overrides(prune=prune))
    changed: dict[str, Any] = {}
    origins = dict(target.origins)
    if prune or target.part:
        changed["prune"] = "off" if target.part else "on"
        origins["prune"] = f"a part of target {target.name} never prunes" if target.part else "flag --prune"
    if scopes:
        named = (scope_of(text, target.settings) for text in scopes)
        more = (ScopeSettings(subscription=each.subscription, resourceGroup=each.group) for each in named)
        changed["scopes"] = (*target.settings.scopes, *more)
        origins["scopes"] = "flag --scope"
    return replace(target, settings=target.settings.model_copy(update=changed), origins=origins)
