"""One target's manifests, and those of the targets beside it: what is declared where, and what is declared twice.

Apart from reading files because here the settings say what a folder means: its place, its scope, and whose it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from os.path import realpath
from pathlib import Path
from typing import BinaryIO, ClassVar

from reconciler.errors import UsageError
from reconciler.kinds.scalars import region
from reconciler.manifest.build import Built, Fallback, build
from reconciler.manifest.codes import diagnose
from reconciler.manifest.metadata import RESOURCE_GROUP
from reconciler.model.address import Kind, Scope
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.model.restriction import AllowList, Elsewhere
from reconciler.model.state import Manage
from reconciler.settings import STREAM, ChosenTarget, Settings, TargetScope
from reconciler.source.directory import read_path
from reconciler.source.stream import read_stream

Beside = tuple[ChosenTarget, Elsewhere]


class _Readings:
    """What was read in a round over several targets, by path and inherited place; None outside a round."""

    shared: ClassVar[dict[tuple[str, Fallback], Built] | None] = None


@contextmanager
def reading_once() -> Iterator[None]:
    """Read the manifests of each target once while this lasts: every target looks at those of all others."""
    _Readings.shared = {}
    try:
        yield
    finally:
        _Readings.shared = None


def load(path: str, settings: Settings, *, now: datetime, stdin: BinaryIO | None = None) -> Built:
    """Read and check the manifests; findings are in the result, not raised."""
    fallback = Fallback(settings.subscription, settings.resourceGroup)
    known = _Readings.shared if path != STREAM else None
    if known is not None and (path, fallback) in known:
        return known[path, fallback]
    read = read_stream(stdin or sys.stdin.buffer) if path == STREAM else read_path(Path(path))
    built = build(read.texts, fallback, now=now)
    built = Built(built.desired, (*read.diagnostics, *built.diagnostics))
    if known is not None:
        known[path, fallback] = built
    return built


def beside(target: ChosenTarget, *, now: datetime) -> Beside:
    """What another target of the settings declares, as far as its manifests can be read."""
    built = load(target.path, target.settings, now=now)
    errors = [found for found in built.diagnostics if found.severity is Severity.ERROR]
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    allowed = allow_list(target.scope)
    other = Elsewhere(
        target.name,
        built.desired.resources,
        scopes_of(target.settings, built.desired.scopes, allowed),
        allowed,
        prunes=target.settings.prune != "off",
        unknown=f"{errors[0].code}{more}" if errors else "",
    )
    return target, other


def without_twins(built: Built, chosen: ChosenTarget, others: Iterable[Beside]) -> Built:
    """The same with an error for everything that another target declares too, where both of them write it."""
    twins: dict[Diagnostic, None] = {}
    for target, other in others:
        if "plan" in (target.mode, chosen.mode):
            continue
        for address in sorted(built.desired.resources.keys() & other.declared.keys()):
            own, theirs = built.desired.resources[address], other.declared[address]
            if Manage.OBSERVE in (own.policy.manage, theirs.policy.manage):
                continue
            message = f"{address} is declared by target {target.name} too, at {theirs.origin}"
            hint = "keep one of the two, or let one only look at it: policy {manage: observe}"
            twins[diagnose(own.origin, "duplicate-resource", message, hint)] = None
    return Built(built.desired, (*built.diagnostics, *twins)) if twins else built


def split(built: Built, chosen: ChosenTarget) -> tuple[Built, Elsewhere]:
    """The part of a target that was asked for with what is declared above it, which must be there first; and the rest.

    A part that declares nothing is an error.
    """
    root = realpath(chosen.part)

    @cache
    def inside(file: str) -> bool:
        path = Path(realpath(file))
        return path == Path(root) or Path(root) in path.parents

    resources = built.desired.resources
    asked = {address for address, found in resources.items() if inside(found.origin.file)}
    needed = asked | {above for address in asked for above in address.ancestors}
    part = {address: found for address, found in resources.items() if address in needed}
    rest = {address: found for address, found in resources.items() if address not in part}
    found = built.diagnostics
    if not part:
        message = f"{chosen.part} declares nothing of target {chosen.name}"
        found = (*found, diagnose(Origin(chosen.part), "no-manifests", message))
    return Built(replace(built.desired, resources=part), found), Elsewhere(chosen.name, rest)


def allow_list(scope: TargetScope) -> AllowList:
    """The scope of a target in canonical form."""
    return AllowList(
        _lower(scope.subscriptions),
        _lower(scope.resourceGroups),
        _lower(scope.galleries),
        tuple(sorted(region(name) for name in scope.regions)),
        tuple(Kind(name) for name in scope.kinds),
    )


def _lower(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(word.lower() for word in words))


def scopes_of(
    settings: Settings, declared: Iterable[Scope], allowed: AllowList, named: Iterable[str] = ()
) -> tuple[Scope, ...]:
    """The resource groups that a target looks into: declared, in the settings, `named` by hand. Raises UsageError."""
    scopes = [*declared, *(Scope(scope.subscription, scope.resourceGroup) for scope in settings.scopes)]
    scopes += (scope_of(text, settings) for text in named)
    if not scopes and settings.subscription and settings.resourceGroup:
        scopes.append(Scope(settings.subscription, settings.resourceGroup))  # nothing is declared: look all the same
    if not scopes and len(allowed.subscriptions) == 1:
        scopes += [Scope(allowed.subscriptions[0], group) for group in allowed.groups]
    return unique(scopes)


def scope_of(text: str, settings: Settings) -> Scope:
    """`SUBSCRIPTION/GROUP`, or a group of the subscription of the settings. Raises UsageError."""
    subscription, _, group = text.partition("/")
    if not group:
        subscription, group = settings.subscription or "", text
    if not subscription or not RESOURCE_GROUP.fullmatch(group):
        raise UsageError(f"--scope {text}: not a resource group", "write SUBSCRIPTION/GROUP")
    return Scope(subscription, group)


def unique(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Each scope once, in order, in the spelling that came first."""
    known = {scope.key: scope for scope in reversed([*scopes])}
    return tuple(known[key] for key in sorted(known))
