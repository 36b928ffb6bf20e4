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
    """Read YAML, of which JSON is a part; `error_type` says why it is none, or what is said twice."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        _refuse_twins(yaml.compose(text, yaml.SafeLoader), path, error_type)
        return yaml.safe_load(text)
    except OSError as error:
        raise error_type(f"{path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise error_type(f"{path}: {' '.join(str(error).split())}") from error


def _refuse_twins(root: Any, path: Path, error_type: type[FileError]) -> None:
    """Refuse a name that stands twice in one object: the second would silently win."""
    import yaml

    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, yaml.SequenceNode):
            todo += node.value
        elif isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if str(key.value) in seen:
                    place = f"{path}:{key.start_mark.line + 1}:{key.start_mark.column + 1}"
                    raise error_type(f"{place}: {key.value} is said twice")
                seen.add(str(key.value))
                todo.append(value)
