"""The commands as people and pipelines run them: what they print, what they exit with, what they leave alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from tests.support.commands import Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.workbench import GROUP, SUB, Workbench, workbench


def test_plan_apply_plan_status_tell_one_story(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)

    assert shell.run("plan", "manifests", "--detailed-exitcode").code == 2
    applied = shell.run("apply", "manifests", "--yes")
    assert applied.code == 0, applied.err
    assert "5 succeeded" in applied.out
    assert "northeurope Completed" in applied.err
    again = shell.run("plan", "manifests", "--detailed-exitcode")
    assert again.code == 0
    assert "No changes. 5 unchanged" in again.out
    status = shell.run("status", "manifests", "--detailed-exitcode")
    assert status.code == 0
    assert "westeurope Completed · northeurope Completed" in status.out


def test_json_is_pure_and_holds_the_manifest_line_behind_each_change(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("Golden", "New"))

    ran = shell.run("plan", "manifests", "-o", "json")

    assert ran.code == 0
    document = ran.document
    assert document["schemaVersion"] == 1
    (update,) = [action for action in document["actions"] if action["verb"] == "update"]
    (change,) = [change for change in update["changes"] if change["path"] == "description"]
    assert change["before"] == "Golden images"
    assert change["after"] == "New images"
    assert change["origin"]["file"].endswith("gallery.yaml")
    assert change["origin"]["line"] == 5
    assert len(document["digest"]) == 64


def test_the_same_inputs_give_the_same_digest(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)

    digests = {shell.run("plan", "manifests", "-o", "json").document["digest"] for _ in range(2)}

    assert len(digests) == 1


FAULTS = {
    "403": Fault(method="GET", path="/galleries", status=403, code="AuthorizationFailed", message="no"),
    "500": Fault(method="GET", path="/galleries", status=500),
    "time-out": Fault(method="GET", path="/galleries", delay=3),
    "cut-off page": Fault(method="GET", path="/galleries", effect="cut"),
    "dropped": Fault(method="GET", path="/galleries", effect="drop"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("where", ["/galleries", "/images", "/versions"])
def test_what_cannot_be_read_is_unread_and_nothing_is_written(
    bench: Workbench, shell: Shell, fault: Fault, where: str
) -> None:
    bench.write(GALLERY + ACCESS + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.1.0"))
    bench.emulator.faults.add(replace(fault, path=rf"{where}\?"))
    written = len(bench.written())
    before = bench.emulator.resources()

    planned = shell.run("plan", "manifests", "--prune", "-o", "json", RECONCILER_TIMEOUT="1")
    applied = shell.run("apply", "manifests", "--prune", "--yes", RECONCILER_TIMEOUT="1")

    assert planned.code == 1, planned.err
    assert planned.document["complete"] is False
    assert planned.document["unread"]
    assert applied.code == 1
    assert "unread" in applied.out
    assert "nothing was written" in applied.err
    assert len(bench.written()) == written
    assert bench.emulator.resources() == before


def test_a_mistyped_resource_group_is_unread_with_a_hint(tmp_path: Path) -> None:
    with workbench(tmp_path, groups="known") as bench:
        bench.write(ESTATE)

        ran = Shell(bench).run("apply", "manifests", "--yes")

        assert ran.code == 1
        assert "ResourceGroupNotFound" in ran.out
        assert "hint:" in ran.out
        assert not bench.written()
        assert not bench.emulator.resources()


def test_a_missing_subscription_is_one_clear_line(tmp_path: Path) -> None:
    with workbench(tmp_path, subscriptions=("00000000-0000-0000-0000-0000000000ff",)) as bench:
        bench.write(ESTATE)

        ran = Shell(bench).run("plan", "manifests")

        assert ran.code == 1
        assert "SubscriptionNotFound" in ran.out


def test_the_rest_goes_on_with_partial_when_a_part_is_unread(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    bench.apply()
    bench.write(ESTATE.replace("Golden", "New"))
    bench.emulator.faults.add(Fault(method="GET", path=r"/images\?", status=403, code="AuthorizationFailed"))

    ran = shell.run("apply", "manifests", "--yes", "--partial")

    assert ran.code == 5
    assert bench.live("/galleries/corp")["properties"]["description"] == "New images"
    assert not [key for key in bench.ids() if "/images/" in key]


def test_a_refusal_writes_nothing_and_partial_does_the_rest(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("osState: Generalized", "osState: Specialized").replace("Golden", "New"))

    planned = shell.run("plan", "manifests")
    assert planned.code == 4
    assert "ways out: a new definition name · restore osState: Generalized" in planned.out
    assert shell.run("apply", "manifests", "--yes").code == 4
    assert bench.live("/galleries/corp")["properties"]["description"] == "Golden images"
    assert shell.run("apply", "manifests", "--yes", "--partial").code == 5
    assert bench.live("/galleries/corp")["properties"]["description"] == "New images"
    assert bench.live("/images/ubuntu")["properties"]["osState"] == "Generalized"


def test_emptied_manifests_are_refused_and_delete_nothing(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    before = bench.emulator.resources()
    bench.write("# nothing left\n")

    ran = shell.run("apply", "manifests", "--prune", "--yes", "--allow-deletes", "5")

    assert ran.code == 4, ran.out
    assert "--allow-empty" in ran.out
    assert bench.emulator.resources() == before


def test_apply_asks_nobody_where_nobody_is(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)

    ran = shell.run("apply", "manifests")

    assert ran.code == 64
    assert "--yes" in ran.err
    assert not bench.written()


def test_bad_manifests_exit_3_and_ask_azure_nothing(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.write("apiVersion: gallery-reconciler/v1\nkind: Gallery\nmetadata: {name: a-b}\nspec: {}\n", "broken.yaml")

    for command in ("validate", "plan", "apply", "status", "show"):
        ran = shell.run(command, "manifests")
        assert ran.code == 3, (command, ran.err)
        assert "broken.yaml:3" in ran.err
    assert not bench.emulator.requests


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["plan", "nowhere"], 3, "nowhere"),
        (["plan", "manifests", "--scope", "a/b/c"], 64, "--scope"),
        (["plan", "manifests", "--settings", "none.yaml"], 64, "none.yaml"),
        (["plan", "manifests", "--cloud", "AzureCluod"], 3, "AzureCloud"),
        (["plan", "manifests", "--instance", "Bad Name"], 3, "instance"),
        (["plan", "manifests", "--colour"], 64, "--colour"),
        (["paln"], 64, "paln"),
    ],
)
def test_a_mistake_gets_one_clear_line(
    bench: Workbench, shell: Shell, arguments: list[str], code: int, words: str
) -> None:
    bench.write(ESTATE)

    ran = shell.run(*arguments)

    assert ran.code == code, ran.err
    assert words in ran.err
    assert len(ran.err.strip().split("\n")) <= 6


def test_no_credentials_is_one_clear_line(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)

    ran = shell.run(
        "plan",
        "manifests",
        RECONCILER_CLOUD="custom",
        RECONCILER_ENDPOINT="http://127.0.0.1:9",
        RECONCILER_AUDIENCE="https://management.azure.com",
        RECONCILER_AUTHORITY="https://127.0.0.1:9",
        RECONCILER_CREDENTIAL_TYPE="environment",
    )

    assert ran.code == 1
    assert "error:" in ran.err
    assert len(ran.err.strip().split("\n")) <= 6


def test_a_stream_feeds_a_plan(shell: Shell) -> None:
    ran = shell.run("plan", "-", "--detailed-exitcode", stdin=ESTATE)

    assert ran.code == 2
    assert "<stdin>:" in ran.out or "-:" in ran.out


def test_show_prints_the_canonical_desired_state(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE.replace("northeurope=1", "North Europe=1"))

    document = shell.run("show", "manifests").document

    version = next(entry for entry in document["resources"] if entry["address"].endswith("/1.0.0"))
    assert list(version["spec"]["publishingProfile"]["targetRegions"]) == ["[westeurope]", "[northeurope]"]
    assert version["address"] == f"{SUB}/{GROUP}/corp/ubuntu/1.0.0"


def test_status_shows_what_is_missing_and_what_failed(tmp_path: Path) -> None:
    with workbench(tmp_path, failing_regions=("northeurope",)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1"))
        bench.apply()
        bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1") + versions("1.1.0").split("\n", 1)[1])
        applied = Shell(bench).run("apply", "manifests", "--yes")
        assert applied.code == 1
        assert "northeurope" in applied.out

        ran = Shell(bench).run("status", "manifests", "--detailed-exitcode", "-o", "json")

        assert ran.code == 2
        health = {entry["address"].rsplit("/", 1)[-1]: entry["health"] for entry in ran.document["resources"]}
        assert health == {"corp": "Healthy", "ubuntu": "Healthy", "1.0.0": "Healthy", "1.1.0": "Degraded"}


@pytest.mark.parametrize(
    "fault", [Fault(status=503), Fault(effect="drop"), Fault(effect="cut")], ids=["503", "dropped", "cut off"]
)
def test_status_asks_again_where_a_version_gives_no_answer(bench: Workbench, shell: Shell, fault: Fault) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.emulator.faults.add(replace(fault, method="GET", path="ReplicationStatus", times=1))

    ran = shell.run("status", "manifests", "--detailed-exitcode")

    assert ran.code == 0, ran.out
    assert "Unknown" not in ran.out


def test_control_characters_in_live_values_never_reach_the_terminal(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY.replace("Golden images", '"\\e[31mred\\a"'))
    bench.apply()
    bench.write(GALLERY)

    ran = shell.run("plan", "manifests")

    assert "\x1b" not in ran.out
    assert "\\x1b[31mred" in ran.out


def test_an_unknown_policy_value_is_an_error_and_never_a_default(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE.replace("metadata: {name: corp}\n", "metadata: {name: corp}\npolicy: {onRemove: keep}\n"))

    ran = shell.run("apply", "manifests", "--yes")

    assert ran.code == 3
    assert "delete, abandon" in ran.err
    assert not bench.written()
