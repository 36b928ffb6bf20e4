"""No more actions are under way in a gallery or a subscription than the settings allow, and all of them get done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.executor.run import Run
from reconciler.executor.slots import Room
from reconciler.executor.task import Rules
from reconciler.model.report import Outcome
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import PACE, QUICK, workbench

SECONDS = 0.15
SCALE = 0.01
NAMES = [f"1.0.{number}" for number in range(7)]


@pytest.mark.parametrize("room", [Room(gallery=2), Room(subscription=2)], ids=["gallery", "subscription"])
def test_only_so_many_versions_are_made_at_a_time(tmp_path: Path, room: Room) -> None:
    slow = replace(QUICK, version_create=SECONDS / SCALE, retry_after=1)
    with workbench(tmp_path, time_scale=SCALE, durations=slow) as bench:
        bench.write(GALLERY + IMAGE + versions(*NAMES, regions="westeurope=1"))
        report = bench.carry_out(bench.plan(), Rules(pace=PACE, room=room))

        assert {result.outcome for result in report.results} == {Outcome.SUCCEEDED}
        sent = [one.started for one in bench.emulator.requests if one.method == "PUT" and "/versions/" in one.path]
        assert len(sent) == len(NAMES)
        assert all(later - earlier >= SECONDS * 0.9 for earlier, later in zip(sent, sent[2:], strict=False))


def test_what_waits_for_a_slot_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    slow = replace(QUICK, version_create=SECONDS / SCALE, retry_after=1)
    other = (GALLERY + IMAGE).replace("corp", "other")
    with workbench(tmp_path, time_scale=SCALE, durations=slow) as bench:
        bench.write(GALLERY + IMAGE + versions(*NAMES[:4], regions="westeurope=1"))
        bench.write(other + versions("9.0.0", regions="westeurope=1"), "other.yaml")
        bench.carry_out(bench.plan(), Rules(pace=PACE, room=Room(gallery=1)))

        sent = [one.path for one in bench.emulator.requests if one.method == "PUT" and "/versions/" in one.path]
        assert len(sent) == 5
        assert any("9.0.0" in path for path in sent[:2])


def test_what_never_found_a_slot_is_unattempted_when_the_run_is_stopped(tmp_path: Path) -> None:
    with workbench(tmp_path) as bench:
        bench.write(GALLERY)
        bench.write(GALLERY.replace("corp", "other"), "other.yaml")
        run = Run(bench.plan(), bench.gateway, Rules(pace=PACE, room=Room(subscription=1)))
        run.step()
        run.stop()
        while not run.done:
            run.step()
        run.close()
        outcomes = sorted(str(result.outcome) for result in run.report().results)
        assert "unattempted" in outcomes
        assert len(bench.written()) <= 1
