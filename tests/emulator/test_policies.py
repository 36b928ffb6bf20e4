from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import Arm, definition, gallery, refused, version
from tests.emulator.people import PEOPLE, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

GROUPS = "2024-11-01"
CODE = "RequestDisallowedByPolicy"


@pytest.mark.parametrize("spelling", ["eastus", "East US", "EASTUS"])
def test_nothing_is_made_in_a_denied_region(world: Callable[..., Arm], spelling: str) -> None:
    # 4.4/4
    arm = world(denied_locations=("East US",))
    arm.definition()
    bodies = [
        (arm.path("corp2"), gallery(), "corp2"),
        (arm.path("corp", "debian"), definition(), "corp/debian"),
        (arm.path("corp", "ubuntu", "1.0.0"), version(["eastus"]), "corp/ubuntu/1.0.0"),
        (f"{arm.in_group()}/providers/Microsoft.Compute/images/one", {"properties": {}}, "one"),
    ]
    for path, body, name in bodies:
        answer = arm.put(path, {**body, "location": spelling})
        message = refused(answer, 403, CODE, target=name)
        head, _, tail = message.partition(" Policy identifiers: ")
        assert head == f"Resource '{name}' was disallowed by policy."
        (found,) = json.loads(tail.removesuffix(".").strip("'"))
        assert found["policyAssignment"]["id"].startswith(f"/subscriptions/{arm.subscription}/providers/")
        assert found["policyDefinition"]["name"] == "Allowed locations"
        assert arm.get(path).status_code == 404


def test_other_regions_stay_open_and_groups_have_another_policy(world: Callable[..., Arm]) -> None:
    # 4.4/4
    arm = world(denied_locations=("eastus",))
    assert arm.put(arm.in_group(), {"location": "eastus"}, api=GROUPS).status_code == 201
    arm.version()
    for place in ("eastus2", "westus"):
        assert arm.put(arm.path(f"corp{place}"), gallery() | {"location": place}).status_code == 201


def test_what_is_not_written_is_not_asked_about(world: Callable[..., Arm]) -> None:
    # 4.4/4
    arm = world(denied_locations=("westeurope",))
    assert arm.get(arm.path("corp")).status_code == 404
    assert arm.delete(arm.path("corp")).status_code == 204
    refused(arm.patch(arm.path("corp"), {"tags": {}}), 404, "ResourceNotFound")
    refused(arm.put(arm.path("corp"), {"location": 1}), 400, "InvalidRequestContent")


def test_the_answer_of_a_policy_can_be_chosen(world: Callable[..., Arm]) -> None:
    # 4.4/4
    arm = world(denied_locations=("westeurope",), doubts=Doubts(answers={"4.4/4": (409, "PolicyViolation")}))
    refused(arm.put(arm.path("corp"), gallery()), 409, "PolicyViolation")


def test_rights_and_locks_are_asked_before_policies(world: Callable[..., Arm]) -> None:
    arm = world(denied_locations=("westeurope",), authorization=True, directory=PEOPLE)
    refused(sign_in(arm).put(arm.path("corp"), gallery()), 403, "AuthorizationFailed")
    lock = f"{arm.in_group()}/providers/Microsoft.Authorization/locks/keep"
    assert arm.put(lock, {"properties": {"level": "ReadOnly"}}, api="2016-09-01").status_code == 201
    refused(arm.put(arm.path("corp"), gallery()), 409, "ScopeLocked")
