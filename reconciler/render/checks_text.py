"""What was found before the first write, for people: what Azure would refuse, and in one line each what nobody knows.

Apart from refusals because nothing of the plan is wrong: somebody else has to open a door first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.checks import NotChecked, Obstacle
from reconciler.model.plan import Action, Plan
from reconciler.render.layout import fold, two_columns
from reconciler.render.paint import Page
from reconciler.render.words import count_words, safe, where

SHOWN = 3
MOST = 20
GROUP_PARTS = 4


def check_lines(plan: Plan, page: Page) -> Iterator[str]:
    """Every obstacle with what it stops and what to do, then what is not checked and why; nothing where all is well."""
    if plan.checks is None:
        return
    actions = {action.id: action for action in plan.actions}
    for obstacle in plan.checks.obstacles[:MOST]:
        head = two_columns(f"! {place_of(obstacle.scope)}", f"stopped by {obstacle.what}", page.width)
        yield page.paint(head, "stop")
        yield from fold(f"    {safe(obstacle.words)}", page.width)
        yield from fold(f"    stops {stopped_words(obstacle, actions, page)}", page.width, "      ")
        yield from fold(f"    hint: {safe(obstacle.hint)}", page.width, "      ")
    if len(plan.checks.obstacles) > MOST:
        yield from fold(f"! and {len(plan.checks.obstacles) - MOST} more such obstacles", page.width)
    for unknown in plan.checks.not_checked:
        yield from fold(not_checked_words(unknown), page.width, "  ")


def stopped_words(obstacle: Obstacle, actions: Mapping[str, Action], page: Page) -> str:
    """`create rg/corp/ubuntu/1.0.0 and 2 more`."""
    named = [actions[key] for key in obstacle.actions if key in actions]
    told = ", ".join(f"{action.verb} {where(action.address, page)}" for action in named[:SHOWN])
    return f"{told} and {len(named) - SHOWN} more" if len(named) > SHOWN else told


def not_checked_words(unknown: NotChecked) -> str:
    """`permissions not checked in rg-images: …`."""
    at = f" in {place_of(unknown.scope)}" if unknown.scope else ""
    return f"{unknown.what} not checked{at}: {safe(unknown.why)}"


def place_of(resource_id: str) -> str:
    """An ARM id as addresses are written: `rg-images/corp/ubuntu`; of a subscription its last digits."""
    parts = resource_id.strip("/").split("/")
    if len(parts) < GROUP_PARTS:
        return safe(f"sub …{parts[-1][-4:]}")
    return safe("/".join((parts[3], *parts[7::2])))


def hindrance_words(plan: Plan) -> str:
    """`2 obstacles (Locked, MissingPermission)`; "" where there are none."""
    found = plan.checks.obstacles if plan.checks is not None else ()
    kinds = ", ".join(dict.fromkeys(str(one.what) for one in found))
    return f"{count_words(len(found), 'obstacle')} ({kinds})" if found else ""
