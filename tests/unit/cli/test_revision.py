"""What git says about manifests is told as it is, and asking runs nobody's program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.source.revision import Revision, public_address, revision_of


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "estate").mkdir()
    (tmp_path / "estate" / "gallery.yaml").write_text("a: 1\n", encoding="utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_a_clean_folder_has_its_commit(repository: Path) -> None:
    assert revision_of(repository / "estate") == Revision(git(repository, "rev-parse", "HEAD"), dirty=False)


def test_only_changes_of_the_manifests_count(repository: Path) -> None:
    (repository / "other.txt").write_text("x", encoding="utf-8")
    assert revision_of(repository / "estate").dirty is False

    (repository / "estate" / "new.yaml").write_text("x", encoding="utf-8")
    assert revision_of(repository / "estate").dirty is True
    assert revision_of(repository / "estate" / "gallery.yaml").dirty is False


def test_outside_a_repository_nobody_knows(tmp_path: Path) -> None:
    assert revision_of(tmp_path) == Revision("", None)
    assert revision_of(tmp_path / "nothing" / "here.yaml") == Revision("", None)


def test_the_repository_cannot_make_us_run_a_program(repository: Path) -> None:
    trap = repository / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {repository}/sprung\n", encoding="utf-8")
    trap.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(trap))

    assert revision_of(repository / "estate").commit

    assert not (repository / "sprung").exists()


def test_a_folder_named_like_an_option_is_a_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = repository / "--upload-pack=x"
    odd.mkdir()
    (odd / ":(exclude)a.yaml").write_text("x", encoding="utf-8")
    monkeypatch.chdir(repository)

    assert revision_of(Path("--upload-pack=x") / ":(exclude)a.yaml").dirty is True


def test_somebody_elses_repository_in_the_environment_is_not_ours(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))

    assert revision_of(tmp_path_factory.mktemp("elsewhere")) == Revision("", None)


def test_the_remote_is_named_without_who_signs_in(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://me:ghp_secret@git.example.com/team/images.git?x=1")

    assert revision_of(repository / "estate").repo == "https://git.example.com/team/images.git"


@pytest.mark.parametrize(
    ("remote", "shown"),
    [
        ("git@git.example.com:team/images.git", "git.example.com:team/images.git"),
        ("ssh://git@git.example.com:22/team/images", "ssh://git.example.com:22/team/images"),
        ("https://token@git.example.com/images", "https://git.example.com/images"),
        ("https://a:b@c@git.example.com/images", ""),
        ("/srv/images", ""),
        ("../images", ""),
        ("file:///srv/images", ""),
        ("", ""),
    ],
)
def test_only_a_remote_that_others_can_reach_is_named(remote: str, shown: str) -> None:
    assert public_address(remote) == shown
