"""From YAML nodes to plain values (text, None, dict, list) with the place of every field beside them.

Typing is the field's affair, so a scalar stays the text that was written: `1.10.0`, `no` and `0123` are text where
text is meant. Only a plain null is None. Aliases are followed here, so this is where they are counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from reconciler.manifest.codes import diagnose
from reconciler.manifest.compose import PLAIN_TAG, Refused, documents
from reconciler.manifest.findings import Findings, shown
from reconciler.manifest.limits import Limits
from reconciler.manifest.text import ManifestText
from reconciler.model.diagnostic import Origin
from reconciler.model.state import Path

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
KNOWN_TAGS = frozenset(
    {PLAIN_TAG, *(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq"))}
)
COLUMN_BITS = 32
MERGE_KEY = "<<"
ODD_KEYS = NULLS | {MERGE_KEY}


@dataclass(slots=True)
class Sheet:
    """The fields of one value in the order they were met: raw paths, and their places packed into integers."""

    paths: list[Path] = field(default_factory=list)
    places: array[int] = field(default_factory=lambda: array("Q"))
    _index: dict[Path, int] | None = None

    def place(self, path: Path) -> tuple[int, int] | None:
        """Line and column, from 1, of the field at a raw path or the nearest above; None for none."""
        if self._index is None or len(self._index) != len(self.paths):
            self._index = {known: number for number, known in enumerate(self.paths)}
        for length in range(len(path), 0, -1):
            number = self._index.get(path[:length])
            if number is not None:
                return unpack(self.places[number])
        return None


def unpack(packed: int) -> tuple[int, int]:
    """Line and column, from 1."""
    return (packed >> COLUMN_BITS) + 1, (packed & (2**COLUMN_BITS - 1)) + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with the nodes of key and value."""

    key: yaml.Node
    node: yaml.Node


class Reader:
    """Reads the nodes of one text; `findings` takes what is wrong with them."""

    def __init__(self, text: ManifestText, limits: Limits, findings: Findings) -> None:
        self.text = text
        self.limits = limits
        self.findings = findings
        self.odd_regions: set[str] = set()  # said once in a text
        self._shares = b"*" in text.data
        self._visited: set[int] = set()
        self._aliases = 0
        self._values = 0

    def documents(self) -> Iterator[yaml.Node]:
        """The documents one after the other; hostile input ends them with a finding."""
        try:
            for node in documents(self.text, self.limits):
                self._visited.clear()
                yield node
                if self.findings.full:
                    return
        except Refused as refused:
            self.findings.extend((refused.diagnostic,))

    def origin(self, node: yaml.Node) -> Origin:
        """Where a node begins."""
        mark = node.start_mark
        return Origin(self.text.name, mark.line + 1, mark.column + 1)

    def fields(self, node: yaml.Node, what: str) -> dict[str, Entry] | None:
        """The keys of a mapping; None, with a finding, where the node is none. A null is an empty mapping."""
        if isinstance(node, yaml.MappingNode):
            self._count(node)
            result: dict[str, Entry] = {}
            for key_node, value_node in node.value:
                key = self._key(key_node)
                if key is None:
                    continue
                if key in result:
                    self._twice(key_node, key, result[key].key)
                else:
                    result[key] = Entry(key_node, value_node)
            return result
        if is_null(node):
            return {}
        self.findings.add(self.origin(node), "wrong-type", f"{what} is not a mapping", "write `key: value` lines")
        return None

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The entries of a list; none, with a finding, where the node is none."""
        if isinstance(node, yaml.SequenceNode):
            self._count(node)
            entries: list[yaml.Node] = node.value
            return entries
        if not is_null(node):
            self.findings.add(self.origin(node), "wrong-type", f"{what} is not a list", "start each entry with “- ”")
        return []

    def scalar(self, node: yaml.Node, what: str) -> str | None:
        """The text of a scalar; None for null and, with a finding, for anything else."""
        if isinstance(node, yaml.ScalarNode):
            value = self.value(node, (), Sheet())
            return value if isinstance(value, str) else None
        self.findings.add(self.origin(node), "wrong-type", f"{what} is not text", "write one value")
        return None

    def value(self, node: yaml.Node, path: Path, sheet: Sheet) -> Any:
        """The plain value of a node; every field below it is noted in `sheet` under its raw path."""
        if self._shares:
            self._count(node)
        if node.tag != PLAIN_TAG and node.tag not in KNOWN_TAGS:
            self.findings.add(self.origin(node), "custom-tag", f"the tag {shown(node.tag)} is not supported")
        if type(node) is yaml.ScalarNode:
            text: str = node.value
            if len(text) > self.limits.scalar:
                self.findings.add(
                    self.origin(node), "value-too-long", f"{len(text)} characters: at most {self.limits.scalar}"
                )
                return None
            return None if text in NULLS and not node.style and node.tag == PLAIN_TAG else text
        if len(path) > self.limits.depth:
            raise Refused(diagnose(self.origin(node), "too-deep", f"nested deeper than {self.limits.depth} levels"))
        if type(node) is yaml.SequenceNode:
            return self._list(node, path, sheet)
        assert isinstance(node, yaml.MappingNode)
        return self._mapping(node, path, sheet)

    def _list(self, node: yaml.SequenceNode, path: Path, sheet: Sheet) -> list[Any]:
        result = []
        for index, entry in enumerate(node.value):
            below = (*path, index)
            mark = entry.start_mark
            sheet.paths.append(below)
            sheet.places.append(mark.line << COLUMN_BITS | mark.column)
            result.append(self.value(entry, below, sheet))
        return result

    def _mapping(self, node: yaml.MappingNode, path: Path, sheet: Sheet) -> dict[str, Any]:
        result: dict[str, Any] = {}
        firsts: dict[Any, yaml.Node] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            below = (*path, key)
            if key in result:
                firsts = firsts or {
                    one.value: one for one, _ in reversed(node.value) if isinstance(one, yaml.ScalarNode)
                }
                self._twice(key_node, key, firsts[key])
                continue
            mark = key_node.start_mark
            sheet.paths.append(below)
            sheet.places.append(mark.line << COLUMN_BITS | mark.column)
            if type(value_node) is yaml.ScalarNode and value_node.tag is PLAIN_TAG and not self._shares:
                text = value_node.value
                if text not in NULLS and len(text) <= self.limits.scalar:
                    result[key] = text  # by far the most common case, without a call
                    continue
            result[key] = self.value(value_node, below, sheet)
        return result

    def _key(self, node: yaml.Node) -> str | None:
        if type(node) is yaml.ScalarNode and node.tag is PLAIN_TAG and not self._shares:
            word: str = node.value
            if word not in ODD_KEYS and len(word) <= self.limits.scalar:
                return word
        return self._odd_key(node)

    def _odd_key(self, node: yaml.Node) -> str | None:
        if type(node) is not yaml.ScalarNode:
            self.findings.add(self.origin(node), "bad-key", "a mapping or list cannot be a key")
            return None
        if self._shares:
            self._count(node)
        key: str = node.value
        if node.tag != PLAIN_TAG and node.tag not in KNOWN_TAGS:
            self.findings.add(self.origin(node), "custom-tag", f"the tag {shown(node.tag)} is not supported")
        if not node.style:
            if key == MERGE_KEY:
                self.findings.add(self.origin(node), "merge-key", "the merge key “<<” is not supported")
                return None
            if key in NULLS:
                self.findings.add(self.origin(node), "bad-key", "null cannot be a key")
                return None
        if len(key) > self.limits.scalar:
            self.findings.add(self.origin(node), "value-too-long", f"a key of {len(key)} characters")
            return None
        return key

    def _twice(self, node: yaml.Node, key: str, first: yaml.Node) -> None:
        if self.findings.full:
            return
        self.findings.add(
            self.origin(node),
            "duplicate-key",
            f"“{shown(key)}” stands twice; first at {self.origin(first)}",
        )

    def _count(self, node: yaml.Node) -> None:
        """Count values and aliases of a text that has aliases. Raises Refused where they get out of hand."""
        if not self._shares:
            return
        self._values += 1
        if id(node) in self._visited:
            self._aliases += 1
            if self._aliases > self.limits.aliases:
                raise Refused(
                    diagnose(self.origin(node), "too-many-aliases", f"more than {self.limits.aliases} repeated values")
                )
        self._visited.add(id(node))
        if self._values > self.limits.nodes:
            raise Refused(diagnose(self.origin(node), "too-many-nodes", f"more than {self.limits.nodes} values"))


def is_null(node: yaml.Node) -> bool:
    """Whether a node is a plain null."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in NULLS
