"""Reading the files that people hand to an emulator: settings, faults, resources to seed.

Each of them has an error of its own; what can go wrong before their content counts is the same for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class FileError(ValueError):
    """A file that cannot be used; the message begins with its name."""


def load(path: Path, error_type: type[FileError]) -> Any:
    """Read YAML, of which JSON is a part; `error_type` says why it is none."""
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise error_type(f"{path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise error_type(f"{path}: {' '.join(str(error).split())}") from error
