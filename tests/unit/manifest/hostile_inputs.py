"""Inputs made to hurt: each fills a folder and returns the path to read. All must be refused fast and small."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 10**6
DEEP = 200_000
HEAD = b"apiVersion: gallery-reconciler/v1\nkind: Gallery\nmetadata: {name: corp}\n"


def _file(data: Callable[[], bytes], name: str = "a.yaml") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data())
        return folder

    return make


def _indented(depth: int) -> bytes:
    return b"".join(b" " * level + b"a:\n" for level in range(depth))


def _aliases(merge: bytes = b"") -> bytes:
    lines = [b"a0: &a0 {x: y}" if merge else b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 40):
        before = b", ".join([b"*a%d" % (level - 1)] * 9)
        lines.append(
            b"a%d: &a%d {<<: [%s]}" % (level, level, before) if merge else b"a%d: &a%d [%s]" % (level, level, before)
        )
    return HEAD + b"spec:\n  " + b"\n  ".join(lines) + b"\n"


def _sparse(size: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        with (folder / "a.yaml").open("wb") as file:
            file.truncate(size)
        return folder

    return make


def _link(target: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "a.yaml").symlink_to(target)
        return folder

    return make


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "a.yaml")
    return folder


def _folder_loop(folder: Path) -> Path:
    (folder / "a").mkdir()
    (folder / "a" / "up").symlink_to("..")
    return folder


def _many_files(folder: Path) -> Path:
    (folder / "a.yaml").write_bytes(b"# nothing\n")
    for number in range(20_001):
        (folder / f"{number}.yaml").hardlink_to(folder / "a.yaml")
    return folder


def _many_large_files(folder: Path) -> Path:
    for number in range(5):
        (folder / f"{number}.yaml").write_bytes(b"# " + b"x" * (15 * MEGABYTE))
    return folder


HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "200,000 brackets": (_file(lambda: b"[" * DEEP), "too-deep"),
    "200,000 braces": (_file(lambda: b"{a: " * DEEP), "too-deep"),
    "200,000 brackets in a spec": (_file(lambda: HEAD + b"spec: " + b"[" * DEEP + b"]" * DEEP), "too-deep"),
    "200,000 dashes": (_file(lambda: b"- " * DEEP), "too-deep"),
    "200,000 question marks": (_file(lambda: b"? " * DEEP), "too-deep"),
    "3,000 levels of indentation": (_file(lambda: _indented(3_000)), "too-deep"),
    "200,000 brackets of JSON": (_file(lambda: b'{"a":' * DEEP), "too-deep"),
    "an alias bomb": (_file(_aliases), "too-many-aliases"),
    "a merge key bomb": (_file(lambda: _aliases(b"<<")), "merge-key"),
    "an alias of itself": (_file(lambda: HEAD + b"spec: &a {tags: *a}\n"), "too-deep"),
    "aliases of itself, many times": (_file(lambda: HEAD + b"spec: &a {a: *a, b: *a, c: *a}\n"), "too-deep"),
    "50 MB": (_file(lambda: HEAD + b"# " + b"x" * (50 * MEGABYTE)), "file-too-large"),
    "5 TB of nothing": (_sparse(5 * 10**12), "file-too-large"),
    "five files of 15 MB": (_many_large_files, "too-large-in-all"),
    "20,001 files": (_many_files, "too-many-files"),
    "random bytes": (_file(lambda: random.Random(1).randbytes(MEGABYTE)), "not-utf8"),
    "a program": (_file(lambda: b"\x7fELF\x02\x01\x01" + b"\x00" * 1000), "not-text"),
    "NUL": (_file(lambda: b"\x00" * MEGABYTE), "not-text"),
    "UTF-16": (_file(lambda: HEAD.decode().encode("utf-16")), "not-utf8"),
    "UTF-32 without a mark": (_file(lambda: HEAD.decode().encode("utf-32-le")), "not-text"),
    "a scalar of 15 MB": (
        _file(lambda: HEAD + b"spec: {description: " + b"x" * (15 * MEGABYTE) + b"}\n"),
        "value-too-long",
    ),
    "a key of 15 MB": (_file(lambda: HEAD + b"spec: {? " + b"x" * (15 * MEGABYTE) + b" : y}\n"), "value-too-long"),
    "3,000,000 documents": (_file(lambda: b"---\n" * 3_000_000), "too-many-documents"),
    "3,000,000 wrong documents": (_file(lambda: b"---\na\n" * 2_000_000), "too-many-findings"),
    "4,000,000 values": (_file(lambda: HEAD + b"spec: [" + b"a," * 4_000_000 + b"]"), "too-many-nodes"),
    "300,000 unknown keys": (
        _file(lambda: HEAD + b"spec:\n" + b"".join(b"  k%d: x\n" % number for number in range(300_000))),
        "too-many-nodes",
    ),
    "300,000 unknown keys beside the spec": (
        _file(lambda: HEAD + b"".join(b"k%d: x\n" % number for number in range(300_000))),
        "too-many-findings",
    ),
    "200,000 duplicate keys": (_file(lambda: HEAD + b"spec:\n" + b"  k: x\n" * 200_000), "too-many-findings"),
    "100,000 children that are none": (_file(lambda: HEAD + b"images:\n" + b"- x\n" * 100_000), "too-many-findings"),
    "a Python object": (
        _file(lambda: HEAD + b"spec: !!python/object/apply:os.system ['touch /tmp/owned']\n"),
        "custom-tag",
    ),
    "a link to /etc/passwd": (_link("/etc/passwd"), "link-outside"),
    "a link to itself": (_link("a.yaml"), "link-loop"),
    "a folder that holds itself": (_folder_loop, "link-loop"),
    "a pipe without a writer": (_pipe, "not-a-file"),
    "an endless device": (lambda _: Path("/dev/zero"), "not-a-file"),
    "a link to an endless device": (_link("/dev/zero"), "link-outside"),
}
