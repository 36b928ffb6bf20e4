"""validate, show, version: what can be said without asking Azure."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from reconciler.cli.console import say, say_document, tell, tell_diagnostics
from reconciler.cli.flags import SourceFlags, request_of, spread
from reconciler.cli.options import USUAL_BUDGET, BudgetOption, Output, OutputOption, PlanOutput, ShownOption
from reconciler.cli.targets import over_targets
from reconciler.cli.wall import walled, walled_json
from reconciler.errors import ExitCode, UsageError

NOUNS = {
    "Gallery": "gallery",
    "ImageDefinition": "image definition",
    "ImageVersion": "image version",
    "RoleAssignment": "role assignment",
}


def now() -> datetime:
    """The moment, for what depends on the date."""
    return datetime.now(UTC)


@walled
@spread
def validate(flags: SourceFlags, output: OutputOption = Output.TEXT) -> int:
    """Check manifests without asking Azure."""
    return over_targets(flags, lambda one: _validate(one, output), output, headed=True)


def _validate(flags: SourceFlags, output: Output) -> int:
    from reconciler.app import check
    from reconciler.render.documents import validation_document
    from reconciler.render.words import count_words

    built = check(request_of(flags), os.environ, now=now())
    code = ExitCode.DONE if built.ok else ExitCode.INVALID
    errors = sum(found.severity == "error" for found in built.diagnostics)
    verdict = f"invalid: {count_words(errors, 'error')}"
    tell_diagnostics(built.diagnostics)
    if not built.ok:
        tell(verdict)
    if output is Output.JSON:
        say_document(validation_document(built.diagnostics, "" if built.ok else verdict, int(code)))
    elif built.ok:
        counts: dict[str, int] = {}
        for address in built.desired.resources:
            counts[address.kind] = counts.get(address.kind, 0) + 1
        told = ", ".join(count_words(counts[kind], NOUNS[kind]) for kind in NOUNS if kind in counts)
        say(f"valid: {told or 'nothing declared'}\n")
    return code


@walled_json
@spread
def show(flags: SourceFlags, output: ShownOption = None, budget: BudgetOption = USUAL_BUDGET) -> int:
    """Print the canonical desired state as JSON, or a saved plan.

    The desired state is what the manifests come to after Defaults, nesting and canonical forms. A plan saved by
    `plan --out FILE` is printed as `plan` did.
    """
    from reconciler.app import session
    from reconciler.cli.plan_output import say_plan
    from reconciler.cli.saved_plans import facts_of, saved_at
    from reconciler.render.documents import desired_document

    saved = saved_at(flags.path)
    if saved is not None:
        say_plan(saved.plan, facts_of(saved.read), output or PlanOutput.TEXT, budget)
    elif output in (None, PlanOutput.JSON):
        say_document(desired_document(session(request_of(flags), os.environ, now=now()).built.desired))
    else:
        raise UsageError(f"manifests are shown as JSON, not as {output}", "leave out -o, or name a saved plan")
    return ExitCode.DONE


def version_line() -> str:
    """The program's name and version."""
    from reconciler import __version__

    return f"gallery-reconciler {__version__}\n"


@walled
def version() -> int:
    """Print the version."""
    say(version_line())
    return ExitCode.DONE
