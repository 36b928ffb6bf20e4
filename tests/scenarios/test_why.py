"""`why` tells of one resource what the plan makes of it, and nothing that the plan would not do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.errors import UsageError
from reconciler.executor.task import Rules, Wait
from reconciler.explain.lookup import find
from reconciler.explain.story import Story, known_addresses, tell
from reconciler.model.plan import Reason, RefusalRule, Source, Target
from reconciler.reconcile import plan_pass
from reconciler.render.layout import columns
from reconciler.render.paint import Page
from reconciler.render.why_text import why_document, why_text
from tests.support.commands import Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.workbench import GROUP, NOW, PACE, QUICK, SUB, Workbench, workbench

PROTECTED = "metadata: {name: corp}\npolicy: {protect: true, manage: full}\n"
READER = "corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f"


def story(bench: Workbench, address: str, **options: Any) -> Story:
    """The story of an address, its text and document made as well: no width and no plan may break them."""
    desired = bench.built().desired
    chosen = replace(bench.options, **options)
    target = Target("test", "emulator", chosen.instance, bench.scopes)
    planned = plan_pass(desired, bench.gateway, chosen, target=target, source=Source("test"), now=NOW)
    found = find(address, known_addresses(desired, planned.live, planned.plan))
    told = tell(found, desired, planned.live, planned.plan, chosen.owner)
    for width in (60, 80, 160):
        assert [line for line in why_text(told, Page(width)).split("\n") if columns(line) > width] == []
    assert why_document(told, planned.plan)["verdict"] == told.verdict
    return told


def test_a_create_names_what_must_happen_first_and_what_waits_for_it(bench: Workbench) -> None:
    bench.write(ESTATE)

    told = story(bench, "corp/ubuntu")

    assert told.verdict == "create definition ubuntu in corp for Linux Generalized V2 x64"
    assert told.live_words.startswith("not in Azure")
    assert [str(action.address) for action in told.first] == [f"{GROUP}/corp"]
    assert {action.address.name for action in told.after} == {"1.0.0", "1.1.0"}
    assert told.pending


def test_an_update_carries_line_rule_and_fact_of_every_change(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("Golden", "New"))

    text = why_text(story(bench, "corp"), Page(120))

    assert "set description of corp" in text
    assert "Differs: The live resource is not as the manifest says" in text
    assert "gallery.yaml:5:30" in text
    assert "updatable: can change at any time, as the product documents say · fact 8/1" in text
    assert "this instance, test" in text


def test_a_policy_says_where_it_was_stated_and_from_whom_it_was_inherited(bench: Workbench) -> None:
    bench.write(ESTATE.replace("metadata: {name: corp}\n", PROTECTED))
    bench.apply()

    own, inherited = (why_text(story(bench, name), Page(160)) for name in ("corp", "1.0.0"))

    assert "protect: true (" in own
    assert ", of rg-images/corp)" not in own
    assert "protect: true (" in inherited
    assert "gallery.yaml:5:10, of rg-images/corp)" in inherited


CALM = {
    "as declared": ("", "nothing to do: it is as declared", ()),
    "observed only": ("{manage: observe}", "left alone: observed only; differs", (Reason.POLICY_OBSERVE,)),
    "create-only": ("{manage: create-only}", "left alone: create-only; differs", (Reason.POLICY_OBSERVE,)),
    "reported only": ("{onDrift: report}", "left alone: reported only (onDrift: report)", (Reason.POLICY_REPORT,)),
}


@pytest.mark.parametrize(("policy", "verdict", "reasons"), CALM.values(), ids=CALM)
def test_what_is_left_alone_says_why(bench: Workbench, policy: str, verdict: str, reasons: tuple[Reason, ...]) -> None:
    bench.write(ESTATE)
    bench.apply()
    stated = f"metadata: {{name: corp}}\npolicy: {policy}\n" if policy else "metadata: {name: corp}\n"
    new = ESTATE.replace("metadata: {name: corp}\n", stated)
    bench.write(new.replace("Golden", "New") if policy else new)

    told = story(bench, "corp")

    assert told.verdict == verdict
    assert told.actions[0].reasons == reasons
    assert not told.pending


def test_unowned_and_satisfied_by_another_assignment_are_told_apart(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()

    definition, access = (story(bench, name, instance="second") for name in ("corp/ubuntu", READER))

    assert definition.verdict.startswith("nothing to do. It is as declared, but not owned by this instance")
    assert definition.owner_words == "another instance, test"
    assert "satisfies the manifest" in access.verdict
    assert access.owner_words.startswith("nobody known")


def test_a_refusal_holds_the_resource_and_all_below_it_with_its_ways_out(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("hyperVGeneration: V2", "hyperVGeneration: V1").replace("=1, north", "=2, north"))

    definition, version = story(bench, "corp/ubuntu"), story(bench, "1.0.0")

    assert definition.verdict.startswith("refused Immutable: hyperVGeneration cannot change")
    assert version.verdict == f"left alone together with {GROUP}/corp/ubuntu: refused Immutable"
    text = why_text(version, Page(120))
    assert "ways out: a new definition name" in text
    assert "reconciler explain Immutable" in text


def test_what_is_no_longer_declared_says_why_it_stays_or_goes(bench: Workbench) -> None:
    bench.write(ESTATE.replace("metadata: {name: corp}\n", PROTECTED))
    bench.apply()
    bench.write(GALLERY.replace("metadata: {name: corp}\n", PROTECTED) + IMAGE + versions("1.0.0"))

    kept, guarded = story(bench, "1.1.0"), story(bench, "1.1.0", prune=True)

    assert kept.verdict == "no longer declared; kept without --prune"
    assert guarded.refusals[0].rule is RefusalRule.PROTECTED
    assert guarded.verdict.startswith("refused Protected")
    assert "and protected" in guarded.owner_words


def test_a_refusal_of_the_whole_run_holds_what_would_be_written(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(GALLERY.replace("Golden", "New") + ACCESS + IMAGE + versions("1.0.0"))

    gone = story(bench, "1.1.0", prune=True, max_deletes=0)
    calm = story(bench, "1.0.0", prune=True, max_deletes=0)

    assert gone.refusals[0].rule is RefusalRule.MAX_DELETES
    assert gone.verdict.endswith("else it would delete version 1.1.0 of ubuntu")
    assert not calm.refusals


def test_what_nobody_declares_and_nobody_here_owns_is_left_alone(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply(instance="other")
    bench.write(GALLERY + IMAGE)

    assert story(bench, "1.0.0").verdict == "left alone: it is not declared, and not this instance's"


def test_what_could_not_be_read_is_said_so_and_exits_one(bench: Workbench, shell: Shell) -> None:
    forbid_versions(bench)

    told = story(bench, "1.0.0")
    ran = shell.run("why", "corp/ubuntu/1.0.0", "manifests")

    assert told.verdict == "left alone: it could not be read (AuthorizationFailed)"
    assert ran.code == 1
    assert "could not be read" in ran.out
    assert shell.run("why", "corp", "manifests").code == 0


def forbid_versions(bench: Workbench) -> None:
    """An estate whose versions may not be listed."""
    bench.write(ESTATE)
    bench.apply()
    bench.emulator.faults.add(Fault(method="GET", path=r"/versions\?", status=403, code="AuthorizationFailed"))


@pytest.mark.parametrize(
    "address",
    [
        "rg-images/corp/ubuntu/9.0.0",
        f"{SUB}/RG-Images/corp/UBUNTU/9.0.0",
        f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries/corp/images/ubuntu/versions/9.0.0",
        "corp/ubuntu/9.0.0",
        "9.0.0",
    ],
)
def test_what_nobody_declares_below_an_unread_place_is_unread_and_not_absent(
    bench: Workbench, shell: Shell, address: str
) -> None:
    forbid_versions(bench)

    ran = shell.run("why", address, "manifests")

    assert ran.code == 1
    assert "whether it is live is unread: rg-images/corp/ubuntu" in ran.err
    assert "AuthorizationFailed" in ran.err
    assert "neither declared nor live" not in ran.err


@pytest.mark.parametrize("address", ["rg-images/corp/debian", "rg-images/corp/debian/9.0.0", f"{SUB}/rg-images/other"])
def test_what_lies_beside_an_unread_place_is_known_not_to_be(bench: Workbench, shell: Shell, address: str) -> None:
    forbid_versions(bench)

    ran = shell.run("why", address, "manifests")

    assert ran.code == 64
    assert "neither declared nor live" in ran.err


def test_the_command_exits_like_a_plan_of_that_resource_alone(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("Golden", "New").replace("hyperVGeneration: V2", "hyperVGeneration: V1"))

    assert shell.run("why", f"{SUB}/{GROUP}/CORP", "manifests").code == 0
    assert shell.run("why", "corp", "manifests", "--detailed-exitcode").code == 2
    refused = shell.run("why", "corp/UBUNTU", "manifests", "--detailed-exitcode", "-o", "json")
    assert refused.code == 4
    assert refused.document["refusals"][0]["rule"] == "Immutable"
    assert shell.run("why", f"@reader={READER.partition('=')[2]}", "manifests", "--detailed-exitcode").code == 0
    unknown = shell.run("why", "corp/ubunt", "manifests")
    assert unknown.code == 64
    assert "did you mean rg-images/corp/ubuntu" in unknown.err
    assert not unknown.out


def test_an_end_that_several_have_is_answered_with_all_of_them(bench: Workbench) -> None:
    bench.write(ESTATE + IMAGE.replace("images:\n", "").replace("ubuntu", "debian").replace("Ubuntu", "Debian"))
    bench.write(ESTATE.replace("{name: corp}", "{name: second}"), "second.yaml")

    with pytest.raises(UsageError) as caught:
        story(bench, "1.0.0")

    assert "rg-images/corp/ubuntu/1.0.0" in caught.value.hint
    assert "rg-images/second/ubuntu/1.0.0" in caught.value.hint


def test_a_running_operation_is_waited_for(tmp_path: Path) -> None:
    slow = replace(QUICK, version_create=5000)
    with workbench(tmp_path, time_scale=1, durations=slow) as bench:
        bench.write(ESTATE)
        bench.carry_out(bench.plan(), Rules(wait=Wait.NONE, pace=PACE))

        told = story(bench, "1.0.0")

    assert told.verdict == "waits: Creating in Azure; waits for it to finish"
    assert told.live_words == "in Azure, Creating"
    assert told.pending
