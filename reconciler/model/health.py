"""How well a declared resource is, as far as Azure told us. Unknown is never green."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.report import RegionProgress


class Health(StrEnum):
    """One word per resource."""

    HEALTHY = "Healthy"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    MISSING = "Missing"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class ResourceHealth:
    """One declared resource: its health, the cause in words, and the regions of a version.

    `seen` is when those were asked for, where that is remembered from an earlier look (UTC).
    """

    address: Address
    health: Health
    why: str = ""
    regions: tuple[RegionProgress, ...] = ()
    seen: datetime | None = None
