"""A replacement deletes only what is proven to come back; what can still go wrong stops it, and is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Doubts
from reconciler.model.address import Kind
from reconciler.model.plan import Plan, Reason, RefusalRule, Verb
from reconciler.model.report import Outcome
from reconciler.planner.admission import Permission
from reconciler.reconcile import Rechecked, recheck_pass
from tests.support.commands import Shell
from tests.support.estates import ACCESS, GALLERY, IMAGE, SOURCE, versions
from tests.support.sources import drop, lock, send, stock
from tests.support.workbench import NOW, SUB, Workbench, workbench, writes

GROUP_ID = f"/subscriptions/{SUB}/resourceGroups/rg-images"
GALLERY_ID = f"{GROUP_ID}/providers/Microsoft.Compute/galleries/corp"
REPLACING = GALLERY.replace("spec:", "policy: {onImmutableChange: replace}\nspec:")
ASKED = REPLACING + ACCESS + IMAGE + versions("1.0.0", "1.1.0")
MOVED = ASKED.replace("sku: lts", "sku: pro")
OTHER_SOURCE = ASKED.replace("ubuntu-1.1.0}", "ubuntu-1.1.0-b}")


@pytest.fixture(autouse=True)
def sources(bench: Workbench) -> None:
    stock(bench, *(f"{SOURCE}/ubuntu-{name}" for name in ("1.0.0", "1.1.0", "1.1.0-b", "1.2.0")))


def taken(bench: Workbench, now: str, before: str = ASKED) -> None:
    """The estate as it was applied, then edited."""
    bench.write(before)
    bench.apply()
    bench.write(now)


def refused(plan: Plan, rule: RefusalRule, *told: str) -> None:
    """Nothing is deleted, and the refusal says why."""
    assert not [action for action in plan.writes if action.removes], writes(plan)
    found = [refusal for refusal in plan.refusals if "cannot be replaced" in refusal.message]
    assert [refusal.rule for refusal in found] == [rule]
    for words in told:
        assert words in found[0].message


def test_a_source_that_is_gone_keeps_the_version(bench: Workbench) -> None:
    taken(bench, ASKED.replace("ubuntu-1.1.0}", "never-was}"))
    refused(bench.plan(), RefusalRule.IMMUTABLE, "made from images/never-was, which is not there")


def test_the_source_of_a_version_that_only_goes_along_counts_too(bench: Workbench) -> None:
    taken(bench, MOVED)
    drop(bench, f"{SOURCE}/ubuntu-1.0.0")
    refused(bench.plan(), RefusalRule.IMMUTABLE, "corp/ubuntu/1.0.0 is made from images/ubuntu-1.0.0")


def test_a_source_that_may_not_be_read_is_not_proven(bench: Workbench) -> None:
    taken(bench, MOVED)
    bench.emulator.faults.add(Fault(method="GET", path="/images/ubuntu-1.0.0", status=403, code="AuthorizationFailed"))
    plan = bench.plan()
    refused(plan, RefusalRule.IMMUTABLE, "could not be read (AuthorizationFailed)")
    assert "grant this sign-in Reader there" in plan.refusals[0].ways_out


def test_a_source_in_another_region_or_of_another_generation_does_not_count(bench: Workbench) -> None:
    taken(bench, OTHER_SOURCE)
    drop(bench, f"{SOURCE}/ubuntu-1.1.0-b")
    stock(bench, f"{SOURCE}/ubuntu-1.1.0-b", location="northeurope")
    refused(bench.plan(), RefusalRule.IMMUTABLE, "which is not in westeurope")
    drop(bench, f"{SOURCE}/ubuntu-1.1.0-b")
    stock(bench, f"{SOURCE}/ubuntu-1.1.0-b", generation="V1")
    refused(bench.plan(), RefusalRule.IMMUTABLE, "whose hyperVGeneration is V1, not V2")


def test_another_system_than_the_sources_have_is_never_made(bench: Workbench) -> None:
    taken(bench, ASKED.replace("hyperVGeneration: V2", "hyperVGeneration: V1"))
    refused(bench.plan(), RefusalRule.IMMUTABLE, "whose hyperVGeneration is V2, not V1")


def test_what_counts_as_proof_is_what_the_service_asks_for(tmp_path: Path) -> None:
    with workbench(tmp_path / "own", sources="strict") as bench:
        stock(bench, *(f"{SOURCE}/ubuntu-{name}" for name in ("1.0.0", "1.1.0", "1.1.0-b")))
        taken(bench, OTHER_SOURCE.replace("sku: lts", "sku: pro"))
        bench.apply()
        assert not bench.plan().pending


def test_a_source_among_what_is_deleted_does_not_count(bench: Workbench) -> None:
    inner = f"{GALLERY_ID}/images/ubuntu/versions/1.0.0"
    built = ASKED.replace(f"{SOURCE}/ubuntu-1.1.0", inner)
    bench.write(REPLACING + ACCESS + IMAGE + versions("1.0.0"))
    bench.apply()
    taken(bench, built.replace("sku: lts", "sku: pro"), built)
    refused(bench.plan(), RefusalRule.IMMUTABLE, "made from rg-images/corp/ubuntu/1.0.0, which is deleted too")


def test_a_version_of_the_estate_is_a_source(bench: Workbench) -> None:
    inner = f"{GALLERY_ID}/images/ubuntu/versions/1.0.0"
    taken(bench, ASKED.replace(f"{SOURCE}/ubuntu-1.1.0", inner))
    plan = bench.plan()
    assert not plan.refusals
    assert writes(plan) == [("replace", "corp/ubuntu/1.1.0")] * 2
    bench.apply()
    assert bench.live("/versions/1.1.0")["properties"]["storageProfile"]["source"]["id"] == inner


def test_a_vhd_or_community_image_is_never_proven_and_a_disk_may_have_changed(bench: Workbench) -> None:
    disk = f"{SOURCE.removesuffix('/images')}/disks/os"
    stock(bench, disk)
    old = f"source: {{id: {SOURCE}/ubuntu-1.1.0}}"
    vhd = "osDiskImage: {source: {uri: https://a.blob.example.com/v/a.vhd, storageAccountId: "
    vhd += f"{GROUP_ID}/providers/Microsoft.Storage/storageAccounts/a}}}}"
    community = "source: {communityGalleryImageId: /communityGalleries/pub-1/images/i/versions/1.0.0}"
    from_disk = ASKED.replace(old, f"osDiskImage: {{source: {{id: {disk}}}}}")
    taken(bench, ASKED.replace(old, vhd))
    refused(bench.plan(), RefusalRule.IMMUTABLE, "a.vhd, which cannot be proven to be there")
    bench.write(ASKED.replace(old, community))
    refused(bench.plan(), RefusalRule.IMMUTABLE, "which cannot be proven to be there")
    bench.write(from_disk)
    bench.apply()
    bench.write(from_disk.replace("sku: lts", "sku: pro"))
    refused(bench.plan(), RefusalRule.IMMUTABLE, "made from disks/os, which may hold something else by now")


def test_a_remake_shows_what_really_differs_and_what_is_really_lost(bench: Workbench) -> None:
    taken(bench, MOVED)
    body = bench.live("/versions/1.0.0")
    body["properties"]["publishingProfile"]["excludeFromLatest"] = True
    sent = {"location": body["location"], "tags": body["tags"], "properties": body["properties"]}
    assert bench.gateway.put(Kind.IMAGE_VERSION, body["id"], sent).ok

    shown = {action.id.split("/")[-1]: action.changes for action in bench.plan().writes if action.makes}

    assert {key: [(one.dotted, one.before, one.after) for one in changes] for key, changes in shown.items()} == {
        "ubuntu #2": [("identifier.sku", "lts", "pro")],
        "1.0.0 #2": [("publishingProfile.excludeFromLatest", True, None)],
        "1.1.0 #2": [],
    }


def test_a_lock_above_or_inside_keeps_everything(bench: Workbench) -> None:
    taken(bench, MOVED)
    lock(bench, f"{GALLERY_ID}/images/ubuntu/versions/1.0.0")
    refused(bench.plan(), RefusalRule.PROTECTED, "it is locked (keep at versions/1.0.0)")


@pytest.mark.parametrize("reach", ["above", "only"])
def test_a_lock_on_the_group_keeps_everything(tmp_path: Path, reach: Literal["above", "only"]) -> None:
    with workbench(tmp_path / "own", doubts=Doubts(locks_at_scope=reach)) as bench:
        stock(bench, *(f"{SOURCE}/ubuntu-{name}" for name in ("1.0.0", "1.1.0")))
        taken(bench, MOVED)
        lock(bench, GROUP_ID)
        refused(bench.plan(), RefusalRule.PROTECTED, "it is locked (keep at resourceGroups/rg-images)")


def test_locks_that_cannot_be_read_may_be_there(bench: Workbench) -> None:
    taken(bench, MOVED)
    bench.emulator.faults.add(Fault(method="GET", path="/locks", status=403, code="AuthorizationFailed"))
    refused(bench.plan(), RefusalRule.INCOMPLETE_READ, "its locks and all that lies in it could not be read")


@pytest.mark.parametrize(("instance", "tracked"), [("", True), ("test", False)])
def test_without_ownership_nothing_is_deleted_to_be_made_anew(
    bench: Workbench, instance: str, *, tracked: bool
) -> None:
    taken(bench, MOVED)
    named = bench.plan(instance=instance, track_ownership=tracked)
    assert (not named.writes, [refusal.rule for refusal in named.refusals]) == (True, [RefusalRule.OTHER_OWNER])
    for address in ("", "/images/ubuntu", "/images/ubuntu/versions/1.0.0", "/images/ubuntu/versions/1.1.0"):
        unmark(bench, address)
    plan = bench.plan(instance=instance, track_ownership=tracked)
    refused(plan, RefusalRule.NOT_OWNED, "no instance is named")


def unmark(bench: Workbench, suffix: str) -> None:
    body = next(body for key, body in bench.emulator.resources().items() if key.endswith(f"/galleries/corp{suffix}"))
    kinds = [Kind.GALLERY, Kind.IMAGE_DEFINITION, Kind.IMAGE_VERSION]
    sent = {"location": body["location"], "tags": {}, "properties": body["properties"]}
    assert bench.gateway.put(kinds[len(suffix.split("/")) // 2], body["id"], sent).ok


def test_another_instance_is_told_of_before_a_replacement(bench: Workbench) -> None:
    taken(bench, MOVED)
    plan = bench.plan(instance="other", adopt=frozenset({"all"}))
    assert not plan.writes
    assert {refusal.rule for refusal in plan.refusals} == {RefusalRule.OTHER_OWNER}


def test_what_nobody_owns_is_offered_no_adoption_that_cannot_help(bench: Workbench) -> None:
    taken(bench, MOVED)
    unmark(bench, "/images/ubuntu")
    plain = bench.plan().refusals[0]
    assert (plain.rule, plain.override) == (RefusalRule.NOT_OWNED, "")
    assert plain.ways_out[0].startswith("restore identifier.sku: lts; then --adopt")
    adopting = bench.plan(adopt=frozenset({"all"}))
    refused(adopting, RefusalRule.NOT_OWNED, "is not this instance's")
    bench.write(MOVED.replace("policy: {onImmutableChange: replace}\n", ""))
    fixed = bench.plan(adopt=frozenset({"all"})).refusals[0]
    assert not any("replace" in way for way in fixed.ways_out)


def test_soft_delete_that_the_same_plan_switches_on_keeps_everything(bench: Workbench) -> None:
    taken(bench, MOVED.replace("spec: {location", "spec: {softDeletePolicy: {isSoftDeleteEnabled: true}, location"))
    refused(bench.plan(), RefusalRule.PROTECTED, "soft delete")


def test_a_version_that_a_shallow_one_reads_from_stays(bench: Workbench) -> None:
    inner = f"{GALLERY_ID}/images/ubuntu/versions/1.0.0"
    sample = IMAGE.split("\n", 2)[2].replace("ubuntu", "copy").replace("sku: lts", "sku: copy")
    copy = sample + versions("1.0.0", more=", replicationMode: Shallow").replace(f"{SOURCE}/ubuntu-1.0.0", inner)
    bench.write(ASKED)
    bench.apply()
    taken(bench, (ASKED + copy).replace("ubuntu-1.0.0}", "ubuntu-1.2.0}"), ASKED + copy)
    refused(
        bench.plan(), RefusalRule.PROTECTED, "is the source of rg-images/corp/copy/1.0.0, which is replicated Shallow"
    )


def test_only_a_version_never_takes_its_definition_along(bench: Workbench) -> None:
    taken(bench, MOVED)
    plan = bench.plan(only=("**/1.0.0",))
    assert not plan.writes
    assert plan.selection is not None
    assert [str(left.needs) for left in plan.selection.left_out if left.needs] == ["rg-images/corp/ubuntu"]
    assert len(bench.plan(only=("**/ubuntu",)).writes) == len(bench.plan().writes)


def test_a_replaced_gallery_is_shared_again_and_nobody_loses_it_unseen(bench: Workbench) -> None:
    friend, stranger = ("00000000-0000-0000-0000-0000000000f1", "00000000-0000-0000-0000-0000000000f2")
    groups = "sharingProfile: {permissions: Groups, groups: [{type: Subscriptions, ids: [" + friend + "]}]}"
    shared = ASKED.replace("spec: {location", f"spec: {{{groups}, location")
    taken(bench, shared.replace("location: westeurope", "location: northeurope"), shared)
    body = {"operationType": "Add", "groups": [{"type": "Subscriptions", "ids": [stranger]}]}
    send(bench, "POST", f"{GALLERY_ID}/share", body, "2026-03-03")
    drop_sources_and_move(bench)
    refused(bench.plan(), RefusalRule.PROTECTED, "is shared with more than the manifest says")
    body["operationType"] = "Remove"
    send(bench, "POST", f"{GALLERY_ID}/share", body, "2026-03-03")
    plan = bench.plan()
    share = next(action for action in plan.writes if action.verb is Verb.SHARE)
    assert f"replace {SUB}/rg-images/corp #2" in share.requires
    assert recheck_pass(plan, bench.gateway, Permission(bench.options), now=NOW) == Rechecked()
    body["operationType"] = "Add"
    send(bench, "POST", f"{GALLERY_ID}/share", body, "2026-03-03")
    assert "shared with more by now" in bench.carry_out(plan).results[0].why
    body["operationType"] = "Remove"
    send(bench, "POST", f"{GALLERY_ID}/share", body, "2026-03-03")
    bench.apply()
    assert not bench.plan().pending


def test_an_identity_of_its_own_keeps_a_gallery(bench: Workbench) -> None:
    known = ASKED.replace("spec: {location", "spec: {identity: {type: SystemAssigned}, location")
    taken(bench, known.replace("location: westeurope", "location: northeurope"), known)
    drop_sources_and_move(bench)
    refused(bench.plan(), RefusalRule.PROTECTED, "an identity of its own (SystemAssigned)")


def drop_sources_and_move(bench: Workbench) -> None:
    for name in ("1.0.0", "1.1.0"):
        drop(bench, f"{SOURCE}/ubuntu-{name}")
    stock(bench, *(f"{SOURCE}/ubuntu-{name}" for name in ("1.0.0", "1.1.0")), location="northeurope")


def test_an_identifier_is_taken_over_only_once_it_is_free(bench: Workbench) -> None:
    other = IMAGE.split("\n", 2)[2].replace("ubuntu", "another").replace("name: ubuntu", "name: another")
    taken(bench, MOVED + other)
    plan = bench.plan()
    assert not bench.plan(only=("**/another",)).writes
    making = next(action for action in plan.writes if action.address.image == "another")
    assert f"replace {SUB}/rg-images/corp/ubuntu #1" in making.requires
    bench.apply()
    assert not bench.plan().pending
    bench.write(MOVED + other)


def test_versions_made_from_each_other_are_refused_by_name(bench: Workbench, shell: Shell) -> None:
    inner = f"{GALLERY_ID}/images/ubuntu/versions"
    circle = ASKED.replace(f"{SOURCE}/ubuntu-1.0.0", f"{inner}/1.1.0").replace(
        f"{SOURCE}/ubuntu-1.1.0", f"{inner}/1.0.0"
    )
    bench.write(circle)
    ran = shell.run("apply", "manifests", "--yes")
    assert ran.code == 4
    assert "are made from each other: none can be made first" in " ".join((ran.out + ran.err).split())
    assert not [path for _, path in bench.written() if "/galleries/" in path]


def test_a_lock_that_comes_after_the_plan_keeps_everything(bench: Workbench) -> None:
    taken(bench, MOVED)
    plan = bench.plan()
    lock(bench, f"{GALLERY_ID}/images/ubuntu")
    before = bench.ids()

    report = bench.carry_out(plan)

    assert report.count(Outcome.SUCCEEDED) == 0
    assert any("is not replaced: it is locked" in result.why for result in report.results)
    assert bench.ids() == before
    assert not report.lost


def test_a_new_version_or_a_lost_source_after_the_plan_keeps_everything(bench: Workbench) -> None:
    taken(bench, MOVED)
    plan = bench.plan()
    body = bench.live("/versions/1.1.0")
    properties = {"storageProfile": {"source": {"id": f"{SOURCE}/ubuntu-1.2.0"}}}
    new = body["id"].replace("1.1.0", "9.9.9")
    sent = {"location": "westeurope", "properties": {**properties, "publishingProfile": {}}}
    assert bench.gateway.put(Kind.IMAGE_VERSION, new, sent).ok
    before = bench.ids()
    assert "versions/9.9.9 lies in it by now" in bench.carry_out(plan).results[0].why
    assert bench.gateway.delete(Kind.IMAGE_VERSION, new).ok
    drop(bench, f"{SOURCE}/ubuntu-1.1.0")
    assert "ubuntu-1.1.0" in bench.carry_out(plan).results[0].why
    assert bench.ids() == [one for one in before if "9.9.9" not in one]


def test_half_a_replacement_is_told_blamed_on_nobody_and_made_whole(bench: Workbench, shell: Shell) -> None:
    bench.write(ASKED)
    assert shell.run("apply", "manifests", "--yes").code == 0
    bench.write(MOVED)
    fault = Fault(method="DELETE", path="/images/ubuntu(\\?|$)", status=409, code="ScopeLocked", message="locked")
    bench.emulator.faults.add(fault)

    ran = shell.run("apply", "manifests", "--yes")
    document = json.loads(shell.run("drift", "manifests", "-o", "json").out)

    assert ran.code == 5
    told = " ".join((ran.out + ran.err).split())
    assert "DELETED AND NOT MADE AGAIN: rg-images/corp/ubuntu/1.0.0, rg-images/corp/ubuntu/1.1.0" in told
    assert document["summary"]["missing"] == 0
    bench.emulator.faults.clear()
    lock(bench, f"{GALLERY_ID}/images/ubuntu")
    held = bench.plan()
    assert [action.reasons for action in held.writes] == [(Reason.NOT_IN_AZURE,)] * 2
    send(
        bench, "DELETE", f"{GALLERY_ID}/images/ubuntu/providers/Microsoft.Authorization/locks/keep", None, "2016-09-01"
    )
    assert shell.run("apply", "manifests", "--yes").code == 0
    assert not bench.plan().pending
    assert len([one for one in bench.ids() if "/versions/" in one]) == 2


def test_one_failed_delete_stops_the_rest_of_a_replacement(bench: Workbench) -> None:
    many = versions(*(f"1.{number}.0" for number in range(8)))
    stock(bench, *(f"{SOURCE}/ubuntu-1.{number}.0" for number in range(8)))
    estate = REPLACING + IMAGE + many
    taken(bench, estate.replace("sku: lts", "sku: pro"), estate)
    plan = bench.plan()
    bench.emulator.faults.add(Fault(method="DELETE", path="/versions/", status=403, code="AuthorizationFailed"))

    report = bench.carry_out(plan)

    assert not report.lost
    assert report.count(Outcome.SUCCEEDED) == 0
