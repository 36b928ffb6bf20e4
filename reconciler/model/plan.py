"""A plan: what would be done, what is refused and why, and what could not be read. A frozen value.

The words here are closed vocabularies: they stand in documents, metrics and texts alike, and a new one is
added here first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.model.address import Address, Scope
from reconciler.model.checks import Checks
from reconciler.model.diagnostic import Origin
from reconciler.model.impact import Latest, Limit, Volume
from reconciler.model.restriction import AllowList, Ignored, RuleUse, Selection
from reconciler.model.state import Body, Path, Unread


class Verb(StrEnum):
    """What an action does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    ADOPT = "adopt"
    ABANDON = "abandon"
    SHARE = "share"
    RESTORE = "restore"
    WAIT = "wait"
    NOOP = "noop"


WRITING = frozenset(Verb) - {Verb.WAIT, Verb.NOOP}


class Reason(StrEnum):
    """Why an action is there."""

    NOT_IN_AZURE = "NotInAzure"
    SPEC_CHANGED = "SpecChanged"
    DRIFTED = "Drifted"
    DIFFERS = "Differs"
    NO_LONGER_DECLARED = "NoLongerDeclared"
    IMMUTABLE_CHANGED = "ImmutableChanged"
    ADOPT_REQUESTED = "AdoptRequested"
    UNOWNED = "Unowned"
    SATISFIED_BY_OTHER = "SatisfiedByOther"
    OPERATION_IN_FLIGHT = "OperationInFlight"
    PARENT_REPLACED = "ParentReplaced"
    COMPANION_STEP = "CompanionStep"
    IN_FAILED_STATE = "InFailedState"
    SOFT_DELETED = "SoftDeleted"
    POLICY_OBSERVE = "PolicyObserve"
    POLICY_REPORT = "PolicyReport"
    IGNORED_BY_RULE = "IgnoredByRule"
    PROTECTED = "Protected"


class RefusalRule(StrEnum):
    """The rules that forbid an action."""

    INCOMPLETE_READ = "IncompleteRead"
    EMPTY_DESIRED = "EmptyDesired"
    PROTECTED = "Protected"
    OTHER_OWNER = "OtherOwner"
    NOT_OWNED = "NotOwned"
    MAX_DELETES = "MaxDeletes"
    LAST_USABLE = "LastUsable"
    BLOCKED_UNTIL_END_OF_LIFE = "BlockedUntilEndOfLife"
    PAST_END_OF_LIFE = "PastEndOfLife"
    OUTSIDE_SCOPE = "OutsideScope"
    LIMIT_EXCEEDED = "LimitExceeded"
    IMMUTABLE = "Immutable"
    DOCUMENTED_ONLY = "DocumentedOnly"
    CANNOT_CLEAR = "CannotClear"
    REGION_REMOVAL_FORBIDDEN = "RegionRemovalForbidden"
    NO_INSTANCE = "NoInstance"


class Level(StrEnum):
    """Run: nothing is written. Resource: that subtree is left alone."""

    RUN = "run"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Change:
    """One field: where, what it is, what it becomes, which rule allows it and the line that asks for it.

    `before` or `after` is None where the field is absent on that side. `reason` is SpecChanged, Drifted or Differs;
    "" where the change only comes along with others or the action says it all.
    """

    path: Path
    before: Any
    after: Any
    rule: str
    origin: Origin | None = None
    reason: str = ""

    @property
    def dotted(self) -> str:
        """The path as people write it: `publishingProfile.targetRegions[westus2].regionalReplicaCount`."""
        return dotted(self.path)


def dotted(path: Path) -> str:
    """Join a field path; keys of keyed lists carry a leading bracket already."""
    text = ""
    for part in path:
        word = str(part)
        text += word if word.startswith("[") or not text else f".{word}"
    return text


@dataclass(frozen=True, slots=True)
class Action:
    """One verb on one address. `id` is unique in the plan; `requires` names actions that must succeed first.

    `body` is the full ARM body of a PUT or of a POST share (None for deletes, waits and noops); `resource_id` where
    it goes. A replacement is two actions: one that removes, without a body, and one that makes, with the new one.
    `fingerprint` the live state it was planned against ("" where nothing was there). `expected` is the canonical
    body that must be live before a later step of several, of which a share names the owner, or that a wait hopes for.
    """

    id: str
    address: Address
    verb: Verb
    reasons: tuple[Reason, ...]
    words: str
    changes: tuple[Change, ...] = ()
    requires: tuple[str, ...] = ()
    resource_id: str = ""
    body: Body | None = None
    fingerprint: str = ""
    expected: Body | None = None
    hazard: str = ""
    origin: Origin | None = None

    @property
    def writes(self) -> bool:
        """Whether carrying it out changes Azure."""
        return self.verb in WRITING

    @property
    def properties(self) -> Mapping[str, Any]:
        """What its ARM body says under `properties`; nothing where it sends no body."""
        found: Mapping[str, Any] = (self.body or {}).get("properties") or {}
        return found

    @property
    def removes(self) -> bool:
        """Whether it deletes what is there: a delete, or the first half of a replacement."""
        return self.verb is Verb.DELETE or (self.verb is Verb.REPLACE and self.body is None)

    @property
    def makes(self) -> bool:
        """Whether it makes what is not there: a create, a restore, or the second half of a replacement."""
        return self.verb in (Verb.CREATE, Verb.RESTORE) or (self.verb is Verb.REPLACE and self.body is not None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that forbids something, and the exact way to allow it ("" where there is none)."""

    rule: RefusalRule
    level: Level
    addresses: tuple[Address, ...]
    message: str
    changes: tuple[Change, ...] = ()
    ways_out: tuple[str, ...] = ()
    override: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Undeclared:
    """An owned resource that no manifest declares any more, and what would become of it."""

    address: Address
    words: str
    guards: tuple[RefusalRule, ...] = ()
    hazard: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something a reviewer should know about some resources, in one line; it forbids nothing."""

    addresses: tuple[Address, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a plan speaks of: the cloud, the instance whose ownership counts, the groups in scope, what it may touch.

    `tenant` and `subscription` are those the settings named, "" where they named none.
    """

    name: str
    cloud: str
    instance: str = ""
    scopes: tuple[Scope, ...] = ()
    tenant: str = ""
    subscription: str = ""
    allowed: AllowList = field(default_factory=AllowList)

    @property
    def several_subscriptions(self) -> bool:
        """Whether addresses need their subscription to be told apart: a group of one name is in two of them."""
        return len({scope.key for scope in self.scopes}) > len({scope.group.lower() for scope in self.scopes})

    @property
    def spans_subscriptions(self) -> bool:
        """Whether it looks into more than one subscription: each has limits of its own."""
        return len({scope.subscription.lower() for scope in self.scopes}) > 1


@dataclass(frozen=True, slots=True)
class Source:
    """Where the manifests came from; `dirty` says whether they differ from the revision, None where nobody knows.

    `repo` is the address of the repository's remote, without who signs in to it; "" where there is none.
    """

    path: str
    revision: str = ""
    dirty: bool | None = None
    repo: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions, refusals, what is unread, what we own but nobody declares, and what it all means for users.

    Same inputs, same plan. `latest` speaks of the definitions touched, `limits` of what is touched or nearly used up.
    `checks` is what was looked up before the first write, None where nobody looked: no part of the plan's name.
    """

    target: Target
    source: Source
    created_at: str
    actions: tuple[Action, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    unread: tuple[Unread, ...] = ()
    undeclared: tuple[Undeclared, ...] = ()
    unowned: tuple[Address, ...] = ()
    hints: tuple[Hint, ...] = ()
    overrides: tuple[str, ...] = ()
    latest: tuple[Latest, ...] = ()
    limits: tuple[Limit, ...] = ()
    volumes: tuple[Volume, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    ignore_rules: tuple[RuleUse, ...] = ()
    selection: Selection | None = None
    summary: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""
    checks: Checks | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for could be read."""
        return not self.unread

    @property
    def hindered(self) -> bool:
        """Whether something was found that Azure would refuse a write for."""
        return self.checks is not None and bool(self.checks.obstacles)

    @property
    def pending(self) -> tuple[Action, ...]:
        """The actions that change Azure or wait for it; what `plan --detailed-exitcode` reports."""
        return tuple(action for action in self.actions if action.writes or action.verb is Verb.WAIT)

    @property
    def writes(self) -> tuple[Action, ...]:
        """The actions that change Azure."""
        return tuple(action for action in self.actions if action.writes)

    def stopped(self, *, partial: bool) -> bool:
        """Whether nothing of it may be written: a run-level refusal, or any refusal or gap without `--partial`."""
        if any(refusal.level is Level.RUN for refusal in self.refusals):
            return True
        return not partial and bool(self.refusals or self.unread)
