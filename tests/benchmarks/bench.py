"""Measures the numbers we promise: our figure, the floor measured in the same run, and their ratio. Writes JSON.

The floor of reading is bare HTTP and JSON with the same pages and the same concurrency; the floor of an apply is the
longest chain of the emulator's own operation times. The emulator runs in a process of its own, 50 ms a request.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import urllib3

from reconciler.emulator.serve import start
from reconciler.emulator.settings import EmulatorSettings
from tests.support.workbench import QUICK

SUB = "00000000-0000-0000-0000-000000000001"
GROUP = "rg-bench"
LATENCY = 0.05
API = "2026-03-03"
WORKERS = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: what was measured, its floor or limit, their ratio, and whether it holds."""

    name: str
    figure: float
    unit: str
    floor: float | None
    ratio: float | None
    promise: str
    holds: bool


def write_estate(folder: Path, galleries: int, definitions: int, versions: int, grants: int = 0) -> None:
    """Manifests of an estate, a file per gallery."""
    folder.mkdir(parents=True)
    (folder / "reconciler.yaml").write_text("instance: bench\ncloud: emulator\n", encoding="utf-8")
    (folder / "defaults.yaml").write_text(
        "apiVersion: gallery-reconciler/v1\nkind: Defaults\n"
        f"metadata: {{subscription: {SUB}, resourceGroup: {GROUP}}}\n"
        "spec: {location: westeurope}\n",
        encoding="utf-8",
    )
    for gallery in range(galleries):
        lines = [
            "apiVersion: gallery-reconciler/v1",
            "kind: Gallery",
            f"metadata: {{name: gallery{gallery}}}",
            "spec: {}",
        ]
        if grants:
            lines.append("access:")
        lines += [
            f"  - {{role: Reader, principal: {{id: 6f7c1a34-2d1b-4a52-9a6e-0b2f3c{number:06x}, type: Group}}}}"
            for number in range(grants)
        ]
        lines.append("images:" if definitions else "")
        for definition in range(gallery, definitions, galleries):
            lines += _definition(definition, versions)
        (folder / f"gallery{gallery}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _definition(number: int, versions: int) -> list[str]:
    lines = [
        f"  - metadata: {{name: image-{number}}}",
        "    spec:",
        "      {osType: Linux, osState: Generalized, hyperVGeneration: V2, architecture: x64,",
        f"       identifier: {{publisher: Corp, offer: Offer, sku: sku-{number}}}}}",
        "    versions:",
    ]
    for version in range(versions):
        source = f"/subscriptions/{SUB}/resourceGroups/rg-build/providers/Microsoft.Compute/images/i-{number}-{version}"
        lines += [
            f"      - metadata: {{name: 1.{version}.0}}",
            "        spec:",
            f"          storageProfile: {{source: {{id: {source}}}}}",
            "          publishingProfile: {targetRegions: [westeurope=2, northeurope=1], endOfLifeDate: 2030-01-01}",
        ]
    return lines


def run(folder: Path, *arguments: str, **environment: str) -> tuple[float, str, int]:
    """One command as a whole process: seconds, standard output, peak memory in MB."""
    started = time.perf_counter()
    done = subprocess.run(
        [Path(sys.executable).parent / "reconciler", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{arguments}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds, done.stdout, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


@contextlib.contextmanager
def emulator(state: Path, *, time_scale: float = 0.0, latency: float = LATENCY) -> Iterator[dict[str, str]]:
    """The emulator in a process of its own; yields its address and token."""
    program = Path(sys.executable).parent / "reconciler"
    arguments = ["emulator", "--state", str(state), "--time-scale", str(time_scale), "--latency", str(latency)]
    with subprocess.Popen([program, *arguments], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        url = process.stderr.readline().split()[2].rstrip(",")
        token = json.loads(state.with_name(f"{state.name}.address").read_text(encoding="utf-8"))["token"]
        try:
            yield {"url": url, "token": token, "pid": str(process.pid)}
        finally:
            process.terminate()


def seeded(folder: Path, manifests: Path) -> Path:
    """A state file that holds what the manifests declare."""
    state = folder / f"{manifests.name}.sqlite"
    with start(EmulatorSettings(state=state, time_scale=0.0, durations=QUICK)):
        run(folder, "apply", str(manifests), "--yes", "--wait", "provisioned", **joined(state))
    return state


def joined(state: Path) -> dict[str, str]:
    """The environment of a command that joins the emulator on this state."""
    return {"RECONCILER_EMULATOR_STATE": str(state), "RECONCILER_EMULATOR_TIME_SCALE": "0"}


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
    times = [run(folder, "validate", str(manifests))[0] for _ in range(3)]
    helps = [run(folder, "--help")[0] for _ in range(9)]
    validate, shown = statistics.median(times), statistics.median(helps)
    return [
        Row("validate, 10,000 versions", validate, "s", None, None, "≤ 2.5 s", validate <= 2.5),
        Row("--help", shown, "s", None, None, "≤ 0.15 s", shown <= 0.15),
    ]


def bench_apply(folder: Path) -> list[Row]:
    """A gallery, ten definitions and a hundred versions; then a hundred grants."""
    manifests, state = folder / "fresh", folder / "fresh.sqlite"
    write_estate(manifests, 1, 10, 10)
    scale = 0.02
    chain = scale * (1 + 1 + 240 + 60)
    with emulator(state, time_scale=scale) as _:
        took, _, _ = run(
            folder, "apply", str(manifests), "--yes", **{**joined(state), "RECONCILER_EMULATOR_TIME_SCALE": str(scale)}
        )
    grants, state = folder / "grants", folder / "grants.sqlite"
    write_estate(grants, 1, 0, 0, grants=100)
    with emulator(state) as _:
        granted, _, _ = run(folder, "apply", str(grants), "--yes", **joined(state))
    return [
        Row(
            "apply, 1 + 10 + 100 resources",
            took,
            "s",
            chain,
            took / chain,
            "≤ 1.15 × longest chain",
            took <= 1.15 * chain,
        ),
        Row("100 role assignments", granted, "s", None, None, "≤ 5 s", granted <= 5),
    ]


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


def main() -> None:
    """Measure everything, print a table, write JSON beside it."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("bench.json")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*bench_plan(folder, 1, 10, 100, 40, 1.3), *bench_plan(folder, 3, 100, 100, 320, 4.0)]
        rows += [*bench_validate(folder), *bench_apply(folder), *bench_emulator(folder)]
    for row in rows:
        floor = f"floor {row.floor:.2f}, ratio {row.ratio:.2f}" if row.floor and row.ratio else ""
        mark = "ok " if row.holds else "MISSED"
        sys.stdout.write(f"{mark:<7}{row.name:<52}{row.figure:>9.2f} {row.unit:<6}{row.promise:<24}{floor}\n")
    target.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
