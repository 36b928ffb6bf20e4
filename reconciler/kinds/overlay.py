"""What a resource would be if its manifest had its way: live values with the declared ones laid over them.

Merge rules live here and nowhere else: absent means not managed, a declared default equals a live absence,
whole lists replace, keyed maps keep what is not declared, null removes. If the result equals live, nothing is to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds.canonical import HIDDEN
from reconciler.kinds.rules import UNSET, Field, Merge
from reconciler.kinds.shape import Keyed, Node, Record, Table


def overlay(shape: Record, live: Mapping[str, Any], declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lay a declared canonical body over a live one. Unknown live fields stay; live is not changed.

    What would be as it is comes back as the very same object, so that most comparisons end at the first look.
    """
    result: dict[str, Any] | None = None
    for key, value in declared.items():
        slot = shape.slots.get(key)
        if slot is None or slot.field.rule in HIDDEN:
            continue
        have = live.get(key, UNSET)
        merged = UNSET if value is None else _value(slot.node, slot.field, have, value)
        if merged is have:
            continue
        if result is None:
            result = dict(live)
        if merged is UNSET:
            result.pop(key)
        else:
            result[key] = merged
    return live if result is None else result


def _value(node: Node, field: Field, live: Any, declared: Any) -> Any:
    match node:
        case Record() if isinstance(declared, dict):
            base = live if isinstance(live, dict) else {}
            merged = overlay(node, base, declared)
            return _unless_empty(merged, live)
        case Keyed() if isinstance(declared, dict):
            return _keyed(node, live, declared)
        case Table() if isinstance(declared, dict):
            return _table(node, field, live, declared)
        case _:
            return _leaf(field, live, declared)


def _unless_empty(merged: Mapping[str, Any], live: Any) -> Any:
    """Nothing laid over nothing is nothing."""
    return merged if merged or live is not UNSET else UNSET


def _leaf(field: Field, live: Any, declared: Any) -> Any:
    if live is UNSET:
        return UNSET if same(field.default, declared) or declared in ([], {}) else declared
    return live if same(live, declared) else declared


def _keyed(node: Keyed, live: Any, declared: Mapping[str, Any]) -> Any:
    base: Mapping[str, Any] = live if isinstance(live, dict) else {}
    if node.merge is Merge.BY_KEY:
        result = {key: value for key, value in base.items() if not _removed(declared.get(key, UNSET))}
        wanted = {key: value for key, value in declared.items() if not _removed(value)}
    else:
        result = {key: value for key, value in base.items() if key in declared}
        wanted = dict(declared)
    for key, value in wanted.items():
        result[key] = overlay(node.item, result.get(key, {}), value)
    return _kept(base, result, live)


def _kept(base: Mapping[str, Any], result: Mapping[str, Any], live: Any) -> Any:
    """The live map itself where every entry of the new one is its own."""
    if base is live and len(base) == len(result) and all(result.get(key) is value for key, value in base.items()):
        return live
    return _unless_empty(result, live)


def _removed(entry: Any) -> bool:
    return entry is None or (isinstance(entry, dict) and "value" in entry and entry["value"] is None)


def _table(node: Table, field: Field, live: Any, declared: Mapping[str, Any]) -> Any:
    base: Mapping[str, Any] = live if isinstance(live, dict) else {}
    result = dict(base)
    for key, value in declared.items():
        if value is None:
            result.pop(key, None)
        else:
            merged = _value(node.value, field, result.get(key, UNSET), value)
            result[key] = {} if merged is UNSET else merged
    return _kept(base, result, live)


def same(left: Any, right: Any) -> bool:
    """Typed equality: True is not 1, and 1 is not 1.0. Canonical values only, whose maps are dicts."""
    if left is right:
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        return all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(one, two) for one, two in zip(left, right, strict=True))
    if isinstance(left, bool) is not isinstance(right, bool) or isinstance(left, float) is not isinstance(right, float):
        return False
    return bool(left == right)
