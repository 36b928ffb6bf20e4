"""Faults as data: read from a file at the start, or from the control address, and written back for people to see.

A fault is an object whose fields are those of `Fault`; anything else in it is a mistake that names the place.
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from typing import TYPE_CHECKING, Any

from reconciler.emulator import yaml_file
from reconciler.emulator.faults import Fault, check

if TYPE_CHECKING:
    from pathlib import Path


class FaultError(yaml_file.FileError):
    """A fault that cannot be read; the message says which and why."""


def read(path: Path) -> tuple[Fault, ...]:
    """Read a YAML or JSON list of faults."""
    found = yaml_file.load(path, FaultError)
    if not isinstance(found, list):
        raise FaultError(f"{path}: a list of faults was expected")
    return tuple(one(item, f"{path}: fault {number}") for number, item in enumerate(found, 1))


def one(item: Any, place: str) -> Fault:
    """Read one fault; FaultError names the `place`."""
    from pydantic import TypeAdapter, ValidationError

    try:
        fault = TypeAdapter(Fault).validate_python(item)
        check(fault)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in found["loc"])
        raise FaultError(f"{place}: {where or 'fault'}: {found['msg']}") from error
    except ValueError as error:
        raise FaultError(f"{place}: {error}") from error
    return fault


def shown(fault: Fault) -> dict[str, Any]:
    """Write a fault with those fields alone that say something."""
    said = asdict(fault)
    defaults = {known.name: known.default for known in fields(Fault) if known.default is not MISSING}
    kept = {name: value for name, value in said.items() if value != {} and (name, value) not in defaults.items()}
    return {"effect": fault.effect, **kept}
