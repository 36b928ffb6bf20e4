"""What versions are made from, and what an emulator with strict sources makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts, Limits
from tests.emulator.arm import Arm, definition, refused, version
from tests.emulator.test_replication import status_of

if TYPE_CHECKING:
    from collections.abc import Callable

COMPUTE = "2024-07-01"
PLAN = {"name": "basic", "publisher": "corp", "product": "linux"}
LARGE = "GallerySourceResourceExceedsMaxSize"


def at(arm: Arm, kind: str, name: str = "a") -> str:
    return f"{arm.in_group()}/providers/{kind if '/' in kind else f'Microsoft.Compute/{kind}'}/{name}"


def put(arm: Arm, kind: str, properties: dict[str, Any], name: str = "a", **top: Any) -> str:
    path = at(arm, kind, name)
    answer = arm.put(path, {"location": "westeurope", "properties": properties} | top, api=COMPUTE)
    assert answer.status_code in (200, 201), answer.text
    return path


def image(generation: str = "V2", disks: list[dict[str, Any]] | None = None, **system: Any) -> dict[str, Any]:
    core = {"osType": "Linux", "osState": "Generalized", "diskSizeGB": 64}
    return {
        "hyperVGeneration": generation,
        "storageProfile": {"osDisk": core | system, "dataDisks": disks or []},
    }


def machine(**system: Any) -> dict[str, Any]:
    return {
        "hyperVGeneration": "V2",
        "storageProfile": {"osDisk": {"osType": "Linux", "diskSizeGB": 127, "caching": "ReadOnly"} | system},
    }


def disk(size: int = 32, **properties: Any) -> dict[str, Any]:
    return {"osType": "Linux", "hyperVGeneration": "V2", "diskSizeGB": size} | properties


@pytest.fixture
def strict(world: Callable[..., Arm]) -> Arm:
    arm = world(sources="strict")
    arm.definition()
    return arm


def create(arm: Arm, storage: dict[str, Any], name: str = "1.0.0", **properties: Any) -> Any:
    return arm.put(arm.path("corp", "ubuntu", name), version(storageProfile=storage, **properties))


def made(arm: Arm, storage: dict[str, Any], name: str = "1.0.0") -> dict[str, Any]:
    path = arm.made(arm.path("corp", "ubuntu", name), version(storageProfile=storage))
    found = arm.properties(path)
    assert found["provisioningState"] == "Succeeded"
    storage_profile: dict[str, Any] = found["storageProfile"]
    return storage_profile


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("images", 201),
        ("virtualMachines", 201),
        ("disks", 200),
        ("snapshots", 200),
        ("Microsoft.Storage/storageAccounts", 200),
    ],
)
def test_a_source_is_kept_shown_listed_tagged_and_deleted(arm: Arm, kind: str, status: int) -> None:
    path = at(arm, kind)
    assert arm.call("HEAD", path, api=COMPUTE).status_code == 404
    refused(arm.get(path, api=COMPUTE), 404, "ResourceNotFound")
    body = {"location": "West Europe", "tags": {"a": "b"}, "properties": {"x": 1}, "sku": {"name": "s"}}
    assert arm.put(path, body, api=COMPUTE).status_code == status
    assert arm.put(path, body, api="2019-03-01").status_code == 200
    shown = arm.get(path.upper().replace("/SUBSCRIPTIONS", "/subscriptions"), api=COMPUTE).json()
    assert (shown["id"], shown["type"].lower()) == (path, "/".join(path.split("/")[-3:-1]).lower())
    assert (shown["location"], shown["tags"], shown["sku"]) == ("westeurope", {"a": "b"}, {"name": "s"})
    assert (shown["properties"]["x"], shown["properties"]["provisioningState"]) == (1, "Succeeded")
    assert arm.patch(path, {"tags": {"c": "d"}}, api=COMPUTE).json()["tags"] == {"c": "d"}
    everywhere = path.replace(f"/resourceGroups/{arm.group}", "").rsplit("/", 1)[0]
    for listed in (path.rsplit("/", 1)[0], everywhere):
        assert [item["id"] for item in arm.get(listed, api=COMPUTE).json()["value"]] == [path]
    assert arm.call("HEAD", path, api=COMPUTE).status_code == 204
    assert arm.delete(path, api=COMPUTE).status_code == 200
    assert arm.delete(path, api=COMPUTE).status_code == 204
    refused(arm.get(path, api=COMPUTE), 404, "ResourceNotFound")


def test_what_is_wrong_with_a_source_is_said(arm: Arm) -> None:
    path = at(arm, "disks")
    refused(arm.put(path, {"location": "atlantis"}, api=COMPUTE), 400, "LocationNotAvailableForResourceType")
    refused(arm.put(path, {"location": "westeurope"}, api="soon"), 400, "InvalidApiVersionParameter")
    body = {"location": "westeurope", "properties": {"diskSizeGB": "large"}}
    refused(arm.put(path, body, api=COMPUTE), 400, "InvalidRequestContent")
    refused(arm.call("POST", f"{path}/generalize", {}, api=COMPUTE), 404, "InvalidResourceType")


def test_an_image_captured_from_a_machine_has_its_disks(arm: Arm) -> None:
    body = machine()
    body["storageProfile"]["dataDisks"] = [{"lun": 1, "diskSizeGB": 8, "name": "d"}]
    source = put(arm, "virtualMachines", body)
    path = put(arm, "images", {"sourceVirtualMachine": {"id": source}})
    found = arm.properties(path, api=COMPUTE)
    assert found["hyperVGeneration"] == "V2"
    assert found["storageProfile"] == {
        "osDisk": {"osState": "Generalized", "osType": "Linux", "diskSizeGB": 127, "caching": "ReadOnly"},
        "dataDisks": [{"lun": 1, "diskSizeGB": 8}],
    }


def test_a_snapshot_has_what_its_disk_has_unless_it_says_otherwise(arm: Arm) -> None:
    copied = {"creationData": {"createOption": "Copy", "sourceResourceId": put(arm, "disks", disk(40)).upper()}}
    path = put(arm, "snapshots", copied | {"osType": "Windows"})
    found = arm.properties(path, api=COMPUTE)
    assert (found["diskSizeGB"], found["hyperVGeneration"], found["osType"]) == (40, "V2", "Windows")


def test_a_generalized_machine_says_so(arm: Arm) -> None:
    path = put(arm, "virtualMachines", machine())
    query = "&$expand=instanceView"
    assert "instanceView" not in arm.properties(path, api=COMPUTE, query=query)
    assert arm.call("POST", f"{path}/generalize", {}, api=COMPUTE).status_code == 200
    view = arm.properties(path, api=COMPUTE, query=query)["instanceView"]
    assert view["statuses"] == [{"code": "OSState/generalized", "level": "Info"}]


def test_a_version_takes_sizes_and_data_disks_from_its_image(strict: Arm) -> None:
    # 2.4/23, 2.4/24
    source = put(strict, "images", image(disks=[{"lun": 3, "diskSizeGB": 16, "caching": "ReadOnly"}, {"lun": 5}]))
    path = strict.path("corp", "ubuntu", "1.0.0")
    creating = strict.put(path, version(storageProfile={"source": {"id": source}})).json()["properties"]
    assert creating["storageProfile"] == {"source": {"id": source}}
    strict.clock.advance(1_000)
    found = strict.properties(path)["storageProfile"]
    assert found["osDiskImage"] == {"sizeInGB": 64, "hostCaching": "ReadWrite", "source": {}}
    assert found["dataDiskImages"] == [
        {"sizeInGB": 16, "lun": 3, "hostCaching": "ReadOnly"},
        {"sizeInGB": 30, "lun": 5, "hostCaching": "None"},
    ]
    strict.made(path, version(storageProfile=found))
    assert strict.properties(path)["storageProfile"] == found


def test_a_version_of_a_version_takes_what_that_one_took(strict: Arm) -> None:
    # 2.4/24
    source = put(strict, "images", image(disks=[{"lun": 3, "diskSizeGB": 16}], caching="ReadOnly"))
    before = made(strict, {"source": {"id": source}})
    after = made(strict, {"source": {"id": strict.path("corp", "ubuntu", "1.0.0")}}, "2.0.0")
    assert {name: after[name] for name in ("osDiskImage", "dataDiskImages")} == {
        name: before[name] for name in ("osDiskImage", "dataDiskImages")
    }
    assert after["osDiskImage"]["hostCaching"] == "ReadOnly"


def test_a_version_takes_sizes_from_disks_and_snapshots(strict: Arm) -> None:
    # 2.4/21, 2.4/23
    system, data = put(strict, "disks", disk(48)), put(strict, "snapshots", disk(4))
    found = made(
        strict,
        {"osDiskImage": {"source": {"id": system}}, "dataDiskImages": [{"lun": 0, "source": {"id": data}}]},
    )
    assert found["osDiskImage"]["sizeInGB"] == 48
    assert found["dataDiskImages"] == [{"sizeInGB": 4, "lun": 0, "source": {"id": data}}]


def test_an_image_without_a_size_has_that_of_its_disk(strict: Arm) -> None:
    # 2.4/23
    named = put(strict, "snapshots", disk(100))
    body = image()
    body["storageProfile"]["osDisk"] = {"osType": "Linux", "osState": "Generalized", "snapshot": {"id": named}}
    found = made(strict, {"source": {"id": put(strict, "images", body)}})
    assert found["osDiskImage"]["sizeInGB"] == 100


def test_a_vhd_needs_the_account_it_lies_in(strict: Arm) -> None:
    # 4.3/6, 2.4/21
    account = at(strict, "Microsoft.Storage/storageAccounts")
    storage = {"osDiskImage": {"source": {"uri": "https://a.blob/x.vhd", "storageAccountId": account}}}
    assert "https://a.blob/x.vhd" in refused(create(strict, storage), 404, "NotFound")
    put(strict, "Microsoft.Storage/storageAccounts", {})
    assert made(strict, storage)["osDiskImage"]["sizeInGB"] == 30


@pytest.mark.parametrize("name", ["id", "virtualMachineId"])
def test_a_source_must_be_there(strict: Arm, name: str) -> None:
    # 4.3/6, 7/2
    source = at(strict, "virtualMachines", "None")
    message = refused(create(strict, {"source": {name: source}}), 404, "NotFound")
    assert message == f"Source was not found: {source}. Please make sure the source exists"


def test_a_machine_is_wanted_where_a_machine_is_named(strict: Arm) -> None:
    # 4.3/6
    source = put(strict, "images", image())
    refused(create(strict, {"source": {"virtualMachineId": source}}), 404, "NotFound")


def test_a_source_must_lie_where_the_version_does(strict: Arm) -> None:
    # 4.3/6, 7/2
    source = put(strict, "images", image(), location="northeurope")
    message = refused(create(strict, {"source": {"id": source}}), 400, "InvalidParameter")
    assert message == (
        f"Source {source} is not found. Please check source exists, and is in the same region as gallery image version "
        "being created"
    )


def test_a_version_that_is_a_source_must_be_done_and_nearby(strict: Arm) -> None:
    # 4.3/6
    first, second = strict.path("corp", "ubuntu", "1.0.0"), strict.path("corp", "ubuntu", "2.0.0")
    body = version(storageProfile={"source": {"id": first}})
    refused(strict.put(second, body), 404, "NotFound")
    source = {"source": {"id": put(strict, "images", image())}}
    strict.put(first, version(storageProfile=source))
    refused(strict.put(second, body), 400, "InvalidParameter")
    strict.clock.advance(1_000)
    elsewhere = version(["uksouth"], storageProfile={"source": {"id": first}}) | {"location": "uksouth"}
    refused(strict.put(second, elsewhere), 400, "InvalidParameter")
    assert strict.put(second, body).status_code == 201


@pytest.mark.parametrize(
    ("kind", "properties", "words"),
    [
        ("images", image(osType="Windows"), "different OS type ['Windows'] than the parent gallery image OS type"),
        (
            "images",
            image(osState="Specialized"),
            "OS State in the parent gallery image (Generalized) is not Specialized",
        ),
        (
            "images",
            image("V1"),
            "different Hypervisor generation ['V1'] than the parent gallery image Hypervisor generation ['V2']",
        ),
        ("virtualMachines", machine(), "OS State in the parent gallery image (Generalized) is not Specialized"),
        ("disks", disk(osType="Windows"), "different OS type"),
        ("snapshots", disk(hyperVGeneration="V1"), "different Hypervisor generation"),
        (
            "disks",
            disk(purchasePlan=PLAN),
            "different plan ['basic/corp/linux'] than the parent gallery image plan ['']",
        ),
    ],
)
def test_a_source_must_be_as_the_definition_says(
    strict: Arm, kind: str, properties: dict[str, Any], words: str
) -> None:
    # 4.3/12
    source = {"id": put(strict, kind, properties)}
    disks = kind in ("disks", "snapshots")
    storage = {"osDiskImage": {"source": source}} if disks else {"source": source}
    message = refused(create(strict, storage), 400, "InvalidParameter")
    assert words in message
    assert source["id"] in message


def test_a_machine_fits_once_it_is_generalized(strict: Arm) -> None:
    # 4.3/12
    source = put(strict, "virtualMachines", machine())
    refused(create(strict, {"source": {"virtualMachineId": source}}), 400, "InvalidParameter")
    strict.call("POST", f"{source}/generalize", {}, api=COMPUTE)
    found = made(strict, {"source": {"virtualMachineId": source}})
    assert found["osDiskImage"] == {"sizeInGB": 127, "hostCaching": "ReadOnly", "source": {}}


def test_a_plan_goes_with_the_same_plan(strict: Arm) -> None:
    # 4.3/12
    identifier = {"publisher": "Corp", "offer": "Linux", "sku": "plan"}
    strict.made(strict.path("corp", "planned"), definition(purchasePlan=PLAN, identifier=identifier))
    source = put(strict, "virtualMachines", machine(), plan=PLAN)
    strict.call("POST", f"{source}/generalize", {}, api=COMPUTE)
    body = version(storageProfile={"source": {"id": source}})
    assert strict.put(strict.path("corp", "planned", "1.0.0"), body).status_code == 201
    refused(strict.put(strict.path("corp", "ubuntu", "1.0.0"), body), 400, "InvalidParameter")


@pytest.mark.parametrize(("mode", "size", "most"), [("Full", 2049, 2048), ("Shallow", 32_769, 32_768)])
def test_a_source_that_is_too_large_fails_the_operation(strict: Arm, mode: str, size: int, most: int) -> None:
    # 4.3/16, 6/5, 6/6
    source = put(strict, "images", image(disks=[{"lun": 0, "diskSizeGB": size}]))
    profile = {"targetRegions": [{"name": "westeurope"}, {"name": "uksouth"}], "replicationMode": mode}
    answer = create(strict, {"source": {"id": source}}, publishingProfile=profile)
    assert answer.status_code == 201
    strict.clock.advance(1_000)
    words = f"The GalleryImageVersion source resource size {size} exceeds the max size {most} supported."
    operation = strict.get(answer.headers["Azure-AsyncOperation"]).json()
    assert (operation["status"], operation["error"]) == ("Failed", {"code": LARGE, "message": words})
    path = strict.path("corp", "ubuntu", "1.0.0")
    assert strict.properties(path)["provisioningState"] == "Failed"
    assert [region["details"] for region in status_of(strict, path)["summary"]] == [words, words]
    assert strict.get(strict.patch(path, {}).headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    strict.clock.advance(1_000)
    assert strict.properties(path)["provisioningState"] == "Failed"


def test_a_source_of_exactly_the_largest_size_is_copied(strict: Arm) -> None:
    # 4.3/16
    assert (
        made(strict, {"source": {"id": put(strict, "images", image(diskSizeGB=2048))}})["osDiskImage"]["sizeInGB"]
        == 2048
    )


def test_the_largest_size_can_be_lowered(world: Callable[..., Arm]) -> None:
    # 6/5
    arm = world(sources="strict", limits=Limits(full_size_gb=1024))
    arm.definition()
    answer = create(arm, {"source": {"id": put(arm, "images", image(diskSizeGB=1025))}})
    arm.clock.advance(1_000)
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["error"]["code"] == LARGE


def test_a_version_outlives_its_source(strict: Arm) -> None:
    # 7/2
    source = put(strict, "images", image())
    made(strict, {"source": {"id": source}})
    strict.delete(source, api=COMPUTE)
    path = strict.made(strict.path("corp", "ubuntu", "1.0.0"), version(storageProfile={}))
    assert strict.properties(path)["storageProfile"]["osDiskImage"]["sizeInGB"] == 64


@pytest.mark.parametrize(
    ("fact", "properties"),
    [("4.3/6", None), ("4.3/12", image("V1"))],
)
def test_the_answer_to_an_unfit_source_can_be_chosen(
    world: Callable[..., Arm], fact: str, properties: dict[str, Any] | None
) -> None:
    # 4.3/6, 4.3/12
    arm = world(sources="strict", doubts=Doubts(answers={fact: (409, "Chosen")}))
    arm.definition()
    source = at(arm, "images") if properties is None else put(arm, "images", properties)
    refused(create(arm, {"source": {"id": source}}), 409, "Chosen")


def test_community_images_are_taken_as_they_are(strict: Arm) -> None:
    # 2.4/20
    community = {"source": {"communityGalleryImageId": "/communityGalleries/corp-1/images/ubuntu/versions/1.0.0"}}
    assert made(strict, community)["osDiskImage"]["sizeInGB"] == 30


def test_replication_is_given_up_after_its_limit(world: Callable[..., Arm]) -> None:
    # 4.3/7
    doubts = Doubts(replication_limit=270, replication_limit_code="Late", replication_limit_message="Too late.")
    arm = world(doubts=doubts)
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    answer = arm.put(path, version(["westeurope", "uksouth"]))
    arm.clock.advance(269)
    assert arm.properties(path)["provisioningState"] == "Creating"
    arm.clock.advance(1)
    operation = arm.get(answer.headers["Azure-AsyncOperation"]).json()
    assert (operation["status"], operation["error"]) == ("Failed", {"code": "Late", "message": "Too late."})
    assert [(item["state"], item["details"]) for item in status_of(arm, path)["summary"]] == [
        ("Completed", ""),
        ("Failed", "Too late."),
    ]
