"""Where an apply had to wait for what an earlier run left in flight, it plans once more and does the rest."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.model.address import Kind
from tests.support.commands import PROGRAM, Shell, environment
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import Workbench, workbench

APPLY = ("apply", "manifests", "--yes")
SLOW = {"RECONCILER_EMULATOR_TIME_SCALE": "0.01"}


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Workbench]:
    """Somebody's operation is under way for some seconds, and then a replica is missing."""
    slow = Durations(gallery=0, definition=0, version_create=5, version_write=0.1, retry_after=0.1)
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(GALLERY + IMAGE)
        bench.apply()
        bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1"))
        (create,) = bench.plan().writes
        assert create.body is not None
        bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=2"))
        assert bench.gateway.put(Kind.IMAGE_VERSION, create.resource_id, create.body).ok
        yield bench


def replicas(bench: Workbench) -> int:
    profile = bench.live("/versions/1.0.0")["properties"]["publishingProfile"]
    return int(profile["targetRegions"][0]["regionalReplicaCount"])


def test_what_is_left_after_the_wait_is_planned_and_done_in_one_document(waiting: Workbench) -> None:
    ran = Shell(waiting).run(*APPLY, "-o", "json", **SLOW)

    assert ran.code == 0, ran.err
    assert replicas(waiting) == 2
    assert ran.err.count("what was waited for has ended; planning again") == 1
    document = ran.document
    assert document["report"]["counts"]["succeeded"] == 1
    (earlier,) = document["earlier"]
    assert [(one["verb"], one["outcome"]) for one in earlier["report"]["results"]] == [("wait", "pending")]
    assert len([1 for method, path in waiting.written() if "/versions/" in path]) == 2


def test_in_text_both_passes_are_told_and_only_the_last_says_how_to_go_on(waiting: Workbench) -> None:
    waiting.emulator.faults.add(
        Fault(method="PUT", path="/versions/", status=400, code="InvalidParameter", message="no")
    )

    ran = Shell(waiting).run(*APPLY, **SLOW)

    assert ran.code == 1
    assert ran.out.count("digest ") == 2
    assert ran.out.count("to continue:") == 1
    assert ran.out.index("1 pending") < ran.out.index("InvalidParameter: no") < ran.out.index("to continue:")


def test_a_second_plan_is_shown_and_asked_about_before_it_is_carried_out(waiting: Workbench) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "apply", "manifests"],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        cwd=waiting.folder.parent,
        env=environment(waiting.emulator.settings.state, SLOW),
    )
    os.close(theirs)
    os.write(ours, b"no\n")
    _, told = process.communicate(timeout=60)
    os.close(ours)

    assert process.returncode == 64, told
    assert told.count("Only “yes” goes on.") == 1
    assert told.index("planning again") < told.index("Apply 1 change?") < told.index("nothing more was written")
    assert replicas(waiting) == 1


def test_a_saved_plan_is_carried_out_as_it_is_and_nothing_else(waiting: Workbench) -> None:
    shell = Shell(waiting)
    assert shell.run("plan", "manifests", "--out", "plan.json").code == 0

    ran = shell.run("apply", "plan.json", **SLOW)

    assert ran.code == 5
    assert "plan again to see what is left to do" in ran.out
    assert "planning again" not in ran.err
    assert replicas(waiting) == 1


def test_a_plan_again_that_fails_keeps_what_the_first_pass_did(waiting: Workbench) -> None:
    (waiting.folder.parent / "break.py").write_text(BREAK, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "break.py", *APPLY, "-o", "json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=waiting.folder.parent,
        env=environment(waiting.emulator.settings.state, {**SLOW, "PYTHONPATH": str(Path(__file__).parents[2])}),
        timeout=60,
    )

    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert document["error"]["message"] == "no more"
    assert document["report"]["counts"]["pending"] == 1


BREAK = """
import reconciler.cli.commands as commands
from reconciler.cli import main
from reconciler.errors import AzureError

plan, calls = commands._planned, []

def broken(*arguments):
    calls.append(1)
    if len(calls) > 1:
        raise AzureError("no more")
    return plan(*arguments)

commands._planned = broken
main()
"""
