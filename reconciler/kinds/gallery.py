"""Gallery: the fields of Microsoft.Compute/galleries and what may change about them (azure facts 2.1, 2.2, 8/1–8/5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from reconciler.kinds.rules import Merge, accepted, immutable, read_only, shared, updatable, write_only
from reconciler.kinds.scalars import ANY_CASE, Count, Flag, Form, Guid, Region, Text, Uri, folded
from reconciler.kinds.shape import Spec
from reconciler.model.address import Address
from reconciler.model.diagnostic import Problem
from reconciler.model.state import Body

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.]{0,78}[A-Za-z0-9])?")
COMMUNITY_NEEDS = ("publisherUri", "publisherContact", "eula", "publicNamePrefix")
LEAST_DAYS = {"retentionPeriodInDays": 1, "gracePeriodInDays": 0}
MOST_SHARED = {"Subscriptions": 30, "AADTenants": 5}  # fact 6/7
PREFIX = re.compile(r"[A-Za-z0-9]{5,16}")

IdentityId = Annotated[str, Form("resource id", folded)]


class UserAssignedIdentity(Spec):
    """An empty entry: its two ids are the service's."""

    principalId: Annotated[Text | None, read_only("2.1/4")] = None
    clientId: Annotated[Text | None, read_only("2.1/4")] = None


class Identity(Spec):
    """The gallery's managed identities."""

    type: Annotated[
        Annotated[Literal["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"], ANY_CASE] | None,
        accepted("8/3", default="None", clearable=False),
    ] = None
    principalId: Annotated[Text | None, read_only("2.1/4")] = None
    tenantId: Annotated[Text | None, read_only("2.1/4")] = None
    userAssignedIdentities: Annotated[
        dict[IdentityId, UserAssignedIdentity | None] | None, accepted("8/3", merge=Merge.BY_KEY)
    ] = None


class CommunityGalleryInfo(Spec):
    """How a community gallery presents itself. The prefix is never echoed, so it cannot be compared (fact 2.2/6)."""

    publisherUri: Annotated[Uri | None, immutable("2.2/6")] = None
    publisherContact: Annotated[Text | None, immutable("2.2/6")] = None
    eula: Annotated[Text | None, immutable("2.2/6")] = None
    publicNamePrefix: Annotated[Text | None, write_only("2.2/6")] = None
    communityGalleryEnabled: Annotated[Flag | None, shared("2.2/6", default=False, clearable=False)] = None
    publicNames: Annotated[list[Text] | None, read_only("2.2/6")] = None


class SharingGroup(Spec):
    """Subscriptions or tenants that may use the images."""

    type: Annotated[
        Annotated[Literal["Subscriptions", "AADTenants"], ANY_CASE] | None, shared("2.2/5", required=True)
    ] = None
    ids: Annotated[list[Guid] | None, shared("2.2/5", required=True, unordered=True)] = None


class SharingProfile(Spec):
    """How the gallery is shared. Groups change through the share action only (fact 2.2/5)."""

    permissions: Annotated[
        Annotated[Literal["Private", "Groups", "Community"], ANY_CASE] | None,
        immutable("8/4", default="Private"),
    ] = None
    communityGalleryInfo: Annotated[CommunityGalleryInfo | None, immutable("2.2/6")] = None
    groups: Annotated[list[SharingGroup] | None, shared("2.2/5", key=("type",))] = None


class SoftDeletePolicy(Spec):
    """Whether deleted versions can be recovered, and for how long."""

    isSoftDeleteEnabled: Annotated[Flag | None, updatable("8/5", default=False, clearable=False)] = None
    retentionPeriodInDays: Annotated[Count | None, updatable("2.5")] = None
    gracePeriodInDays: Annotated[Count | None, updatable("2.5")] = None


class GallerySpec(Spec):
    """The body of a gallery, `properties` unwrapped."""

    location: Annotated[Region | None, immutable("2.1/2", required=True)] = None
    tags: Annotated[dict[Text, Text | None] | None, updatable("8/2", clearable=False, merge=Merge.BY_KEY)] = None
    identity: Annotated[Identity | None, accepted("8/3", clearable=False)] = None
    description: Annotated[Text | None, updatable("8/1")] = None
    sharingProfile: Annotated[SharingProfile | None, immutable("8/4")] = None
    softDeletePolicy: Annotated[SoftDeletePolicy | None, updatable("8/5")] = None


def keeps_deleted(body: Mapping[str, Any]) -> bool:
    """Whether a gallery keeps the versions that are deleted in it (fact 2.2/7); what nobody can read may say so."""
    policy = body.get("softDeletePolicy")
    return bool(policy.get("isSoftDeleteEnabled") if isinstance(policy, Mapping) else policy)


def check(address: Address, body: Body) -> Iterator[Problem]:
    """What is wrong with a declared gallery beyond types: its name, and settings that need each other."""
    if not NAME.fullmatch(address.gallery):
        yield Problem(
            (),
            "bad-gallery-name",
            f"“{address.gallery}” cannot be a gallery name",
            "1–80 letters, digits, “_” and “.”, no hyphen, starting and ending with a letter or digit",
        )
    yield from _check_community(body.get("sharingProfile") or {})
    yield from _check_groups(body.get("sharingProfile") or {})
    yield from _check_soft_delete(body.get("softDeletePolicy") or {})
    yield from _check_identity(body)


def _check_community(sharing: Mapping[str, Any]) -> Iterator[Problem]:
    info = sharing.get("communityGalleryInfo") or {}
    missing = [name for name in COMMUNITY_NEEDS if not info.get(name)]
    if sharing.get("permissions") == "Community" and missing:
        listed = ", ".join(missing)
        yield Problem(
            ("sharingProfile", "communityGalleryInfo" if info else "permissions"),
            "community-info",
            f"a community gallery needs sharingProfile.communityGalleryInfo with {listed}",
            f"state {listed}",
        )
    prefix = info.get("publicNamePrefix")
    if prefix is not None and not PREFIX.fullmatch(prefix):
        yield Problem(
            ("sharingProfile", "communityGalleryInfo", "publicNamePrefix"),
            "bad-public-name-prefix",
            f"“{prefix}” cannot be a public name prefix",
            "5–16 letters and digits",
        )


def _check_groups(sharing: Mapping[str, Any]) -> Iterator[Problem]:
    path = ("sharingProfile", "groups")
    groups = sharing.get("groups") or {}
    if groups and sharing.get("permissions", "Groups") != "Groups":
        message = f"groups need sharingProfile.permissions: Groups, not {sharing['permissions']}"
        yield Problem(path, "sharing-groups", message, "state permissions: Groups, which only a new gallery can get")
    for key, group in groups.items():
        count, most = len(group.get("ids") or ()), MOST_SHARED.get(group.get("type"), 0)
        if group.get("type") in MOST_SHARED and count > most:
            message = f"{count} {group['type']}: a gallery can be shared with at most {most}"
            yield Problem((*path, key, "ids"), "sharing-groups", message, f"keep {most} of them")


def _check_soft_delete(policy: Mapping[str, Any]) -> Iterator[Problem]:
    for name, least in LEAST_DAYS.items():
        days = policy.get(name)
        if days is not None and days < least:
            yield Problem(
                ("softDeletePolicy", name), "out-of-range", f"{name}: {days} days", f"use {least} or a greater number"
            )


def _check_identity(body: Body) -> Iterator[Problem]:
    declared = body.get("identity") or {}
    users = declared.get("userAssignedIdentities")
    if declared.get("type") in ("SystemAssigned", "None") and users:
        yield Problem(
            ("identity", "type"),
            "identity-type",
            f"identity type {declared['type']} cannot have user-assigned identities",
            "use UserAssigned or “SystemAssigned, UserAssigned”",
        )
    for name in users or {}:
        if not name.lower().startswith("/subscriptions/"):
            yield Problem(
                ("identity", "userAssignedIdentities", f"[{name}]"),
                "bad-id",
                f"“{name}” is not a full ARM resource id",
                "/subscriptions/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…",
            )
