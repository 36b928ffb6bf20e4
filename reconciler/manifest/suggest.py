"""“Did you mean …?”: the hint under every unknown word.

Apart because keys, kinds, policy words and settings all want the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LISTED = 12
LONGEST = 64
CUTOFF = 0.6


def did_you_mean(word: str, choices: Iterable[str], cutoff: float = CUTOFF) -> str:
    """Name the nearest choice, else list the choices where they are few."""
    known = list(choices)
    folded = {choice.lower(): choice for choice in known}
    near = get_close_matches(word[:LONGEST].lower(), folded, n=1, cutoff=cutoff)
    if near:
        return f"did you mean “{folded[near[0]]}”?"
    return f"one of: {', '.join(known)}" if 0 < len(known) <= LISTED else ""
