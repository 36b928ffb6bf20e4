"""What the command-line library gets wrong for us: its exit code, suggestions that would delete something, secrets."""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

LONGEST: Final = 80
USAGE_EXIT: Final = 64  # EX_USAGE; the library's own 2 means "changes pending" here
HARMLESS: Final = frozenset(
    {"--settings", "--instance", "--cloud", "--subscription", "--resource-group", "--scope", "--output", "--help"}
    | {"--detailed-exitcode", "--wait", "--state", "--port", "--time-scale", "--latency", "--config", "--host", "--tls"}
    | {"--sources", "--authorize", "--throttle", "--control", "--faults", "--as", "--certificate", "--resources"}
    | {"--galleries", "--definitions", "--versions", "--budget", "--target", "--only", "--origin", "--gallery"}
)
DRY_RUN: Final = frozenset({"--dry-run", "--dryrun", "--dry", "--what-if", "--whatif", "--check", "--diff", "--noop"})
WAY: Final = "`reconciler plan` is the dry run, it writes nothing"

# The library carries its own click and does not export this class.
UsageFault: Final[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
UsageFault.exit_code = USAGE_EXIT


class _Tamed:
    """Parsing that never answers an unknown option with one that writes or deletes more."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse; a wrong option keeps only harmless suggestions."""
        parent: Any = super()
        try:
            _refuse_odd_text(args)
            parsed: list[str] = parent.parse_args(ctx, args)
        except UsageFault as error:
            _tame(error)
            raise
        return parsed


class Command(_Tamed, TyperCommand):
    """A command."""


class Group(_Tamed, TyperGroup):
    """A command that has commands below it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is named."""
        parent: Any = super()
        try:
            return parent.resolve_command(ctx, args)
        except UsageFault as error:
            _tame(error)
            raise


def _refuse_odd_text(args: list[str]) -> None:
    """Arguments end in results, requests and files' names, which take Unicode alone."""
    for text in args:
        if text.isascii() and "\0" not in text:
            continue
        from reconciler.settings.words import is_unicode

        if "\0" in text or not is_unicode(text):
            raise UsageFault(f"“{text[:LONGEST]}” holds a NUL or what is not UTF-8")


def _tame(error: Any) -> None:
    from reconciler.render.words import safe

    error.message = safe(str(error.message))
    if getattr(error, "possibilities", None):
        error.possibilities = [option for option in error.possibilities if option in HARMLESS]
    if getattr(error, "option_name", None) in DRY_RUN:
        error.message = f"{error.message} ({WAY})"
        error.possibilities = None
