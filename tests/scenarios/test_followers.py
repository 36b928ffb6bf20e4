"""Who follows an apply: the run report that is true at any moment, the event stream, the audit file."""

from __future__ import annotations

import json
import os
import shlex
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.model.event import Event
from tests.scenarios.test_resume import APPLY, begin, ended, operations, sent, slow, state_of, until
from tests.support.commands import PROGRAM, Shell, environment
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.workbench import Workbench

__all__ = ["slow"]

NONE = ("succeeded", "failed", "skipped", "unattempted", "pending")


def reports(bench: Workbench) -> list[dict[str, Any]]:
    """The run reports of the state folder, the oldest first."""
    found = sorted((bench.folder.parent / ".reconciler" / "runs").iterdir())
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in found)
    return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def audited(bench: Workbench) -> list[dict[str, Any]]:
    text = (bench.folder.parent / ".reconciler" / "audit.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_killed_apply_leaves_a_true_report_and_the_command_in_it_ends_it_without_a_second_put(
    slow: Workbench,
) -> None:
    first = begin(slow, *APPLY)
    until(lambda: state_of(slow) == "Creating" and bool(operations(slow)))
    until(lambda: reports(slow)[0]["report"]["counts"] == {**dict.fromkeys(NONE, 0), "succeeded": 2, "pending": 1})
    first.kill()
    ended(first)

    (report,) = reports(slow)
    assert (report["endedAt"], report["exitCode"]) == (None, None)
    assert report["report"]["outcomes"]["pending"][0].endswith("/ubuntu/1.0.0")
    program, *arguments = shlex.split(report["report"]["continueWith"])
    assert program == "reconciler"
    assert ended(begin(slow, *arguments)).code == 0
    assert len(sent(slow, "PUT", "/versions/1.0.0")) == 1
    assert [(one["exitCode"], one["endedAt"] is not None) for one in reports(slow)] == [
        (None, False),
        (0, True),  # it waited
        (0, True),  # and found nothing left to do
    ]


def test_a_stopped_apply_says_in_words_what_runs_and_how_to_go_on(slow: Workbench) -> None:
    running = begin(slow, *APPLY)
    until(lambda: state_of(slow) == "Creating" and bool(operations(slow)))
    running.send_signal(signal.SIGTERM)

    stopped = ended(running)

    assert stopped.code == 143
    assert "SIGTERM: starting nothing new; what runs goes on in Azure, again to stop at once" in stopped.err
    pending = stopped.out.partition("\npending (1)\n")[2]
    assert pending.startswith("… create rg-images/corp/ubuntu/1.0.0 ")
    assert "    still running in Azure\n" in pending
    assert "interrupted; what is pending goes on in Azure\n" in pending
    (report,) = reports(slow)
    assert (report["exitCode"], report["report"]["interrupted"]) == (143, True)
    again = ended(begin(slow, *shlex.split(pending.partition("to continue:\n")[2])[1:]))
    assert again.code == 0
    assert len(sent(slow, "PUT", "/versions/1.0.0")) == 1


def test_a_second_signal_leaves_the_report_of_that_moment(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.emulator.faults.add(Fault(method="PUT", path="/galleries/corp", status=None, delay=25))
    process = begin(bench, *APPLY, "--report", "report.json")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("… create")

    process.send_signal(signal.SIGINT)
    assert "again to stop at once" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)

    (report,) = reports(bench)
    assert report == json.loads((bench.folder.parent / "report.json").read_text(encoding="utf-8"))
    assert report["exitCode"] == 130
    assert report["report"]["counts"] == {**dict.fromkeys(NONE, 0), "pending": 1, "unattempted": 4}
    (pending,) = [one for one in report["report"]["results"] if one["outcome"] == "pending"]
    assert pending["why"] == "not answered by Azure yet; if it was sent, it goes on there"


def test_an_accident_is_told_in_the_report(bench: Workbench) -> None:
    bench.write(ESTATE)
    code = (
        "from reconciler.executor.run import Run\n"
        "from reconciler.cli import main\n"
        "step = Run.step\n"
        "def broken(self):\n"
        "    if self._results: raise RuntimeError('accident')\n"
        "    return step(self)\n"
        "Run.step = broken\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *APPLY, "--events", "events.jsonl"],
        capture_output=True,
        check=False,
        cwd=bench.folder.parent,
        env=environment(bench.emulator.settings.state, {}),
        timeout=60,
    )

    assert done.returncode == 1
    (report,) = reports(bench)
    assert report["error"]["message"] == "unexpected RuntimeError: accident"
    assert report["exitCode"] == 1
    assert report["report"]["counts"]["succeeded"] == 1
    told = events((bench.folder.parent / "events.jsonl").read_text(encoding="utf-8"))
    assert (told[-1]["event"], told[-1]["error"]) == ("runEnded", "unexpected RuntimeError: accident")


def test_a_named_report_also_tells_what_never_became_a_run_and_replaces_nothing_else(
    bench: Workbench, shell: Shell
) -> None:
    named = bench.folder.parent / "report.json"
    bench.write("kind: Nonsense\n")

    assert shell.run(*APPLY, "--report", "report.json").code == 3

    report = json.loads(named.read_text(encoding="utf-8"))
    assert (report["run"], report["report"], report["error"]["exitCode"]) == ("", None, 3)
    bench.write(GALLERY)
    assert shell.run(*APPLY, "--report", "report.json").code == 0
    report = json.loads(named.read_text(encoding="utf-8"))
    assert (report["exitCode"], report["report"]["counts"]["succeeded"]) == (0, 1)
    assert stat.S_IMODE(named.stat().st_mode) == 0o600
    for place in ("manifests/gallery.yaml", "manifests", "nowhere/report.json", "/dev/null"):
        refused = shell.run(*APPLY, "--report", place)
        assert refused.code == 64, refused.err
        assert f"cannot write the run report to {place}: " in refused.err
    assert "kind: Gallery" in (bench.folder / "gallery.yaml").read_text(encoding="utf-8")


def test_events_tell_a_run_from_its_start_to_its_end(slow: Workbench) -> None:
    ran = ended(begin(slow, *APPLY, "--events", "-"))

    assert ran.code == 0
    assert "3 succeeded" in ran.err
    assert "3 to create" in ran.err
    told = events(ran.out)
    names = [one["event"] for one in told]
    assert set(names) == set(Event)
    assert (names[0], names[-1], names.count("runStarted"), names.count("runEnded")) == ("runStarted", "runEnded", 1, 1)
    assert [one["time"] for one in told] == sorted(one["time"] for one in told)
    assert {(one["schemaVersion"], one["target"], one["run"]) for one in told} == {(1, "manifests", told[0]["run"])}
    assert told[0]["actions"] == 3
    assert [one["kind"] for one in told if one["event"] == "actionStarted"] == [
        "Gallery",
        "ImageDefinition",
        "ImageVersion",
    ]
    moved = [one["regions"] for one in told if one["event"] == "regionsMoved"]
    assert all(one != two for one, two in pairwise(moved))
    assert {region["state"] for region in moved[-1]} == {"Completed"}
    assert {one["outcome"] for one in told if one["event"] == "actionEnded"} == {"succeeded"}
    assert (told[-1]["exitCode"], told[-1]["counts"]["succeeded"]) == (0, 3)


def test_events_stop_nothing_and_mix_with_no_document(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    assert shell.run(*APPLY, "--events", "-", "-o", "json").code == 64
    assert shell.run(*APPLY, "--events", "nowhere/events").code == 64
    assert not bench.written()
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [*PROGRAM, *APPLY, "--events", "-"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=bench.folder.parent,
        env=environment(bench.emulator.settings.state, {}),
        timeout=60,
    )
    os.close(write)

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("warning: no more events to standard output: Broken pipe; the apply goes on") == 1
    assert "5 succeeded" in done.stderr
    refused = shell.run(*APPLY, "-o", "json", "--events", "events.jsonl")
    assert refused.document["report"]["results"] == []
    kept = events((bench.folder.parent / "events.jsonl").read_text(encoding="utf-8"))
    assert [one["event"] for one in kept] == ["runStarted", "runEnded"]


def test_every_write_has_a_line_in_the_audit_file(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY + ACCESS + IMAGE + versions("1.0.0"))
    bench.emulator.faults.add(Fault(method="PUT", path="/versions/", status=400, code="InvalidParameter", times=1))
    assert shell.run(*APPLY).code == 5
    bench.write(GALLERY.replace("Golden", "New") + ACCESS + IMAGE + versions("1.0.0"))
    assert shell.run(*APPLY).code == 0

    told = audited(bench)

    writes = [one for one in told if one["event"] == "write"]
    assert len(writes) == len(bench.written())
    assert sorted(one["method"] for one in writes) == sorted(method for method, _ in bench.written())
    assert [one["outcome"] for one in writes].count("refused") == 1
    assert all(one["who"] and one["why"] and one["clientRequestId"] and one["correlationId"] for one in writes)
    assert all(one["instance"] == "test" and one["target"] == "manifests" for one in told)
    assert {one["run"] for one in told} == {one["run"] for one in reports(bench)}
    changed = next(one for one in writes if one["verb"] == "update")
    assert "" not in (changed["before"], changed["after"])
    assert (changed["status"], changed["outcome"]) == (200, "accepted")
    ends = [one for one in told if one["event"] == "end"]
    assert sorted(id_ for one in ends for id_ in one["clientRequestIds"]) == sorted(
        one["clientRequestId"] for one in writes
    )
    assert [one["outcome"] for one in ends].count("failed") == 1
    assert "capsOperations" not in json.dumps(told)
    file = bench.folder.parent / ".reconciler" / "audit.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_audit_file_that_cannot_be_written_costs_one_warning(bench: Workbench, shell: Shell) -> None:
    state = bench.folder.parent / ".reconciler"
    state.mkdir()
    os.mkfifo(state / "audit.jsonl")
    (state / "runs").write_text("no folder", encoding="utf-8")
    bench.write(ESTATE)

    ran = shell.run(*APPLY)

    assert ran.code == 0, ran.err
    assert ran.err.count("the run goes on without it") == 2
    assert "5 succeeded" in ran.out


@pytest.mark.parametrize("command", ["apply manifests --yes", "apply manifests --yes --partial"])
def test_a_stop_before_the_first_write_is_a_run_with_its_report_too(
    bench: Workbench, shell: Shell, command: str
) -> None:
    bench.write(GALLERY)
    assert shell.run(*APPLY).code == 0
    bench.write("# nothing left\n")

    assert shell.run(*command.split(), "--prune", "--scope", f"{SUBSCRIPTION}/rg-images").code == 4

    (_, report) = reports(bench)
    assert (report["exitCode"], report["report"]) == (4, None)
    assert [one["rule"] for one in report["refused"]] != []


SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


def test_events_are_added_to_events_and_to_nothing_else(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    folder = bench.folder.parent
    assert shell.run(*APPLY, "--events", "events.jsonl").code == 0
    assert shell.run(*APPLY, "--events", "events.jsonl").code == 0
    told = events((folder / "events.jsonl").read_text(encoding="utf-8"))
    assert [one["event"] for one in told].count("runEnded") == 2
    with (folder / "events.jsonl").open("r+b") as file:
        file.truncate((folder / "events.jsonl").stat().st_size - 9)
    assert shell.run(*APPLY, "--events", "events.jsonl").code == 0
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert [one["event"] for one in events("\n".join(lines[len(told) :]))] == ["runStarted", "runEnded"]
    (folder / "link").symlink_to("manifests/gallery.yaml")
    bench.write(GALLERY.replace("Golden", "New"))
    before = len(bench.written())

    for place in ("manifests/gallery.yaml", ".reconciler/store.sqlite", ".reconciler/audit.jsonl", "link"):
        was = (folder / place).read_bytes()
        refused = shell.run(*APPLY, "--events", place)
        assert refused.code == 64, refused.err
        assert f"cannot write the events to {place}: it holds something else" in refused.err
        assert (folder / place).read_bytes() == was
    assert len(bench.written()) == before


def test_events_and_report_are_never_one_file(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    folder = bench.folder.parent
    (folder / "link").symlink_to("missing")
    (folder / "there").touch()
    os.link(folder / "there", folder / "twin")

    for one, other in (
        ("x", "x"),
        ("x", "manifests/../x"),
        ("link", "missing"),
        ("missing", "link"),
        ("there", "twin"),
    ):
        refused = shell.run(*APPLY, "--events", one, "--report", other)
        assert refused.code == 64, refused.err
        assert f"--events {one} and --report {other} are one file" in refused.err
    assert not bench.written()
    assert not (folder / "x").exists()
    assert shell.run(*APPLY, "--events", "x", "--report", "y").code == 0


@pytest.mark.parametrize("named", [True, False])
def test_a_reader_of_events_that_reads_no_more_holds_nothing_up(bench: Workbench, *, named: bool) -> None:
    bench.write(ESTATE)
    pipe = bench.folder.parent / "pipe"
    os.mkfifo(pipe)
    read, write = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), os.open(pipe, os.O_WRONLY)
    os.set_blocking(write, False)
    with suppress(BlockingIOError):
        while os.write(write, b"x" * 4096):
            pass
    os.set_blocking(write, True)

    done = subprocess.run(
        [*PROGRAM, *APPLY, "--events", "pipe" if named else "-"],
        stdout=subprocess.DEVNULL if named else write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=bench.folder.parent,
        env=environment(bench.emulator.settings.state, {}),
        timeout=60,
    )
    os.close(read)
    os.close(write)

    assert done.returncode == 0, done.stderr
    place = "pipe" if named else "standard output"
    assert done.stderr.count(f"no more events to {place}: its reader does not read; the apply goes on") == 1
    assert len(bench.written()) == 5
