"""validate, plan, apply, show, status, version: what each reads, prints and answers to the shell."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.console import page_of, say, tell, tell_diagnostics, walled
from reconciler.cli.options import (
    AdoptOption,
    AllowDeletesOption,
    AllowEmptyOption,
    AllowLastOption,
    AllowProtectedOption,
    CloudOption,
    DetailedOption,
    GroupOption,
    InstanceOption,
    Output,
    OutputOption,
    PathArgument,
    PruneOption,
    ScopeOption,
    SettingsOption,
    SubscriptionOption,
    WaitFor,
)
from reconciler.errors import ExitCode

if TYPE_CHECKING:
    from reconciler.app import Request, Session
    from reconciler.model.plan import Plan
    from reconciler.planner.options import Options


def _now() -> datetime:
    return datetime.now(UTC)


def request_of(
    path: str,
    settings: str | None,
    instance: str | None,
    cloud: str | None,
    subscription: str | None,
    group: str | None,
    scopes: list[str] | None,
) -> Request:
    """What the command line asked for, as settings flags."""
    from reconciler.app import Request

    flags = {"instance": instance, "cloud": cloud, "subscription": subscription, "resourceGroup": group}
    stated = {name: value for name, value in flags.items() if value is not None}
    return Request(path, stated, settings, tuple(scopes or ()))


@walled
def validate(
    path: PathArgument = ".",
    settings: SettingsOption = None,
    subscription: SubscriptionOption = None,
    resource_group: GroupOption = None,
    output: OutputOption = Output.TEXT,
) -> int:
    """Check manifests without asking Azure."""
    from reconciler.app import load, settings_of
    from reconciler.render.documents import as_json, diagnostics_document
    from reconciler.render.words import count_words

    request = request_of(path, settings, None, None, subscription, resource_group, None)
    built = load(request, settings_of(request, os.environ), now=_now())
    code = ExitCode.DONE if built.ok else ExitCode.INVALID
    if output is Output.JSON:
        say(as_json({"valid": built.ok, "diagnostics": diagnostics_document(built.diagnostics)}))
        return code
    tell_diagnostics(built.diagnostics)
    if built.ok:
        counts: dict[str, int] = {}
        for address in built.desired.resources:
            counts[address.kind] = counts.get(address.kind, 0) + 1
        told = ", ".join(count_words(counts[kind], NOUNS[kind]) for kind in NOUNS if kind in counts)
        say(f"valid: {told or 'nothing declared'}\n")
    else:
        errors = sum(found.severity == "error" for found in built.diagnostics)
        tell(f"invalid: {count_words(errors, 'error')}")
    return code


NOUNS = {
    "Gallery": "gallery",
    "ImageDefinition": "image definition",
    "ImageVersion": "image version",
    "RoleAssignment": "role assignment",
}


@walled
def show(
    path: PathArgument = ".",
    settings: SettingsOption = None,
    subscription: SubscriptionOption = None,
    resource_group: GroupOption = None,
) -> int:
    """Print the canonical desired state as JSON: what manifests come to after Defaults and nesting."""
    from reconciler.app import session
    from reconciler.render.documents import as_json, desired_document

    request = request_of(path, settings, None, None, subscription, resource_group, None)
    say(as_json(desired_document(session(request, os.environ, now=_now()).built.desired)))
    return ExitCode.DONE


@walled
def settings(
    path: PathArgument = ".",
    settings: SettingsOption = None,
    output: OutputOption = Output.TEXT,
) -> int:
    """Show every setting, its value and where it comes from."""
    from reconciler.app import layered_settings
    from reconciler.render.documents import as_json
    from reconciler.render.settings_text import settings_document, settings_text

    layered = layered_settings(request_of(path, settings, None, None, None, None, None), os.environ)
    rows = settings_document(layered.settings.model_dump(mode="json"), layered.origins)
    say(as_json(rows) if output is Output.JSON else settings_text(rows))
    return ExitCode.DONE


def _prepared(
    request: Request,
    prune: bool,
    adopt: list[str] | None,
    allow_empty: bool,
    allow_deletes: int | None,
    allow_protected: list[str] | None,
    allow_last_version: list[str] | None,
) -> tuple[Session, Options]:
    """Settings, manifests and lifted guards of one run; warnings are told."""
    from reconciler.app import Overrides, options_of, session

    run = session(request, os.environ, now=_now())
    protected, last = tuple(allow_protected or ()), tuple(allow_last_version or ())
    lifted = Overrides(prune, tuple(adopt or ()), allow_empty, allow_deletes, protected, last)
    tell_diagnostics(run.built.diagnostics)
    return run, options_of(run.settings, lifted)


@walled
def plan(
    path: PathArgument = ".",
    settings: SettingsOption = None,
    instance: InstanceOption = None,
    cloud: CloudOption = None,
    subscription: SubscriptionOption = None,
    resource_group: GroupOption = None,
    scope: ScopeOption = None,
    prune: PruneOption = False,
    adopt: AdoptOption = None,
    allow_empty: AllowEmptyOption = False,
    allow_deletes: AllowDeletesOption = None,
    allow_protected: AllowProtectedOption = None,
    allow_last_version: AllowLastOption = None,
    detailed_exitcode: DetailedOption = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Show what apply would do, and why. Writes nothing."""
    from reconciler.cli.connection import connected
    from reconciler.reconcile import plan_pass

    request = request_of(path, settings, instance, cloud, subscription, resource_group, scope)
    lifted = (allow_empty, allow_deletes, allow_protected, allow_last_version)
    run, options = _prepared(request, prune, adopt, *lifted)
    with connected(run.settings) as gateway:
        planned = plan_pass(run.built.desired, gateway, options, target=run.target, source=run.source, now=_now())
    _print_plan(planned, output)
    return _plan_exit(planned.plan, detailed=detailed_exitcode)


def _print_plan(planned: Any, output: Output) -> None:
    from reconciler.planner.document import plan_document
    from reconciler.render.documents import as_json
    from reconciler.render.plan_text import ReadFacts, plan_text

    if output is Output.JSON:
        say(as_json(plan_document(planned.plan)))
        return
    facts = ReadFacts(len(planned.live.resources), planned.live.calls, planned.live.seconds)
    several = len({scope.subscription.lower() for scope in planned.plan.target.scopes}) > 1
    say(plan_text(planned.plan, facts, page_of(sys.stdout, subscriptions=several)))


def _plan_exit(plan: Plan, *, detailed: bool) -> int:
    if plan.unread:
        return ExitCode.FAILED
    if plan.refusals:
        return ExitCode.REFUSED
    return ExitCode.CHANGES if detailed and plan.pending else ExitCode.DONE


@walled
def apply(
    path: PathArgument = ".",
    settings: SettingsOption = None,
    instance: InstanceOption = None,
    cloud: CloudOption = None,
    subscription: SubscriptionOption = None,
    resource_group: GroupOption = None,
    scope: ScopeOption = None,
    prune: PruneOption = False,
    adopt: AdoptOption = None,
    allow_empty: AllowEmptyOption = False,
    allow_deletes: AllowDeletesOption = None,
    allow_protected: AllowProtectedOption = None,
    allow_last_version: AllowLastOption = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Do the rest when something is refused or unread.")
    ] = False,
    wait: Annotated[WaitFor, typer.Option("--wait", help="Stay with versions until …")] = WaitFor.REPLICATED,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Plan, ask, and carry the plan out with progress region by region."""
    from reconciler.cli.applying import carry_out
    from reconciler.cli.connection import connected
    from reconciler.reconcile import plan_pass

    request = request_of(path, settings, instance, cloud, subscription, resource_group, scope)
    lifted = (allow_empty, allow_deletes, allow_protected, allow_last_version)
    run, options = _prepared(request, prune, adopt, *lifted)
    with connected(run.settings) as gateway:
        planned = plan_pass(run.built.desired, gateway, options, target=run.target, source=run.source, now=_now())
        if output is Output.TEXT:
            _print_plan(planned, output)
        return carry_out(planned, gateway, run.settings, partial=partial, wait=str(wait), yes=yes, output=output)


@walled
def status(
    path: PathArgument = ".",
    settings: SettingsOption = None,
    instance: InstanceOption = None,
    cloud: CloudOption = None,
    subscription: SubscriptionOption = None,
    resource_group: GroupOption = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 when something declared is not healthy.")
    ] = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Show the live health of what the manifests declare, region by region."""
    from reconciler.app import Overrides, options_of, session
    from reconciler.cli.connection import connected
    from reconciler.model.health import Health
    from reconciler.reconcile import status_pass
    from reconciler.render.documents import as_json, status_document
    from reconciler.render.report_text import status_text

    run = session(
        request_of(path, settings, instance, cloud, subscription, resource_group, None), os.environ, now=_now()
    )
    with connected(run.settings) as gateway:
        rows = status_pass(run.built.desired, gateway, options_of(run.settings, Overrides()), run.target)
    several = len({address.subscription.lower() for address in run.built.desired.resources}) > 1
    text = as_json(status_document(rows)) if output is Output.JSON else None
    say(text or status_text(rows, page_of(sys.stdout, subscriptions=several)))
    if any(row.health is Health.UNKNOWN for row in rows):
        return ExitCode.FAILED
    unwell = any(row.health is not Health.HEALTHY for row in rows)
    return ExitCode.CHANGES if unwell and detailed_exitcode else ExitCode.DONE


@walled
def version() -> int:
    """Print the version."""
    from reconciler import __version__

    say(f"gallery-reconciler {__version__}\n")
    return ExitCode.DONE
