"""Api-versions: which ones are answered, and what an older one does not show."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.emulator.arm import ACCESS, API, NEWEST, Arm, definition, gallery, refused, version

GALLERY_VERSIONS = [
    "2018-06-01",
    "2019-03-01",
    "2019-07-01",
    "2019-12-01",
    "2020-09-30",
    "2021-07-01",
    "2021-10-01",
    "2022-01-03",
    "2022-03-03",
    "2022-08-03",
    "2023-07-03",
    "2024-03-03",
    "2025-03-03",
    "2025-12-03",
    "2026-03-03",
]
AUTHORIZATION = "/providers/Microsoft.Authorization"
READER = f"{AUTHORIZATION}/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
WORDS = {"description": "read", "condition": "@x", "conditionVersion": "2.0"}


@pytest.mark.recorded("1")
@pytest.mark.parametrize("api", GALLERY_VERSIONS)
def test_every_version_of_the_gallery_types_is_answered(arm: Arm, api: str) -> None:
    for path, body in (
        (arm.path("corp"), gallery()),
        (arm.path("corp", "ubuntu"), definition()),
        (arm.path("corp", "ubuntu", "1.0.0"), version()),
    ):
        first = arm.put(path, body, api=api)
        assert (first.status_code, arm.get(path, api=api).status_code) == (201, 200)
        assert f"api-version={api}" in first.headers["Azure-AsyncOperation"]
        arm.clock.advance(240)
        assert arm.get(first.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"


@pytest.mark.recorded("1")
def test_one_client_may_mix_versions_of_the_gallery_types(arm: Arm) -> None:
    assert arm.put(arm.path("corp"), gallery(), api="2025-03-03").status_code == 201
    arm.clock.advance(10)
    listed = arm.get(arm.path() + "/galleries", api="2021-10-01").json()["value"]
    assert [item["name"] for item in listed] == ["corp"]
    path = arm.made(arm.path("corp", "ubuntu"), definition(), api="2021-10-01")
    assert arm.put(path, definition(description="new"), api="2024-03-03").status_code == 200
    arm.clock.advance(10)
    assert arm.properties(path, api="2024-03-03")["description"] == "new"


@pytest.mark.recorded("1", "2.3/4")
def test_the_architecture_of_a_definition_shows_from_its_version_on(arm: Arm) -> None:
    path = arm.definition(architecture="Arm64")
    assert "architecture" not in arm.properties(path, api="2020-09-30")
    for api in GALLERY_VERSIONS[GALLERY_VERSIONS.index("2021-10-01") :]:
        assert arm.properties(path, api=api)["architecture"] == "Arm64"
        [item] = arm.get(arm.path("corp") + "/images", api=api).json()["value"]
        assert item["properties"]["architecture"] == "Arm64"


@pytest.mark.recorded("1", "2.4/27")
@pytest.mark.parametrize(
    ("api", "shown"),
    [
        ("2021-10-01", None),
        ("2022-01-03", {"reportedForPolicyViolation": False}),
        ("2023-07-03", {"reportedForPolicyViolation": False, "allowDeletionOfReplicatedLocations": True}),
        (
            "2024-03-03",
            {
                "reportedForPolicyViolation": False,
                "allowDeletionOfReplicatedLocations": True,
                "blockDeletionBeforeEndOfLife": True,
            },
        ),
    ],
)
def test_safety_flags_of_a_version_show_from_their_versions_on(arm: Arm, api: str, shown: object) -> None:
    arm.definition()
    sent = {"allowDeletionOfReplicatedLocations": True, "blockDeletionBeforeEndOfLife": True}
    path = arm.made(arm.path("corp", "ubuntu", "1.0.0"), version(safetyProfile=sent), api=NEWEST)
    assert arm.properties(path, api=api).get("safetyProfile") == shown


@pytest.mark.recorded("1")
def test_the_validations_profile_shows_from_its_version_on(arm: Arm) -> None:
    path = arm.version()
    assert "validationsProfile" not in arm.properties(path, api="2023-07-03")
    assert "validationsProfile" in arm.properties(path, api="2024-03-03")


@pytest.mark.recorded("1")
@pytest.mark.parametrize(
    ("api", "absent"),
    [
        ("2015-07-01", {"principalType", *WORDS}),
        ("2018-09-01-preview", set(WORDS)),
        ("2020-04-01-preview", set()),
        ("2022-04-01", set()),
    ],
)
def test_grants_show_younger_fields_from_their_versions_on(arm: Arm, api: str, absent: set[str]) -> None:
    newest = {"properties": {"roleDefinitionId": READER, "principalId": str(uuid.uuid4())} | WORDS}
    path = f"{arm.gallery()}{AUTHORIZATION}/roleAssignments/{uuid.uuid4()}"
    whole = set(arm.put(path, newest, api=ACCESS).json()["properties"])
    assert {"principalType", *WORDS} < whole
    [item] = [
        item
        for item in arm.get(f"{arm.path('corp')}{AUTHORIZATION}/roleAssignments", api=api).json()["value"]
        if item["id"] == path
    ]
    shown: list[dict[str, Any]] = [item, arm.get(path, api=api).json(), arm.put(path, newest, api=api).json()]
    shown.append(arm.delete(path, api=api).json())
    assert [whole - set(body["properties"]) for body in shown] == [absent] * 4


@pytest.mark.recorded("1")
@pytest.mark.parametrize("api", ["2022-04-01", "2018-01-01-preview", "2022-05-01-preview"])
def test_role_definitions_are_answered_at_every_recorded_version(arm: Arm, api: str) -> None:
    found = arm.get(f"/subscriptions/{arm.subscription}{READER}", api=api).json()
    assert found["properties"]["roleName"] == "Reader"


def test_versions_of_other_types_are_refused(arm: Arm) -> None:
    refused(arm.get(f"{arm.in_group()}{AUTHORIZATION}/roleAssignments", api=NEWEST), 400, "NoRegisteredProviderFound")
    refused(arm.get(arm.path("corp"), api=ACCESS), 400, "NoRegisteredProviderFound")
    assert arm.get(arm.path() + "/galleries", api=API).status_code == 200
