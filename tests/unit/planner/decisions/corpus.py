"""A corpus of small estates and what a plan decides about each, for every decision to be compared line by line.

No service is asked: what is live is what the service would hold had it taken the old manifests, bent as a case says.
"""

from __future__ import annotations

from tests.unit.planner.decisions.case import Case
from tests.unit.planner.decisions.changes import REPLACED, STEPS
from tests.unit.planner.decisions.estates import GENERAL, OWNERSHIP
from tests.unit.planner.decisions.fields import fields
from tests.unit.planner.decisions.narrowed import IGNORED, KNOWN, SCOPED, SELECTED
from tests.unit.planner.decisions.rules import GUARDS, POLICIES
from tests.unit.planner.decisions.services import BIN, SHARING

__all__ = ["ASKING", "CASES", "DRIFTING", "MOVING", "Case"]

CASES: tuple[Case, ...] = (
    *GENERAL,
    *OWNERSHIP,
    *POLICIES,
    *GUARDS,
    *STEPS,
    *REPLACED,
    *BIN,
    *SHARING,
    *IGNORED,
    *SELECTED,
    *SCOPED,
    *KNOWN,
    *fields(),
)
DRIFTING = (*GENERAL, *OWNERSHIP, *POLICIES, *STEPS, *SHARING, *IGNORED, *KNOWN)
MOVING = (*GENERAL, *OWNERSHIP, *STEPS, *REPLACED[:10], *BIN, *SHARING, *GUARDS)
KEYED = tuple(case for case in CASES if "securityProfile" in case.name)
ASKING = (*GENERAL[:6], *STEPS[:6], *REPLACED, *SCOPED[:4], *KEYED)
