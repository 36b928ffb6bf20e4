"""Composition root: settings, manifests and credentials in; a ready-to-run session out.

Every command starts here, so that all of them resolve instance, cloud, scopes and manifests the same way.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput, PlanRefused, UsageError
from reconciler.manifest.build import Built
from reconciler.manifest.settings_file import read_settings
from reconciler.manifest.text import ManifestText
from reconciler.model.address import Scope
from reconciler.model.diagnostic import Severity
from reconciler.model.plan import Plan, Source, Target
from reconciler.model.restriction import Elsewhere, IgnoreRule
from reconciler.planner.options import Options
from reconciler.settings import (
    DEFAULT,
    HERE,
    STREAM,
    ChosenTarget,
    Layered,
    Settings,
    chosen_targets,
    layer,
    other_targets,
)
from reconciler.source.directory import read_file
from reconciler.source.revision import revision_of
from reconciler.source.target import allow_list, beside, load, scope_of, scopes_of, split, unique, without_twins

if TYPE_CHECKING:
    from reconciler.live.cloud import Cloud
    from reconciler.live.gateway import Gateway

SETTINGS_FILE = "reconciler.yaml"
READING = "AZURE_PLAN_"
PLACE = frozenset({"subscription", "resourceGroup"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a cloud that somebody else started answers, the token it takes and the CA file it is trusted by."""

    url: str
    token: str
    trust: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asked for: the manifests' path, flags by settings name, extra scopes as sub/group."""

    path: str
    flags: Mapping[str, Any] = field(default_factory=dict)
    settings_file: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """Settings and manifests of one run, resolved and checked.

    `others` is what other targets of the settings declare; `part` the part of the target's source that was asked for,
    "" for the whole; `shared_rules` how many of the ignore rules, the last ones, are those of all of several targets.
    """

    settings: Settings
    built: Built
    target: Target
    source: Source
    cloud_hint: str = ""
    plans_only: bool = False
    others: tuple[Elsewhere, ...] = ()
    part: str = ""
    shared_rules: int = 0


def targets_of(request: Request, environment: Mapping[str, str]) -> tuple[ChosenTarget, ...]:
    """The targets that a request is about, each with what counts for it; a path of its own is one without a name.

    Raises InvalidInput for settings that cannot be used, UsageError for a target that is not there.
    """
    path = _settings_path(request)
    return chosen_targets(layered_settings(request, environment), request.path, path.parent if path else Path())


def one_target(request: Request, environment: Mapping[str, str]) -> ChosenTarget:
    """The one target of a request. Raises UsageError where there are several, and what `targets_of` raises."""
    found = targets_of(request, environment)
    if len(found) > 1:
        names = ", ".join(target.name for target in found)
        raise UsageError(f"the settings have several targets: {names}", "choose one: --target NAME, or its path")
    return found[0]


def target_of_plan(request: Request, environment: Mapping[str, str], plan: Plan) -> ChosenTarget:
    """The target that a saved plan was made for, with what counts for it today: told by its manifests and its name.

    Where nothing is said about the cloud, the plan's counts. Raises PlanRefused where its target is not to be found
    or not the one that is asked for, and what `layered_settings` raises.
    """
    asked: tuple[str, ...] = tuple(request.flags.get("target") or ())
    flags = {name: value for name, value in request.flags.items() if name != "target"}
    there = plan.source.path != STREAM and os.path.exists(plan.source.path)  # noqa: PTH110 - False for what no file can be called
    request = replace(request, path=plan.source.path if there else request.path, flags=flags)
    if layered_settings(request, environment).origins["cloud"] == DEFAULT:
        request = replace(request, flags={**flags, "cloud": plan.target.cloud})
    name = plan.target.name.lower()
    found = _target_named(request, environment, plan.target.name, there=there)
    if found is None or (asked and name not in {one.lower() for one in asked}):
        known = f"the settings have no target {plan.target.name}" if found is None else "another target is asked for"
        raise PlanRefused(f"the plan was made for target {plan.target.name}, and {known}", "plan again")
    return found


def _target_named(request: Request, environment: Mapping[str, str], name: str, *, there: bool) -> ChosenTarget | None:
    """The target at the request's path if it has the name or none has one, else the one of that name, else none."""
    layered, file = layered_settings(request, environment), _settings_path(request)
    folder = file.parent if file else Path()
    at_path = chosen_targets(layered, request.path, folder) if there else ()
    fitting = next((one for one in at_path if one.name.lower() == name.lower()), None)
    if fitting is not None:
        return fitting
    if name.lower() in {one.name.lower() for one in layered.settings.targets}:
        by_name = layered_settings(replace(request, flags={**request.flags, "target": (name,)}), environment)
        return chosen_targets(by_name, HERE, folder)[0]
    nameless = not any(one.name for one in at_path) if there else not layered.settings.targets
    return ChosenTarget("", request.path, layered.settings, layered.origins) if nameless else None


def layered_settings(request: Request, environment: Mapping[str, str]) -> Layered:
    """Settings with the origin of each. Raises InvalidInput with every finding, UsageError for an unreadable file."""
    text = _settings_text(request)
    read = read_settings(text) if text is not None else None
    file, places, found = (read.values, read.origins, read.diagnostics) if read is not None else ({}, {}, ())
    layered = layer(file, environment, request.flags, places)
    problems = (*found, *layered.problems)
    if problems:
        raise InvalidInput("the settings cannot be used", problems)
    return layered


def _settings_text(request: Request) -> ManifestText | None:
    path = _settings_path(request)
    if path is None:
        return None
    read = read_file(path)
    for found in read.diagnostics:
        raise UsageError(f"cannot read the settings: {found.message}", "name a settings file")
    return read.texts[0]


def _settings_path(request: Request) -> Path | None:
    """The file named, else the nearest: beside the manifests, above them inside their repository, where we are."""
    if request.settings_file is not None:
        return Path(request.settings_file)
    here = Path() if request.path == STREAM else Path(request.path)
    folder = here if os.path.isdir(here) else here.parent  # noqa: PTH112 - False for what no file can be called
    candidates = (folder / SETTINGS_FILE, *_above(folder), Path(SETTINGS_FILE))
    return next((path for path in candidates if os.path.isfile(path)), None)  # noqa: PTH113 - False where it may not look


def _above(folder: Path) -> Iterator[Path]:
    """Settings files in the folders above, up to the first that holds `.git`; as short as they can be written."""
    here, start = Path.cwd(), folder.absolute()
    for place in (start, *start.parents):
        if place != start:
            file = place / SETTINGS_FILE
            yield file.relative_to(here) if file.is_relative_to(here) else file
        if os.path.lexists(place / ".git"):
            return


def session(request: Request, environment: Mapping[str, str], *, now: datetime) -> Session:
    """Everything a command needs but the connection, for one target. Raises InvalidInput, UsageError."""
    chosen = one_target(request, environment)
    built, others = _loaded(request, environment, chosen, now)
    settings, allowed, shown = chosen.settings, allow_list(chosen.scope), chosen.part or chosen.path
    scopes = scopes_of(settings, built.desired.scopes, allowed, request.scopes)
    if scopes and not chosen.part and chosen.path != STREAM:
        built = _declaring_nothing(built)
    if not built.ok:
        raise InvalidInput("the manifests cannot be used", built.diagnostics)
    target = Target(
        chosen.name or _target_name(chosen.path),
        settings.cloud,
        settings.instance or "",
        scopes,
        settings.credential.tenantId or "",
        settings.subscription or "",
        allowed,
    )
    return Session(
        settings,
        built,
        target,
        _source(shown),
        _cloud_hint(request, chosen),
        chosen.mode == "plan",
        others,
        chosen.part,
        chosen.shared_rules,
    )


def _declaring_nothing(built: Built) -> Built:
    """A folder whose files are all gone declares nothing: a guard of the plan asks whether that is meant."""
    codes = [found.code for found in built.diagnostics]
    if codes != ["no-manifests"]:
        return built
    return Built(built.desired, (replace(built.diagnostics[0], severity=Severity.WARNING),))


def check(request: Request, environment: Mapping[str, str], *, now: datetime) -> Built:
    """Read and check the manifests of one target; findings about them are in the result. Raises what `session` does."""
    return _loaded(request, environment, one_target(request, environment), now)[0]


def _loaded(
    request: Request, environment: Mapping[str, str], chosen: ChosenTarget, now: datetime
) -> tuple[Built, tuple[Elsewhere, ...]]:
    """What a target declares, or the part of it that was asked for, and what is declared beside it."""
    whole = load(chosen.path, chosen.settings, now=now)
    others = tuple(beside(one, now=now) for one in _beside(request, environment, chosen))
    whole = without_twins(whole, chosen, others)
    if not chosen.part or not whole.ok:
        return whole, tuple(found for _, found in others)
    part, rest = split(whole, chosen)
    return part, (rest, *(found for _, found in others))


def _beside(request: Request, environment: Mapping[str, str], chosen: ChosenTarget) -> Iterator[ChosenTarget]:
    """The other targets of the settings. Where flags say the place of what names none, also as they are without them.

    The flags may be meant for the chosen target alone.
    """
    path = _settings_path(request)
    folder = path.parent if path else Path()
    yield from other_targets(layered_settings(request, environment), chosen, folder)
    flags = {name: value for name, value in request.flags.items() if name not in PLACE}
    if flags != request.flags:
        yield from other_targets(layered_settings(replace(request, flags=flags), environment), chosen, folder)


def _source(path: str) -> Source:
    if path == STREAM:
        return Source(path)
    found = revision_of(Path(path))
    return Source(path, found.commit, found.dirty, found.repo)


def _cloud_hint(request: Request, chosen: ChosenTarget) -> str:
    """Why this cloud, where nobody chose it."""
    if chosen.origins["cloud"] != DEFAULT or _settings_path(request) is not None:
        return ""
    return f"no {SETTINGS_FILE} was found and no cloud named, so this is {chosen.settings.cloud}, the default"


def _target_name(path: str) -> str:
    return "stream" if path == STREAM else Path(path).resolve().name


def import_scopes(request: Request, settings: Settings) -> tuple[Scope, ...]:
    """The resource groups to import: those named by hand, else those of the settings. Raises UsageError."""
    scopes = [scope_of(text, settings) for text in request.scopes]
    if not scopes:
        scopes += (Scope(scope.subscription, scope.resourceGroup) for scope in settings.scopes)
        if settings.subscription and settings.resourceGroup:
            scopes.append(Scope(settings.subscription, settings.resourceGroup))
    if not scopes:
        raise UsageError("nothing says where to import from", "--scope SUBSCRIPTION/GROUP")
    return unique(scopes)


def connect(
    settings: Settings, environment: Mapping[str, str], emulator: Endpoint | None, *, writing: bool = False
) -> Gateway:
    """Open the gateway to the chosen cloud, to read as `planCredential` says or to write. Raises CredentialError.

    Secrets of the reading credential are AZURE_PLAN_CLIENT_SECRET and its like, where there are such.
    """
    from reconciler.live.credential import StaticToken, credential_of
    from reconciler.live.gateway import Gateway

    cloud = _cloud(settings, emulator)
    if emulator:
        credential: Any = StaticToken(emulator.token)
    elif writing or not settings.planCredential.stated:
        credential = credential_of(settings.credential, cloud, environment)
    else:
        credential = credential_of(settings.planCredential, cloud, _for_reading(environment))
    return Gateway(
        cloud,
        credential,
        api_version=settings.apiVersion,
        timeout=settings.timeout,
        workers=settings.workers,
        trust=emulator.trust if emulator else "",
        time_scale=settings.emulator.timeScale if emulator else 1.0,
    )


def _for_reading(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of the reading credential: AZURE_PLAN_… stands for AZURE_…."""
    own = {name: value for name, value in environment.items() if name.startswith(READING)}
    return {**environment, **{name.replace(READING, "AZURE_", 1): value for name, value in own.items()}}


def _cloud(settings: Settings, emulator: Endpoint | None) -> Cloud:
    from reconciler.live.cloud import cloud_of

    if emulator is not None:
        return cloud_of("emulator", endpoint=emulator.url)
    return cloud_of(
        settings.cloud, endpoint=settings.endpoint, audience=settings.audience, authority=settings.authority
    )


@dataclass(frozen=True, slots=True)
class Overrides:
    """The guards lifted on the command line, and what else it asks of a plan: replication, or a part of it."""

    prune: bool = False
    adopt: tuple[str, ...] = ()
    allow_empty: bool = False
    allow_deletes: int | None = None
    allow_protected: tuple[str, ...] = ()
    allow_last_version: tuple[str, ...] = ()
    replication: bool = False
    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()


def options_of(
    settings: Settings, overrides: Overrides, others: tuple[Elsewhere, ...] = (), *, part: str = ""
) -> Options:
    """What a run allows. Raises UsageError where settings, or a `part` of a target, forbid what the flags ask.

    A part of a target never prunes: what left the part may have moved to the rest.
    """
    if overrides.prune and part:
        hint = f"--target {others[0].name}, to plan the whole target"
        raise UsageError(f"--prune is refused: {part} is a part of what a target declares", hint)
    if overrides.prune and settings.prune == "off":
        raise UsageError("--prune is refused: the settings say prune: off", "set prune: confirm to allow the flag")
    return Options(
        instance=settings.instance or "",
        track_ownership=settings.ownership == "tag",
        prune=not part and (overrides.prune or settings.prune == "on"),
        documented_only=settings.updatableFields == "documented",
        adopt=_folded(overrides.adopt),
        allow_empty=overrides.allow_empty,
        allow_deletes=overrides.allow_deletes,
        allow_protected=_folded(overrides.allow_protected),
        allow_last_version=_folded(overrides.allow_last_version),
        max_deletes=settings.limits.maxDeletes,
        max_delete_percent=settings.limits.maxDeletePercent,
        max_galleries=settings.limits.galleries,
        max_definitions=settings.limits.definitions,
        max_versions=settings.limits.versions,
        max_replicas=settings.limits.replicas,
        replication=overrides.replication,
        ignore=tuple(IgnoreRule(one.path, one.reason, one.kind or "", one.address or "") for one in settings.ignore),
        only=overrides.only,
        excepted=overrides.excepted,
        others=others,
    )


def _folded(addresses: tuple[str, ...]) -> frozenset[str]:
    return frozenset(address.strip("/").lower() for address in addresses)
