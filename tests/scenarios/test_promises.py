"""The promises about a plan that can be trusted, end to end: the program in a process of its own, and what Azure holds.

A test for each promise, named as it. Each looks at the exit code, at the words, and at the emulator afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.model.address import Kind
from tests.support.commands import Ran, Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, SOURCE, versions
from tests.support.remembered import store_of
from tests.support.workbench import GROUP, SUB, Workbench, workbench

APPLY = "apply manifests --yes"
PRUNE = "apply manifests --yes --prune"
AS_SHIPPED = {"RECONCILER_LIMITS_MAX_DELETE_PERCENT": ""}
NEW = ESTATE.replace("Golden", "New")
LAB = GALLERY.replace("corp", "lab")
NOTHING = "apiVersion: gallery-reconciler/v1\nkind: Defaults\n"
BOTH = "galleries/corp", "images/ubuntu"


@contextmanager
def untouched(bench: Workbench) -> Iterator[None]:
    """Whatever runs in the block sends no write, and Azure holds the same afterwards."""
    before, written = bench.emulator.resources(), len(bench.written())
    yield
    assert bench.written()[written:] == []
    assert bench.emulator.resources() == before


def begin(bench: Workbench, text: str, name: str = "gallery.yaml") -> None:
    """Azure holds what the manifests say."""
    bench.write(text, name)
    bench.apply()


def run(shell: Shell, line: str, code: int = 0, *, shipped: bool = False) -> Ran:
    """Run one command line that exits so; `shipped`: under the limits that the program has by itself."""
    ran = shell.run(*line.split(), **(AS_SHIPPED if shipped else {}))
    assert ran.code == code, (ran.out, ran.err)
    return ran


def told(text: str, *words: str) -> None:
    assert [each for each in words if each not in text] == [], text


def refusal_of(ran: Ran) -> tuple[dict[str, Any], str]:
    """The one refusal of an apply in JSON that wrote nothing, and its override."""
    assert ran.document["report"] is None
    (refusal,) = ran.document["plan"]["refusals"]
    return refusal, refusal["override"]


def nothing_more(shell: Shell) -> None:
    """The manifests ask for nothing more, deletes included."""
    told(run(shell, "plan manifests --prune --detailed-exitcode").out, "No changes.")


def more(*names: str, regions: str = "westeurope=1, northeurope=1") -> str:
    """Further versions behind those of an estate."""
    return versions(*names, regions=regions).split("\n", 1)[1]


def portal(bench: Workbench, suffix: str, tags: dict[str, str], **properties: Any) -> None:
    """Somebody else edits a gallery or a definition."""
    body = bench.live(suffix)
    sent = {**body, "tags": {**body["tags"], **tags}, "properties": {**body["properties"], **properties}}
    kind = Kind.IMAGE_DEFINITION if "/images/" in body["id"] else Kind.GALLERY
    assert bench.gateway.put(kind, body["id"], sent).ok


def version_names(bench: Workbench) -> list[str]:
    return [key.rsplit("/", 1)[-1] for key in bench.ids() if "/versions/" in key]


def test_remove_all_yaml_is_refused_with_exit_4_and_the_override_is_named(bench: Workbench, shell: Shell) -> None:
    begin(bench, ESTATE)
    with untouched(bench):
        for left, line in (("# nothing left\n", APPLY), (NOTHING, f"{PRUNE} --partial")):
            bench.write(left)
            ran = run(shell, line, 4, shipped=True)
            told(ran.out, "refused EmptyDesired", "the manifests declare nothing, but 5 live resources are owned by")
            told(ran.out, "ways out: point at the right folder · --allow-empty")
            told(ran.err, "nothing was written")
        document = run(shell, f"{PRUNE} -o json", 4, shipped=True).document
    found = {one["rule"]: (one["level"], one["override"]) for one in document["plan"]["refusals"]}
    assert found == {"EmptyDesired": ("run", "--allow-empty"), "MaxDeletes": ("run", "--allow-deletes 5")}
    assert any("--allow-empty" in way for one in document["plan"]["refusals"] for way in one["waysOut"])
    run(shell, f"{PRUNE} --allow-empty --allow-deletes 5", shipped=True)
    assert bench.ids() == []


def test_a_folder_whose_files_are_gone_is_refused_with_exit_4_and_one_that_is_gone_with_3(
    bench: Workbench, shell: Shell
) -> None:
    begin(bench, ESTATE)
    (bench.folder / "gallery.yaml").unlink()
    with untouched(bench):
        for line in (APPLY, f"{PRUNE} --partial", "plan manifests --prune"):
            emptied = run(shell, line, 4, shipped=True)
            told(emptied.out, "refused EmptyDesired", "ways out: point at the right folder · --allow-empty")
            told(emptied.err, "warning no-manifests", "manifests holds no manifests")
        told(run(shell, "validate manifests", 3).err, "manifests holds no manifests")
        told(shell.run(*PRUNE.split(), RECONCILER_RESOURCE_GROUP="").err, "error no-manifests")
        bench.folder.rmdir()
        removed = run(shell, PRUNE, 3)
    told(removed.err, "manifests does not exist")


def test_a_folder_without_files_is_meant_where_the_override_says_so(bench: Workbench, shell: Shell) -> None:
    begin(bench, ESTATE)
    (bench.folder / "gallery.yaml").unlink()
    run(shell, f"{PRUNE} --allow-empty --allow-deletes 5", shipped=True)
    assert bench.ids() == []


def test_one_broken_file_exits_3_and_nothing_is_planned_from_the_rest(bench: Workbench, shell: Shell) -> None:
    alone = f"""
    apiVersion: gallery-reconciler/v1
    kind: ImageVersion
    metadata: {{gallery: corp, image: ubuntu, name: 1.0.0}}
    spec: {{storageProfile: {{source: {{id: {SOURCE}/a}}}}, publishingProfile: {{targetRegions: [westeurope]}}}}
    """
    bench.write(GALLERY + IMAGE + versions("1.1.0"))
    begin(bench, alone, "one.yaml")
    bench.write(GALLERY.replace("Golden", "New") + IMAGE + versions("1.1.0", "1.2.0"))
    bench.write(alone.replace("spec: {", "spec: {{"), "one.yaml")
    asked = len(bench.emulator.requests)
    with untouched(bench):
        for line in ("plan manifests --prune --out plan.json", f"{PRUNE} --partial"):
            ran = run(shell, line, 3)
            told(ran.err, "manifests/one.yaml:6:1: error yaml-syntax", "error: the manifests cannot be used")
            assert ran.out == ""
    assert len(bench.emulator.requests) == asked
    assert not (bench.folder.parent / "plan.json").exists()


def test_an_unknown_policy_value_exits_3_and_is_never_a_default(bench: Workbench, shell: Shell) -> None:
    policy = "manage: all, protect: si, onRemove: keep, adopt: perhaps, onImmutableChange: recreate, onDrift: warn"
    bench.write(GALLERY.replace("spec:", f"policy: {{{policy}}}\nspec:"))
    ran = run(shell, f"{APPLY} --partial", 3)
    told(ran.err, *(f"policy.{one.replace(': ', ': “')}” is not known" for one in policy.split(", ")))
    told(ran.err, "one of: full, create-only, observe", "one of: delete, abandon", "one of: refuse, replace")
    assert ran.out == ""
    assert bench.emulator.requests == []


@pytest.mark.parametrize(
    ("effect", "listed", "where", "code"),
    [
        ("page_fails", "/versions", "rg-images/corp/ubuntu", "InternalServerError"),
        ("page_cut", "/versions", "rg-images/corp/ubuntu", "NoAnswer"),
        ("page_fails", "/images", "rg-images/corp", "InternalServerError"),
    ],
)
def test_page_2_of_a_list_fails_and_nothing_is_deleted_and_the_unread_is_shown(
    tmp_path: Path, effect: Any, listed: str, where: str, code: str
) -> None:
    second = IMAGE.replace("images:\n", "").replace("ubuntu", "debian").replace("sku: lts", "sku: other")
    third = second.replace("debian", "suse").replace("other", "third")
    with workbench(tmp_path, page_size=2) as bench:
        shell = Shell(bench)
        bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0", "1.2.0") + second + third)
        bench.apply()
        bench.write(GALLERY + IMAGE + versions("1.2.0", "1.3.0"))
        bench.emulator.faults.add(Fault(method="GET", path=rf"{listed}\?", effect=effect))
        with untouched(bench):
            ran = run(shell, PRUNE, 1)
            document = run(shell, "plan manifests --prune -o json", 1).document
        told(ran.out, f"? {where} ", f"unread  {code}", f"could not read {where}; nothing there is created or deleted")
        told(ran.err, "nothing was written")
        assert [(one["where"], one["code"]) for one in document["unread"]] == [(where, code)]
        assert document["complete"] is False
        below = f"{SUB}/{where}/"
        assert [one["id"] for one in document["actions"] if one["address"].startswith(below)] == []
        bench.emulator.faults.clear()
        gone = ("ubuntu/1.0.0", "ubuntu/1.1.0", "debian", "suse")
        again = run(shell, "plan manifests --prune")
        told(again.out, "1 to create, 0 to update, 4 to delete", *(f"- rg-images/corp/{one} " for one in gone))


def test_nine_owned_versions_five_dropped_is_refused_until_the_exact_number_is_spoken(
    bench: Workbench, shell: Shell
) -> None:
    names = [f"1.{number}.0" for number in range(9)]
    begin(bench, GALLERY + IMAGE + versions(*names))
    bench.write(GALLERY + IMAGE + versions(*names[5:]))
    with untouched(bench):
        for flags in ("", "--allow-deletes 4", "--allow-deletes 6"):
            ran = run(shell, f"{PRUNE} {flags}", 4, shipped=True)
            told(ran.out, "refused MaxDeletes", "5 deletes planned: 5 of 9 owned", "ways out: --allow-deletes 5,")
        refusal, override = refusal_of(run(shell, f"{PRUNE} --partial -o json", 4, shipped=True))
    assert (refusal["rule"], refusal["level"], override) == ("MaxDeletes", "run", "--allow-deletes 5")
    assert [address.rsplit("/", 1)[-1] for address in refusal["addresses"]] == names[:5]
    assert refusal["waysOut"] == ["--allow-deletes 5, the exact number of this plan"]
    told(run(shell, f"{PRUNE} {override}", shipped=True).out, "5 succeeded")
    assert version_names(bench) == names[5:]


def committed(bench: Workbench) -> str:
    """Commit the manifests as they are; the first letters of the commit."""
    git = ["git", "-C", str(bench.folder.parent), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    fixed = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for line in ("init -q", "add -A manifests", "commit -qm manifests"):
        subprocess.run([*git, *line.split()], check=True, env=fixed)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, env=fixed, capture_output=True).stdout.decode()[:7]


def test_a_protected_resource_removed_from_yaml_is_refused_now_and_at_the_next_revision(
    bench: Workbench, shell: Shell
) -> None:
    guarded = "rg-images/corp/ubuntu/1.0.0"
    without = ACCESS + IMAGE + versions("1.1.0", "1.2.0")
    bench.write(ESTATE.replace("name: 1.0.0}\n", "name: 1.0.0}\n        policy: {protect: true}\n"))
    committed(bench)
    run(shell, APPLY)
    with untouched(bench):
        for manifest, rest in (
            (GALLERY + without, "+ rg-images/corp/ubuntu/1.2.0 "),
            (GALLERY.replace("Golden", "New") + without, 'description  "Golden images" → "New images"'),
        ):
            bench.write(manifest)
            revision = committed(bench)
            ran = run(shell, PRUNE, 4)
            told(ran.out, f"revision {revision}", "refused Protected", f"{guarded} is protected and no longer declared")
            told(ran.out, rest, f"ways out: declare it again · --allow-protected {guarded}")
            told(ran.err, "nothing was written")
        (bench.folder / "gallery.yaml").unlink()
        bench.write(LAB, "lab.yaml")
        revision = committed(bench)
        ran = run(shell, f"{PRUNE} -o json", 4)
    refusal, override = refusal_of(ran)
    plan = ran.document["plan"]
    assert plan["source"]["revision"].startswith(revision)
    assert f"create {SUB}/{GROUP}/lab" in [action["id"] for action in plan["actions"]]
    assert (refusal["rule"], refusal["level"], refusal["addresses"]) == ("Protected", "resource", [f"{SUB}/{guarded}"])
    assert override == f"--allow-protected {guarded}"
    assert refusal["waysOut"] == ["declare it again", override]
    run(shell, f"{PRUNE} {override}")
    assert bench.ids() == ["lab"]


def test_the_last_usable_version_of_a_definition_cannot_be_pruned(bench: Workbench, shell: Shell) -> None:
    last = "rg-images/corp/ubuntu/1.1.0"
    begin(bench, GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.write(GALLERY + IMAGE)
    with untouched(bench):
        ran = run(shell, PRUNE, 4)
        refusal, override = refusal_of(run(shell, f"{PRUNE} -o json", 4))
    told(ran.out, f"{last} is the last usable version of ubuntu, which stays declared")
    told(ran.out, f"ways out: publish another version first · {override}")
    assert (refusal["rule"], refusal["level"], override) == ("LastUsable", "resource", f"--allow-last-version {last}")
    run(shell, f"{PRUNE} --partial", 5)
    assert version_names(bench) == ["1.1.0"]
    run(shell, f"{PRUNE} {override}")
    assert version_names(bench) == []


def test_a_copied_owner_tag_is_not_claimed(bench: Workbench, shell: Shell) -> None:
    begin(bench, GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    body = bench.live("/versions/1.1.0")
    properties = {key: body["properties"][key] for key in ("storageProfile", "publishingProfile")}
    copy = {"location": body["location"], "tags": body["tags"], "properties": properties}
    assert bench.gateway.put(Kind.IMAGE_VERSION, body["id"].replace("1.1.0", "3.0.0"), copy).ok
    assert bench.live("/versions/3.0.0")["tags"] == body["tags"]
    bench.write(GALLERY + IMAGE + versions("1.1.0"))
    pruned = run(shell, PRUNE)
    told(pruned.out, "in managed galleries, not declared and not this instance's:\n  rg-images/corp/ubuntu/3.0.0\n")
    assert version_names(bench) == ["1.1.0", "3.0.0"]
    bench.write(GALLERY + IMAGE + versions("1.1.0") + more("3.0.0", regions="westeurope=5"))
    with untouched(bench):
        declared = run(shell, APPLY, 4)
    told(declared.out, "refused NotOwned", "--adopt rg-images/corp/ubuntu/3.0.0")
    told(declared.out, "rg-images/corp/ubuntu/3.0.0 exists, differs, and is not owned by instance test")


def test_a_deleted_store_means_no_delete_and_no_duplicate(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    run(shell, APPLY)
    before = bench.ids()
    shutil.rmtree(store_of(bench).parent)
    with untouched(bench):
        told(run(shell, PRUNE).out, "No changes. 5 unchanged")
    shutil.rmtree(store_of(bench).parent, ignore_errors=True)
    bench.write(ESTATE + more("2.0.0"))
    written = len(bench.written())
    told(run(shell, PRUNE).out, "applied in ", "1 succeeded")
    assert [(method, path.rsplit("/", 1)[-1]) for method, path in bench.written()[written:]] == [("PUT", "2.0.0")]
    assert bench.ids() == sorted([*before, "corp/images/ubuntu/versions/2.0.0"])


def test_the_same_plan_file_applied_twice_is_refused_the_second_time(bench: Workbench, shell: Shell) -> None:
    begin(bench, ESTATE)
    bench.write(GALLERY.replace("Golden", "New") + ACCESS + IMAGE + versions("1.1.0", "1.2.0"))
    run(shell, "plan manifests --prune --out plan.json")
    told(run(shell, "apply plan.json").out, "3 succeeded")
    with untouched(bench):
        second = run(shell, "apply plan.json", 4)
    told(second.err, "3 planned resources moved since the plan was made; nothing was written", "hint: plan again")
    told(second.err, "rg-images/corp is already as the plan makes it", "rg-images/corp/ubuntu/1.2.0 exists now")
    told(second.err, "rg-images/corp/ubuntu/1.0.0 was deleted since")
    assert version_names(bench) == ["1.1.0", "1.2.0"]
    nothing_more(shell)


def test_a_portal_edit_between_plan_and_apply_is_refused_only_if_it_touches_planned_fields_naming_them(
    bench: Workbench, shell: Shell
) -> None:
    begin(bench, ESTATE)
    bench.write(NEW.replace("description: Ubuntu", "description: Other"))
    run(shell, "plan manifests --out plan.json")
    portal(bench, "galleries/corp", {"cost": "4711", "team": "infra"}, description="Portal")
    portal(bench, "images/ubuntu", {}, description="Lubuntu", releaseNoteUri="https://example.com/notes")
    with untouched(bench):
        ran = run(shell, "apply plan.json --partial", 4)
        error = run(shell, "apply plan.json -o json", 4).document["error"]
    moved = "changed in Azure since the plan was made: description was"
    corp = f'rg-images/corp {moved} "Golden images" and is "Portal" now'
    told(ran.err, f"! {corp}\n", f'! rg-images/corp/ubuntu {moved} "Ubuntu" and is "Lubuntu" now\n')
    assert [word for word in ("cost", "infra", "releaseNoteUri") if word in ran.err] == []
    assert error["exitCode"] == 4
    told(error["message"], corp)
    portal(bench, "galleries/corp", {}, description="Golden images")
    portal(bench, "images/ubuntu", {}, description="Ubuntu")
    told(run(shell, "apply plan.json").out, "2 succeeded")
    gallery, image = bench.live("galleries/corp"), bench.live("images/ubuntu")["properties"]
    assert (gallery["tags"]["cost"], gallery["tags"]["team"]) == ("4711", "infra")
    assert gallery["properties"]["description"] == "New images"
    assert (image["description"], image["releaseNoteUri"]) == ("Other", "https://example.com/notes")


def test_a_foreign_tag_survives_an_update(bench: Workbench, shell: Shell) -> None:
    begin(bench, ESTATE)
    for suffix in BOTH:
        portal(bench, suffix, {"cost": "4711"})
    bench.write(ESTATE.replace("platform", "images").replace("description: Ubuntu\n", "tags: {team: images}\n"))
    ran = run(shell, APPLY)
    told(ran.out, "tags.team  platform → images", "tags.team  (none) → images", "2 succeeded")
    assert "cost" not in ran.out
    for suffix in BOTH:
        tags = bench.live(suffix)["tags"]
        assert tags.keys() == {"cost", "team", "reconciler.owner"}
        assert (tags["cost"], tags["team"]) == ("4711", "images")
    nothing_more(shell)


def test_an_ignored_field_is_neither_shown_nor_clobbered(bench: Workbench, shell: Shell) -> None:
    text = ESTATE.replace("team: platform", "team: platform, owner: git")
    begin(bench, text)
    portal(bench, "galleries/corp", {"owner": "inventory"}, description="Operations")
    rules = "".join(f"  - {{path: {path}, reason: theirs}}\n" for path in ("tags.owner", "description"))
    (bench.folder.parent / "reconciler.yaml").write_text(f"ignore:\n{rules}", encoding="utf-8")
    nothing_more(shell)
    bench.write(text.replace("platform", "images").replace("Golden", "New"))
    plan = run(shell, f"{APPLY} -o json").document["plan"]
    (update,) = [action for action in plan["actions"] if action["verb"] == "update"]
    assert [change["path"] for change in update["changes"]] == ["tags.team"]
    assert [(one["path"], one["live"], one["declared"]) for one in plan["ignored"]] == [
        ("description", "Operations", "New images"),
        ("tags.owner", "inventory", "git"),
    ]
    gallery = bench.live("galleries/corp")
    assert (gallery["tags"]["team"], gallery["tags"]["owner"]) == ("images", "inventory")
    assert gallery["properties"]["description"] == "Operations"
    nothing_more(shell)


def test_partial_does_the_rest_of_a_refused_plan_and_exits_5(bench: Workbench, shell: Shell) -> None:
    begin(bench, ESTATE)
    bench.write(NEW.replace("osState: Generalized", "osState: Specialized") + more("2.0.0"))
    bench.write(LAB, "lab.yaml")
    with untouched(bench):
        run(shell, APPLY, 4)
    before = bench.live("images/ubuntu")
    ran = run(shell, f"{APPLY} --partial", 5)
    told(ran.out, "! rg-images/corp/ubuntu ", "left alone with it: rg-images/corp/ubuntu/2.0.0", "2 succeeded")
    assert bench.live("galleries/corp")["properties"]["description"] == "New images"
    assert bench.live("galleries/lab")["properties"]["description"] == "Golden images"
    assert bench.live("images/ubuntu") == before
    assert version_names(bench) == ["1.0.0", "1.1.0"]
    with untouched(bench):
        run(shell, f"{APPLY} --partial", 5)


def test_partial_does_the_rest_of_what_was_read_and_exits_5(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    begin(bench, LAB + IMAGE + versions("1.0.0"), "lab.yaml")
    bench.write(ESTATE + more("2.0.0"))
    bench.write(LAB + IMAGE + versions("3.0.0"), "lab.yaml")
    denied = Fault(method="GET", path=r"/lab/images/ubuntu/versions\?", status=403, code="AuthorizationFailed")
    bench.emulator.faults.add(denied)
    with untouched(bench):
        run(shell, PRUNE, 1)
    ran = run(shell, f"{PRUNE} --partial", 5)
    told(ran.out, "? rg-images/lab/ubuntu ", "unread  AuthorizationFailed", "1 succeeded")
    assert sorted(version_names(bench)) == ["1.0.0", "1.0.0", "1.1.0", "2.0.0"]
    bench.emulator.faults.clear()
    told(run(shell, PRUNE).out, "2 succeeded")
    assert sorted(version_names(bench)) == ["1.0.0", "1.1.0", "2.0.0", "3.0.0"]
