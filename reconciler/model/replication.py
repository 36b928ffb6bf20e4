"""What was seen of a version's replication, and when: enough not to ask Azure again for what cannot have changed.

`mark` is the fingerprint of the version as it was listed then: with another one nothing that was seen counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.model.report import RegionProgress


@dataclass(frozen=True, slots=True)
class Seen:
    """The regions of one version as Azure told them at a moment (UTC)."""

    mark: str
    regions: tuple[RegionProgress, ...]
    at: datetime
