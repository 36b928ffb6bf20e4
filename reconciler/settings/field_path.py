"""How a field path is written: `publishingProfile.targetRegions[*].excludeFromLatest`. Its one home.

The lowest room has it because settings check it, and the planner walks bodies with it.
"""

from __future__ import annotations

import re

PART = re.compile(r"\[[^\]]*\]|[^.\[]+")
WHOLE = re.compile(r"[^.\[\]]+(?:\[[^\]]+\]|\.[^.\[\]]+)*")


def path_parts(pattern: str) -> tuple[str, ...]:
    """The parts of a field path, () for what is none: `a.b[*].c` is a, b, [*], c."""
    return tuple(PART.findall(pattern)) if WHOLE.fullmatch(pattern) else ()
