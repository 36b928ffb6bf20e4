from __future__ import annotations

import contextlib
import json
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.emulator.faults import Fault
from tests.emulator.arm import API, Arm, gallery, refused, version
from tests.support.soak import FIXED_SEEDS, examples

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = settings(deadline=None, derandomize=FIXED_SEEDS, suppress_health_check=[HealthCheck.function_scoped_fixture])


def raw(arm: Arm, method: str, path: str, body: bytes = b"", **headers: str) -> requests.Response:
    sent = {"Authorization": f"Bearer {arm.emulator.token}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    url = f"{arm.emulator.base_url}{path}?api-version={API}"
    return arm.session.request(method, url, data=body, headers=sent, timeout=10)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_a_bearer_token_is_needed_everywhere(arm: Arm, header: dict[str, str]) -> None:
    # 4.4/1
    for path in (arm.path("corp"), "/subscriptions", "/nonsense", "/_emulator/alive"):
        answer = requests.get(f"{arm.emulator.base_url}{path}?api-version={API}", headers=header, timeout=10)
        code = "InvalidAuthenticationToken" if header else "AuthenticationFailed"
        refused(answer, 401, code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"a": 1}).encode()[:-1],
    ],
)
def test_malformed_bodies_are_refused(arm: Arm, body: bytes) -> None:
    answer = raw(arm, "PUT", arm.path("corp"), body, Content_Type="application/json")
    refused(answer, 400, "InvalidRequestContent")


def test_deep_bodies_are_refused(arm: Arm) -> None:
    deep = b'{"properties":' + b'{"a":' * 200 + b"1" + b"}" * 201
    answer = raw(arm, "PUT", arm.path("corp"), deep, Content_Type="application/json")
    refused(answer, 400, "InvalidRequestContent")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_other_content_types_are_refused(arm: Arm, kind: str) -> None:
    refused(raw(arm, "PUT", arm.path("corp"), b"{}", Content_Type=kind), 415, "UnsupportedMediaType")


def test_oversized_bodies_are_refused(arm: Arm) -> None:
    body = json.dumps(gallery(description="x" * (4 * 1024 * 1024))).encode()
    refused(raw(arm, "PUT", arm.path("corp"), body, Content_Type="application/json"), 413, "RequestEntityTooLarge")


@pytest.mark.parametrize(
    "body",
    [
        {"location": 1},
        {"location": "westeurope", "tags": ["a"]},
        {"location": "westeurope", "tags": {"a": 1}},
        {"location": "westeurope", "properties": "x"},
        {"location": "westeurope", "properties": {"description": {}}},
        {"location": "westeurope", "properties": {"softDeletePolicy": {"isSoftDeleteEnabled": "yes"}}},
        {"location": "westeurope", "properties": {"softDeletePolicy": {"retentionPeriodInDays": 1.5}}},
        {"location": "westeurope", "properties": {"sharingProfile": []}},
    ],
)
def test_values_of_the_wrong_type_are_refused(arm: Arm, body: dict[str, object]) -> None:
    refused(arm.put(arm.path("corp"), body), 400, "InvalidRequestContent")


def test_unknown_enumeration_values_are_refused(arm: Arm) -> None:
    answer = arm.put(arm.path("corp"), gallery(sharingProfile={"permissions": "Everyone"}))
    refused(answer, 400, "InvalidParameter", "properties.sharingProfile.permissions")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nonsense",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/sshPublicKeys/k",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/applications/a",
        "/providers/Microsoft.Compute/galleries/g",
    ],
)
def test_unknown_paths_are_refused_in_the_shape_of_arm(arm: Arm, path: str) -> None:
    refused(arm.get(path), 404, "InvalidResourceType")


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "TRACE"])
def test_unknown_methods_are_refused_in_the_shape_of_arm(arm: Arm, method: str) -> None:
    refused(arm.call(method, arm.path("corp"), {}), 405, "UnsupportedHttpMethod")


@settings(
    max_examples=examples(100),
    deadline=None,
    derandomize=FIXED_SEEDS,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    junk=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
    place=st.sampled_from(
        [
            "properties",
            "publishingProfile",
            "targetRegions",
            "storageProfile",
            "source",
            "osDiskImage",
            "securityProfile",
        ]
    ),
)
def test_no_junk_in_a_body_makes_the_emulator_stumble(arm: Arm, junk: object, place: str) -> None:
    arm.definition()
    body = version()
    if place == "properties":
        body[place] = junk
    elif place == "targetRegions":
        body["properties"]["publishingProfile"][place] = junk
    elif place in ("source", "osDiskImage"):
        body["properties"]["storageProfile"][place] = junk
    else:
        body["properties"][place] = junk
    assert arm.put(arm.path("corp", "ubuntu", "1.0.0"), body).status_code < 500
    arm.clock.advance(1_000)


@pytest.mark.parametrize("odd", ["ä€ b", "a?b", "a;b,c", "(x)"])
def test_odd_names_travel_safely_in_addresses(arm: Arm, odd: str) -> None:
    path = f"/subscriptions/{quote(odd, safe='%')}/resourceGroups/{quote(odd, safe='%')}/providers/Microsoft.Compute"
    answers = [arm.put(f"{path}/galleries/g{name}", gallery()) for name in range(51)]
    assert {answer.status_code for answer in answers} == {201}
    assert arm.get(answers[-1].headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    first = arm.get(f"{path}/galleries").json()
    assert len(arm.get(first["nextLink"]).json()["value"]) == 1


def test_a_fault_answers_in_the_shape_of_arm_and_only_so_often(arm: Arm) -> None:
    fault = Fault(
        method="GET", path="/GALLERIES/corp", status=503, code="ServerBusy", headers={"Retry-After": "7"}, times=2
    )
    arm.gallery()
    arm.emulator.faults.add(fault)
    for _ in range(2):
        answer = arm.get(arm.path("corp"))
        refused(answer, 503, "ServerBusy")
        assert answer.headers["Retry-After"] == "7"
    assert arm.get(arm.path("corp")).status_code == 200


def test_a_fault_strikes_only_what_it_matches_until_it_is_cleared(arm: Arm) -> None:
    arm.gallery()
    arm.emulator.faults.add(Fault(path=r"\$expand", status=500))
    assert arm.get(arm.path("corp")).status_code == 200
    refused(arm.get(arm.path("corp"), query="&$expand=x"), 500, "InternalServerError")
    arm.emulator.faults.clear()
    assert arm.get(arm.path("corp"), query="&$expand=x").status_code == 200


def test_a_faulty_answer_does_nothing(arm: Arm) -> None:
    arm.emulator.faults.add(Fault(method="PUT", status=500, times=1))
    arm.put(arm.path("corp"), gallery())
    assert arm.get(arm.path("corp")).status_code == 404


def test_a_cut_page_promises_more_than_it_sends(arm: Arm) -> None:
    arm.gallery()
    arm.emulator.faults.add(Fault(path="/galleries", effect="cut", times=1))
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        _ = arm.get(arm.path() + "/galleries").content
    assert arm.get(arm.path() + "/galleries").status_code == 200


def test_a_cut_write_was_done_and_a_dropped_one_was_not(arm: Arm) -> None:
    for effect, status in (("cut", 200), ("drop", 404)):
        arm.emulator.faults.add(Fault(method="PUT", effect=effect, times=1))  # type: ignore[arg-type]
        with pytest.raises(requests.exceptions.RequestException):
            arm.put(arm.path(effect), gallery())
        assert arm.get(arm.path(effect)).status_code == status


def test_a_delay_keeps_the_true_answer(arm: Arm) -> None:
    arm.emulator.faults.add(Fault(delay=0.1, times=1))
    before = time.perf_counter()
    assert arm.get(arm.path("corp")).status_code == 404
    assert time.perf_counter() - before >= 0.1


def test_latency_is_added_to_every_request(world: Callable[..., Arm]) -> None:
    arm = world(latency=0.05)
    before = time.perf_counter()
    arm.get(arm.path("corp"))
    assert time.perf_counter() - before >= 0.05


def test_requests_are_recorded(world: Callable[..., Arm]) -> None:
    arm = world()
    arm.put(arm.path("corp"), gallery(description="x"))
    with contextlib.suppress(requests.exceptions.RequestException):
        arm.get(arm.path("none"), query="&$expand=x")
    put, get = arm.emulator.requests
    assert (put.method, put.path, put.status, put.started) == ("PUT", arm.path("corp"), 201, arm.clock.now)
    assert put.body == gallery(description="x")
    assert (get.method, get.query, get.status, get.body) == ("GET", f"api-version={API}&$expand=x", 404, None)


def test_resources_shows_the_world_as_get_would(world: Callable[..., Arm]) -> None:
    arm = world()
    path = arm.version()
    role = f"/subscriptions/{arm.subscription}/providers/Microsoft.Authorization/roleDefinitions"
    reader = f"{role}/acdd72a7-3385-48ef-bd42-f606fba81ae7"
    name = f"{path}/providers/Microsoft.Authorization/roleAssignments/6f7c0000-0000-4000-8000-000000000009"
    sent = {"roleDefinitionId": reader, "principalId": "6f7c0000-0000-4000-8000-000000000001"}
    assert arm.put(name, {"properties": sent}, api="2022-04-01").status_code == 201
    found = arm.emulator.resources()
    assert found.keys() == {arm.path("corp"), arm.path("corp", "ubuntu"), path, name}
    for one, body in found.items():
        assert arm.get(one, api="2022-04-01" if one == name else "2026-03-03").json() == body


def test_an_unexpected_error_is_told_in_the_shape_of_arm(
    world: Callable[..., Arm], caplog: pytest.LogCaptureFixture
) -> None:
    arm = world()
    arm.gallery()
    with arm.emulator._edge.front.world.store.writing():
        arm.emulator._edge.front.world.store._db.execute("UPDATE resources SET hidden = 'x'")
    refused(arm.get(arm.path("corp")), 500, "InternalServerError")
    assert "emulator.request.failed" in caplog.text
