"""What a plan means for people who use the images: what `latest` gives them, how near limits are, what is stored.

Consequences, not decisions: nothing here is carried out. Apart from the plan so that it stays a list of actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.address import Address


class Replicated(StrEnum):
    """Whether the newest version offered in a region has reached it. Unknown is never green.

    Of a version that has failed, or comes back from the recycle bin, it is unknown even where nobody asked.
    """

    NOT_ASKED = "notAsked"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Latest:
    """What `latest` of a definition resolves to in one region, before and after the plan; "" where to nothing.

    Provisioned versions count, also while they are updated; where replication was asked for (`replicated`), only those
    that have reached the region, and those that the plan itself takes there.
    """

    definition: Address
    region: str
    before: str
    after: str
    replicated: Replicated = Replicated.NOT_ASKED

    @property
    def lost(self) -> bool:
        """Whether people who ask for `latest` here get nothing afterwards, though they get something now."""
        return bool(self.before) and not self.after


class Counted(StrEnum):
    """What the service limits in number (facts 6/1–6/4)."""

    GALLERIES = "galleries"
    DEFINITIONS = "definitions"
    VERSIONS = "versions"
    REPLICAS = "replicas"


class LimitLevel(StrEnum):
    """How far a limit is used up after the plan."""

    OK = "ok"
    NEAR = "near"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many there are of what a subscription may have in a region, as far as seen; `most` is the limit.

    Replicas are limited for each version: `address` names it, None for everything else.
    """

    what: Counted
    subscription: str
    region: str
    before: int
    after: int
    most: int
    level: LimitLevel
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """All replicas seen of one storage type in one region and what they store, in GB.

    `storage_type` is "" where Azure chooses it. `unknown_sizes` counts the versions that the plan moves here and
    whose size nobody knows yet: the gigabytes are without them.
    """

    region: str
    storage_type: str
    replicas_before: int
    replicas_after: int
    gigabytes_before: int
    gigabytes_after: int
    unknown_sizes: int = 0
