"""Folders and paths that cannot be read: how to make each, its code, and the place it is reported at."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reconciler.manifest.limits import DEFAULT_LIMITS, Limits

SOUND = "apiVersion: gallery-reconciler/v1\nkind: Defaults\nspec: {location: westeurope}\n"


@dataclass(frozen=True, slots=True)
class BadSource:
    """`make` fills an empty folder and returns the path to read; `place` is relative to that folder."""

    code: str
    name: str
    make: Callable[[Path], Path]
    place: str
    limits: Limits = DEFAULT_LIMITS


def _sound(folder: Path, name: str = "a.yaml") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(SOUND)
    return folder


def _pipe(folder: Path) -> Path:
    os.mkfifo(_sound(folder) / "b.yaml")
    return folder


def _socket(folder: Path) -> Path:
    here = Path.cwd()
    os.chdir(_sound(folder))  # a socket's path has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("b.yaml")
    finally:
        os.chdir(here)
    return folder


def _link(folder: Path, target: str, name: str = "b.yaml") -> Path:
    (_sound(folder) / name).symlink_to(target)
    return folder


def _outside_folder(folder: Path) -> Path:
    _sound(folder, "outside/x.yaml")
    return _link(folder / "inside", "../outside", "more").parent / "inside"


def _link_up(folder: Path) -> Path:
    _sound(folder, "deep/x.yaml")
    (folder / "deep" / "up").symlink_to("..")
    return folder


def _only_settings(folder: Path) -> Path:
    (folder / "reconciler.yaml").write_text("instance: x\n")
    (folder / ".reconciler").mkdir()
    (folder / ".reconciler" / "plan.json").write_text("{}")
    (folder / "notes.txt").write_text("x")
    return folder


BAD_SOURCES = [
    BadSource("path-missing", "a path that is not there", lambda folder: folder / "none", "none"),
    BadSource("path-missing", "a path below a file", lambda folder: _sound(folder) / "a.yaml" / "b", "a.yaml/b"),
    BadSource("unreadable", "a path with a NUL", lambda folder: folder / "a\0b", "a\0b"),
    BadSource("no-manifests", "an empty folder", lambda folder: folder, ""),
    BadSource("no-manifests", "only settings and state", _only_settings, ""),
    BadSource("not-a-file", "a device", lambda _: Path("/dev/zero"), "/dev/zero"),
    BadSource("not-a-file", "a pipe", _pipe, "b.yaml"),
    BadSource("not-a-file", "a socket", _socket, "b.yaml"),
    BadSource("link-outside", "a link to a file outside", lambda folder: _link(folder, "/etc/hostname"), "b.yaml"),
    BadSource("link-outside", "a link to a device", lambda folder: _link(folder, "/dev/zero"), "b.yaml"),
    BadSource("link-outside", "a link to a folder outside", _outside_folder, "inside/more"),
    BadSource("link-loop", "a link to itself", lambda folder: _link(folder, "b.yaml"), "b.yaml"),
    BadSource("link-loop", "a link to a folder above", _link_up, "deep/up"),
    BadSource(
        "link-loop", "a path that is a link to itself", lambda folder: _link(folder, "b.yaml") / "b.yaml", "b.yaml"
    ),
    BadSource("unreadable", "a link to nothing", lambda folder: _link(folder, "none"), "b.yaml"),
    BadSource("file-too-large", "a large file", _sound, "a.yaml", Limits(file_bytes=9)),
    BadSource(
        "too-large-in-all",
        "large together",
        lambda folder: _sound(_sound(folder), "b.yaml"),
        "b.yaml",
        Limits(total_bytes=100),
    ),
    BadSource("too-many-files", "many files", lambda folder: _sound(_sound(folder), "b.yaml"), "", Limits(files=1)),
]
