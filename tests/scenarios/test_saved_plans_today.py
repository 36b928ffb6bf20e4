"""A saved plan gets nothing done that the settings of today or the owners of today would not let a plan do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.kinds.ownership import owner_tag
from reconciler.live.reader import read_one
from reconciler.model.address import Address, Kind
from reconciler.model.state import LiveResource, Policy
from reconciler.planner.fingerprint import fingerprint
from reconciler.planner.plain import plain
from tests.support.commands import Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.plan_files import doctored, path_of, refused, saved
from tests.support.workbench import GROUP, SUB, Workbench

ALL = GALLERY + IMAGE + versions("1.0.0", "1.1.0")
LESS = GALLERY + IMAGE + versions("1.1.0")
FRIEND, OTHER_FRIEND = ("00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b")
SHARED = GALLERY.replace("spec: {", "spec: {sharingProfile: {permissions: Groups, groups: [%s]}, ")
CORP = Address(SUB, GROUP, "corp")
OLD = Address(SUB, GROUP, "corp", "ubuntu", "1.0.0")


def shared_with(friend: str) -> str:
    return SHARED % f"{{type: Subscriptions, ids: [{friend}]}}"


def settings(bench: Workbench, *lines: str, prune: str = "confirm", more: str = "") -> None:
    """The settings file: one target on the manifests, whose lines come on top of what a target must say."""
    stated = "".join(f"    {line}\n" for line in lines)
    head = f"targets:\n  - name: prod\n    source: {{path: manifests}}\n    prune: {prune}\n"
    (bench.folder.parent / "reconciler.yaml").write_text(more + head + stated, encoding="utf-8")


def tagged(bench: Workbench, kind: Kind, suffix: str, **tags: str) -> None:
    """Somebody else writes tags."""
    body = bench.live(suffix)
    sent = {"location": body["location"], "tags": {**body["tags"], **tags}, "properties": body["properties"]}
    assert bench.gateway.put(kind, body["id"], sent).ok


def document_of(bench: Workbench) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path_of(bench).read_text(encoding="utf-8"))
    return document


def deleting(bench: Workbench, address: Address) -> dict[str, Any]:
    """A delete as a file would hold it, made up by somebody who knows how."""
    live = read_one(bench.gateway, address)
    assert isinstance(live, LiveResource)
    return {
        "id": f"delete {address.key}",
        "address": address.text(with_subscription=True),
        "kind": str(address.kind),
        "verb": "delete",
        "reasons": ["NoLongerDeclared"],
        "words": "delete it",
        "changes": [],
        "requires": [],
        "fingerprint": fingerprint(live),
        "hazard": "",
        "origin": None,
        "resourceId": live.resource_id,
        "body": None,
        "expected": plain(live.body),
    }


# ---- owners ------------------------------------------------------------------------------------------------------


def test_a_gallery_that_became_somebody_elses_is_not_shared(bench: Workbench, shell: Shell) -> None:
    bench.write(shared_with(FRIEND))
    bench.apply()
    bench.write(shared_with(OTHER_FRIEND))
    saved(shell)
    theirs = owner_tag("other", CORP, Policy())
    tagged(bench, Kind.GALLERY, "/galleries/corp", **{"reconciler.owner": theirs})

    words = refused(bench, shell)

    assert "tags.reconciler.owner" in words
    assert "rg-images/corp belongs to instance other" in words


@pytest.mark.parametrize("owner", ["nobody", "other"])
def test_what_is_not_ours_is_not_deleted_whatever_the_file_says(bench: Workbench, shell: Shell, owner: str) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(LESS)
    tag = owner_tag("other", OLD, Policy()) if owner == "other" else "test:0123456789ab"
    tagged(bench, Kind.IMAGE_VERSION, "/versions/1.0.0", **{"reconciler.owner": tag})
    saved(shell, "--prune")
    doctored(bench, actions=[*document_of(bench)["actions"], deleting(bench, OLD)])

    words = refused(bench, shell)

    assert f"ubuntu/1.0.0 {'belongs to instance other' if owner == 'other' else 'is not owned by'}" in words


def test_what_nobody_owns_is_not_updated_without_adoption(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    tagged(bench, Kind.GALLERY, "/galleries/corp", **{"reconciler.owner": "test:0123456789ab"})
    bench.write(ALL.replace("Golden", "New"))
    saved(shell, "--adopt", "all")
    document = document_of(bench)
    rows = [{**row, "verb": row["verb"].replace("adopt", "update")} for row in document["actions"]]
    doctored(bench, actions=rows)

    assert "rg-images/corp is not owned by instance test" in refused(bench, shell)


def test_nothing_gets_the_owner_tag_of_another(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    saved(shell)
    text = path_of(bench).read_text(encoding="utf-8")
    ours, theirs = (owner_tag(name, CORP, Policy()) for name in ("test", "other"))
    path_of(bench).write_text(text.replace(ours, theirs), encoding="utf-8")
    doctored(bench)

    assert "would be given the owner tag of somebody else" in refused(bench, shell)


# ---- what is shown is what is done -------------------------------------------------------------------------------


def test_a_create_with_more_in_it_than_it_shows_is_no_plan(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    saved(shell)
    document = document_of(bench)
    document["actions"][0]["body"]["properties"]["description"] = "smuggled"
    doctored(bench, actions=document["actions"])

    ran = shell.run("apply", "plan.json")

    assert ran.code == 3
    assert "create rg-images/corp does not do what its changes show" in ran.err
    assert not bench.written()


def test_an_update_sends_its_shown_changes_and_nothing_else(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(ALL.replace("Golden", "New"))
    saved(shell)
    document = document_of(bench)
    update = next(row for row in document["actions"] if row["verb"] == "update")
    update["body"]["tags"]["smuggled"] = "yes"
    doctored(bench, actions=document["actions"])

    shell.run("apply", "plan.json")

    assert "smuggled" not in bench.live("/galleries/corp")["tags"]


def test_boot_keys_go_along_as_they_are_and_never_unshown(bench: Workbench, shell: Shell) -> None:
    keys = "          securityProfile: {uefiSettings: {signatureTemplateNames: [NoSignatureTemplate]}}\n"
    bench.write(GALLERY + IMAGE + versions("1.0.0") + keys)
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=2, northeurope=1") + keys)
    saved(shell)
    honest = document_of(bench)["actions"]
    text = json.dumps(honest).replace("NoSignatureTemplate", "MicrosoftUefiCertificateAuthorityTemplate")
    doctored(bench, actions=json.loads(text))

    assert "securityProfile was" in refused(bench, shell)
    doctored(bench, actions=honest)
    assert shell.run("apply", "plan.json").code == 0
    assert bench.plan().pending == ()


def test_a_share_goes_to_whom_it_shows(bench: Workbench, shell: Shell) -> None:
    bench.write(shared_with(FRIEND))
    saved(shell)
    document = document_of(bench)
    share = next(row for row in document["actions"] if row["verb"] == "share")
    share["body"]["groups"][0]["ids"] = [OTHER_FRIEND]
    doctored(bench, actions=document["actions"])

    assert shell.run("apply", "plan.json").code == 3
    assert not bench.written()


def test_half_a_replacement_is_a_delete_and_no_plan(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    saved(shell)
    row = {**deleting(bench, OLD), "verb": "replace", "reasons": ["ImmutableChanged"]}
    doctored(bench, actions=[*document_of(bench)["actions"], row])

    assert shell.run("apply", "plan.json").code == 3
    assert bench.live("/versions/1.0.0")


# ---- guards ------------------------------------------------------------------------------------------------------


def test_more_deletes_than_the_settings_of_today_allow_are_refused(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(LESS)
    settings(bench)
    saved(shell, "--prune")
    settings(bench, "limits: {maxDeletes: 0}")

    words = refused(bench, shell)

    assert "1 delete planned: more than 0 (limits, reconciler.yaml:5" in words


def test_a_lifted_limit_of_the_plan_counts(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(LESS)
    settings(bench, "limits: {maxDeletes: 0}")
    saved(shell, "--prune", "--allow-deletes", "1")

    assert shell.run("apply", "plan.json").code == 0
    assert not any("1.0.0" in one for one in bench.ids())


def test_what_is_protected_stays_whatever_the_file_says(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL.replace("kind: Gallery\n", "kind: Gallery\npolicy: {protect: true}\n"))
    bench.apply()
    bench.write(LESS)
    saved(shell)
    doctored(bench, actions=[*document_of(bench)["actions"], deleting(bench, OLD)])

    assert "ubuntu/1.0.0 is protected" in refused(bench, shell)


# ---- settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "prune", "words"),
    [
        (("mode: plan",), "confirm", "mode: plan (reconciler.yaml:5"),
        (
            ("scope: {galleries: [other]}",),
            "confirm",
            "outside the target's scope: gallery corp (scope, reconciler.yaml:5",
        ),
        (("scope: {kinds: [Gallery]}",), "confirm", "outside the target's scope: kind ImageVersion"),
        ((), "off", "prune: off (reconciler.yaml:4"),
        (("ignore: [{path: tags.team, reason: theirs}]",), "confirm", "ignore tags.team now (reconciler.yaml:5"),
    ],
)
def test_the_settings_of_today_count_and_are_named(
    bench: Workbench, shell: Shell, lines: tuple[str, ...], prune: str, words: str
) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(LESS)
    settings(bench)
    saved(shell, "--prune")
    settings(bench, *lines, prune=prune)

    assert words in refused(bench, shell)


@pytest.mark.parametrize("manifests", [True, False])
def test_another_instance_of_the_target_is_refused_with_its_place(
    bench: Workbench,
    shell: Shell,
    manifests: bool,  # noqa: FBT001
) -> None:
    bench.write(ALL)
    settings(bench, "instance: test")
    saved(shell, RECONCILER_INSTANCE="")
    settings(bench, "instance: other")
    if not manifests:
        (bench.folder / "gallery.yaml").unlink()
        bench.folder.rmdir()

    words = refused(bench, shell, RECONCILER_INSTANCE="")

    assert "made for instance test, but the settings name other (reconciler.yaml:5" in words


def test_a_target_that_is_there_no_more_is_refused(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    settings(bench)
    saved(shell)
    text = Path(bench.folder.parent / "reconciler.yaml").read_text(encoding="utf-8")
    Path(bench.folder.parent / "reconciler.yaml").write_text(text.replace("prod", "test"), encoding="utf-8")

    assert "the settings have no target prod" in refused(bench, shell)


# ---- words -------------------------------------------------------------------------------------------------------


def test_a_refusal_is_told_once_and_its_document_has_the_shape_of_an_apply(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    saved(shell)
    assert shell.run("apply", "plan.json").code == 0

    text, document = shell.run("apply", "plan.json"), shell.run("apply", "plan.json", "-o", "json")

    assert text.err.count("rg-images/corp exists now") == 1
    assert document.code == 4
    assert document.document["report"] is None
    assert document.document["plan"]["digest"] == document_of(bench)["digest"]
    assert "rg-images/corp exists now" in document.document["error"]["message"]
    assert document.document["error"]["exitCode"] == 4


def test_what_a_part_leaves_is_said_at_the_end(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(ALL.replace("osState: Generalized", "osState: Specialized").replace("Golden", "New"))

    ran = shell.run("apply", "manifests", "--yes", "--partial")

    assert ran.code == 5
    left = "left as it is: 1 resource refused (Immutable)"
    assert left in ran.out.splitlines()
    assert left in shell.run("apply", "manifests", "--yes", "--partial").out.splitlines()


def test_what_is_unread_is_counted_once_and_named(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.emulator.faults.add(
        Fault(method="GET", path="/images/ubuntu/versions", status=403, code="AuthorizationFailed")
    )

    ran = shell.run("plan", "manifests")

    assert "this run" not in ran.out
    assert "! rg-images/corp/ubuntu/1.0.0" in ran.out
    assert "refused IncompleteRead" in ran.out
    assert ", 1 unread" in ran.out
    assert "refused," not in ran.out.splitlines()[-1]


# ---- the ledger --------------------------------------------------------------------------------------------------


def test_what_a_saved_plan_applied_is_known_to_the_next_plan(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    saved(shell)
    assert shell.run("apply", "plan.json").code == 0
    tagged(bench, Kind.GALLERY, "/galleries/corp", team="portal")
    bench.write(ALL.replace("description: Ubuntu", "description: Other"))

    rows = {
        row["address"].split("/", 2)[2]: row for row in shell.run("plan", "manifests", "-o", "json").document["actions"]
    }

    assert rows["corp"]["reasons"] == ["Drifted"]
    assert rows["corp/ubuntu"]["reasons"] == ["SpecChanged"]


# ---- the name of a plan ------------------------------------------------------------------------------------------


def test_an_incomplete_plan_has_the_same_name_again(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.emulator.faults.add(Fault(method="GET", path="/galleries/corp", status=403, code="AuthorizationFailed"))

    names = {shell.run("plan", "manifests", "-o", "json").document["digest"] for _ in range(2)}

    assert len(names) == 1


def test_neither_the_folder_nor_the_commit_is_part_of_the_name(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    here = shell.run("plan", "manifests", "-o", "json").document
    there = shell.run("plan", str(bench.folder), "-o", "json").document

    assert here["actions"][0]["origin"] != there["actions"][0]["origin"]
    assert here["digest"] == there["digest"]
