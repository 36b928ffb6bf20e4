"""Settings of an emulator from a YAML file: the fields of `EmulatorSettings` by their names.

Everything can be said there, doubts and durations included; what cannot be read is told all at once, each finding
with its place in the file's terms.
"""

from __future__ import annotations

from dataclasses import fields, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from reconciler.emulator import regions, yaml_file
from reconciler.emulator.faults import Fault, check
from reconciler.emulator.roles import BUILT_IN
from reconciler.emulator.settings import Doubts, Durations, EmulatorSettings, Limits, Principal
from reconciler.emulator.trouble.throttling import POLICIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_BLOCKS: Mapping[str, Any] = {
    "durations": Durations,
    "doubts": Doubts,
    "limits": Limits,
    "directory": Principal,
    "faults": Fault,
}


class SettingsFileError(yaml_file.FileError):
    """A file, or flags, that cannot be read as settings; the message has a line per finding."""


def settings_from(path: Path | None, state: Path, flags: Mapping[str, Any]) -> EmulatorSettings:
    """Lay flags (None: not given) over the file; SettingsFileError with every finding."""
    from pydantic import TypeAdapter, ValidationError

    said = _read(path) if path is not None else {}
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        made = TypeAdapter(EmulatorSettings).validate_python({"state": state, **said})
        made = replace(made, **given)
    except ValidationError as error:
        details = error.errors(include_url=False)
        lines = [f"{path}: {_finding(detail['loc'], detail['type'], detail['msg'])}" for detail in details]
        raise SettingsFileError("\n".join(dict.fromkeys(lines))) from error
    except ValueError as error:
        raise SettingsFileError(str(error)) from error
    unknown = [f"{path}: {finding}" for finding in _unknown(made)]
    if path is not None and unknown:
        raise SettingsFileError("\n".join(unknown))
    return made


def _read(path: Path) -> dict[str, Any]:
    found = yaml_file.load(path, SettingsFileError)
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise SettingsFileError(f"{path}: settings by name were expected")
    if "state" in found:
        raise SettingsFileError(f"{path}: state: it is chosen with --state")
    return found


def _finding(location: tuple[str | int, ...], kind: str, message: str) -> str:
    """Word a finding without the names that the checking library gives to alternatives."""
    parts = [str(part) for part in location if not (isinstance(part, str) and ("[" in part or "-" in part))]
    place = ".".join(parts)
    if kind == "unexpected_keyword_argument":
        block = _BLOCKS.get(parts[0], EmulatorSettings) if len(parts) > 1 else EmulatorSettings
        near = get_close_matches(parts[-1], [field.name for field in fields(block)], n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"{place}: there is no such setting{hint}"
    words = message.removeprefix("Value error, ")
    return f"{place}: {words}" if place else words


def _unknown(settings: EmulatorSettings) -> Iterator[str]:
    """Find names that nothing answers to: they would only be noticed by what does not happen."""
    roles = {role.name.lower() for role in BUILT_IN} | {role.id for role in BUILT_IN}
    for number, one in enumerate(settings.directory):
        yield from (
            f"directory.{number}.roles: {name}: no such role" for name in one.roles if name.lower() not in roles
        )
    for name in ("failing_regions", "denied_locations"):
        yield from (f"{name}: {one}: no such region" for one in getattr(settings, name) if regions.short(one) is None)
    for number, fault in enumerate(settings.faults):
        try:
            check(fault)
        except ValueError as error:
            yield f"faults.{number}: {error}"
    yield from (f"rates: {name}: no such policy" for name in settings.rates if name not in POLICIES)
