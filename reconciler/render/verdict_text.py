"""The last lines of a plan: how much of what there is to do, and what comes of it now. Nobody has to work that out.

Apart from the plan's text because it depends on the command that shows the plan, as nothing else in it does.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from reconciler.errors import ExitCode
from reconciler.model.plan import Level, Plan, Verb
from reconciler.render.checks_text import hindrance_words
from reconciler.render.grouping import by_resource, counted, main_action
from reconciler.render.layout import fold, items
from reconciler.render.paint import Page
from reconciler.render.words import count_words

TIED = "\u00a0"  # a space at which no line is broken
REMOVING = frozenset({Verb.DELETE, Verb.REPLACE})


class Occasion(StrEnum):
    """What a plan is shown for."""

    PLAN = "plan"
    APPLY = "apply"
    PARTIAL = "apply --partial"


def verdict_lines(plan: Plan, page: Page, occasion: Occasion) -> Iterator[str]:
    """The counts and the digest, then what comes of it."""
    digest = f"digest {plan.digest[:12]}"
    unchanged = f"{plan.summary.get('noop', 0)} unchanged"
    stopped = plan.stopped(partial=occasion is Occasion.PARTIAL)
    if not plan.pending and not plan.refusals and not plan.unread:
        exit_words = [f"plan exits {ExitCode.DONE:d}"] if occasion is Occasion.PLAN else []
        lines = items([f"No changes. {unchanged}", digest, *exit_words], page.width, "", "")
        yield from (page.paint(line, "good") for line in lines)
        return
    stops = [f"{len(plan.refusals)} refused"] if plan.refusals else []
    stops += [f"{len(plan.unread)} unread"] if plan.unread else []
    danger = dangers(plan)
    if danger:
        yield from (page.paint(line, "stop") for line in items([f"! {danger[0]}", *danger[1:]], page.width, "  ", ""))
    counts = ", ".join(part.replace(" ", TIED) for part in [*counted(plan), *stops, unchanged])
    lines = items([counts, digest.replace(" ", TIED)], page.width, "  ", "")
    yield from (page.paint(line.replace(TIED, " "), "bold") for line in lines)
    hindered = not stopped and plan.hindered
    words = _stopped(plan, occasion) if stopped else _hindered(plan, occasion) if hindered else _going(plan, occasion)
    if words:
        kind = "stop" if stopped or hindered else "bold"
        yield from (page.paint(line, kind) for line in fold(words, page.width, "  "))


def dangers(plan: Plan) -> list[str]:
    """What nobody may overlook, in few words: removals, other warnings, and where `latest` is lost."""
    groups = by_resource(plan)
    verbs = [main_action(steps).verb for steps in groups]
    gone = sum(verb in (Verb.DELETE, Verb.REPLACE) for verb in verbs)
    anew = verbs.count(Verb.REPLACE)
    warned = sum(
        any(step.hazard for step in steps) and verb not in REMOVING for steps, verb in zip(groups, verbs, strict=True)
    )
    lost = sum(row.lost for row in plan.latest)
    removed = f"{count_words(gone, 'resource')} removed" + (f", {anew} of them made again" if anew else "")
    told = [removed] if gone else []
    told += [f"{count_words(warned, 'other change' if gone else 'change')} with a warning"] if warned else []
    return [*told, *([f"latest lost in {count_words(lost, 'region')}"] if lost else [])]


def _stopped(plan: Plan, occasion: Occasion) -> str:
    code = ExitCode.FAILED if plan.unread else ExitCode.REFUSED
    command = Occasion.PLAN if occasion is Occasion.PLAN else Occasion.APPLY
    more = "" if plan.stopped(partial=True) or not plan.pending else "; `apply --partial` would do the rest"
    return f"Nothing will be done, because {_reasons(plan)}: {command} exits {code:d}{more}"


def _reasons(plan: Plan) -> str:
    """Why nothing is done: by how many rules, of the whole run first, and how much could not be read."""
    whole = dict.fromkeys(str(found.rule) for found in plan.refusals if found.level is Level.RUN)
    parts = dict.fromkeys(str(found.rule) for found in plan.refusals if found.level is not Level.RUN)
    rules = ", ".join(dict.fromkeys([*whole, *parts]))
    reasons = [f"{count_words(len(plan.refusals), 'refusal')} {_stand(plan)} ({rules})"] if plan.refusals else []
    reasons += [f"{count_words(len(plan.unread), 'place')} could not be read"] if plan.unread else []
    return " and ".join(reasons)


def _stand(plan: Plan) -> str:
    return "stands against it" if len(plan.refusals) == 1 else "stand against it"


def _hindered(plan: Plan, occasion: Occasion) -> str:
    """What an apply comes to whose writes Azure would refuse, all or some of them."""
    found = hindrance_words(plan)
    if occasion is Occasion.PARTIAL:
        return f"All but what is stopped by {found} will be done: apply exits {ExitCode.PARTIAL:d}"
    who = "Nothing is done yet, `apply` would write nothing" if occasion is Occasion.PLAN else "Nothing will be written"
    return f"{who}, because of {found}: apply exits {ExitCode.FAILED:d}; `apply --partial` would do the rest"


def _going(plan: Plan, occasion: Occasion) -> str:
    if occasion is Occasion.PARTIAL and (plan.refusals or plan.unread):
        return f"All but what is refused or unread will be done: apply exits {ExitCode.PARTIAL:d}"
    if occasion is Occasion.PLAN:
        codes = f"plan exits {ExitCode.DONE:d}, or {ExitCode.CHANGES:d} with --detailed-exitcode"
        return f"Nothing is done yet, `apply` would do it all: {codes}"
    return ""
