"""The blocks that settings are made of, targets among them: fields, types, defaults. What is required has none."""

# ruff: noqa: N815 - settings carry the names people write
from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reconciler.settings.words import (
    AddressGlob,
    Block,
    Cloud,
    CredentialType,
    FieldPath,
    GalleryGlob,
    Group,
    Instance,
    KindName,
    Mode,
    Ownership,
    Prune,
    RegionName,
    SourcePath,
    Stated,
    Subscription,
    TargetName,
    UpdatableFields,
    Why,
)


class CredentialSettings(Block):
    """How a token is had."""

    type: CredentialType = "default"
    tenantId: str | None = None
    clientId: str | None = None
    certificatePath: str | None = None


class PlanCredentialSettings(Block):
    """How a token for reading is had, where that is another one; nothing stated: the same."""

    type: CredentialType | None = None
    tenantId: str | None = None
    clientId: str | None = None
    certificatePath: str | None = None

    @property
    def stated(self) -> bool:
        """Whether reading has a credential of its own."""
        return self != PlanCredentialSettings()


class ScopeSettings(Block):
    """One resource group in which we look for what is no longer declared."""

    subscription: Subscription
    resourceGroup: Group


class LimitSettings(Block):
    """What one run may delete without being told so, what a region may hold (facts 6/1–6/4), what is done at a time."""

    maxDeletes: int = Field(default=10, ge=0)
    maxDeletePercent: int = Field(default=30, ge=0, le=100)
    galleries: int = Field(default=100, ge=1)
    definitions: int = Field(default=1000, ge=1)
    versions: int = Field(default=10_000, ge=1)
    replicas: int = Field(default=100, ge=1, le=100)
    actionsPerGallery: int = Field(default=200, ge=1)
    actionsPerSubscription: int = Field(default=400, ge=1)


class EmulatorSettings(Block):
    """The embedded emulator: how many real seconds one of its seconds takes, and where its state file is."""

    timeScale: float = Field(default=0.01, ge=0, allow_inf_nan=False)
    state: str | None = None


class IgnoreSettings(Block):
    """Fields that are left as they are live: of which kind, at which addresses, which path, and why."""

    kind: KindName | None = None
    address: AddressGlob | None = None
    path: FieldPath
    reason: Why


class SourceSettings(Block):
    """Where a target's manifests are, seen from the settings file."""

    path: SourcePath


class TargetScope(Block):
    """What a target may touch: allow-lists; what is not stated is not limited."""

    subscriptions: Annotated[tuple[Subscription, ...], Stated] = ()
    resourceGroups: Annotated[tuple[Group, ...], Stated] = ()
    galleries: Annotated[tuple[GalleryGlob, ...], Stated] = ()
    regions: Annotated[tuple[RegionName, ...], Stated] = ()
    kinds: Annotated[tuple[KindName, ...], Stated] = ()


class TargetLimits(Block):
    """The limits of one target; what is not stated is as for all."""

    maxDeletes: int | None = Field(default=None, ge=0)
    maxDeletePercent: int | None = Field(default=None, ge=0, le=100)


class TargetSettings(Block):
    """One reconciled unit. What it does not state is as for all; whether it deletes, it must state itself."""

    name: TargetName
    source: SourceSettings
    scope: TargetScope = TargetScope()
    mode: Mode = "apply"
    prune: Prune
    limits: TargetLimits = TargetLimits()
    ignore: tuple[IgnoreSettings, ...] = ()
    updatableFields: UpdatableFields | None = None
    ownership: Ownership | None = None
    instance: Instance | None = None
    cloud: Cloud | None = None
    credential: CredentialSettings | None = None
    planCredential: PlanCredentialSettings | None = None
    subscription: Subscription | None = None
    resourceGroup: Group | None = None
