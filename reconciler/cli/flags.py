"""The flags of a run, declared once for all commands that read manifests or plan them.

A command takes a bundle as one parameter; `spread` shows the command-line library its fields instead.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from reconciler.cli.options import (
    AdoptOption,
    AllowDeletesOption,
    AllowEmptyOption,
    AllowLastOption,
    AllowProtectedOption,
    CloudOption,
    ExceptOption,
    GroupOption,
    HealOption,
    InstanceOption,
    OnlyOption,
    PathArgument,
    PruneOption,
    ReplicationOption,
    ScopeOption,
    SettingsOption,
    SubscriptionOption,
    TargetOption,
)

if TYPE_CHECKING:
    from reconciler.app import Request

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class SourceFlags:
    """Which manifests, and what they inherit."""

    path: PathArgument = "."
    settings: SettingsOption = None
    target: TargetOption = None
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
    only: OnlyOption = None
    excepted: ExceptOption = None
    prune: PruneOption = False
    adopt: AdoptOption = None
    allow_empty: AllowEmptyOption = False
    allow_deletes: AllowDeletesOption = None
    allow_protected: AllowProtectedOption = None
    allow_last_version: AllowLastOption = None
    replication: ReplicationOption = False


@dataclass(frozen=True, kw_only=True)
class ApplyFlags(RunFlags):
    """Also what is done about what fails on the way."""

    heal: HealOption = None


def request_of(flags: SourceFlags) -> Request:
    """What the command line asked for, as settings flags."""
    from reconciler.app import Request

    chosen: dict[str, Any] = {"subscription": flags.subscription, "resourceGroup": flags.resource_group}
    chosen["target"] = flags.target or None
    if isinstance(flags, CloudFlags):
        chosen |= {"instance": flags.instance, "cloud": flags.cloud}
    if isinstance(flags, ApplyFlags):
        chosen |= {"heal": flags.heal}
    stated = {name: value for name, value in chosen.items() if value is not None}
    scopes = flags.scope if isinstance(flags, RunFlags) else None
    return Request(flags.path, stated, flags.settings, tuple(scopes or ()))


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
