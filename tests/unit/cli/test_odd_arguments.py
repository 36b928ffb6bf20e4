"""Whatever is typed, named in a variable or written in settings: a clear error with its exit code, and no waiting."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler.app import Request, layered_settings
from reconciler.errors import InvalidInput, UsageError
from reconciler.source.directory import read_path
from reconciler.source.plan_file import write_plan
from tests.support.commands import PROGRAM
from tests.support.workbench import SUB

SECRET = "S3cr3tV4lue"
SIGNED = f"https://a.blob/v.vhd?sv=1&sig={SECRET}"
LONG = "x" * 100_000
UNDECODED = os.fsdecode(b"a\xffb")
MANIFEST = "apiVersion: gallery-reconciler/v1\nkind: Gallery\nmetadata: {name: corp}\nspec: {location: westeurope}\n"
PLACES = (
    ("validate", "{}"),
    ("validate", "m", "--settings", "{}"),
    ("validate", "m", "--subscription", "{}"),
    ("validate", "m", "--resource-group", "{}"),
    ("validate", "m", "--target", "{}"),
    ("plan", "m", "--instance", "{}"),
    ("plan", "m", "--cloud", "{}"),
    ("plan", "m", "--scope", "{}"),
    ("plan", "m", "--out", "{}/plan.json"),
    ("plan", "m", "-o", "{}"),
    ("plan", "m", "--{}"),
    ("show", "{}"),
    ("explain", "{}"),
    ("import", "--scope", "{}"),
    ("{}",),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.yaml").write_text(MANIFEST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", PLACES, ids=" ".join)
def test_odd_text_anywhere_is_an_error_in_words(place: Path, arguments: tuple[str, ...]) -> None:
    chosen = {
        "RECONCILER_CLOUD": "emulator",
        "RECONCILER_EMULATOR_STATE": str(place / "emulator.sqlite"),
        "RECONCILER_EMULATOR_TIME_SCALE": "0",
        "RECONCILER_SUBSCRIPTION": SUB,
        "RECONCILER_RESOURCE_GROUP": "rg",
    }
    for text in (LONG, UNDECODED, SIGNED):
        ran = subprocess.run(
            [*PROGRAM, *(each.replace("{}", text) for each in arguments)],
            capture_output=True,
            timeout=60,
            check=False,
            env={**os.environ, **chosen},
            stdin=subprocess.DEVNULL,
        )
        told = (ran.stdout + ran.stderr).decode()
        assert ran.returncode in (3, 64), told[:1000]
        assert "unexpected " not in told.replace("unexpected extra argument", "")
        assert "Traceback" not in told
        assert SECRET not in told
        assert told.strip()


@pytest.mark.parametrize("name", ["RECONCILER_INSTANCE", "RECONCILER_STATE_DIR", "RECONCILER_RESOURCE_GROUP"])
def test_an_undecoded_variable_is_a_mistake_in_the_settings(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        layered_settings(Request("nowhere"), {name: UNDECODED})

    assert "what is not Unicode" in caught.value.diagnostics[0].message


def test_a_nul_in_the_settings_is_a_mistake_with_its_line(place: Path) -> None:
    (place / "m" / "reconciler.yaml").write_text('instance: a\nstateDir: "a\\0b"\n', encoding="utf-8")

    with pytest.raises(InvalidInput) as caught:
        layered_settings(Request("m"), {})

    assert str(caught.value.diagnostics[0]).startswith("m/reconciler.yaml:2:")
    assert "stateDir: it holds a NUL" in caught.value.diagnostics[0].message


@pytest.mark.parametrize("name", ["a\0b", LONG, UNDECODED, "x/" * 3000])
def test_no_file_can_be_called_so(place: Path, name: str) -> None:
    assert [found.code for found in read_path(Path(name)).diagnostics] in (["unreadable"], ["path-missing"])
    with pytest.raises(UsageError):
        layered_settings(Request("m", settings_file=name), {})
    assert layered_settings(Request(name), {}).settings.instance is None
    with pytest.raises(UsageError):
        write_plan(f"{name}/plan.json", "{}")
    assert [path.name for path in place.iterdir()] == ["m"]


@pytest.mark.parametrize("name", ["pipe", "m", "/dev/zero"])
def test_settings_that_are_no_file_are_refused_and_not_waited_for(place: Path, name: str) -> None:
    os.mkfifo(place / "pipe")

    with pytest.raises(UsageError, match="cannot read the settings"):
        layered_settings(Request("m", settings_file=name), {})


def test_a_manifest_whose_name_cannot_be_written_is_named_as_well_as_can_be(place: Path) -> None:
    (place / "m" / UNDECODED).with_suffix(".yaml").write_text(MANIFEST, encoding="utf-8")

    (found,) = read_path(Path("m")).diagnostics

    assert (str(found.origin), found.code) == ("m", "unreadable")
    assert "has a name that is not UTF-8" in found.message
