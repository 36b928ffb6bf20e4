"""Which targets a run is about, and the settings that count for each of them.

A target's values go before those for all, but flags and environment go before both. Whether a target deletes is the
exception: `prune` is what the target itself says. A path inside a target's source is a part of that target; one that
no target has is a target of its own, as it comes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from os.path import realpath
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reconciler.errors import UsageError
from reconciler.settings.blocks import TargetScope, TargetSettings
from reconciler.settings.layers import Layered
from reconciler.settings.problems import near, place_of
from reconciler.settings.whole import Settings
from reconciler.settings.words import Mode

HERE = "."
STREAM = "-"
SAME = ("instance", "cloud", "ownership", "updatableFields", "subscription", "resourceGroup", "prune")
FILE = "reconciler.yaml"


@dataclass(frozen=True, slots=True)
class ChosenTarget:
    """One target of a run: where its manifests are and what counts for it. `name` is "" for a path that is none's.

    `places` says where its mode and scope stand, which are no settings of a run. `part` is the path inside the source
    that was asked for, "" for the whole of it; `shared_rules` how many of the ignore rules, the last ones, are those of
    all of several targets.
    """

    name: str
    path: str
    settings: Settings
    origins: Mapping[str, str]
    mode: Mode = "apply"
    scope: TargetScope = field(default_factory=TargetScope)
    places: Mapping[str, str] = field(default_factory=dict)
    part: str = ""
    shared_rules: int = 0


def chosen_targets(layered: Layered, path: str, folder: Path) -> tuple[ChosenTarget, ...]:
    """The targets of a run, in their order in the settings, which lie in `folder`. Raises UsageError.

    Without a path, or for the folder of the settings itself, all targets, or those that `target` names; with one the
    targets that have it as their source, or the one whose source it lies in.
    """
    settings = layered.settings
    by_flag = layered.origins["target"].startswith("flag")
    named = _named(settings) if settings.target and (by_flag or path == HERE) else settings.targets
    if path == HERE:
        found = [*named]
    else:
        found = [target for target in named if _is_same(folder / target.source.path, path)]
        if not found and _is_same(folder, path):
            found = [*named]
        around = None if found else _around(named, path, folder)
        if around is not None:
            return (replace(_effective(layered, settings.targets.index(around), folder), part=path),)
        if by_flag and not found:
            raise UsageError(f"--target and the path {path} contradict each other", "give one of the two")
        if not found:
            _refuse_above(named, path, folder)
    if not found:
        return (ChosenTarget("", path, settings, layered.origins),)
    return tuple(_effective(layered, settings.targets.index(target), folder) for target in found)


def other_targets(layered: Layered, chosen: ChosenTarget, folder: Path) -> tuple[ChosenTarget, ...]:
    """The targets beside a chosen one that look into the same cloud; for a path that is none's, all of these."""
    every = (_effective(layered, number, folder) for number in range(len(layered.settings.targets)))
    return tuple(one for one in every if one.name != chosen.name and one.settings.cloud == chosen.settings.cloud)


def _named(settings: Settings) -> list[TargetSettings]:
    known = {target.name.lower(): target for target in settings.targets}
    if not known:
        raise UsageError("--target was given, and the settings have no targets", "write targets into reconciler.yaml")
    for name in settings.target:
        if name.lower() not in known:
            names = ", ".join(target.name for target in settings.targets)
            hint = near(name, [target.name for target in settings.targets])
            raise UsageError(f"no target is called {name}", hint if "mean" in hint else f"targets are {names}")
    wanted = {name.lower() for name in settings.target}
    return [target for name, target in known.items() if name in wanted]


def _is_same(source: Path, path: str) -> bool:
    return path != STREAM and realpath(source) == realpath(path)  # which no loop of links can stop


def _lies_in(inner: str | Path, outer: str | Path) -> bool:
    return Path(realpath(outer)) in Path(realpath(inner)).parents


def _around(targets: Iterable[TargetSettings], path: str, folder: Path) -> TargetSettings | None:
    """The target whose source a path lies in; of several the innermost."""
    if path == STREAM or not os.path.exists(path):  # noqa: PTH110 - False for what no file can be called
        return None
    found = [target for target in targets if _lies_in(path, folder / target.source.path)]
    return max(found, key=lambda target: len(realpath(folder / target.source.path)), default=None)


def _refuse_above(targets: Iterable[TargetSettings], path: str, folder: Path) -> None:
    """Raise UsageError for a folder that holds sources of targets: read as one, it would escape what they say."""
    inside = [] if path == STREAM else [each.name for each in targets if _lies_in(folder / each.source.path, path)]
    if inside:
        hint = f"--target {inside[0]}, the path of one, or {folder}, where the settings are, for all targets"
        raise UsageError(f"{path} holds the sources of the targets {', '.join(inside)}", hint)


def _effective(layered: Layered, number: int, folder: Path) -> ChosenTarget:
    target = layered.settings.targets[number]
    origins = dict(layered.origins)
    update: dict[str, Any] = {}
    for name, value, place in _stated(target, number):
        block, _, part = name.rpartition(".")
        if name != "prune" and origins[name].startswith(("flag", "environment")):
            continue
        origins[name] = place_of(place, layered.places, FILE)
        (update.setdefault(block, {}) if block else update)[part] = value
    settings = layered.settings
    changed = {name: _merged(settings, name, value) for name, value in update.items()}
    changed["ignore"] = (*target.ignore, *settings.ignore)
    if target.ignore:
        origins["ignore"] = place_of(("targets", number, "ignore"), layered.places, FILE)
    places = {name: place_of(("targets", number, name), layered.places, FILE) for name in ("mode", "scope")}
    source = str(folder / target.source.path)
    shared = len(settings.ignore) if len(settings.targets) > 1 else 0
    counting = settings.model_copy(update=changed)
    return ChosenTarget(target.name, source, counting, origins, target.mode, target.scope, places, shared_rules=shared)


def _merged(settings: Settings, name: str, value: Any) -> Any:
    before = getattr(settings, name)
    return before.model_copy(update=value) if isinstance(before, BaseModel) else value


def _stated(target: TargetSettings, number: int) -> Iterator[tuple[str, Any, tuple[str | int, ...]]]:
    """What a target says of its own, by setting, with its place. A credential is said as a whole, limits one by one."""
    for name in SAME:
        value = getattr(target, name)
        if value is not None:
            yield name, value, ("targets", number, name)
    for name in ("credential", "planCredential"):
        block = getattr(target, name)
        for part in type(block).model_fields if block is not None else ():
            yield f"{name}.{part}", getattr(block, part), ("targets", number, name, part)
    for part in type(target.limits).model_fields:
        value = getattr(target.limits, part)
        if value is not None:
            yield f"limits.{part}", value, ("targets", number, "limits", part)
