"""`reconciler import`: what is live, by whatever hand it came, becomes manifests that plan nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.emulator.faults import Fault
from reconciler.importing import import_pass
from reconciler.live.everything import Everything
from reconciler.model.address import Kind
from reconciler.model.plan import Target
from tests.support import field_samples as samples
from tests.support.commands import Ran, Shell
from tests.support.field_estates import TABLES, declared
from tests.support.workbench import GROUP, NOW, SUB, Workbench

SAMPLES = Path(__file__).parents[2] / "manifests"
PRODUCTION = ("--scope", f"{SUB}/rg-images-prod", "--scope", f"{SUB[:-1]}2/rg-images-dev")
COMPUTE = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries"
OWN_SETTINGS = {"RECONCILER_SUBSCRIPTION": "", "RECONCILER_RESOURCE_GROUP": ""}


def applied(bench: Workbench, name: str) -> None:
    """One of the samples, applied under its own name."""
    shutil.rmtree(bench.folder)
    shutil.copytree(SAMPLES / name, bench.folder)
    bench.apply(instance=name)


def raw(bench: Workbench, kind: Kind, path: str, properties: dict[str, Any], **envelope: Any) -> None:
    """Make a resource past our own manifests, as another client would."""
    body = {"location": "westeurope", **envelope, "properties": properties}
    answer = bench.gateway.put(kind, f"{COMPUTE}/{path}", body)
    assert answer.ok, answer


def raw_version(bench: Workbench, path: str, **properties: Any) -> None:
    core = {"storageProfile": samples.VERSION_BASE["storageProfile"], "publishingProfile": {}}
    raw(bench, Kind.IMAGE_VERSION, path, {**core, **properties})


def raw_definition(bench: Workbench, path: str, **properties: Any) -> None:
    core = {key: value for key, value in samples.DEFINITION_BASE.items() if key != "location"}
    core["identifier"] = {"publisher": "Corp", "offer": "Offer", "sku": path.rsplit("/", 1)[-1]}
    raw(bench, Kind.IMAGE_DEFINITION, path, {**core, **properties})


def assert_empty(shell: Shell, folder: str, instance: str, *more: str, stdin: str | None = None) -> None:
    own = {**OWN_SETTINGS, "RECONCILER_INSTANCE": instance}
    planned = shell.run("plan", folder, "--detailed-exitcode", *more, stdin=stdin, **own)
    assert planned.code == 0, planned.out + planned.err


def documents(imported: Ran) -> list[Any]:
    return list(yaml.safe_load_all(imported.out))


@pytest.mark.parametrize(("name", "scopes"), [("quickstart", ()), ("estate", PRODUCTION)])
def test_a_sample_imports_into_a_fresh_folder_that_plans_nothing_for_anybody(
    bench: Workbench, shell: Shell, name: str, scopes: tuple[str, ...]
) -> None:
    applied(bench, name)
    known = {address.key for address in bench.built().desired.resources}

    imported = shell.run("import", *scopes, "--out", "fresh")

    assert imported.code == 0, imported.err
    files = sorted(str(path.relative_to(bench.folder.parent)) for path in (bench.folder.parent / "fresh").rglob("*.*"))
    assert sorted(imported.out.splitlines()) == files
    for instance, more in ((name, ()), ("another", ("--adopt", "all")), ("another", ()), ("", ())):
        assert_empty(shell, "fresh", instance, *more)
    shown = shell.run("show", "fresh", **OWN_SETTINGS).document
    assert len(shown["resources"]) == len(known)


def test_a_stream_of_an_import_is_a_stream_for_a_plan(bench: Workbench, shell: Shell) -> None:
    applied(bench, "estate")

    imported = shell.run("import", *PRODUCTION)

    assert imported.code == 0, imported.err
    assert [document["metadata"]["name"] for document in documents(imported)] == [
        "corp_linux",
        "corp_windows",
        "dev_linux",
        "dev_windows",
    ]
    assert_empty(shell, "-", "estate", stdin=imported.out)
    assert imported.out == shell.run("import", *PRODUCTION).out


def test_protection_that_lives_in_the_owner_tag_is_declared(bench: Workbench, shell: Shell) -> None:
    applied(bench, "estate")

    linux, windows, *_ = documents(shell.run("import", *PRODUCTION))

    assert linux["policy"] == {"protect": True}
    assert not any("policy" in image for image in linux["images"])
    assert "policy" not in windows


CASES = [
    pytest.param(kind, path, id=f"{kind}.{path}")
    for kind, (_, table) in TABLES.items()
    for path in table
    if path != "restore"  # nothing is restored where nothing was deleted
]


@pytest.mark.parametrize(("kind", "path"), CASES)
def test_every_field_imports(bench: Workbench, kind: Kind, path: str) -> None:
    bench.write(declared(kind, TABLES[kind][1][path][1]))
    bench.apply()
    target = Target("test", "emulator", "test", bench.scopes)

    imported = import_pass(bench.gateway, Everything(boot_keys=True), bench.options, target, now=NOW)

    assert not imported.omissions
    assert not imported.differences
    before = bench.built().desired.resources
    bench.write("---\n".join(gallery.standing for gallery in imported.emission.galleries))
    again = bench.built().desired.resources
    assert again.keys() == before.keys()
    for instance in ("test", "other", ""):
        assert not bench.plan(instance=instance, adopt=frozenset({"all"})).pending


def test_what_the_service_fills_in_is_left_out(bench: Workbench, shell: Shell) -> None:
    raw(bench, Kind.GALLERY, "corp", {}, tags={})
    raw_definition(bench, "corp/images/d")
    regions = [{"name": "West Europe"}, {"name": "EastUS2", "storageAccountType": "Standard_ZRS"}]
    raw_version(bench, "corp/images/d/versions/1.0.0", publishingProfile={"targetRegions": regions})

    imported = shell.run("import")

    assert imported.code == 0, imported.err
    (gallery,) = documents(imported)
    assert gallery["spec"] == {"location": "westeurope"}
    (image,) = gallery["images"]
    assert image["versions"] == [
        {
            "metadata": {"name": "1.0.0"},
            "spec": {
                "storageProfile": samples.VERSION_BASE["storageProfile"],
                "publishingProfile": {"targetRegions": ["westeurope=1", "eastus2=1=standard_zrs"]},
            },
        }
    ]


def test_versions_stand_in_the_order_of_their_numbers(bench: Workbench, shell: Shell) -> None:
    raw(bench, Kind.GALLERY, "corp", {})
    raw_definition(bench, "corp/images/d")
    for name in ("10.0.0", "9.0.0", "9.10.0", "9.9.0"):
        raw_version(bench, f"corp/images/d/versions/{name}")

    (gallery,) = documents(shell.run("import"))

    names = [version["metadata"]["name"] for version in gallery["images"][0]["versions"]]
    assert names == ["9.0.0", "9.9.0", "9.10.0", "10.0.0"]


def test_only_galleries_that_fit_are_imported(bench: Workbench, shell: Shell) -> None:
    for name in ("corp_linux", "corp_windows", "lab"):
        raw(bench, Kind.GALLERY, name, {})

    imported = shell.run("import", "--gallery", "CORP_*")

    assert [document["metadata"]["name"] for document in documents(imported)] == ["corp_linux", "corp_windows"]
    nothing = shell.run("import", "--gallery", "none")
    assert (nothing.code, nothing.out) == (0, "")
    assert "no galleries" in nothing.err


def test_grants_above_a_gallery_are_not_imported(bench: Workbench, shell: Shell) -> None:
    bench.write((SAMPLES / "tutorial" / "gallery.yaml").read_text(encoding="utf-8"))
    bench.apply()
    role = (
        f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
    )
    name = "6f7c0000-0000-4000-8000-0000000000ff"
    group = f"/subscriptions/{SUB}/resourceGroups/myGalleryRG"
    answer = bench.gateway.put(
        Kind.ROLE_ASSIGNMENT,
        f"{group}/providers/Microsoft.Authorization/roleAssignments/{name}",
        {"properties": {"roleDefinitionId": role, "principalId": name, "principalType": "User"}},
    )
    assert answer.ok

    (gallery,) = documents(shell.run("import", "--scope", f"{SUB}/myGalleryRG"))

    assert gallery["access"] == [
        {
            "role": "Reader",
            "principal": {"id": "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f", "type": "Group"},
            "description": "May deploy from every image of this gallery",
        }
    ]


def test_boot_keys_are_imported_when_asked_for(bench: Workbench, shell: Shell) -> None:
    raw(bench, Kind.GALLERY, "corp", {})
    raw_definition(bench, "corp/images/d")
    keys = {"uefiSettings": {"signatureTemplateNames": ["MicrosoftWindowsTemplate"]}}
    raw_version(bench, "corp/images/d/versions/1.0.0", securityProfile=keys)

    plain, full = shell.run("import"), shell.run("import", "--uefi")

    assert "uefiSettings" not in plain.out
    assert documents(full)[0]["images"][0]["versions"][0]["spec"]["securityProfile"] == keys
    assert_empty(shell, "-", "test", stdin=full.out)
    assert_empty(shell, "-", "test", stdin=plain.out)


def test_fields_newer_than_us_are_left_out_and_counted(bench: Workbench, shell: Shell) -> None:
    raw(bench, Kind.GALLERY, "corp", {"fromTheFuture": {"a": 1}})

    imported = shell.run("import")

    assert imported.code == 0
    assert "1 live field newer than this version is left out" in imported.err
    assert_empty(shell, "-", "test", stdin=imported.out)


def test_what_no_manifest_can_carry_is_left_out_by_name_and_the_rest_is_imported(
    bench: Workbench, shell: Shell
) -> None:
    raw(bench, Kind.GALLERY, "corp", {}, tags={"hidden-link:/x": "a", "team": "b"})
    raw_definition(bench, "corp/images/d", privacyStatementUri="somewhere")
    raw_version(bench, "corp/images/d/versions/1.0.0")
    signed = {"uri": "https://a.blob.example.com/v/a.vhd?sv=1&sig=topsecret", "storageAccountId": samples.ACCOUNT_A}
    raw_version(bench, "corp/images/d/versions/2.0.0", storageProfile={"osDiskImage": {"source": signed}})

    imported = shell.run("import")

    assert imported.code == 5
    told = imported.err.splitlines()
    assert any(line.startswith("left out: rg-images/corp tags.hidden-link:/x: bad-tag") for line in told), told
    assert any(line.startswith("left out: rg-images/corp/d privacyStatementUri: bad-uri") for line in told), told
    assert any(line.startswith("skipped: rg-images/corp/d/2.0.0: ") for line in told), told
    assert "topsecret" not in imported.out + imported.err
    (gallery,) = documents(imported)
    assert gallery["spec"]["tags"] == {"team": "b"}
    assert [version["metadata"]["name"] for version in gallery["images"][0]["versions"]] == ["1.0.0"]
    assert_empty(shell, "-", "test", stdin=imported.out)


SECRET = "c2VjcmV0LXZhbHVl"
MARKED = {
    "sas": f"sv=2024&sig={SECRET}%3D",
    "account": f"DefaultEndpointsProtocol=https;AccountKey={SECRET}==;EndpointSuffix=x",
    "shared": f"SharedAccessSignature=sv=2024&sig={SECRET}",
    "login": f"https://user:{SECRET}@example.com/",
    f"sig={SECRET}": "the name itself",
}


def test_no_secret_is_written_and_what_may_be_one_is_warned_of(bench: Workbench, shell: Shell) -> None:
    tags = {**MARKED, "team": "a", "docs": "https://example.com/docs?page=2"}
    raw(bench, Kind.GALLERY, "corp", {"description": f"password: {SECRET}"}, tags=tags)

    imported = shell.run("import", "--out", "fresh")

    assert imported.code == 5
    text = (bench.folder.parent / "fresh" / "corp.yaml").read_text(encoding="utf-8")
    assert SECRET not in text + imported.out + imported.err
    told = imported.err.splitlines()
    for place in ("description", "tags.account", "tags.login", "tags.sas", "tags.shared"):
        assert f"left out: rg-images/corp {place}: it holds a secret, and a manifest must not" in told, told
    assert any(line.startswith("left out: rg-images/corp tags.sig=***") for line in told), told
    assert yaml.safe_load(text)["spec"]["tags"] == {"team": "a", "docs": tags["docs"]}
    warning = "warning: rg-images/corp tags.docs is an address with a query: see that it holds no secret"
    assert [line for line in told if line.startswith("warning")] == [warning]
    assert_empty(shell, "fresh", "test")


def test_a_resource_in_no_final_state_is_skipped(bench: Workbench, shell: Shell) -> None:
    raw(bench, Kind.GALLERY, "corp", {})
    raw_definition(bench, "corp/images/d")
    bench.emulator.faults.add(Fault(method="PUT", path="versions/", effect="operation_fails", code="Broken"))
    raw_version(bench, "corp/images/d/versions/1.0.0")

    imported = shell.run("import")

    assert imported.code == 5
    assert "skipped: rg-images/corp/d/1.0.0: provisioningState is Failed" in imported.err
    assert_empty(shell, "-", "test", stdin=imported.out)


def test_what_is_ours_and_left_out_is_warned_of(bench: Workbench, shell: Shell) -> None:
    applied(bench, "quickstart")
    live = bench.live("/versions/1.4.0")
    bench.emulator.faults.add(Fault(method="PUT", path="versions/", effect="operation_fails", code="Broken"))
    answer = bench.gateway.put(Kind.IMAGE_VERSION, live["id"], live)
    assert answer.ok

    imported = shell.run("import", RECONCILER_INSTANCE="quickstart")

    assert imported.code == 5
    assert "skipped: rg-images/corp_images/ubuntu-2404/1.4.0: provisioningState is Failed" in imported.err
    assert "warning: rg-images/corp_images/ubuntu-2404/1.4.0 is owned by this instance" in imported.err
    assert "warning" not in shell.run("import", RECONCILER_INSTANCE="another").err


def test_under_an_unread_place_nothing_is_written(bench: Workbench, shell: Shell) -> None:
    for name in ("corp", "lab"):
        raw(bench, Kind.GALLERY, name, {})
    denied = Fault(path=r"galleries/lab/images", status=403, code="AuthorizationFailed", message="no")
    bench.emulator.faults.add(denied)

    imported = shell.run("import", "--out", "fresh")

    assert imported.code == 1
    assert "unread: " in imported.err
    assert "lab" in imported.err
    assert not (bench.folder.parent / "fresh").exists()

    part = shell.run("import", "--partial", "--out", "fresh")

    assert part.code == 5
    assert sorted(path.name for path in (bench.folder.parent / "fresh").iterdir()) == ["corp.yaml", "defaults.yaml"]


def test_files_are_never_overwritten_unless_forced(bench: Workbench, shell: Shell) -> None:
    for name in ("corp", "defaults", "reconciler"):
        raw(bench, Kind.GALLERY, name, {})
    fresh = bench.folder.parent / "fresh"
    fresh.mkdir()
    (fresh / "corp.yaml").write_text("mine", encoding="utf-8")

    refused = shell.run("import", "--out", "fresh")

    assert refused.code == 64
    assert "corp.yaml" in refused.err
    assert [path.name for path in fresh.iterdir()] == ["corp.yaml"]
    assert (fresh / "corp.yaml").read_text(encoding="utf-8") == "mine"

    forced = shell.run("import", "--out", "fresh", "--force")

    assert forced.code == 0, forced.err
    names = ["corp.yaml", "defaults-gallery.yaml", "defaults.yaml", "reconciler-gallery.yaml"]
    assert sorted(path.name for path in fresh.iterdir()) == names
    assert_empty(shell, "fresh", "test")


def test_a_folder_that_cannot_be_filled_is_left_as_it_was(bench: Workbench, shell: Shell) -> None:
    applied(bench, "estate")
    fresh = bench.folder.parent / "fresh"
    fresh.mkdir()
    (fresh / "rg-images-dev").write_text("a file where a folder should be", encoding="utf-8")

    failed = shell.run("import", *PRODUCTION, "--out", "fresh", "--force")

    assert failed.code == 64
    assert [path.name for path in fresh.iterdir()] == ["rg-images-dev"]


def test_the_settings_to_write_are_suggested_not_written(bench: Workbench, shell: Shell) -> None:
    raw(bench, Kind.GALLERY, "corp", {})

    imported = shell.run("import", "--out", "fresh", RECONCILER_INSTANCE="")

    assert "instance: NAME" in imported.err
    assert "--adopt all" in imported.err
    assert not (bench.folder.parent / "fresh" / "reconciler.yaml").exists()


def test_an_import_writes_nothing_to_azure(bench: Workbench, shell: Shell) -> None:
    applied(bench, "quickstart")
    bench.emulator.requests.clear()

    assert shell.run("import").code == 0

    assert not bench.written()


def test_without_a_group_there_is_nothing_to_import_from(shell: Shell) -> None:
    assert shell.run("import", **OWN_SETTINGS).code == 64


def test_odd_texts_survive(bench: Workbench, shell: Shell) -> None:
    odd = {
        "a": "1.10",
        "b": "no",
        "c": "null",
        "d": "0x10",
        "e": "007",
        "f": "2030-01-01",
        "g": "Grüße 🚀",
        "h": "x\ny\n",
    }
    raw(bench, Kind.GALLERY, "corp", {"description": "\x1b[31mred\u202e"}, tags=odd)

    imported = shell.run("import")

    (gallery,) = documents(imported)
    assert gallery["spec"]["tags"] == odd
    assert "\x1b" not in imported.out
    assert gallery["spec"]["description"] == "\x1b[31mred\u202e"
    assert_empty(shell, "-", "test", stdin=imported.out)
    assert json.loads(json.dumps(gallery))
