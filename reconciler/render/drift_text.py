"""Drift for people and for machines: per resource what was applied, what is live, and the line that declares it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.model.drift import Drift, DriftedResource
from reconciler.model.plan import Change, Source, Target
from reconciler.planner.document import (
    SCHEMA_VERSION,
    origin_document,
    plain,
    source_document,
    target_document,
    unread_document,
)
from reconciler.render.action_text import REASON_WORDS, change_lines
from reconciler.render.layout import fold, items, two_columns
from reconciler.render.paint import Page
from reconciler.render.plan_text import unread_lines
from reconciler.render.words import count_words, safe, where


def drift_text(drift: Drift, header: str, page: Page) -> str:
    """Everything that drifted, what could not be read or told, and a summary; ends in a newline."""
    parts = [*(_resource(row, page) for row in drift.resources), unread_lines(drift.unread, page), _busy(drift, page)]
    blocks = [header, *("\n".join(lines) for lines in parts), _summary(drift, page)]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _resource(row: DriftedResource, page: Page) -> Iterator[str]:
    symbol, kind = ("-", "remove") if row.missing else ("~", "change")
    yield page.paint(two_columns(f"{symbol} {where(row.address, page)}", _verdict(row), page.width), kind)
    if row.applied is not None and row.applied.at:
        moment = row.applied.at[:19].replace("T", " ")
        revision = f" from revision {row.applied.revision[:7]}" if row.applied.revision else ""
        yield from fold(safe(f"    last applied {moment} UTC{revision}"), page.width)
    for change in row.changes:
        yield from change_lines(change, page)
    if row.missing and row.origin is not None:
        yield from fold(f"    declared at {safe(str(row.origin))}", page.width)


def _verdict(row: DriftedResource) -> str:
    if row.missing:
        return "deleted since the last apply"
    return REASON_WORDS["Drifted" if row.applied is not None else "Differs"]


def _busy(drift: Drift, page: Page) -> Iterator[str]:
    for address in drift.busy:
        yield two_columns(f"· {where(address, page)}", REASON_WORDS["OperationInFlight"], page.width)


def _summary(drift: Drift, page: Page) -> str:
    missing = sum(row.missing for row in drift.resources)
    steady = f"{count_words(drift.steady, 'resource')} as applied"
    if not (drift.resources or drift.unread or drift.busy):
        return page.paint(f"No drift. {steady}", "good")
    parts = [
        f"{len(drift.resources) - missing} drifted",
        *([f"{missing} deleted"] if missing else []),
        *([f"{len(drift.unread)} unread"] if drift.unread else []),
        *([f"{len(drift.busy)} with an operation running"] if drift.busy else []),
        steady,
    ]
    return page.paint("\n".join(items([", ".join(parts)], page.width, "  ", "")), "bold")


def drift_document(drift: Drift, target: Target, source: Source) -> dict[str, Any]:
    """The same as JSON-ready values: `expected` is what was applied (or is declared), `live` what is there now."""
    missing = sum(row.missing for row in drift.resources)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "target": target_document(target),
        "source": source_document(source),
        "complete": not drift.unread,
        "unread": [unread_document(place) for place in drift.unread],
        "resources": [_row(row) for row in drift.resources],
        "busy": [address.text(with_subscription=True) for address in drift.busy],
        "summary": {
            "drifted": len(drift.resources) - missing,
            "missing": missing,
            "steady": drift.steady,
            "busy": len(drift.busy),
            "unread": len(drift.unread),
        },
    }


def _row(row: DriftedResource) -> dict[str, Any]:
    applied = row.applied
    return {
        "address": row.address.text(with_subscription=True),
        "kind": str(row.address.kind),
        "drift": "missing" if row.missing else "changed",
        "comparedWith": "declared" if applied is None else "applied",
        "appliedAt": applied.at if applied is not None else "",
        "revision": applied.revision if applied is not None else "",
        "changes": [_change(change) for change in row.changes],
        "origin": origin_document(row.origin),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.dotted,
        "expected": plain(change.before),
        "live": plain(change.after),
        "origin": origin_document(change.origin),
    }
