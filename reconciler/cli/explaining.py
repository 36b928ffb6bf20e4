"""explain, why, schema: what we know about fields, codes and single resources, in words."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from reconciler.cli.console import page_of, say, say_document
from reconciler.cli.options import Output, OutputOption
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode

TopicArgument = Annotated[
    str | None, typer.Argument(help="A kind, a field, a policy, a rule, a reason or a code; none lists them all.")
]


@walled
def explain(topic: TopicArgument = None, output: OutputOption = Output.TEXT) -> int:
    """Explain a field, an error code of Azure, a refusal rule, a reason or a manifest finding."""
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
