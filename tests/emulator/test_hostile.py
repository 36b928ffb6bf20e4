"""What nobody sends by accident: it is refused in the service's own shape, costs little and leaves nothing broken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests

from reconciler.emulator.faults import Fault
from reconciler.emulator.serve import start
from tests.emulator.arm import ACCESS, API, NEWEST, Arm, gallery, refused
from tests.emulator.test_control import control
from tests.emulator.test_edge import raw
from tests.emulator.test_sign_in import by_secret, called, minted

if TYPE_CHECKING:
    from collections.abc import Callable

BIG = b'{"location": "westeurope", "tags": {"a": "' + b"x" * 2_000_000 + b'"}}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\xed\xa0\x80"}',
        '{"a": "\ud800"}'.encode("utf-16-le", "surrogatepass"),
        b'{"a": 1e999}',
        b'{"a": -1e999}',
        b"\xef\xbb\xbf[]",
    ],
)
def test_half_characters_and_boundless_numbers_are_no_json(arm: Arm, body: bytes) -> None:
    refused(raw(arm, "PUT", arm.path("corp"), body, Content_Type="application/json"), 400, "InvalidRequestContent")


def test_what_strangers_send_is_not_kept(world: Callable[..., Arm]) -> None:
    arm = world(control=True)
    for _ in range(3):
        requests.put(f"{arm.emulator.base_url}{arm.path('x')}?api-version={API}", data=BIG, timeout=10)
    raw(arm, "PUT", arm.path("x"), BIG, Content_Type="application/json")
    assert [record.body for record in arm.emulator.requests] == [None] * 4
    assert len(control(arm, "GET", "requests").content) < 10_000


@pytest.mark.parametrize("audience", ["https://€", "https://[", "x\r\ny: z", "\x00", "€" * 1_000])
def test_an_odd_audience_is_told_in_headers_that_can_be_sent(arm: Arm, audience: str) -> None:
    answer = called(arm, by_secret(arm, scope="", resource=audience).json()["access_token"])
    refused(answer, 401, "InvalidAuthenticationTokenAudience")
    assert answer.headers["WWW-Authenticate"].isprintable()
    assert (
        called(arm, by_secret(arm, scope="", resource=audience).json()["access_token"], "/graph/v1.0/me").status_code
        == 401
    )


def test_an_audience_is_not_what_the_host_header_says(arm: Arm) -> None:
    token = minted(arm, aud="https://vault.azure.net")
    headers = {"Authorization": f"Bearer {token}", "Host": "vault.azure.net"}
    answer = requests.get(f"{arm.emulator.base_url}/subscriptions?api-version={API}", headers=headers, timeout=10)
    refused(answer, 401, "InvalidAuthenticationTokenAudience")


def test_an_id_token_opens_nothing(arm: Arm) -> None:
    user = arm.emulator._edge.front.world.directory.user("operator@emulator.local")
    assert user is not None
    form = {"grant_type": "password", "username": user.sign_in, "password": user.secret}
    granted = by_secret(arm, **form, client_id="https://management.azure.com/").json()
    assert (
        jwt.decode(granted["id_token"], options={"verify_signature": False})["aud"] == "https://management.azure.com/"
    )
    refused(called(arm, granted["id_token"]), 401, "InvalidAuthenticationToken")


@pytest.mark.parametrize(
    "path",
    [
        "/subscriptions/s/providers/Microsoft.Compute/locations/%E2%82%AC/capsOperations/x",
        "/subscriptions/s/providers/Microsoft.Authorization/rolea%C5%BF%C5%BFignments",
        "/subscriptions/s/providers/Microsoft.Authorization/lock%C5%BF",
    ],
)
def test_letters_that_look_or_fold_alike_are_others(arm: Arm, path: str) -> None:
    assert raw(arm, "GET", path).json()["error"]["code"] in ("NotFound", "InvalidResourceType")


@pytest.mark.parametrize("place", ["roleAssignments", "roleDefinitions", "locks"])
def test_an_endless_filter_is_refused_at_once(arm: Arm, place: str) -> None:
    before = time.perf_counter()
    path = f"/subscriptions/{arm.subscription}/providers/Microsoft.Authorization/{place}"
    refused(arm.get(path, api=ACCESS, query=f"&$filter={'+' * 40_000}"), 400, "InvalidFilter")
    assert time.perf_counter() - before < 2


@pytest.mark.parametrize("days", [1_000_000_000, 10**300, -1])
@pytest.mark.parametrize("name", ["retentionPeriodInDays", "gracePeriodInDays"])
def test_days_beyond_reason_are_refused(arm: Arm, name: str, days: int) -> None:
    body = gallery(softDeletePolicy={"isSoftDeleteEnabled": True, name: days})
    refused(arm.put(arm.path("corp"), body, api=NEWEST), 400, "InvalidParameter")


@pytest.mark.parametrize(
    "storage",
    [
        {"source": {"foo": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i"}},
        {
            "osDiskImage": {"source": {"uri": "https://x/v.vhd"}},
            "dataDiskImages": [{"lun": 0, "source": {"storageAccountId": "/s"}}],
        },
        {"osDiskImage": {"source": {"id": "/subscriptions/s/resourceGroups/g"}}},
    ],
)
def test_sources_that_are_none_are_refused(world: Callable[..., Arm], storage: dict[str, Any]) -> None:
    arm = world(sources="strict")
    arm.definition()
    body = {"location": "westeurope", "properties": {"storageProfile": storage}}
    assert 400 <= arm.put(arm.path("corp", "ubuntu", "1.0.0"), body).status_code < 500


def test_a_disk_may_name_anything_as_what_it_is_copied_from(arm: Arm) -> None:
    arm.put(arm.in_group(), {"location": "westeurope"}, api="2024-11-01")
    path = f"{arm.in_group()}/providers/Microsoft.Compute/disks/d"
    sent = {"location": "westeurope", "properties": {"creationData": {"sourceResourceId": arm.in_group()}}}
    assert arm.put(path, sent, api="2024-03-02").status_code in (200, 201)
    machine = f"{arm.in_group()}/providers/Microsoft.Compute/virtualMachines/v"
    arm.put(machine, {"location": "westeurope", "properties": {"instanceView": "x"}}, api="2024-07-01")
    arm.call("POST", f"{machine}/generalize", {}, api="2024-07-01")
    assert arm.get(machine, api="2024-07-01", query="&$expand=instanceView").status_code == 200


def test_however_the_clock_is_set_the_operator_gets_in(world: Callable[..., Arm]) -> None:
    arm = world(control=True)
    for seconds in (-1_000_000, 1_000_000):
        assert control(arm, "POST", "faults", {"effect": "clock_skew", "seconds": seconds}).status_code == 200
        assert control(arm, "DELETE", "faults").status_code == 204
    arm.clock.now -= 10_000_000
    assert arm.get("/subscriptions", api="2022-12-01").status_code == 200


def test_what_was_made_while_the_clock_was_ahead_is_listed_when_it_no_longer_is(world: Callable[..., Arm]) -> None:
    arm = world()
    arm.emulator.faults.add(Fault(effect="clock_skew", seconds=1_000))
    arm.put(arm.path("corp"), gallery())
    arm.emulator.faults.clear()
    assert arm.get(arm.path("corp")).status_code == 200
    assert [one["name"] for one in arm.get(arm.path() + "/galleries").json()["value"]] == ["corp"]


def failed_delete(arm: Arm) -> str:
    path = arm.version()
    arm.emulator.faults.add(Fault(effect="operation_fails", method="DELETE", times=1))
    arm.delete(path)
    arm.clock.advance(100)
    assert arm.properties(path)["provisioningState"] == "Failed"
    return path


def test_what_could_not_be_deleted_goes_with_its_group(world: Callable[..., Arm]) -> None:
    arm = world()
    path = failed_delete(arm)
    arm.delete(arm.in_group(), api="2024-11-01")
    arm.clock.advance(1_000)
    arm.put(arm.in_group(), {"location": "westeurope"}, api="2024-11-01")
    assert arm.get(path).status_code == 404
    assert arm.emulator.resources() == {}


def test_what_could_not_be_deleted_outlives_a_restart_days_later(world: Callable[..., Arm]) -> None:
    arm = world()
    path = failed_delete(arm)
    arm.clock.advance(200_000)
    arm.emulator.close()
    with start(arm.emulator.settings, clock=arm.clock) as again:
        assert path in again.resources()


def test_a_late_answer_tells_what_is_true_when_it_comes(world: Callable[..., Arm]) -> None:
    import threading

    arm = world()
    path = arm.gallery()
    arm.emulator.faults.add(Fault(effect="delay", method="GET", delay=0.5, times=1))
    late: list[int] = []
    asking = threading.Thread(target=lambda: late.append(Arm(arm.emulator, arm.clock).get(path).status_code))
    asking.start()
    while arm.emulator.faults.all():
        time.sleep(0.005)
    arm.delete(path)
    arm.clock.advance(60)
    asking.join()
    assert late == [404]


def test_a_restored_version_has_its_keys_in_the_services_order(world: Callable[..., Arm]) -> None:
    # 2.1/1
    arm = world()
    arm.made(arm.path("corp"), gallery(softDeletePolicy={"isSoftDeleteEnabled": True}), api=NEWEST)
    path = arm.version()
    arm.made(arm.path("corp"), gallery(softDeletePolicy={"isSoftDeleteEnabled": True}), api=NEWEST)
    arm.delete(path)
    arm.clock.advance(1_000)
    sent = {"location": "westeurope", "tags": {"a": "b"}, "properties": {"restore": True, "storageProfile": {}}}
    answer = arm.put(path, sent, api=NEWEST)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["name", "id", "type", "location", "tags", "properties"]
