"""The difference between what is and what would be, as changes people can read: one field each, with its rule.

Equal bodies never reach DeepDiff; the sync decision is the shown difference and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.kinds.overlay import same
from reconciler.kinds.shape import Record, rule_at
from reconciler.model.plan import Change
from reconciler.model.state import DesiredResource, Path, mapping

UNCHECKED = "unchecked"


def changes_between(
    shape: Record, before: Mapping[str, Any], after: Mapping[str, Any], declared: DesiredResource | None
) -> tuple[Change, ...]:
    """Every field that differs, sorted by path; `declared` lends the manifest line behind each."""
    if same(before, after):
        return ()
    return tuple(
        Change(path, old, new, rule_of(shape, path), declared.origin_of(path) if declared else None)
        for path, old, new in _differences(before, after)
    )


def creation_changes(shape: Record, after: Mapping[str, Any], declared: DesiredResource) -> tuple[Change, ...]:
    """Every top-level field a create sends."""
    return tuple(
        Change((key,), None, value, rule_of(shape, (key,)), declared.origin_of((key,)))
        for key, value in sorted(after.items())
    )


def rule_of(shape: Record, path: Path) -> str:
    """The rule's name for the field at a path; `unchecked` for a field newer than us."""
    found = rule_at(shape, path)
    return str(found.rule) if found else UNCHECKED


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[Path, Any, Any]]:
    from deepdiff import DeepDiff

    found: dict[Path, tuple[Any, Any]] = {}
    old, new = _unequal(before, after)
    tree = DeepDiff(old, new, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    for levels in tree.values():
        for level in levels:
            path = _up_to_list(level.path(output_format="list"))
            found[path] = (dig(before, path), dig(after, path))
    assert found, "bodies that are not the same must show a difference"
    return [(path, *found[path]) for path in sorted(found, key=lambda path: [str(part) for part in path])]


def _unequal(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both bodies without what is equal in them: the walk below costs by what it is given, and most of it is equal."""
    old, new = dict(before), dict(after)
    for key in before.keys() & after.keys():
        left, right = before[key], after[key]
        if same(left, right):
            del old[key], new[key]
        elif isinstance(left, Mapping) and isinstance(right, Mapping):
            old[key], new[key] = _unequal(left, right)
    return old, new


def _up_to_list(path: list[str | int]) -> Path:
    """A list without keys changes as a whole: cut the path before its first index."""
    kept: list[str | int] = []
    for part in path:
        if isinstance(part, int):
            break
        kept.append(part)
    return tuple(kept)


def entries(value: Any) -> dict[str, Mapping[str, Any]]:
    """The entries of a keyed list that are maps."""
    return {key: entry for key, entry in mapping(value).items() if isinstance(entry, Mapping)}


def dig(body: Any, path: Path) -> Any:
    """What a body holds at a path, without regard to any shape; None where it holds nothing."""
    for part in path:
        body = body.get(part) if isinstance(body, Mapping) else None
    return body
