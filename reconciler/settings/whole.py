"""All settings of a run, and every name each of them has: dotted path, environment variable, flag."""

# ruff: noqa: N815 - settings carry the names people write
from __future__ import annotations

import re
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field, model_validator

from reconciler.settings.blocks import (
    CredentialSettings,
    EmulatorSettings,
    IgnoreSettings,
    LimitSettings,
    PlanCredentialSettings,
    ScopeSettings,
    TargetSettings,
)
from reconciler.settings.words import (
    ApiVersion,
    Block,
    Checks,
    Cloud,
    Group,
    Instance,
    Ownership,
    Prune,
    Subscription,
    TargetName,
    UpdatableFields,
    WebAddress,
    objection,
)

PREFIX: Final = "RECONCILER_"
FILE_ONLY: Final = frozenset({"targets", "ignore"})  # lists of blocks: no variable could hold them readably


class Settings(Block):
    """Everything a run can be told outside manifests. `timeout` is one request's, in seconds; `target` chooses.

    `heal` lets an apply heal the regions of a version that failed.
    """

    instance: Instance | None = None
    ownership: Ownership = "tag"
    cloud: Cloud = "AzureCloud"
    endpoint: WebAddress | None = None
    audience: WebAddress | None = None
    authority: WebAddress | None = None
    apiVersion: ApiVersion = "2026-03-03"
    credential: CredentialSettings = CredentialSettings()
    planCredential: PlanCredentialSettings = PlanCredentialSettings()
    subscription: Subscription | None = None
    resourceGroup: Group | None = None
    scopes: tuple[ScopeSettings, ...] = ()
    prune: Prune = "confirm"
    updatableFields: UpdatableFields = "accepted"
    checks: Checks = "on"
    limits: LimitSettings = LimitSettings()
    ignore: tuple[IgnoreSettings, ...] = ()
    targets: tuple[TargetSettings, ...] = ()
    target: Annotated[tuple[TargetName, ...], Field()] = ()
    stateDir: str = ".reconciler"
    emulator: EmulatorSettings = EmulatorSettings()
    timeout: float = Field(default=60, gt=0, le=3600)
    workers: int = Field(default=16, ge=1, le=64)
    heal: bool = True

    @model_validator(mode="after")
    def _custom_cloud(self) -> Self:
        missing = missing_addresses(self) if self.cloud == "custom" else ""
        if missing:
            raise objection(f"cloud: custom needs {missing} too", f"state {missing}")
        return self


def missing_addresses(settings: Settings) -> str:
    """What a custom cloud lacks, "" for nothing."""
    return ", ".join(name for name in ("endpoint", "audience", "authority") if getattr(settings, name) is None)


def _blocks() -> dict[str, type[BaseModel]]:
    annotations = {name: info.annotation for name, info in Settings.model_fields.items()}
    return {name: kind for name, kind in annotations.items() if isinstance(kind, type) and issubclass(kind, BaseModel)}


def _variable(path: str) -> str:
    """`limits.maxDeletes` is RECONCILER_LIMITS_MAX_DELETES."""
    return PREFIX + re.sub(r"(?<=[a-z])([A-Z])", r"_\1", path).replace(".", "_").upper()


def option_of(path: str) -> str:
    """`resourceGroup` is --resource-group."""
    return "--" + re.sub(r"(?<=[a-z])([A-Z])", r"-\1", path.rpartition(".")[2]).lower()


BLOCKS: Final = _blocks()
PATHS: Final = tuple(
    path
    for name in Settings.model_fields
    for path in ([f"{name}.{part}" for part in BLOCKS[name].model_fields] if name in BLOCKS else [name])
)
VARIABLES: Final = {_variable(path): path for path in PATHS if path not in FILE_ONLY}
FILE_ONLY_VARIABLES: Final = {_variable(path): path for path in FILE_ONLY}
