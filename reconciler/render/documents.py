"""JSON documents for machines: plan, report, health, desired state, diagnostics. `-o json` prints nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from reconciler.model.diagnostic import Diagnostic, Origin
from reconciler.model.health import ResourceHealth
from reconciler.model.report import Outcome, RegionProgress, Report
from reconciler.model.secrets import deep_without_secrets
from reconciler.model.state import DesiredState
from reconciler.planner.document import SCHEMA_VERSION
from reconciler.planner.plain import plain
from reconciler.settings import SettingProblem


def as_json(document: Any, *, plain_ascii: bool = False) -> str:
    """Indented JSON ending in a newline, without secrets; `plain_ascii` for streams that take nothing else."""
    return json.dumps(deep_without_secrets(document), indent=2, ensure_ascii=plain_ascii) + "\n"


def error_document(message: str, hint: str, code: int, diagnostics: Iterable[Any] = ()) -> dict[str, Any]:
    """Why a command came to nothing, with every finding behind it."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "error": {"message": message, "hint": hint, "exitCode": code},
        "diagnostics": diagnostics_document(diagnostics),
    }


def validation_document(diagnostics: tuple[Diagnostic, ...], verdict: str, code: int) -> dict[str, Any]:
    """Whether manifests are valid, and every finding; a verdict against them is an error like any other."""
    if verdict:
        return {"valid": False, **error_document(verdict, "", code, diagnostics)}
    return {"schemaVersion": SCHEMA_VERSION, "valid": True, "diagnostics": diagnostics_document(diagnostics)}


def report_document(report: Report, again: str = "") -> dict[str, Any]:
    """The outcome of every action, the ids of the actions that ended in each way, and the command to go on with."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "digest": report.digest,
        "interrupted": report.interrupted,
        "continueWith": again,
        "counts": counts_document(report),
        "outcomes": {str(outcome): [one.action_id for one in report.ended(outcome)] for outcome in Outcome},
        "deletedAndNotMade": [address.text(with_subscription=True) for address in report.lost],
        "results": [
            {
                "id": result.action_id,
                "address": result.address.text(with_subscription=True),
                "verb": str(result.verb),
                "outcome": str(result.outcome),
                "why": result.why,
                "errorCode": result.error_code,
                "hint": result.hint,
                "seconds": round(result.seconds, 3),
                "regions": [region_document(region) for region in result.regions],
                "warnings": list(result.warnings),
            }
            for result in report.results
        ],
    }


def status_document(rows: Iterable[ResourceHealth]) -> dict[str, Any]:
    """The health of every declared resource."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "resources": [
            {
                "address": row.address.text(with_subscription=True),
                "kind": str(row.address.kind),
                "health": str(row.health),
                "why": row.why,
                "regions": [region_document(region) for region in row.regions],
                **({"seenAt": row.seen.isoformat()} if row.seen else {}),
            }
            for row in rows
        ],
    }


def desired_document(desired: DesiredState) -> dict[str, Any]:
    """The canonical desired state: what the manifests come to after Defaults, nesting and canonical forms."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "resources": [
            {
                "address": resource.address.text(with_subscription=True),
                "kind": str(resource.address.kind),
                "origin": str(resource.origin),
                "policy": {
                    "manage": str(resource.policy.manage),
                    "protect": resource.policy.protect,
                    "onRemove": str(resource.policy.on_remove),
                    "adopt": resource.policy.adopt,
                    "onImmutableChange": str(resource.policy.on_immutable_change),
                    "onDrift": str(resource.policy.on_drift),
                    "recreateFailed": resource.policy.recreate_failed,
                },
                "spec": plain(resource.body),
                "unchecked": plain(resource.unchecked),
            }
            for _, resource in sorted(desired.resources.items())
        ],
    }


def diagnostics_document(diagnostics: Iterable[Diagnostic | SettingProblem]) -> list[dict[str, Any]]:
    """Every finding about manifests or settings; a setting that stands in no file has its origin for a file."""
    return [
        {
            **_place(found.origin),
            "severity": str(found.severity),
            "code": found.code,
            "message": found.message,
            "hint": found.hint,
        }
        for found in diagnostics
    ]


def _place(origin: Origin | str) -> dict[str, Any]:
    if isinstance(origin, Origin):
        return {"file": origin.file, "line": origin.line, "column": origin.column}
    found = re.fullmatch(r"(.+):(\d+):(\d+)", origin)
    file, line, column = found.groups() if found else (origin, 0, 0)
    return {"file": file, "line": int(line), "column": int(column)}


def counts_document(report: Report) -> dict[str, int]:
    """How many actions ended in each way, all of them named."""
    return {str(outcome): report.count(outcome) for outcome in Outcome}


def region_document(region: RegionProgress) -> dict[str, Any]:
    """How far a version is in one region."""
    return {"region": region.region, "state": region.state, "progress": region.progress, "details": region.details}
