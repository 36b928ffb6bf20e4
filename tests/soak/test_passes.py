"""Passes over an estate in which nothing changes: no write, never a call more, and no memory that grows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.soak.changing import resting
from tests.soak.evidence import sent
from tests.support.commands import ROOT, Shell, environment
from tests.support.soak import FIXED_SEEDS
from tests.support.workbench import workbench

PASSES = 100 if FIXED_SEEDS else 1000
SETTLED = 50 if FIXED_SEEDS else 100  # passes after which a process has what it needs
GROWTH = 1.05


def test_nothing_is_written_asked_or_kept_without_need(tmp_path: Path) -> None:
    with workbench(tmp_path) as bench:
        bench.write(resting())
        assert Shell(bench).run("apply", "manifests", "--yes").code == 0
        resources, before = bench.emulator.resources(), len(bench.emulator.requests)

        done = subprocess.run(
            [sys.executable, "-m", "tests.soak.passes", str(PASSES), str(bench.folder)],
            cwd=ROOT,
            env=environment(bench.emulator.settings.state, {"RECONCILER_STATE_DIR": str(tmp_path / ".reconciler")}),
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stderr
        passes = [json.loads(line) for line in done.stdout.splitlines()]
        requests = bench.emulator.requests[before:]
        assert len(resources) >= 38
        assert not sent(requests)
        assert bench.emulator.resources() == resources
        assert [each["pending"] for each in passes] == [0] * PASSES
        assert len({each["calls"] for each in passes}) == 1
        assert len(requests) <= PASSES * passes[0]["calls"] + 1
        assert passes[-1]["memory"] <= GROWTH * passes[SETTLED - 1]["memory"], [each["memory"] for each in passes]
