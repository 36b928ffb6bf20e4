"""The `unchecked` block: fields newer than this product, sent as they are.

It must not become a way around the rules, so it may not name, or reach into, a field that is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import yaml

from reconciler.kinds.registry import ENVELOPE_OWN, KINDS, KindRules
from reconciler.kinds.rules import Rule
from reconciler.kinds.shape import Node, Record
from reconciler.manifest.complaints import SERVICE_OWN
from reconciler.manifest.findings import shown
from reconciler.manifest.values import Reader, Sheet, is_null
from reconciler.model.address import Kind

INTEGER: Final = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
DECIMAL: Final = re.compile(r"[+-]?(\d{1,17}\.\d{0,17}|\.\d{1,17}|\d{1,17}(\.\d{0,17})?[eE][+-]?\d{1,2})")
OWN: Final = frozenset(word.lower() for word in SERVICE_OWN)
AROUND: Final = frozenset(word.lower() for word in ENVELOPE_OWN)  # below it, others may have these names
PATH: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")


def read_unchecked(reader: Reader, node: yaml.Node, kind: Kind) -> dict[str, Any]:
    """The values by dotted path, typed by YAML itself; impossible paths become findings."""
    result: dict[str, Any] = {}
    for path, entry in (reader.fields(node, "unchecked") or {}).items():
        if reader.findings.full:
            break
        origin = reader.origin(entry.key)
        value = _by_tag(entry.node, reader.value(entry.node, (), Sheet()))
        code = _objection(path, KINDS[kind])
        if code == "unchecked-known":
            reader.findings.add(origin, code, f"unchecked.{shown(path)} is a known field of {kind}")
        elif code == "read-only-field":
            reader.findings.add(origin, code, f"unchecked.{shown(path)} is written by the service alone")
        elif not code and is_null(entry.node):
            message = f"unchecked.{shown(path)} is null: what is not known cannot be removed"
            reader.findings.add(origin, "cannot-clear", message)
        elif code:
            reader.findings.add(origin, code, f"“{shown(path)}” is not a place where a field of {kind} can be")
        else:
            result[path] = value
    return result


def _objection(path: str, rules: KindRules) -> str:
    """The code of what is wrong with a path; empty where it names something new. Case is no difference to Azure."""
    parts = path.lower().split(".")
    if not PATH.fullmatch(path) or parts[0] == "properties":
        return "bad-unchecked"
    if parts[0] in OWN or not OWN.isdisjoint(set(parts) - AROUND):
        return "read-only-field"
    if any(_lower(own) == tuple(parts[: len(own)]) for own in rules.read_only):
        return "read-only-field"
    node: Node = rules.shape
    rule: Rule | None = None
    for part in parts:
        if not isinstance(node, Record):
            return "bad-unchecked"
        slot = next((slot for name, slot in node.slots.items() if name.lower() == part), None)
        if slot is None:
            return ""
        node, rule = slot.node, slot.field.rule
    return "read-only-field" if rule is Rule.READ_ONLY else "unchecked-known"


def _lower(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


def _by_tag(node: yaml.Node, value: Any) -> Any:
    """Type the scalars of a free value as YAML 1.2 does; used only where no field says the type."""
    if isinstance(node, yaml.SequenceNode):
        return [_by_tag(entry, part) for entry, part in zip(node.value, value, strict=False)]
    if isinstance(node, yaml.MappingNode):
        return {key.value: _by_tag(entry, value[key.value]) for key, entry in node.value if key.value in value}
    if not isinstance(value, str) or not isinstance(node, yaml.ScalarNode) or node.style:
        return value
    if value in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return value.lower() == "true"
    if INTEGER.fullmatch(value):
        return int(value)
    return float(value) if DECIMAL.fullmatch(value) else value
