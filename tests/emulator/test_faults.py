"""Every kind of fault is switched on and seen by the client, and gone once it is lifted."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from reconciler.emulator.faults import EFFECTS, Effect, Fault, Faults
from tests.emulator.arm import ACCESS, Arm, definition, gallery, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

    Scene = Callable[[Arm], bool]

READER_ROLE = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
SOMEBODY = "6f7c0000-0000-4000-8000-000000000001"


def answered_503(arm: Arm) -> bool:
    return arm.get(arm.path("corp")).status_code == 503


def waited(arm: Arm) -> bool:
    before = time.perf_counter()
    arm.get(arm.path("corp"))
    return time.perf_counter() - before >= 0.2


def dropped(arm: Arm) -> bool:
    try:
        arm.put(arm.path("dropped"), gallery())
    except requests.exceptions.ConnectionError:
        assert not any(key.endswith("/dropped") for key in arm.emulator.resources())
        return True
    arm.delete(arm.path("dropped"))
    arm.clock.advance(60)
    return False


def half_sent(arm: Arm) -> bool:
    try:
        _ = arm.get(arm.path() + "/galleries").content
    except requests.exceptions.RequestException:
        return True
    return False


def on_page_two(arm: Arm, look: Callable[[str], requests.Response]) -> requests.Response:
    for number in range(3):
        arm.put(arm.path(f"page{number}"), gallery())
    first = arm.get(arm.path() + "/galleries")
    assert first.status_code == 200, "the first page always comes"
    return look(first.json()["nextLink"])


def second_page_failed(arm: Arm) -> bool:
    return on_page_two(arm, arm.get).status_code == 500


def second_page_cut(arm: Arm) -> bool:
    try:
        _ = on_page_two(arm, arm.get).content
    except requests.exceptions.RequestException:
        return True
    return False


def throttled(arm: Arm) -> bool:
    codes = [arm.put(arm.path("busy"), gallery()).status_code for _ in range(3)]
    arm.clock.advance(180)
    return codes[-1] == 429


def progress_in(arm: Arm, seconds: float) -> tuple[str, int, str]:
    arm.definition()
    path = arm.path("corp", "ubuntu", f"1.0.{int(arm.clock.now) % 1_000_000}")
    assert arm.put(path, version(["westeurope", "northeurope"])).status_code == 201
    arm.clock.advance(seconds)
    shown = arm.properties(path, query="&$expand=ReplicationStatus")
    north = shown["replicationStatus"]["summary"][1]
    return north["state"], north["progress"], shown["provisioningState"]


def slow(arm: Arm) -> bool:
    state, progress, _ = progress_in(arm, 600)
    arm.clock.advance(100_000)
    return state == "Replicating" and progress == 20


def stuck(arm: Arm) -> bool:
    state, _, provisioning = progress_in(arm, 21_599)
    arm.clock.advance(1)
    return (state, provisioning) == ("Replicating", "Creating")


def failed_region(arm: Arm) -> bool:
    state, _, provisioning = progress_in(arm, 1_000)
    return (state, provisioning) == ("Failed", "Failed")


def failed_operation(arm: Arm) -> bool:
    answer = arm.put(arm.path("corp", "broken"), definition(identifier={"publisher": "P", "offer": "O", "sku": "S"}))
    assert answer.status_code in (200, 201), "the write itself is taken"
    arm.clock.advance(60)
    done = arm.get(answer.headers["Azure-AsyncOperation"]).json()
    return bool(done["status"] == "Failed" and done["error"]["code"] == "InternalServerError")


def lost_operation(arm: Arm) -> bool:
    answer = arm.put(arm.path("corp"), gallery())
    return arm.get(answer.headers["Azure-AsyncOperation"]).status_code == 404


def lagging_list(arm: Arm) -> bool:
    name = f"new{int(arm.clock.now)}"
    arm.made(arm.path(name), gallery())
    assert arm.get(arm.path(name)).status_code == 200, "GET sees it"
    listed: list[str] = []
    url = arm.path() + "/galleries"
    while url:
        page = arm.get(url).json()
        listed += [one["name"] for one in page["value"]]
        url = page.get("nextLink", "")
    return name not in listed


def late_principal(arm: Arm) -> bool:
    path = f"{arm.in_group()}/providers/Microsoft.Authorization/roleAssignments/6f7c0000-0000-4000-8000-00000000000a"
    sent = {"roleDefinitionId": READER_ROLE, "principalId": SOMEBODY, "principalType": "Group"}
    answer = arm.put(path, {"properties": sent}, api=ACCESS)
    return bool(answer.status_code == 400 and answer.json()["error"]["code"] == "PrincipalNotFound")


def skewed(arm: Arm) -> bool:
    answer = arm.get(arm.path("corp"))
    return parsedate_to_datetime(answer.headers["Date"]).timestamp() - int(arm.clock.now) == 120


SCENES: dict[Effect, tuple[Fault, Scene]] = {
    "answer": (Fault(status=503, path="/galleries/corp"), answered_503),
    "delay": (Fault(effect="delay", delay=0.2), waited),
    "drop": (Fault(effect="drop", method="PUT"), dropped),
    "cut": (Fault(effect="cut"), half_sent),
    "page_fails": (Fault(effect="page_fails"), second_page_failed),
    "page_cut": (Fault(effect="page_cut"), second_page_cut),
    "throttle": (Fault(effect="throttle", policy="CreateUpdateGallery", limit=2), throttled),
    "region_slow": (Fault(effect="region_slow", region="North Europe"), slow),
    "region_stuck": (Fault(effect="region_stuck", region="northeurope"), stuck),
    "region_fails": (Fault(effect="region_fails", region="northeurope"), failed_region),
    "operation_fails": (Fault(effect="operation_fails", path="/images/broken$"), failed_operation),
    "operation_lost": (Fault(effect="operation_lost"), lost_operation),
    "list_lags": (Fault(effect="list_lags", seconds=100_000), lagging_list),
    "principal_late": (Fault(effect="principal_late", principal=SOMEBODY), late_principal),
    "clock_skew": (Fault(effect="clock_skew", seconds=120), skewed),
}


def test_every_effect_has_its_scene_and_its_place_in_the_document() -> None:
    assert tuple(SCENES) == EFFECTS
    document = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
    assert set(EFFECTS) <= set(re.findall(r"`(\w+)`", document))


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_fault_is_seen_while_it_is_on_and_not_after(world: Callable[..., Arm], effect: Effect) -> None:
    fault, scene = SCENES[effect]
    arm = world(page_size=2)
    arm.gallery()
    assert not scene(arm), "a good day"
    arm.emulator.faults.add(fault)
    assert scene(arm), "a bad day"
    arm.emulator.faults.clear()
    arm.clock.advance(100_000)
    assert not scene(arm), "a good day again"


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_server_error_is_answered_as_often_as_asked(arm: Arm, status: int) -> None:
    arm.emulator.faults.add(Fault(status=status, code="Sorry", headers={"Retry-After": "3"}, times=2))
    for _ in range(2):
        answer = arm.get(arm.path("corp"))
        refused(answer, status, "Sorry")
        assert answer.headers["Retry-After"] == "3"
    assert arm.get(arm.path("corp")).status_code == 404


def test_a_stuck_region_ends_at_the_limit_of_replication(world: Callable[..., Arm]) -> None:
    # 4.3/7
    arm = world()
    arm.emulator.faults.add(Fault(effect="region_stuck", region="northeurope"))
    state, _, provisioning = progress_in(arm, 21_600)
    assert (state, provisioning) == ("Failed", "Failed")


def test_a_delete_whose_operation_fails_leaves_the_resource_and_can_be_tried_again(world: Callable[..., Arm]) -> None:
    # 4.3/13
    arm = world()
    path = arm.version()
    arm.emulator.faults.add(Fault(effect="operation_fails", method="DELETE", times=1))
    answer = arm.delete(path)
    arm.clock.advance(90)
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Failed"
    assert arm.properties(path)["provisioningState"] == "Failed"
    refused(arm.put(path, version()), 409, "OperationNotAllowed")
    arm.delete(path)
    arm.clock.advance(90)
    assert arm.get(path).status_code == 404


def test_a_version_whose_operation_failed_is_mended_by_the_next_write(world: Callable[..., Arm]) -> None:
    arm = world()
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    arm.emulator.faults.add(Fault(effect="operation_fails", code="Unlucky", message="Not today.", times=1))
    url = arm.put(path, version()).headers["Azure-AsyncOperation"]
    arm.clock.advance(240)
    assert arm.get(url).json()["error"] == {"code": "Unlucky", "message": "Not today."}
    assert arm.properties(path)["provisioningState"] == "Failed"
    arm.made(path, version())
    assert arm.properties(path)["provisioningState"] == "Succeeded"


def test_a_lagging_list_still_shows_what_is_gone(world: Callable[..., Arm]) -> None:
    # 3.7
    arm = world()
    path = arm.gallery()
    arm.emulator.faults.add(Fault(effect="list_lags", seconds=60))
    arm.delete(path)
    arm.clock.advance(30)
    assert arm.get(path).status_code == 404
    assert [one["name"] for one in arm.get(arm.path() + "/galleries").json()["value"]] == ["corp"]
    arm.clock.advance(60)
    assert arm.get(arm.path() + "/galleries").json()["value"] == []


def test_a_new_grant_is_missing_from_a_lagging_list(world: Callable[..., Arm]) -> None:
    # 3.7, 5/21
    arm = world()
    arm.emulator.faults.add(Fault(effect="list_lags", seconds=60))
    assert not late_principal(arm)
    listing = f"{arm.in_group()}/providers/Microsoft.Authorization/roleAssignments"
    assert arm.get(listing, api=ACCESS).json()["value"] == []
    arm.clock.advance(60)
    assert len(arm.get(listing, api=ACCESS).json()["value"]) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(path="("), "unterminated"),
        (replace(Fault(), effect="earthquake"), "earthquake"),  # type: ignore[arg-type]  # what a file could say
        (Fault(status=99), "99"),
        (Fault(delay=-1), "below zero"),
        (Fault(), "status is missing"),
        (Fault(effect="throttle", policy="Nope"), "Nope"),
        (Fault(effect="region_slow", region="mars"), "mars"),
        (Fault(times=0), "at least 1"),
        (Fault(effect="clock_skew", seconds=1e18), "seconds"),
        (Fault(effect="clock_skew", seconds=float("nan")), "seconds"),
        (Fault(status=500, headers={"a b": "x"}), "header"),
        (Fault(status=500, headers={"a": "€"}), "header"),
        (Fault(status=500, headers={"Content-Length": "5"}), "header"),
        (Fault(status=500, headers={"a": "x\r\ny"}), "header"),
    ],
)
def test_a_fault_that_cannot_work_is_refused_where_it_is_added(fault: Fault, words: str) -> None:
    faults = Faults()
    with pytest.raises(Exception, match=words):
        faults.add(fault)
    assert not faults.all()
