from __future__ import annotations

from typing import Any

import pytest
import requests

from reconciler.emulator import api_versions
from reconciler.emulator.regions import DISPLAY_NAMES
from tests.emulator.arm import Arm, refused

API = "2022-09-01"


def provider(arm: Arm, name: str) -> dict[str, Any]:
    answer = arm.get(f"/subscriptions/{arm.subscription}/providers/{name}", api=API)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def types(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["resourceType"]: one for one in body["resourceTypes"]}


@pytest.mark.recorded("3.9/8")
def test_a_provider_tells_its_types_their_places_and_api_versions(arm: Arm) -> None:
    body = provider(arm, "microsoft.compute")
    assert list(body) == ["id", "namespace", "resourceTypes", "registrationState", "registrationPolicy"]
    assert body["id"] == f"/subscriptions/{arm.subscription}/providers/Microsoft.Compute"
    assert (body["namespace"], body["registrationState"]) == ("Microsoft.Compute", "Registered")
    for name in ("galleries", "galleries/images", "galleries/images/versions"):
        assert types(body)[name]["locations"] == list(DISPLAY_NAMES)
        assert types(body)[name]["apiVersions"] == list(reversed(api_versions.GALLERY))


@pytest.mark.parametrize(
    "name", ["Microsoft.Compute", "Microsoft.Authorization", "Microsoft.Resources", "Microsoft.Storage"]
)
def test_api_versions_of_a_type_come_newest_first(arm: Arm, name: str) -> None:
    for one in provider(arm, name)["resourceTypes"]:
        assert one["apiVersions"] == sorted(one["apiVersions"], reverse=True) != []


def test_every_api_version_that_a_provider_names_is_answered(arm: Arm) -> None:
    scope = f"/subscriptions/{arm.subscription}"
    paths = {
        "Microsoft.Compute/galleries": f"{scope}/providers/Microsoft.Compute/galleries",
        "Microsoft.Compute/images": f"{scope}/providers/Microsoft.Compute/images",
        "Microsoft.Compute/virtualMachines": f"{scope}/providers/Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/disks": f"{scope}/providers/Microsoft.Compute/disks",
        "Microsoft.Compute/snapshots": f"{scope}/providers/Microsoft.Compute/snapshots",
        "Microsoft.Storage/storageAccounts": f"{scope}/providers/Microsoft.Storage/storageAccounts",
        "Microsoft.Authorization/roleAssignments": f"{scope}/providers/Microsoft.Authorization/roleAssignments",
        "Microsoft.Authorization/roleDefinitions": f"{scope}/providers/Microsoft.Authorization/roleDefinitions",
        "Microsoft.Authorization/locks": f"{scope}/providers/Microsoft.Authorization/locks",
        "Microsoft.Resources/tenants": "/tenants",
        "Microsoft.Resources/subscriptions": "/subscriptions",
        "Microsoft.Resources/subscriptions/locations": f"{scope}/locations",
        "Microsoft.Resources/subscriptions/providers": f"{scope}/providers",
        "Microsoft.Resources/subscriptions/resourceGroups": f"{scope}/resourceGroups",
        "Microsoft.Resources/resourceGroups": f"{scope}/resourceGroups",
        "Microsoft.Resources/resources": f"{scope}/resources",
    }
    answered = {path: set[int]() for path in paths}
    for body in arm.get(f"{scope}/providers", api=API).json()["value"]:
        for name, one in types(body).items():
            path = paths.get(f"{body['namespace']}/{name}")
            for version in one["apiVersions"] if path is not None else ():
                answered[f"{body['namespace']}/{name}"].add(arm.get(str(path), api=version).status_code)
    assert answered == {path: {200} for path in paths}


def test_a_type_without_a_place_has_no_locations(arm: Arm) -> None:
    # 3.9/8
    assert {
        one["resourceType"]: one["locations"] for one in provider(arm, "Microsoft.Authorization")["resourceTypes"]
    } == {
        "roleAssignments": [],
        "roleDefinitions": [],
        "locks": [],
    }


def test_the_list_holds_what_each_provider_says_itself(arm: Arm) -> None:
    # 3.9/8
    found = arm.get(f"/subscriptions/{arm.subscription}/providers", api=API).json()["value"]
    names = ["Microsoft.Compute", "Microsoft.Authorization", "Microsoft.Resources", "Microsoft.Storage"]
    assert [body["namespace"] for body in found] == names
    assert found == [provider(arm, name) for name in names]


def test_registering_a_provider_needs_no_body_and_finds_it_done(arm: Arm) -> None:
    # 3.9/8
    url = f"{arm.emulator.base_url}/subscriptions/{arm.subscription}/providers/MICROSOFT.Compute/register"
    headers = {"Authorization": f"Bearer {arm.emulator.token}"}
    answer = requests.post(f"{url}?api-version={API}", headers=headers, timeout=10)
    assert answer.status_code == 200
    assert answer.json() == provider(arm, "Microsoft.Compute")


def test_a_provider_nobody_knows_is_refused(arm: Arm) -> None:
    # 3.9/8
    path = f"/subscriptions/{arm.subscription}/providers/Microsoft.Magic"
    for answer in (arm.get(path, api=API), arm.call("POST", f"{path}/register", {}, api=API)):
        message = refused(answer, 404, "InvalidResourceNamespace")
        assert message == "The resource namespace 'Microsoft.Magic' is invalid."
