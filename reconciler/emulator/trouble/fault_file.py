"""Faults as data: read from a file at the start, or from the control address, and written back for people to see.

A fault is an object whose fields are those of `Fault`; anything else in it is a mistake that names the place.
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from typing import TYPE_CHECKING, Any

from reconciler.emulator.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path

_FIELDS = {field.name: field for field in fields(Fault)}
_NUMBERS = ("delay", "factor", "seconds")
_COUNTS = ("status", "times", "limit")
_LOWEST, _HIGHEST = 100, 599


class FaultError(ValueError):
    """A fault that cannot be read; the message says which and why."""


def read(path: Path) -> tuple[Fault, ...]:
    """Read a YAML or JSON list of faults."""
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultError(f"{path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FaultError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(found, list):
        raise FaultError(f"{path}: a list of faults was expected")
    return tuple(one(item, f"{path}: fault {number}") for number, item in enumerate(found, 1))


def one(item: Any, place: str) -> Fault:
    """Read one fault; FaultError names the `place`."""
    if not isinstance(item, dict):
        raise FaultError(f"{place}: an object was expected")
    unknown = sorted(str(name) for name in item if name not in _FIELDS)
    if unknown:
        raise FaultError(f"{place}: unknown {', '.join(unknown)}; known are {', '.join(_FIELDS)}")
    for name, value in item.items():
        _check(name, value, place)
    from reconciler.emulator.faults import Faults

    fault = Fault(**item)
    try:
        Faults().add(fault)
    except (ValueError, TypeError) as error:
        raise FaultError(f"{place}: {error}") from error
    except Exception as error:  # re.error is its own tree
        raise FaultError(f"{place}: {error}") from error
    return fault


def _check(name: str, value: Any, place: str) -> None:
    if name in _NUMBERS:
        good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    elif name in _COUNTS:
        good = value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)
        good = good and (name != "status" or value is None or _LOWEST <= value <= _HIGHEST)
    elif name == "headers":
        good = isinstance(value, dict) and all(isinstance(part, str) for pair in value.items() for part in pair)
    else:
        good = isinstance(value, str)
    if not good:
        raise FaultError(f"{place}: {name} cannot be {value!r}")


def shown(fault: Fault) -> dict[str, Any]:
    """Write a fault with those fields alone that say something."""
    said = asdict(fault)
    defaults = {name: field.default for name, field in _FIELDS.items() if field.default is not MISSING}
    kept = {name: value for name, value in said.items() if name not in defaults or value != defaults[name]}
    return {"effect": fault.effect, **{name: value for name, value in kept.items() if value != {}}}
