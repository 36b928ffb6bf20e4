"""Imported manifests as files: which file holds what, and all of them or none.

Files are written into a folder of their own first and then moved; whatever goes wrong on the way is undone. Nothing
but a plain file of the same name is ever replaced: a folder, a link or a device there belongs to somebody else.
"""

from __future__ import annotations

import re
import stat
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.errors import UsageError, reason_of

if TYPE_CHECKING:
    from reconciler.manifest.emit import GalleryText
    from reconciler.model.address import Scope

DEFAULTS: Final = "defaults.yaml"
TAKEN: Final = frozenset({"defaults", "reconciler"})  # Defaults of the folder, and the settings file
UNSEEN: Final = re.compile(r"_*\.")
ANOTHER: Final = "another --out"


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
    """A folder for each group and for no other: none for a single one, else its name, below its subscription if shared.

    Two groups in one folder would share its Defaults, so that what is in one would be declared in the other.
    """
    if len(scopes) == 1:
        return dict.fromkeys(scopes, "")
    names = {key: _visible(scope.group) for key, scope in scopes.items()}
    count = Counter(_folded(name) for name in names.values())
    count.update(
        _folded(scope.subscription) for scope in {each.subscription: each for each in scopes.values()}.values()
    )
    result: dict[str, str] = {}
    taken: set[str] = set()
    for key, name in names.items():
        wanted = name if count[_folded(name)] == 1 else f"{scopes[key].subscription}/{name}"
        folder, number = wanted, 1
        while _folded(folder) in taken:
            number += 1
            folder = f"{wanted}~{number}"  # no group's name holds this sign
        taken.add(_folded(folder))
        result[key] = folder
    return result


def _visible(name: str) -> str:
    """A folder that begins with a dot is not read as manifests; different names stay different."""
    return f"_{name}" if UNSEEN.match(name) else name


def _folded(name: str) -> str:
    """What names have in common that some file system takes for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def write_all(files: Mapping[Path, str], out: Path, *, force: bool) -> None:
    """Write all files or none. Raises UsageError where one exists and `force` is not set, or nothing can be written."""
    made: list[Path] = []
    try:
        _refuse_taken(files, force=force)
        _make(out, made)
        staged = Path(tempfile.mkdtemp(prefix=".import-", dir=out))
        try:
            for number, text in enumerate(files.values()):
                (staged / f"{number}.new").write_text(text, encoding="utf-8")
            for path in files:
                _make(path.parent, made)
            _move(tuple(files), staged)
        finally:
            _sweep(staged, len(files))
    except (OSError, ValueError) as error:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        why = reason_of(error)
        raise UsageError(f"{out} cannot be written: {why}; nothing was left there", ANOTHER) from error


def _refuse_taken(paths: Iterable[Path], *, force: bool) -> None:
    """Raise UsageError for what is there already; `force` gives up plain files, never anything else."""
    there = [(path, found) for path in paths if (found := _mode(path))]
    for path, mode in there:
        if not stat.S_ISREG(mode):
            raise UsageError(f"{path} exists and is no plain file; nothing was written", ANOTHER)
    if there and not force:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(f"{there[0][0]}{more} exists already; nothing was written", f"{ANOTHER}, or --force")


def _mode(path: Path) -> int:
    """What is at a path itself, links not followed; 0 for nothing. Raises OSError where that cannot be seen."""
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


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
            if mode := _mode(path):
                if not stat.S_ISREG(mode):
                    raise FileExistsError(f"{path} is no plain file any more")
                path.rename(staged / f"{number}.old")
            moved.append(number)
            (staged / f"{number}.new").rename(path)
    except OSError:
        for number in moved:
            if not _mode(staged / f"{number}.new"):
                paths[number].unlink(missing_ok=True)
            if _mode(staged / f"{number}.old"):
                (staged / f"{number}.old").rename(paths[number])
        raise
    for number in moved:
        (staged / f"{number}.old").unlink(missing_ok=True)


def _sweep(staged: Path, count: int) -> None:
    """Remove what was staged and is not in place; what could not be put back stays where it can be found."""
    for number in range(count):
        with suppress(OSError):
            (staged / f"{number}.new").unlink(missing_ok=True)
    with suppress(OSError):
        staged.rmdir()
