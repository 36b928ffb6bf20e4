"""What stands around `properties`, the same for galleries, definitions and versions."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.arm import ACCESS, Arm, definition, gallery, refused, version

if TYPE_CHECKING:
    import requests

NAMES = ("corp", "ubuntu", "1.0.0")
BODIES: tuple[dict[str, Any], ...] = (gallery(), definition(), version())
READER = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


@pytest.fixture(params=[1, 2, 3], ids=["gallery", "definition", "version"])
def depth(request: pytest.FixtureRequest) -> int:
    """How deep the resource of a test lies."""
    return int(request.param)


def path_of(arm: Arm, depth: int) -> str:
    """Make the parents of a resource and give its path."""
    for above in range(1, depth):
        arm.made(arm.path(*NAMES[:above]), BODIES[above - 1])
    return arm.path(*NAMES[:depth])


def list_of(path: str) -> str:
    return path.rsplit("/", 1)[0]


def answers(arm: Arm, path: str, body: dict[str, Any]) -> list[requests.Response]:
    """Give every kind of answer that shows a resource: create, update, PATCH, GET."""
    found = []
    for method in ("PUT", "PUT", "PATCH", "GET"):
        found.append(arm.call(method, path, body if method != "GET" else None))
        assert found[-1].status_code in (200, 201), found[-1].text
        arm.clock.advance(1_000)
    return found


@pytest.mark.recorded("2.1/1")
def test_the_keys_of_the_envelope_come_in_one_order(arm: Arm, depth: int) -> None:
    path = path_of(arm, depth)
    shown = [answer.json() for answer in answers(arm, path, BODIES[depth - 1] | {"tags": {"a": "b"}})]
    shown += arm.get(list_of(path)).json()["value"]
    assert len(shown) == 5
    types = ("galleries", "galleries/images", "galleries/images/versions")
    for body in shown:
        assert list(body) == ["name", "id", "type", "location", "tags", "properties"]
        assert (body["name"], body["type"]) == (NAMES[depth - 1], f"Microsoft.Compute/{types[depth - 1]}")
        assert body["id"].lower() == path.lower()


@pytest.mark.recorded("2.1/2", "3.8/2")
@pytest.mark.parametrize("spelling", ["eastus2", "EastUS2", "East US 2"])
def test_a_location_is_answered_short_and_in_lower_case_and_stays(arm: Arm, depth: int, spelling: str) -> None:
    sent = (gallery(), definition(), version(["eastus2"]))[depth - 1] | {"location": spelling}
    path = path_of(arm, depth)
    assert {answer.json()["location"] for answer in answers(arm, path, sent)} == {"eastus2"}
    refused(arm.put(path, sent | {"location": "uksouth"}), 409, "InvalidResourceLocation")
    assert arm.get(path).json()["location"] == "eastus2"


@pytest.mark.recorded("2.1/3", "3.8/16")
def test_tags_are_absent_unless_sent(arm: Arm, depth: int) -> None:
    path = path_of(arm, depth)
    assert not [answer for answer in answers(arm, path, BODIES[depth - 1]) if "tags" in answer.json()]
    tagged = answers(arm, path, BODIES[depth - 1] | {"tags": {}})
    assert [answer.json()["tags"] for answer in tagged] == [{}] * 4


@pytest.mark.recorded("2.1/5", "2.1/6", "3.5")
def test_no_answer_has_system_data_or_an_entity_tag(arm: Arm, depth: int) -> None:
    path = path_of(arm, depth)
    shown = answers(arm, path, BODIES[depth - 1])
    shown += [arm.get(list_of(path)), arm.delete(path)]
    for answer in shown:
        assert "etag" not in answer.headers
        assert "systemdata" not in answer.text.lower()
        assert '"etag"' not in answer.text.lower()


@pytest.mark.recorded("3.5")
def test_no_answer_about_a_grant_has_an_entity_tag(arm: Arm) -> None:
    path = f"{arm.gallery()}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    sent = {"properties": {"roleDefinitionId": READER, "principalId": str(uuid.uuid4())}}
    for method, status in (("PUT", 201), ("PUT", 201), ("GET", 200), ("DELETE", 200)):
        answer = arm.call(method, path, sent if method == "PUT" else None, api=ACCESS)
        assert (answer.status_code, "etag" in answer.headers) == (status, False)
        assert "etag" not in answer.text.lower()


@pytest.mark.recorded("3.8/19")
def test_a_single_resource_is_indented_with_carriage_returns_that_its_length_counts(arm: Arm, depth: int) -> None:
    path = path_of(arm, depth)
    for answer in answers(arm, path, BODIES[depth - 1]):
        assert answer.content.startswith(b'{\r\n  "name": "')
        assert answer.content == json.dumps(answer.json(), indent=2).replace("\n", "\r\n").encode()
        assert answer.headers["Content-Length"] == str(len(answer.content))
