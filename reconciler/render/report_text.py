"""What became of an apply, and how well the declared resources are, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.health import Health, ResourceHealth
from reconciler.model.plan import Plan
from reconciler.model.report import ActionResult, Outcome, RegionProgress, Report
from reconciler.render.layout import cut, fold, items, two_columns
from reconciler.render.paint import Page
from reconciler.render.words import count_words, safe, seconds_words, where

MARKS = {
    Outcome.SUCCEEDED: ("✓", "good"),
    Outcome.FAILED: ("✗", "stop"),
    Outcome.SKIPPED: ("-", "dim"),
    Outcome.UNATTEMPTED: ("-", "dim"),
    Outcome.PENDING: ("…", "change"),
}
HEALTH_MARKS = {
    Health.HEALTHY: ("✓", "good"),
    Health.PROGRESSING: ("…", "change"),
    Health.DEGRADED: ("✗", "stop"),
    Health.MISSING: ("✗", "stop"),
    Health.UNKNOWN: ("?", "stop"),
}


def report_text(report: Report, seconds: float, page: Page) -> str:
    """Every action that did not simply succeed, then the counts."""
    lines = [line for result in report.results if not _simply_done(result) for line in _result(result, page)]
    if report.lost:
        told = ", ".join(where(address, page) for address in report.lost)
        words = f"DELETED AND NOT MADE AGAIN: {told}; plan and apply again, what is declared is made anew"
        lines += [page.paint(line, "stop") for line in fold(words, page.width, "  ")]
    counts = [f"{report.count(outcome)} {outcome}" for outcome in Outcome if report.count(outcome)]
    done = ", ".join(counts) if counts else "nothing to do"
    lines.append(page.paint(f"applied in {seconds_words(seconds)}: {done}", "bold"))
    if report.interrupted:
        lines.append("interrupted; what is pending goes on in Azure, plan again to see it")
    return "\n".join(lines) + "\n"


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
    left = f"{mark} {result.verb} {where(result.address, page)}"
    yield page.paint(two_columns(left, str(result.outcome), page.width), kind)
    code = f"{result.error_code}: " if result.error_code else ""
    if result.why:
        yield from fold(f"    {safe(code + result.why)}", page.width)
    for warning in result.warnings:
        yield from fold(f"    warning: {safe(warning)}", page.width)


def _simply_done(result: ActionResult) -> bool:
    return result.outcome is Outcome.SUCCEEDED and not result.why and not result.warnings


def result_line(result: ActionResult, page: Page) -> str:
    """One finished action on one line that fits, for the progress shown while an apply runs; the report says all."""
    mark, kind = MARKS[result.outcome]
    code = f" {result.error_code}:" if result.error_code else ""
    why = f"{code} {result.why}" if result.why else ""
    text = f"{mark} {result.verb} {where(result.address, page)}  {seconds_words(result.seconds)}"
    return page.paint(cut(f"{text} {safe(' '.join(why.split()))}".rstrip(), page.width), kind)


def regions_words(regions: Iterable[RegionProgress]) -> str:
    """`southcentralus Completed · westcentralus 40 %`."""
    return " · ".join(map(_region_words, regions))


def _region_words(region: RegionProgress) -> str:
    return safe(f"{region.region} {f'{region.progress} %' if region.state == 'Replicating' else region.state}")


def status_text(rows: Iterable[ResourceHealth], page: Page) -> str:
    """One line per declared resource, a line per version's regions, and the counts."""
    lines, counts = [], dict.fromkeys(Health, 0)
    for row in rows:
        counts[row.health] += 1
        mark, kind = HEALTH_MARKS[row.health]
        left = f"{mark} {where(row.address, page)}"
        lines.append(page.paint(two_columns(left, str(row.health), page.width), kind))
        if row.regions:
            lines += items(map(_region_words, row.regions), page.width)
        if row.why:
            lines += fold(f"    {safe(row.why)}", page.width)
    told = ", ".join(f"{count} {health}" for health, count in counts.items() if count) or "nothing declared"
    lines.append(page.paint(told, "bold"))
    return "\n".join(lines) + "\n"
