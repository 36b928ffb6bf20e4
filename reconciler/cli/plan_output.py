"""A plan as a result: printed as text, JSON or markdown, and saved for an apply.

Every plan is printed here, whether it was just made or comes from a file, so that both read the same.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from reconciler.cli.console import page_of, say, say_document
from reconciler.cli.options import USUAL_BUDGET, PlanOutput
from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.model.address import Address
    from reconciler.model.ledger import Applied
    from reconciler.model.plan import Plan
    from reconciler.render.plan_text import ReadFacts
    from reconciler.render.verdict_text import Occasion

STDOUT = "-"
COMPACT = (",", ":")  # nobody reads the file but us, and the bodies of a large estate are long


def check_out(out: str | None, output: PlanOutput) -> None:
    """Standard output takes one document, the saved plan instead of the redacted JSON; a file must be ours to replace.

    Raises UsageError.
    """
    if out == STDOUT and output is not PlanOutput.JSON:
        raise UsageError(f"--out - with -o {output} would mix two results", "name a file, or add -o json")
    if out is not None and out != STDOUT:
        from reconciler.source.plan_file import check_place

        check_place(out)


def plan_words(plan: Plan, facts: ReadFacts, occasion: Occasion) -> str:
    """The plan as text for standard output."""
    from reconciler.render.plan_text import plan_text

    return plan_text(plan, facts, page_of(sys.stdout, subscriptions=plan.target.several_subscriptions), occasion)


def approval_words(plan: Plan, facts: ReadFacts, *, partial: bool) -> str:
    """The plan as text in front of its apply."""
    from reconciler.render.verdict_text import Occasion

    return plan_words(plan, facts, Occasion.PARTIAL if partial else Occasion.APPLY)


def say_plan(plan: Plan, facts: ReadFacts, output: PlanOutput, budget: int = USUAL_BUDGET) -> None:
    """Print a plan, redacted."""
    match output:
        case PlanOutput.JSON:
            from reconciler.planner.document import plan_document

            say_document(plan_document(plan))
        case PlanOutput.MARKDOWN:
            from reconciler.cli.comments import say_section
            from reconciler.render.plan_markdown import plan_section

            say_section(plan_section(plan), budget)
        case PlanOutput.TEXT:
            from reconciler.render.verdict_text import Occasion

            say(plan_words(plan, facts, Occasion.PLAN))


def save_plan(plan: Plan, facts: ReadFacts, declared: Mapping[Address, Applied], out: str) -> None:
    """Save a plan whole, secrets included: to a file, or as the one document on standard output.

    `declared` is what an apply notes down of each resource once it is done.
    """
    from reconciler.planner.document import saved_document
    from reconciler.source.plan_file import write_plan

    text = f"{json.dumps(saved_document(plan, asdict(facts), declared), separators=COMPACT)}\n"
    if out == STDOUT:
        say(text)
    else:
        write_plan(out, text)
