"""Plain values as YAML that people like to read and that every parser reads back the same.

Small mappings and lists stand on one line, texts of several lines as they are; quoting is the library's affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import yaml
from yaml.cyaml import CSafeDumper

WIDTH: Final = 120
ONE_LINE: Final = 90
FEW: Final = 5
TEXT: Final = "tag:yaml.org,2002:str"
MAPPING: Final = "tag:yaml.org,2002:map"
LIST: Final = "tag:yaml.org,2002:seq"


class _FlowDumper(CSafeDumper):
    """libyaml's dumper without anchors: equal values are written out, an anchor is no help to a reader."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never refer back."""
        del data
        return True


class _Dumper(_FlowDumper):
    """The same with our layout."""


def _text(dumper: CSafeDumper, text: str) -> yaml.ScalarNode:
    """A text of several plain lines as a block; what is not printable in quotes with escapes, never raw."""
    if text.isprintable():
        return dumper.represent_scalar(TEXT, text)
    return dumper.represent_scalar(TEXT, text, style="|" if _plain_lines(text) else '"')


class _Root(dict[str, Any]):
    """A whole document."""


def _mapping(dumper: CSafeDumper, mapping: dict[Any, Any]) -> yaml.MappingNode:
    """A mapping, on one line where it is small; never a whole document."""
    flow = not isinstance(mapping, _Root) and _small(mapping.items())
    return dumper.represent_mapping(MAPPING, mapping, flow_style=flow)


def _list(dumper: CSafeDumper, entries: list[Any]) -> yaml.SequenceNode:
    """A list, on one line where it is small."""
    return dumper.represent_sequence(LIST, entries, flow_style=_small([("", entry) for entry in entries]))


_FlowDumper.add_representer(str, _text)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(_Root, _mapping)
_Dumper.add_representer(list, _list)


def as_yaml(document: Mapping[str, Any]) -> str:
    """A document, or keys that follow others in one.

    Escapes everything beyond ASCII where a text holds characters that are not printable.
    """
    return _dump(_Root(document), _Dumper)


def as_flow(document: Mapping[str, Any]) -> str:
    """The same values with no two of them beginning at one place."""
    return _dump(document, _FlowDumper)


def _dump(document: Mapping[str, Any], dumper: Any) -> str:
    raw = not _holds_unprintable(document)
    flow = True if dumper is _FlowDumper else None
    text: str = yaml.dump(
        document, Dumper=dumper, sort_keys=False, allow_unicode=raw, width=WIDTH, default_flow_style=flow
    )
    return text


def _holds_unprintable(value: Any) -> bool:
    if isinstance(value, str):
        return not value.replace("\n", "").isprintable()
    if isinstance(value, Mapping):
        return any(_holds_unprintable(key) or _holds_unprintable(entry) for key, entry in value.items())
    return isinstance(value, list) and any(map(_holds_unprintable, value))


def _plain_lines(text: str) -> bool:
    """Whether a text is safe as a block: printable lines without spaces at their ends, the last one closed or not."""
    lines = text.removesuffix("\n").split("\n")
    return bool(lines[0] and lines[-1]) and all(line.isprintable() and line == line.strip() for line in lines)


def _small(entries: Iterable[tuple[Any, Any]]) -> bool:
    """Whether entries fit on one line: few scalars, short together; a list may hold one more such level."""
    length = 0
    for count, (key, value) in enumerate(entries):
        if isinstance(value, Mapping):
            size = _size(value.items())
        elif isinstance(value, Sequence) and not isinstance(value, str):
            size = _size([("", entry) for entry in value])
        else:
            size = len(str(value)) if "\n" not in str(value) else ONE_LINE
        length += len(str(key)) + size + 4
        if length > ONE_LINE or (key and count >= FEW):
            return False
    return True


def _size(entries: Iterable[tuple[Any, Any]]) -> int:
    """The length of one level of scalars; too long where something nests deeper."""
    return sum(
        ONE_LINE if isinstance(value, Mapping | list) else len(str(key)) + len(str(value)) + 4 for key, value in entries
    )
