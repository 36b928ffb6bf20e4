"""The control address: off unless asked for, for the operator alone, and true about what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from reconciler.emulator.signin.directory import READER_APP
from tests.emulator.arm import Arm, gallery, refused
from tests.emulator.test_sign_in import by_secret, secret_of

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def arm(world: Callable[..., Arm]) -> Arm:
    return world(control=True)


def control(arm: Arm, method: str, path: str, body: object = None, token: str = "") -> requests.Response:
    headers = {"Authorization": f"Bearer {token or arm.emulator.token}"}
    return requests.request(method, f"{arm.emulator.base_url}/_emulator/{path}", json=body, headers=headers, timeout=10)


def test_it_is_off_unless_enabled(world: Callable[..., Arm]) -> None:
    refused(control(world(), "GET", "requests"), 404, "InvalidResourceType")


def test_it_wants_the_operators_token(arm: Arm) -> None:
    answer = requests.get(f"{arm.emulator.base_url}/_emulator/requests", timeout=10)
    refused(answer, 401, "AuthenticationFailed")
    form = {"client_id": READER_APP, "client_secret": secret_of(arm, "reader")}
    token = by_secret(arm, **form).json()["access_token"]
    refused(control(arm, "POST", "faults", {"effect": "drop"}, token), 403, "AuthorizationFailed")
    assert not arm.emulator.faults.all()


def test_it_tells_every_request_but_its_own(arm: Arm) -> None:
    arm.put(arm.path("corp"), gallery())
    arm.get(arm.path("none"))
    told = control(arm, "GET", "requests").json()
    assert [(one["method"], one["path"], one["status"]) for one in told["value"]] == [
        ("PUT", arm.path("corp"), 201),
        ("GET", arm.path("none"), 404),
    ]
    assert (told["value"][0]["body"], told["value"][0]["caller"]) == (gallery(), arm.emulator.settings.caller)
    arm.get(arm.path("corp"))
    later = control(arm, "GET", f"requests?from={told['next']}").json()
    assert [one["path"] for one in later["value"]] == [arm.path("corp")]


def test_it_counts_by_method_kind_and_status(arm: Arm) -> None:
    for name in ("one", "two"):
        arm.put(arm.path(name), gallery())
    arm.get("/nonsense")
    by_secret(arm)
    told = control(arm, "GET", "counters").json()
    assert told["total"] == 4
    assert {(one["method"], one["kind"], one["status"], one["count"]) for one in told["value"]} == {
        ("PUT", "Microsoft.Compute/galleries", 201, 2),
        ("GET", "none", 404, 1),
        ("POST", "sign-in", 200, 1),
    }
    assert control(arm, "DELETE", "requests").status_code == 204
    assert control(arm, "GET", "counters").json() == {"value": [], "total": 0}


def test_it_shows_what_is_there(arm: Arm) -> None:
    path = arm.gallery()
    assert control(arm, "GET", "resources").json()["value"] == {path: arm.get(path, api="2026-03-03").json()}


def test_faults_are_added_shown_and_lifted(arm: Arm) -> None:
    fault = {"effect": "answer", "status": 503, "path": "/galleries/corp", "times": 5}
    assert control(arm, "POST", "faults", fault).json() == fault
    assert arm.get(arm.path("corp")).status_code == 503
    assert control(arm, "GET", "faults").json()["value"] == [{**fault, "times": 4}]
    assert control(arm, "DELETE", "faults").status_code == 204
    assert arm.get(arm.path("corp")).status_code == 404


def test_a_list_of_faults_is_added_whole_or_not_at_all(arm: Arm) -> None:
    good: dict[str, Any] = {"effect": "drop", "path": "/none"}
    assert "fault 2" in refused(control(arm, "POST", "faults", [good, {"effect": "x"}]), 400, "InvalidFault")
    assert not arm.emulator.faults.all()
    assert control(arm, "POST", "faults", [good, good]).json() == {"value": [good, good]}
    assert len(arm.emulator.faults.all()) == 2


def test_faults_may_be_posted_without_saying_that_they_are_json(arm: Arm) -> None:
    headers = {"Authorization": f"Bearer {arm.emulator.token}", "Content-Type": "application/x-www-form-urlencoded"}
    url = f"{arm.emulator.base_url}/_emulator/faults"
    assert requests.post(url, data='{"effect": "drop"}', headers=headers, timeout=10).status_code == 200


def test_a_place_to_go_on_from_is_a_number(arm: Arm) -> None:
    refused(control(arm, "GET", "requests?from=abc"), 400, "InvalidParameter")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"effect": "throttle", "policy": "Nope"}, "Nope"),
        ({"effect": "region_slow", "region": "mars"}, "mars"),
        ({"effect": "principal_late"}, "principal"),
        ({"method": "FETCH", "status": 500}, "FETCH"),
        ({}, "status is missing"),
        ({"effect": "earthquake"}, "effect"),
        ({"path": "(", "status": 500}, "unterminated"),
        ({"status": 42}, "42"),
        ({"times": "often"}, "times"),
        ({"headers": {"a": 1}}, "headers"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_fault_is_refused_with_the_reason(arm: Arm, fault: dict[str, Any], words: str) -> None:
    assert words in refused(control(arm, "POST", "faults", fault), 400, "InvalidFault")
    assert not arm.emulator.faults.all()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing", 404), ("PUT", "faults", 405), ("POST", "requests", 405), ("GET", "", 404)],
)
def test_other_addresses_and_methods_are_refused(arm: Arm, method: str, path: str, status: int) -> None:
    assert control(arm, method, path, {}).status_code == status
