"""Settings of an emulator from a YAML file: the fields of `EmulatorSettings` by their names.

Everything can be said there, doubts and durations included; what cannot be read is told all at once, each finding
with its place in the file's terms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconciler.emulator import yaml_file
from reconciler.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class SettingsFileError(yaml_file.FileError):
    """A file that cannot be read as settings; the message has a line per finding."""


def read(path: Path) -> dict[str, Any]:
    """Read the file's own values, not checked yet."""
    found = yaml_file.load(path, SettingsFileError)
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise SettingsFileError(f"{path}: settings by name were expected")
    return found


def settings_from(path: Path | None, state: Path, flags: Mapping[str, Any]) -> EmulatorSettings:
    """Lay flags (None: not given) over the file; SettingsFileError with every finding."""
    from pydantic import TypeAdapter, ValidationError

    said = read(path) if path is not None else {}
    if "state" in said:
        raise SettingsFileError(f"{path}: state: it is chosen with --state")
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        made = TypeAdapter(EmulatorSettings).validate_python({"state": state, **said})
    except ValidationError as error:
        lines = [f"{path}: {_place(detail['loc'])}: {detail['msg']}" for detail in error.errors(include_url=False)]
        raise SettingsFileError("\n".join(dict.fromkeys(lines))) from error
    return replace(made, **given)


def _place(location: tuple[str | int, ...]) -> str:
    """Write a place without the names that the checking library gives to alternatives."""
    parts = [str(part) for part in location if not (isinstance(part, str) and ("[" in part or "-" in part))]
    return ".".join(parts)
