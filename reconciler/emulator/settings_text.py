"""All settings of an emulator as a file that it would read: every name, its default, and what else it may be."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from reconciler.emulator.settings import EmulatorSettings

_CHOSEN_ELSEWHERE = ("state", "faults")


def text() -> str:
    """Write the defaults as YAML, alternatives behind them."""
    whole = EmulatorSettings(state=Path())
    lines = ["# every setting with its default; leave out what you do not change"]
    for name, hint in get_type_hints(EmulatorSettings).items():
        if name in _CHOSEN_ELSEWHERE or name.startswith("_"):
            continue
        value = getattr(whole, name)
        if is_dataclass(value):
            hints = get_type_hints(type(value))
            lines += [f"{name}:"]
            lines += [
                f"  {_line(field.name, getattr(value, field.name), hints[field.name])}" for field in fields(value)
            ]
        else:
            lines.append(_line(name, value, hint))
    return "\n".join(lines) + "\n"


def _line(name: str, value: Any, hint: Any) -> str:
    shown = json.dumps(value, default=list)
    choices = _choices(hint)
    return f"{name}: {shown}" + (f"  # {' | '.join(choices)}" if choices else "")


def _choices(hint: Any) -> tuple[str, ...]:
    """Give the words that a setting may be, where they are a closed list."""
    return tuple(str(one) for one in get_args(hint)) if get_origin(hint) is Literal else ()
