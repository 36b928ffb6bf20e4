"""Reading request bodies: known fields get their type and spelling, unknown ones pass unchanged.

The service deserialises known fields strictly (enumerations in any case, dates as instants), reads
null as left out, drops what is read-only and must not reject a field that it does not know (2.5).
A template is a nested dict; every place in a body that it names is checked, copied and canonical after.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from reconciler.emulator import moments
from reconciler.emulator.answers import ArmError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.records import JSON


class Leaf(Enum):
    """The type of a single value."""

    TEXT = auto()
    FLAG = auto()
    NUMBER = auto()
    DATE = auto()
    ANY = auto()
    READ_ONLY = auto()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list, read in any case and kept as listed."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose items follow one template."""

    template: Any


@dataclass(frozen=True, slots=True)
class Names:
    """An object with free keys, such as tags, whose values follow one template."""

    template: Any


TEXT, FLAG, NUMBER, DATE, ANY, READ_ONLY = (
    Leaf.TEXT,
    Leaf.FLAG,
    Leaf.NUMBER,
    Leaf.DATE,
    Leaf.ANY,
    Leaf.READ_ONLY,
)


def conform(body: JSON, template: Mapping[str, Any]) -> JSON:
    """Read a whole body after a template; ArmError 400 at the first place that does not fit."""
    read = _read(body, template, "")
    assert isinstance(read, dict)
    return read


def _read(value: object, template: object, path: str) -> object:
    if isinstance(template, dict):
        return _object(value, template, path)
    if isinstance(template, Items):
        if not isinstance(value, list):
            raise _misfit(path, "an array")
        return [_read(item, template.template, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(template, Names):
        if not isinstance(value, dict):
            raise _misfit(path, "an object")
        return {
            name: _read(item, template.template, f"{path}.{name}") for name, item in value.items() if item is not None
        }
    if isinstance(template, Choice):
        return _choice(value, template, path)
    return _leaf(value, template, path)


def _object(value: object, template: Mapping[str, Any], path: str) -> JSON:
    if not isinstance(value, dict):
        raise _misfit(path, "an object")
    read: JSON = {}
    for name, item in value.items():
        rule = template.get(name, Leaf.ANY)
        if item is None or rule is Leaf.READ_ONLY:
            continue
        read[name] = _read(item, rule, f"{path}.{name}" if path else name)
    return read


def _choice(value: object, template: Choice, path: str) -> str:
    for known in template.values:
        if isinstance(value, str) and value.lower() == known.lower():
            return known
    message = f"The value '{value}' of parameter '{path}' is invalid. Allowed values are: {', '.join(template.values)}."
    raise ArmError(400, "InvalidParameter", message, target=path)


def _leaf(value: object, template: object, path: str) -> object:
    match template:
        case Leaf.TEXT if not isinstance(value, str):
            raise _misfit(path, "a string")
        case Leaf.FLAG if not isinstance(value, bool):
            raise _misfit(path, "a boolean")
        case Leaf.NUMBER if not isinstance(value, int) or isinstance(value, bool):
            raise _misfit(path, "an integer")
        case Leaf.DATE:
            return _date(value, path)
    return value


def _date(value: object, path: str) -> str:
    moment = moments.parse(value) if isinstance(value, str) else None
    if moment is None:
        message = f"Could not convert string to DateTimeOffset: {value}. Path '{path}'"
        raise ArmError(400, "InvalidRequestContent", message, target=path, fact="4.2/7")
    return moments.written(moment)


def _misfit(path: str, wanted: str) -> ArmError:
    message = f"The request content was invalid and could not be deserialized: '{path}' must be {wanted}."
    return ArmError(400, "InvalidRequestContent", message, target=path or None)


def required(value: object, parameter: str) -> None:
    """Refuse a missing parameter."""
    if value in (None, "", {}):
        raise ArmError(
            400, "InvalidParameter", f"Required parameter '{parameter}' is missing (null).", target=parameter
        )


def laid_over(stored: JSON, sent: JSON, *, deep: bool) -> JSON:
    """Merge what PATCH sent over what is stored, one level deep or all the way (3.4/5)."""
    merged = dict(stored)
    for name, value in sent.items():
        before = merged.get(name)
        if deep and isinstance(before, dict) and isinstance(value, dict):
            merged[name] = laid_over(before, value, deep=True)
        else:
            merged[name] = value
    return merged
