"""Imported manifests as files: which file holds what, and all of them or none.

Files are written into a folder of their own first and then moved; whatever goes wrong on the way is undone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.errors import UsageError

if TYPE_CHECKING:
    from reconciler.manifest.emit import GalleryText
    from reconciler.model.address import Scope

DEFAULTS: Final = "defaults.yaml"
TAKEN: Final = frozenset({"defaults", "reconciler"})  # Defaults of the folder, and the settings file


def layout(galleries: Iterable[GalleryText], out: Path) -> dict[Path, str]:
    """The files below `out`: Defaults and galleries, in a folder per group where there are several."""
    from reconciler.manifest.emit import defaults_text

    galleries = tuple(galleries)
    folders = _folders({each.scope.key: each.scope for each in galleries})
    files: dict[Path, str] = {}
    for each in galleries:
        folder = out / folders[each.scope.key]
        files[folder / DEFAULTS] = defaults_text(each.scope)
        name = f"{each.gallery}-gallery" if each.gallery.lower() in TAKEN else each.gallery
        files[folder / f"{name}.yaml"] = each.nested
    return files


def _folders(scopes: Mapping[str, Scope]) -> dict[str, str]:
    """A folder for each group: none for a single one, its name where that is unique, else below its subscription."""
    if len(scopes) == 1:
        return dict.fromkeys(scopes, "")
    names = {key: _visible(scope.group) for key, scope in scopes.items()}
    count = Counter(name.lower() for name in names.values())
    return {
        key: name if count[name.lower()] == 1 else f"{scopes[key].subscription}/{name}" for key, name in names.items()
    }


def _visible(name: str) -> str:
    """A folder that begins with a dot is not read as manifests."""
    return f"_{name}" if name.startswith(".") else name


def write_all(files: Mapping[Path, str], out: Path, *, force: bool) -> None:
    """Write all files or none. Raises UsageError where one exists and `force` is not set, or nothing can be written."""
    there = [path for path in files if os.path.lexists(path)]
    if there and not force:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(f"{there[0]}{more} exists already; nothing was written", "another --out, or --force")
    made: list[Path] = []
    try:
        _make(out, made)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=out) as staged:
            for number, text in enumerate(files.values()):
                (Path(staged) / f"{number}.new").write_text(text, encoding="utf-8")
            for path in files:
                _make(path.parent, made)
            _move(tuple(files), Path(staged))
    except OSError as error:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise UsageError(
            f"{out} cannot be written: {error.strerror}; nothing was left there", "another --out"
        ) from error


def _make(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, and note which are new."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir()
            made.append(each)


def _move(paths: tuple[Path, ...], staged: Path) -> None:
    """Put the staged files in place; what stood there before comes back if one cannot be moved."""
    moved: list[int] = []
    try:
        for number, path in enumerate(paths):
            if os.path.lexists(path):
                shutil.move(path, staged / f"{number}.old")
            moved.append(number)
            (staged / f"{number}.new").replace(path)
    except OSError:
        for number in moved:
            with suppress(OSError):
                paths[number].unlink(missing_ok=True)
            if os.path.lexists(staged / f"{number}.old"):
                shutil.move(staged / f"{number}.old", paths[number])
        raise
