"""A plan as a comment on a pull request: whatever the run comes to, the comment says it, in the bytes there are."""

from __future__ import annotations

import re

import pytest

from tests.scenarios.test_targets import BROKEN, FINE, STRAY, put, settings, target
from tests.support.commands import Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import Workbench


def test_invalid_manifests_are_a_comment_with_every_finding(bench: Workbench, shell: Shell) -> None:
    bench.write(BROKEN.replace("location: westeurope, ", "") + IMAGE.replace("osType: Linux", "osType: Linus"))

    ran = shell.run("plan", "manifests", "-o", "markdown")

    assert ran.code == 3
    assert ran.out.startswith("**No plan was made: ")
    first = re.search(r"<b>error</b> <code>manifests/\w+\.yaml&#58;\d+&#58;\d+</code> ", ran.out)
    assert first is not None, ran.out
    assert "descripton" in ran.out
    assert "hint: " in ran.out
    assert "Linus" in ran.out
    assert not bench.written()


def test_a_path_that_is_not_there_is_a_comment_too(bench: Workbench, shell: Shell) -> None:
    ran = shell.run("plan", f"{bench.folder}/nowhere", "-o", "markdown")

    assert ran.code
    assert ran.out.startswith("**No plan was made: ")


@pytest.mark.parametrize("budget", [2000, 60_000])
def test_several_targets_are_one_comment_within_its_bytes(bench: Workbench, shell: Shell, budget: int) -> None:
    put(bench, "broken", BROKEN)
    put(bench, "refused", STRAY)
    put(bench, "fine", FINE)
    put(bench, "large", GALLERY.replace("corp", "large") + IMAGE + versions(*(f"1.{n}.0" for n in range(60))))
    scope = "scope: {galleries: [other]}"
    settings(bench, target("broken"), target("refused", scope), target("fine"), target("large"))

    ran = shell.run("plan", "-o", "markdown", "--budget", str(budget))

    assert ran.code == 3
    assert len(ran.out.encode()) <= budget
    assert [line for line in ran.out.split("\n") if line.startswith("## ")] == [
        f"## target {name}" for name in ("broken", "refused", "fine", "large")
    ]
    assert "**No plan was made: " in ran.out
    assert "**1 refused: nothing would be written" in ran.out
    assert "targets&#58; broken invalid · refused refused · fine done · large done\n" in ran.out


def test_the_comment_of_a_plan_tells_what_latest_becomes(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0", more=", excludeFromLatest: true"))

    ran = shell.run("plan", "manifests", "-o", "markdown", "--adopt", "all")

    assert ran.code == 0
    lost = "<b>! lost&#58;</b> <code>latest</code> of <code>rg-images/corp/ubuntu</code> westeurope 1.1.0 → nothing"
    assert lost.replace("&#58;", ":") in ran.out
    assert "<b>guards lifted by hand:</b> <code>&#45;-adopt all</code>" in ran.out
