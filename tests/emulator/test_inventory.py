from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.arm import ACCESS, LOCKS, READER, Arm, definition, gallery, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

API = "2024-03-03"
"""One that galleries know as well: their own list and this one must not be mistaken for each other."""


def listed(arm: Arm, scope: str = "", query: str = "") -> list[dict[str, Any]]:
    answer = arm.get(f"{scope or arm.in_group()}/resources", api=API, query=query)
    assert answer.status_code == 200, answer.text
    assert "nextLink" not in answer.json()
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


def names(arm: Arm, scope: str = "", query: str = "") -> list[str]:
    return [item["name"] for item in listed(arm, scope, query)]


def filtered(arm: Arm, text: str) -> list[str]:
    return names(arm, f"/subscriptions/{arm.subscription}", f"&$filter={text}")


def filled(arm: Arm) -> None:
    arm.made(arm.path("corp"), gallery() | {"tags": {"team": "one"}})
    arm.made(arm.path("corp", "ubuntu"), definition())
    arm.made(arm.path("corp", "ubuntu", "1.0.0"), version() | {"tags": {}})


@pytest.mark.recorded("3.9/11")
def test_what_lies_in_a_group_is_listed_with_its_place_and_tags_and_no_more(arm: Arm) -> None:
    filled(arm)
    assert listed(arm) == [
        {
            "id": arm.path("corp"),
            "name": "corp",
            "type": "Microsoft.Compute/galleries",
            "location": "westeurope",
            "tags": {"team": "one"},
        },
        {
            "id": arm.path("corp", "ubuntu"),
            "name": "corp/ubuntu",
            "type": "Microsoft.Compute/galleries/images",
            "location": "westeurope",
        },
        {
            "id": arm.path("corp", "ubuntu", "1.0.0"),
            "name": "corp/ubuntu/1.0.0",
            "type": "Microsoft.Compute/galleries/images/versions",
            "location": "westeurope",
            "tags": {},
        },
    ]


def test_the_list_of_everything_and_that_of_a_type_keep_their_forms(arm: Arm) -> None:
    arm.gallery()
    for _ in range(2):
        own = arm.get(f"{arm.path()}/galleries", api=API).json()["value"]
        assert (len(own), "properties" in own[0], "properties" in listed(arm)[0]) == (1, True, False)


@pytest.mark.recorded("3.9/11")
def test_the_state_is_shown_where_it_is_asked_for(arm: Arm) -> None:
    arm.put(arm.path("corp"), gallery())
    arm.gallery("corp2")
    arm.delete(arm.path("corp2"))
    states = {item["name"]: item["provisioningState"] for item in listed(arm, query="&$expand=provisioningState")}
    assert states == {"corp": "Succeeded", "corp2": "Deleting"}


def test_sources_are_listed_too_and_access_locks_and_groups_are_not(arm: Arm) -> None:
    # 3.9/11
    arm.put(arm.in_group(), {"location": "westeurope"}, api="2024-11-01")
    disk = f"{arm.in_group()}/providers/Microsoft.Compute/disks/one"
    sent = {"location": "westeurope", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 30}}
    assert arm.put(disk, sent).status_code < 300
    role = f"/subscriptions/{arm.subscription}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    grant = {"roleDefinitionId": role, "principalId": str(uuid.uuid4()), "principalType": "Group"}
    scope = f"{arm.in_group()}/providers/Microsoft.Authorization"
    assert arm.put(f"{scope}/roleAssignments/{uuid.uuid4()}", {"properties": grant}, api=ACCESS).status_code == 201
    assert arm.put(f"{scope}/locks/l", {"properties": {"level": "ReadOnly"}}, api=LOCKS).status_code == 201
    assert [(item["name"], item["type"]) for item in listed(arm)] == [("one", "Microsoft.Compute/disks")]


def test_a_group_lists_only_its_own_and_a_subscription_everything(arm: Arm) -> None:
    filled(arm)
    other = Arm(arm.emulator, arm.clock, "rg-Images2", arm.subscription, arm.session)
    other.gallery("corp2")
    stranger = Arm(arm.emulator, arm.clock, session=arm.session)
    stranger.gallery("corp3")
    assert names(other) == ["corp2"]
    everything = ["corp", "corp/ubuntu", "corp/ubuntu/1.0.0", "corp2"]
    assert names(arm, f"/subscriptions/{arm.subscription}") == everything


def test_what_is_gone_is_not_listed(arm: Arm) -> None:
    arm.gallery()
    arm.delete(arm.path("corp"))
    assert names(arm) == ["corp"]
    arm.clock.advance(10)
    assert names(arm) == []


def test_the_list_is_narrowed_down_by_type_group_name_place_and_tag(arm: Arm) -> None:
    # 3.9/11
    filled(arm)
    other = Arm(arm.emulator, arm.clock, "rg-Other", arm.subscription, arm.session)
    other.made(other.path("corp2"), gallery() | {"location": "eastus", "tags": {"Team": "two"}})
    assert filtered(arm, "resourceType eq 'microsoft.compute/galleries'") == ["corp", "corp2"]
    assert filtered(arm, "resourceGroup eq 'RG-OTHER'") == ["corp2"]
    assert filtered(arm, "resourceGroup eq 'rg-images' and resourceType eq 'Microsoft.Compute/galleries'") == ["corp"]
    assert filtered(arm, "name eq 'corp/ubuntu'") == ["corp/ubuntu"]
    assert filtered(arm, "location eq 'EastUS'") == ["corp2"]
    assert filtered(arm, "tagName eq 'team'") == ["corp", "corp2"]
    assert filtered(arm, "tagName eq 'team' and tagValue eq 'two'") == ["corp2"]
    assert filtered(arm, "name eq 'rock and roll'") == []
    answer = arm.get(f"{arm.in_group()}/resources", api=API, query="&$filter=size gt 3")
    refused(answer, 400, "InvalidFilterInQueryString")


@pytest.mark.parametrize("query", ["", "&$filter=resourceGroup eq 'rg-Images'"])
def test_everything_is_listed_in_pages(world: Callable[..., Arm], query: str) -> None:
    arm = world(page_size=2)
    filled(arm)
    first = arm.get(f"/subscriptions/{arm.subscription}/resources", api=API, query=query).json()
    second = arm.get(first["nextLink"]).json()
    pages = [[item["name"] for item in page["value"]] for page in (first, second)]
    assert pages == [["corp", "corp/ubuntu"], ["corp/ubuntu/1.0.0"]]
    assert "nextLink" not in second


def test_everything_in_a_missing_group_is_not_found(world: Callable[..., Arm]) -> None:
    # 4.1/2
    arm = world(groups="known")
    refused(arm.get(f"{arm.in_group()}/resources", api=API), 404, "ResourceGroupNotFound")
