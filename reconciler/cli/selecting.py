"""Selections that select nothing, and ignore rules that ignore nothing: a mistyped pattern must not pass unnoticed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reconciler.cli.overrides import alike
from reconciler.cli.targets import NothingSelected
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model.address import Address
    from reconciler.model.plan import Plan


def check_selection(plan: Plan, known: Iterable[Address]) -> None:
    """Raise UsageError for a pattern that names nothing, NothingSelected where nothing at all is left."""
    chosen = plan.selection
    if chosen is None:
        return
    flags = [*(f"--only {each}" for each in chosen.only), *(f"--except {each}" for each in chosen.excepted)]
    addresses = list(known)
    near = [found for pattern in chosen.unmatched if (found := alike(pattern, addresses))]
    hint = f"did you mean {', '.join(dict.fromkeys(near))}?" if near else "addresses are written as a plan shows them"
    if chosen.empty:
        raise NothingSelected(f"{' '.join(flags)} selects nothing", hint)
    for pattern in chosen.unmatched:
        flag = "--only" if pattern in chosen.only else "--except"
        raise UsageError(f"{flag} {pattern} matches nothing", hint)


def unused_rules(plan: Plan) -> tuple[str, ...]:
    """One line for every ignore rule that names no field of anything declared."""
    return tuple(
        f"ignore rule {use.rule.words} names no field of anything declared ({use.rule.reason})"
        for use in plan.ignore_rules
        if not use.fields
    )
