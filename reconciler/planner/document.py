"""The plan as a document: plain values in a fixed layout, and the digest that names it.

The digest covers everything but the moment of planning, so the same inputs always carry the same name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from reconciler import __version__
from reconciler.model.address import Address, Scope
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import Action, Change, Plan, Refusal, Undeclared
from reconciler.model.state import Unread
from reconciler.planner.fingerprint import canonical_json
from reconciler.planner.impact_entries import latest_entry, limit_entry, volume_entry

SCHEMA_VERSION = 1


def plan_document(plan: Plan) -> dict[str, Any]:
    """The whole plan as JSON-ready values, `schemaVersion` 1."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "tool": {"name": "gallery-reconciler", "version": __version__},
        "createdAt": plan.created_at,
        "target": {
            "name": plan.target.name,
            "cloud": plan.target.cloud,
            "instance": plan.target.instance,
            "scopes": [_scope(scope) for scope in plan.target.scopes],
        },
        "source": {"path": plan.source.path, "revision": plan.source.revision, "dirty": plan.source.dirty},
        "complete": plan.complete,
        "unread": [_unread(place) for place in plan.unread],
        "actions": [_action(action) for action in plan.actions],
        "refusals": [_refusal(refusal) for refusal in plan.refusals],
        "undeclared": [_undeclared(row) for row in plan.undeclared],
        "unowned": [_address(address) for address in plan.unowned],
        "hints": [{"addresses": list(map(_address, hint.addresses)), "words": hint.words} for hint in plan.hints],
        "overrides": list(plan.overrides),
        "latest": [latest_entry(row) for row in plan.latest],
        "limits": [limit_entry(row) for row in plan.limits],
        "volumes": [volume_entry(row) for row in plan.volumes],
        "summary": dict(plan.summary),
        "digest": plan.digest,
    }


def digest_of(plan: Plan) -> str:
    """sha256 over the document without its moment and its own name."""
    document = plan_document(plan)
    del document["createdAt"], document["digest"]
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def _address(address: Address) -> str:
    return address.text(with_subscription=True)


def _scope(scope: Scope) -> dict[str, str]:
    return {"subscription": scope.subscription, "resourceGroup": scope.group}


def _unread(place: Unread) -> dict[str, str]:
    return {"where": place.where, "code": place.code, "message": place.message, "hint": place.hint}


def _origin(origin: Origin | None) -> dict[str, Any] | None:
    return None if origin is None else {"file": origin.file, "line": origin.line, "column": origin.column}


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.dotted,
        "before": plain(change.before),
        "after": plain(change.after),
        "rule": change.rule,
        "origin": _origin(change.origin),
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "id": action.id,
        "address": _address(action.address),
        "kind": str(action.address.kind),
        "verb": str(action.verb),
        "reasons": [str(reason) for reason in action.reasons],
        "words": action.words,
        "changes": [_change(change) for change in action.changes],
        "requires": list(action.requires),
        "fingerprint": action.fingerprint,
        "hazard": action.hazard,
        "origin": _origin(action.origin),
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "rule": str(refusal.rule),
        "level": str(refusal.level),
        "addresses": [_address(address) for address in refusal.addresses],
        "changes": [_change(change) for change in refusal.changes],
        "message": refusal.message,
        "waysOut": list(refusal.ways_out),
        "override": refusal.override,
        "origin": _origin(refusal.origin),
    }


def _undeclared(row: Undeclared) -> dict[str, Any]:
    return {
        "address": _address(row.address),
        "kind": str(row.address.kind),
        "words": row.words,
        "guards": [str(rule) for rule in row.guards],
        "hazard": row.hazard,
    }


def plain(value: Any) -> Any:
    """A canonical value without our own text types."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return str(value) if isinstance(value, str) else value
