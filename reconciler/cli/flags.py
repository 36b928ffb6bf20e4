"""The flags of a run, declared once for all commands that read manifests or plan them.

A command takes a bundle as one parameter; `spread` shows the command-line library its fields instead.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from reconciler.cli.options import (
    AdoptOption,
    AllowDeletesOption,
    AllowEmptyOption,
    AllowLastOption,
    AllowProtectedOption,
    CloudOption,
    GroupOption,
    InstanceOption,
    PathArgument,
    PruneOption,
    ReplicationOption,
    ScopeOption,
    SettingsOption,
    SubscriptionOption,
)

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class SourceFlags:
    """Which manifests, and what they inherit."""

    path: PathArgument = "."
    settings: SettingsOption = None
    subscription: SubscriptionOption = None
    resource_group: GroupOption = None


@dataclass(frozen=True, kw_only=True)
class ConnectionFlags:
    """Which cloud is asked, for whom and where, by a command that reads no manifests."""

    settings: SettingsOption = None
    subscription: SubscriptionOption = None
    resource_group: GroupOption = None
    instance: InstanceOption = None
    cloud: CloudOption = None


@dataclass(frozen=True, kw_only=True)
class CloudFlags(SourceFlags):
    """Also which cloud is asked, for whom."""

    instance: InstanceOption = None
    cloud: CloudOption = None


@dataclass(frozen=True, kw_only=True)
class RunFlags(CloudFlags):
    """Also how far the plan may go."""

    scope: ScopeOption = None
    prune: PruneOption = False
    adopt: AdoptOption = None
    allow_empty: AllowEmptyOption = False
    allow_deletes: AllowDeletesOption = None
    allow_protected: AllowProtectedOption = None
    allow_last_version: AllowLastOption = None
    replication: ReplicationOption = False


def spread(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command the fields of its bundles as parameters of their own, in declared order."""
    hints = get_type_hints(command, include_extras=True)
    own = inspect.signature(command).parameters
    bundles = {name: hints[name] for name in own if is_dataclass(hints[name])}

    @functools.wraps(command)
    def run(**flat: Any) -> R:
        gathered = {
            name: bundle(**{each.name: flat.pop(each.name) for each in fields(bundle) if each.name in flat})
            for name, bundle in bundles.items()
        }
        return command(**gathered, **flat)

    parameters = [
        each
        for name, stated in own.items()
        for each in (_parameters(bundles[name]) if name in bundles else (stated.replace(annotation=hints[name]),))
    ]
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    )
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _parameters(bundle: Any) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(bundle, include_extras=True)
    for each in fields(bundle):
        kind = inspect.Parameter.KEYWORD_ONLY
        yield inspect.Parameter(each.name, kind, default=_default(each), annotation=hints[each.name])


def _default(each: Field[Any]) -> Any:
    return inspect.Parameter.empty if each.default is MISSING else each.default
