"""What a killed or stopped apply leaves behind, and how the next one goes on from there."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.model.plan import Target
from reconciler.store.room import StoreRoom
from tests.support.commands import PROGRAM, ROOT, Ran, Shell, environment
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import NOW, Workbench, workbench

SLOW = 0.01

APPLY = ("apply", "manifests", "--yes")


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Workbench]:
    """An emulator where a version takes five emulated minutes: three seconds."""
    durations = Durations(gallery=0, definition=0, version_create=240, region_spread=60)
    with workbench(tmp_path, time_scale=SLOW, durations=durations) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        yield bench


def begin(bench: Workbench, *arguments: str) -> subprocess.Popen[str]:
    """Start a command on the workbench and let it run."""
    more = {"PYTHONPATH": str(ROOT), "RECONCILER_EMULATOR_TIME_SCALE": str(SLOW)}
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=bench.folder.parent,
        env=environment(bench.emulator.settings.state, more),
    )


def ended(process: subprocess.Popen[str]) -> Ran:
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return Ran(process.returncode, out, err)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def sent(bench: Workbench, method: str, part: str) -> list[str]:
    return [record.path for record in bench.emulator.requests if record.method == method and part in record.path]


def state_of(bench: Workbench) -> str:
    found = [body for key, body in bench.emulator.resources().items() if key.endswith("/versions/1.0.0")]
    return str(found[0]["properties"]["provisioningState"]) if found else ""


def written(bench: Workbench) -> list[dict[str, Any]]:
    room = StoreRoom(bench.folder.parent / ".reconciler", warn=pytest.fail, clock=lambda: NOW)
    return room.writes(Target("manifests", "emulator", "test", ()))


def operations(bench: Workbench) -> list[str]:
    """What was asked about operations since the version was put."""
    records = bench.emulator.requests
    put = next((at for at, one in enumerate(records) if one.method == "PUT" and "/versions/" in one.path), len(records))
    return [one.path for one in records[put:] if "capsOperations" in one.path]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_next_run_goes_on_with_the_operation_and_puts_nothing_again(
    slow: Workbench, number: signal.Signals
) -> None:
    first = begin(slow, *APPLY)
    until(lambda: state_of(slow) == "Creating" and bool(operations(slow)))
    first.send_signal(number)
    assert "warning" not in ended(first).err
    (operation,) = set(operations(slow)[-1:])
    asked = len(operations(slow))

    second = ended(begin(slow, *APPLY, "-o", "json"))

    assert second.code == 0, second.err
    (waited,) = second.document["earlier"]
    assert [(one["verb"], one["outcome"]) for one in waited["report"]["results"]] == [("wait", "succeeded")]
    assert second.document["report"]["results"] == []  # and nothing was left to do after it
    assert state_of(slow) == "Succeeded"
    assert len(sent(slow, "PUT", "/versions/1.0.0")) == 1
    assert operations(slow)[asked:] == [operation] * (len(operations(slow)) - asked) != []


def test_a_stopped_run_ends_within_five_seconds_and_says_what_runs(slow: Workbench) -> None:
    running = begin(slow, *APPLY, "-o", "json")
    until(lambda: state_of(slow) == "Creating" and bool(operations(slow)))
    slow.emulator.faults.add(Fault(method="GET", path="capsOperations", delay=30))
    time.sleep(1.5)  # the next question is under way, and nobody answers it

    started = time.monotonic()
    running.send_signal(signal.SIGTERM)
    stopped = ended(running)
    took = time.monotonic() - started

    assert took < 5
    assert stopped.code == 143
    (version,) = [one for one in stopped.document["report"]["results"] if one["address"].endswith("/1.0.0")]
    assert (version["outcome"], version["why"]) == ("pending", "still running in Azure")


def test_a_store_that_is_lost_costs_the_operation_and_no_second_write(slow: Workbench) -> None:
    first = begin(slow, *APPLY)
    until(lambda: state_of(slow) == "Creating")
    first.kill()
    ended(first)
    for file in (slow.folder.parent / ".reconciler").glob("store.sqlite*"):
        file.unlink()
    asked = len(operations(slow))

    second = ended(begin(slow, *APPLY))

    assert second.code == 0, second.err
    assert len(sent(slow, "PUT", "/versions/1.0.0")) == 1
    assert len(operations(slow)) == asked
    assert state_of(slow) == "Succeeded"


def test_an_operation_that_failed_meanwhile_is_told_in_azures_own_words(slow: Workbench) -> None:
    slow.emulator.faults.add(
        Fault(method="PUT", path="/versions/", effect="operation_fails", code="Broken", message="the disk is broken")
    )
    first = begin(slow, *APPLY)
    until(lambda: state_of(slow) == "Creating" and bool(operations(slow)))
    first.kill()
    ended(first)

    second = ended(begin(slow, *APPLY))

    assert second.code == 1
    assert "the disk is broken" in second.out


def test_every_write_is_kept_with_its_reason_and_the_ids_of_both_sides(tmp_path: Path) -> None:
    with workbench(tmp_path) as bench:
        shell = Shell(bench)
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        assert shell.run(*APPLY).code == 0
        bench.write(GALLERY.replace("Golden", "New") + IMAGE + versions("1.0.0"))
        assert shell.run(*APPLY).code == 0

        kept = written(bench)

        seen = [(one["address"].split("/", 2)[2], one["method"], one["verb"], one["why"]) for one in reversed(kept)]
        assert seen == [
            ("corp", "PUT", "create", "NotInAzure"),
            ("corp/ubuntu", "PUT", "create", "NotInAzure"),
            ("corp/ubuntu/1.0.0", "PUT", "create", "NotInAzure"),
            ("corp", "PUT", "update", "SpecChanged"),
        ]
        assert all(one["outcome"] == "succeeded" and one["ended_at"] and one["who"] for one in kept)
        assert kept[0]["before"] not in ("", kept[0]["after"])
        assert len({one["before"] for one in kept[1:]}) == 1
        assert kept[1]["before"] == ""
        assert len({one["id"] for one in kept}) == len(kept)
        assert all(one["request_id"] and one["correlation_id"] and "operation" not in one for one in kept)


def test_the_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    with workbench(tmp_path) as bench:
        bench.write(GALLERY)
        assert Shell(bench).run(*APPLY).code == 0

    assert (tmp_path / ".reconciler").stat().st_mode & 0o077 == 0
