"""plan, apply, status: what each reads from Azure, prints and answers to the shell."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.console import Unwritable, page_of, say, say_document, tell_diagnostics, tell_safely
from reconciler.cli.flags import ApplyFlags, CloudFlags, RunFlags, request_of, spread
from reconciler.cli.inspection import now
from reconciler.cli.options import (
    USUAL_BUDGET,
    BudgetOption,
    DetailedOption,
    LockTimeoutOption,
    OutOption,
    Output,
    OutputOption,
    PlanOutput,
    PlanOutputOption,
    WaitFor,
)
from reconciler.cli.targets import over_targets
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from reconciler.app import Session
    from reconciler.live.gateway import Gateway
    from reconciler.model.plan import Plan
    from reconciler.planner.options import Options
    from reconciler.reconcile import Planned
    from reconciler.render.plan_text import ReadFacts
    from reconciler.store.room import StoreRoom


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
    _check_single(flags, out)
    comment = output is PlanOutput.MARKDOWN
    return over_targets(
        flags,
        lambda one: _plan(one, output, out, budget, detailed=detailed_exitcode),
        Output.JSON if output is PlanOutput.JSON else Output.TEXT,
        key="" if comment else "plan",
        finish=comment_of(budget) if comment else None,
    )


def _check_single(flags: RunFlags, out: str | None) -> None:
    """One file holds one plan. Raises UsageError where several targets would be planned into it."""
    from reconciler.app import targets_of

    if out is None:
        return
    names = [one.name for one in targets_of(request_of(flags), os.environ)]
    if len(names) > 1:
        raise UsageError(f"--out saves one plan, and this run has {len(names)}", f"--target {names[0]}, and so on")


def _plan(flags: RunFlags, output: PlanOutput, out: str | None, budget: int, *, detailed: bool) -> int:
    from reconciler.cli.connection import connected
    from reconciler.cli.plan_output import STDOUT, save_plan, say_plan
    from reconciler.cli.recording import declared_in, store_room

    run, options = _prepared(flags)
    with connected(run.settings, run.cloud_hint) as gateway:
        planned = _planned(run, gateway, options, store_room(run.settings))
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
    output: OutputOption = Output.TEXT,
) -> int:
    """Plan, ask, carry out; or carry out a saved plan.

    A plan saved by `plan --out FILE` needs no manifests and no question. It is refused where what it changes has moved
    since.
    """
    from reconciler.cli.saved_plans import apply_saved, saved_at

    saved = saved_at(flags.path)
    if saved is not None:
        return apply_saved(saved, flags, partial=partial, wait=str(wait), lock_timeout=lock_timeout, output=output)

    def work(one: RunFlags) -> int:
        return _apply(one, output, partial=partial, wait=str(wait), yes=yes, lock_timeout=lock_timeout)

    return over_targets(flags, work, output)


def _apply(flags: RunFlags, output: Output, *, partial: bool, wait: str, yes: bool, lock_timeout: float) -> int:
    from reconciler.cli.one_writer import one_writer

    run, options = _prepared(flags)
    with nullcontext() if run.plans_only else one_writer(run.settings, run.target, lock_timeout):
        return _applied(run, options, output, partial=partial, wait=wait, yes=yes)


def _applied(run: Session, options: Options, output: Output, *, partial: bool, wait: str, yes: bool) -> int:
    from reconciler.cli.applying import carry_out
    from reconciler.cli.connection import connected
    from reconciler.cli.plan_output import approval_words
    from reconciler.cli.recording import Recording, declared_in, store_room

    room = store_room(run.settings)
    with connected(run.settings, run.cloud_hint, writing=not run.plans_only) as gateway:
        planned = _planned(run, gateway, options, room)
        recording = Recording(room, planned.plan, lambda: declared_in(planned, run.built.desired, options))
        if output is Output.TEXT:
            _show(approval_words(planned.plan, _read_facts(planned, run), partial=partial), unseen=yes)
        if run.plans_only:
            return _published(planned.plan, output)
        return carry_out(planned, gateway, run.settings, recording, partial=partial, wait=wait, yes=yes, output=output)


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


def _status(flags: CloudFlags, output: Output, *, detailed: bool) -> int:
    from reconciler.app import Overrides, options_of, session
    from reconciler.cli.connection import connected, state_file
    from reconciler.model.health import Health
    from reconciler.reconcile import status_pass
    from reconciler.render.documents import status_document
    from reconciler.render.plan_text import target_text
    from reconciler.render.report_text import status_text

    run = session(request_of(flags), os.environ, now=now())
    with connected(run.settings, run.cloud_hint) as gateway:
        rows = status_pass(run.built.desired, gateway, options_of(run.settings, Overrides()), run.target)
    if output is Output.JSON:
        say_document(status_document(rows))
    else:
        page = page_of(sys.stdout, subscriptions=run.target.several_subscriptions)
        say(f"{target_text(run.target, state_file(run.settings), page)}\n\n{status_text(rows, page)}")
    if any(row.health is Health.UNKNOWN for row in rows):
        return ExitCode.FAILED
    unwell = any(row.health is not Health.HEALTHY for row in rows)
    return ExitCode.CHANGES if unwell and detailed else ExitCode.DONE
