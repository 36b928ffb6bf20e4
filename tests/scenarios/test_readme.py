"""What the README shows of the quick start is what the program prints; `RENEW_GOLDEN=1` writes its plans anew.

Digests and seconds differ from run to run and are not compared; of an apply, the lines about single moments are not.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import PROGRAM, ROOT, clean_environment

README = ROOT / "README.md"
PLAN = "reconciler plan manifests/quickstart"
APPLY = "reconciler apply manifests/quickstart --yes"
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
MASKS = (
    (re.compile(r"digest [0-9a-f]{12}"), "digest …"),
    (re.compile(r"\d+\.\d s\b"), "… s"),
    (re.compile(r" +(✓|…)"), r" \1"),
)


def masked(text: str) -> str:
    for mask, shown in MASKS:
        text = mask.sub(shown, text)
    return text


def blocks(start: str) -> list[str]:
    """The console blocks of the README in which a line begins so, from that line on."""
    found = BLOCK.findall(README.read_text(encoding="utf-8"))
    return [block[block.index(start) :] for block in found if f"\n{start}" in f"\n{block}"]


class Reader:
    """Somebody who follows the README in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = folder / "manifests" / "quickstart" / "gallery.yaml"
        shutil.copytree(ROOT / "manifests", folder / "manifests")

    def types(self, command: str, code: int = 0) -> str:
        """What a command prints, on both streams."""
        done = subprocess.run(
            [*PROGRAM, *command.split()[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            cwd=self.folder,
            env=clean_environment(),
        )
        assert done.returncode == code, done.stderr
        return done.stderr + done.stdout

    def edits(self, *pairs: tuple[str, str]) -> None:
        """Change the manifest as the README says."""
        text = self.manifest.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        self.manifest.write_text(text, encoding="utf-8")


def renewed(shown: str, printed: str) -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count(shown) == 1
    README.write_text(text.replace(shown, printed), encoding="utf-8")


def compare(shown: str, printed: str) -> None:
    if os.environ.get("RENEW_GOLDEN") and masked(shown) != masked(printed):
        renewed(shown, printed)
        return
    assert masked(printed) == masked(shown)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def test_the_quick_start_prints_what_the_readme_shows(reader: Reader) -> None:
    first, second = blocks(f"$ {PLAN}")[:2]
    (refused,) = blocks("! rg-images/corp_images/ubuntu-2404 ")
    (applied,) = blocks(f"$ {APPLY}")

    compare(first, f"$ {PLAN}\n{reader.types(PLAN)}")
    printed = masked(reader.types(APPLY))
    moments = re.compile(r" %|Completed")
    told = [line for line in masked(applied).split("\n")[1:] if line not in ("", "…") and not moments.search(line)]
    assert told
    assert [line for line in told if line not in printed.split("\n")] == []
    reader.edits(("westeurope=2, northeurope", "westeurope=3, northeurope, uksouth"))
    compare(second, f"$ {PLAN}\n{reader.types(PLAN)}")
    reader.edits(("westeurope=3, northeurope, uksouth", "westeurope=2, northeurope"), ("V2", "V1"))
    compare(refused, excerpt(reader.types(PLAN, 4)))


def excerpt(printed: str) -> str:
    return printed[printed.index("! rg-images/") :]


def test_a_version_taken_out_of_the_file_is_listed_and_then_guarded(reader: Reader) -> None:
    reader.types(APPLY)
    text = reader.manifest.read_text(encoding="utf-8")
    reader.manifest.write_text(text[: text.index("    versions:")], encoding="utf-8")

    assert "kept without --prune · would meet LastUsable" in reader.types(PLAN)
    assert "--allow-last-version rg-images/corp_images/ubuntu-2404/1.4.0" in reader.types(f"{PLAN} --prune", 4)


def found(start: str, language: str) -> str:
    text = README.read_text(encoding="utf-8")
    bodies: list[str] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return next(body for body in bodies if start in body)


def test_a_version_is_published_by_the_file_that_the_readme_shows(reader: Reader) -> None:
    reader.types(APPLY)
    published = found("kind: ImageVersion", "yaml")
    (reader.manifest.parent / "ubuntu-2404-1.5.0.yaml").write_text(published, encoding="utf-8")

    assert "latest   ubuntu-2404  northeurope, westeurope 1.4.0 → 1.5.0" in reader.types(PLAN)


def test_the_other_commands_of_the_readme_run_on_the_emulator(reader: Reader) -> None:
    reader.types(APPLY)

    imported(reader)
    piped(reader)


def imported(reader: Reader) -> None:
    lines = [
        line for line in found("reconciler import", "console").split("\n") if line.startswith("$ reconciler import")
    ]
    (out,) = [line[2:] for line in lines if "--out" in line]
    reader.types(out)
    planned = next(line[2:] for line in found("reconciler import", "console").split("\n") if "plan images" in line)
    assert "No changes. " in reader.types(planned.partition("#")[0])


def piped(reader: Reader) -> None:
    commands = [line for line in found("show plan.json", "sh").split("\n") if line.startswith("reconciler ")]
    plan, show, apply = (line.partition(">")[0].replace("manifests ", "manifests/quickstart ") for line in commands)
    reader.types(plan)
    assert reader.types(show).startswith("**No changes.**")
    reader.types(apply)
