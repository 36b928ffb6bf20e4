"""Files of the state folder that are only ever found whole, and do not grow without end."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconciler.model.address import Address, Kind
from reconciler.model.plan import Target, Verb
from reconciler.model.report import Outcome
from reconciler.model.write import Sent, Write
from reconciler.store.audit import AuditJournal
from reconciler.store.files import append_line
from reconciler.store.room import StoreRoom
from reconciler.store.run_files import KEPT_REPORTS, RunFile
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
        name = f"20261101T{number:06d}Z-x"
        (tmp_path / "runs").mkdir(exist_ok=True)
        (tmp_path / "runs" / f".{name}-half").write_text("{", encoding="utf-8")
        RunFile(tmp_path, name, None, warn=lambda _: None).write("{}", last=True)

    left = sorted(path.name for path in (tmp_path / "runs").iterdir())

    assert len(left) == KEPT_REPORTS
    assert left[-1] == f"20261101T{KEPT_REPORTS + 4:06d}Z-x.json"


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
