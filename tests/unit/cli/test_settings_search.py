"""Which settings file counts, and which guards lifted by hand lift nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.app import Request, layered_settings
from reconciler.cli.overrides import unmatched
from reconciler.model.address import Address
from reconciler.planner.options import Options
from reconciler.settings import PATHS
from tests.golden.everything import PLAN


def instance_for(path: Path) -> str | None:
    return layered_settings(Request(str(path)), {}).settings.instance


def put(folder: Path, instance: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reconciler.yaml").write_text(f"instance: {instance}\n", encoding="utf-8")


def test_the_nearest_settings_above_the_manifests_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    manifests = tmp_path / "repo" / "estates" / "corp"
    manifests.mkdir(parents=True)
    put(tmp_path / "here", "here")
    put(tmp_path / "repo", "above")

    assert instance_for(manifests) == "above"
    put(manifests, "beside")
    assert instance_for(manifests) == "beside"
    assert instance_for(manifests / "gallery.yaml") == "beside"


def test_the_search_ends_with_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    manifests = tmp_path / "repo" / "estates"
    manifests.mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    put(tmp_path, "outside")
    put(tmp_path / "here", "here")

    assert instance_for(manifests) == "here"
    put(tmp_path / "repo", "top")
    assert instance_for(manifests) == "top"


def test_the_origin_names_the_file_that_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "manifests").mkdir()
    put(tmp_path, "above")
    monkeypatch.chdir(tmp_path)

    assert layered_settings(Request("manifests"), {}).origins["instance"] == "reconciler.yaml:1:1"


def test_the_handbook_lists_every_setting() -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    table = text.partition("| setting | default |")[2].partition("\n\n")[0]

    assert [path for path in PATHS if f"`{path}`" not in table] == []


KNOWN = (Address("s", "rg-images", "corp"), Address("s", "rg-images", "corp", "ubuntu"))


def test_an_override_that_names_nothing_is_told_with_what_it_may_mean() -> None:
    options = Options(
        adopt=frozenset({"rg-images/corp", "rg-images/crop", "", "all"}), allow_protected=frozenset({"ubunto"})
    )

    assert unmatched(options, PLAN, KNOWN) == (
        "--adopt (empty) matches nothing",
        "--adopt rg-images/crop matches nothing; did you mean rg-images/corp?",
        "--allow-protected ubunto matches nothing; did you mean rg-images/corp/ubuntu?",
    )
