"""The store is words and history: whatever happens to it, the same is planned, written and answered to the shell."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from tests.support.commands import PROGRAM, Shell, environment
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.remembered import in_portal, known, runs, store_of
from tests.support.workbench import GROUP, QUICK, SUB, Workbench, workbench


def deleted(file: Path) -> None:
    shutil.rmtree(file.parent)


def corrupted(file: Path) -> None:
    file.write_bytes(b"no database" * 500)


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE somebody (elses TEXT)")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE reconciler_schema SET version = 7")


def older_content(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute('UPDATE ledger SET body = \'{"description": "of another day"}\'')


def directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("lose", [deleted, corrupted, foreign, newer, older_content, directory])
def test_a_lost_store_deletes_nothing_and_duplicates_nothing(
    bench: Workbench, shell: Shell, lose: Callable[[Path], None]
) -> None:
    bench.write(ESTATE)
    assert shell.run("apply", "manifests", "--yes").code == 0
    before, written = bench.emulator.resources(), len(bench.written())
    lose(store_of(bench))

    planned = shell.run("plan", "manifests", "--prune", "--detailed-exitcode")
    applied = shell.run("apply", "manifests", "--prune", "--yes")

    assert planned.code == 0, planned.out
    assert "No changes. 5 unchanged" in planned.out
    assert planned.err == ""
    assert applied.code == 0, applied.err
    assert applied.err.count("warning:") == (lose in {corrupted, foreign, newer, directory})
    assert bench.emulator.resources() == before
    assert len(bench.written()) == written


def test_the_same_is_done_with_and_without_a_store(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    assert shell.run("apply", "manifests", "--yes").code == 0
    bench.write(GALLERY.replace("Golden", "New") + IMAGE + versions("1.1.0", "1.2.0"))

    with_store = shell.run("plan", "manifests", "--prune", "-o", "json")
    corrupted(store_of(bench))
    without = shell.run("plan", "manifests", "--prune", "-o", "json")

    assert with_store.code == without.code == 0
    assert "warning:" not in with_store.err
    assert without.err.count("warning:") == 1
    actions = [
        [
            (action["id"], [(change["path"], change["before"], change["after"]) for change in action["changes"]])
            for action in ran.document["actions"]
        ]
        for ran in (with_store, without)
    ]
    assert actions[0] == actions[1]
    reasons = [
        {reason for action in ran.document["actions"] for reason in action["reasons"]} - {"NotInAzure"}
        for ran in (with_store, without)
    ]
    assert reasons == [{"SpecChanged", "NoLongerDeclared"}, {"Differs", "NoLongerDeclared"}]


def test_an_apply_whose_state_folder_cannot_be_written_says_so_once_and_goes_on(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    (bench.folder.parent / "taken").write_text("a file, no folder", encoding="utf-8")

    applied = shell.run("apply", "manifests", "--yes", RECONCILER_STATE_DIR="taken")
    changed = ESTATE.replace("Golden", "New")
    bench.write(changed)
    planned = shell.run("plan", "manifests", "--detailed-exitcode", RECONCILER_STATE_DIR="taken")

    assert applied.code == 0, applied.err
    assert "5 succeeded" in applied.out
    warned = [line for line in applied.err.splitlines() if "warning" in line]
    (unlocked,) = [line for line in warned if not line.endswith("; the run goes on without it")]
    assert unlocked.endswith("; two applies of target manifests at once are not kept apart")
    assert sorted(line.partition(" taken/")[0] for line in warned) == [
        "warning: no lock:",
        "warning: the audit file",
        "warning: the run report",
        "warning: the store",
    ]
    assert planned.code == 2
    assert "differs from the manifest" in planned.out


def test_a_portal_edit_is_told_from_a_changed_manifest(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    assert shell.run("apply", "manifests", "--yes").code == 0
    in_portal(bench, ESTATE.replace("team: platform", "team: infra"))

    drifted = shell.run("plan", "manifests")
    bench.write(ESTATE.replace("Golden", "New"))
    both = shell.run("plan", "manifests")

    assert "update  drifted since the last apply" in drifted.out
    assert "drifted since last apply" not in drifted.out
    assert "update  changed in the manifest, drifted since the last apply" in both.out
    (tag,) = [line for line in both.out.splitlines() if "tags.team" in line]
    (description,) = [line for line in both.out.splitlines() if "description" in line]
    assert tag.endswith("· drifted since last apply")
    assert description.rstrip().endswith("gallery.yaml:5:30")


def test_what_is_deleted_or_given_up_leaves_the_ledger_and_what_failed_keeps_its_old_entry(
    bench: Workbench, shell: Shell
) -> None:
    bench.write(ESTATE)
    assert shell.run("apply", "manifests", "--yes").code == 0
    assert len(known(bench)) == 5
    bench.write(GALLERY.replace("Golden", "New") + IMAGE.replace("Ubuntu\n", "Other\n") + versions("1.1.0"))
    bench.emulator.faults.add(Fault(method="PUT", path=r"/galleries/corp\?", status=400, code="BadRequest"))

    assert shell.run("apply", "manifests", "--prune", "--yes").code == 5

    prefix = f"{SUB}/{GROUP}/corp"
    assert sorted(known(bench)) == [prefix, f"{prefix}/ubuntu", f"{prefix}/ubuntu/1.1.0"]
    assert "Golden images" in known(bench)[prefix]
    last, first = runs(bench)
    assert (first.exit_code, first.counts) == (0, {"succeeded": 5})
    assert last.exit_code == 5
    assert last.counts["failed"] == 1
    assert last.report is not None
    assert last.ended is not None
    assert last.started < last.ended
    assert last.digest != first.digest


def test_a_refused_apply_is_remembered_and_changes_nothing_that_is_known(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    assert shell.run("apply", "manifests", "--yes").code == 0
    before = known(bench)
    bench.write(ESTATE.replace("osState: Generalized", "osState: Specialized").replace("Golden", "New"))

    assert shell.run("apply", "manifests", "--yes").code == 4

    assert known(bench) == before
    assert (runs(bench)[0].exit_code, runs(bench)[0].report) == (4, None)


def test_no_signature_of_an_address_is_kept(bench: Workbench, shell: Shell) -> None:
    link = 'link: "https://a.blob.core.windows.net/b?sv=1&sig=Zm9vYmFy"'
    bench.write(ESTATE.replace("team: platform", f"team: platform, {link}"))

    assert shell.run("apply", "manifests", "--yes").code == 0

    files = [file.read_bytes() for file in store_of(bench).parent.rglob("*") if file.is_file()]
    assert any(b"a.blob.core.windows.net/b" in content for content in files)
    assert not any(b"Zm9vYmFy" in content for content in files)


def loaded_by(bench: Workbench, *arguments: str) -> list[str]:
    """The heavy packages that a command had imported at its end."""
    program = (
        "import sys\nfrom reconciler.cli import app\n"
        f"try: app({list(arguments)!r})\nexcept SystemExit as end: assert not end.code, end.code\n"
        "print([name for name in ('sqlalchemy', 'deepdiff', 'jsonschema') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=bench.folder.parent,
        env=environment(bench.emulator.settings.state, {}),
    )
    found: list[str] = eval(done.stderr.splitlines()[-1])
    return found


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_where_nothing_differs_the_store_stays_shut(bench: Workbench, shell: Shell, command: str) -> None:
    bench.write(ESTATE)
    assert shell.run("apply", "manifests", "--yes").code == 0

    assert loaded_by(bench, command, "manifests") == []
    bench.write(ESTATE.replace("Golden", "New"))
    assert loaded_by(bench, command, "manifests") == ["sqlalchemy", "deepdiff"]


def test_an_apply_killed_half_way_leaves_a_readable_store(tmp_path: Path) -> None:
    with workbench(tmp_path, time_scale=1, durations=replace(QUICK, version_create=3, retry_after=0.2)) as bench:
        shell = Shell(bench)
        bench.write(GALLERY + ACCESS)
        assert shell.run("apply", "manifests", "--yes").code == 0
        bench.write(ESTATE)
        process = subprocess.Popen(
            [*PROGRAM, "apply", "manifests", "--yes", "--wait", "provisioned"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tmp_path,
            env=environment(bench.emulator.settings.state, {}),
        )
        end = time.monotonic() + 60
        while not any("/versions/" in path for _, path in bench.written()) or len(runs(bench)) == 1:
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

        killed, first = runs(bench)
        assert (killed.ended, killed.exit_code, killed.report) == (None, None, None)
        assert first.exit_code == 0
        assert len(known(bench)) == 2
        again = shell.run("apply", "manifests", "--yes", "--wait", "provisioned")

        assert again.code == 0, again.out
        assert "warning:" not in again.err
        assert len(known(bench)) == 5
        *later, killed, first = runs(bench)
        assert (killed.exit_code, first.exit_code) == (None, 0)
        assert {run.exit_code for run in later} == {0}


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from reconciler.model.address import Address
from reconciler.model.ledger import Applied
from reconciler.model.plan import Target
from reconciler.model.run import SavedRun
from reconciler.store.room import StoreRoom

room = StoreRoom(Path(sys.argv[1]), warn=sys.exit, clock=lambda: datetime.now(UTC))
for number in range(10_000):
    put = {Address("s", "g", f"g{each}"): Applied({"description": str(number)}) for each in range(500)}
    room.save(Target("manifests", "emulator", "test"), SavedRun(f"{number:05}", str(number), "", f"{number:05}"), put)
    print(number, flush=True)
"""


def test_a_store_killed_while_it_is_written_holds_a_run_whole_or_not_at_all(tmp_path: Path) -> None:
    for delay in (0.0, 0.013, 0.031):
        folder = tmp_path / f"after {delay}"
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as process:
            assert process.stdout is not None
            for _ in range(3):
                process.stdout.readline()
            time.sleep(delay)
            process.kill()

        with closing(sqlite3.connect(folder / "store.sqlite")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            (digest,) = database.execute("SELECT digest FROM runs ORDER BY started DESC LIMIT 1").fetchone()
            assert database.execute("SELECT DISTINCT digest FROM ledger").fetchall() == [(digest,)]
            assert database.execute("SELECT count(*) FROM ledger").fetchone() == (500,)
