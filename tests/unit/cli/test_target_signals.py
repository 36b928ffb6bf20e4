"""A signal ends a run over several targets with every target accounted for."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from tests.support.commands import PROGRAM, environment
from tests.support.estates import GALLERY
from tests.support.workbench import Workbench, workbench

NAMES = ("one", "two", "three")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as running:
        lines = ["targets:"]
        for name in NAMES:
            (running.folder / name).mkdir()
            running.write(GALLERY.replace("corp", name), f"{name}/gallery.yaml")
            lines.append(f"  - {{name: {name}, source: {{path: manifests/{name}}}, prune: off}}")
        (tmp_path / "reconciler.yaml").write_text("\n".join(lines), encoding="utf-8")
        yield running


def start(bench: Workbench, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=bench.folder.parent,
        env=environment(bench.emulator.settings.state, {}),
    )


def read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(words)


def entries(text: str) -> dict[str, Any]:
    return {entry["name"]: entry for entry in json.loads(text)["targets"]}


@pytest.mark.parametrize("signals", [1, 2])
def test_a_signal_during_one_target_accounts_for_all_of_them(bench: Workbench, signals: int) -> None:
    bench.emulator.faults.add(Fault(method="PUT", path="/galleries/two", status=None, delay=4 if signals == 1 else 25))
    process = start(bench, "apply", "--yes", "-o", "json")
    read_until(process, "create rg-images/two")
    time.sleep(0.5)

    for _ in range(signals):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
    out, _ = process.communicate(timeout=30)

    found = entries(out)
    assert process.returncode == 143
    assert [one["outcome"] for one in found["one"]["report"]["results"]] == ["succeeded"]
    assert found["two"]["report"]["interrupted"] is True
    assert "not started" in found["three"]["error"]["message"]
    assert not any(key.endswith("/three") for key in bench.emulator.resources())


def test_a_signal_while_a_later_target_is_read_does_not_deny_what_was_done_before(bench: Workbench) -> None:
    bench.emulator.faults.add(Fault(method="GET", path="/galleries/two", status=None, delay=25))
    process = start(bench, "apply", "--yes")
    read_until(process, "create rg-images/one")
    time.sleep(2)

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "1 succeeded" in out
    assert "nothing was written for this target; before it ran one" in err
