"""Many passes in one process over an estate in which nothing changes; a line of JSON tells of each.

A pass is what the command line does: read the manifests, plan what Azure holds against them, carry it out. Gateway and
store stay open between passes, as in a process that lives long.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.app import Overrides, Request, options_of, session
from reconciler.cli.connection import connected
from reconciler.cli.recording import store_room
from reconciler.executor.task import Rules
from reconciler.reconcile import apply_pass, plan_pass

if TYPE_CHECKING:
    from reconciler.live.gateway import Gateway
    from reconciler.store.room import StoreRoom


def once(request: Request, gateway: Gateway, room: StoreRoom) -> int:
    """One pass; the actions that it had to carry out."""
    now = datetime.now(UTC)
    run = session(request, os.environ, now=now)
    planned = plan_pass(
        run.built.desired,
        gateway,
        options_of(run.settings, Overrides(prune=True)),
        target=run.target,
        source=run.source,
        now=now,
        ledger=room.ledger(run.target),
    )
    apply_pass(planned.plan, gateway, Rules(), on_progress=lambda _: None, stopping=threading.Event())
    return len(planned.plan.pending)


def resident() -> int:
    """Resident memory of this process now, in kB."""
    return int(re.findall(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))[0])


def main() -> None:
    """Do as many passes as the command line says, over a folder of manifests."""
    count, request = int(sys.argv[1]), Request(sys.argv[2])
    settings = session(request, os.environ, now=datetime.now(UTC)).settings
    room = store_room(settings)
    with connected(settings, writing=True) as gateway:
        for _ in range(count):
            before = gateway.calls
            pending = once(request, gateway, room)
            told = {"calls": gateway.calls - before, "pending": pending, "memory": resident()}
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
