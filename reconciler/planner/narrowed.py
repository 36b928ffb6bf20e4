"""What narrows a plan, as its document says it: the allow-list, ignore rules with what they hide, the selection."""

from __future__ import annotations

from typing import Any

from reconciler.model.plan import dotted
from reconciler.model.restriction import AllowList, Ignored, IgnoreRule, RuleUse, Selection
from reconciler.planner.plain import plain


def allowed_document(allowed: AllowList) -> dict[str, list[str]]:
    """The allow-list of the target; an empty list allows all."""
    return {
        "subscriptions": list(allowed.subscriptions),
        "resourceGroups": list(allowed.groups),
        "galleries": list(allowed.galleries),
        "regions": list(allowed.regions),
        "kinds": [str(kind) for kind in allowed.kinds],
    }


def _rule(rule: IgnoreRule) -> dict[str, str]:
    return {"kind": rule.kind, "address": rule.address, "path": rule.path, "reason": rule.reason}


def ignored_document(found: Ignored) -> dict[str, Any]:
    """One hidden difference; null is an absent value."""
    return {
        "address": found.address.text(with_subscription=True),
        "path": dotted(found.path),
        "live": plain(found.live),
        "declared": plain(found.declared),
        "rule": _rule(found.rule),
    }


def rule_document(use: RuleUse) -> dict[str, Any]:
    """One rule with how many fields it names and how many differences it hides; no field at all: it is unused."""
    return {"rule": _rule(use.rule), "fields": use.fields, "hidden": use.hidden}


def selection_document(selection: Selection | None) -> dict[str, Any] | None:
    """What was asked for, what was pulled in and what is left out; null for a whole plan."""
    if selection is None:
        return None
    return {
        "only": list(selection.only),
        "except": list(selection.excepted),
        "pulledIn": [address.text(with_subscription=True) for address in selection.pulled_in],
        "leftOut": [
            {
                "address": left.address.text(with_subscription=True),
                "needs": None if left.needs is None else left.needs.text(with_subscription=True),
            }
            for left in selection.left_out
        ],
    }
