"""explain, why, schema: what we know about fields, codes and single resources, in words."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.commands import _planned, _prepared
from reconciler.cli.console import page_of, say, say_document
from reconciler.cli.flags import RunFlags, spread
from reconciler.cli.options import DetailedOption, Output, OutputOption
from reconciler.cli.wall import walled, walled_json
from reconciler.errors import ExitCode

if TYPE_CHECKING:
    from reconciler.explain.story import Story

TopicArgument = Annotated[
    str | None, typer.Argument(help="A kind, a field, a policy, a rule, a reason or a code; none lists them all.")
]


@walled
def explain(topic: TopicArgument = None, output: OutputOption = Output.TEXT) -> int:
    """Explain a field, an error code, a rule or a reason.

    Fields with their rules, error codes of Azure, refusal rules, reasons and manifest findings.
    """
    from reconciler.explain import topics
    from reconciler.render.explain_text import entries_document, entries_text, topics_text

    page = page_of(sys.stdout)
    if topic is None:
        listed = topics.topics()
        if output is Output.JSON:
            say_document({"schemaVersion": 1, "topics": {heading: list(names) for heading, names in listed.items()}})
        else:
            say(topics_text(listed, page))
        return ExitCode.DONE
    found = topics.explain(topic)
    if output is Output.JSON:
        say_document({"schemaVersion": 1, "explanations": entries_document(found)})
    else:
        say(entries_text(found, page))
    return ExitCode.DONE


AddressArgument = Annotated[
    str, typer.Argument(help="group/gallery/definition/version, …@Role=principal, or an end that only one has.")
]


@walled
@spread
def why(
    address: AddressArgument,
    flags: RunFlags,
    detailed_exitcode: DetailedOption = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Tell the whole story of one resource.

    Declared where, live how, whose, and what the plan does about it.
    """
    from reconciler.cli.connection import connected
    from reconciler.cli.recording import store_room
    from reconciler.explain.lookup import find
    from reconciler.explain.story import known_addresses, tell
    from reconciler.render.why_text import why_document, why_text

    run, options = _prepared(flags)
    with connected(run.settings, run.cloud_hint) as gateway:
        planned = _planned(run, gateway, options, store_room(run.settings))
    plan, desired = planned.plan, run.built.desired
    found = find(address, known_addresses(desired, planned.live, plan), plan.unread, plan.target.scopes)
    story = tell(found, desired, planned.live, plan, options.owner)
    if output is Output.JSON:
        say_document(why_document(story, plan))
    else:
        say(why_text(story, page_of(sys.stdout, subscriptions=plan.target.several_subscriptions)))
    return _story_exit(story, detailed=detailed_exitcode)


def _story_exit(story: Story, *, detailed: bool) -> int:
    """As a plan of this resource alone would end."""
    if story.unread:
        return ExitCode.FAILED
    if story.refusals:
        return ExitCode.REFUSED
    return ExitCode.CHANGES if detailed and story.pending else ExitCode.DONE


class SchemaOf(StrEnum):
    """What a schema describes."""

    MANIFEST = "manifest"
    SETTINGS = "settings"
    PLAN = "plan"


SchemaArgument = Annotated[SchemaOf, typer.Argument(help="One document of a manifest, the settings file, or the plan.")]


@walled_json
def schema(of: SchemaArgument = SchemaOf.MANIFEST) -> int:
    """Print the JSON Schema of manifests, settings or plans."""
    match of:
        case SchemaOf.SETTINGS:
            from reconciler.manifest.settings_schema import settings_schema

            say_document(settings_schema())
        case SchemaOf.PLAN:
            from reconciler.planner.document_schema import plan_schema

            say_document(plan_schema())
        case SchemaOf.MANIFEST:
            from reconciler.manifest.schema import manifest_schema

            say_document(manifest_schema())
    return ExitCode.DONE
