"""Versions that are deleted softly: where they are seen, how they come back, when they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator import moments
from reconciler.emulator.settings import Doubts
from tests.emulator.arm import API, NEWEST, SOURCE, Arm, gallery, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = 86_400.0
ON = {"isSoftDeleteEnabled": True}
OTHER = {"source": {"id": f"{SOURCE}-other"}}


def bin_of(arm: Arm, name: str = "") -> str:
    artifacts = f"{arm.path('corp')}/softDeletedArtifactTypes/Images/artifacts/ubuntu/versions"
    return f"{artifacts}/{name}" if name else artifacts


def binned(arm: Arm, api: str = NEWEST) -> list[dict[str, Any]]:
    answer = arm.get(bin_of(arm), api=api)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def names(arm: Arm) -> list[str]:
    return [item["name"] for item in binned(arm)]


def kept_version(arm: Arm, name: str = "1.0.0", regions: list[Any] | None = None, **policy: Any) -> str:
    arm.definition()
    arm.made(arm.path("corp"), gallery(softDeletePolicy=ON | policy), api=NEWEST)
    return arm.made(arm.path("corp", "ubuntu", name), version(regions) | {"tags": {"a": "b"}})


def delete(arm: Arm, path: str, api: str = API, query: str = "") -> None:
    assert arm.call("DELETE", path, api=api, query=query).status_code == 202
    arm.clock.advance(1_000)
    assert arm.get(path).status_code == 404


@pytest.mark.recorded("2.2/7")
def test_a_policy_that_is_on_keeps_for_seven_days_unless_it_says_otherwise(arm: Arm) -> None:
    path = arm.made(arm.path("corp"), gallery(softDeletePolicy=ON))
    assert arm.properties(path)["softDeletePolicy"] == {"isSoftDeleteEnabled": True, "retentionPeriodInDays": 7}
    policy = ON | {"retentionPeriodInDays": 30, "gracePeriodInDays": 7}
    arm.made(path, gallery(softDeletePolicy=policy), api=NEWEST)
    assert arm.properties(path, api=NEWEST)["softDeletePolicy"] == policy
    assert "gracePeriodInDays" not in arm.properties(path)["softDeletePolicy"]
    arm.made(path, gallery(softDeletePolicy={"isSoftDeleteEnabled": False}))
    assert arm.properties(path)["softDeletePolicy"] == {"isSoftDeleteEnabled": False}


@pytest.mark.recorded("2.5")
def test_a_deleted_version_lies_in_the_bin_once_the_delete_is_over(arm: Arm) -> None:
    path = kept_version(arm, retentionPeriodInDays=31, gracePeriodInDays=8)
    start = arm.clock.now
    arm.delete(path)
    arm.clock.advance(89)
    assert binned(arm) == []
    assert arm.delete(bin_of(arm, "1.0.0"), api=NEWEST).status_code == 204
    assert arm.properties(path)["provisioningState"] == "Deleting"
    arm.clock.advance(1)
    refused(arm.get(path), 404, "ResourceNotFound")
    assert arm.get(arm.path("corp", "ubuntu") + "/versions").json()["value"] == []
    answer = arm.get(bin_of(arm).replace("softDeletedArtifactTypes", "SOFTDELETEDARTIFACTTYPES"), api=NEWEST)
    assert answer.json() == {
        "value": [
            {
                "name": "1.0.0",
                "id": bin_of(arm, "1.0.0"),
                "type": "Microsoft.Compute/galleries/softDeletedArtifactTypes/artifacts/versions",
                "location": "westeurope",
                "properties": {
                    "resourceArmId": path,
                    "softDeletedTime": moments.at(start),
                    "softDeletedArtifactType": "Images",
                    "consumptionEndTime": moments.at(start + 31 * DAY),
                    "hardDeletionTargetTime": moments.at(start + 39 * DAY),
                },
            }
        ]
    }
    assert answer.content.startswith(b'{\r\n  "value": [\r\n    {\r\n      "name"')


def test_older_api_versions_know_no_end_and_the_oldest_no_bin(arm: Arm) -> None:
    # section 1, 2.5
    delete(arm, kept_version(arm))
    [item] = binned(arm, "2024-03-03")
    assert set(item["properties"]) == {"resourceArmId", "softDeletedTime", "softDeletedArtifactType"}
    refused(arm.get(bin_of(arm), api="2023-07-03"), 400, "NoRegisteredProviderFound")


def test_the_bin_of_what_is_not_there_is_not_found(arm: Arm) -> None:
    # 4.2/3, section 1
    refused(arm.get(bin_of(arm), api=NEWEST), 404, "ParentResourceNotFound")
    path = bin_of(arm).replace("/Images/", "/Applications/")
    refused(arm.get(path, api=NEWEST), 404, "InvalidResourceType")
    refused(arm.get(f"{bin_of(arm, '1.0.0')}/more", api=NEWEST), 404, "InvalidResourceType")


def test_nothing_is_kept_without_a_policy(arm: Arm) -> None:
    # 2.2/7
    delete(arm, arm.version())
    assert binned(arm) == []


def test_a_kept_version_is_gone_when_retention_and_grace_are_over(arm: Arm) -> None:
    # 2.2/7, 2.5
    path = kept_version(arm, gracePeriodInDays=1)
    start = arm.clock.now
    delete(arm, path)
    arm.clock.now = start + 8 * DAY - 1
    assert names(arm) == ["1.0.0"]
    arm.clock.advance(1)
    assert names(arm) == []
    refused(arm.put(path, {"location": "westeurope"}), 400, "InvalidParameter")
    assert arm.delete(arm.path("corp", "ubuntu")).status_code == 202


def test_days_pass_as_fast_as_all_emulated_time_and_really_where_none_passes(world: Callable[..., Arm]) -> None:
    # 2.2/7
    for scale, seconds in ((0.01, 7 * DAY / 100), (0.0, 7 * DAY)):
        arm = world(time_scale=scale)
        path = kept_version(arm)
        start = arm.clock.now
        delete(arm, path)
        arm.clock.now = start + seconds - 1
        assert names(arm) == ["1.0.0"]
        arm.clock.advance(1)
        assert names(arm) == []


@pytest.mark.parametrize(
    ("method", "sent"),
    [
        ("PUT", {"properties": {"restore": True, "storageProfile": {}}}),
        ("PUT", {"properties": {"restore": True}}),
        ("PATCH", {"properties": {"restore": True, "storageProfile": {}}}),
    ],
)
def test_restore_brings_a_version_back_as_it_was(arm: Arm, method: str, sent: dict[str, Any]) -> None:
    # 2.4/30, 3.4/6
    path = kept_version(arm, regions=["westeurope", {"name": "uksouth", "regionalReplicaCount": 3}])
    before = arm.get(path, query="&$expand=ReplicationStatus").json()
    delete(arm, path)
    answer = arm.call(method, path, {"location": "westeurope"} | sent)
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (200, "Updating")
    assert answer.headers["Retry-After"] == "60"
    assert names(arm) == []
    arm.clock.advance(149)
    assert arm.properties(path)["provisioningState"] == "Updating"
    arm.clock.advance(1)
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"
    assert arm.get(path, query="&$expand=ReplicationStatus").json() == before


@pytest.mark.recorded("2.4/30")
def test_a_put_that_names_no_source_restores(arm: Arm) -> None:
    path = kept_version(arm)
    before = arm.properties(path)
    delete(arm, path)
    answer = arm.put(path, {"location": "westeurope", "tags": {}})
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (200, "Updating")
    assert answer.json()["tags"] == {}
    arm.clock.advance(150)
    assert arm.properties(path) == before


def test_a_restored_version_can_be_deleted_and_restored_again(arm: Arm) -> None:
    # 2.4/30
    path = kept_version(arm)
    for _ in range(2):
        delete(arm, path)
        arm.made(path, {"location": "westeurope", "properties": {"restore": True}})
        assert arm.properties(path)["storageProfile"]["osDiskImage"]["sizeInGB"] == 30
    assert names(arm) == []


def test_a_restore_may_set_the_safety_profile_but_not_another_place(arm: Arm) -> None:
    # 2.4/30, 4.1/7
    path = kept_version(arm)
    delete(arm, path)
    refused(arm.put(path, {"location": "uksouth"}), 409, "InvalidResourceLocation")
    safety = {"allowDeletionOfReplicatedLocations": True}
    arm.made(path, {"location": "westeurope", "properties": {"safetyProfile": safety}})
    assert arm.properties(path)["safetyProfile"]["allowDeletionOfReplicatedLocations"] is True


def test_only_what_lies_in_the_bin_can_be_restored(arm: Arm) -> None:
    # 2.4/30
    path = kept_version(arm)
    restore = {"location": "westeurope", "properties": {"restore": True, "storageProfile": {}}}
    refused(arm.put(path, restore), 409, "OperationNotAllowed")
    refused(arm.put(arm.path("corp", "ubuntu", "2.0.0"), restore), 409, "OperationNotAllowed")
    arm.delete(path)
    refused(arm.patch(path, restore), 409, "OperationNotAllowed")


def test_a_patch_does_not_find_what_lies_in_the_bin(arm: Arm) -> None:
    # 2.4/30
    path = kept_version(arm)
    delete(arm, path)
    refused(arm.patch(path, {"tags": {}}), 404, "ResourceNotFound")
    assert names(arm) == ["1.0.0"]


@pytest.mark.parametrize("answers", [{}, {"2.4/30": (422, "Chosen")}])
def test_the_name_of_a_kept_version_is_taken(world: Callable[..., Arm], answers: dict[str, tuple[int, str]]) -> None:
    # 2.4/30
    arm = world(doubts=Doubts(answers=answers))
    path = kept_version(arm)
    delete(arm, path)
    refused(arm.put(path, version(storageProfile=OTHER)), *answers.get("2.4/30", (409, "Conflict")))
    assert names(arm) == ["1.0.0"]


def test_the_name_of_a_kept_version_may_be_free(world: Callable[..., Arm]) -> None:
    # 2.4/30
    arm = world(doubts=Doubts(put_onto_soft_deleted="created"))
    path = kept_version(arm)
    delete(arm, path)
    assert arm.put(path, version(storageProfile=OTHER)).status_code == 201
    assert names(arm) == []
    arm.clock.advance(1_000)
    assert arm.properties(path)["storageProfile"]["source"] == OTHER["source"]


@pytest.mark.recorded("1", "2.5", "7/4")
def test_a_delete_can_go_around_the_bin(arm: Arm) -> None:
    path = kept_version(arm)
    delete(arm, path, NEWEST, "&bypassSoftDelete=true")
    assert names(arm) == []
    assert arm.put(path, version(storageProfile=OTHER)).status_code == 201


@pytest.mark.parametrize(("api", "query"), [(API, "&bypassSoftDelete=true"), (NEWEST, "&bypassSoftDelete=false")])
def test_only_the_newest_api_version_goes_around_the_bin_and_only_when_told_so(arm: Arm, api: str, query: str) -> None:
    # 7/4
    delete(arm, kept_version(arm), api, query)
    assert names(arm) == ["1.0.0"]


def test_a_kept_version_can_be_deleted_for_good(arm: Arm) -> None:
    # section 1
    path = kept_version(arm)
    delete(arm, path)
    answer = arm.delete(bin_of(arm, "1.0.0"), api=NEWEST)
    assert answer.status_code == 202
    arm.clock.advance(89)
    assert names(arm) == ["1.0.0"]
    refused(arm.put(path, {"location": "westeurope"}), 409, "OperationNotAllowed")
    arm.clock.advance(1)
    assert names(arm) == []
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"
    assert arm.delete(bin_of(arm, "1.0.0"), api=NEWEST).status_code == 204
    assert arm.put(path, version(storageProfile=OTHER)).status_code == 201


def test_kept_versions_hold_their_definition_and_gallery(arm: Arm) -> None:
    # 7/4, 9.5
    delete(arm, kept_version(arm))
    message = refused(arm.delete(arm.path("corp", "ubuntu")), 409, "CannotDeleteResource")
    kept = "Microsoft.Compute/galleries/corp/softDeletedArtifactTypes/Images/artifacts/ubuntu/versions/1.0.0"
    assert message.startswith("Cannot delete resource while nested resources exist.")
    assert f"'{kept}'" in message
    refused(arm.delete(arm.path("corp")), 409, "CannotDeleteResource")


def test_kept_versions_hold_nothing_once_the_policy_is_off(arm: Arm) -> None:
    # 7/4
    path = kept_version(arm)
    delete(arm, path)
    arm.made(arm.path("corp"), gallery(softDeletePolicy={"isSoftDeleteEnabled": False}))
    assert names(arm) == ["1.0.0"]
    delete(arm, arm.path("corp", "ubuntu"))
    arm.definition()
    assert names(arm) == []


def test_kept_versions_may_hold_nothing(world: Callable[..., Arm]) -> None:
    # 7/4, 9.5
    arm = world(doubts=Doubts(soft_deleted_holds_parent="free"))
    delete(arm, kept_version(arm))
    delete(arm, arm.path("corp", "ubuntu"))
    delete(arm, arm.path("corp"))


def test_the_grace_of_a_policy_that_states_none_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 2.2/7
    arm = world(doubts=Doubts(grace_period_days=3))
    delete(arm, kept_version(arm))
    [item] = binned(arm)
    start = moments.seconds(item["properties"]["softDeletedTime"])
    assert start is not None
    assert item["properties"]["hardDeletionTargetTime"] == moments.at(start + 10 * DAY)


@pytest.mark.parametrize("answers", [{}, {"7/4": (422, "Chosen")}])
def test_a_failed_version_is_not_kept_and_not_deleted(
    world: Callable[..., Arm], answers: dict[str, tuple[int, str]]
) -> None:
    # 7/4
    arm = world(failing_regions=("westeurope",), doubts=Doubts(answers=answers))
    path = kept_version(arm)
    assert arm.properties(path)["provisioningState"] == "Failed"
    refused(arm.delete(path), *answers.get("7/4", (409, "OperationNotAllowed")))
    delete(arm, path, NEWEST, "&bypassSoftDelete=true")


def test_the_bin_has_pages(world: Callable[..., Arm]) -> None:
    # 3.7
    arm = world(page_size=2)
    for number in range(3):
        delete(arm, kept_version(arm, f"{number}.0.0"))
    first = arm.get(bin_of(arm), api=NEWEST).json()
    second = arm.get(first["nextLink"]).json()
    assert [[item["name"] for item in page["value"]] for page in (first, second)] == [["0.0.0", "1.0.0"], ["2.0.0"]]
    assert "nextLink" not in second


def test_the_bin_outlives_the_process(world: Callable[..., Arm]) -> None:
    # 2.2/7
    from reconciler.emulator.serve import start

    arm = world()
    path = kept_version(arm)
    delete(arm, path)
    arm.emulator.close()
    with start(arm.emulator.settings, clock=arm.clock) as again:
        arm.emulator = again
        assert names(arm) == ["1.0.0"]
        arm.made(path, {"location": "westeurope"})
        assert arm.properties(path)["provisioningState"] == "Succeeded"


def test_the_sdk_reads_the_bin_and_goes_around_it(world: Callable[..., Arm]) -> None:
    # section 1, 2.5, 7/4
    import time

    from azure.core.credentials import AccessToken
    from azure.core.pipeline.policies import SansIOHTTPPolicy
    from azure.mgmt.compute import ComputeManagementClient

    class Bearer(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: Any) -> None:
            request.http_request.headers["Authorization"] = f"Bearer {arm.emulator.token}"

    class Nobody:
        def get_token(self, *_scopes: str, **_words: Any) -> AccessToken:
            return AccessToken("", int(time.time()) + 1_000)

    arm = world(time_scale=0.0)
    kept_version(arm, gracePeriodInDays=2)
    client: Any = ComputeManagementClient(
        Nobody(), arm.subscription, base_url=arm.emulator.base_url, authentication_policy=Bearer()
    )
    place = (arm.group, "corp", "ubuntu", "1.0.0")
    client.gallery_image_versions.begin_delete(*place).result()
    [item] = client.soft_deleted_resource.list_by_artifact_name(arm.group, "corp", "Images", "ubuntu")
    assert (item.name, item.properties.resource_arm_id) == ("1.0.0", arm.path(*place[1:]))
    assert (item.properties.hard_deletion_target_time - item.properties.consumption_end_time).days == 2
    back = {"location": "westeurope", "properties": {"restore": True, "storageProfile": {}}}
    restored = client.gallery_image_versions.begin_create_or_update(*place, back).result()
    assert restored.properties.provisioning_state == "Succeeded"
    client.gallery_image_versions.begin_delete(*place, bypass_soft_delete=True).result()
    assert list(client.soft_deleted_resource.list_by_artifact_name(arm.group, "corp", "Images", "ubuntu")) == []


@pytest.mark.recorded("4.5/15")
def test_looking_into_the_bin_is_counted_by_itself(world: Callable[..., Arm]) -> None:
    arm = world()
    kept_version(arm)
    told = arm.get(bin_of(arm), api=NEWEST).headers["x-ms-ratelimit-remaining-resource"]
    policy = "Microsoft.Compute/ListSoftDeletedResourcesInGallery"
    assert told == f"{policy}3Min;1499,{policy}30Min;9999"
