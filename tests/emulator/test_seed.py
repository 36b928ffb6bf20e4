"""Seeding: an estate at once, through the rules, or nothing of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import seed as seeding
from reconciler.emulator.serve import EmulatorBusyError, start
from reconciler.emulator.settings import EmulatorSettings

SUB = "00000000-0000-0000-0000-000000000001"
COMPUTE = f"/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Compute"
IMAGE = {
    "id": f"{COMPUTE}/images/golden",
    "location": "westeurope",
    "properties": {
        "hyperVGeneration": "V2",
        "storageProfile": {"osDisk": {"osType": "Linux", "osState": "Generalized", "diskSizeGB": 64}},
    },
}
GALLERY: dict[str, Any] = {"id": f"{COMPUTE}/galleries/corp", "location": "westeurope"}
DEFINITION: dict[str, Any] = {
    "id": f"{COMPUTE}/galleries/corp/images/ubuntu",
    "location": "westeurope",
    "properties": {
        "osType": "Linux",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "P", "offer": "O", "sku": "S"},
    },
}
VERSION: dict[str, Any] = {
    "id": f"{COMPUTE}/galleries/corp/images/ubuntu/versions/1.0.0",
    "location": "westeurope",
    "properties": {"storageProfile": {"source": {"id": IMAGE["id"]}}},
}
GRANT: dict[str, Any] = {
    "id": f"{GALLERY['id']}/providers/Microsoft.Authorization/roleAssignments/6f7c0000-0000-4000-8000-000000000009",
    "properties": {
        "roleDefinitionId": f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/"
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "principalId": "6f7c0000-0000-4000-8000-000000000001",
    },
}


@pytest.fixture
def settings(tmp_path: Path) -> EmulatorSettings:
    return EmulatorSettings(state=tmp_path / "state.db", sources="strict")


def held(settings: EmulatorSettings) -> dict[str, Any]:
    with start(settings) as emulator:
        return emulator.resources()


def test_an_estate_has_the_size_that_was_asked_for_and_is_settled(tmp_path: Path) -> None:
    settings = EmulatorSettings(state=tmp_path / "state.db")
    estate = seeding.Estate(SUB, "rg", galleries=2, definitions=3, versions=4)
    assert seeding.seed(settings, seeding.bodies_of(estate)) == 2 + 3 + 3 * 4
    found = held(settings)
    assert len(found) == 17
    assert {body["properties"]["provisioningState"] for body in found.values()} == {"Succeeded"}
    assert sum("/gallery1/images/" in key and "/versions/" in key for key in found) == 4


def test_a_file_of_arm_bodies_is_put_as_it_is_even_under_strict_sources(
    settings: EmulatorSettings, tmp_path: Path
) -> None:
    file = tmp_path / "resources.json"
    file.write_text(json.dumps([IMAGE, GALLERY, DEFINITION, VERSION, GRANT]), encoding="utf-8")
    assert seeding.seed(settings, seeding.read(file)) == 5
    found = held(settings)
    assert found.keys() >= {GALLERY["id"], DEFINITION["id"], VERSION["id"], GRANT["id"]}
    assert found[VERSION["id"]]["properties"]["storageProfile"]["osDiskImage"]["sizeInGB"] == 64


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (VERSION | {"properties": {"storageProfile": {"source": {"id": f"{COMPUTE}/images/none"}}}}, "not found"),
        (DEFINITION | {"id": f"{COMPUTE}/galleries/none/images/ubuntu"}, "ParentResourceNotFound"),
        (GALLERY | {"id": "/nonsense"}, "InvalidResourceType"),
        (GALLERY | {"location": "atlantis"}, "LocationNotAvailable"),
    ],
)
def test_one_refusal_leaves_nothing_behind_and_names_the_resource(
    settings: EmulatorSettings, bad: dict[str, Any], words: str
) -> None:
    with pytest.raises(seeding.SeedError, match=words) as caught:
        seeding.seed(settings, [IMAGE, GALLERY, DEFINITION, bad])
    assert str(caught.value).startswith(str(bad["id"]))
    assert held(settings) == {}


def test_under_strict_sources_an_estate_brings_its_images_along(settings: EmulatorSettings) -> None:
    estate = seeding.Estate(SUB, "rg", galleries=1, definitions=1, versions=2, images=True)
    assert seeding.seed(settings, seeding.bodies_of(estate)) == 1 + 1 + 2 * 2
    assert len(held(settings)) == 4


@pytest.mark.parametrize("text", ["[{id: a, id: b}]", "{}", "[1]", "[{}]", "[{id: 3}]", "[", "\x00"])
def test_a_file_that_is_no_list_of_resources_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "resources.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(seeding.SeedError, match=r"resources\.yaml"):
        seeding.read(file)


def test_a_state_that_is_served_is_not_seeded(settings: EmulatorSettings) -> None:
    with start(settings) as emulator:
        with pytest.raises(EmulatorBusyError):
            seeding.seed(settings, [GALLERY])
        assert emulator.resources() == {}


def test_seeding_twice_changes_nothing(settings: EmulatorSettings) -> None:
    everything = [IMAGE, GALLERY, DEFINITION, VERSION, GRANT]
    seeding.seed(settings, everything)
    before = held(settings)
    seeding.seed(settings, everything)
    after = held(settings)
    assert after.keys() == before.keys()
    assert after[VERSION["id"]] == before[VERSION["id"]]
