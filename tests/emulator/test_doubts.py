"""The doubts that no other test turns: each at the end that is not the default."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import ACCESS, DISK, NEWEST, SOURCE, Arm, definition, gallery, refused, version
from tests.emulator.test_galleries import COMMUNITY
from tests.emulator.test_replication import status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

CHOSEN = (422, "Chosen")


def test_a_past_date_may_be_accepted_everywhere(world: Callable[..., Arm]) -> None:
    # 4.2/6
    arm = world(doubts=Doubts(past_end_of_life="accepted"))
    assert arm.definition(endOfLifeDate="2015-01-01")


def test_the_answer_to_a_write_after_a_delete_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 4.3/13
    arm = world(doubts=Doubts(deleting_status=400, deleting_code="Deleting"))
    path = arm.version()
    arm.delete(path)
    refused(arm.put(path, version()), 400, "Deleting")


def test_the_status_of_the_end_of_life_block_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 4.3/17
    arm = world(doubts=Doubts(end_of_life_block_status=400))
    profile = {"targetRegions": [{"name": "westeurope"}], "endOfLifeDate": "2036-12-01"}
    arm.definition()
    path = arm.made(
        arm.path("corp", "ubuntu", "1.0.0"),
        version(publishingProfile=profile, safetyProfile={"blockDeletionBeforeEndOfLife": True}),
    )
    refused(arm.delete(path), 400, "DeleteGalleryImageVersionBlockedBeforeEndOfLife")


def test_the_answer_to_deleting_a_community_gallery_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 7/4
    arm = world(doubts=Doubts(community_delete_status=400, community_delete_code="InUse"))
    path = arm.made(arm.path("corp"), gallery(sharingProfile=COMMUNITY))
    refused(arm.delete(path), 400, "InUse")


def test_the_storage_strategy_may_change(world: Callable[..., Arm]) -> None:
    # 2.4/14
    arm = world(doubts=Doubts(strategy_frozen=False))
    path = arm.version()
    profile = {"targetRegions": [{"name": "westeurope"}], "storageAccountStrategy": "PreferStandard_ZRS"}
    arm.made(path, version(publishingProfile=profile), api=NEWEST)
    assert arm.properties(path, api=NEWEST)["publishingProfile"]["storageAccountStrategy"] == "PreferStandard_ZRS"
    assert "storageAccountStrategy" not in arm.properties(path)["publishingProfile"]


@pytest.mark.parametrize(("doubt", "status"), [("frozen", 409), ("changeable", 200)])
def test_what_no_source_speaks_of_is_frozen_or_not(world: Callable[..., Arm], doubt: Any, status: int) -> None:
    # 2.4/16, 2.4/22, 2.5
    arm = world(doubts=Doubts(unestablished=doubt))
    arm.definition()
    storage = {"source": {"id": SOURCE}, "osDiskImage": {"hostCaching": "ReadOnly"}}
    path = arm.made(arm.path("corp", "ubuntu", "1.0.0"), version(storageProfile=storage))
    storage["osDiskImage"] = {"hostCaching": "ReadWrite"}
    assert arm.put(path, version(storageProfile=storage)).status_code == status


@pytest.mark.parametrize(("generation", "api"), [("V1", NEWEST), ("V2", "2021-10-01")])
def test_the_default_generation_can_be_chosen(world: Callable[..., Arm], generation: Any, api: str) -> None:
    # 9.7
    arm = world(doubts=Doubts(default_generation=generation))
    arm.gallery()
    body = definition()
    del body["properties"]["hyperVGeneration"]
    path = arm.made(arm.path("corp", "ubuntu"), body, api=api)
    assert arm.properties(path, api=api)["hyperVGeneration"] == generation


def test_the_default_security_type_can_be_switched_off(world: Callable[..., Arm]) -> None:
    # 9.7
    arm = world(doubts=Doubts(default_security="never"))
    arm.gallery()
    path = arm.made(arm.path("corp", "ubuntu"), definition(), api=NEWEST)
    assert "features" not in arm.properties(path, api=NEWEST)


def test_the_status_of_a_running_delete_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 3.2/7
    arm = world(doubts=Doubts(monitor_status=200))
    assert arm.get(arm.delete(arm.version()).headers["Location"]).status_code == 200


def test_another_source_may_fail_the_operation_instead(world: Callable[..., Arm]) -> None:
    # 3.2/9
    arm = world(doubts=Doubts(source_change="failed_operation"))
    path = arm.version()
    answer = arm.put(path, version(storageProfile={"source": {"id": SOURCE + "x"}}))
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (200, "Updating")
    arm.clock.advance(150)
    operation = arm.get(answer.headers["Azure-AsyncOperation"]).json()
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "PropertyChangeNotAllowed")
    found = arm.properties(path)
    assert found["storageProfile"]["osDiskImage"]["sizeInGB"] == 30
    assert (found["provisioningState"], found["storageProfile"]["source"]) == ("Failed", {"id": SOURCE})
    arm.made(path, version())
    assert arm.properties(path)["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("fact", "names", "body"),
    [
        ("4.1/5", ("corp.",), gallery()),
        ("4.1/6", ("other",), gallery() | {"location": "atlantis"}),
        ("4.2/5", ("corp", "new"), definition(identifier={"publisher": "a.", "offer": "b", "sku": "c"})),
        ("4.2/6", ("corp", "ubuntu"), definition(endOfLifeDate="2015-01-01")),
        ("4.2/7", ("corp", "ubuntu"), definition(endOfLifeDate="soon")),
        ("4.2/8", ("corp", "ubuntu"), definition(recommended={"memory": {"min": 2, "max": 1}})),
        ("4.3/2", ("corp", "ubuntu", "1.0.0"), version([{"name": "westeurope", "storageAccountType": "Premium_LRS"}])),
        ("4.3/3", ("corp", "ubuntu", "1.0.1"), version(["uksouth"])),
        ("4.3/8", ("corp", "ubuntu", "1.0.1"), version(storageProfile={"source": {"id": DISK}})),
        ("4.3/9", ("corp", "ubuntu", "1.0.1"), version(storageProfile={})),
        ("4.3/10", ("corp", "ubuntu", "1.0.1"), version(storageProfile={"source": {"id": "x"}})),
        ("4.3/11", ("corp", "ubuntu", "1.0"), version()),
        ("4.3/20", ("other",), gallery() | {"name": "else"}),
    ],
)
def test_status_and_code_of_open_facts_can_be_chosen(
    world: Callable[..., Arm], fact: str, names: tuple[str, ...], body: dict[str, Any]
) -> None:
    arm = world(doubts=Doubts(answers={fact: CHOSEN}))
    arm.version()
    refused(arm.put(arm.path(*names), body), *CHOSEN)


def test_status_and_code_of_open_access_facts_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 5/14, 5/16
    arm = world(doubts=Doubts(answers={"5/14": CHOSEN, "5/16": (403, "Full")}, assignment_limit=0))
    head = "/providers/Microsoft.Authorization"
    name = f"{arm.in_group()}{head}/roleAssignments/6f7c0000-0000-4000-8000-000000000009"
    for role, status, code in (
        ("6f7c0000-0000-4000-8000-000000000001", *CHOSEN),
        ("acdd72a7-3385-48ef-bd42-f606fba81ae7", 403, "Full"),
    ):
        sent = {"roleDefinitionId": f"{head}/roleDefinitions/{role}", "principalId": role}
        refused(arm.put(name, {"properties": sent}, api=ACCESS), status, code)


def test_children_of_what_is_being_deleted_are_refused(world: Callable[..., Arm]) -> None:
    # 4.3/13
    arm = world()
    path = arm.definition()
    arm.delete(path)
    refused(arm.put(arm.path("corp", "ubuntu", "1.0.0"), version()), 409, "OperationNotAllowed")


def test_the_delete_of_a_definition_may_advise_a_pause(world: Callable[..., Arm]) -> None:
    # 3.1/8
    arm = world(doubts=Doubts(definition_delete_advises=True))
    answer = arm.delete(arm.definition())
    assert answer.headers["Retry-After"] == "60"
    assert arm.get(answer.headers["Azure-AsyncOperation"]).headers["Retry-After"] == "60"


def test_an_operation_that_did_not_come_through_may_be_called_canceled(world: Callable[..., Arm]) -> None:
    # 3.2/3
    arm = world(failing_regions=("westeurope",), doubts=Doubts(failed_operation_status="Canceled"))
    arm.definition()
    answer = arm.put(arm.path("corp", "ubuntu", "1.0.0"), version())
    arm.clock.advance(240)
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Canceled"


@pytest.mark.parametrize(("rule", "aggregate"), [("failed_first", "Failed"), ("unfinished_first", "InProgress")])
def test_a_failed_or_an_unfinished_region_decides_first(world: Callable[..., Arm], rule: Any, aggregate: str) -> None:
    # 3.6/3
    arm = world(failing_regions=("westeurope",), doubts=Doubts(replication_aggregate=rule))
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    arm.put(path, version(["westeurope", "uksouth"]))
    arm.clock.advance(240)
    assert status_of(arm, path)["aggregatedState"] == aggregate


def test_progress_may_say_nothing_until_a_region_is_complete(world: Callable[..., Arm]) -> None:
    # 9.1
    arm = world(doubts=Doubts(replication_progress="none_until_done"))
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    arm.put(path, version())
    seen = []
    for _ in range(2):
        arm.clock.advance(120)
        seen.append(status_of(arm, path)["summary"][0]["progress"])
    assert seen == [0, 100]


def test_the_words_of_a_failed_replication_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 4.3/15, 9.1
    doubts = Doubts(replication_failure_code="Failing", replication_failure_details="Out of replicas.")
    arm = world(failing_regions=("westeurope",), doubts=doubts)
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    answer = arm.put(path, version())
    arm.clock.advance(240)
    error = arm.get(answer.headers["Azure-AsyncOperation"]).json()["error"]
    assert error["code"] == "Failing"
    assert "{region:westeurope, detail:Out of replicas.}" in error["message"]
    assert status_of(arm, path)["summary"][0]["details"] == "Out of replicas."


HEAD = "/providers/Microsoft.Authorization"
READER = f"{HEAD}/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def granted(arm: Arm, scope: str, number: int = 1, **properties: Any) -> requests.Response:
    principal = f"6f7c0000-0000-4000-8000-{number:012}"
    sent = {"roleDefinitionId": READER, "principalId": principal} | properties
    return arm.put(f"{scope}{HEAD}/roleAssignments/{principal}", {"properties": sent}, api=ACCESS)


def test_a_role_without_its_subscription_may_be_refused(world: Callable[..., Arm]) -> None:
    # 5/1
    arm = world(doubts=Doubts(subscription_less_role="refused"))
    refused(granted(arm, arm.in_group()), 400, "BadRequestFormat")
    whole = f"/subscriptions/{arm.subscription}{READER}"
    assert granted(arm, arm.in_group(), roleDefinitionId=whole).status_code == 201


def test_a_management_group_has_room_for_so_many_grants(world: Callable[..., Arm]) -> None:
    # 6/9
    arm = world(doubts=Doubts(management_group_assignment_limit=1))
    for name in ("a", "b"):
        scope = f"/providers/Microsoft.Management/managementGroups/{name}"
        number = ord(name)
        assert granted(arm, scope, number).status_code == 201
        refused(granted(arm, scope, number + 10), 400, "RoleAssignmentLimitExceeded")
    assert granted(arm, arm.in_group(), 99).status_code == 201


def test_the_longest_condition_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 6/10, 5/15
    arm = world(doubts=Doubts(condition_limit=3, answers={"5/15": CHOSEN}))
    refused(granted(arm, arm.in_group(), condition="true"), *CHOSEN)
    assert granted(arm, arm.in_group(), condition="yes").status_code == 201


@pytest.mark.parametrize("wrong", [{"principalId": "x"}, {"principalType": "Robot"}, {"conditionVersion": "3.0"}])
def test_the_answer_to_what_is_no_assignment_can_be_chosen(world: Callable[..., Arm], wrong: dict[str, Any]) -> None:
    # 5/15
    arm = world(doubts=Doubts(answers={"5/15": CHOSEN}))
    refused(granted(arm, arm.in_group(), **wrong), *CHOSEN)
    sent = {"properties": {"roleDefinitionId": READER, "principalId": str(uuid.uuid4())}}
    refused(arm.put(f"{arm.in_group()}{HEAD}/roleAssignments/x", sent, api=ACCESS), *CHOSEN)


def test_the_answer_for_a_missing_assignment_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 5/5
    arm = world(doubts=Doubts(answers={"5/5": (404, "NotThere")}))
    refused(arm.get(f"{arm.in_group()}{HEAD}/roleAssignments/{uuid.uuid4()}", api=ACCESS), 404, "NotThere")


@pytest.mark.parametrize("tags", [{"a": "1", "b": "2", "c": "3"}, {"abcd": "1"}, {"a": "12345"}])
def test_the_limits_of_tags_can_be_chosen(world: Callable[..., Arm], tags: dict[str, str]) -> None:
    # 6/11
    arm = world(doubts=Doubts(tag_limit=2, tag_name_limit=3, tag_value_limit=4))
    refused(arm.put(arm.path("corp"), gallery() | {"tags": tags}), 400, "InvalidTagNameOrValue")
    assert arm.put(arm.path("corp"), gallery() | {"tags": {"abc": "1234", "b": "2"}}).status_code == 201


def test_the_answer_to_a_bad_token_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 4.4/1
    arm = world(doubts=Doubts(answers={"4.4/1": (401, "AuthenticationFailed")}))
    answer = arm.call("GET", arm.path("corp"), headers={"Authorization": "Bearer x.y.z"})
    refused(answer, 401, "AuthenticationFailed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
