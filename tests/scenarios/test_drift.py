"""`drift`: what somebody else changed in Azure, and nothing besides; it writes nothing."""

from __future__ import annotations

from typing import Any

from reconciler.emulator.faults import Fault
from tests.support.commands import Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.remembered import in_portal, store_of
from tests.support.workbench import Workbench


def applied(bench: Workbench, shell: Shell, text: str = ESTATE) -> None:
    bench.write(text)
    assert shell.run("apply", "manifests", "--yes").code == 0


def rows(document: Any) -> dict[str, Any]:
    """By resource: what drifted, what it is compared with, and its fields with what is expected and live."""
    return {
        row["address"].split("/", 2)[-1]: (
            row["drift"],
            row["comparedWith"],
            {change["path"]: (change["expected"], change["live"]) for change in row["changes"]},
        )
        for row in document["resources"]
    }


def test_nothing_drifted_is_said_and_nothing_is_written(bench: Workbench, shell: Shell) -> None:
    applied(bench, shell)
    written = len(bench.written())

    ran = shell.run("drift", "manifests", "--detailed-exitcode")

    assert ran.code == 0
    assert "No drift. 5 resources as applied" in ran.out
    assert len(bench.written()) == written


def test_a_portal_edit_and_a_deletion_are_drift_and_a_changed_manifest_is_none(bench: Workbench, shell: Shell) -> None:
    applied(bench, shell)
    in_portal(bench, ESTATE.replace("team: platform", "team: infra").replace("Golden", "Other"))
    bench.write(GALLERY + ACCESS + IMAGE + versions("1.1.0"))
    bench.apply(prune=True)
    in_portal(bench, (GALLERY + ACCESS + IMAGE + versions("1.1.0")).replace("team: platform", "team: infra"))
    declared = ESTATE.replace("description: Ubuntu", "description: Debian") + versions("2.0.0").split("\n", 1)[1]
    bench.write(declared)
    written = len(bench.written())

    ran = shell.run("drift", "manifests", "--detailed-exitcode", "-o", "json")
    text = shell.run("drift", "manifests")

    assert ran.code == 2
    assert rows(ran.document) == {
        "corp": ("changed", "applied", {"tags.team": ("platform", "infra")}),
        "corp/ubuntu/1.0.0": ("missing", "applied", {}),
    }
    assert ran.document["summary"] == {"drifted": 1, "missing": 1, "steady": 3, "busy": 0, "unread": 0}
    assert ran.document["complete"] is True
    assert text.code == 0
    assert "drifted since the last apply" in text.out
    assert "tags.team  platform → infra" in text.out
    assert "deleted since the last apply" in text.out
    assert "1 drifted, 1 deleted, 3 resources as applied" in text.out
    assert len(bench.written()) == written


def test_where_nobody_knows_what_was_applied_the_manifest_counts_and_nothing_is_missing(
    bench: Workbench, shell: Shell
) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("Golden", "New") + versions("2.0.0").split("\n", 1)[1])

    ran = shell.run("drift", "manifests", "--detailed-exitcode", "-o", "json")

    assert ran.code == 2
    assert rows(ran.document) == {
        "corp": ("changed", "declared", {"description": ("New images", "Golden images")}),
    }
    assert not store_of(bench).exists()


def test_a_field_that_was_changed_by_hand_to_what_the_manifest_now_says_is_no_drift(
    bench: Workbench, shell: Shell
) -> None:
    applied(bench, shell)
    in_portal(bench, ESTATE.replace("Golden", "New").replace("team: platform", "team: infra"))
    bench.write(ESTATE.replace("Golden", "New"))

    ran = shell.run("drift", "manifests", "-o", "json")

    assert rows(ran.document) == {"corp": ("changed", "applied", {"tags.team": ("platform", "infra")})}


def test_a_removed_owner_tag_is_drift_although_no_plan_writes_for_it(bench: Workbench, shell: Shell) -> None:
    applied(bench, shell, GALLERY)
    bench.write("# given up\n")
    bench.write(GALLERY.replace("spec:", "policy: {onRemove: abandon}\nspec:"))
    bench.apply()
    bench.write("# given up\n")
    bench.apply(prune=True, allow_empty=True)
    bench.write(GALLERY)

    ran = shell.run("drift", "manifests", "--detailed-exitcode", "-o", "json")

    assert ran.code == 2
    ((_, _, fields),) = rows(ran.document).values()
    assert list(fields) == ["tags.reconciler.owner"]
    assert fields["tags.reconciler.owner"][1] is None


def test_owned_but_undeclared_is_no_drift_and_a_refusal_does_not_matter(bench: Workbench, shell: Shell) -> None:
    applied(bench, shell)
    bench.write((GALLERY + IMAGE + versions("1.1.0")).replace("osState: Generalized", "osState: Specialized"))

    assert shell.run("plan", "manifests").code == 4
    ran = shell.run("drift", "manifests", "--detailed-exitcode")

    assert ran.code == 0, ran.out


def test_what_cannot_be_read_is_unread_and_exits_1(bench: Workbench, shell: Shell) -> None:
    applied(bench, shell)
    bench.emulator.faults.add(Fault(method="GET", path=r"/versions\?", status=403, code="AuthorizationFailed"))

    ran = shell.run("drift", "manifests", "--detailed-exitcode", "-o", "json")
    text = shell.run("drift", "manifests")

    assert (ran.code, text.code) == (1, 1)
    assert ran.document["complete"] is False
    assert ran.document["resources"] == []
    assert "AuthorizationFailed" in text.out
