"""The file of a saved plan: what it holds, how it is shown, and which files are none."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.support.commands import Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.plan_files import doctored, path_of, saved
from tests.support.workbench import Workbench

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")
DESCRIBED = ALL.replace("Golden", "New")
TWO_REGIONS = GALLERY + IMAGE + versions("1.0.0")


# ---- the file ----------------------------------------------------------------------------------------------------


def test_a_changed_body_is_noticed(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    saved(shell)
    text = path_of(bench).read_text(encoding="utf-8")
    path_of(bench).write_text(text.replace("Golden images", "Leaden images"), encoding="utf-8")

    for command in ("apply", "show"):
        ran = shell.run(command, "plan.json")
        assert ran.code == 3
        assert "plan.json was changed since it was saved" in ran.err
        assert "plan --out FILE" in ran.err
    assert not bench.written()


@pytest.mark.parametrize("size", [0.1, 0.5, 0.99])
def test_a_file_cut_off_is_told_as_one(bench: Workbench, shell: Shell, size: float) -> None:
    bench.write(ESTATE)
    saved(shell)
    text = path_of(bench).read_text(encoding="utf-8")
    path_of(bench).write_text(text[: int(len(text) * size)], encoding="utf-8")

    ran = shell.run("apply", "plan.json")

    assert ran.code == 3
    assert "plan.json is no plan that can be read" in ran.err
    assert len(ran.err.strip().split("\n")) == 2


def test_a_plan_from_the_future_is_not_guessed_at(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    saved(shell)
    doctored(bench, schemaVersion=2)

    ran = shell.run("apply", "plan.json", "-o", "json")

    assert ran.code == 3
    assert "schemaVersion 2" in ran.document["error"]["message"]


def test_a_printed_plan_is_not_applied(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    path_of(bench).write_text(shell.run("plan", "manifests", "-o", "json").out, encoding="utf-8")

    ran = shell.run("apply", "plan.json")

    assert ran.code == 3
    assert "printed for reading" in ran.err


def test_a_plan_is_told_by_its_content_and_a_json_manifest_stays_one(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    saved(shell)
    path_of(bench).rename(path_of(bench).with_name("approved.yaml"))
    manifest = {"apiVersion": "gallery-reconciler/v1", "kind": "Defaults", "spec": {"location": "westeurope"}}
    path_of(bench).write_text(json.dumps(manifest), encoding="utf-8")

    assert shell.run("show", "approved.yaml").out.startswith("target manifests")
    assert shell.run("show", "plan.json").document["resources"] == []


def test_foreign_json_is_one_clear_line(bench: Workbench, shell: Shell) -> None:
    path_of(bench).write_text('{"name": "left-pad"}', encoding="utf-8")

    for command in ("apply", "show"):
        ran = shell.run(command, "plan.json", "-o", "text")
        assert (ran.code, ran.out) == (3, "")
        assert "plan.json is not a saved plan" in ran.err


# ---- saving and showing ------------------------------------------------------------------------------------------


def test_show_prints_a_saved_plan_as_plan_did(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(DESCRIBED.replace("osState: Generalized", "osState: Specialized"))
    printed = saved(shell, "--prune", code=4)

    assert shell.run("show", "plan.json").out == printed.out
    assert shell.run("show", "plan.json", "-o", "text").out == printed.out
    for form in ("json", "markdown"):
        again = shell.run("plan", "manifests", "--prune", "-o", form).out
        shown = shell.run("show", "plan.json", "-o", form).out
        lines = zip(shown.splitlines(), again.splitlines(), strict=True)
        assert [pair for pair in lines if pair[0] != pair[1] and "createdAt" not in pair[0]] == []


def test_one_digest_names_the_plan_in_every_form(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    printed = saved(shell, "-o", "json").document["digest"]

    assert json.loads(path_of(bench).read_text(encoding="utf-8"))["digest"] == printed
    assert f"digest {printed[:12]}" in shell.run("show", "plan.json").out
    assert shell.run("apply", "plan.json", "-o", "json").document["report"]["digest"] == printed


@pytest.mark.parametrize("regions", ["westeurope=2, northeurope=1", "westeurope=1, northeurope=1=standard_zrs"])
def test_what_is_printed_and_what_is_saved_follow_the_published_schema(
    bench: Workbench, shell: Shell, regions: str
) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(GALLERY + ACCESS.replace("Reader", "Contributor") + IMAGE + versions("1.1.0", "1.2.0", regions=regions))
    printed = saved(shell, "--prune", "-o", "json")
    schema = Path(__file__).parents[2] / "docs" / "schema" / "plan.schema.json"
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))

    for document in (printed.document, json.loads(path_of(bench).read_text(encoding="utf-8"))):
        assert {action["verb"] for action in document["actions"]} >= {"create", "update", "delete"}
        assert [fault.message for fault in validator.iter_errors(document)] == []


def test_a_file_that_is_there_is_replaced_whole(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    saved(shell)
    bench.write(ESTATE)
    path_of(bench).chmod(0o644)

    saved(shell)

    assert json.loads(path_of(bench).read_text(encoding="utf-8"))["schemaVersion"] == 1
    assert stat.S_IMODE(path_of(bench).stat().st_mode) == 0o600
    assert not list(path_of(bench).parent.glob(".plan-*"))


@pytest.mark.parametrize(
    "text", ["old", ESTATE, '{"apiVersion": "gallery-reconciler/v1"}', '{"schemaVersion": 1}', "[]", "\0" * 5000]
)
def test_a_file_that_holds_anything_else_is_never_overwritten(bench: Workbench, shell: Shell, text: str) -> None:
    bench.write(ESTATE)
    path_of(bench).write_text(text, encoding="utf-8")

    ran = shell.run("plan", "manifests", "--out", "plan.json")

    assert ran.code == 64
    assert "cannot write the plan to plan.json: it holds something else" in ran.err
    assert path_of(bench).read_text(encoding="utf-8") == text


def test_an_empty_file_may_become_a_plan(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    path_of(bench).touch()

    saved(shell)


@pytest.mark.parametrize("out", ["nowhere/plan.json", "/dev/null", "manifests"])
def test_what_cannot_be_written_is_one_clear_line(bench: Workbench, shell: Shell, out: str) -> None:
    bench.write(ESTATE)

    ran = shell.run("plan", "manifests", "--out", out)

    assert ran.code == 64
    assert f"cannot write the plan to {out}" in ran.err
    assert Path("/dev/null").is_char_device()


def test_standard_output_takes_one_document(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)

    assert shell.run("plan", "manifests", "--out", "-").code == 64
    ran = shell.run("plan", "manifests", "--out", "-", "-o", "json")

    assert ran.code == 0
    path_of(bench).write_text(ran.out, encoding="utf-8")
    assert shell.run("apply", "plan.json").code == 0
