"""The store: what is saved is read back, and whatever is wrong with the file costs one line and nothing else."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from reconciler.kinds.overlay import same
from reconciler.model.address import Address
from reconciler.model.ledger import Applied
from reconciler.model.plan import Target
from reconciler.model.run import SavedRun
from reconciler.store.room import StoreRoom
from reconciler.store.tables import STEPS, check_layout, known_version, migrate, version_of
from tests.support.estates import ESTATE
from tests.support.random_estates import applied, desired_of

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TARGET = Target("estate", "AzureCloud", "prod")
GALLERY = Address("s", "g", "Corp")
ENTRY = Applied({"tags": {"team": "a", "gone": None}}, {"new.field": [1, True]}, "2026-11-01T00:00:00Z", "3f9c2ab")


@dataclass
class Desk:
    """A state folder, the rooms opened on it one after another, and all their warnings."""

    folder: Path
    warned: list[str] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "store.sqlite"

    def room(self) -> StoreRoom:
        return StoreRoom(self.folder, warn=self.warned.append, clock=lambda: NOW)

    def save(self, number: int = 0, **ledger: Applied) -> None:
        put = {Address("s", "g", name): entry for name, entry in ledger.items()}
        self.room().save(TARGET, run(number), put)

    def known(self, target: Target = TARGET) -> Applied | None:
        return self.room().ledger(target).get(GALLERY)

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.file)) as database, database:
            database.execute(statement)

    def aside(self) -> list[Path]:
        return sorted(self.folder.glob("store.sqlite.aside-*Z")) + sorted(
            self.folder.glob("store.sqlite.aside-*Z-[0-9]")
        )


def run(number: int) -> SavedRun:
    return SavedRun(f"{number:04}", "d", "r", f"2026-11-01T00:00:{number:09.3f}+00:00")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "state %#? of us")


def test_what_is_saved_is_read_back_as_it_was(desk: Desk) -> None:
    known = applied(desired_of(ESTATE))
    desk.room().save(TARGET, run(1), {**known, GALLERY: ENTRY})

    ledger = desk.room().ledger(TARGET)

    for address, entry in known.items():
        found = ledger.get(address)
        assert found is not None
        assert same(found.body, entry.body)
    assert desk.known() == ENTRY
    assert ledger.get(Address("S", "G", "CORP")) == ENTRY
    assert ledger.get(Address("s", "g", "other")) is None
    assert (desk.folder / ".gitignore").read_text() == "*\n"
    assert not desk.warned


def test_targets_instances_and_clouds_do_not_share_what_was_applied(desk: Desk) -> None:
    desk.save(corp=ENTRY)

    for other in (
        replace(TARGET, name="other"),
        replace(TARGET, instance="other"),
        replace(TARGET, cloud="emulator"),
    ):
        assert desk.known(other) is None
        assert desk.room().runs(other) == ()


def test_a_deleted_resource_is_known_no_more_and_the_others_stay(desk: Desk) -> None:
    desk.save(1, corp=ENTRY, other=ENTRY)

    desk.room().save(TARGET, run(2), {}, (GALLERY,))

    assert desk.known() is None
    assert desk.room().ledger(TARGET).get(Address("s", "g", "other")) == ENTRY


def test_the_end_of_a_run_takes_the_place_of_its_beginning(desk: Desk) -> None:
    begun = run(1)
    desk.room().save(TARGET, begun)
    assert desk.room().runs(TARGET) == (begun,)

    ended = replace(begun, ended="2026-11-01T00:01:00Z", exit_code=5, counts={"failed": 1}, report={"results": []})
    desk.room().save(TARGET, ended)

    assert desk.room().runs(TARGET) == (ended,)


def test_the_last_hundred_runs_of_each_target_are_kept(desk: Desk) -> None:
    other = replace(TARGET, name="other")
    desk.room().save(other, SavedRun("first", "d", "r", "2020"))
    room = desk.room()
    for number in range(103):
        room.save(TARGET, run(number))

    found = desk.room().runs(TARGET, 200)

    assert [each.id for each in found] == [f"{number:04}" for number in range(102, 2, -1)]
    assert len(desk.room().runs(TARGET, 3)) == 3
    assert [each.id for each in desk.room().runs(other)] == ["first"]


def test_looking_makes_no_file(desk: Desk) -> None:
    assert desk.known() is None
    assert desk.room().runs(TARGET) == ()
    assert not desk.folder.exists()
    assert not desk.warned


def test_a_newer_store_is_refused_by_one_line_and_never_touched(desk: Desk) -> None:
    desk.save(corp=ENTRY)
    desk.change("UPDATE reconciler_schema SET version = 99")
    before = desk.file.read_bytes()

    room = desk.room()
    assert room.ledger(TARGET).get(GALLERY) is None
    room.save(TARGET, run(2), {GALLERY: ENTRY})
    room.save(TARGET, run(2))
    assert len(desk.warned) == 1
    desk.save(3)

    assert len(desk.warned) == 2
    assert all(f"newer version (layout 99, this one knows {known_version()})" in line for line in desk.warned)
    assert desk.file.read_bytes() == before
    assert not desk.aside()


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE resources (key TEXT)")


def scribbled(file: Path) -> None:
    file.write_bytes(b"garbage" * 1000)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def torn(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)


def altered(statement: str) -> Callable[[Path], None]:
    def alter(file: Path) -> None:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(statement)

    return alter


DAMAGE = {
    "foreign": foreign,
    "scribbled": scribbled,
    "cut": cut,
    "torn": torn,
    "no ledger": altered("DROP TABLE ledger"),
    "no column": altered("ALTER TABLE runs DROP COLUMN report"),
    "no version": altered("DELETE FROM reconciler_schema"),
    "odd version": altered("UPDATE reconciler_schema SET version = 'abc'"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_useless_file_is_moved_aside_with_a_warning_and_a_new_one_begun(
    desk: Desk, damage: Callable[[Path], None]
) -> None:
    desk.save(1, corp=ENTRY)
    damage(desk.file)
    content = desk.file.read_bytes()

    assert desk.known() is None
    assert desk.file.read_bytes() == content, "a look moves nothing"
    assert len(desk.warned) == 1
    desk.save(2, corp=ENTRY)

    assert len(desk.warned) == 2
    assert "moved to store.sqlite.aside-20261101T000000Z and a new one is begun" in desk.warned[1]
    assert [path.read_bytes() for path in desk.aside()] == [content]
    assert desk.known() == ENTRY
    assert [each.id for each in desk.room().runs(TARGET)] == ["0002"]
    assert len(desk.warned) == 2


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_who_looked_at_a_useless_file_before_it_saves_begins_a_new_one(
    desk: Desk, damage: Callable[[Path], None]
) -> None:
    desk.save(1, corp=ENTRY)
    damage(desk.file)

    room = desk.room()
    ledger = room.ledger(TARGET)
    assert ledger.get(GALLERY) is None
    assert room.runs(TARGET) == ()
    assert len(desk.warned) == 1
    room.save(TARGET, run(2), {GALLERY: ENTRY})

    assert len(desk.aside()) == 1
    assert desk.known() == ENTRY
    assert len(desk.warned) == 2


def unreadable_rows(file: Path) -> None:
    """The page of the ledger's rows is scribbled over; the layout still reads."""
    with closing(sqlite3.connect(file)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)


def test_damage_that_shows_behind_the_layout_alone_is_damage_too(desk: Desk) -> None:
    desk.save(1, corp=ENTRY)
    unreadable_rows(desk.file)

    room = desk.room()
    assert room.ledger(TARGET).get(GALLERY) is None
    room.save(TARGET, run(2), {GALLERY: ENTRY})

    assert desk.known() == ENTRY, desk.warned


def test_a_second_useless_file_does_not_replace_the_first(desk: Desk) -> None:
    for _ in range(2):
        desk.save()
        scribbled(desk.file)
    desk.save()

    assert [path.name for path in desk.aside()] == [
        "store.sqlite.aside-20261101T000000Z",
        "store.sqlite.aside-20261101T000000Z-2",
    ]


@pytest.mark.parametrize("where", ["folder", "file"])
def test_what_cannot_be_written_costs_one_line(desk: Desk, where: str) -> None:
    if where == "folder":
        desk.folder.write_text("a file where the folder should be", encoding="utf-8")
    else:
        desk.file.mkdir(parents=True)

    room = desk.room()
    assert room.ledger(TARGET).get(GALLERY) is None
    room.save(TARGET, run(1), {GALLERY: ENTRY})
    room.save(TARGET, run(1))
    assert room.runs(TARGET) == ()

    assert len(desk.warned) == 1
    assert "\n" not in desk.warned[0]
    assert desk.warned[0].endswith("the run goes on without it")


def test_an_empty_file_is_a_store_that_holds_nothing_yet(desk: Desk) -> None:
    desk.folder.mkdir()
    desk.file.touch()

    assert desk.known() is None
    desk.save(corp=ENTRY)
    assert desk.known() == ENTRY
    assert not desk.warned


@pytest.mark.parametrize("body", ["[]", "{", "7", "", "null", "[" * 100_000, '{"tags": {"a": [1]}}'])
def test_an_entry_that_somebody_wrote_over_is_none_or_only_odd(desk: Desk, body: str) -> None:
    desk.save(corp=ENTRY, other=ENTRY)
    desk.change(f"UPDATE ledger SET body = '{body}' WHERE address = 's/g/corp'")

    found = desk.known()

    assert found is None or found.body == {"tags": {"a": [1]}}
    assert desk.room().ledger(TARGET).get(Address("s", "g", "other")) == ENTRY
    assert not desk.warned


def test_migrations_are_taken_in_order_once_each_and_keep_what_is_there(desk: Desk) -> None:
    desk.save(corp=ENTRY)
    more = (
        *STEPS,
        ("ALTER TABLE ledger ADD COLUMN first TEXT DEFAULT 'x'",),
        ("ALTER TABLE ledger RENAME COLUMN first TO second",),
    )
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(desk.file))

    for steps in (more[: len(STEPS) + 1], more, more):
        with engine.begin() as connection:
            migrate(connection, steps)
            assert version_of(connection) == len(steps)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT address, second FROM ledger").all() == [("s/g/corp", "x")]
    engine.dispose()


def test_the_steps_lead_to_the_tables_that_are_used() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection)
        check_layout(connection)
    engine.dispose()


def test_a_copy_taken_while_nobody_writes_is_whole(desk: Desk, tmp_path: Path) -> None:
    desk.save(corp=ENTRY)
    shutil.copytree(desk.folder, tmp_path / "copy")

    assert Desk(tmp_path / "copy").known() == ENTRY


def test_two_rooms_on_one_file_lose_nothing(desk: Desk) -> None:
    first, second = desk.room(), desk.room()
    for number in range(5):
        first.save(TARGET, run(2 * number), {Address("s", "g", f"a{number}"): ENTRY})
        second.save(TARGET, run(2 * number + 1), {Address("s", "g", f"b{number}"): ENTRY})

    ledger = desk.room().ledger(TARGET)
    assert all(ledger.get(Address("s", "g", f"{name}{number}")) == ENTRY for name in "ab" for number in range(5))
    assert len(desk.room().runs(TARGET)) == 10
    assert not desk.warned


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_only_its_owner_can_read_it_while_it_is_open_and_after(desk: Desk, mask: int) -> None:
    before = os.umask(mask)
    try:
        desk.save(1, Corp=ENTRY)
        with closing(sqlite3.connect(desk.file)) as database, database:
            assert database.execute("SELECT count(*) FROM runs").fetchone() == (1,)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in desk.folder.glob("store.sqlite*")}
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(("store.sqlite", "store.sqlite-wal", "store.sqlite-shm"), 0o600)
    assert desk.known() == ENTRY
    assert not desk.warned
