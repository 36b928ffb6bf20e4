"""drift: what somebody else changed in Azure. Reads as a plan does and writes nothing."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from reconciler.cli.console import page_of, say, say_document, tell_diagnostics
from reconciler.cli.flags import CloudFlags, request_of, spread
from reconciler.cli.inspection import now
from reconciler.cli.options import Output, OutputOption
from reconciler.cli.targets import over_targets
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode

DriftOption = Annotated[bool, typer.Option("--detailed-exitcode", help="Exit 2 when something drifted.")]


@walled
@spread
def drift(flags: CloudFlags, detailed_exitcode: DriftOption = False, output: OutputOption = Output.TEXT) -> int:
    """Show what in Azure differs from what was last applied.

    Where that is not known, what is declared counts instead.
    """
    return over_targets(flags, lambda one: _drift(one, output, detailed=detailed_exitcode), output)


def _drift(flags: CloudFlags, output: Output, *, detailed: bool) -> int:
    from reconciler.app import Overrides, options_of, session
    from reconciler.cli.connection import connected, state_file
    from reconciler.cli.recording import store_room
    from reconciler.reconcile import drift_pass
    from reconciler.render.drift_text import drift_document, drift_text
    from reconciler.render.plan_text import ReadFacts, read_header

    run = session(request_of(flags), os.environ, now=now())
    tell_diagnostics(run.built.diagnostics)
    ledger = store_room(run.settings).ledger(run.target)
    with connected(run.settings, run.cloud_hint) as gateway:
        options = options_of(run.settings, Overrides(), run.others)
        watched = drift_pass(run.built.desired, gateway, options, run.target, now=now(), ledger=ledger)
    found, live = watched.drift, watched.live
    if output is Output.JSON:
        say_document(drift_document(found, run.target, run.source))
    else:
        page = page_of(sys.stdout, subscriptions=run.target.several_subscriptions)
        facts = ReadFacts(len(live.resources), live.calls, live.seconds, state_file(run.settings))
        say(drift_text(found, read_header(run.target, run.source, facts, page), page))
    if found.unread:
        return ExitCode.FAILED
    return ExitCode.CHANGES if found.resources and detailed else ExitCode.DONE
