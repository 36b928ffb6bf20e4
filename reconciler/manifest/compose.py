"""From bytes to YAML nodes, one document at a time, with every guard against hostile input in front.

Depth and size are checked while composing, before libyaml recurses: it crashes the process on deep nesting.
Nothing is resolved here: a scalar is its text, and the field it lands in decides what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]

from reconciler.manifest.codes import diagnose
from reconciler.manifest.limits import Limits
from reconciler.manifest.text import ManifestText
from reconciler.model.diagnostic import Diagnostic, Origin

PLAIN_TAG = "field"
FOREIGN_MARKS = ((b"\xff\xfe", "UTF-16 or UTF-32"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))
TAB_HINT = "indent with spaces: use spaces in place of every tab"
UTF8_MARK = b"\xef\xbb\xbf"
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class Refused(Exception):  # noqa: N818 - it carries a diagnostic out of libyaml's callbacks, never out of this package
    """Reading stops at this place."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class _Loader(CParser):
    """libyaml's composer with a guard at every node, and without resolving tags."""

    def __init__(self, data: bytes, name: str, limits: Limits) -> None:
        CParser.__init__(self, data)
        self.name_shown = name
        self.limits = limits
        self.room = limits.depth  # counted down: this runs for every node of every manifest
        self.left = limits.nodes

    def descend_resolver(self, parent: Any, index: object) -> None:
        """Called by libyaml's binding before it composes a node below `parent`."""
        del index
        self.room -= 1
        self.left -= 1
        if self.room < 0:
            raise Refused(self._finding(parent, "too-deep", f"nested deeper than {self.limits.depth} levels"))
        if self.left < 0:
            raise Refused(self._finding(parent, "too-many-nodes", f"more than {self.limits.nodes} values"))

    def ascend_resolver(self) -> None:
        """Called after a node is composed."""
        self.room += 1

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        """Every node without an explicit tag gets the same one."""
        del kind, value, implicit
        return PLAIN_TAG

    def _finding(self, parent: Any, code: str, message: str) -> Diagnostic:
        mark = parent.start_mark if parent is not None else None
        origin = Origin(self.name_shown, mark.line + 1, mark.column + 1) if mark else Origin(self.name_shown)
        return diagnose(origin, code, message)


def documents(text: ManifestText, limits: Limits) -> Iterator[yaml.Node]:
    """Compose the documents of one text, each dropped as the next is asked for. Raises Refused."""
    data = _checked(text, limits)
    loader = _Loader(data, text.name, limits)
    count = 0
    try:
        while loader.check_node():
            count += 1
            if count > limits.documents:
                raise Refused(
                    diagnose(Origin(text.name), "too-many-documents", f"more than {limits.documents} documents")
                )
            node = loader.get_node()
            if node is not None:
                yield node
    except yaml.MarkedYAMLError as error:
        raise Refused(_syntax(text.name, data, error)) from None
    except yaml.YAMLError as error:
        raise Refused(diagnose(Origin(text.name), "yaml-syntax", str(error).splitlines()[0])) from None


def _checked(text: ManifestText, limits: Limits) -> bytes:
    """The bytes without a UTF-8 mark, once they are known to be text of a reasonable size."""
    data = text.data
    if len(data) > limits.file_bytes:
        raise Refused(
            diagnose(Origin(text.name), "file-too-large", f"{len(data)} bytes: at most {limits.file_bytes} are read")
        )
    for mark, name in FOREIGN_MARKS:
        if data.startswith(mark):
            raise Refused(diagnose(Origin(text.name), "not-utf8", f"the text is {name}"))
    data = data.removeprefix(UTF8_MARK)
    try:
        decoded = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise Refused(diagnose(_place(text.name, before), "not-utf8", f"byte 0x{data[error.start]:02x}")) from None
    control = CONTROL.search(decoded)
    if control is not None:
        place = _place(text.name, decoded[: control.start()])
        raise Refused(diagnose(place, "not-text", f"control character U+{ord(control.group()):04X}"))
    return data


def _place(name: str, before: str) -> Origin:
    return Origin(name, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _syntax(name: str, data: bytes, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    origin = Origin(name, mark.line + 1, mark.column + 1) if mark is not None else Origin(name)
    if mark is not None and _tab_at(data, mark.line, mark.column):
        return diagnose(origin, "yaml-syntax", "a tab where YAML takes none", TAB_HINT)
    words = ", ".join(part for part in (error.context, error.problem) if part)
    return diagnose(origin, "yaml-syntax", words or "not YAML")


def _tab_at(data: bytes, line: int, column: int) -> bool:
    """Whether a tab stands at this place or in the indentation before it."""
    lines = data.decode().split("\n")
    text = lines[line] if line < len(lines) else ""
    indent = text[: len(text) - len(text.lstrip())]
    return text[column : column + 1] == "\t" or "\t" in indent[: column + 1]
