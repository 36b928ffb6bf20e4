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
from reconciler.model.plan import Action, Change, Plan, Refusal, Source, Target, Undeclared
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
        "target": target_document(plan.target),
        "source": source_document(plan.source),
        "complete": plan.complete,
        "unread": [unread_document(place) for place in plan.unread],
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


def target_document(target: Target) -> dict[str, Any]:
    """What a run speaks of."""
    return {
        "name": target.name,
        "cloud": target.cloud,
        "instance": target.instance,
        "scopes": [_scope(scope) for scope in target.scopes],
    }


def source_document(source: Source) -> dict[str, Any]:
    """Where the manifests came from."""
    return {"path": source.path, "revision": source.revision, "dirty": source.dirty}


def unread_document(place: Unread) -> dict[str, str]:
    """One place that could not be read."""
    return {"where": place.where, "code": place.code, "message": place.message, "hint": place.hint}


def origin_document(origin: Origin | None) -> dict[str, Any] | None:
    """A place in a manifest."""
    return None if origin is None else {"file": origin.file, "line": origin.line, "column": origin.column}


def _change(change: Change) -> dict[str, Any]:
    return {
        "path": change.dotted,
        "before": plain(change.before),
        "after": plain(change.after),
        "rule": change.rule,
        "reason": str(change.reason),
        "origin": origin_document(change.origin),
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
        "origin": origin_document(action.origin),
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
        "origin": origin_document(refusal.origin),
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
