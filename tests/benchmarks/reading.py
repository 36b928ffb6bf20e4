"""Commands that read: their floor is bare HTTP and JSON with the same pages and the same concurrency."""

from __future__ import annotations

import json
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3

from tests.benchmarks.measuring import API, GROUP, SUB, Row, emulator, joined, run, seeded, write_estate

WORKERS = 16


def floor_of_reading(at: dict[str, str], galleries: int, definitions: int) -> float:
    """Bare urllib3 and json: the same lists, page by page, as many at once."""
    pool = urllib3.PoolManager(maxsize=WORKERS, headers={"Authorization": f"Bearer {at['token']}"})
    compute = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries"

    def pages(path: str, version: str = API) -> list[Any]:
        url: str | None = f"{at['url']}{path}?api-version={version}"
        found: list[Any] = []
        while url:
            document = json.loads(pool.request("GET", url).data)
            found += document["value"]
            url = document.get("nextLink")
        return found

    started = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as crew:
        pages(compute)
        access = "providers/Microsoft.Authorization/roleAssignments"
        first = [crew.submit(pages, f"{compute}/gallery{number}/images") for number in range(galleries)]
        grants = [
            crew.submit(pages, f"{compute}/gallery{number}/{access}", "2022-04-01") for number in range(galleries)
        ]
        for future in first:
            future.result()
        paths = [
            f"{compute}/gallery{number % galleries}/images/image-{number}/versions" for number in range(definitions)
        ]
        list(crew.map(pages, paths))
        for future in grants:
            future.result()
    return time.perf_counter() - started


def bench_plan(folder: Path, galleries: int, definitions: int, versions: int, calls: int, seconds: float) -> list[Row]:
    """Plan of an estate in which nothing changed.

    Of the whole process, what a plan means for users (latest, limits, storage) takes some 40 ms for 10,000 versions:
    they are counted once for the limits, and nothing else is looked at where the plan touches nothing.
    """
    manifests = folder / f"estate{definitions * versions}"
    if not manifests.exists():
        write_estate(manifests, galleries, definitions, versions)
    state = seeded(folder, manifests)
    with emulator(state) as at:
        times, reads, used, memory = [], [], 0, 0
        for _ in range(3):
            took, out, peak = run(folder, "plan", str(manifests), "--detailed-exitcode", **joined(state))
            told = re.search(r"read in (\d+) calls?, ([\d.]+) s", " ".join(out.split()))
            assert told is not None, out[:400]
            used = int(told[1])
            reads.append(float(told[2]))
            times.append(took)
            memory = max(memory, peak)
        floor = min(floor_of_reading(at, galleries, definitions) for _ in range(3))
    name = f"plan, nothing changed, {definitions * versions:,} versions"
    read, whole = statistics.median(reads), statistics.median(times)
    return [
        Row(f"{name}: calls", used, "calls", None, None, f"≤ {calls}", used <= calls),
        Row(f"{name}: read", read, "s", floor, read / floor, "≤ 1.5 × floor", read <= 1.5 * floor),
        Row(f"{name}: process", whole, "s", None, None, f"≤ {seconds} s", whole <= seconds),
        Row(f"{name}: memory", memory, "MB", None, None, "≤ 400 MB", memory <= 400),
    ]


def bench_validate(folder: Path) -> list[Row]:
    """The commands that ask nobody."""
    manifests = folder / "estate10000"
    if not manifests.exists():
        write_estate(manifests, 3, 100, 100)
    times = [run(folder, "validate", str(manifests))[0] for _ in range(3)]
    helps = [run(folder, "--help")[0] for _ in range(9)]
    validate, shown = statistics.median(times), statistics.median(helps)
    return [
        Row("validate, 10,000 versions", validate, "s", None, None, "≤ 2.5 s", validate <= 2.5),
        Row("--help", shown, "s", None, None, "≤ 0.15 s", shown <= 0.15),
    ]
