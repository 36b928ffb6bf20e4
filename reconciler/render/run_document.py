"""The report of one run as a file: what it set out to do, what is known of it, and how to go on. True at any moment.

Apart from the documents of a result because it is written again and again while the run goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler import __version__
from reconciler.model.plan import Plan
from reconciler.model.report import Report
from reconciler.planner.document import SCHEMA_VERSION
from reconciler.render.documents import report_document


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run at one moment: instants in UTC, "" for one that has not come; `again` is the command to go on with."""

    run: str
    started: str
    updated: str
    ended: str = ""
    exit_code: int | None = None
    again: str = ""
    error: Mapping[str, Any] | None = None


def run_document(facts: RunFacts, plan: Plan | None, report: Report | None) -> dict[str, Any]:
    """The report of a run; without a plan that of one that has none yet, or never came to one."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "tool": {"name": "gallery-reconciler-run", "version": __version__},
        "run": facts.run,
        "startedAt": facts.started or None,
        "updatedAt": facts.updated,
        "endedAt": facts.ended or None,
        "exitCode": facts.exit_code,
        "error": facts.error,
        **({} if plan is None else _planned(plan)),
        "report": None if report is None else report_document(report, facts.again),
    }


def _planned(plan: Plan) -> dict[str, Any]:
    target, source = plan.target, plan.source
    return {
        "target": {"name": target.name, "cloud": target.cloud, "instance": target.instance},
        "source": {"path": source.path, "repo": source.repo, "revision": source.revision, "dirty": source.dirty},
        "digest": plan.digest,
        "overrides": list(plan.overrides),
        "refused": [
            {
                "rule": str(refusal.rule),
                "message": refusal.message,
                "addresses": [address.text(with_subscription=True) for address in refusal.addresses],
            }
            for refusal in plan.refusals
        ],
        "unread": [{"where": place.where, "code": place.code, "message": place.message} for place in plan.unread],
    }
