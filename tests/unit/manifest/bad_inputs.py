"""Inputs that are refused for their size or their bytes: code, limits and the expected place."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.manifest.limits import DEFAULT_LIMITS, Limits

API = b"apiVersion: gallery-reconciler/v1\n"
ALIASES = b"a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nspec: {description: [*b, *b, *b]}\n"


@dataclass(frozen=True, slots=True)
class BadInput:
    """Texts by name, the limits that they exceed, and where that is said."""

    code: str
    texts: dict[str, bytes]
    place: str
    limits: Limits = DEFAULT_LIMITS


def one(code: str, data: bytes, place: str, limits: Limits = DEFAULT_LIMITS) -> BadInput:
    """A single text called `a.yaml`."""
    return BadInput(code, {"a.yaml": data}, place, limits)


GALLERY = API + b"kind: Gallery\nmetadata: {name: corp}\n"
BAD_INPUTS = [
    one("not-utf8", b"a: b\nc: \xffd\n", "a.yaml:2:4"),
    one("not-utf8", "a: b\n".encode("utf-16"), "a.yaml"),
    one("not-utf8", "a: b\n".encode("utf-32"), "a.yaml"),
    one("not-text", b"a: \x00\n", "a.yaml:1:4"),
    one("not-text", b"\x7fELF\x02\x01\x01\x00", "a.yaml:1:1"),
    one("file-too-large", b"a: b\n", "a.yaml", Limits(file_bytes=4)),
    BadInput("too-large-in-all", {"a.yaml": b"# x\n", "b.yaml": b"# yy\n"}, "b.yaml", Limits(total_bytes=8)),
    BadInput("too-many-files", {"a.yaml": b"# x\n", "b.yaml": b"# y\n"}, "b.yaml", Limits(files=1)),
    one("too-many-documents", b"# x\n---\n---\n---\n", "a.yaml", Limits(documents=2)),
    one("too-many-nodes", GALLERY + b"spec:\n  tags: {a: b, c: d}\n", "a.yaml:5:9", Limits(nodes=14)),
    one("too-many-nodes", GALLERY + b"spec: {tags: {a: b, c: d}}\n", "a.yaml:3:12", Limits(fields=2)),
    one("too-many-aliases", GALLERY + ALIASES, "a.yaml:4:14", Limits(aliases=3)),
    one("too-many-findings", API + b"kind: Gallery\nmetadata: {nam: x}\n", "a.yaml:3:12", Limits(diagnostics=1)),
]
