"""What every measurement stands on: estates as manifests, commands as whole processes, an emulator beside them."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.emulator.serve import start
from reconciler.emulator.settings import EmulatorSettings
from tests.support.workbench import QUICK

SUB = "00000000-0000-0000-0000-000000000001"
GROUP = "rg-bench"
LATENCY = 0.05
API = "2026-03-03"


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
def emulator(
    state: Path, *, time_scale: float = 0.0, latency: float = LATENCY, durations: Mapping[str, float] | None = None
) -> Iterator[dict[str, str]]:
    """The emulator in a process of its own; yields its address and token. Durations are in emulated seconds."""
    program = Path(sys.executable).parent / "reconciler"
    arguments = ["emulator", "--state", str(state), "--time-scale", str(time_scale), "--latency", str(latency)]
    if durations:
        config = state.with_name(f"{state.name}.yaml")
        config.write_text(json.dumps({"durations": dict(durations)}), encoding="utf-8")
        arguments += ["--config", str(config)]
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


def joined(state: Path, time_scale: float = 0) -> dict[str, str]:
    """The environment of a command that joins the emulator on this state."""
    return {"RECONCILER_EMULATOR_STATE": str(state), "RECONCILER_EMULATOR_TIME_SCALE": str(time_scale)}
