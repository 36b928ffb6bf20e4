"""The `policy` block: a closed vocabulary; children inherit, and the nearest statement wins.

An unknown word is an error and never a default: a misspelt `protect` must not leave a gallery unprotected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

import yaml

from reconciler.manifest.findings import shown
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.values import Reader, is_null
from reconciler.model.diagnostic import Origin
from reconciler.model.state import Manage, OnDrift, OnImmutableChange, OnRemove, Policy

WORDS: Final[Mapping[str, tuple[str, type[StrEnum | bool]]]] = {
    "manage": ("manage", Manage),
    "protect": ("protect", bool),
    "onRemove": ("on_remove", OnRemove),
    "adopt": ("adopt", bool),
    "onImmutableChange": ("on_immutable_change", OnImmutableChange),
    "onDrift": ("on_drift", OnDrift),
    "recreateFailed": ("recreate_failed", bool),
}
FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class PolicyBlock:
    """The statements of one policy block by attribute of `Policy`, and where each stands."""

    statements: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Origin] = field(default_factory=dict)


NO_POLICY: Final = PolicyBlock()


def read_policy(reader: Reader, node: yaml.Node) -> PolicyBlock:
    """Read one block; unknown words become findings."""
    statements: dict[str, Any] = {}
    places: dict[str, Origin] = {}
    for key, entry in (reader.fields(node, "policy") or {}).items():
        if reader.findings.full:
            break
        word = WORDS.get(key)
        if word is None:
            hint = did_you_mean(key, WORDS)
            reader.findings.add(reader.origin(entry.key), "unknown-key", f"“{shown(key)}” is not a policy", hint)
            continue
        text = reader.scalar(entry.node, f"policy.{key}")
        if text is None and not is_null(entry.node):
            continue
        name, kind = word
        choices: Mapping[str, Any] = FLAGS if kind is bool else {str(one): one for one in kind}
        value = choices.get(text.lower() if kind is bool and text else text or "")
        if value is None:
            message = f"policy.{key}: “{shown(text or '')}” is not known"
            listed = f"one of: {', '.join(choices)}"
            near = did_you_mean(text or "", choices)
            hint = listed if near == listed else f"{near} {listed}"
            reader.findings.add(reader.origin(entry.key), "unknown-value", message, hint.strip())
            continue
        statements[name] = value
        places[name] = reader.origin(entry.key)
    return PolicyBlock(statements, places)


def inherit(policy: Policy, block: PolicyBlock) -> Policy:
    """The policy of a child: its parent's, with its own statements over it."""
    return replace(policy, **block.statements) if block.statements else policy
