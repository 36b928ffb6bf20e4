"""A report is always written, JSON is always pure, and a signal is answered at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from tests.support.commands import PROGRAM, ROOT, Shell, environment
from tests.support.estates import ESTATE, GALLERY
from tests.support.workbench import Workbench, workbench

APPLY = [*PROGRAM, "apply", "manifests", "--yes"]
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as running:
        running.write(ESTATE)
        yield running


def start(bench: Workbench, arguments: list[str], **more: Any) -> subprocess.Popen[str]:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more.pop("streams", {})}
    return subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        text=True,
        cwd=bench.folder.parent,
        env=environment(bench.emulator.settings.state, {"PYTHONPATH": str(ROOT), **more}),
        **streams,
    )


def test_an_apply_whose_progress_nobody_reads_goes_on_and_reports(bench: Workbench) -> None:
    read, write = os.pipe()
    os.close(read)

    process = start(bench, APPLY, streams={"stderr": write})
    os.close(write)
    out, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "5 succeeded" in out
    assert len(bench.ids()) == 5


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_full_disk_stops_no_apply_and_the_report_goes_where_it_can(bench: Workbench, name: str) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = start(bench, APPLY, streams={name: full})
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "5 succeeded" in (out or err)
    assert len(bench.ids()) == 5


def test_a_result_that_cannot_be_written_is_one_clear_line(bench: Workbench) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = start(bench, [*PROGRAM, "plan", "manifests"], streams={"stdout": full})
        _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert err.startswith("error: standard output cannot be written: No space left")


def test_a_reader_who_leaves_ends_a_plan_quietly(bench: Workbench) -> None:
    read, write = os.pipe()
    os.close(read)
    process = start(bench, [*PROGRAM, "plan", "manifests"], streams={"stdout": write})
    os.close(write)

    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 1


def test_ascii_streams_take_every_text_and_pure_json(bench: Workbench) -> None:
    process = start(bench, APPLY, PYTHONIOENCODING="ascii")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "5 succeeded" in out
    bench.write(ESTATE.replace("Golden images", "Größe → 1"))

    process = start(bench, [*PROGRAM, "plan", "manifests", "-o", "json"], PYTHONIOENCODING="ascii")
    out, _ = process.communicate(timeout=60)

    assert "Größe → 1" in str(json.loads(out)["actions"])


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_second_signal_ends_at_once_with_a_report_of_what_runs(
    bench: Workbench, number: int, code: int, output: str
) -> None:
    bench.emulator.faults.add(Fault(method="PUT", path="/galleries/corp", status=None, delay=25))
    process = start(bench, [*APPLY, "-o", output])
    assert process.stderr is not None
    assert process.stderr.readline().startswith("… create")
    time.sleep(0.5)

    process.send_signal(number)
    assert "again to stop at once" in process.stderr.readline()
    sent = time.monotonic()
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)

    assert time.monotonic() - sent < 2
    assert process.returncode == code
    if output == "json":
        report = json.loads(out)["report"]
        assert report["interrupted"] is True
        assert [result["outcome"] for result in report["results"]].count("pending") == 1
    else:
        assert "1 pending, " in out or "4 unattempted, 1 pending" in out
        assert "interrupted" in out


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_while_reading_ends_at_once_with_nothing_written(bench: Workbench, number: int, code: int) -> None:
    bench.emulator.faults.add(Fault(method="GET", status=None, delay=25))
    process = start(bench, [*APPLY, "-o", "json"])
    while not (bench.folder.parent / ".reconciler").exists():  # the lock is taken before anything is read
        time.sleep(0.02)
    time.sleep(0.5)

    sent = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)

    assert time.monotonic() - sent < 1
    assert process.returncode == code
    assert err == "interrupted, nothing was written\n"
    assert json.loads(out)["error"]["exitCode"] == code
    assert not bench.written()


def test_an_accident_in_the_middle_still_leaves_a_report(bench: Workbench) -> None:
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
    process = start(bench, [sys.executable, "-c", code, "apply", "manifests", "--yes", "-o", "json"])
    out, err = process.communicate(timeout=60)

    document = json.loads(out)
    assert process.returncode == 1
    assert "accident" in err
    assert document["error"]["message"] == "unexpected RuntimeError: accident"
    outcomes = [result["outcome"] for result in document["report"]["results"]]
    assert outcomes.count("succeeded") == 1
    assert outcomes.count("pending") + outcomes.count("unattempted") == 4


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["plan", "nowhere"], 3, "the manifests cannot be used"),
        (["show", "nowhere"], 3, "the manifests cannot be used"),
        (["settings", "manifests", "--instance", "Not Good"], 3, "the settings cannot be used"),
        (["apply", "manifests"], 64, "nobody can be asked here"),
        (["status", "manifests", "--settings", "none.yaml"], 64, "cannot read the settings: none.yaml does not exist"),
    ],
)
def test_a_failure_in_json_is_one_document(bench: Workbench, arguments: list[str], code: int, words: str) -> None:
    output = [] if arguments[0] == "show" else ["-o", "json"]

    ran = Shell(bench).run(*arguments, *output)

    assert ran.code == code
    assert ran.document["schemaVersion"] == 1
    assert words in ran.document["error"]["message"]
    assert ran.document["error"]["exitCode"] == code
    assert "error" in ran.err
    if code == 3:
        assert ran.document["diagnostics"][0]["code"]


def test_missing_credentials_name_the_cloud_and_how_it_was_chosen(bench: Workbench) -> None:
    ran = Shell(bench).run(
        "plan", "manifests", "-o", "json", RECONCILER_CLOUD="", RECONCILER_CREDENTIAL_TYPE="environment"
    )

    assert ran.code == 1
    assert ran.document["error"]["message"].startswith("AzureCloud: ")
    assert "no reconciler.yaml was found" in ran.document["error"]["hint"]


def test_a_state_folder_that_cannot_be_made_is_named(bench: Workbench) -> None:
    ran = Shell(bench).run("plan", "manifests", RECONCILER_EMULATOR_STATE="", RECONCILER_STATE_DIR="/proc/nowhere")

    assert ran.code == 64
    assert "/proc/nowhere" in ran.err
    assert "stateDir" in ran.err
    assert "fault of the reconciler" not in ran.err


def test_our_state_folder_stays_out_of_git(bench: Workbench) -> None:
    ran = Shell(bench).run("plan", "manifests", RECONCILER_EMULATOR_STATE="")

    assert ran.code == 0
    assert (bench.folder.parent / ".reconciler" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert "cloud emulator (.reconciler/emulator.sqlite)" in ran.out


@pytest.mark.parametrize("option", ["--dry-run", "--prnue", "--allow-emtpy", "--allow-delete"])
def test_a_wrong_option_is_never_answered_with_one_that_deletes(bench: Workbench, option: str) -> None:
    ran = Shell(bench).run("apply", "manifests", option)

    assert ran.code == 64
    assert "--prune" not in ran.err
    assert not [word for word in ("--allow-empty", "--allow-deletes", "--allow-protected") if word in ran.err]
    assert ("is the dry run" in ran.err) is (option == "--dry-run")


def test_flags_that_lift_nothing_are_told_and_negative_deletes_refused(bench: Workbench) -> None:
    ran = Shell(bench).run("plan", "manifests", "--adopt", "rg-images/crop", "-o", "json")
    assert "warning: --adopt rg-images/crop matches nothing; did you mean rg-images/corp?" in ran.err
    assert ran.document["overrides"]

    assert Shell(bench).run("plan", "manifests", "--allow-deletes", "-1").code == 64


def test_helps_are_whole_and_the_version_has_its_usual_flags(bench: Workbench) -> None:
    shell = Shell(bench)

    assert "..." not in shell.run("--help", COLUMNS="80").out.partition("Commands:")[2]
    assert shell.run("--version").out == shell.run("-V").out == shell.run("version").out


def test_status_says_what_it_speaks_of(bench: Workbench) -> None:
    header = " ".join(Shell(bench).run("status", "manifests").out.split("\n\n")[0].split())

    assert header.startswith("target manifests · rg-images (sub …0001) cloud emulator (")
    assert header.endswith("instance test")


def test_signatures_stay_out_of_every_output(bench: Workbench) -> None:
    signed = "https://corp.blob.core.windows.net/vhds/u.vhd?sv=2024&sig=c2VjcmV0"
    bench.write(ESTATE.replace("description: Golden images", f'description: "see {signed}"'))
    shell = Shell(bench)
    bench.write(GALLERY.replace("Golden images", f'"{signed}"').replace("corp", "other"), "other.yaml")
    runs = [
        shell.run(command, "manifests", *more)
        for command in ("plan", "apply", "status")
        for more in (
            ["--yes"] if command == "apply" else [],
            ["-o", "json", *(["--yes"] if command == "apply" else [])],
        )
    ]
    bench.write(GALLERY.replace("Golden images", "changed"))
    runs += [
        shell.run("plan", "manifests"),
        shell.run("plan", "manifests", "-o", "json"),
        shell.run("show", "manifests"),
    ]

    assert not [ran for ran in runs if "c2VjcmV0" in ran.out + ran.err]
    assert any("u.vhd?…" in ran.out for ran in runs)


def test_settings_take_the_flags_of_plan(bench: Workbench) -> None:
    group = "rg-other"
    rows = Shell(bench).run("settings", "manifests", "--resource-group", group, "-o", "json").document

    (row,) = [row for row in rows if row["setting"] == "resourceGroup"]
    assert row == {**row, "value": group, "origin": "flag --resource-group"}
