"""Lays the layers over each other: flags over environment over file over defaults, each value with its origin.

A value that cannot be used is reported and left at its default, so that all mistakes of all layers are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from reconciler.settings.problems import (
    DEFAULT,
    Places,
    SettingProblem,
    place_of,
    problem_of,
    setting_at,
    unknown,
)
from reconciler.settings.whole import (
    BLOCKS,
    FILE_ONLY_VARIABLES,
    PATHS,
    PREFIX,
    VARIABLES,
    Settings,
    missing_addresses,
    option_of,
)
from reconciler.settings.words import LONGEST_WORD, is_unicode

FILE = "reconciler.yaml"


@dataclass(frozen=True, slots=True)
class Layered:
    """The settings that count, the origin of each by dotted path, what is wrong, and the places of the file."""

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[SettingProblem, ...] = ()
    places: Places = field(default_factory=dict)


@dataclass(slots=True)
class _Layers:
    """Values and origins while they are laid over each other, by dotted path."""

    places: Places
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: list[SettingProblem] = field(default_factory=list)


def layer(
    file: Mapping[str, Any],
    environment: Mapping[str, str],
    flags: Mapping[str, Any],
    places: Mapping[tuple[str | int, ...], object] | None = None,
) -> Layered:
    """Lay flags over RECONCILER_* variables over the file's values over defaults.

    Flags are nested or dotted (`limits.maxDeletes`), None meaning not given; `places` says where the file states what.
    A value that cannot be used is reported and left at its default.
    """
    layers = _Layers(places or {})
    for path, value in _flat(file):
        _lay(layers, path, value, place_of(tuple(path.split(".")), layers.places, FILE))
    for name, value in sorted(environment.items()):
        if name.startswith(PREFIX) and value != "" and _meant(name):
            path = VARIABLES.get(name, name)
            _lay(layers, path, TEXTS[path](value) if path in TEXTS else value, f"environment {name}")
    for path, value in _flat(flags):
        if value is not None:
            _lay(layers, path, value, f"flag {option_of(path)}")
    settings = _validated(layers)
    layers.problems += _wrong_targets(settings, layers)
    origins = {path: layers.origins.get(path, DEFAULT) for path in PATHS}
    return Layered(settings, origins, tuple(layers.problems), layers.places)


def _meant(name: str) -> bool:
    """Whether a variable is a setting or a misspelt one.

    Others share our prefix: Kubernetes sets RECONCILER_SERVICE_HOST and its kin beside a service called “reconciler”.
    """
    words = [known.removeprefix(PREFIX) for known in (*VARIABLES, *FILE_ONLY_VARIABLES)]
    return bool(get_close_matches(name.removeprefix(PREFIX)[:LONGEST_WORD], words, n=1, cutoff=0.75))


def _lay(layers: _Layers, path: str, value: Any, origin: str) -> None:
    if isinstance(value, str) and ("\0" in value or not is_unicode(value)):
        message = f"{path}: it holds a NUL or what is not Unicode"
        layers.problems.append(SettingProblem(path, origin, "bad-setting", message, "write it in UTF-8"))
    elif path in PATHS:
        layers.values[path] = value
        layers.origins[path] = origin
    elif path in BLOCKS:
        parts = ", ".join(BLOCKS[path].model_fields)
        problem = SettingProblem(path, origin, "wrong-type", f"{path} is not a mapping", f"below it stand {parts}")
        layers.problems.append(problem)
    elif path in FILE_ONLY_VARIABLES:
        hint = f"write {FILE_ONLY_VARIABLES[path]} into the settings file"
        problem = SettingProblem(path, origin, "unknown-key", f"“{path}” cannot be said in a variable", hint)
        layers.problems.append(problem)
    else:
        layers.problems.append(unknown(path, origin, VARIABLES if path.startswith(PREFIX) else PATHS))


def _validated(layers: _Layers) -> Settings:
    """The settings without the values that cannot be used; each of those becomes a problem and is tried no more."""
    while True:
        try:
            return Settings.model_validate(_nested(layers.values))
        except ValidationError as error:
            details = error.errors(include_url=False)
        for detail in details:
            path = setting_at(detail["loc"])
            origin = layers.origins.get(path, DEFAULT)
            from_file = origin == place_of(tuple(path.split(".")), layers.places, FILE)
            layers.problems.append(
                problem_of(detail, place_of(detail["loc"], layers.places, origin) if from_file else origin)
            )
        for detail in details:
            path = setting_at(detail["loc"])
            layers.values.pop(path, None)
            layers.origins.pop(path, None)


def _wrong_targets(settings: Settings, layers: _Layers) -> Iterator[SettingProblem]:
    """What is wrong between targets, or between a target and the settings for all."""
    seen: dict[str, str] = {}
    for number, target in enumerate(settings.targets):
        path = f"targets[{number}]"
        origin = place_of(("targets", number, "name"), layers.places, FILE)
        first = seen.setdefault(target.name.lower(), origin)
        if first is not origin:
            message = f"{path}.name: “{target.name}” stands twice; first at {first}"
            yield SettingProblem(f"{path}.name", origin, "duplicate-entry", message, "give each target its own name")
        missing = missing_addresses(settings) if target.cloud == "custom" else ""
        if missing:
            origin = place_of(("targets", number, "cloud"), layers.places, FILE)
            message = f"{path}.cloud: cloud: custom needs {missing} too"
            yield SettingProblem(f"{path}.cloud", origin, "bad-setting", message, f"state {missing} for all targets")


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested mappings as dotted paths; an unknown block stays one path, so that it is reported once."""
    for key, value in values.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and path in BLOCKS:
            yield from _flat(value, f"{path}.")
        elif value is not None or path not in BLOCKS:
            yield path, value


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path, value in values.items():
        block, _, name = path.rpartition(".")
        (result.setdefault(block, {}) if block else result)[name] = value
    return result


def _scopes_text(text: str) -> list[dict[str, str]]:
    """`SUBSCRIPTION/GROUP,SUBSCRIPTION/GROUP` as scopes."""
    pairs = (entry.strip().partition("/") for entry in text.split(",") if entry.strip())
    return [{"subscription": subscription, "resourceGroup": group} for subscription, _, group in pairs]


def _words_text(text: str) -> list[str]:
    """`one,two` as words."""
    return [word.strip() for word in text.split(",") if word.strip()]


TEXTS = {"scopes": _scopes_text, "target": _words_text}
