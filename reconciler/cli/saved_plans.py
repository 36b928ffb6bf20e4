"""A saved plan at the command line: no manifests, no question, but the same cloud and a fresh look before any write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.cli.console import Unwritable, say, tell, tell_safely
from reconciler.cli.flags import CloudFlags, RunFlags, request_of
from reconciler.cli.options import Output
from reconciler.cli.plan_output import approval_words
from reconciler.errors import PlanRefused, UsageError
from reconciler.render.plan_text import ReadFacts

if TYPE_CHECKING:
    from reconciler.live.gateway import Gateway
    from reconciler.model.plan import Plan
    from reconciler.planner.rebase import Moved
    from reconciler.planner.saved import Saved
    from reconciler.settings import Settings

NOTHING = "nothing was written"
SHOWN = 20


def saved_at(path: str) -> Saved | None:
    """The saved plan in a file; None where the path holds manifests. Raises PlanFileError."""
    from reconciler.source.plan_file import read_plan

    return read_plan(path)


def facts_of(read: Mapping[str, Any]) -> ReadFacts:
    """What reading cost when the plan was made, as the file tells it; what it does not tell is nought."""
    given = (read.get("resources"), read.get("calls"), read.get("seconds"), read.get("state"))
    resources, calls, seconds, state = given
    return ReadFacts(
        resources if isinstance(resources, int) else 0,
        calls if isinstance(calls, int) else 0,
        float(seconds) if isinstance(seconds, int | float) else 0.0,
        state if isinstance(state, str) else "",
    )


def apply_saved(saved: Saved, flags: RunFlags, *, partial: bool, wait: str, output: Output) -> int:
    """Carry a saved plan out as it is, or refuse it whole. Raises PlanRefused, UsageError."""
    from reconciler.cli.applying import carry_out
    from reconciler.cli.connection import connected
    from reconciler.cli.recording import Recording, store_room
    from reconciler.model.state import DesiredState, LiveState
    from reconciler.planner.options import Options
    from reconciler.reconcile import Planned, blocked

    plan = saved.plan
    _refuse_planning_flags(flags)
    settings = _settings_for(plan, flags)
    if output is Output.TEXT:
        try:
            say(approval_words(plan, facts_of(saved.read), partial=partial))
        except Unwritable:
            tell("the plan cannot be shown; it was approved in its file")
    with connected(settings, writing=True) as gateway:
        if not blocked(plan, partial=partial):
            _refuse_moved(plan, gateway, settings)
        made = Planned(plan, LiveState({}))
        recording = Recording(store_room(settings), made, DesiredState({}), Options(instance=plan.target.instance))
        return carry_out(made, gateway, settings, recording, partial=partial, wait=wait, yes=True, output=output)


def _refuse_planning_flags(flags: RunFlags) -> None:
    """A saved plan was made with its own flags; another one now would be lost silently."""
    known = {each.name for each in fields(CloudFlags)}
    for each in fields(RunFlags):
        if each.name not in known and getattr(flags, each.name) not in (each.default, None, [], ()):
            flag = f"--{each.name.replace('_', '-')}"
            raise UsageError(f"{flag} belongs to the planning; {flags.path} is a plan already", "plan again with it")


def _settings_for(plan: Plan, flags: RunFlags) -> Settings:
    """The settings the plan's manifests have, else those at hand; both have to speak of the plan's cloud and owner."""
    from reconciler.app import layered_settings
    from reconciler.settings import DEFAULT

    request = request_of(flags)
    if Path(plan.source.path).exists():
        request = replace(request, path=plan.source.path)
    layered = layered_settings(request, os.environ)
    if layered.origins["cloud"] == DEFAULT:
        layered = layered_settings(replace(request, flags={**request.flags, "cloud": plan.target.cloud}), os.environ)
    settings = layered.settings
    for what, planned, named in _spoken_of(plan, settings):
        if planned.lower() != named.lower():
            raise PlanRefused(
                f"{flags.path} was made for {what} {planned or '(none)'}, but the settings name {named}; {NOTHING}",
                "use the settings it was made with (--settings FILE), or plan again",
            )
    return settings


def _spoken_of(plan: Plan, settings: Settings) -> Iterator[tuple[str, str, str]]:
    """What was planned for and what the settings name, where they name anything."""
    target = plan.target
    yield "cloud", target.cloud, settings.cloud
    if settings.instance:
        yield "instance", target.instance, settings.instance
    if settings.subscription and target.subscription:
        yield "subscription", target.subscription, settings.subscription
    if settings.credential.tenantId and target.tenant:
        yield "tenant", target.tenant, settings.credential.tenantId


def _refuse_moved(plan: Plan, gateway: Gateway, settings: Settings) -> None:
    """Refuse before the first write where a planned field is no longer what it was."""
    from reconciler.reconcile import recheck_pass

    moved = recheck_pass(plan, gateway, workers=settings.workers)
    if not moved:
        return
    for each in moved:
        tell_safely(f"! {each.message}")
    raise PlanRefused(f"{_count(moved)} since the plan was made; {NOTHING}: {_told(moved)}", "plan again")


def _count(moved: tuple[Moved, ...]) -> str:
    return "1 planned resource moved" if len(moved) == 1 else f"{len(moved)} planned resources moved"


def _told(moved: tuple[Moved, ...]) -> str:
    more = f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
    return f"{' · '.join(each.message for each in moved[:SHOWN])}{more}"
