"""The az command line, unmodified, signs in to the emulator over TLS and works as it does against Azure."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import PROGRAM, ROOT, clean_environment
from tests.support.foreign import Az, Served, az_program, served

PROGRAM_FILE = az_program()
pytestmark = [
    pytest.mark.skipif(PROGRAM_FILE is None, reason="the az command line is not installed: make az"),
    pytest.mark.timeout(600),
]
SUB = "00000000-0000-0000-0000-000000000001"
TEAM = "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f"
IN_GALLERY = "-g rg-az --gallery-name corp"
IN_IMAGE = f"{IN_GALLERY} --gallery-image-definition ubuntu"
GALLERY = f"/subscriptions/{SUB}/resourceGroups/rg-az/providers/Microsoft.Compute/galleries/corp"
GOLDEN = f"/subscriptions/{SUB}/resourceGroups/rg-az/providers/Microsoft.Compute/images/golden"
OS_DISK = {"osType": "Linux", "osState": "Generalized", "diskSizeGB": 64}
GOLDEN_BODY = {"location": "westus2", "properties": {"hyperVGeneration": "V2", "storageProfile": {"osDisk": OS_DISK}}}
# az asks again after 30 s where nothing tells it otherwise, so what finishes within a second is done at once here.
QUICK = "durations: {gallery: 0, definition: 0, share: 0}\n"


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Served]:
    config = tmp_path / "emulator.yaml"
    config.write_text(QUICK, encoding="utf-8")
    with served(tmp_path, "--config", str(config), "--sources", "strict", "--authorize") as running:
        yield running


@pytest.fixture
def az(emulator: Served) -> Az:
    assert PROGRAM_FILE is not None
    return signed_in(emulator)


def signed_in(emulator: Served, who: str = "operator") -> Az:
    """Sign in as people do: eval the exports, then `az login`."""
    assert PROGRAM_FILE is not None
    exports = emulator.exports("az", "--as", who)
    exports["AZURE_CONFIG_DIR"] += f"-{who}"
    az = Az(PROGRAM_FILE, {**clean_environment(), **exports})
    secret, tenant = exports["AZURE_CLIENT_SECRET"], exports["AZURE_TENANT_ID"]
    line = f"login --service-principal --username {exports['AZURE_CLIENT_ID']} --password={secret} --tenant {tenant}"
    accounts = az.well(line)
    assert [(one["id"], one["tenantId"], one["state"]) for one in accounts] == [(SUB, tenant, "Enabled")]
    return az


def test_a_whole_session_of_az_and_a_plan_that_agrees_with_it(az: Az, emulator: Served, tmp_path: Path) -> None:
    assert az.well("group create -n rg-az -l westus2")["properties"]["provisioningState"] == "Succeeded"
    make_gallery(az)
    make_definition(az)
    make_version(az)
    add_a_region(az)
    grant(az)
    agree(az, emulator, tmp_path)
    delete_in_the_wrong_order(az)
    delete_in_the_right_order(az)


def make_gallery(az: Az) -> None:
    made = az.well(f"sig create {IN_GALLERY} --description", "Golden images")
    assert (made["id"], made["location"], made["provisioningState"]) == (GALLERY, "westus2", "Succeeded")
    assert made["identifier"] == {"uniqueName": f"{SUB}-CORP"}
    changed = az.well(f"sig update {IN_GALLERY} --set tags.team=images")
    assert (changed["tags"], changed["description"]) == ({"team": "images"}, "Golden images")
    assert az.well(f"sig show {IN_GALLERY}") == changed
    listed = az.well("sig list -g rg-az")
    assert [(one["name"], one["tags"]) for one in listed] == [("corp", {"team": "images"})]


def make_definition(az: Az) -> None:
    made = az.well(
        f"sig image-definition create {IN_IMAGE} --publisher Corp --offer Ubuntu --sku 24_04-lts "
        "--os-type Linux --os-state Generalized --hyper-v-generation V2 --features SecurityType=TrustedLaunchSupported"
    )
    assert made["provisioningState"] == "Succeeded"
    assert made["identifier"] == {"publisher": "Corp", "offer": "Ubuntu", "sku": "24_04-lts"}
    changed = az.well(f"sig image-definition update {IN_IMAGE} --set description=LTS")
    assert (changed["description"], changed["hyperVGeneration"]) == ("LTS", "V2")
    told = az.refused(f"sig image-definition update {IN_IMAGE} --set hyperVGeneration=V1")
    assert "PropertyChangeNotAllowed" in told
    assert [one["name"] for one in az.well(f"sig image-definition list {IN_GALLERY}")] == ["ubuntu"]


def make_version(az: Az) -> None:
    create = f"sig image-version create {IN_IMAGE} --gallery-image-version 1.0.0 --managed-image {GOLDEN}"
    assert "Source was not found" in az.refused_with(3, f"{create} --target-regions westus2")
    az.well(f"rest --method put --url {GOLDEN}?api-version=2024-07-01 --body", json.dumps(GOLDEN_BODY))
    regions = ("westus2=2", "East US 2=1=standard_zrs")
    made = az.well(f"{create} --end-of-life-date 2036-06-30 --target-regions", *regions)
    profile = made["publishingProfile"]
    assert made["provisioningState"] == "Succeeded"
    assert [
        (one["name"], one["regionalReplicaCount"], one["storageAccountType"]) for one in profile["targetRegions"]
    ] == [
        ("West US 2", 2, "Standard_LRS"),
        ("East US 2", 1, "Standard_ZRS"),
    ]
    assert profile["endOfLifeDate"].startswith("2036-06-30")
    assert made["storageProfile"]["osDiskImage"]["sizeInGB"] == 64


def add_a_region(az: Az) -> None:
    more = ("publishingProfile.targetRegions", "name=northeurope", "regionalReplicaCount=1")
    changed = az.well(f"sig image-version update {IN_IMAGE} --gallery-image-version 1.0.0 --add", *more)
    names = [one["name"] for one in changed["publishingProfile"]["targetRegions"]]
    assert names == ["West US 2", "East US 2", "North Europe"]
    asked = az.well(f"sig image-version show {IN_IMAGE} --gallery-image-version 1.0.0 --expand ReplicationStatus")
    status = asked["replicationStatus"]
    assert status["aggregatedState"] == "Completed"
    assert [(one["region"], one["state"], one["progress"]) for one in status["summary"]] == [
        (name, "Completed", 100) for name in names
    ]


def grant(az: Az) -> None:
    whom = f"--assignee-object-id {TEAM} --assignee-principal-type Group --role Reader --scope {GALLERY}"
    made = az.well(f"role assignment create {whom}")
    assert (made["principalId"], made["principalType"], made["scope"]) == (TEAM, "Group", GALLERY)
    listed = az.well(f"role assignment list --scope {GALLERY}")
    assert [(one["name"], one["roleDefinitionName"]) for one in listed] == [(made["name"], "Reader")]
    again = az.well(f"role assignment create {whom}")
    assert again["name"] == made["name"], "az reads who exists already out of the refusal"


def agree(az: Az, emulator: Served, folder: Path) -> None:
    """A manifest written after what az shows plans nothing; one edit of it plans that edit."""
    gallery = az.well(f"sig show {IN_GALLERY}")
    image = az.well(f"sig image-definition show {IN_IMAGE}")
    version = az.well(f"sig image-version show {IN_IMAGE} --gallery-image-version 1.0.0")
    access = [
        {"role": one["roleDefinitionName"], "principal": {"id": one["principalId"], "type": one["principalType"]}}
        for one in az.well(f"role assignment list --scope {GALLERY}")
    ]
    manifest = {
        "apiVersion": "gallery-reconciler/v1",
        "kind": "Gallery",
        "metadata": {"name": gallery["name"], "subscription": SUB, "resourceGroup": gallery["resourceGroup"]},
        "spec": declared(gallery, "identifier"),
        "access": access,
        "images": [
            {
                "metadata": {"name": image["name"]},
                "spec": declared(image),
                "versions": [{"metadata": {"name": version["name"]}, "spec": declared_version(version)}],
            }
        ],
    }
    planned = plan(emulator, folder, manifest)
    assert (planned["complete"], planned["refusals"]) == (True, [])
    assert [action["verb"] for action in planned["actions"]] == ["noop"] * 4
    manifest["images"][0]["spec"]["description"] = "LTS, hardened"  # type: ignore[index]  # a document
    edited = plan(emulator, folder, manifest)
    refused = [change for refusal in edited["refusals"] for change in refusal["changes"]]
    assert [(change["path"], change["before"], change["after"]) for change in refused] == [
        ("description", "LTS", "LTS, hardened")
    ]


def declared(shown: dict[str, Any], *without: str) -> dict[str, Any]:
    """What az shows without what the service says of itself; nothing else is renamed or moved."""
    own = {"id", "name", "type", "resourceGroup", "provisioningState", *without}
    return {name: value for name, value in shown.items() if name not in own and value not in (None, {})}


def declared_version(shown: dict[str, Any]) -> dict[str, Any]:
    spec = declared(shown, "validationsProfile")
    del spec["publishingProfile"]["publishedDate"], spec["safetyProfile"]["reportedForPolicyViolation"]
    spec["storageProfile"] = {"source": {"id": spec["storageProfile"]["source"]["id"]}}
    return spec


def plan(emulator: Served, folder: Path, manifest: dict[str, Any]) -> Any:
    """Plan over TLS, signed in as the reader: a plan needs no more."""
    file = folder / "manifest.yaml"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    exports = emulator.exports("sdk", "--as", "reader")
    done = subprocess.run(
        [*PROGRAM, "plan", str(file), "-o", "json", "--instance", "az"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**clean_environment(), **exports, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode in (0, 4), done.stderr
    return json.loads(done.stdout)


def delete_in_the_wrong_order(az: Az) -> None:
    for line in (f"sig delete {IN_GALLERY}", f"sig image-definition delete {IN_IMAGE}"):
        told = az.refused(line)
        assert "CannotDeleteResource" in told
        assert "Microsoft.Compute/galleries/corp/images/ubuntu/versions/1.0.0" in told


def delete_in_the_right_order(az: Az) -> None:
    az.well(f"role assignment delete --assignee-object-id {TEAM} --role Reader --scope {GALLERY}")
    assert az.well(f"role assignment list --scope {GALLERY}") == []
    az.well(f"sig image-version delete {IN_IMAGE} --gallery-image-version 1.0.0")
    az.well(f"sig image-definition delete {IN_IMAGE}")
    az.well(f"sig delete {IN_GALLERY}")
    assert az.well("sig list -g rg-az") == []
    assert "ResourceNotFound" in az.refused_with(3, f"sig show {IN_GALLERY}")
    az.well("group delete -n rg-az --yes")
    assert az.well("group exists -n rg-az") is False


def test_az_signed_in_as_the_reader_may_look_and_not_touch(az: Az, emulator: Served) -> None:
    az.well("group create -n rg-az -l westus2")
    az.well(f"sig create {IN_GALLERY}")
    reader = signed_in(emulator, "reader")
    assert [one["name"] for one in reader.well("sig list -g rg-az")] == ["corp"]
    assert "AuthorizationFailed" in reader.refused(f"sig update {IN_GALLERY} --set description=mine")
    assert "AuthorizationFailed" in reader.refused(f"sig delete {IN_GALLERY}")
    assert "description" not in az.well(f"sig show {IN_GALLERY}")
