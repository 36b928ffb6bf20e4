from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import API, NEWEST, Arm, definition, refused

if TYPE_CHECKING:
    from collections.abc import Callable

PLAN = {"name": "plan", "publisher": "corp", "product": "images"}
FULL: dict[str, Any] = {"eula": "https://e", "privacyStatementUri": "https://p", "purchasePlan": PLAN}
CORE: dict[str, Any] = definition()["properties"]


@pytest.mark.parametrize(
    ("change", "target"),
    [
        ({"osType": "Windows"}, "osType"),
        ({"osState": "Specialized"}, "osState"),
        ({"hyperVGeneration": "V1"}, "hyperVGeneration"),
        ({"architecture": "Arm64"}, "architecture"),
        ({"identifier": CORE["identifier"] | {"publisher": "X"}}, "identifier.publisher"),
        ({"identifier": CORE["identifier"] | {"offer": "X"}}, "identifier.offer"),
        ({"identifier": CORE["identifier"] | {"sku": "X"}}, "identifier.sku"),
        ({"eula": "https://other"}, "eula"),
        ({"eula": ""}, "eula"),
        ({"privacyStatementUri": "https://other"}, "privacyStatementUri"),
        ({"purchasePlan": PLAN | {"name": "X"}}, "purchasePlan.name"),
        ({"purchasePlan": PLAN | {"publisher": "X"}}, "purchasePlan.publisher"),
        ({"purchasePlan": PLAN | {"product": "X"}}, "purchasePlan.product"),
        ({"features": [{"name": "IsHibernateSupported", "value": "True"}]}, "features"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.recorded("4.2/1")
def test_immutable_properties_cannot_change(arm: Arm, method: str, change: dict[str, Any], target: str) -> None:
    # 8/10, 2.3/1-2.3/5, 2.3/7, 2.3/8, 2.3/13, 2.3/14
    path = arm.definition(**FULL)
    before = arm.get(path).json()
    answer = arm.call(method, path, definition(**(FULL | change)))
    full = f"galleryImage.properties.{target}"
    assert refused(answer, 409, "PropertyChangeNotAllowed", full) == f"Changing property '{full}' is not allowed."
    assert arm.get(path).json() == before


def test_an_absent_eula_is_not_an_empty_one(arm: Arm) -> None:
    # 2.3/7
    path = arm.definition()
    answer = arm.put(path, definition(eula=""))
    refused(answer, 409, "PropertyChangeNotAllowed", "galleryImage.properties.eula")


@pytest.mark.recorded("3.4/1")
def test_immutable_content_that_is_left_out_is_kept(arm: Arm) -> None:
    path = arm.definition(**FULL)
    before = arm.properties(path)
    answer = arm.put(path, {"location": "westeurope", "properties": {"osType": "Linux", "description": "new"}})
    assert answer.status_code == 200
    arm.clock.advance(10)
    assert arm.properties(path) == before | {"description": "new"}


@pytest.mark.parametrize(
    "change",
    [
        {"description": "new"},
        {"releaseNoteUri": "https://notes"},
        {"recommended": {"vCPUs": {"min": 1, "max": 8}, "memory": {"min": 1, "max": 32}}},
        {"disallowed": {"diskTypes": ["Standard_LRS"]}},
        {"endOfLifeDate": "2031-01-01"},
    ],
)
def test_what_may_change_changes(arm: Arm, change: dict[str, Any]) -> None:
    # 8/6, 8/7, 8/8, 8/9, 8/11
    path = arm.definition()
    arm.made(path, definition(**change))
    for name, value in change.items():
        assert arm.properties(path)[name] == ("2031-01-01T00:00:00+00:00" if name == "endOfLifeDate" else value)


@pytest.mark.recorded("3.4/5")
def test_a_patch_with_description_and_os_type_keeps_all_else(arm: Arm) -> None:
    path = arm.definition(osState="Specialized", endOfLifeDate="2031-01-01", releaseNoteUri="https://n", **FULL)
    before = arm.properties(path)
    assert arm.patch(path, {"properties": {"description": "x", "osType": "Linux"}}).status_code == 200
    arm.clock.advance(10)
    assert arm.properties(path) == before | {"description": "x"}


def test_put_needs_the_os_type_and_patch_reads_its_absence_as_windows(arm: Arm) -> None:
    # 3.4/5, 2.3/1
    path = arm.definition()
    refused(arm.put(path, {"location": "westeurope", "properties": {"description": "x"}}), 400, "InvalidParameter")
    answer = arm.patch(path, {"properties": {"description": "x"}})
    refused(answer, 409, "PropertyChangeNotAllowed", "galleryImage.properties.osType")
    windows = arm.made(
        arm.path("corp", "win"),
        definition(osType="Windows", identifier={"publisher": "a", "offer": "b", "sku": "c"}),
    )
    assert arm.patch(windows, {"properties": {"description": "x"}}).status_code == 200


def test_patch_replaces_nested_values_or_merges_them_where_chosen(world: Callable[..., Arm]) -> None:
    # 3.4/5
    for merge, expected in (
        ("properties", {"memory": {"min": 2}}),
        ("deep", {"vCPUs": {"min": 1}, "memory": {"min": 2}}),
    ):
        arm = world(doubts=Doubts(patch_merge=merge))  # type: ignore[arg-type]
        path = arm.definition(recommended={"vCPUs": {"min": 1}})
        arm.patch(path, {"properties": {"osType": "Linux", "recommended": {"memory": {"min": 2}}}})
        assert arm.properties(path)["recommended"] == expected


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_end_of_life_date_is_not_set_to_the_past(arm: Arm, method: str) -> None:
    # 4.2/6
    path = arm.definition()
    answer = arm.call(method, path, definition(endOfLifeDate="2020-01-01T00:00:00Z"))
    assert refused(answer, 400, "InvalidParameter") == "EndOfLifeDate must be set to a future date."


def test_an_end_of_life_date_is_not_cleared(arm: Arm, world: Callable[..., Arm]) -> None:
    # 2.3/10, 3.4/3
    path = arm.definition(endOfLifeDate="2031-01-01")
    target = "galleryImage.properties.endOfLifeDate"
    refused(arm.put(path, definition()), 409, "PropertyChangeNotAllowed", target)
    refused(arm.put(path, definition(endOfLifeDate=None)), 409, "PropertyChangeNotAllowed", target)
    assert arm.patch(path, definition()).status_code == 200
    lenient = world(doubts=Doubts(end_of_life_omitted="kept"))
    path = lenient.definition(endOfLifeDate="2031-01-01")
    lenient.made(path, definition())
    assert lenient.properties(path)["endOfLifeDate"] == "2031-01-01T00:00:00+00:00"


def test_a_date_that_passed_can_be_sent_again(world: Callable[..., Arm]) -> None:
    # 4.2/6
    arm = world()
    path = arm.definition(endOfLifeDate="2026-07-01T00:00:00+00:00")
    arm.clock.advance(366 * 86_400)
    assert arm.put(path, definition(endOfLifeDate="2026-07-01")).status_code == 200
    assert arm.put(path, definition(endOfLifeDate="2026-07-02")).status_code == 400


@pytest.mark.parametrize("date", ["soon", "2031-13-01", "2031-01-01T25:00:00Z", "20310101"])
def test_a_malformed_date_is_refused(arm: Arm, date: str) -> None:
    # 4.2/7
    arm.gallery()
    message = refused(arm.put(arm.path("corp", "u"), definition(endOfLifeDate=date)), 400, "InvalidRequestContent")
    assert message == f"Could not convert string to DateTimeOffset: {date}. Path 'properties.endOfLifeDate'"


@pytest.mark.parametrize("field", ["vCPUs", "memory"])
def test_a_minimum_above_its_maximum_is_refused(arm: Arm, field: str) -> None:
    # 4.2/8
    arm.gallery()
    body = definition(recommended={field: {"min": 3, "max": 2}})
    assert "must not be greater than the maximum" in refused(
        arm.put(arm.path("corp", "ubuntu"), body), 400, "InvalidParameter"
    )


def test_the_triplet_is_unique_inside_one_gallery(arm: Arm) -> None:
    # 4.2/2, 2.3/5
    arm.definition()
    shouted = {name: value.upper() for name, value in CORE["identifier"].items()}
    message = refused(arm.put(arm.path("corp", "other"), definition(identifier=shouted)), 409, "OperationNotAllowed")
    assert message.startswith("Gallery image: ubuntu identified by (publisher:CORP, offer:UBUNTU, sku:24_04-LTS)")
    arm.gallery("second")
    assert arm.put(arm.path("second", "other"), definition()).status_code == 201


@pytest.mark.parametrize("name", ["-a", "a-", "a.", "_a", "a" * 81, "a b", "ä"])
def test_bad_definition_names_are_refused(arm: Arm, name: str) -> None:
    # 4.2/4
    arm.gallery()
    message = refused(arm.put(arm.path("corp", name), definition()), 400, "InvalidParameter")
    assert message.endswith(r"is invalid according to its validation rule: ^[^_\W][\w-._]{0,79}(?<![-.])$")


@pytest.mark.parametrize("name", ["ubuntu-24.04_lts", "a_", "7", "a" * 80])
def test_good_definition_names_are_accepted(arm: Arm, name: str) -> None:
    # 4.2/4
    arm.gallery()
    assert arm.put(arm.path("corp", name), definition()).status_code == 201


@pytest.mark.parametrize(
    ("part", "value"), [("publisher", "p" * 129), ("offer", "o" * 65), ("sku", "s."), ("sku", "a b"), ("offer", "")]
)
def test_bad_identifiers_are_refused(arm: Arm, part: str, value: str) -> None:
    # 4.2/5
    arm.gallery()
    answer = arm.put(arm.path("corp", "ubuntu"), definition(identifier=CORE["identifier"] | {part: value}))
    refused(answer, 400, "InvalidParameter", f"galleryImage.properties.identifier.{part}")


@pytest.mark.recorded("2.3/2", "2.3/3", "2.3/4", "3.8/13")
@pytest.mark.parametrize("api", ["2021-10-01", "2022-01-03", "2024-03-03"])
def test_the_defaults_of_older_api_versions(arm: Arm, api: str) -> None:
    arm.gallery()
    path, sent = arm.path("corp", "ubuntu"), {"osType": "linux", "identifier": CORE["identifier"]}
    creating = arm.put(path, {"location": "westeurope", "properties": sent}, api=api).json()["properties"]
    arm.clock.advance(10)
    for found, state in ((creating, "Creating"), (arm.properties(path, api=api), "Succeeded")):
        assert found == {
            "hyperVGeneration": "V1",
            "architecture": "x64",
            "osType": "Linux",
            "osState": "Generalized",
            "identifier": CORE["identifier"],
            "provisioningState": state,
        }


@pytest.mark.recorded("2.3/4")
def test_even_the_newest_api_version_fills_the_architecture_in(arm: Arm) -> None:
    arm.gallery()
    body = definition()
    del body["properties"]["architecture"]
    path = arm.made(arm.path("corp", "ubuntu"), body, api=NEWEST)
    assert arm.properties(path, api=NEWEST)["architecture"] == "x64"


def test_the_defaults_of_newer_api_versions(arm: Arm) -> None:
    # 2.3/3, 3.8/13, 3.8/14, 2.3/14
    arm.gallery()
    sent = {"osType": "Linux", "identifier": CORE["identifier"]}
    path = arm.made(arm.path("corp", "ubuntu"), {"location": "westeurope", "properties": sent}, api=NEWEST)
    found = arm.properties(path, api=NEWEST)
    assert found["hyperVGeneration"] == "V2"
    assert found["features"] == [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]
    assert arm.put(path, {"location": "westeurope", "properties": sent}, api=NEWEST).status_code == 200


@pytest.mark.parametrize(
    "properties",
    [{"features": [{"name": "SecurityType", "value": "Standard"}]}, {"hyperVGeneration": "V1", "features": []}],
)
def test_a_stated_security_type_or_generation_one_gets_no_default(arm: Arm, properties: dict[str, Any]) -> None:
    # 2.3/14
    arm.gallery()
    path = arm.made(arm.path("corp", "ubuntu"), definition(**properties), api=NEWEST)
    assert arm.properties(path, api=NEWEST)["features"] == properties["features"]


HIBERNATE = {"name": "IsHibernateSupported", "value": "True"}
NVME = {"name": "DiskControllerTypes", "value": "SCSI, NVMe"}


@pytest.mark.recorded("2.3/14")
@pytest.mark.parametrize("order", [[HIBERNATE, NVME], [NVME, HIBERNATE]])
def test_features_are_text_in_the_order_sent(arm: Arm, order: list[dict[str, str]]) -> None:
    path = arm.definition(features=order)
    assert arm.properties(path)["features"] == order
    number = definition(features=[{"name": "IsHibernateSupported", "value": True}])
    refused(arm.put(path, number), 400, "InvalidRequestContent")


@pytest.mark.recorded("2.3/14", "8/12")
def test_features_change_only_with_both_companions(arm: Arm) -> None:
    # 3.4/2
    path = arm.definition(features=[HIBERNATE])
    start = {"startsAtVersion": "2.0.0"}
    refused(arm.put(path, definition(features=[HIBERNATE, NVME | start])), 409, "PropertyChangeNotAllowed")
    allowed: dict[str, Any] = {"allowUpdateImage": True}
    refused(arm.put(path, definition(features=[HIBERNATE, NVME], **allowed)), 400, "InvalidParameter")
    old = arm.put(path, definition(features=[HIBERNATE, NVME | start], **allowed), api="2023-07-03")
    refused(old, 409, "PropertyChangeNotAllowed")
    assert arm.put(path, definition(features=[HIBERNATE, NVME | start], **allowed)).status_code == 200
    arm.clock.advance(10)
    found = arm.properties(path)
    assert found["features"] == [HIBERNATE, NVME | start]
    assert arm.put(path, definition(features=[NVME, HIBERNATE])).status_code == 200
    assert arm.put(path, definition(features=[HIBERNATE], **allowed)).status_code == 200


@pytest.mark.recorded("2.3/16")
def test_allow_update_image_is_never_returned(arm: Arm) -> None:
    # 3.4/6
    arm.gallery()
    path = arm.path("corp", "ubuntu")
    for method in ("PUT", "PUT", "PATCH"):
        answer = arm.call(method, path, definition(allowUpdateImage=True))
        assert answer.status_code in (200, 201)
        assert "allowUpdateImage" not in answer.text
        arm.clock.advance(10)
    assert "allowUpdateImage" not in arm.get(path).text + arm.get(arm.path("corp") + "/images").text


@pytest.mark.recorded("2.3/12", "3.8/12")
def test_an_empty_disallowed_is_not_echoed(arm: Arm) -> None:
    arm.gallery()
    answer = arm.put(arm.path("corp", "ubuntu"), definition(disallowed={}))
    assert answer.status_code == 201
    assert "disallowed" not in answer.text + arm.get(arm.path("corp", "ubuntu")).text


@pytest.mark.recorded("2.3/15")
def test_the_keys_come_in_the_order_of_the_service(arm: Arm) -> None:
    arm.gallery()
    sent = {"releaseNoteUri": "https://n", "description": "x", "features": [HIBERNATE], **CORE}
    path = arm.path("corp", "ubuntu")
    answers = [arm.put(path, {"location": "westeurope", "properties": sent}), arm.get(path)]
    for body in [answer.json() for answer in answers] + arm.get(arm.path("corp") + "/images").json()["value"]:
        keys = list(body["properties"])
        assert keys[:7] == [
            "hyperVGeneration",
            "architecture",
            "features",
            "osType",
            "osState",
            "identifier",
            "provisioningState",
        ]
        assert set(keys[7:]) == {"description", "releaseNoteUri"}


@pytest.mark.recorded("3.4/1")
def test_a_body_that_was_read_can_be_written_back(arm: Arm) -> None:
    path = arm.definition(features=[HIBERNATE], endOfLifeDate="2031-01-01", **FULL)
    before = arm.get(path).json()
    assert arm.put(path, before).status_code == 200
    arm.clock.advance(10)
    assert arm.get(path).json() == before


def test_a_definition_may_live_elsewhere_than_its_gallery(arm: Arm) -> None:
    # section 1: locations are independent
    arm.gallery()
    path = arm.made(arm.path("corp", "ubuntu"), definition() | {"location": "East US 2"})
    assert arm.get(path).json()["location"] == "eastus2"
    answer = arm.put(path, definition())
    refused(answer, 409, "InvalidResourceLocation")


@pytest.mark.parametrize("missing", ["osType", "identifier"])
def test_required_properties_are_required(arm: Arm, missing: str) -> None:
    # 2.3/1, 2.3/5
    arm.gallery()
    body = definition()
    del body["properties"][missing]
    answer = arm.put(arm.path("corp", "ubuntu"), body, api=API)
    refused(answer, 400, "InvalidParameter", f"galleryImage.properties.{missing}")
