"""What can be chosen about an emulator: where its state lies, how fast its time runs, and every doubt.

A doubt is a behaviour of the real service that no source establishes. Each has a named field here,
so that a client can be tested at both ends of it; what is established has no switch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import ClassVar, Literal

from reconciler.emulator.faults import Fault

STRICT: Mapping[str, str] = {"extra": "forbid"}
"""Read from a file, an unknown name is a mistake."""
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
PrincipalKind = Literal["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"]


@dataclass(frozen=True, slots=True)
class Durations:
    """How long operations take, in emulated seconds (3.2/5)."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    gallery: float = 1.0
    definition: float = 1.0
    share: float = 1.0
    version_create: float = 240.0
    """The home region of a new version."""
    region_add: float = 420.0
    """The first region added to an existing version."""
    region_spread: float = 60.0
    """Each further region of the same write: regions finish one after another."""
    version_write: float = 150.0
    """A write that adds no region, even one that changes nothing (3.4/7)."""
    version_delete: float = 90.0
    group_delete: float = 60.0
    """A resource group with everything in it (3.9/4)."""
    group_retry_after: float = 15.0
    """What the deletion of a group advises (3.9/4)."""
    retry_after: float = 60.0
    """What version operations advise (3.1/9, 3.2/4)."""

    def __post_init__(self) -> None:
        """Refuse times that run backwards."""
        for one in fields(self):
            if not 0 <= getattr(self, one.name) <= 1e9:  # noqa: PLR2004 - thirty years
                raise ValueError(f"{one.name} must not be below zero")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much there may be (6): what is documented, lowered by whoever wants to meet a limit sooner."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    galleries: int = 100
    definitions: int = 1000
    versions: int = 10_000
    """6/1-6/3: in one subscription and region; how one more is refused: `Doubts.answers`, 4.4/6."""
    full_size_gb: int = 2048
    """6/5: the largest disk of a version in full mode; 1024 until 2023."""
    shallow_size_gb: int = 32_768
    """6/6: the largest disk of a version in shallow mode."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Behaviours that no source establishes; each field names the fact it belongs to."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    answers: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Status and code by fact id, for refusals whose words alone are known: 4.1/5, 4.1/6, 4.1/9, 4.2/5-4.2/8,
    4.3/2, 4.3/3, 4.3/6, 4.3/8-4.3/12, 4.3/20, 4.4/1, 4.4/4, 4.4/6, 5/5, 5/14-5/16;
    2.4/30 for what cannot be restored, 7/4 for a failed version that soft-delete keeps from being deleted."""
    source_change: Literal["refused", "failed_operation"] = "refused"
    """3.2/9: another source on an existing version is refused at once, or fails the operation."""
    omitted: Literal["cleared", "kept"] = "cleared"
    """3.4/3: what a PUT does to optional values and tags that it leaves out."""
    end_of_life_omitted: Literal["refused", "kept"] = "refused"
    """3.4/3: a PUT without the stored endOfLifeDate counts as clearing it, or keeps it."""
    past_end_of_life: Literal["refused", "definitions_only", "accepted"] = "refused"
    """4.2/6: where a newly set past endOfLifeDate is refused."""
    target_regions_omitted: Literal["kept", "home"] = "kept"
    """2.4/1: an update without targetRegions keeps the list, or falls back to the home region."""
    patch_merge: Literal["properties", "deep"] = "properties"
    """3.4/5, 9.3: how deep PATCH merges."""
    patch_tags: Literal["replace", "merge"] = "replace"
    """2.1/3: what PATCH does with tags."""
    region_removal_default: bool = False
    """2.4/25: allowDeletionOfReplicatedLocations of a version that never stated it."""
    region_removal_status: int = 409
    region_removal_code: str = "OperationNotAllowed"
    """4.3/18: the answer to a refused removal of a region."""
    concurrent_status: int = 409
    concurrent_code: str = "Conflict"
    """4.3/14: the answer to a write while another one runs on the same version."""
    delete_during_write: Literal["refused", "accepted"] = "refused"
    """4.3/14: DELETE of a version while a write runs on it."""
    deleting_status: int = 409
    deleting_code: str = "OperationNotAllowed"
    """4.3/13: the answer to a write after a delete began."""
    end_of_life_block_status: int = 409
    """4.3/17: the status of the end-of-life delete block."""
    gallery_name_status: int = 409
    gallery_name_code: str = "Conflict"
    """4.1/8: the answer to a gallery name that the subscription already has."""
    community_delete_status: int = 409
    community_delete_code: str = "OperationNotAllowed"
    """7/4: the answer to DELETE of a community gallery that was not Reset."""
    share_reset: Literal["private", "keeps"] = "private"
    """7/4: what Reset makes of sharingProfile.permissions."""
    permissions_frozen: bool = True
    """2.2/4: whether sharingProfile.permissions may change after creation."""
    unestablished: Literal["frozen", "changeable"] = "frozen"
    """2.4/16, 2.4/22, 2.4/24, 2.5: host caching, an edge zone's storage and keys, secrets settings of a version."""
    strategy_frozen: bool = True
    """2.4/14: whether storageAccountStrategy may change after creation."""
    default_generation: Literal["by_version", "V1", "V2"] = "by_version"
    """9.7: hyperVGeneration of a definition that leaves it out: by api-version, or one for all."""
    default_security: Literal["by_version", "never"] = "by_version"
    """9.7: whether TrustedLaunchSupported appears from 2025-03-03 on."""
    delete_without_parent: Literal["parent_not_found", "no_content"] = "parent_not_found"
    """4.2/3, 3.1/14: DELETE of a child whose parent is gone."""
    get_without_parent: Literal["resource_not_found", "parent_not_found"] = "resource_not_found"
    """4.1/1: GET of a child whose parent is gone."""
    list_without_parent: Literal["parent_not_found", "empty"] = "parent_not_found"
    """4.2/3: LIST below a missing parent."""
    parent_wording: Literal["old", "new"] = "old"
    """4.2/3: which message ParentResourceNotFound carries."""
    child_before_parent_ready: Literal["accepted", "refused"] = "accepted"
    """7/1: PUT of a child while its parent is still Creating."""
    parent_cache_lag: float = 20.0
    """4.1/3: emulated seconds for which the gateway still sees a deleted child."""
    replication_lag: float = 0.0
    """3.3: emulated seconds by which regions other than the home finish after the operation."""
    throttled_code: str = "SubscriptionRequestsThrottled"
    """4.5/1: the code of a 429 that ARM's own buckets give."""
    operation_signature: Literal["checked", "ignored"] = "checked"
    """3.2/2: whether an operation URL that was rebuilt is refused."""
    monitor_status: int = 202
    """3.2/7: the status of a running delete's Location URL."""
    list_group_case: Literal["upper", "as_created"] = "upper"
    """3.8/17: how LIST writes the resource group in ids."""
    max_region_replicas: int = 100
    """4.3/5, 9.4: the highest regionalReplicaCount."""
    role_scope_must_exist: bool = True
    """5/1: whether a grant on a missing gallery, definition or version is refused."""
    role_change_status: int = 400
    role_change_code: str = "RoleAssignmentUpdateNotPermitted"
    """5/10: the answer to another role under one assignment name."""
    unknown_role: Literal["refused", "accepted"] = "refused"
    """5/14: whether an unknown role definition is refused."""
    assignments_of_deleted: Literal["kept", "removed"] = "kept"
    """5/20: what becomes of grants when their scope is deleted."""
    locked_missing: Literal["refused", "looked_up"] = "refused"
    """4.4/5: DELETE of what is not there, below a lock: refused like any, or answered as if there were no lock."""
    locks_at_scope: Literal["above", "only"] = "above"
    """3.9/2: whether `atScope()` in a list of locks gives those above the scope, too."""
    grant_lag: float = 0.0
    """5/21: emulated seconds until a role assignment takes effect."""
    assignment_limit: int = 4000
    """5/16, 6/9: grants in one subscription."""
    soft_deleted_holds_parent: Literal["blocked", "free"] = "blocked"
    """7/4, 9.5: whether a definition or gallery can go while it has soft-deleted versions."""
    put_onto_soft_deleted: Literal["refused", "created"] = "refused"
    """2.4/30: PUT of a new version, source and all, under the name of a soft-deleted one."""
    grace_period_days: int = 0
    """2.2/7: gracePeriodInDays of a policy that does not state it."""
    definition_delete_advises: bool = False
    """3.1/8: whether the operation that deletes a definition advises Retry-After, as one on a version does."""
    failed_operation_status: Literal["Failed", "Canceled"] = "Failed"
    """3.2/3: the status of an operation that did not come through."""
    replication_aggregate: Literal["failed_first", "unfinished_first"] = "failed_first"
    """3.6/3: which region decides aggregatedState where one failed and another is not done."""
    replication_progress: Literal["steady", "none_until_done"] = "steady"
    """9.1: what `progress` shows before a region is complete."""
    replication_failure_code: str = "GalleryReplicationJobsFailed"
    replication_failure_details: str = "Failed with internal server error."
    """4.3/15, 9.1: the code of a failed replication, and what it says of each failed region."""
    subscription_less_role: Literal["accepted", "refused"] = "accepted"
    """5/1: a role definition's path that begins with /providers instead of a subscription."""
    management_group_assignment_limit: int = 500
    """6/9: grants on one management group."""
    condition_limit: int = 8192
    """6/10: the longest condition of a grant, in characters."""
    tag_limit: int = 50
    tag_name_limit: int = 512
    tag_value_limit: int = 256
    """6/11: tags of one resource, and the characters in their names and values."""
    replication_limit: float = 21_600.0
    """4.3/7: emulated seconds after which the replication of a region is given up."""
    replication_limit_code: str = "ReplicationTimedOut"
    replication_limit_message: str = "Replication did not complete in time and was given up."
    """4.3/7: the error of an operation whose replication was given up."""

    def __post_init__(self) -> None:
        """Refuse answers that are none: a status of a refusal lies between 400 and 599."""
        stated = {one.name: getattr(self, one.name) for one in fields(self) if one.name.endswith("_status")}
        stated |= {f"answers.{fact}": status for fact, (status, _) in self.answers.items()}
        for name, status in stated.items():
            if isinstance(status, int) and name != "monitor_status" and not 400 <= status <= 599:  # noqa: PLR2004
                raise ValueError(f"{name} must lie between 400 and 599")


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody in the directory.

    An application (`app_id`) signs in with a secret or a certificate (PEM), a user (`sign_in`) with a password, which
    `secret` holds, too. `roles` are held at the root, by name.
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    object_id: str
    kind: PrincipalKind = "ServicePrincipal"
    name: str = ""
    app_id: str = ""
    sign_in: str = ""
    secret: str = ""
    certificate: str = ""
    roles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse ids that no directory gives out."""
        for name in ("object_id", "app_id"):
            value = getattr(self, name)
            if (value or name == "object_id") and _GUID.fullmatch(value) is None:
                raise ValueError(f"{name} must be a GUID")


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """One emulator. `state` is its SQLite file; lock and address files lie beside it.

    `time_scale` turns emulated seconds into real ones (0: operations are done at once); `latency` is
    real seconds added to every request. `groups="known"` answers 404 for groups that were never PUT,
    `sources="strict"` lets a version be made only from what was PUT, where it lies and as it is,
    `subscriptions=None` means that every subscription exists. `principals` maps object ids to their
    type, or knows any. `failing_regions` are regions in which replication fails (4.3/15).
    """

    __pydantic_config__: ClassVar[Mapping[str, str]] = STRICT

    state: Path
    host: str = "127.0.0.1"
    port: int = 0
    time_scale: float = 0.01
    latency: float = 0.0
    page_size: int = 50
    groups: Literal["any", "known"] = "any"
    sources: Literal["any", "strict"] = "any"
    subscriptions: tuple[str, ...] | None = None
    principals: Literal["any"] | Mapping[str, PrincipalKind] = "any"
    directory: tuple[Principal, ...] = ()
    """Principals besides the built-in operator, reader and user; they are known even if `principals` is a list."""
    authorization: bool = False
    """4.4/2: whether a caller other than the operator needs the right to what it does."""
    granted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """4.4/2: role names that somebody, by object id, holds at the root besides the assignments in the state."""
    default_subscription: str = "00000000-0000-0000-0000-000000000001"
    """What a fresh sign-in finds where every subscription exists."""
    tls: bool = False
    control: bool = False
    """Whether the control address answers."""
    faults: tuple[Fault, ...] = ()
    """Faults in force from the start."""
    throttle: bool = False
    """Whether rate limits are enforced (4.5); they are counted in any case."""
    rates: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Other limits of policies, in 3 and in 30 minutes (4.5/4-4.5/15)."""
    region_removal: Literal["stored_flag", "same_request", "free"] = "stored_flag"
    failing_regions: tuple[str, ...] = ()
    denied_locations: tuple[str, ...] = ()
    """4.4/4: regions, in any spelling, in which a policy lets nothing be made."""
    tenant: str = "7e0f1c7a-0000-4000-8000-0000000000aa"
    caller: str = "7e0f1c7a-0000-4000-8000-0000000000cc"
    source_size_gb: int = 30
    limits: Limits = field(default_factory=Limits)
    durations: Durations = field(default_factory=Durations)
    doubts: Doubts = field(default_factory=Doubts)

    def __post_init__(self) -> None:
        """Refuse figures that no emulator could work with, and ids that are none."""
        for name in (*(self.subscriptions or ()), *(() if self.principals == "any" else self.principals)):
            if _GUID.fullmatch(name) is None:
                raise ValueError(f"“{name}” must be a GUID")
        for name, lowest, highest in (("time_scale", 0, 1e3), ("latency", 0, 3_600), ("port", 0, 65_535)):
            if not lowest <= getattr(self, name) <= highest:
                raise ValueError(f"{name} must lie between {lowest:g} and {highest:g}")
        if not 1 <= self.page_size <= 10_000:  # noqa: PLR2004 - a page of none never ends
            raise ValueError("page_size must lie between 1 and 10000")

    def scaled(self, emulated: float) -> float:
        """Turn emulated seconds into real seconds."""
        return emulated * self.time_scale
