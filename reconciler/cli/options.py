"""The options that commands share, each declared once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

LEAST_BUDGET = 2000
USUAL_BUDGET = 60_000  # a comment on GitHub takes 65,536


class Output(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"


class PlanOutput(StrEnum):
    """How a plan is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class WaitFor(StrEnum):
    """How long apply stays with a version."""

    NONE = "none"
    PROVISIONED = "provisioned"
    REPLICATED = "replicated"


HealOption = Annotated[
    bool | None,
    typer.Option("--heal/--no-heal", help="Heal failed regions: write once more, then take them away and back."),
]
PathArgument = Annotated[str, typer.Argument(help="A manifest, a folder of manifests, or - for a stream.")]
SettingsOption = Annotated[
    str | None,
    typer.Option(
        "--settings", metavar="FILE", help="Settings file; default: the reconciler.yaml beside or above the manifests."
    ),
]
TargetOption = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="NAME", help="A target of the settings; repeatable. Default: all of them."),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="ADDRESS-GLOB", help="Plan nothing else, but for what it needs; repeatable."),
]
ExceptOption = Annotated[
    list[str] | None,
    typer.Option("--except", metavar="ADDRESS-GLOB", help="Leave this out, and what needs it; repeatable."),
]
InstanceOption = Annotated[
    str | None, typer.Option("--instance", metavar="NAME", help="Installation whose ownership counts.")
]
CloudOption = Annotated[
    str | None,
    typer.Option("--cloud", metavar="NAME", help="AzureCloud, AzureChinaCloud, AzureUSGovernment, custom or emulator."),
]
SubscriptionOption = Annotated[
    str | None, typer.Option("--subscription", metavar="GUID", help="For manifests that name none.")
]
GroupOption = Annotated[
    str | None, typer.Option("--resource-group", metavar="NAME", help="For manifests that name none.")
]
ScopeOption = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SUB/GROUP", help="Also look into this resource group; repeatable."),
]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="Form of the result.")]
PlanOutputOption = Annotated[PlanOutput, typer.Option("--output", "-o", help="Form of the result.")]
ShownOption = Annotated[
    PlanOutput | None,
    typer.Option("--output", "-o", help="Form of the result: of a saved plan text, of manifests JSON."),
]
OutOption = Annotated[
    str | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Save the plan for `apply FILE`, unredacted: signed addresses stand in it (mode 0600).",
    ),
]
BudgetOption = Annotated[
    int,
    typer.Option("--budget", metavar="BYTES", min=LEAST_BUDGET, help="At most so much markdown, all targets together."),
]
PruneOption = Annotated[bool, typer.Option("--prune", help="Delete what this instance owns and nobody declares.")]
AdoptOption = Annotated[
    list[str] | None,
    typer.Option("--adopt", metavar="ADDRESS|all", help="Take over a resource that exists; repeatable."),
]
AllowEmptyOption = Annotated[bool, typer.Option("--allow-empty", help="Accept manifests that declare nothing.")]
AllowDeletesOption = Annotated[
    int | None, typer.Option("--allow-deletes", metavar="N", min=0, help="Accept exactly this many deletes.")
]
AllowProtectedOption = Annotated[
    list[str] | None,
    typer.Option("--allow-protected", metavar="ADDRESS", help="Accept the delete of a protected resource."),
]
AllowLastOption = Annotated[
    list[str] | None,
    typer.Option("--allow-last-version", metavar="ADDRESS", help="Accept the delete of a last usable version."),
]
ReplicationOption = Annotated[
    bool, typer.Option("--replication", help="Also ask whether what latest resolves to has reached its regions.")
]
LockTimeoutOption = Annotated[
    float,
    typer.Option(
        "--lock-timeout",
        metavar="SECONDS",
        min=0,
        help="Wait so long for another apply of this target, then exit 6.",
    ),
]
ReportOption = Annotated[
    str | None,
    typer.Option("--report", metavar="FILE", help="Also keep the report of the run here, up to date while it goes on."),
]
EventsOption = Annotated[
    str | None,
    typer.Option("--events", metavar="FILE|-", help="Write an event a line, as JSON, while the run goes on."),
]
DetailedOption = Annotated[bool, typer.Option("--detailed-exitcode", help="Exit 2 when changes are pending.")]
