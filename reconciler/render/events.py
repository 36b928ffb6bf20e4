"""The events of a run as JSON documents, one for each line of an event stream. Without secrets.

Apart from the report because it tells what happens when it happens, and from the progress because machines read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.executor.run import Progress
from reconciler.model.address import Address
from reconciler.model.event import Event
from reconciler.model.plan import Action, Plan
from reconciler.model.report import ActionResult, RegionProgress, Report
from reconciler.model.secrets import deep_without_secrets
from reconciler.planner.document import SCHEMA_VERSION
from reconciler.render.documents import counts_document, region_document


class RunEvents:
    """Makes the documents of one run; a version's regions again only when they moved."""

    def __init__(self, run: str, plan: Plan) -> None:
        self._run = run
        self._plan = plan
        self._shown: dict[str, tuple[RegionProgress, ...]] = {}

    def started(self, at: str, wait: str) -> str:
        """The run begins; `at` is an instant in UTC."""
        plan = self._plan
        return self._line(
            Event.RUN_STARTED,
            at,
            {
                "cloud": plan.target.cloud,
                "instance": plan.target.instance,
                "revision": plan.source.revision,
                "digest": plan.digest,
                "wait": wait,
                "actions": len(plan.pending),
                "refused": len(plan.refusals),
                "unread": len(plan.unread),
            },
        )

    def moved(self, at: str, progress: Progress) -> Iterator[str]:
        """What one step brought."""
        for task in progress.looked:
            yield from self._regions(at, task.action.id, task.action.address, task.regions)
        for result in progress.finished:
            yield from self._regions(at, result.action_id, result.address, result.regions)
            yield self._line(Event.ACTION_ENDED, at, _ended(result))
        for action in progress.started:
            yield self._line(Event.ACTION_STARTED, at, _begun(action))

    def ended(self, at: str, report: Report | None, code: int, error: str) -> str:
        """The run is over; `report` is None where nothing was tried, `error` says what broke it off."""
        report = report or Report(())
        told = {"exitCode": code, "counts": counts_document(report), "interrupted": report.interrupted, "error": error}
        return self._line(Event.RUN_ENDED, at, told)

    def _regions(self, at: str, action: str, address: Address, regions: tuple[RegionProgress, ...]) -> Iterator[str]:
        if regions and self._shown.get(action) != regions:
            self._shown[action] = regions
            told = {"action": action, **_what(address), "regions": [region_document(one) for one in regions]}
            yield self._line(Event.REGIONS_MOVED, at, told)

    def _line(self, event: Event, at: str, said: Mapping[str, Any]) -> str:
        head = {
            "schemaVersion": SCHEMA_VERSION,
            "time": at,
            "event": str(event),
            "run": self._run,
            "target": self._plan.target.name,
        }
        return json.dumps(deep_without_secrets({**head, **said}))


def _what(address: Address) -> dict[str, str]:
    return {"kind": str(address.kind), "address": address.text(with_subscription=True)}


def _begun(action: Action) -> dict[str, Any]:
    return {
        "action": action.id,
        **_what(action.address),
        "verb": str(action.verb),
        "reasons": list(map(str, action.reasons)),
    }


def _ended(result: ActionResult) -> dict[str, Any]:
    return {
        "action": result.action_id,
        **_what(result.address),
        "verb": str(result.verb),
        "outcome": str(result.outcome),
        "why": result.why,
        "errorCode": result.error_code,
        "seconds": round(result.seconds, 3),
    }
