"""Single fields of canonical bodies, found by their path: read one, set one, and know which list it is part of.

Apart from the forms because these walk a body along its shape: a key of tags is one key in any case, a list that is
declared whole is one value, and text that came back from JSON gets the type again that its field compares by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.kinds.rules import Merge
from reconciler.kinds.scalars import FoldedText
from reconciler.kinds.shape import Keyed, Leaf, Many, Node, Record, Table, below
from reconciler.model.state import Path


def value_at(shape: Record, body: Mapping[str, Any], path: Path) -> Any:
    """What a canonical body holds at a path; None where it holds nothing."""
    node: Node | None = shape
    value: Any = body
    for part in path:
        value = value.get(_key(node, part)) if isinstance(value, Mapping) else None
        node = below(node, part)
    return value


def with_value(shape: Record, body: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The body with another value at a path; None takes away what is there. The body itself is not changed."""
    return _with(shape, body, path, value)


def _with(node: Node | None, body: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    key, rest = _key(node, path[0]), path[1:]
    if rest:
        inner = body.get(key)
        if value is None and not isinstance(inner, Mapping):
            return dict(body)
        inner = inner if isinstance(inner, Mapping) else {}
        return {**body, key: _with(below(node, path[0]), inner, rest, value)}
    if value is None:
        return {name: entry for name, entry in body.items() if name != key}
    return {**body, key: value}


def whole_lists(shape: Record, path: Path) -> Iterator[Path]:
    """The lists on the way to a path that are declared as a whole: whoever adds an entry touches them."""
    node: Node | None = shape
    for length, part in enumerate(path):
        if isinstance(node, Keyed) and node.merge is Merge.WHOLE:
            yield path[:length]
        node = below(node, part)


def single_fields(shape: Record, path: Path, before: Any, after: Any) -> Iterator[tuple[Path, Any, Any]]:
    """A change in its smallest parts: what is new by keys touches these keys only, a whole list is one value."""
    node: Node | None = shape
    for part in path:
        node = below(node, part)
    yield from _parts(node, path, before, after)


def _parts(node: Node | None, path: Path, before: Any, after: Any) -> Iterator[tuple[Path, Any, Any]]:
    by_key = isinstance(node, Record | Table) or (isinstance(node, Keyed) and node.merge is Merge.BY_KEY)
    if not by_key or before is not None or not isinstance(after, Mapping) or not after:
        yield path, before, after
        return
    for key, entry in after.items():
        yield from _parts(below(node, key), (*path, key), None, entry)


def recalled(shape: Record, path: Path, value: Any) -> Any:
    """A canonical value at a path as it was before it was written as JSON: text that ignores case does so again."""
    node: Node | None = shape
    for part in path:
        node = below(node, part)
    return _recalled(node, value)


def recalled_path(shape: Record, path: Path) -> Path:
    """A path as it was before it was written as JSON."""
    node: Node | None = shape
    parts: list[str | int] = []
    for part in path:
        parts.append(_key(node, part))
        node = below(node, part)
    return tuple(parts)


def _recalled(node: Node | None, value: Any) -> Any:
    match node:
        case Leaf() if not isinstance(value, Mapping | list):
            return node.form.canonical(value)
        case Record() | Table() | Keyed() if isinstance(value, Mapping):
            return {_key(node, key): _recalled(below(node, key), entry) for key, entry in value.items()}
        case Many() if isinstance(value, list):
            return [_recalled(node.item, entry) for entry in value]
        case _:
            return value


def entry_name(key: str | int) -> str:
    """What the key of a list's entry names: `[westus2]` is westus2."""
    return str(key).removeprefix("[").removesuffix("]")


def _key(node: Node | None, part: str | int) -> Any:
    return FoldedText(part) if isinstance(node, Table) and isinstance(part, str) else part
