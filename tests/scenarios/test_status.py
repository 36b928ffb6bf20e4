"""Status asks for regions within its budget, remembers what was complete, says how old that is, and is never green
on what it does not know.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from reconciler.live.budget import BURST, PER_SECOND
from reconciler.model.health import Health
from reconciler.model.plan import Target
from reconciler.planner.asking import Memory
from reconciler.reconcile import status_pass
from tests.support.commands import Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import NOW, QUICK, Workbench, workbench

NAMES = [f"1.0.{number}" for number in range(9)]


@pytest.fixture
def estate(bench: Workbench) -> Workbench:
    bench.write(GALLERY + IMAGE + versions(*NAMES))
    bench.apply()
    return bench


def asked(bench: Workbench) -> list[str]:
    """The versions that were asked for their replication so far, in order."""
    return [
        record.path.rsplit("/", 1)[1]
        for record in bench.emulator.requests
        if record.method == "GET" and "ReplicationStatus" in record.query
    ]


def test_what_was_seen_complete_is_remembered_with_its_age(estate: Workbench, shell: Shell) -> None:
    before = len(asked(estate))
    first = shell.run("status", "manifests")
    assert first.code == 0
    assert sorted(asked(estate)[before:]) == NAMES
    assert " ago" not in first.out

    before = len(asked(estate))
    again = shell.run("status", "manifests")
    assert again.code == 0
    now_asked = asked(estate)[before:]
    assert "1.0.8" in now_asked  # what latest resolves to
    assert len(now_asked) <= BURST
    assert again.out.count("seen ") == again.out.count(" ago") == len(NAMES) - len(now_asked)
    assert again.out.count("Completed") == first.out.count("Completed")

    rows = shell.run("status", "manifests", "-o", "json").document["resources"]
    remembered = [row for row in rows if "seenAt" in row]
    assert remembered
    assert all(row["health"] == "Healthy" and row["regions"] for row in remembered)


def test_a_version_that_was_changed_is_asked_again(estate: Workbench, shell: Shell) -> None:
    shell.run("status", "manifests")
    estate.write(GALLERY + IMAGE + versions(*NAMES).replace("westeurope=1", "westeurope=2", 1))
    estate.apply()
    before = len(asked(estate))
    assert shell.run("status", "manifests").code == 0
    assert "1.0.0" in asked(estate)[before:]


def test_what_cannot_be_read_is_unknown_and_asked_first_the_next_time(estate: Workbench, shell: Shell) -> None:
    shell.run("status", "manifests")
    (estate.folder.parent / ".reconciler" / "store.sqlite").unlink()
    fault = Fault(method="GET", path=r"/versions/1\.0\.3\?.*ReplicationStatus", status=403, code="AuthorizationFailed")
    estate.emulator.faults.add(fault)
    found = shell.run("status", "manifests", "-o", "json")
    assert found.code == 1
    unknown = [row["address"] for row in found.document["resources"] if row["health"] == "Unknown"]
    assert [address.rsplit("/", 1)[1] for address in unknown] == ["1.0.3"]
    estate.emulator.faults.clear()
    before = len(asked(estate))
    assert shell.run("status", "manifests").code == 0
    assert "1.0.3" in asked(estate)[before:]


def test_no_more_versions_are_asked_a_second_than_the_budget_says(tmp_path: Path) -> None:
    scale = 0.05  # Azure's seconds pass twenty times as fast
    with workbench(tmp_path, time_scale=scale, durations=QUICK) as bench:
        bench.write(GALLERY + IMAGE + versions(*(f"1.0.{number}" for number in range(40))))
        bench.apply()
        begun = len(bench.emulator.requests)
        desired, unique = bench.built().desired, bench.scopes
        target = Target("test", "emulator", "test", unique)
        found = status_pass(desired, bench.gateway, bench.options, target, memory=Memory({}, NOW))
        assert all(row.health is Health.HEALTHY for row in found.rows)
        hits = [one.started for one in bench.emulator.requests[begun:] if "ReplicationStatus" in one.query]
        assert len(hits) == 40
        assert (hits[-1] - hits[0]) / scale >= (40 - BURST) / PER_SECOND * 0.9


def test_of_very_many_the_rest_is_unknown_never_green(estate: Workbench) -> None:
    target, desired = Target("test", "emulator", "test", estate.scopes), estate.built().desired
    found = status_pass(desired, estate.gateway, estate.options, target, memory=Memory({}, NOW, 4))
    unknown = [row for row in found.rows if row.health is Health.UNKNOWN]
    assert len(unknown) == len(NAMES) - 4
    assert all("not asked" in row.why for row in unknown)
    later = status_pass(
        desired, estate.gateway, estate.options, target, memory=Memory(found.seen, NOW + timedelta(hours=1), 4)
    )
    assert len([row for row in later.rows if row.health is Health.UNKNOWN]) == len(NAMES) - 4 - 3
