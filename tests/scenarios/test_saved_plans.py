"""A plan that was approved is what is carried out: that plan, on the live state it was made for, or nothing at all."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.model.address import Kind
from tests.support.commands import Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, SOURCE, versions
from tests.support.plan_files import path_of, refused, saved
from tests.support.workbench import Workbench, workbench

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")
DESCRIBED = ALL.replace("Golden", "New")
TWO_REGIONS = GALLERY + IMAGE + versions("1.0.0")


def portal(bench: Workbench, kind: Kind, suffix: str, tags: dict[str, str] | None = None, **properties: Any) -> None:
    """Somebody else writes a resource."""
    body = bench.live(suffix)
    sent = {
        "location": body["location"],
        "tags": {**(body.get("tags") or {}), **(tags or {})},
        "properties": {**body["properties"], **properties},
    }
    assert bench.gateway.put(kind, body["id"], sent).ok


# ---- the same plan -----------------------------------------------------------------------------------------------


def test_a_saved_plan_is_applied_without_manifests_and_without_a_question(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    saved(shell)
    (bench.folder / "gallery.yaml").unlink()

    ran = shell.run("apply", "plan.json")

    assert ran.code == 0, ran.err
    assert "5 succeeded" in ran.out
    bench.write(ESTATE)
    assert not bench.plan().pending


def test_the_same_file_twice_is_refused_before_anything_is_written(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    saved(shell)
    assert shell.run("apply", "plan.json").code == 0

    assert "rg-images/corp exists now" in refused(bench, shell)


def test_an_update_that_is_live_already_is_refused(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(DESCRIBED)
    saved(shell)
    assert shell.run("apply", "plan.json").code == 0

    assert "already as the plan makes it" in refused(bench, shell)


def test_steps_are_carried_out_from_the_file_and_refused_the_second_time(bench: Workbench, shell: Shell) -> None:
    bench.write(TWO_REGIONS)
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1"))
    saved(shell)

    assert shell.run("apply", "plan.json").code == 0

    regions = bench.live("/versions/1.0.0")["properties"]["publishingProfile"]["targetRegions"]
    assert [region["name"] for region in regions] == ["West Europe"]
    assert not bench.plan().pending
    assert "targetRegions[northeurope]" in refused(bench, shell)


def test_a_signed_address_reaches_azure_from_the_file_and_nobody_else(bench: Workbench, shell: Shell) -> None:
    account = f"{SOURCE.rsplit('/providers', 1)[0]}/providers/Microsoft.Storage/storageAccounts/corp"
    disk = f"osDiskImage: {{source: {{uri: 'https://corp.blob/a.vhd?sig=Zm9v', storageAccountId: {account}}}}}"
    bench.write((GALLERY + IMAGE + versions("1.0.0")).replace(f"source: {{id: {SOURCE}/ubuntu-1.0.0}}", disk))

    printed = saved(shell, "-o", "json")

    assert "Zm9v" not in printed.out + printed.err
    assert "sig=Zm9v" in path_of(bench).read_text(encoding="utf-8")
    assert stat.S_IMODE(path_of(bench).stat().st_mode) == 0o600
    for form in ("text", "json", "markdown"):
        assert "Zm9v" not in shell.run("show", "plan.json", "-o", form).out
    ran = shell.run("apply", "plan.json")
    assert ran.code == 0, ran.err
    assert "Zm9v" not in ran.out + ran.err
    image = bench.live("/versions/1.0.0")["properties"]["storageProfile"]["osDiskImage"]
    assert image["source"]["uri"].endswith("?sig=Zm9v")


# ---- the same live state -----------------------------------------------------------------------------------------


def test_a_portal_edit_of_a_planned_field_is_refused_with_its_name(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(DESCRIBED)
    saved(shell)
    portal(bench, Kind.GALLERY, "/galleries/corp", description="Portal")

    words = refused(bench, shell)

    assert 'rg-images/corp changed in Azure since the plan was made: description was "Golden images"' in words
    assert '"Portal" now' in words


def test_a_portal_edit_elsewhere_on_the_resource_survives_the_apply(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(ALL.replace("team: platform", "team: images").replace("description: Ubuntu", "description: Other"))
    saved(shell)
    portal(bench, Kind.GALLERY, "/galleries/corp", {"cost": "4711"}, description="Portal")
    portal(bench, Kind.IMAGE_DEFINITION, "/images/ubuntu", releaseNoteUri="https://example.com/notes")

    ran = shell.run("apply", "plan.json")

    assert ran.code == 0, ran.err
    gallery = bench.live("/galleries/corp")
    assert gallery["tags"]["team"] == "images"
    assert gallery["tags"]["cost"] == "4711"
    assert gallery["properties"]["description"] == "Portal"
    image = bench.live("/images/ubuntu")["properties"]
    assert (image["description"], image["releaseNoteUri"]) == ("Other", "https://example.com/notes")


def test_first_tags_are_laid_beside_a_foreign_one_that_came_meanwhile(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY.replace(", tags: {team: platform}", ""))
    bench.apply()
    body = bench.live("/galleries/corp")
    bare = {"location": body["location"], "properties": {"description": "Golden images"}}
    assert bench.gateway.put(Kind.GALLERY, body["id"], bare).ok
    bench.write(GALLERY)
    saved(shell, "--adopt", "all")
    portal(bench, Kind.GALLERY, "/galleries/corp", {"portal": "1"})

    assert shell.run("apply", "plan.json").code == 0

    assert bench.live("/galleries/corp")["tags"].keys() == {"portal", "team", "reconciler.owner"}


def test_a_region_added_in_the_portal_touches_a_list_that_is_declared_whole(bench: Workbench, shell: Shell) -> None:
    bench.write(TWO_REGIONS)
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=3, northeurope=1"))
    saved(shell)
    names = ("westeurope", "northeurope", "japaneast")
    regions = [{"name": name, "regionalReplicaCount": 1} for name in names]
    portal(bench, Kind.IMAGE_VERSION, "/versions/1.0.0", publishingProfile={"targetRegions": regions})

    assert "publishingProfile.targetRegions[japaneast] was absent" in refused(bench, shell)


def test_a_tag_beside_a_change_of_regions_survives(bench: Workbench, shell: Shell) -> None:
    bench.write(TWO_REGIONS)
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=3, northeurope=1"))
    saved(shell)
    portal(bench, Kind.IMAGE_VERSION, "/versions/1.0.0", {"scanned": "yes"})

    assert shell.run("apply", "plan.json").code == 0

    version = bench.live("/versions/1.0.0")
    assert version["tags"]["scanned"] == "yes"
    assert version["properties"]["publishingProfile"]["targetRegions"][0]["regionalReplicaCount"] == 3
    assert not bench.plan().pending


def test_another_feature_set_in_the_portal_survives(bench: Workbench, shell: Shell) -> None:
    bench.write(TWO_REGIONS)
    bench.apply()
    bench.write(TWO_REGIONS.replace("value: Standard}", "value: TrustedLaunchSupported}"))
    saved(shell)
    features = [
        *bench.live("/images/ubuntu")["properties"]["features"],
        {"name": "IsHibernateSupported", "value": "True", "startsAtVersion": "2.0.0"},
    ]
    portal(bench, Kind.IMAGE_DEFINITION, "/images/ubuntu", features=features, allowUpdateImage=True)

    ran = shell.run("apply", "plan.json")

    assert ran.code == 0, ran.err
    found = {each["name"]: each["value"] for each in bench.live("/images/ubuntu")["properties"]["features"]}
    assert found["SecurityType"] == "TrustedLaunchSupported"
    assert found["IsHibernateSupported"] == "True"


def test_whoever_takes_a_resource_over_meanwhile_stops_the_plan(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(DESCRIBED)
    saved(shell)
    portal(bench, Kind.GALLERY, "/galleries/corp", {"reconciler.owner": "other:0123456789ab"})

    assert "tags.reconciler.owner" in refused(bench, shell)


@pytest.mark.parametrize("edit", ["tag", "gone"])
def test_what_is_to_be_deleted_must_be_what_it_was_to_the_last_tag(bench: Workbench, shell: Shell, edit: str) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(GALLERY + ACCESS + IMAGE + versions("1.1.0"))
    saved(shell, "--prune")
    if edit == "tag":
        portal(bench, Kind.IMAGE_VERSION, "/versions/1.0.0", {"keep": "please"})
    else:
        assert bench.gateway.delete(Kind.IMAGE_VERSION, bench.live("/versions/1.0.0")["id"]).ok

    words = refused(bench, shell)

    assert "rg-images/corp/ubuntu/1.0.0" in words
    assert ("tags.keep was absent" if edit == "tag" else "was deleted since") in words


def test_the_last_usable_version_is_not_deleted_because_the_other_one_went_meanwhile(
    bench: Workbench, shell: Shell
) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(GALLERY + ACCESS + IMAGE + versions("1.1.0"))
    saved(shell, "--prune")
    assert bench.gateway.delete(Kind.IMAGE_VERSION, bench.live("/versions/1.1.0")["id"]).ok

    assert "last usable version" in refused(bench, shell)


def test_what_is_in_flight_is_not_written_into(tmp_path: Path) -> None:
    slow = Durations(
        gallery=0, definition=0, version_create=0, version_write=3, region_add=3, region_spread=0, retry_after=0.05
    )
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(TWO_REGIONS)
        bench.apply()
        bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=3, northeurope=1"))
        saved(Shell(bench))
        portal(bench, Kind.IMAGE_VERSION, "/versions/1.0.0", {"scanned": "yes"})

        assert "in flight: Updating" in refused(bench, Shell(bench))


def test_what_cannot_be_read_again_is_not_taken_for_unchanged(bench: Workbench, shell: Shell) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(DESCRIBED)
    saved(shell)
    bench.emulator.faults.add(Fault(method="GET", path=r"/galleries/corp\?", status=403, code="AuthorizationFailed"))
    written = len(bench.written())

    ran = shell.run("apply", "plan.json")

    assert ran.code == 1
    assert "could not be read" in ran.err
    assert len(bench.written()) == written


# ---- the same place ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("RECONCILER_CLOUD", "AzureCloud", ("cloud emulator", "AzureCloud")),
        ("RECONCILER_INSTANCE", "other", ("instance test", "other")),
        ("RECONCILER_SUBSCRIPTION", "00000000-0000-0000-0000-0000000000ff", ("0000-000000000001", "0000000000ff")),
    ],
)
def test_a_plan_for_another_place_is_refused_naming_both(
    bench: Workbench, shell: Shell, setting: str, value: str, words: tuple[str, str]
) -> None:
    bench.write(ESTATE)
    saved(shell)

    told = refused(bench, shell, **{setting: value})

    assert all(word in told for word in words)


def test_without_any_word_about_the_cloud_the_plan_names_it(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    saved(shell)

    assert shell.run("apply", "plan.json", RECONCILER_CLOUD="", RECONCILER_INSTANCE="").code == 0


@pytest.mark.parametrize("flag", ["--prune", "--adopt=all", "--allow-empty", "--allow-deletes=3", "--scope=a/b"])
def test_a_flag_of_the_planning_is_not_lost_silently(bench: Workbench, shell: Shell, flag: str) -> None:
    bench.write(ESTATE)
    saved(shell)

    ran = shell.run("apply", "plan.json", flag)

    assert ran.code == 64
    assert flag.split("=", maxsplit=1)[0] in ran.err
    assert not bench.written()


# ---- refusals ----------------------------------------------------------------------------------------------------


def test_a_plan_with_refusals_is_applied_only_in_part_and_only_when_asked(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("osState: Generalized", "osState: Specialized").replace("Golden", "New"))
    saved(shell, code=4)

    assert "nothing was written" in refused(bench, shell)
    assert shell.run("apply", "plan.json", "--partial").code == 5
    assert bench.live("/galleries/corp")["properties"]["description"] == "New images"
    assert bench.live("/images/ubuntu")["properties"]["osState"] == "Generalized"


def test_a_plan_refused_as_a_whole_stays_refused(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write("# nothing left\n")
    saved(shell, "--prune", code=4)

    refused(bench, shell, "--partial")
