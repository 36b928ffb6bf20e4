from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from reconciler.emulator.answers import advice
from tests.emulator.arm import API, Arm, definition, gallery, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

ANNOUNCES = "Azure-AsyncOperation"
JSON = "application/json; charset=utf-8"
GUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.mark.recorded("3.1/1")
def test_a_new_gallery_is_creating_and_announces_its_operation(arm: Arm) -> None:
    answer = arm.put(arm.path("corp"), gallery())
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (201, "Creating")
    assert ANNOUNCES in answer.headers
    assert "Location" not in answer.headers
    assert "Retry-After" not in answer.headers


@pytest.mark.recorded("3.1/2", "3.1/3", "8/1")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_gallery_update_is_applied_at_once_and_still_announced(arm: Arm, method: str) -> None:
    path = arm.gallery(description="old")
    answer = arm.call(method, path, gallery(description="new"))
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (200, "Succeeded")
    assert answer.json()["properties"]["description"] == "new"
    assert ANNOUNCES in answer.headers
    assert "Location" not in answer.headers
    assert "Retry-After" not in answer.headers
    found = arm.properties(path)
    assert (found["description"], found["provisioningState"]) == ("new", "Succeeded")


@pytest.mark.recorded("3.1/4")
def test_a_gallery_delete_gives_both_addresses_and_no_advice(arm: Arm) -> None:
    answer = arm.delete(arm.gallery())
    assert (answer.status_code, answer.content) == (202, b"")
    assert urlsplit(answer.headers["Location"]).query.startswith("monitor=true&")
    assert "monitor" not in answer.headers[ANNOUNCES]
    assert "Retry-After" not in answer.headers


@pytest.mark.recorded("3.1/5", "3.1/6", "3.1/7", "3.1/8")
def test_definition_writes_are_creating_and_updating_without_advice(arm: Arm) -> None:
    arm.gallery()
    path = arm.path("corp", "ubuntu")
    states = []
    for method in ("PUT", "PUT", "PATCH"):
        answer = arm.call(method, path, definition())
        assert "Retry-After" not in answer.headers
        assert "Location" not in answer.headers
        assert ANNOUNCES in answer.headers
        states.append((answer.status_code, answer.json()["properties"]["provisioningState"]))
        arm.clock.advance(60)
    assert states == [(201, "Creating"), (200, "Updating"), (200, "Updating")]
    answer = arm.delete(path)
    assert (answer.status_code, answer.content) == (202, b"")
    assert "monitor=true" in answer.headers["Location"]
    assert ANNOUNCES in answer.headers
    assert "Retry-After" not in answer.headers


@pytest.mark.recorded("3.1/9", "3.1/10", "3.1/11", "3.1/12")
def test_version_writes_advise_sixty_seconds(arm: Arm) -> None:
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    seen = []
    for method in ("PUT", "PUT", "PATCH", "DELETE"):
        answer = arm.call(method, path, None if method == "DELETE" else version())
        state = answer.json()["properties"]["provisioningState"] if answer.content else None
        assert ANNOUNCES in answer.headers
        seen.append((answer.status_code, state, answer.headers["Retry-After"], "Location" in answer.headers))
        arm.clock.advance(10_000)
    assert seen == [
        (201, "Creating", "60", False),
        (200, "Updating", "60", False),
        (200, "Updating", "60", False),
        (202, None, "60", True),
    ]


@pytest.mark.recorded("3.1/13", "4.1/1")
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_get_answers_at_once_and_the_gateway_tells_what_is_missing(arm: Arm, depth: int) -> None:
    arm.version()
    found = arm.get(arm.path(*("corp", "ubuntu", "1.0.0")[:depth]))
    missing = arm.get(arm.path(*("corp", "ubuntu", "1.0.0")[: depth - 1], "9.9.9"))
    name = ("galleries/9.9.9", "galleries/corp/images/9.9.9", "galleries/corp/images/ubuntu/versions/9.9.9")[depth - 1]
    assert refused(missing, 404, "ResourceNotFound") == (
        f"The Resource 'Microsoft.Compute/{name}' under resource group 'rg-Images' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    assert missing.headers["x-ms-failure-cause"] == "gateway"
    assert found.status_code == 200
    assert "x-ms-failure-cause" not in found.headers
    for answer in (found, missing):
        assert not {ANNOUNCES, "Location", "Retry-After"} & set(answer.headers)


@pytest.mark.recorded("3.1/14")
def test_deleting_what_is_gone_answers_no_content(arm: Arm) -> None:
    path = arm.definition()
    assert arm.delete(path).status_code == 202
    arm.clock.advance(10)
    for gone in (path, arm.path("never")):
        answer = arm.delete(gone)
        assert (answer.status_code, answer.content) == (204, b"")
        assert not {ANNOUNCES, "Location", "Retry-After"} & set(answer.headers)


@pytest.mark.recorded("3.1")
def test_every_answer_has_the_common_headers(arm: Arm) -> None:
    missing, created = arm.get(arm.path("corp")), arm.put(arm.path("corp"), gallery())
    found, listed, deleted = arm.get(arm.path("corp")), arm.get(arm.path() + "/galleries"), arm.delete(arm.path("corp"))
    for answer in (missing, created, found, listed, deleted):
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Pragma"] == "no-cache"
        assert answer.headers["Expires"] == "-1"
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == pytest.approx(arm.clock.now, abs=1)
        assert answer.headers.get("Content-Type", JSON) == JSON
        assert bool(answer.content) == ("Content-Type" in answer.headers)
        for name in ("x-ms-request-id", "x-ms-correlation-request-id"):
            assert re.fullmatch(GUID, answer.headers[name])
        assert re.fullmatch(rf"[A-Z0-9]+:\d{{8}}T\d{{6}}Z:{GUID}", answer.headers["x-ms-routing-request-id"])


@pytest.mark.recorded("3.1")
def test_answers_of_compute_have_headers_of_its_own_and_those_of_the_gateway_its_mark(arm: Arm) -> None:
    created = arm.put(arm.path("corp"), gallery())
    shared = arm.call("POST", f"{arm.path('corp')}/share", {"operationType": "Reset"})
    patched, found, deleted = arm.patch(arm.path("corp"), {}), arm.get(arm.path("corp")), arm.delete(arm.path("corp"))
    polled = arm.get(deleted.headers[ANNOUNCES])
    for answer in (created, shared, patched, found, deleted, polled):
        assert re.fullmatch(rf"tenantId={GUID},objectId={GUID}/\w+/{GUID}", answer.headers["x-ms-operation-identifier"])
        assert answer.headers["x-msedge-ref"].startswith("Ref A: ")
        assert answer.headers["x-cache"] == "CONFIG_NOCACHE"
        assert "x-ms-failure-cause" not in answer.headers
        starts = answer not in (found, polled)
        assert answer.headers.get("azure-asyncnotification") == ("Enabled" if starts else None)
    missing = arm.get(arm.path("none"))
    assert missing.headers["x-ms-failure-cause"] == "gateway"
    assert not {"x-ms-operation-identifier", "x-msedge-ref", "azure-asyncnotification"} & set(missing.headers)


@pytest.mark.recorded("3.2/1", "3.2/2")
@pytest.mark.parametrize(("location", "region"), [("westeurope", "westeurope"), ("East US 2", "eastus2")])
def test_an_operation_bears_the_request_id_and_a_long_signed_query(arm: Arm, location: str, region: str) -> None:
    answer = arm.put(arm.path("corp"), gallery() | {"location": location})
    url = urlsplit(answer.headers[ANNOUNCES])
    request_id = answer.headers["x-ms-request-id"]
    head = f"/subscriptions/{arm.subscription}/providers/Microsoft.Compute/locations"
    assert url.path == f"{head}/{region}/capsOperations/{request_id}"
    assert [name for name, _ in parse_qsl(url.query)] == ["api-version", "t", "c", "s", "h"]
    assert parse_qs(url.query)["api-version"] == [API]
    assert 2_000 < len(url.query) < 3_000


def test_a_rebuilt_operation_address_is_refused(arm: Arm, world: Callable[..., Arm]) -> None:
    # 3.2/2
    from reconciler.emulator.settings import Doubts

    url = urlsplit(arm.put(arm.path("corp"), gallery()).headers[ANNOUNCES])
    refused(arm.get(url.path), 403, "AuthorizationFailed")
    lenient = world(doubts=Doubts(operation_signature="ignored"))
    url = urlsplit(lenient.put(lenient.path("corp"), gallery()).headers[ANNOUNCES])
    assert lenient.get(url.path).status_code == 200


@pytest.mark.recorded("3.2/3", "3.2/6")
def test_an_operation_runs_and_ends_by_the_clock(arm: Arm) -> None:
    url = arm.put(arm.path("corp"), gallery()).headers[ANNOUNCES]
    running = arm.get(url).json()
    assert (set(running), running["status"]) == ({"startTime", "status", "name"}, "InProgress")
    assert running["name"] in url
    arm.clock.advance(1)
    answer = arm.get(url)
    done = answer.json()
    assert (set(done), done["status"]) == ({"startTime", "endTime", "status", "name"}, "Succeeded")
    assert (answer.status_code, done["startTime"], done["name"]) == (200, running["startTime"], running["name"])
    assert done["startTime"].endswith("+00:00")
    assert datetime.fromisoformat(done["endTime"]).timestamp() == pytest.approx(arm.clock.now, abs=0.001)


@pytest.mark.recorded("3.2/8")
def test_an_operation_carries_no_resource_and_a_get_after_it_shows_the_final_one(arm: Arm) -> None:
    for path, body in (
        (arm.path("corp"), gallery(description="x")),
        (arm.path("corp", "ubuntu"), definition(description="x")),
        (arm.path("corp", "ubuntu", "1.0.0"), version()),
    ):
        first = arm.put(path, body)
        assert first.json()["properties"]["provisioningState"] == "Creating"
        arm.clock.advance(240)
        done = arm.get(first.headers[ANNOUNCES]).json()
        assert (done["status"], "properties" in done) == ("Succeeded", False)
        final = arm.get(path).json()
        assert final["properties"]["provisioningState"] == "Succeeded"
        assert {name: final[name] for name in ("name", "id", "type")} == {
            name: first.json()[name] for name in ("name", "id", "type")
        }


@pytest.mark.recorded("3.2/4")
def test_polling_advises_only_while_a_version_operation_runs(arm: Arm) -> None:
    arm.definition()
    url = arm.put(arm.path("corp", "ubuntu", "1.0.0"), version()).headers[ANNOUNCES]
    assert arm.get(url).headers["Retry-After"] == "60"
    arm.clock.advance(240)
    assert "Retry-After" not in arm.get(url).headers
    for path, body in ((arm.path("corp", "ubuntu"), definition()), (arm.path("corp"), gallery())):
        answer = arm.get(arm.put(path, body).headers[ANNOUNCES])
        assert (answer.json()["status"], "Retry-After" in answer.headers) == ("InProgress", False)


@pytest.mark.recorded("3.2/5")
def test_gallery_and_definition_operations_take_a_tenth_of_a_second_to_two(arm: Arm) -> None:
    for path, body in ((arm.path("corp"), gallery()), (arm.path("corp", "ubuntu"), definition())):
        url = arm.put(path, body).headers[ANNOUNCES]
        arm.clock.advance(0.1)
        assert arm.get(url).json()["status"] == "InProgress"
        arm.clock.advance(1.9)
        assert arm.get(url).json()["status"] == "Succeeded"


@pytest.mark.recorded("3.2/5")
@pytest.mark.parametrize(
    ("method", "regions", "seconds"), [("POST", ["westeurope"], 240), ("PUT", ["westeurope"], 150), ("DELETE", [], 90)]
)
def test_version_operations_last_as_long_as_recorded(arm: Arm, method: str, regions: list[str], seconds: float) -> None:
    # POST stands for the first PUT
    if method == "POST":
        arm.definition()
        path = arm.path("corp", "ubuntu", "1.0.0")
        answer = arm.put(path, version(regions))
    else:
        path = arm.version()
        answer = arm.call(method, path, version(regions) if regions else None)
    arm.clock.advance(seconds - 1)
    assert arm.get(answer.headers[ANNOUNCES]).json()["status"] == "InProgress"
    arm.clock.advance(1)
    assert arm.get(answer.headers[ANNOUNCES]).json()["status"] == "Succeeded"
    assert arm.get(path).status_code == (404 if method == "DELETE" else 200)


@pytest.mark.recorded("3.2/7")
def test_the_location_of_a_delete_is_empty_while_running_and_when_done(arm: Arm) -> None:
    answer = arm.delete(arm.version())
    location = answer.headers["Location"]
    assert urlsplit(location).path == urlsplit(answer.headers[ANNOUNCES]).path
    running = arm.get(location)
    assert (running.status_code, running.content, running.headers["Retry-After"]) == (202, b"", "60")
    arm.clock.advance(90)
    done = arm.get(location)
    assert (done.status_code, done.content) == (200, b"")


def test_a_delete_ends_by_the_passing_of_time_without_polling(arm: Arm) -> None:
    # 3.3
    path = arm.version()
    arm.delete(path)
    assert arm.properties(path)["provisioningState"] == "Deleting"
    arm.clock.advance(90)
    assert arm.get(path).status_code == 404
    assert arm.get(arm.path("corp", "ubuntu") + "/versions").json() == {"value": []}


def test_unknown_operations_are_not_found(arm: Arm) -> None:
    path = f"/subscriptions/{arm.subscription}/providers/Microsoft.Compute/locations/westeurope/capsOperations/none"
    refused(arm.get(path), 404, "NotFound")


@pytest.mark.recorded("3.2/3", "3.6/3", "4.3/15")
def test_a_replication_that_fails_is_a_failed_operation_with_status_200(world: Callable[..., Arm]) -> None:
    # 3.3
    arm = world(failing_regions=("northeurope",))
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    url = arm.put(path, version(["westeurope", "northeurope"])).headers[ANNOUNCES]
    arm.clock.advance(1_000)
    answer = arm.get(url)
    assert (answer.status_code, answer.json()["status"]) == (200, "Failed")
    assert set(answer.json()) == {"startTime", "endTime", "status", "name", "error"}
    error = answer.json()["error"]
    assert error["code"] == "GalleryReplicationJobsFailed"
    assert error["message"].startswith("Gallery replication jobs failed in one or more regions. The failing regions'")
    assert "{region:northeurope, detail:Failed with internal server error.}" in error["message"]
    assert arm.properties(path)["provisioningState"] == "Failed"
    status = arm.properties(path, query="&$expand=ReplicationStatus")["replicationStatus"]
    assert [region["state"] for region in status["summary"]] == ["Completed", "Failed"]
    assert status["aggregatedState"] == "Failed"
    arm.made(path, version(["westeurope"]))
    assert arm.properties(path)["provisioningState"] == "Succeeded"


def test_the_addresses_use_the_host_of_the_request(arm: Arm) -> None:
    answer = arm.call("PUT", arm.path("corp"), gallery(), headers={"Host": "arm.example:8443"})
    assert answer.headers[ANNOUNCES].startswith("http://arm.example:8443/subscriptions/")


def test_advice_is_whole_seconds_or_milliseconds_and_never_a_fraction() -> None:
    assert advice(60, 1.0) == {"Retry-After": "60"}
    assert advice(60, 0.026) == {"Retry-After": "2"}
    assert advice(60, 0.01) == {"retry-after-ms": "600"}
    assert advice(60, 0.0) == {"retry-after-ms": "1"}


def test_without_duration_the_answer_says_creating_and_the_next_get_succeeded(world: Callable[..., Arm]) -> None:
    arm = world(time_scale=0.0)
    for path, body in (
        (arm.path("corp"), gallery()),
        (arm.path("corp", "ubuntu"), definition()),
        (arm.path("corp", "ubuntu", "1.0.0"), version()),
    ):
        assert arm.put(path, body).json()["properties"]["provisioningState"] == "Creating"
        assert arm.properties(path)["provisioningState"] == "Succeeded"
    answer = arm.delete(path)
    assert answer.headers["retry-after-ms"] == "1"
    assert "Retry-After" not in answer.headers
    assert arm.get(path).status_code == 404
