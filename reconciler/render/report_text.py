"""What became of an apply, and how well the declared resources are, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from reconciler.model.health import Health, ResourceHealth
from reconciler.model.plan import Plan
from reconciler.model.report import ActionResult, Outcome, RegionProgress, Report
from reconciler.render.layout import cut, fold, items, two_columns
from reconciler.render.paint import Page
from reconciler.render.words import age_words, count_words, deed, safe, seconds_words, where

MARKS = {
    Outcome.SUCCEEDED: ("✓", "good"),
    Outcome.FAILED: ("✗", "stop"),
    Outcome.SKIPPED: ("-", "dim"),
    Outcome.UNATTEMPTED: ("-", "dim"),
    Outcome.PENDING: ("…", "change"),
}
NAMES = {outcome: str(outcome) for outcome in Outcome} | {Outcome.UNATTEMPTED: "not attempted"}
HEADINGS = NAMES | {Outcome.SKIPPED: "skipped because"}
LISTED = (Outcome.SUCCEEDED, Outcome.FAILED, Outcome.SKIPPED, Outcome.PENDING, Outcome.UNATTEMPTED)
MOST_SUCCEEDED = 10
MOST_ALIKE = 20
HEALTH_MARKS = {
    Health.HEALTHY: ("✓", "good"),
    Health.PROGRESSING: ("…", "change"),
    Health.DEGRADED: ("✗", "stop"),
    Health.MISSING: ("✗", "stop"),
    Health.UNKNOWN: ("?", "stop"),
}


def report_text(report: Report, seconds: float, page: Page, again: str = "") -> str:
    """Where anything is unfinished one list for each way of ending, then the counts, and the command to go on with."""
    lines = []
    unfinished = any(result.outcome is not Outcome.SUCCEEDED for result in report.results)
    if unfinished:
        lines += [line for outcome in LISTED for line in _list(report, outcome, page)]
    lines += [line for result in report.results if _done_with_words(result) for line in _result(result, page)]
    if report.lost:
        told = ", ".join(where(address, page) for address in report.lost)
        words = f"DELETED AND NOT MADE AGAIN: {told}; plan and apply again, what is declared is made anew"
        lines += [page.paint(line, "stop") for line in fold(words, page.width, "  ")]
    counts = [f"{report.count(outcome)} {NAMES[outcome]}" for outcome in LISTED if report.count(outcome)]
    done = ", ".join(counts) if counts else "nothing to do"
    lines.append(page.paint(f"applied in {seconds_words(seconds)}: {done}", "bold"))
    if any(result.accepted for result in report.results):
        lines.append("what Azure has accepted goes on there; `reconciler status` shows how it ends")
    if report.interrupted:
        lines.append("interrupted; what is pending goes on in Azure")
    if again:  # on a line of its own that is never broken, so that it can be copied
        lines += [page.paint("to continue:" if unfinished else "once that is mended:", "bold"), f"  {safe(again)}"]
    return "\n".join(lines) + "\n"


def _list(report: Report, outcome: Outcome, page: Page) -> Iterator[str]:
    """What ended so: alike ones together where their cause says all, each on its own where there is more to say."""
    results = report.ended(outcome)
    if not results:
        return
    yield page.paint(f"{HEADINGS[outcome]} ({len(results)})", "bold")
    if outcome is Outcome.SUCCEEDED:
        yield from _names(results, page, MOST_SUCCEEDED)
    elif outcome in (Outcome.FAILED, Outcome.PENDING):
        for result in results:
            yield from _result(result, page)
    else:
        for why in dict.fromkeys(result.why for result in results):
            mark, kind = MARKS[outcome]
            yield from (page.paint(line, kind) for line in fold(f"{mark} {safe(why)}", page.width))
            yield from _names([result for result in results if result.why == why], page, MOST_ALIKE)


def _names(results: Sequence[ActionResult], page: Page, most: int) -> Iterator[str]:
    named = [deed(result.verb, result.address, result.action_id, page) for result in results[:most]]
    more = [f"and {len(results) - most} more"] if len(results) > most else []
    yield from items([*named, *more], page.width)


def left_text(plan: Plan, page: Page) -> str:
    """What an apply of a part leaves as it is, and why; "" where the plan was whole."""
    refused = dict.fromkeys(address for refusal in plan.refusals for address in refusal.addresses)
    rules = dict.fromkeys(str(refusal.rule) for refusal in plan.refusals if refusal.addresses)
    codes = dict.fromkeys(place.code for place in plan.unread)
    told = [f"{count_words(len(refused), 'resource')} refused ({', '.join(rules)})"] if refused else []
    told += [f"{count_words(len(plan.unread), 'place')} not read ({', '.join(codes)})"] if plan.unread else []
    return page.paint(safe(f"left as it is: {', '.join(told)}"), "stop") + "\n" if told else ""


def _result(result: ActionResult, page: Page) -> Iterator[str]:
    mark, kind = MARKS[result.outcome]
    left = f"{mark} {deed(result.verb, result.address, result.action_id, page)}"
    yield page.paint(two_columns(left, seconds_words(result.seconds), page.width), kind)
    code = f"{result.error_code}: " if result.error_code else ""
    if result.why:
        yield from fold(f"    {safe(code + result.why)}", page.width)
    if result.regions:
        yield from items(map(_region_words, result.regions), page.width)
    if result.hint:
        yield from fold(f"    hint: {safe(result.hint)}", page.width, "      ")
    for warning in result.warnings:
        yield from fold(f"    warning: {safe(warning)}", page.width)


def _done_with_words(result: ActionResult) -> bool:
    return result.outcome is Outcome.SUCCEEDED and bool(result.why or result.warnings)


def result_line(result: ActionResult, page: Page) -> str:
    """One finished action on one line that fits, for the progress shown while an apply runs; the report says all."""
    mark, kind = MARKS[result.outcome]
    code = f" {result.error_code}:" if result.error_code else ""
    why = f"{code} {result.why}" if result.why else ""
    text = f"{mark} {deed(result.verb, result.address, result.action_id, page)}  {seconds_words(result.seconds)}"
    return page.paint(cut(f"{text} {safe(' '.join(why.split()))}".rstrip(), page.width), kind)


def regions_words(regions: Iterable[RegionProgress]) -> str:
    """`southcentralus Completed · westcentralus 40 %`."""
    return " · ".join(map(_region_words, regions))


def _region_words(region: RegionProgress) -> str:
    return safe(f"{region.region} {region.words}")


def status_text(rows: Iterable[ResourceHealth], page: Page, now: datetime) -> str:
    """One line per declared resource, a line per version's regions with their age if remembered, and the counts."""
    lines, counts = [], dict.fromkeys(Health, 0)
    for row in rows:
        counts[row.health] += 1
        mark, kind = HEALTH_MARKS[row.health]
        left = f"{mark} {where(row.address, page)}"
        lines.append(page.paint(two_columns(left, str(row.health), page.width), kind))
        if row.regions:
            lines += items(map(_region_words, row.regions), page.width)
        if row.seen is not None:
            lines.append(page.paint(f"    seen {age_words(now - row.seen)} ago", "dim"))
        if row.why:
            lines += fold(f"    {safe(row.why)}", page.width)
    told = ", ".join(f"{count} {health}" for health, count in counts.items() if count) or "nothing declared"
    lines.append(page.paint(told, "bold"))
    return "\n".join(lines) + "\n"
