"""The plan as a document: plain values in a fixed layout, and the digest that names it.

Two forms: the printed one, and the saved one, which also holds what an apply needs. The digest covers the saved form
without its moments, places and own name, bodies included, so the same inputs always carry the same name in both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler import __version__
from reconciler.model.address import Address, Scope
from reconciler.model.checks import Checks
from reconciler.model.diagnostic import Origin
from reconciler.model.ledger import Applied
from reconciler.model.plan import Action, Change, Plan, Refusal, Source, Target, Undeclared
from reconciler.model.state import Path, Unread
from reconciler.planner.fingerprint import canonical_json
from reconciler.planner.impact_entries import latest_entry, limit_entry, volume_entry
from reconciler.planner.narrowed import allowed_document, ignored_document, rule_document, selection_document
from reconciler.planner.plain import plain

SCHEMA_VERSION = 1
NOT_NAMED = frozenset(
    {"createdAt", "source", "read", "declared", "checks", "digest"}
)  # may differ between plans of one name
NOT_NAMED_OF_UNREAD = frozenset({"message", "hint"})


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
        "ignored": [ignored_document(found) for found in plan.ignored],
        "ignoreRules": [rule_document(use) for use in plan.ignore_rules],
        "selection": selection_document(plan.selection),
        "overrides": list(plan.overrides),
        "latest": [latest_entry(row) for row in plan.latest],
        "limits": [limit_entry(row) for row in plan.limits],
        "volumes": [volume_entry(row) for row in plan.volumes],
        "checks": checks_document(plan.checks),
        "summary": dict(plan.summary),
        "digest": plan.digest,
    }


def saved_document(
    plan: Plan, read: Mapping[str, Any] | None = None, declared: Mapping[Address, Applied] | None = None
) -> dict[str, Any]:
    """The plan with everything that carrying it out takes: bodies, ids, paths in parts; nothing is left out or hidden.

    `read` says what reading cost, for whoever shows the plan later; `declared` is what the ledger is to keep of each
    resource. `planner.saved` is the way back.
    """
    document = plan_document(plan)
    document["read"] = dict(read or {})
    document["declared"] = {
        _address(address): {"body": plain(entry.body), "unchecked": plain(entry.unchecked)}
        for address, entry in (declared or {}).items()
    }
    document["roles"] = {_address(address): address.access.role_id for address in _grants(plan) if address.access}
    for row, place in zip(document["unread"], plan.unread, strict=True):
        row |= {"under": place.under, "passing": place.passing}
    for row, action in zip(document["actions"], plan.actions, strict=True):
        row |= {"resourceId": action.resource_id, "body": plain(action.body), "expected": plain(action.expected)}
        _add_parts(row, action.changes)
    for row, refusal in zip(document["refusals"], plan.refusals, strict=True):
        _add_parts(row, refusal.changes)
    for row, found in zip(document["ignored"], plan.ignored, strict=True):
        row["parts"] = _parts(found.path)
    return document


def _add_parts(row: dict[str, Any], changes: tuple[Change, ...]) -> None:
    for entry, change in zip(row["changes"], changes, strict=True):
        entry["parts"] = _parts(change.path)


def _parts(path: Path) -> list[str | int]:
    return [str(part) if isinstance(part, str) else part for part in path]


def _grants(plan: Plan) -> Iterator[Address]:
    """Every access a plan names, for the GUID of its role, which its text leaves out."""
    yield from (action.address for action in plan.actions if action.address.access)
    yield from (row.address for row in plan.undeclared if row.address.access)
    yield from (address for refusal in plan.refusals for address in refusal.addresses if address.access)
    yield from (found.address for found in plan.ignored if found.address.access)
    chosen = plan.selection
    if chosen is not None:
        named = (*chosen.pulled_in, *(left.address for left in chosen.left_out))
        named += tuple(left.needs for left in chosen.left_out if left.needs is not None)
        yield from (address for address in named if address.access)


def digest_of(plan: Plan) -> str:
    """The name of a plan, 64 hex digits."""
    return digest_of_document(saved_document(plan))


def digest_of_document(saved: Mapping[str, Any]) -> str:
    """The name that a saved plan ought to carry: of what is planned, not of when, from which folder or commit.

    Places in manifests are told and not named, and of what is unread only what and why: Azure's words about it hold
    the id of the one request.
    """
    named = {key: value for key, value in saved.items() if key not in NOT_NAMED}
    named["actions"] = [_placeless(row) for row in saved["actions"]]
    named["refusals"] = [_placeless(row) for row in saved.get("refusals", ())]
    named["unread"] = [
        {key: value for key, value in row.items() if key not in NOT_NAMED_OF_UNREAD} for row in saved.get("unread", ())
    ]
    return hashlib.sha256(canonical_json(named).encode(errors="surrogatepass")).hexdigest()


def _placeless(row: Mapping[str, Any]) -> dict[str, Any]:
    """An action or refusal without the places that ask for it."""
    bare = {key: value for key, value in row.items() if key != "origin"}
    changes = ({key: value for key, value in change.items() if key != "origin"} for change in row.get("changes", ()))
    return {**bare, "changes": list(changes)}


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
        "tenant": target.tenant,
        "subscription": target.subscription,
        "scopes": [_scope(scope) for scope in target.scopes],
        "allowed": allowed_document(target.allowed),
    }


def source_document(source: Source) -> dict[str, Any]:
    """Where the manifests came from."""
    return {"repo": source.repo, "path": source.path, "revision": source.revision, "dirty": source.dirty}


def unread_document(place: Unread) -> dict[str, str]:
    """One place that could not be read."""
    return {"where": place.where, "code": place.code, "message": place.message, "hint": place.hint}


def checks_document(checks: Checks | None) -> dict[str, Any] | None:
    """What was found before the first write; null where nobody looked."""
    if checks is None:
        return None
    return {
        "obstacles": [
            {"what": str(one.what), "scope": one.scope, "words": one.words, "hint": one.hint, "actions": [*one.actions]}
            for one in checks.obstacles
        ],
        "notChecked": [{"what": str(one.what), "scope": one.scope, "why": one.why} for one in checks.not_checked],
    }


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
