"""Files of the state folder that are only ever found whole, and do not grow without end."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.model.address import Address, Kind
from reconciler.model.plan import Target, Verb
from reconciler.model.report import Outcome
from reconciler.model.write import Sent, Write
from reconciler.store.audit import AuditJournal
from reconciler.store.files import append_line
from reconciler.store.room import StoreRoom
from reconciler.store.run_files import KEPT_REPORTS, RunFile, run_name
from tests.support.commands import ROOT

TARGET = Target("estate", "AzureCloud", "prod")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
VERSION = Address("s", "g", "corp", "ubuntu", "1.0.0")
MANY = 400


def test_lines_of_two_processes_do_not_mix(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    code = (
        "import sys, pathlib; from reconciler.store.files import append_line\n"
        f"for at in range({MANY}): append_line(pathlib.Path(sys.argv[1]), sys.argv[2] * 3000)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(file), one], cwd=ROOT) for one in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]

    lines = file.read_text(encoding="utf-8").splitlines()

    assert sorted(lines) == ["a" * 3000] * MANY + ["b" * 3000] * MANY


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    append_line(file, "one")
    file.rename(tmp_path / "audit.old")
    append_line(file, "two")

    assert file.read_text(encoding="utf-8") == "two\n"


def test_no_signed_address_and_no_secret_gets_into_the_audit_file(tmp_path: Path) -> None:
    warned: list[str] = []
    journal = AuditJournal(tmp_path, TARGET, "run", who=lambda: "me", moment=lambda: "2026", warn=warned.append)
    write = Write("id", VERSION, Verb.CREATE, "PUT", "because of https://a.blob/x.vhd?sv=1&sig=c2VjcmV0", "", "x")
    journal.intends(write)
    journal.answered(write, Sent(201, "", "r", "c", "https://arm/capsOperations/1?t=9&c=signed"))
    journal.ended(VERSION, Outcome.SUCCEEDED, "")

    text = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")

    assert "c2VjcmV0" not in text
    assert "signed" not in text
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["write", "end"]
    assert not warned


def test_only_the_latest_run_reports_stay(tmp_path: Path) -> None:
    for number in range(KEPT_REPORTS + 5):
        name = run_name(f"2026-11-01T08:00:00.{number:03d}+00:00")
        (tmp_path / "runs").mkdir(exist_ok=True)
        (tmp_path / "runs" / f".{name}-abcd_123").write_text("{", encoding="utf-8")
        RunFile(tmp_path, name, None, warn=lambda _: None).write("{}", last=True)

    left = sorted(path.name for path in (tmp_path / "runs").iterdir())

    assert len(left) == KEPT_REPORTS
    assert left[-1].startswith(f"20261101T080000{KEPT_REPORTS + 4:03d}Z-")


def test_a_report_stays_when_the_clock_ran_ahead_and_so_does_what_is_none(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    runs.mkdir()
    for number in range(KEPT_REPORTS + 5):
        (runs / f"{run_name(f'2036-11-01T08:00:00.{number:03d}+00:00')}.json").touch()
    foreign = {"a.json", ".gitkeep", "20261101.json", "20361101T080000000Z-mine.txt", "zz"}
    for name in foreign:
        (runs / name).touch()
    own = run_name("2026-11-01T08:00:00.000+00:00")

    RunFile(tmp_path, own, None, warn=pytest.fail).write("{}", last=True)

    left = {path.name for path in runs.iterdir()}
    assert left >= {f"{own}.json", *foreign}
    assert len(left - foreign) == KEPT_REPORTS


def test_nothing_is_written_or_deleted_behind_a_link_in_place_of_the_folder(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    names = {f"{run_name(f'2026-11-01T08:00:00.{number:03d}+00:00')}.json" for number in range(KEPT_REPORTS + 5)}
    for name in names:
        (elsewhere / name).touch()
    state = tmp_path / "state"
    state.mkdir()
    (state / "runs").symlink_to(elsewhere)
    warned: list[str] = []

    file = RunFile(state, run_name("2027-11-01T08:00:00.000+00:00"), None, warn=warned.append)
    file.write("{}", last=False)
    file.write("{}", last=True)

    assert {path.name for path in elsewhere.iterdir()} == names
    assert [line.partition(" cannot be written: ")[2] for line in warned] == [
        "runs is no folder; the run goes on without it"
    ]


def test_a_line_that_a_full_disk_cuts_off_leaves_the_next_one_whole(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    code = (
        "import sys, pathlib, resource; from reconciler.store.files import append_line\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "append_line(pathlib.Path(sys.argv[1]), 'a' * 60)\n"
        "try: append_line(pathlib.Path(sys.argv[1]), 'b' * 60)\n"
        "except OSError as error: print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(file)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )

    append_line(file, "c")

    assert ran.stdout == "there was room for a part of a line only\n"
    assert file.read_text(encoding="utf-8").splitlines() == ["a" * 60, "b" * 38, "c"]


@dataclass
class History:
    """A store into which writes are put with the time they took."""

    folder: Path
    count: int = 0
    warned: list[str] = field(default_factory=list)

    @property
    def room(self) -> StoreRoom:
        return StoreRoom(self.folder, warn=self.warned.append, clock=lambda: NOW)

    def took(self, address: Address, verb: Verb, seconds: float, outcome: str = "succeeded") -> None:
        self.count += 1
        sent = NOW + timedelta(hours=self.count)
        write = Write(str(self.count), address, verb, "PUT", "")
        room = self.room
        room.keep(TARGET, lambda writes: writes.intend("run", "me", write, sent.isoformat(timespec="milliseconds")))
        over = (sent + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
        room.keep(TARGET, lambda writes: writes.end(address, outcome, over))


def test_how_long_something_takes_is_the_median_of_what_such_writes_took(tmp_path: Path) -> None:
    history = History(tmp_path)
    assert history.room.durations(TARGET) == {}
    for seconds in (1000, *[300] * 5, 240, 250, 9000, 200):
        history.took(VERSION, Verb.CREATE, seconds)
    history.took(VERSION, Verb.CREATE, 1, "failed Conflict")
    history.took(VERSION, Verb.DELETE, 20)
    history.took(Address("s", "g", "corp", "ubuntu"), Verb.CREATE, 2)
    history.took(Address("s", "g", "corp"), Verb.CREATE, 1.5)

    assert history.room.durations(TARGET) == {
        (Kind.IMAGE_VERSION, Verb.CREATE): 300,
        (Kind.IMAGE_VERSION, Verb.DELETE): 20,
        (Kind.IMAGE_DEFINITION, Verb.CREATE): 2,
        (Kind.GALLERY, Verb.CREATE): 1.5,
    }
    assert history.room.durations(Target("other", "AzureCloud")) == {}
    assert not history.warned
