"""Hostile input is refused within two seconds and 300 MB, in a process of its own that may not outgrow them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.manifest.hostile_inputs import HOSTILE

ROOT = Path(__file__).parents[3]
SECONDS = 2.0
MEGABYTES = 300
PROGRAM = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from reconciler.manifest.build import Fallback, build
from reconciler.source.directory import read_path


def peak():  # the peak of this very program: ru_maxrss would count the process that started it
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
began = time.process_time()
read = read_path(Path(sys.argv[1]))
scope = ("00000000-0000-0000-0000-000000000001", "rg")
built = build(read.texts, Fallback(*scope), now=datetime(2026, 6, 1, tzinfo=UTC))
found = [*read.diagnostics, *built.diagnostics]
print(json.dumps({
    "codes": sorted({one.code for one in found}),
    "longest": max(len(str(one)) for one in found),
    "count": len(found),
    "seconds": time.process_time() - began,
    "megabytes": peak(),
}))
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_input_is_refused_fast_and_small(name: str, tmp_path: Path) -> None:
    make, code = HOSTILE[name]
    command = [sys.executable, "-c", PROGRAM, str(make(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    assert code in answer["codes"]
    assert answer["seconds"] < SECONDS
    assert answer["megabytes"] < MEGABYTES
    assert answer["count"] <= 1002
    assert answer["longest"] < 2000
