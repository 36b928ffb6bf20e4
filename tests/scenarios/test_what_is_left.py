"""An apply that did not get everything done says what became of each action, and the command that does the rest."""

from __future__ import annotations

import shlex

from reconciler.emulator.faults import Fault
from tests.support.commands import Ran, Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.workbench import Workbench

APPLY = ("apply", "manifests", "--yes")
BROKEN = Fault(method="PUT", path=r"/images/ubuntu\?", status=400, code="InvalidParameter", message="no", times=1)
LAB = (GALLERY + IMAGE + versions("1.0.0")).replace("corp", "lab")


def told_command(ran: Ran) -> list[str]:
    """The command at the end of a report, as somebody would copy it; without the program's name."""
    program, *arguments = shlex.split(ran.out.partition("to continue:\n")[2])
    assert program == "reconciler"
    return arguments


def list_of(ran: Ran, heading: str) -> list[str]:
    """The lines of one list of a report."""
    lines = ran.out.partition(f"\n{heading}\n")[2].split("\n")
    return lines[: next(at for at, line in enumerate(lines) if line and line[0].isalpha())]


def test_five_lists_say_what_became_of_each_action_and_the_told_command_does_the_rest(
    bench: Workbench, shell: Shell
) -> None:
    bench.write(ESTATE)
    bench.emulator.faults.add(BROKEN)

    ran = shell.run(*APPLY, "--resource-group", "rg-images", "--wait", "provisioned")

    assert ran.code == 5
    assert "create rg-images/corp ·" in " ".join(list_of(ran, "succeeded (2)"))
    failed, why, hint = list_of(ran, "failed (1)")
    assert failed.startswith("✗ create rg-images/corp/ubuntu ")
    assert why.strip() == "InvalidParameter: no"
    assert hint.startswith("    hint: ")
    cause, names = list_of(ran, "skipped because (2)")
    assert cause == "- because create rg-images/corp/ubuntu failed"
    assert names.strip() == "create rg-images/corp/ubuntu/1.0.0 · create rg-images/corp/ubuntu/1.1.0"
    assert "2 succeeded, 1 failed, 2 skipped" in ran.out
    command = told_command(ran)
    assert command == ["apply", "manifests", "--resource-group", "rg-images", "--wait", "provisioned", "--yes"]
    again = shell.run(*command)
    assert again.code == 0
    assert "3 succeeded" in again.out
    assert "to continue" not in again.out


def test_the_five_lists_are_in_the_document_too(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY + ACCESS + IMAGE + versions("1.0.0"))
    bench.emulator.faults.add(BROKEN)

    ran = shell.run(*APPLY, "-o", "json")

    report = ran.document["report"]
    assert list(report["outcomes"]) == ["succeeded", "failed", "skipped", "unattempted", "pending"]
    assert {name: len(ids) for name, ids in report["outcomes"].items()} == report["counts"]
    assert report["counts"] == {"succeeded": 2, "failed": 1, "skipped": 1, "unattempted": 0, "pending": 0}
    assert sorted(id_ for ids in report["outcomes"].values() for id_ in ids) == sorted(
        result["id"] for result in report["results"]
    )
    assert report["continueWith"] == "reconciler apply manifests --yes"
    assert shell.run(*APPLY, "-o", "json").document["report"]["continueWith"] == ""


def test_a_saved_plan_that_was_carried_out_in_part_is_made_anew(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    assert shell.run("plan", "manifests", "--out", "plan.json").code == 0
    bench.emulator.faults.add(BROKEN)

    ran = shell.run("apply", "plan.json")

    assert ran.code == 5
    command = told_command(ran)
    assert command == ["plan", "manifests", "--out", "plan.json"]
    assert shell.run(*command).code == 0
    assert shell.run("apply", "plan.json").code == 0


def test_a_gallery_that_may_not_be_read_stops_all_or_with_partial_itself_alone(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    assert shell.run(*APPLY).code == 0
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.write(LAB, "lab.yaml")
    bench.emulator.faults.add(
        Fault(method="GET", path=r"/galleries/corp/images(\?|$)", status=403, code="AuthorizationFailed", message="no")
    )
    before = bench.written()

    stopped = shell.run(*APPLY)

    assert stopped.code == 1
    assert "nothing was written" in stopped.err
    assert bench.written() == before

    partial = shell.run(*APPLY, "--partial")

    assert partial.code == 5
    new = bench.written()[len(before) :]
    assert {path.partition("/galleries/")[2].partition("/")[0] for _, path in new} == {"lab"}
    assert bench.live("/galleries/lab/images/ubuntu/versions/1.0.0")["properties"]["provisioningState"] == "Succeeded"
    assert "left alone with it: rg-images/corp/ubuntu/1.0.0, rg-images/corp/ubuntu/1.1.0" in partial.out
    left = "left as it is: 3 resources refused (IncompleteRead), 1 place not read (AuthorizationFailed)\n"
    assert left in partial.out
    command = "once that is mended:\n  reconciler apply manifests --partial --yes\n"
    assert partial.out.endswith(command)
