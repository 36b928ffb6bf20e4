"""plan, apply, status: what each reads from Azure, prints and answers to the shell."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.console import Unwritable, page_of, say, say_document, tell_diagnostics, tell_safely
from reconciler.cli.flags import ApplyFlags, CloudFlags, RunFlags, request_of, spread
from reconciler.cli.inspection import now
from reconciler.cli.options import (
    USUAL_BUDGET,
    BudgetOption,
    DetailedOption,
    EventsOption,
    LockTimeoutOption,
    OutOption,
    Output,
    OutputOption,
    PlanOutput,
    PlanOutputOption,
    ReportOption,
    WaitFor,
)
from reconciler.cli.targets import over_targets
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from reconciler.app import Session
    from reconciler.cli.asked import Asked
    from reconciler.cli.passes import Passes
    from reconciler.live.gateway import Gateway
    from reconciler.model.plan import Plan
    from reconciler.planner.options import Options
    from reconciler.reconcile import Planned
    from reconciler.render.plan_text import ReadFacts
    from reconciler.store.room import StoreRoom

LONG_WAIT = 5
"""Seconds after which people want to know what they wait for."""


def _prepared(flags: RunFlags) -> tuple[Session, Options]:
    """Settings, manifests and lifted guards of one run; warnings are told."""
    from reconciler.app import Overrides, options_of, session

    run = session(request_of(flags), os.environ, now=now())
    lifted = Overrides(
        flags.prune,
        tuple(flags.adopt or ()),
        flags.allow_empty,
        flags.allow_deletes,
        tuple(flags.allow_protected or ()),
        tuple(flags.allow_last_version or ()),
        flags.replication,
        tuple(flags.only or ()),
        tuple(flags.excepted or ()),
    )
    tell_diagnostics(run.built.diagnostics)
    return run, options_of(run.settings, lifted, run.others, part=run.part)


def _planned(run: Session, gateway: Gateway, options: Options, room: StoreRoom) -> Planned:
    """Read and plan, reasons sharpened by what the store knows; what lifts or ignores nothing is told."""
    from reconciler.cli.overrides import unmatched
    from reconciler.cli.selecting import check_selection, unused_rules
    from reconciler.reconcile import plan_pass

    ledger = room.ledger(run.target)
    planned = plan_pass(
        run.built.desired, gateway, options, target=run.target, source=run.source, now=now(), ledger=ledger
    )
    known = {*run.built.desired.resources, *planned.live.resources}
    check_selection(planned.plan, known)
    unused = () if run.part else unused_rules(planned.plan, run.shared_rules)
    for line in (*unmatched(options, planned.plan, known), *unused):
        tell_safely(f"warning: {line}")
    return planned


@walled
@spread
def plan(
    flags: RunFlags,
    detailed_exitcode: DetailedOption = False,
    output: PlanOutputOption = PlanOutput.TEXT,
    out: OutOption = None,
    budget: BudgetOption = USUAL_BUDGET,
) -> int:
    """Show what apply would do, and why. Writes nothing to Azure."""
    from reconciler.cli.comments import comment_of
    from reconciler.cli.plan_output import check_out

    check_out(out, output)
    _check_single(flags, "" if out is None else "--out saves one plan")
    comment = output is PlanOutput.MARKDOWN
    return over_targets(
        flags,
        lambda one: _plan(one, output, out, budget, detailed=detailed_exitcode),
        Output.JSON if output is PlanOutput.JSON else Output.TEXT,
        key="" if comment else "plan",
        finish=comment_of(budget) if comment else None,
    )


def _check_single(flags: RunFlags, why: str) -> None:
    """One file holds what is of one target; "" where that does not matter. Raises UsageError for several."""
    from reconciler.app import targets_of

    if not why:
        return
    names = [one.name for one in targets_of(request_of(flags), os.environ)]
    if len(names) > 1:
        raise UsageError(f"{why}, and this run has {len(names)}", f"--target {names[0]}, and so on")


def _plan(flags: RunFlags, output: PlanOutput, out: str | None, budget: int, *, detailed: bool) -> int:
    from reconciler.cli.before_writing import checked
    from reconciler.cli.connection import connected
    from reconciler.cli.plan_output import STDOUT, save_plan, say_plan
    from reconciler.cli.recording import declared_in, store_room

    run, options = _prepared(flags)
    with connected(run.settings, run.cloud_hint) as gateway:
        planned = checked(_planned(run, gateway, options, store_room(run.settings)), gateway, run.settings)
    facts = _read_facts(planned, run)
    if out is not None:
        save_plan(planned.plan, facts, declared_in(planned, run.built.desired, options), out)
    if out != STDOUT:
        say_plan(planned.plan, facts, output, budget)
    return _plan_exit(planned.plan, detailed=detailed)


def _read_facts(planned: Planned, run: Session) -> ReadFacts:
    from reconciler.cli.connection import state_file
    from reconciler.render.plan_text import ReadFacts

    live = planned.live
    return ReadFacts(len(live.resources), live.calls, live.seconds, state_file(run.settings))


def _plan_exit(plan: Plan, *, detailed: bool) -> int:
    if plan.unread:
        return ExitCode.FAILED
    if plan.refusals:
        return ExitCode.REFUSED
    return ExitCode.CHANGES if detailed and plan.pending else ExitCode.DONE


@walled
@spread
def apply(
    flags: ApplyFlags,
    partial: Annotated[
        bool, typer.Option("--partial", help="Do the rest when something is refused or unread.")
    ] = False,
    wait: Annotated[WaitFor, typer.Option("--wait", help="Stay with versions until …")] = WaitFor.REPLICATED,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    lock_timeout: LockTimeoutOption = 0.0,
    report: ReportOption = None,
    events: EventsOption = None,
    output: OutputOption = Output.TEXT,
) -> int:
    """Plan, ask, carry out; or carry out a saved plan.

    A plan saved by `plan --out FILE` needs no manifests and no question. It is refused where what it changes has moved
    since.
    """
    from reconciler.cli.asked import Asked
    from reconciler.cli.event_stream import check_apart, event_stream
    from reconciler.cli.recording import moment
    from reconciler.cli.run_report import report_place
    from reconciler.cli.saved_plans import apply_saved, saved_at

    check_apart(events, report)
    with report_place(report, moment) as place, event_stream(events, output) as stream:
        asked = Asked(partial, wait, yes, lock_timeout, output, place, stream)
        saved = saved_at(flags.path)
        if saved is not None:
            return apply_saved(saved, flags, asked)
        _check_single(flags, "--report holds the report of one target" if report else "")
        return over_targets(flags, lambda one: _apply(one, asked), output)


def _apply(flags: RunFlags, asked: Asked) -> int:
    from reconciler.cli.one_writer import one_writer

    run, options = _prepared(flags)
    with nullcontext() if run.plans_only else one_writer(run.settings, run.target, asked.lock_timeout):
        return _applied(run, options, flags, asked)


def _applied(run: Session, options: Options, flags: RunFlags, asked: Asked) -> int:
    from reconciler.cli.connection import connected
    from reconciler.cli.passes import Passes

    passes = Passes()
    with connected(run.settings, run.cloud_hint, writing=not run.plans_only) as gateway:
        code = _pass(run, gateway, options, flags, asked, passes)
        while passes.again:
            passes.again = False
            code = _pass(run, gateway, replace(options, recreate=False, deleted=passes.deleted), flags, asked, passes)
    return code


def _pass(run: Session, gateway: Gateway, options: Options, flags: RunFlags, asked: Asked, passes: Passes) -> int:
    from reconciler.cli.applying import carry_out
    from reconciler.cli.asked import again_words
    from reconciler.cli.before_writing import checked
    from reconciler.cli.plan_output import approval_words
    from reconciler.cli.recording import Recording, declared_in, followers, store_room

    room = store_room(run.settings)
    planned = checked(_planned(run, gateway, options, room), gateway, run.settings, writing=not run.plans_only)
    if asked.output is Output.TEXT:
        _show(approval_words(planned.plan, _read_facts(planned, run), partial=asked.partial), unseen=asked.yes)
    if run.plans_only:
        return _published(planned.plan, asked.output)
    recording = Recording(
        room,
        planned.plan,
        lambda: declared_in(planned, run.built.desired, options),
        followers(run.settings, asked, again_words(flags, asked)),
    )
    return carry_out(planned, gateway, run.settings, recording, asked, passes)


def _published(plan: Plan, output: Output) -> int:
    """A target that only plans: its plan is the result, whatever is asked."""
    from reconciler.planner.document import SCHEMA_VERSION, plan_document

    if output is Output.JSON:
        say_document({"schemaVersion": SCHEMA_VERSION, "plan": plan_document(plan), "report": None})
    tell_safely(f"target {plan.target.name} has mode: plan, so nothing is written")
    return _plan_exit(plan, detailed=False)


def _show(text: str, *, unseen: bool) -> None:
    """Print the plan; who said --yes approves it unseen."""
    try:
        say(text)
    except Unwritable:
        if not unseen:
            raise


@walled
@spread
def status(
    flags: CloudFlags,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 when something declared is not healthy.")
    ] = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Show the live health of what the manifests declare."""
    return over_targets(flags, lambda one: _status(one, output, detailed=detailed_exitcode), output)


def _tell_of_many(count: int) -> None:
    from reconciler.live.budget import PER_SECOND

    seconds = count / PER_SECOND
    if seconds > LONG_WAIT:
        tell_safely(f"asking {count} versions for their regions, {PER_SECOND:g} a second: about {seconds:.0f} s")


def _status(flags: CloudFlags, output: Output, *, detailed: bool) -> int:
    from reconciler.app import Overrides, options_of, session
    from reconciler.cli.connection import connected, state_file
    from reconciler.cli.recording import store_room
    from reconciler.model.health import Health
    from reconciler.planner.asking import Memory
    from reconciler.reconcile import status_pass
    from reconciler.render.documents import status_document
    from reconciler.render.plan_text import target_text
    from reconciler.render.report_text import status_text

    run = session(request_of(flags), os.environ, now=now())
    room = store_room(run.settings)
    with connected(run.settings, run.cloud_hint) as gateway:
        found = status_pass(
            run.built.desired,
            gateway,
            options_of(run.settings, Overrides()),
            run.target,
            memory=Memory(room.seen(run.target), now()),
            on_asking=_tell_of_many,
        )
    rows = found.rows
    room.keep_seen(run.target, found.seen)
    if output is Output.JSON:
        say_document(status_document(rows))
    else:
        page = page_of(sys.stdout, subscriptions=run.target.several_subscriptions)
        say(f"{target_text(run.target, state_file(run.settings), page)}\n\n{status_text(rows, page, now())}")
    if any(row.health is Health.UNKNOWN for row in rows):
        return ExitCode.FAILED
    unwell = any(row.health is not Health.HEALTHY for row in rows)
    return ExitCode.CHANGES if unwell and detailed else ExitCode.DONE
