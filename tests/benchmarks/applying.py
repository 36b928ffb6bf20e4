"""Commands that write: the floor of an apply is the longest chain of the emulator's own operation times.

Time scales are chosen so that waiting is most of what is measured: a process starts and reads in a second and a half,
whatever Azure takes, and at a smaller scale the ratio would be about that.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from reconciler.emulator.serve import start
from reconciler.emulator.settings import EmulatorSettings
from tests.benchmarks.measuring import LATENCY, Row, emulator, joined, run, seeded, write_estate
from tests.soak.evidence import sent
from tests.support.commands import ROOT, clean_environment

SCALE = 0.1
CREATED = 1 + 1 + 240 + 60  # emulated seconds: gallery, definition, a version's home region and its second one
DELETED = 90.0  # emulated seconds that a version takes to go (fact 3.2/5), and here its definition as well
DELETE_SCALE = 2.0 / DELETED  # two seconds for each; all else, as the advice to ask again, shrinks with them
CACHE_LAG = 20.0  # emulated seconds in which a parent still seems to have the children that went (fact 4.1/3)
PASSES, SETTLED = 100, 50


def bench_apply(folder: Path) -> list[Row]:
    """A gallery, ten definitions and a hundred versions."""
    manifests, state = folder / "fresh", folder / "fresh.sqlite"
    write_estate(manifests, 1, 10, 10)
    chain = SCALE * CREATED
    with emulator(state, time_scale=SCALE):
        took, _, _ = run(folder, "apply", str(manifests), "--yes", **joined(state, SCALE))
    held = took <= 1.15 * chain
    return [Row("apply, 1 + 10 + 100 resources", took, "s", chain, took / chain, "≤ 1.15 × longest chain", held)]


def bench_grants(folder: Path) -> list[Row]:
    """A hundred role assignments on one gallery."""
    grants, state = folder / "grants", folder / "grants.sqlite"
    write_estate(grants, 1, 0, 0, grants=100)
    with emulator(state):
        granted, _, _ = run(folder, "apply", str(grants), "--yes", **joined(state))
    return [Row("100 role assignments", granted, "s", None, None, "≤ 5 s", granted <= 5)]


def bench_delete(folder: Path) -> list[Row]:
    """A definition with twelve versions leaves; every operation takes two seconds.

    The versions go at once; the definition has to wait until Azure's cache has let go of them.
    """
    manifests = folder / "leaving"
    write_estate(manifests, 1, 1, 12)
    state = seeded(folder, manifests)
    write_estate(folder / "left", 1, 0, 0)
    chain = DELETE_SCALE * (DELETED + CACHE_LAG + DELETED)
    lifted = ("--prune", "--allow-deletes", "13")
    with emulator(state, time_scale=DELETE_SCALE, durations={"definition": DELETED}):
        took, _, _ = run(folder, "apply", str(folder / "left"), "--yes", *lifted, **joined(state, DELETE_SCALE))
    return [Row("delete 12 versions and their definition", took, "s", chain, took / chain, "≤ 8 s", took <= 8)]


def bench_passes(folder: Path) -> list[Row]:
    """A hundred passes in one process over an estate in which nothing changes."""
    manifests = folder / "resting"
    write_estate(manifests, 1, 4, 8, grants=4)
    state = seeded(folder, manifests)
    with start(EmulatorSettings(state=state, time_scale=0.0, latency=LATENCY)) as running:
        done = subprocess.run(
            [sys.executable, "-m", "tests.soak.passes", str(PASSES), str(manifests)],
            cwd=ROOT,
            env={**clean_environment(), **joined(state), "RECONCILER_STATE_DIR": str(folder / ".reconciler")},
            capture_output=True,
            text=True,
            check=True,
        )
        writes = len(sent(running.requests))
    passes = [json.loads(line) for line in done.stdout.splitlines()]
    ratio = passes[-1]["memory"] / passes[SETTLED - 1]["memory"]
    return [
        Row(f"{PASSES} passes, nothing changed: writes", writes, "", None, None, "0", writes == 0),
        Row(f"memory after pass {PASSES} to pass {SETTLED}", ratio, "×", None, None, "≤ 1.05 ×", ratio <= 1.05),
    ]
