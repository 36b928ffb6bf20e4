"""How long random tests run: a tenth or less of it in every run with fixed seeds, all of it in `make soak`."""

from __future__ import annotations

import os

FACTOR = int(os.environ.get("SOAK_FACTOR", "1"))
FIXED_SEEDS = FACTOR == 1


def examples(count: int) -> int:
    """So many examples now, many times as many when soaking."""
    return count * FACTOR
