"""What the command-line library gets wrong for us: its exit code, and suggestions that would delete something."""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

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
            parsed: list[str] = parent.parse_args(ctx, args)
        except UsageFault as error:
            _tame(error)
            raise
        return parsed


class Command(_Tamed, TyperCommand):
    """A command."""


class Group(_Tamed, TyperGroup):
    """A command that has commands below it."""


def _tame(error: Any) -> None:
    if getattr(error, "possibilities", None):
        error.possibilities = [option for option in error.possibilities if option in HARMLESS]
    if getattr(error, "option_name", None) in DRY_RUN:
        error.message = f"{error.message} ({WAY})"
        error.possibilities = None
