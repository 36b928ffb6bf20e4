"""Keeps a second apply of a target out while one is at it, and says who holds it.

Taken before planning, so that the plan that is approved is the one that is carried out.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.console import tell_safely
from reconciler.store.lock import Holder, locked

if TYPE_CHECKING:
    from reconciler.model.plan import Target
    from reconciler.settings import Settings


@contextmanager
def one_writer(settings: Settings, target: Target, timeout: float) -> Iterator[None]:
    """Hold the target while this lasts, waiting up to `timeout` seconds for whoever holds it now. Raises Locked."""

    def waiting(holder: Holder | None) -> None:
        tell_safely(f"waiting for {holder or 'another process'}, which applies target {target.name}")

    with locked(
        Path(settings.stateDir),
        target,
        "reconciler apply",
        timeout=timeout,
        moment=lambda: datetime.now(UTC).isoformat(timespec="seconds"),
        clock=time.monotonic,
        nap=time.sleep,
        waiting=waiting,
        warn=lambda line: tell_safely(f"warning: {line}"),
    ):
        yield
