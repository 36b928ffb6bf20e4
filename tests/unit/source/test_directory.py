"""What a file or folder gives: which files, in which order, under which names, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.manifest.limits import Limits
from reconciler.source.directory import read_path
from tests.unit.source.bad_sources import BAD_SOURCES, SOUND, BadSource


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SOUND)


@pytest.mark.parametrize("bad", BAD_SOURCES, ids=lambda bad: f"{bad.code}: {bad.name}")
def test_a_bad_source_is_one_finding_with_a_hint(bad: BadSource, tmp_path: Path) -> None:
    read = read_path(bad.make(tmp_path), limits=bad.limits)
    assert [found.code for found in read.diagnostics] == [bad.code]
    assert read.diagnostics[0].origin.file == str(tmp_path / bad.place)
    assert read.diagnostics[0].hint


def test_what_can_be_read_beside_a_bad_file_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "c.yaml")
    os.mkfifo(tmp_path / "b.yaml")
    read = read_path(tmp_path)
    assert [Path(text.name).name for text in read.texts] == ["a.yaml", "c.yaml"]


def test_a_folder_is_read_in_sorted_order_with_its_folders(tmp_path: Path) -> None:
    write(tmp_path, "z.yaml", "b.json", "images/win.yml", "images/deep/x.yaml", "a.txt", "images/.hidden.yaml")
    read = read_path(tmp_path)
    assert [(text.name.removeprefix(f"{tmp_path}/"), text.folder) for text in read.texts] == [
        ("z.yaml", ()),
        ("images/win.yml", ("images",)),
        ("images/deep/x.yaml", ("images", "deep")),
    ]
    assert not read.diagnostics


def test_state_git_and_settings_are_never_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a.yaml",
        "reconciler.yaml",
        "b/reconciler.yaml",
        ".reconciler/plan.json",
        ".git/x.yaml",
        ".github/workflows/ci.yml",
    )
    assert [Path(text.name).name for text in read_path(tmp_path).texts] == ["a.yaml"]


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "shared/x.yaml")
    (tmp_path / "alias.yaml").symlink_to("shared/x.yaml")
    assert len(read_path(tmp_path).texts) == 2


def test_a_folder_that_is_itself_a_link_is_read(tmp_path: Path) -> None:
    write(tmp_path, "real/x.yaml")
    (tmp_path / "link").symlink_to("real")
    assert [text.name for text in read_path(tmp_path / "link").texts] == [str(tmp_path / "link" / "x.yaml")]


def test_names_stay_relative_to_where_the_user_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "estate/images/x.yaml", "estate/a.yaml")
    monkeypatch.chdir(tmp_path)
    assert [text.name for text in read_path(Path("estate")).texts] == ["estate/a.yaml", "estate/images/x.yaml"]
    monkeypatch.chdir(tmp_path / "estate")
    assert [text.name for text in read_path(Path()).texts] == ["a.yaml", "images/x.yaml"]


def test_one_file_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path, "manifest.txt")
    read = read_path(tmp_path / "manifest.txt")
    assert [text.folder for text in read.texts] == [()]
    assert read.texts[0].data.decode() == SOUND


def test_json_is_read_where_it_is_named_and_left_alone_in_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    (tmp_path / "plan.json").write_text('{"schemaVersion": 1, "actions": []}')
    (tmp_path / "link.json").symlink_to("/etc/hostname")
    read = read_path(tmp_path)
    assert [Path(text.name).name for text in read.texts] == ["a.yaml"]
    assert not read.diagnostics
    assert [Path(text.name).name for text in read_path(tmp_path / "plan.json").texts] == ["plan.json"]


def test_a_file_of_exactly_the_cap_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    assert read_path(tmp_path, limits=Limits(file_bytes=len(SOUND))).texts
