from __future__ import annotations

import json
import re
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import ACCESS, READER, Arm, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
WHO = "6f7c0000-0000-4000-8000-000000000001"
FIELDS = [
    "roleDefinitionId",
    "principalId",
    "principalType",
    "scope",
    "condition",
    "conditionVersion",
    "createdOn",
    "updatedOn",
    "createdBy",
    "updatedBy",
    "delegatedManagedIdentityResourceId",
    "description",
]


def role_id(arm: Arm, role: str = READER) -> str:
    return f"/subscriptions/{arm.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def grant(arm: Arm, scope: str, name: str | None = None, **properties: object) -> requests.Response:
    sent = {"roleDefinitionId": role_id(arm), "principalId": WHO, "principalType": "Group"} | properties
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name or uuid.uuid4()}"
    return arm.put(path, {"properties": sent}, api=ACCESS)


def granted(arm: Arm, scope: str, **properties: Any) -> dict[str, Any]:
    answer = grant(arm, scope, **properties)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(arm: Arm, scope: str, text: str = "") -> set[str]:
    query = f"&$filter={text}" if text else ""
    body = arm.get(f"{scope}/providers/Microsoft.Authorization/roleAssignments", api=ACCESS, query=query).json()
    return {item["properties"]["scope"] for item in body["value"]}


@pytest.mark.recorded("5/2")
def test_a_grant_is_answered_201_at_once_and_compact(arm: Arm) -> None:
    # 5/1
    path = arm.gallery()
    name = str(uuid.uuid4())
    id_ = f"{path}/providers/Microsoft.Authorization/roleAssignments/{name}"
    answers = [grant(arm, path, name), grant(arm, path, name, description="read"), arm.get(id_, api=ACCESS)]
    assert [answer.status_code for answer in answers] == [201, 201, 200]
    for answer in answers:
        assert not {"Azure-AsyncOperation", "Location", "Retry-After"} & set(answer.headers)
        assert answer.text == json.dumps(answer.json(), separators=(",", ":"))
        body = answer.json()
        assert list(body) == ["properties", "id", "type", "name"]
        assert (body["id"], body["type"], body["name"]) == (id_, "Microsoft.Authorization/roleAssignments", name)
        assert list(body["properties"]) == FIELDS
        assert (body["properties"]["condition"], body["properties"]["scope"]) == (None, path)


@pytest.mark.recorded("5/2", "5/8", "8/26")
def test_the_same_name_again_is_201_and_updates_the_words(arm: Arm) -> None:
    path = arm.gallery()
    name = str(uuid.uuid4())
    for words in (
        ("one", "@x", "2.0"),
        ("two", "@y", "2.0"),
        ("two", "@y", "2.0"),
        ("three", None, None),
    ):
        sent = dict(zip(("description", "condition", "conditionVersion"), words, strict=True))
        answer = grant(arm, path, name, **sent)
        assert (answer.status_code, answer.json()["name"]) == (201, name)
        found = arm.get(answer.json()["id"], api=ACCESS).json()["properties"]
        assert {field: found[field] for field in sent} == sent


@pytest.mark.recorded("5/3")
def test_the_put_answer_differs_from_get(arm: Arm) -> None:
    path = arm.gallery()
    name = str(uuid.uuid4())
    first = grant(arm, path, name).json()
    arm.clock.advance(60)
    second = grant(arm, path, name, description="x").json()
    found = arm.get(first["id"], api=ACCESS).json()
    assert first["properties"]["createdBy"] is None
    assert second["properties"]["createdBy"] is None
    assert second["properties"]["createdOn"] != first["properties"]["createdOn"]
    assert found["properties"]["createdBy"]
    assert found["properties"]["createdOn"] == first["properties"]["updatedOn"]
    for body in (first, second, found):
        for time in ("createdOn", "updatedOn"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", body["properties"][time])


@pytest.mark.recorded("5/4")
def test_a_left_out_principal_type_is_looked_up(world: Callable[..., Arm]) -> None:
    # 5/12, 5/13
    arm = world(principals={WHO.upper(): "Group"})
    body = granted(arm, arm.in_group(), principalType=None)
    assert body["properties"]["principalType"] == "Group"
    assert arm.get(body["id"], api=ACCESS).json()["properties"]["principalType"] == "Group"
    message = refused(grant(arm, arm.in_group(), principalType="User"), 400, "UnmatchedPrincipalType")
    assert (
        message == f"The PrincipalId '{WHO}' has type 'Group' , which is different from specified PrinciaplType 'User'."
    )
    stranger = str(uuid.uuid4())
    message = refused(grant(arm, arm.in_group(), principalId=stranger), 400, "PrincipalNotFound")
    assert message.startswith(f"Principal {stranger.replace('-', '')} does not exist in the directory")


def test_a_missing_grant_is_not_found(arm: Arm) -> None:
    # 5/5
    path = f"{arm.in_group()}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    refused(arm.get(path, api=ACCESS), 404, "RoleAssignmentNotFound")


@pytest.mark.recorded("5/6")
def test_delete_answers_with_what_it_removed_and_204_after(arm: Arm) -> None:
    path = granted(arm, arm.gallery(), description="x")["id"]
    found = arm.get(path, api=ACCESS).json()
    arm.clock.advance(60)
    answer = arm.delete(path, api=ACCESS)
    assert answer.status_code == 200
    stamp = answer.json()["properties"]["updatedOn"]
    removed = datetime.fromisoformat(stamp) - datetime.fromisoformat(found["properties"]["updatedOn"])
    assert removed.total_seconds() == pytest.approx(60)
    assert answer.json() == found | {"properties": found["properties"] | {"updatedOn": stamp}}
    again = arm.delete(path, api=ACCESS)
    assert (again.status_code, again.content) == (204, b"")


@pytest.mark.recorded("5/7")
def test_lists_look_up_and_down_as_the_filter_says(arm: Arm) -> None:
    subscription = f"/subscriptions/{arm.subscription}"
    gallery = arm.gallery()
    image = arm.definition()
    other = arm.path("corp2")
    chain = [subscription, arm.in_group(), gallery, image]
    for scope in chain:
        granted(arm, scope)
    granted(arm, gallery, principalId=str(uuid.uuid4()))
    arm.gallery("corp2")
    granted(arm, other)
    assert listed(arm, gallery) == set(chain)
    assert listed(arm, gallery, "atScope()") == {subscription, arm.in_group(), gallery}
    assert listed(arm, subscription, f"principalId eq '{WHO}'") == {*chain, other}
    assert listed(arm, image, f"assignedTo('{WHO.upper()}')") == set(chain)
    assert listed(arm, gallery, f"atScope() and principalId eq '{uuid.uuid4()}'") == set()
    answer = arm.get(f"{gallery}/providers/Microsoft.Authorization/roleAssignments", api=ACCESS, query="&$filter=x")
    refused(answer, 400, "UnsupportedQuery")


@pytest.mark.recorded("5/7")
def test_grants_at_the_root_and_on_its_management_group_are_inherited_everywhere(world: Callable[..., Arm]) -> None:
    tenant = "7e0f1c7a-0000-4000-8000-0000000000bb"
    arm = world(tenant=tenant)
    bare = f"/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    management = f"/providers/Microsoft.Management/managementGroups/{tenant}"
    other = f"/providers/Microsoft.Management/managementGroups/{uuid.uuid4()}"
    scopes = {"": "/", management: management, other: other}
    ids = {}
    for scope, shown in scopes.items():
        body = granted(arm, scope, roleDefinitionId=bare)
        assert body["properties"]["scope"] == shown
        assert body["id"] == f"{scope}/providers/Microsoft.Authorization/roleAssignments/{body['name']}"
        ids[shown] = body["id"]
    subscription = f"/subscriptions/{arm.subscription}"
    for scope in (subscription, arm.in_group(), arm.gallery()):
        found = arm.get(
            f"{scope}/providers/Microsoft.Authorization/roleAssignments", api=ACCESS, query="&$filter=atScope()"
        )
        assert {item["id"] for item in found.json()["value"]} == {ids["/"], ids[management]}


def test_grants_are_paged(world: Callable[..., Arm]) -> None:
    # 5/7
    arm = world(page_size=2)
    for _ in range(3):
        granted(arm, arm.in_group(), principalId=str(uuid.uuid4()))
    url = f"{arm.in_group()}/providers/Microsoft.Authorization/roleAssignments"
    first = arm.get(url, api=ACCESS, query="&$filter=atScope()").json()
    second = arm.get(first["nextLink"]).json()
    assert [len(first["value"]), len(second["value"]), "nextLink" in second] == [2, 1, False]


@pytest.mark.parametrize(
    "change",
    [{"principalId": str(uuid.uuid4())}, {"principalType": "User"}, {"delegatedManagedIdentityResourceId": "/x"}],
)
def test_what_a_name_stands_for_cannot_change(arm: Arm, change: dict[str, str]) -> None:
    # 5/9, 8/27
    body = granted(arm, arm.gallery())
    answer = grant(arm, arm.path("corp"), body["name"], **change)
    message = refused(answer, 400, "RoleAssignmentUpdateNotPermitted")
    assert message == "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."


def test_a_name_is_unique_in_the_tenant(arm: Arm) -> None:
    # 5/9, section 1
    body = granted(arm, arm.gallery())
    refused(grant(arm, arm.in_group(), body["name"]), 400, "RoleAssignmentUpdateNotPermitted")


def test_another_role_under_one_name_is_refused(arm: Arm, world: Callable[..., Arm]) -> None:
    # 5/10
    other = world(doubts=Doubts(role_change_status=409, role_change_code="Conflict"))
    for here, status, code in ((arm, 400, "RoleAssignmentUpdateNotPermitted"), (other, 409, "Conflict")):
        body = granted(here, here.gallery())
        refused(grant(here, here.path("corp"), body["name"], roleDefinitionId=role_id(here, OWNER)), status, code)


def test_an_equal_grant_under_another_name_names_the_first(arm: Arm) -> None:
    # 5/11
    body = granted(arm, arm.gallery())
    message = refused(grant(arm, arm.path("CORP"), principalId=WHO.upper()), 409, "RoleAssignmentExists")
    bare = body["name"].replace("-", "")
    assert message == f"The role assignment already exists. The ID of the existing role assignment is {bare}."


def test_an_unknown_role_is_refused(arm: Arm, world: Callable[..., Arm]) -> None:
    # 5/14
    role = str(uuid.uuid4())
    answer = grant(arm, arm.in_group(), roleDefinitionId=role_id(arm, role))
    assert role in refused(answer, 400, "RoleDefinitionDoesNotExist")
    lenient = world(doubts=Doubts(unknown_role="accepted"))
    granted(lenient, lenient.in_group(), roleDefinitionId=role_id(lenient, role))


@pytest.mark.parametrize("role", [READER, None, "", "/roleDefinitions/x", "Reader"])
def test_a_role_must_be_a_full_path(arm: Arm, role: str | None) -> None:
    # 4.4/7, 5/15, 5/1
    refused(grant(arm, arm.in_group(), roleDefinitionId=role), 400, "BadRequestFormat")


def test_a_role_without_subscription_comes_back_below_it(arm: Arm) -> None:
    # 5/1
    bare = f"/providers/Microsoft.Authorization/roleDefinitions/{READER.upper()}"
    assert granted(arm, arm.in_group(), roleDefinitionId=bare)["properties"]["roleDefinitionId"] == role_id(arm)


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"principalId": "me"}, "InvalidPrincipalId"),
        ({"principalId": None}, "InvalidPrincipalId"),
        ({"principalType": "Robot"}, "InvalidPrincipalType"),
        ({"conditionVersion": "3.0"}, "InvalidConditionVersion"),
        ({"condition": "x" * 8193}, "InvalidConditionLength"),
    ],
)
def test_bad_grants_are_refused(arm: Arm, properties: dict[str, Any], code: str) -> None:
    # 5/15, 6/10
    refused(grant(arm, arm.in_group(), **properties), 400, code)


def test_a_name_must_be_a_guid(arm: Arm) -> None:
    # 5/15
    refused(grant(arm, arm.in_group(), "reader"), 400, "InvalidRoleAssignmentId")


def test_the_number_of_grants_is_limited(world: Callable[..., Arm]) -> None:
    # 5/16, 6/9
    arm = world(doubts=Doubts(assignment_limit=1))
    granted(arm, arm.in_group())
    answer = grant(arm, arm.in_group(), principalId=str(uuid.uuid4()))
    refused(answer, 400, "RoleAssignmentLimitExceeded")


def test_a_grant_needs_its_scope(arm: Arm, world: Callable[..., Arm]) -> None:
    # 5/1
    message = refused(grant(arm, arm.path("none")), 404, "ResourceNotFound")
    assert message.startswith("The Resource 'Microsoft.Compute/galleries/none' under resource group 'rg-Images'")
    lenient = world(doubts=Doubts(role_scope_must_exist=False))
    granted(lenient, lenient.path("none"))


def test_grants_survive_the_delete_of_their_scope_or_not(arm: Arm, world: Callable[..., Arm]) -> None:
    # 5/20
    for here, left in ((arm, 200), (world(doubts=Doubts(assignments_of_deleted="removed")), 404)):
        body = granted(here, here.gallery())
        here.delete(here.path("corp"))
        here.clock.advance(10)
        assert here.get(body["id"], api=ACCESS).status_code == left


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (OWNER, "Owner"),
        ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
        (READER, "Reader"),
        ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"),
        ("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"),
        ("1ef6a3be-d0ac-425d-8c01-acb62866290b", "Compute Gallery Sharing Admin"),
        ("cf7c76d2-98a3-4358-a134-615aa78bf44d", "Compute Gallery Image Reader"),
        ("85a2d0d9-2eba-4c9c-b355-11c2cc0788ab", "Compute Gallery Artifacts Publisher"),
        ("9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor"),
    ],
)
def test_built_in_roles_are_found_by_id_and_name(arm: Arm, role: str, name: str) -> None:
    # 5/22-5/30
    found = arm.get(role_id(arm, role), api=ACCESS).json()
    assert (found["properties"]["roleName"], found["id"]) == (name, role_id(arm, role))
    path = f"{arm.in_group()}/providers/Microsoft.Authorization/roleDefinitions"
    listed = arm.get(path, api=ACCESS, query=f"&$filter=roleName eq '{name.lower()}'").json()["value"]
    assert [item["name"] for item in listed] == [role]


def test_custom_roles_are_put_found_granted_and_deleted(world: Callable[..., Arm]) -> None:
    arm = world()
    role = str(uuid.uuid4())
    subscription = f"/subscriptions/{arm.subscription}"
    sent = {"roleName": "Image Auditor", "permissions": [{"actions": ["*/read"]}], "assignableScopes": [subscription]}
    assert arm.put(role_id(arm, role), {"properties": sent}, api=ACCESS).status_code == 201
    query = "&$filter=roleName eq 'Image Auditor'"
    path = f"{arm.in_group()}/providers/Microsoft.Authorization/roleDefinitions"
    assert [item["name"] for item in arm.get(path, api=ACCESS, query=query).json()["value"]] == [role]
    custom = arm.get(path, api=ACCESS, query="&$filter=type eq 'CustomRole'").json()["value"]
    assert [item["name"] for item in custom] == [role]
    granted(arm, arm.in_group(), roleDefinitionId=role_id(arm, role))
    twin = arm.put(role_id(arm, str(uuid.uuid4())), {"properties": sent}, api=ACCESS)
    refused(twin, 409, "RoleDefinitionWithSameNameExists")
    assert arm.delete(role_id(arm, role), api=ACCESS).status_code == 200
    refused(arm.get(role_id(arm, role), api=ACCESS), 404, "RoleDefinitionDoesNotExist")
    refused(arm.put(role_id(arm, "x"), {"properties": sent}, api=ACCESS), 400, "InvalidRoleDefinitionId")
    refused(arm.put(role_id(arm, READER), {"properties": sent}, api=ACCESS), 400, "RoleDefinitionUpdateNotPermitted")
