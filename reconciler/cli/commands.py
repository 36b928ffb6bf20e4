"""plan, apply, status: what each reads from Azure, prints and answers to the shell."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.console import Unwritable, page_of, say, say_document, tell_diagnostics, tell_safely
from reconciler.cli.flags import CloudFlags, RunFlags, spread
from reconciler.cli.inspection import now, request_of
from reconciler.cli.options import DetailedOption, Output, OutputOption, WaitFor
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode

if TYPE_CHECKING:
    from reconciler.app import Session
    from reconciler.live.gateway import Gateway
    from reconciler.model.plan import Plan
    from reconciler.planner.options import Options
    from reconciler.reconcile import Planned
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
    )
    tell_diagnostics(run.built.diagnostics)
    return run, options_of(run.settings, lifted)


def _planned(run: Session, gateway: Gateway, options: Options, room: StoreRoom) -> Planned:
    """Read and plan, reasons sharpened by what the store knows; an override that lifts nothing is told."""
    from reconciler.cli.overrides import unmatched
    from reconciler.reconcile import plan_pass

    ledger = room.ledger(run.target)
    planned = plan_pass(
        run.built.desired, gateway, options, target=run.target, source=run.source, now=now(), ledger=ledger
    )
    for line in unmatched(options, planned.plan, {*run.built.desired.resources, *planned.live.resources}):
        tell_safely(f"warning: {line}")
    return planned


@walled
@spread
def plan(flags: RunFlags, detailed_exitcode: DetailedOption = False, output: OutputOption = Output.TEXT) -> int:
    """Show what apply would do, and why. Writes nothing."""
    from reconciler.cli.connection import connected
    from reconciler.cli.recording import store_room
    from reconciler.planner.document import plan_document

    run, options = _prepared(flags)
    with connected(run.settings, run.cloud_hint) as gateway:
        planned = _planned(run, gateway, options, store_room(run.settings))
    if output is Output.JSON:
        say_document(plan_document(planned.plan))
    else:
        say(_plan_words(planned, run))
    return _plan_exit(planned.plan, detailed=detailed_exitcode)


def _plan_words(planned: Planned, run: Session) -> str:
    from reconciler.cli.connection import state_file
    from reconciler.cli.ending import several_subscriptions
    from reconciler.render.plan_text import ReadFacts, plan_text

    live = planned.live
    facts = ReadFacts(len(live.resources), live.calls, live.seconds, state_file(run.settings))
    return plan_text(planned.plan, facts, page_of(sys.stdout, subscriptions=several_subscriptions(planned.plan)))


def _plan_exit(plan: Plan, *, detailed: bool) -> int:
    if plan.unread:
        return ExitCode.FAILED
    if plan.refusals:
        return ExitCode.REFUSED
    return ExitCode.CHANGES if detailed and plan.pending else ExitCode.DONE


@walled
@spread
def apply(
    flags: RunFlags,
    partial: Annotated[
        bool, typer.Option("--partial", help="Do the rest when something is refused or unread.")
    ] = False,
    wait: Annotated[WaitFor, typer.Option("--wait", help="Stay with versions until …")] = WaitFor.REPLICATED,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Plan, ask, carry out, with progress region by region."""
    from reconciler.cli.applying import carry_out
    from reconciler.cli.connection import connected
    from reconciler.cli.recording import Recording, store_room

    run, options = _prepared(flags)
    room = store_room(run.settings)
    with connected(run.settings, run.cloud_hint) as gateway:
        planned = _planned(run, gateway, options, room)
        recording = Recording(room, planned, run.built.desired, options)
        if output is Output.TEXT:
            _show(_plan_words(planned, run), unseen=yes)
        return carry_out(
            planned, gateway, run.settings, recording, partial=partial, wait=str(wait), yes=yes, output=output
        )


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
        several = len({address.subscription.lower() for address in run.built.desired.resources}) > 1
        page = page_of(sys.stdout, subscriptions=several)
        say(f"{target_text(run.target, state_file(run.settings), page)}\n\n{status_text(rows, page)}")
    if any(row.health is Health.UNKNOWN for row in rows):
        return ExitCode.FAILED
    unwell = any(row.health is not Health.HEALTHY for row in rows)
    return ExitCode.CHANGES if unwell and detailed_exitcode else ExitCode.DONE
