"""Selections that select nothing, and ignore rules that ignore nothing: a mistyped pattern must not pass unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from reconciler.cli.overrides import alike
from reconciler.cli.targets import NothingSelected
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model.address import Address
    from reconciler.model.plan import Plan
    from reconciler.model.restriction import IgnoreRule


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


def unused_rules(plan: Plan, shared: int = 0) -> tuple[str, ...]:
    """One line for every ignore rule that names no field of anything declared.

    The last `shared` ones are for all of several targets: whether they are used, only a round over all can tell.
    """
    own = len(plan.ignore_rules) - shared
    used = _SharedRules.used
    if used is not None:
        for use in plan.ignore_rules[own:]:
            used.setdefault(use.rule, []).append(bool(use.fields))
    return tuple(_unused(use.rule) for use in plan.ignore_rules[:own] if not use.fields)


@contextmanager
def shared_rules(targets: int, tell: Callable[[str], None]) -> Iterator[None]:
    """Tell at the end of a round over all targets which rules for all of them no target used."""
    _SharedRules.used = {}
    try:
        yield
        for rule, used in _SharedRules.used.items():
            if len(used) == targets and not any(used):
                tell(f"warning: {_unused(rule)}")
    finally:
        _SharedRules.used = None


class _SharedRules:
    """Of the ignore rules for all targets, what each target planned so far made of them; None outside a round."""

    used: ClassVar[dict[IgnoreRule, list[bool]] | None] = None


def _unused(rule: IgnoreRule) -> str:
    return f"ignore rule {rule.words} names no field of anything declared ({rule.reason})"
