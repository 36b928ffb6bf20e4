"""Desired state and live state: the two values a plan is made from.

Bodies are canonical: regions short and lower case, instants in UTC, keyed lists as dicts. What Azure did not
tell us is part of live state (`unread`), because unread is not absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.model.address import Address, Scope
from reconciler.model.diagnostic import Origin
from reconciler.model.evidence import Evidence

Path = tuple[str | int, ...]
Body = Mapping[str, Any]
SETTLED_STATES = frozenset({"", "Succeeded", "Failed"})


class Manage(StrEnum):
    """How far we go with a resource: everything, only its creation, or only looking."""

    FULL = "full"
    CREATE_ONLY = "create-only"
    OBSERVE = "observe"


class OnRemove(StrEnum):
    """What becomes of a resource that leaves the manifests."""

    DELETE = "delete"
    ABANDON = "abandon"


class OnImmutableChange(StrEnum):
    """What a change of an immutable field leads to."""

    REFUSE = "refuse"
    REPLACE = "replace"


class OnDrift(StrEnum):
    """What a live difference leads to that the manifest did not ask for."""

    FIX = "fix"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Policy:
    """How one declared resource is treated; children inherit, the nearest statement wins."""

    manage: Manage = Manage.FULL
    protect: bool = False
    on_remove: OnRemove = OnRemove.DELETE
    adopt: bool = False
    on_immutable_change: OnImmutableChange = OnImmutableChange.REFUSE
    on_drift: OnDrift = OnDrift.FIX
    recreate_failed: bool = False


@dataclass(frozen=True, slots=True)
class DesiredResource:
    """One declared resource: canonical body (declared fields only), where it stands and how to treat it.

    `body` holds None where the manifest clears a field or removes a key. `unchecked` maps dotted paths of
    fields newer than this product to values sent as they are. `origins` maps field paths to their lines,
    `policy_origins` the attributes of the policy that are stated, here or above, to theirs.
    """

    address: Address
    body: Body
    origin: Origin
    policy: Policy = Policy()
    unchecked: Body = field(default_factory=dict)
    origins: Mapping[Path, Origin] = field(default_factory=dict)
    policy_origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin_of(self, path: Path) -> Origin:
        """The line that asks for the field at `path`, or for the nearest field above it."""
        for length in range(len(path), 0, -1):
            found = self.origins.get(path[:length])
            if found is not None:
                return found
        return self.origin


@dataclass(frozen=True, slots=True)
class DesiredState:
    """Everything the manifests declare, and the resource groups they speak of."""

    resources: Mapping[Address, DesiredResource]
    scopes: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveResource:
    """One resource as Azure answered it: canonical body without read-only fields, and what only Azure knows.

    `resource_id` is the id to write to (for an assignment it ends with the assignment's name); `state` is
    provisioningState, "" for kinds without one; `read_only` keeps the fields that are shown but never compared.
    """

    address: Address
    body: Body
    resource_id: str
    state: str = ""
    read_only: Body = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether no operation runs on it: it has ended well or badly, or its kind knows no states (fact 3.3)."""
        return self.state in SETTLED_STATES

    @property
    def tags(self) -> Mapping[str, str]:
        """The live tags, {} where there are none or where they have a shape of their own."""
        tags = self.body.get("tags")
        return mapping(tags)


@dataclass(frozen=True, slots=True)
class SoftDeleted:
    """A deleted version that can still be brought back (facts 2.4/30, 2.5).

    `location` is its home region; the instants are as Azure wrote them, "" where it did not: when it was deleted, until
    when it can be restored, and when it is gone for good.
    """

    address: Address
    location: str
    deleted: str = ""
    restorable_until: str = ""
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something Azure did not tell us. Nothing at or below `under` may be created or deleted.

    `under` is the lower-case key of an address or scope; with a final “@” it means only the access to it and to
    what lies below. `where` is the same for people; `code` Azure's code or ours, `message` one line, `hint` what to do,
    `passing` whether asking again may help.
    """

    under: str
    where: str
    code: str
    message: str
    hint: str = ""
    passing: bool = False

    def covers(self, address: Address) -> bool:
        """Whether `address` lies at or below the unread place."""
        key = address.key
        if self.under.endswith("@"):
            return address.access is not None and key.startswith((self.under, f"{self.under[:-1]}/"))
        return key == self.under or key.startswith((f"{self.under}/", f"{self.under}@"))


def mapping(value: Any) -> Mapping[str, Any]:
    """A map as it is; none where a live value has a type that nobody expects: whoever decides asks for that first."""
    return value if isinstance(value, Mapping) else {}


def role_key(scope: Scope, role: str) -> str:
    """Where a custom role is looked up by name: a name may mean different roles in different groups."""
    return f"{scope.key}:{role.lower()}"


@dataclass(frozen=True, slots=True)
class LiveState:
    """What Azure answered: resources found, addresses proven absent, places that could not be read.

    `roles` maps the `role_key` of a custom role to the GUID it was found under; `soft_deleted` holds the deleted
    versions that galleries with soft delete still keep; `evidence` is what was looked up for replacements; `calls`
    counts requests.
    """

    resources: Mapping[Address, LiveResource]
    absent: frozenset[Address] = frozenset()
    unread: tuple[Unread, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    soft_deleted: Mapping[Address, SoftDeleted] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    calls: int = 0
    seconds: float = 0.0
