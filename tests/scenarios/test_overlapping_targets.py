"""Targets over the same resource groups: none deletes what another one declares, or may declare, or looks after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.test_targets import entries, galleries, put, settings, target
from tests.support.commands import Ran, Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import Workbench

OBSERVED = f"{GALLERY}policy: {{manage: observe}}{IMAGE}" + "    policy: {manage: observe}\n"


def observed(*names: str) -> str:
    """The versions as a target has them that only looks at their gallery and definition."""
    return OBSERVED + versions(*names).replace("        spec:", "        policy: {manage: full}\n        spec:")


def gallery(name: str) -> str:
    return GALLERY.replace("corp", name)


@pytest.fixture
def two(bench: Workbench, shell: Shell) -> Workbench:
    """Targets a and b in one resource group, both applied; a has dropped its second gallery."""
    put(bench, "a", f"{gallery('a_one')}---{gallery('a_two')}")
    put(bench, "b", gallery("b_one"))
    settings(bench, target("a", prune="confirm"), target("b"))
    assert shell.run("apply", "--yes").code == 0
    put(bench, "a", gallery("a_one"))
    return bench


def planned(ran: Ran) -> Any:
    """The plan of a path, or of the one target that was named."""
    (entry,) = ran.document.get("targets", [{"plan": ran.document}])
    return entry["plan"]


def deleted(ran: Ran) -> set[str]:
    return {one["address"].split("/", 2)[2] for one in planned(ran)["actions"] if one["verb"] == "delete"}


def refused(ran: Ran) -> list[str]:
    return [one["rule"] for one in planned(ran)["refusals"]]


@pytest.mark.parametrize("prune", ["off", "confirm", "on"])
def test_a_target_never_prunes_what_another_declares(two: Workbench, shell: Shell, prune: str) -> None:
    settings(two, target("a", prune="confirm"), target("b", prune=prune))

    ran = shell.run("apply", "--yes", "--prune", "--target", "a")

    assert ran.code == 0, ran.out + ran.err
    assert "b_one" in galleries(two)
    assert "b_one" not in ran.out


def test_what_left_one_target_goes_where_the_other_prunes_too(two: Workbench, shell: Shell) -> None:
    settings(two, target("a", prune="confirm"), target("b", prune="confirm"))

    assert shell.run("apply", "--yes", "--prune", "--target", "a").code == 0
    assert galleries(two) == {"a_one", "b_one"}


def test_what_a_target_without_prune_may_have_had_stays(two: Workbench, shell: Shell) -> None:
    ran = shell.run("apply", "--yes", "--prune", "--target", "a")

    assert ran.code == 0
    assert galleries(two) == {"a_one", "a_two", "b_one"}
    assert "target b has prune: off and covers it too" in ran.out
    settings(two, target("a", "scope: {galleries: ['a*']}", "confirm"), target("b", "scope: {galleries: ['b*']}"))
    assert shell.run("apply", "--yes", "--prune", "--target", "a").code == 0
    assert galleries(two) == {"a_one", "b_one"}


@pytest.mark.parametrize("what", ["broken", "gone"])
def test_what_cannot_be_read_of_another_target_is_not_guessed(two: Workbench, shell: Shell, what: str) -> None:
    file = two.folder / "b" / "gallery.yaml"
    if what == "broken":
        file.write_text(gallery("b_one").replace("description", "descripton"), encoding="utf-8")
    else:
        file.unlink()
        file.parent.rmdir()
    settings(two, target("a", prune="confirm"), target("b", prune="on"))

    ran = shell.run("plan", "--prune", "--target", "a", "-o", "json")
    assert ran.code == 4
    assert refused(ran) == ["IncompleteRead"]
    assert not deleted(ran)
    assert "target b" in planned(ran)["refusals"][0]["message"]
    assert shell.run("apply", "--yes", "--prune", "--target", "a", "--partial").code in (4, 5)
    assert galleries(two) == {"a_one", "a_two", "b_one"}
    settings(two, target("a", "scope: {galleries: ['a*']}", "confirm"), target("b", "scope: {galleries: ['b*']}", "on"))
    assert shell.run("apply", "--yes", "--prune", "--target", "a").code == 0
    assert galleries(two) == {"a_one", "b_one"}


def test_what_two_targets_declare_is_an_error_that_names_both(two: Workbench, shell: Shell) -> None:
    put(two, "b", f"{gallery('b_one')}---{gallery('a_one')}")

    ran = shell.run("plan", "-o", "json")

    found = entries(ran)
    assert ran.code == 3
    for one, other in (("a", "b"), ("b", "a")):
        assert [each["code"] for each in found[one]["diagnostics"]] == ["duplicate-resource"]  # type: ignore[attr-defined]
        assert f"target {other}" in str(found[one]["diagnostics"])
    assert shell.run("validate", "--target", "a").code == 3
    settings(two, target("a", prune="confirm"), target("b", "mode: plan"))
    assert shell.run("plan", "--target", "a").code == 0


def test_a_version_of_another_target_keeps_what_it_stands_in(bench: Workbench, shell: Shell) -> None:
    put(bench, "a", GALLERY + IMAGE)
    put(bench, "b", observed("1.0.0", "1.1.0"))
    settings(bench, target("a", prune="confirm"), target("b", prune="confirm"))
    ran = shell.run("apply", "--yes")
    assert ran.code == 0, ran.out + ran.err
    kept = shell.run("plan", "--prune", "--target", "a", "-o", "json")
    put(bench, "a", gallery("a_one"))

    ran = shell.run("plan", "--prune", "--target", "a", "-o", "json")

    assert not deleted(kept), kept.out
    assert not deleted(ran), ran.out
    put(bench, "a", GALLERY + IMAGE)
    put(bench, "b", observed("1.1.0"))
    assert deleted(shell.run("plan", "--prune", "--target", "b", "-o", "json")) == {"corp/ubuntu/1.0.0"}
    settings(bench, target("a", prune="confirm"), target("b", prune="off"))
    assert not deleted(shell.run("plan", "--prune", "--target", "a", "-o", "json"))


def test_a_dropped_version_is_its_definitions_target_to_prune(bench: Workbench, shell: Shell) -> None:
    put(bench, "a", GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    put(bench, "b", gallery("b_one"))
    settings(bench, target("a", prune="confirm"), target("b", prune="confirm"))
    assert shell.run("apply", "--yes").code == 0
    put(bench, "a", GALLERY + IMAGE + versions("1.1.0"))

    other = shell.run("plan", "--prune", "--target", "b", "-o", "json")
    own = shell.run("plan", "--prune", "--target", "a", "-o", "json")

    assert (other.code, deleted(other), planned(other)["undeclared"]) == (0, set(), [])
    assert deleted(own) == {"corp/ubuntu/1.0.0"}


def test_a_path_of_no_target_prunes_nothing_of_any(two: Workbench, shell: Shell) -> None:
    other: Path = two.folder.parent / "other"
    other.mkdir()
    (other / "gallery.yaml").write_text(gallery("other"), encoding="utf-8")

    ran = shell.run("plan", "other", "--prune", "-o", "json")
    stream = shell.run("plan", "-", "--prune", "-o", "json", stdin=gallery("other"))

    assert ran.code == stream.code == 0
    assert not deleted(ran) | deleted(stream)


# a path inside or around a target's source


@pytest.fixture
def folders(bench: Workbench, shell: Shell) -> Workbench:
    """A target with two folders and Defaults above them, applied."""
    put(bench, "a", "apiVersion: gallery-reconciler/v1\nkind: Defaults\nspec: {tags: {team: platform}}\n")
    put(bench, "a/x", gallery("x_one"))
    put(bench, "a/y", gallery("y_one"))
    settings(bench, target("a", "scope: {galleries: ['?_one']}\nmode: plan", "on"))
    settings(bench, target("a", "scope: {galleries: ['?_one']}", "on"))
    assert shell.run("apply", "--yes").code == 0
    return bench


def test_a_part_of_a_target_has_its_settings_and_prunes_nothing(folders: Workbench, shell: Shell) -> None:
    ran = shell.run("plan", "manifests/a/x", "-o", "json", "--detailed-exitcode")

    assert ran.code == 0, ran.out
    assert ran.document["target"]["name"] == "a"
    assert ran.document["target"]["allowed"]["galleries"] == ["?_one"]
    assert [one["verb"] for one in ran.document["actions"]] == ["noop"]
    assert ran.document["undeclared"] == []
    assert not folders.live("x_one")["tags"].keys() ^ {"team", "reconciler.owner"}


def test_prune_of_a_part_of_a_target_is_refused(folders: Workbench, shell: Shell) -> None:
    for part in ("manifests/a/x", "manifests/a/x/gallery.yaml"):
        ran = shell.run("apply", part, "--prune", "--yes")

        assert ran.code == 64
        assert "--target a" in ran.err
    put(folders, "a/x", gallery("z_one"))
    assert shell.run("apply", "manifests/a/x", "--yes").code == 0
    assert galleries(folders) == {"x_one", "y_one", "z_one"}


def test_a_part_of_a_target_that_only_plans_writes_nothing(folders: Workbench, shell: Shell) -> None:
    settings(folders, target("a", "mode: plan", "on"))
    put(folders, "a/x", gallery("new_one"))

    ran = shell.run("apply", "manifests/a/x", "--yes")

    assert "mode: plan" in ran.err
    assert galleries(folders) == {"x_one", "y_one"}


@pytest.mark.usefixtures("folders")
def test_a_part_that_declares_nothing_is_an_error(shell: Shell) -> None:
    ran = shell.run("plan", "manifests/a/gallery.yaml")

    assert ran.code == 3
    assert "declares nothing" in ran.err
    assert shell.run("plan", "manifests/a/nowhere").code == 3


def test_a_path_above_the_sources_of_targets_names_them(two: Workbench, shell: Shell) -> None:
    ran = shell.run("apply", "manifests", "--prune", "--yes")
    whole = shell.run("plan", str(two.folder.parent), "-o", "json")

    assert ran.code == 64
    assert "a, b" in ran.err
    assert "--target" in ran.err
    assert galleries(two) == {"a_one", "a_two", "b_one"}
    assert [*entries(whole)] == ["a", "b"]
