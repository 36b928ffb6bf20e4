"""Measures the numbers we promise: our figure, the floor measured in the same run, and their ratio. Writes JSON.

Without names everything is measured, else what is named: `python -m tests.benchmarks.bench bench.json apply delete`.
The emulator runs in a process of its own, 50 ms a request.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.applying import bench_apply, bench_delete, bench_grants, bench_passes
from tests.benchmarks.emulated import bench_emulator
from tests.benchmarks.measuring import Row
from tests.benchmarks.reading import bench_plan, bench_validate

SUBJECTS: Mapping[str, Callable[[Path], list[Row]]] = {
    "plan": lambda folder: bench_plan(folder, 1, 10, 100, 40, 1.3),
    "large": lambda folder: bench_plan(folder, 3, 100, 100, 320, 4.0),
    "validate": bench_validate,
    "apply": bench_apply,
    "delete": bench_delete,
    "grants": bench_grants,
    "passes": bench_passes,
    "emulator": bench_emulator,
}


def main() -> None:
    """Measure, print a line for each figure as it comes, write JSON in the end."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("bench.json")
    chosen = sys.argv[2:] or list(SUBJECTS)
    unknown = [name for name in chosen if name not in SUBJECTS]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(SUBJECTS)}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        for subject in chosen:
            found = SUBJECTS[subject](Path(name))
            rows += found
            sys.stdout.write("".join(map(_line, found)))
            sys.stdout.flush()
    target.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


def _line(row: Row) -> str:
    floor = f"floor {row.floor:.2f}, ratio {row.ratio:.2f}" if row.floor and row.ratio else ""
    mark = "ok " if row.holds else "MISSED"
    return f"{mark:<7}{row.name:<52}{row.figure:>9.2f} {row.unit:<6}{row.promise:<24}{floor}\n"


if __name__ == "__main__":
    main()
