"""The emulator itself: a floor that is slow, or that grows, would measure nothing."""

from __future__ import annotations

import json
import re
import statistics
import time
from pathlib import Path

import urllib3

from tests.benchmarks.measuring import API, GROUP, SUB, Row, emulator, run


def bench_emulator(folder: Path) -> list[Row]:
    """The emulator itself with 10,000 versions: how soon it answers, how fast it pages, what it holds in memory."""
    state = folder / "large.sqlite"
    size = ("--galleries", "3", "--definitions", "100", "--versions", "100")
    run(folder, "emulator", "seed", "--state", str(state), *size, "--subscription", SUB, "--resource-group", GROUP)
    started = time.perf_counter()
    with emulator(state, latency=0.0) as at:
        ready = time.perf_counter() - started
        pool = urllib3.PoolManager(maxsize=1, headers={"Authorization": f"Bearer {at['token']}"})
        compute = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries"
        took: list[float] = []
        for number in range(100):
            url = f"{at['url']}{compute}/gallery{number % 3}/images/image-{number}/versions?api-version={API}"
            while url:
                before = time.perf_counter()
                page = pool.request("GET", url).data
                took.append(time.perf_counter() - before)
                url = json.loads(page).get("nextLink", "")
        memory = _memory(int(at["pid"]))
    page_ms = statistics.median(took) * 1000
    return [
        Row("emulator, 10,000 versions: start", ready, "s", None, None, "≤ 3 s", ready <= 3),
        Row("emulator: page of 50, never read before", page_ms, "ms", None, None, "≤ 5 ms median", page_ms <= 5),
        Row("emulator: memory after every page", memory, "MB", None, None, "≤ 300 MB", memory <= 300),
    ]


def _memory(pid: int) -> int:
    """Resident memory of a process at its peak, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024
