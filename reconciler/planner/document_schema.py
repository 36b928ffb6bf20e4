"""The JSON Schema of the plan document, version 1: what its readers may rely on, printed and saved form alike.

Made here from the closed vocabularies themselves, so that a word cannot be missing; `docs/schema/plan.schema.json` is
its published copy. A new key is added here first: an unknown one is an error, except inside bodies and values.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from reconciler.kinds.rules import Rule
from reconciler.model.address import Kind
from reconciler.model.checks import Checked, Hindrance
from reconciler.model.impact import Counted, LimitLevel, Replicated
from reconciler.model.plan import Level, Reason, RefusalRule, Verb
from reconciler.planner.diff import UNCHECKED
from reconciler.planner.document import SCHEMA_VERSION

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer"}
AMOUNT: Final[Schema] = {"type": "number"}
ANY: Final[Schema] = {}
VERSION: Final[Schema] = {"type": "string", "description": "the version `latest` resolves to; empty for none"}
BODY: Final[Schema] = {"type": ["object", "null"]}


def plan_schema() -> Schema:
    """The schema as a JSON value."""
    return {
        "$schema": DIALECT,
        "title": "Plan of the gallery reconciler",
        "description": "What `plan -o json` prints. `plan --out` saves the same with more keys, unredacted.",
        **_top(),
        "$defs": {
            "address": {
                "type": "string",
                "description": "subscription/group/gallery[/image[/version]][@Role=principal]",
                "pattern": "^[^/@]+/[^/@]+/[^/@]+(/[^/@]+){0,2}(@.+=.+)?$",
            },
            "origin": {
                "oneOf": [{"type": "null"}, _record({"file": TEXT, "line": COUNT, "column": COUNT})],
                "description": "the place in a manifest that asks for it",
            },
            "change": _change(),
            "action": _action(),
            "refusal": _refusal(),
            "ignoreRule": _record({"kind": TEXT, "address": TEXT, "path": TEXT, "reason": TEXT}),
        },
    }


def _top() -> Schema:
    needed: Schema = {
        "schemaVersion": {"const": SCHEMA_VERSION},
        "tool": _record({"name": TEXT, "version": TEXT}),
        "createdAt": {"type": "string", "format": "date-time"},
        "target": _target(),
        "source": _record({"path": TEXT, "revision": TEXT, "dirty": {"type": ["boolean", "null"]}}, {"repo": TEXT}),
        "complete": FLAG,
        "unread": _list(
            _record({"where": TEXT, "code": TEXT, "message": TEXT, "hint": TEXT}, {"under": TEXT, "passing": FLAG})
        ),
        "actions": _list(_ref("action")),
        "refusals": _list(_ref("refusal")),
        "undeclared": _list(
            _record(
                {
                    "address": _ref("address"),
                    "kind": _enum(Kind),
                    "words": TEXT,
                    "guards": _list(_enum(RefusalRule)),
                    "hazard": TEXT,
                }
            )
        ),
        "unowned": _list(_ref("address")),
        "overrides": _list(TEXT),
        "summary": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    }
    return _record(needed, {**_meaning(), **_saved()})


def _target() -> Schema:
    scope = _record({"subscription": TEXT, "resourceGroup": TEXT})
    allowed = {name: _list(TEXT) for name in ("subscriptions", "resourceGroups", "galleries", "regions")}
    return _record(
        {
            "name": TEXT,
            "cloud": TEXT,
            "instance": TEXT,
            "tenant": TEXT,
            "subscription": TEXT,
            "scopes": _list(scope),
            "allowed": _record({**allowed, "kinds": _list(_enum(Kind))}),
        }
    )


def _meaning() -> Schema:
    """What the plan means beyond its actions; absent where nobody computed it."""
    hint = _record({"addresses": _list(_ref("address")), "words": TEXT})
    return {
        **_ignored(),
        **_impact(),
        "selection": _or_null(_selection()),
        "hints": _list(hint),
        "checks": {**_or_null(_checks()), "description": "found before the first write; not covered by the digest"},
    }


def _checks() -> Schema:
    """What Azure would refuse this sign-in, and what could not be looked up."""
    obstacle = {"what": _enum(Hindrance), "scope": TEXT, "words": TEXT, "hint": TEXT, "actions": _list(TEXT)}
    unknown = {"what": _enum(Checked), "scope": TEXT, "why": TEXT}
    return _record({"obstacles": _list(_record(obstacle)), "notChecked": _list(_record(unknown))})


def _ignored() -> Schema:
    """What rules hide."""
    return {
        "ignored": _list(
            _record(
                {"rule": _ref("ignoreRule"), "address": _ref("address"), "path": TEXT, "live": ANY, "declared": ANY},
                {"parts": _list({"type": ["string", "integer"]})},
            )
        ),
        "ignoreRules": _list(_record({"rule": _ref("ignoreRule"), "fields": COUNT, "hidden": COUNT})),
    }


def _selection() -> Schema:
    """Which part of everything was asked for."""
    left_out = _record({"address": _ref("address"), "needs": _or_null(_ref("address"))})
    addresses = _list(_ref("address"))
    return _record({"only": _list(TEXT), "except": _list(TEXT), "pulledIn": addresses, "leftOut": _list(left_out)})


def _impact() -> Schema:
    """What the plan leads to for whoever uses the images."""
    return {
        "latest": _list(
            _record(
                {"definition": _ref("address"), "region": TEXT, "before": VERSION, "after": VERSION},
                {"replicated": _enum(Replicated)},
            )
        ),
        "limits": _list(
            _record(
                {
                    "what": _enum(Counted),
                    "subscription": TEXT,
                    "region": TEXT,
                    "before": COUNT,
                    "after": COUNT,
                    "most": COUNT,
                    "level": _enum(LimitLevel),
                    "address": _or_null(_ref("address")),
                }
            )
        ),
        "volumes": _list(
            _record(
                {
                    "region": TEXT,
                    "storageType": TEXT,
                    "replicasBefore": COUNT,
                    "replicasAfter": COUNT,
                    "gigabytesBefore": AMOUNT,
                    "gigabytesAfter": AMOUNT,
                    "unknownSizes": COUNT,
                }
            )
        ),
    }


def _saved() -> Schema:
    """What only the saved form has."""
    cost = {"resources": COUNT, "calls": COUNT, "seconds": AMOUNT, "state": TEXT}
    return {
        "read": {**_record({}, cost), "description": "what reading cost; not covered by the digest"},
        "declared": {"type": "object", "additionalProperties": _record({"body": BODY, "unchecked": BODY})},
        "roles": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    }


def _change() -> Schema:
    return _record(
        {
            "path": TEXT,
            "before": ANY,
            "after": ANY,
            "rule": {"enum": [*map(str, Rule), UNCHECKED]},
            "origin": _ref("origin"),
        },
        {
            "reason": {"enum": ["", *map(str, Reason)]},
            "parts": _list({"type": ["string", "integer"]}),
        },
    )


def _action() -> Schema:
    return _record(
        {
            "id": TEXT,
            "address": _ref("address"),
            "kind": _enum(Kind),
            "verb": _enum(Verb),
            "reasons": _list(_enum(Reason)),
            "words": TEXT,
            "changes": _list(_ref("change")),
            "requires": _list(TEXT),
            "fingerprint": {"type": "string", "pattern": "^([0-9a-f]{16})?$"},
            "hazard": TEXT,
            "origin": _ref("origin"),
        },
        {"resourceId": TEXT, "body": BODY, "expected": BODY},
    )


def _refusal() -> Schema:
    return _record(
        {
            "rule": _enum(RefusalRule),
            "level": _enum(Level),
            "addresses": _list(_ref("address")),
            "changes": _list(_ref("change")),
            "message": TEXT,
            "waysOut": _list(TEXT),
            "override": TEXT,
            "origin": _ref("origin"),
        }
    )


def _record(needed: Schema, optional: Schema | None = None) -> Schema:
    """An object with these keys and no others."""
    properties = {**needed, **(optional or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(needed),
        "additionalProperties": False,
    }


def _or_null(schema: Schema) -> Schema:
    return {"oneOf": [{"type": "null"}, schema]}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _enum(words: Iterable[StrEnum]) -> Schema:
    return {"enum": [str(word) for word in words]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}
