"""Imported manifests in files: nothing of anybody else's is lost, and no two groups meet in one folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.manifest_files import layout, write_all
from reconciler.errors import UsageError
from reconciler.manifest.emit import GalleryText
from reconciler.model.address import Scope

ONE = "00000000-0000-0000-0000-000000000001"
TWO = "00000000-0000-0000-0000-000000000002"


def gallery(subscription: str, group: str, name: str = "corp") -> GalleryText:
    return GalleryText(Scope(subscription, group), name, "standing", f"{group}/{name}\n")


def folders(*galleries: GalleryText) -> list[str]:
    return [
        str(path.parent.relative_to("out")) for path in layout(galleries, Path("out")) if path.name == "defaults.yaml"
    ]


def folder_of_mine(place: Path) -> None:
    place.mkdir()
    (place / "mine.txt").write_text("mine", encoding="utf-8")


OTHERS: list[tuple[str, Callable[[Path], None]]] = [
    ("a folder", folder_of_mine),
    ("a pipe", os.mkfifo),
    ("a link", lambda place: place.symlink_to("/etc/hostname")),
    ("a link to nowhere", lambda place: place.symlink_to("nowhere")),
]


@pytest.mark.parametrize(("what", "put"), OTHERS, ids=[what for what, _ in OTHERS])
@pytest.mark.parametrize("name", ["corp.yaml", "defaults.yaml"])
def test_force_gives_up_plain_files_and_nothing_else(
    tmp_path: Path, what: str, put: Callable[[Path], None], name: str
) -> None:
    put(tmp_path / name)
    mode = (tmp_path / name).lstat().st_mode

    with pytest.raises(UsageError, match=f"{tmp_path / name} exists and is no plain file") as refused:
        write_all(layout([gallery(ONE, "rg")], tmp_path), tmp_path, force=True)

    assert "nothing was written" in refused.value.message, what
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).lstat().st_mode == mode
    if what == "a folder":
        assert (tmp_path / name / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_force_replaces_plain_files_of_the_same_names_alone(tmp_path: Path) -> None:
    for name in ("corp.yaml", "other.yaml"):
        (tmp_path / name).write_text("mine", encoding="utf-8")

    write_all(layout([gallery(ONE, "rg")], tmp_path), tmp_path, force=True)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["corp.yaml", "defaults.yaml", "other.yaml"]
    assert (tmp_path / "corp.yaml").read_text(encoding="utf-8") == "rg/corp\n"
    assert (tmp_path / "other.yaml").read_text(encoding="utf-8") == "mine"


def test_what_cannot_be_finished_is_undone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "corp.yaml").write_text("mine", encoding="utf-8")
    (tmp_path / "b").write_text("a file where a folder should be", encoding="utf-8")

    with pytest.raises(UsageError, match="nothing was left there"):
        write_all(layout([gallery(ONE, "a"), gallery(ONE, "b")], tmp_path), tmp_path, force=True)

    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == ["a", "a/corp.yaml", "b"]
    assert (tmp_path / "a" / "corp.yaml").read_text(encoding="utf-8") == "mine"


def test_a_single_group_needs_no_folder() -> None:
    assert folders(gallery(ONE, ".rg"), gallery(ONE, ".rg", "lab")) == ["."]


def test_groups_of_one_name_lie_below_their_subscriptions() -> None:
    assert folders(gallery(ONE, "rg"), gallery(TWO, "RG"), gallery(TWO, "x")) == [f"{ONE}/rg", f"{TWO}/RG", "x"]


@pytest.mark.parametrize(
    "groups",
    [
        (".rg", "_.rg"),
        (".rg", "_.rg", "__.rg", "rg", "_rg"),
        ("stra\N{LATIN SMALL LETTER SHARP S}e", "STRASSE"),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe\N{COMBINING ACUTE ACCENT}"),
        (ONE, TWO, "rg"),
    ],
)
def test_no_two_groups_meet_in_one_folder_whatever_the_file_system_takes_for_one_name(groups: tuple[str, ...]) -> None:
    galleries = [gallery(subscription, group) for subscription in (ONE, TWO) for group in groups]

    files = layout(galleries, Path("out"))

    assert len(files) == 2 * len(galleries)
    alone = [gallery(ONE, group) for group in groups]
    for several in (galleries, alone):
        found = folders(*several)
        assert len({name.casefold() for name in found}) == len(several)
        assert not any(part.startswith(".") for name in found for part in name.split("/"))
