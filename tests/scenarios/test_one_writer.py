"""Two applies of one target at once: one waits or ends with 6, and says for whom; a dead one holds nobody up."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator.settings import Durations
from tests.scenarios.test_resume import APPLY, begin, ended, sent, state_of, until
from tests.support.commands import Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Workbench]:
    durations = Durations(gallery=0, definition=0, version_create=240, region_spread=60)
    with workbench(tmp_path, time_scale=0.01, durations=durations) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        yield bench


def under_way(bench: Workbench) -> subprocess.Popen[str]:
    """An apply that waits for a version."""
    running = begin(bench, *APPLY)
    until(lambda: state_of(bench) == "Creating")
    return running


def test_a_second_apply_ends_with_6_and_names_the_holder_and_writes_nothing(slow: Workbench) -> None:
    first = under_way(slow)

    second = ended(begin(slow, *APPLY, "-o", "json"))

    assert second.code == 6
    assert f"target manifests is being applied by reconciler apply (process {first.pid} on " in second.err
    assert "--lock-timeout" in second.err
    assert second.document["error"]["exitCode"] == 6
    assert ended(first).code == 0
    assert len(sent(slow, "PUT", "/versions/1.0.0")) == 1


def test_a_second_apply_waits_where_it_is_told_to_and_finds_nothing_left_to_do(slow: Workbench) -> None:
    first = under_way(slow)

    second = ended(begin(slow, *APPLY, "--lock-timeout", "60"))

    assert second.code == 0, second.err
    assert f"waiting for reconciler apply (process {first.pid} on " in second.err
    assert "No changes." in second.out
    assert ended(first).code == 0
    assert len(sent(slow, "PUT", "/versions/1.0.0")) == 1


def test_an_apply_that_was_killed_holds_nobody_up(slow: Workbench) -> None:
    first = under_way(slow)
    first.kill()
    ended(first)

    assert ended(begin(slow, *APPLY)).code == 0


def test_who_only_plans_waits_for_nobody(slow: Workbench) -> None:
    first = under_way(slow)

    assert ended(begin(slow, "plan", "manifests")).code == 0
    assert ended(begin(slow, *APPLY, "--instance", "another")).code != 6
    first.kill()
    ended(first)


def test_where_nothing_can_be_locked_an_apply_says_so_and_goes_on(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    state = bench.folder.parent / ".reconciler"
    state.mkdir()
    (state / "locks").write_text("no folder", encoding="utf-8")

    ran = shell.run(*APPLY)

    assert ran.code == 0, ran.err
    assert ran.err.count("warning: ") == ran.err.count("warning: no lock: ") == 1
    assert "; two applies of target manifests at once are not kept apart" in ran.err
