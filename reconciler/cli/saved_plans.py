"""A saved plan at the command line: no manifests, no question, but the same cloud and a fresh look before any write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from reconciler.cli.console import Unwritable, has_said, say, say_document, tell, tell_safely
from reconciler.cli.flags import CloudFlags, RunFlags, request_of
from reconciler.cli.inspection import now
from reconciler.cli.options import Output
from reconciler.cli.plan_output import approval_words
from reconciler.errors import ExitCode, PlanRefused, UsageError
from reconciler.model.plan import Verb
from reconciler.render.plan_text import ReadFacts
from reconciler.render.words import count_words

if TYPE_CHECKING:
    from reconciler.cli.asked import Asked
    from reconciler.live.gateway import Gateway
    from reconciler.model.plan import Plan
    from reconciler.planner.admission import Permission
    from reconciler.planner.saved import Saved
    from reconciler.settings import ChosenTarget, Settings

NOTHING = "nothing was written"
SHOWN = 20
UNLIKELY = 10**12
PRUNING = frozenset({Verb.DELETE, Verb.ABANDON})
PLACES = {"tenant": "credential.tenantId"}


def saved_at(path: str) -> Saved | None:
    """The saved plan in a file; None where the path holds manifests. Raises PlanFileError."""
    from reconciler.source.plan_file import read_plan

    return read_plan(path)


def facts_of(read: Mapping[str, Any]) -> ReadFacts:
    """What reading cost when the plan was made, as the file tells it; what it does not tell is nought."""
    resources, calls, seconds = (
        value if isinstance(value, int | float) and 0 <= value < UNLIKELY else 0
        for value in (read.get("resources"), read.get("calls"), read.get("seconds"))
    )
    state = read.get("state")
    return ReadFacts(int(resources), int(calls), float(seconds), state if isinstance(state, str) else "")


def apply_saved(saved: Saved, flags: RunFlags, asked: Asked) -> int:
    """Carry a saved plan out as it is, or refuse it whole. Raises PlanRefused, UsageError, Locked."""
    from reconciler.cli.one_writer import one_writer

    _refuse_planning_flags(flags)
    try:
        settings, permission = _permitted(saved.plan, flags)
        with one_writer(settings, saved.plan.target, asked.lock_timeout):
            return _carried_out(saved, flags, settings, permission, asked)
    except PlanRefused as error:
        if asked.output is Output.JSON and not has_said():
            say_document(_refused_document(saved.plan, error))
        raise


def _carried_out(saved: Saved, flags: RunFlags, settings: Settings, permission: Permission, asked: Asked) -> int:
    from reconciler.cli.applying import carry_out
    from reconciler.cli.asked import plan_anew_words
    from reconciler.cli.before_writing import checked
    from reconciler.cli.connection import connected
    from reconciler.cli.passes import Passes
    from reconciler.cli.recording import Recording, followers, store_room
    from reconciler.model.state import LiveState
    from reconciler.reconcile import Planned, blocked

    plan = replace(saved.plan, checks=None)  # what was found then says nothing of who writes now
    if asked.output is Output.TEXT:
        try:
            say(approval_words(plan, facts_of(saved.read), partial=asked.partial))
        except Unwritable:
            tell("the plan cannot be shown; it was approved in its file")
    with connected(settings, writing=True) as gateway:
        again = plan_anew_words(plan, flags)
        recording = Recording(store_room(settings), plan, lambda: saved.declared, followers(settings, asked, again))
        if not blocked(plan, partial=asked.partial):
            try:
                _recheck(plan, gateway, permission, settings.workers, asked.output)
            except PlanRefused as error:
                recording.ended(None, ExitCode.REFUSED, error)
                raise
        made = checked(Planned(plan, LiveState({})), gateway, settings, writing=True)
        return carry_out(made, gateway, settings, recording, replace(asked, yes=True), Passes(1))


def _refused_document(plan: Plan, error: PlanRefused) -> dict[str, Any]:
    """The document of an apply that wrote nothing, and why."""
    from reconciler.planner.document import SCHEMA_VERSION, plan_document
    from reconciler.render.documents import error_document

    failure = error_document(error.message, error.hint, int(error.exit_code))
    return {"schemaVersion": SCHEMA_VERSION, "plan": plan_document(plan), "report": None, **failure}


def _refuse_planning_flags(flags: RunFlags) -> None:
    """A saved plan was made with its own flags; another one now would be lost silently."""
    known = {each.name for each in fields(CloudFlags)}
    for each in fields(RunFlags):
        if each.name not in known and getattr(flags, each.name) not in (each.default, None, [], ()):
            flag = f"--{each.name.replace('_', '-')}"
            raise UsageError(f"{flag} belongs to the planning; {flags.path} is a plan already", "plan again with it")


def _permitted(plan: Plan, flags: RunFlags) -> tuple[Settings, Permission]:
    """The settings of the plan's target and what they allow today. Raises PlanRefused where they are of another place.

    A plan that was looked at is the confirmation that `prune: confirm` wants.
    """
    from reconciler.app import Overrides, options_of, target_of_plan
    from reconciler.planner.admission import Permission
    from reconciler.source.target import allow_list

    chosen = target_of_plan(request_of(flags), os.environ, plan)
    settings, origins = chosen.settings, chosen.origins
    for name, planned, named in _spoken_of(plan, settings):
        if planned.lower() != named.lower():
            raise PlanRefused(
                f"{flags.path} was made for {name} {planned or '(none)'}, but the settings name {named} "
                f"({origins[PLACES.get(name, name)]}); {NOTHING}",
                "use the settings it was made with (--settings FILE), or plan again",
            )
    if chosen.mode == "plan":
        raise PlanRefused(
            f"target {chosen.name} has mode: plan ({chosen.places['mode']}); {NOTHING}", "apply its manifests"
        )
    if settings.prune == "off" and (gone := [action for action in plan.writes if action.verb in PRUNING]):
        raise PlanRefused(
            f"{flags.path} removes {gone[0].address.text()}, but the settings say prune: off ({origins['prune']}); "
            f"{NOTHING}",
            "plan again",
        )
    _refuse_new_rules(plan, chosen)
    options = options_of(settings, Overrides()).lifting(plan.overrides)
    options = replace(options, instance=options.instance or plan.target.instance)
    places = {**origins, **chosen.places, "limits": origins["limits.maxDeletes"]}
    return settings, Permission(options, allow_list(chosen.scope), places)


def _refuse_new_rules(plan: Plan, chosen: ChosenTarget) -> None:
    """What is to be left alone since the plan was made may be what it writes."""
    known = {(use.rule.kind, use.rule.address, use.rule.path) for use in plan.ignore_rules}
    for rule in chosen.settings.ignore:
        if (rule.kind or "", rule.address or "", rule.path) not in known:
            place = chosen.origins["ignore"]
            raise PlanRefused(
                f"the settings ignore {rule.path} now ({place}), the plan does not; {NOTHING}", "plan again"
            )


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


def _recheck(plan: Plan, gateway: Gateway, permission: Permission, workers: int, output: Output) -> None:
    """Refuse before the first write where a planned field is no longer what it was, or a write is not allowed.

    People get a line for each and a short error; whoever reads the document has all of it in the error.
    """
    from reconciler.reconcile import recheck_pass

    found = recheck_pass(plan, gateway, permission, now=now(), workers=workers)
    lines = (*found.moved, *found.barred)
    if not lines:
        return
    counts = [
        *(
            [f"{count_words(len(found.moved), 'planned resource')} moved since the plan was made"]
            if found.moved
            else []
        ),
        *([f"{count_words(len(found.barred), 'write')} not allowed"] if found.barred else []),
    ]
    message = f"{' and '.join(counts)}; {NOTHING}"
    if output is Output.JSON:
        message = f"{message}: {_told(lines)}"
    else:
        for line in lines:
            tell_safely(f"! {line}")
    raise PlanRefused(message, "plan again")


def _told(lines: tuple[str, ...]) -> str:
    more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
    return f"{' · '.join(lines[:SHOWN])}{more}"
