"""Manifests from a file or a folder: which files count, in which order, and what is never opened or waited for.

A folder may come from a stranger's pull request. So links stay inside, devices and pipes are named and left alone,
and every file is opened without blocking and looked at again once it is open.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconciler.manifest.codes import diagnose
from reconciler.manifest.limits import DEFAULT_LIMITS, Limits
from reconciler.manifest.text import ManifestText
from reconciler.model.diagnostic import Diagnostic, Origin
from reconciler.settings.words import is_unicode
from reconciler.source.read import Read

SUFFIXES: Final = (".yaml", ".yml")  # no JSON: a plan or a state written beside manifests is none
SETTINGS_FILE: Final = "reconciler.yaml"
MOST_FOLDERS: Final = 40
MODES: Final = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)


class _Refused(Exception):  # noqa: N818 - it carries a diagnostic to the loop over the files, no further
    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(slots=True)
class _Walk:
    """One reading of a folder: its real root, what was read and what was wrong."""

    root: Path
    real: Path
    limits: Limits
    texts: list[ManifestText] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    bytes: int = 0


def read_path(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Read:
    """Read a file of any name, or the YAML of a folder and its folders in sorted order. Findings, no exceptions."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        return Read(diagnostics=(_unreachable(path, error),))
    return _folder(path, limits) if stat.S_ISDIR(status.st_mode) else read_file(path, limits=limits)


def read_file(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Read:
    """Read one file of any name; what is no plain file is a finding and is not waited for."""
    try:
        data = _bytes(path, path, limits)
    except _Refused as refused:
        return Read(diagnostics=(refused.diagnostic,))
    return Read((ManifestText(str(path), data),))


def _unreachable(path: Path, error: OSError | ValueError) -> Diagnostic:
    origin = Origin(str(path))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return diagnose(origin, "path-missing", f"{path} does not exist")
    if isinstance(error, OSError) and "symbolic" in (error.strerror or ""):
        return diagnose(origin, "link-loop", f"{path} is a link that leads to itself")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return diagnose(origin, "unreadable", f"{path} cannot be read: {reason}")


def _folder(path: Path, limits: Limits) -> Read:
    walk = _Walk(path, path.resolve(), limits)
    for file, folder in _files(walk, path, (), (walk.real,)):
        if len(walk.texts) >= limits.files:
            walk.diagnostics.append(diagnose(Origin(str(path)), "too-many-files", f"more than {limits.files} files"))
            break
        try:
            data = _bytes(file, file, limits)
        except _Refused as refused:
            walk.diagnostics.append(refused.diagnostic)
            continue
        walk.bytes += len(data)
        if walk.bytes > limits.total_bytes:
            message = f"more than {limits.total_bytes} bytes up to here"
            walk.diagnostics.append(diagnose(Origin(str(file)), "too-large-in-all", message))
            break
        walk.texts.append(ManifestText(str(file), data, folder))
    if not walk.texts and not walk.diagnostics:
        walk.diagnostics.append(diagnose(Origin(str(path)), "no-manifests", f"{path} holds no manifests"))
    return Read(tuple(walk.texts), tuple(walk.diagnostics))


def _files(
    walk: _Walk, folder: Path, parts: tuple[str, ...], above: tuple[Path, ...]
) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Files of one folder and then its folders, each by name. `above` holds the real folders on the way down."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        walk.diagnostics.append(_unreachable(folder, error))
        return
    folders = []
    for name in names:
        if name.startswith("."):
            continue
        path = folder / name
        if not is_unicode(name):
            walk.diagnostics.append(diagnose(Origin(str(folder)), "unreadable", f"{path} has a name that is not UTF-8"))
            continue
        real = _inside(walk, path, above[-1])
        if real is None:
            continue
        if os.path.isdir(real):  # noqa: PTH112 - False for what is gone meanwhile or may not be seen
            folders.append((path, name, real))
        elif name.lower().endswith(SUFFIXES) and name != SETTINGS_FILE:
            yield path, parts
    for path, name, real in folders:
        if real in above or len(above) > MOST_FOLDERS:
            message = f"{path} leads to a folder above it" if real in above else f"{path} lies too deep"
            walk.diagnostics.append(diagnose(Origin(str(path)), "link-loop", message))
        else:
            yield from _files(walk, path, (*parts, name), (*above, real))


def _inside(walk: _Walk, path: Path, above: Path) -> Path | None:
    """The real path of an entry; None, with a finding where it matters, if a link leads out or nowhere."""
    if not path.is_symlink():
        return above / path.name
    matters = path.name.lower().endswith(SUFFIXES) or not path.suffix
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        if matters:
            walk.diagnostics.append(_broken(path, error))
        return None
    if real != walk.real and walk.real not in real.parents:
        if matters:
            message = f"{path} is a link out of {walk.root}"
            walk.diagnostics.append(diagnose(Origin(str(path)), "link-outside", message))
        return None
    return real


def _broken(path: Path, error: OSError | RuntimeError) -> Diagnostic:
    if isinstance(error, FileNotFoundError):
        return diagnose(Origin(str(path)), "unreadable", f"{path} is a link to nothing", "remove the link")
    return diagnose(Origin(str(path)), "link-loop", f"{path} is a link that leads to itself")


def _bytes(path: Path, shown: Path, limits: Limits) -> bytes:
    """The bytes of a regular file. Never blocks: a pipe without a writer opens at once and is then refused."""
    origin = Origin(str(shown))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError):
            mode = 0
        if stat.S_ISSOCK(mode):
            raise _Refused(diagnose(origin, "not-a-file", f"{shown} is a socket")) from None
        raise _Refused(_unreachable(shown, error)) from None
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        word = next((word for test, word in MODES if test(mode)), "not a regular file")
        raise _Refused(diagnose(origin, "not-a-file", f"{shown} is {word}"))
    with os.fdopen(handle, "rb") as file:
        try:
            data = file.read(limits.file_bytes + 1)
        except OSError as error:
            raise _Refused(_unreachable(shown, error)) from None
    if len(data) > limits.file_bytes:
        raise _Refused(diagnose(origin, "file-too-large", f"{shown} has more than {limits.file_bytes} bytes"))
    return data
