"""A plan as lines: everything that is decided, the bodies in short, and nothing that only depends on the day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from reconciler.model.drift import Drift
from reconciler.model.plan import Action, Plan
from reconciler.planner.document import plan_document

LEFT_OUT = frozenset({"schemaVersion", "tool", "createdAt", "target", "source", "digest", "actions", "summary"})


def told(plan: Plan) -> str:
    """The plan's lines."""
    document = plan_document(plan)
    lines = [line for action in plan.actions for line in _action(action)]
    lines += [f"{key}: {_json(row)}" for key, rows in document.items() if key not in LEFT_OUT for row in _rows(rows)]
    lines.append(f"summary: {_json(document['summary'])}")
    return "\n".join(lines)


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _action(action: Action) -> Iterator[str]:
    yield f"{action.id} | {', '.join(action.reasons)} | {action.words} | {action.hazard}"
    yield f"  at {action.resource_id} {action.origin} fingerprint {action.fingerprint} writes {action.writes}"
    for change in action.changes:
        where = f"{change.origin.line}:{change.origin.column}" if change.origin else "-"
        values = f"{_json(change.before)} → {_json(change.after)}"
        yield f"  {change.dotted}: {values} [{change.rule}] {where} {change.reason}"
    if action.requires:
        yield f"  after {', '.join(sorted(action.requires))}"
    if action.body is not None:
        yield f"  body {_short(action.body)}"
    if action.expected is not None:
        yield f"  expects {_short(action.expected)}"


def drifted(drift: Drift) -> str:
    """What is told as drift, in lines."""
    lines = []
    for row in drift.resources:
        applied = f"applied {row.applied.at} {_short(row.applied.body)}" if row.applied else "never applied"
        lines.append(f"{row.address.key} {'missing' if row.missing else 'differs'} {row.origin} {applied}")
        lines += [
            f"  {each.dotted}: {_json(each.before)} → {_json(each.after)} [{each.rule}] {each.reason}"
            for each in row.changes
        ]
    lines += [f"unread {place.under} {place.where} {place.code} {place.message} {place.hint}" for place in drift.unread]
    lines += [f"busy {address.key}" for address in drift.busy]
    return "\n".join([*lines, f"steady {drift.steady}"])


def _short(body: Any) -> str:
    """A body as 12 digits: its fields stand in the changes, and a file that repeats them is read by nobody."""
    return hashlib.sha256(_json(body).encode()).hexdigest()[:12]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
