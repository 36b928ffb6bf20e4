from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import API, Arm, gallery, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable


def filled(arm: Arm, count: int) -> str:
    arm.definition()
    for number in range(count):
        assert arm.put(arm.path("corp", "ubuntu", f"1.0.{number}"), version()).status_code == 201
    return arm.path("corp", "ubuntu") + "/versions"


def names(arm: Arm, url: str) -> list[list[str]]:
    pages = []
    while url:
        body = arm.get(url).json()
        pages.append([item["name"] for item in body["value"]])
        url = body.get("nextLink", "")
    return pages


@pytest.mark.recorded("3.7")
def test_pages_hold_fifty_and_the_last_has_no_next_link(arm: Arm) -> None:
    # 9.8
    path = filled(arm, 101)
    first = arm.get(path).json()
    assert list(first) == ["value", "nextLink"]
    link = urlsplit(first["nextLink"])
    assert link.path == path
    assert parse_qs(link.query).keys() == {"api-version", "$skiptoken"}
    assert parse_qs(link.query)["api-version"] == [API]
    pages = names(arm, path)
    assert [len(page) for page in pages] == [50, 50, 1]
    assert {name for page in pages for name in page} == {f"1.0.{number}" for number in range(101)}


@pytest.mark.recorded("3.7")
def test_a_full_last_page_has_no_next_link(world: Callable[..., Arm]) -> None:
    arm = world(page_size=2)
    assert [len(page) for page in names(arm, filled(arm, 4))] == [2, 2]


def test_pages_neither_repeat_nor_lose_what_stays_while_others_go(world: Callable[..., Arm]) -> None:
    # 3.7
    arm = world(page_size=2, time_scale=0.0)
    path = filled(arm, 5)
    first = arm.get(path).json()
    arm.delete(arm.path("corp", "ubuntu", "1.0.0"))
    rest = names(arm, first["nextLink"])
    assert rest == [["1.0.2", "1.0.3"], ["1.0.4"]]


def test_a_broken_skip_token_is_refused(arm: Arm) -> None:
    path = filled(arm, 1)
    refused(arm.get(path, query="&$skiptoken=%C3%A4"), 400, "InvalidSkipToken")
    refused(arm.get(path, query="&$skiptoken=abc"), 400, "InvalidSkipToken")


@pytest.mark.recorded("3.8/17")
def test_lists_write_the_group_in_upper_case_and_get_as_created(arm: Arm, world: Callable[..., Arm]) -> None:
    as_created = world(doubts=Doubts(list_group_case="as_created"))
    for here, group in ((arm, "RG-IMAGES"), (as_created, "rg-Images")):
        path = here.version()
        for collection, item in (
            (here.path(), here.path("corp")),
            (here.path("corp") + "/images", here.path("corp", "ubuntu")),
            (here.path("corp", "ubuntu") + "/versions", path),
        ):
            url = collection + ("/galleries" if collection.endswith("Compute") else "")
            [found] = here.get(url).json()["value"]
            assert found["id"] == item.replace("rg-Images", group)
            assert here.get(item).json()["id"] == item


def test_galleries_are_listed_in_group_and_in_subscription(arm: Arm) -> None:
    # section 1
    arm.gallery("one")
    other = arm.path("two").replace(arm.group, "other")
    arm.made(other, gallery())
    in_group = arm.path() + "/galleries"
    in_subscription = f"/subscriptions/{arm.subscription}/providers/Microsoft.Compute/galleries"
    assert names(arm, in_group) == [["one"]]
    assert {name for page in names(arm, in_subscription) for name in page} == {"one", "two"}


def test_ids_are_read_in_any_case_and_echoed_as_created(arm: Arm) -> None:
    # 3.8/18
    path = arm.version()
    assert arm.get(path.upper()).json()["id"] == path
    answer = arm.put(path.lower(), version())
    assert (answer.status_code, answer.json()["id"]) == (200, path)
    assert len(arm.get(arm.path("CORP", "UBUNTU") + "/VERSIONS").json()["value"]) == 1


@pytest.mark.recorded("3.7")
def test_lists_are_compact_and_name_the_requests_they_were_gathered_by(arm: Arm) -> None:
    arm.version()
    for path in (arm.path() + "/galleries", arm.path("corp") + "/images", arm.path("corp", "ubuntu") + "/versions"):
        listed = arm.get(path)
        assert listed.text == json.dumps(listed.json(), separators=(",", ":"))
        assert list(listed.json()) == ["value"]
        ids = listed.headers["x-ms-original-request-ids"]
        assert ids == str(uuid.UUID(ids))


def test_a_list_shows_the_state_at_its_moment(arm: Arm) -> None:
    # 3.3
    path = filled(arm, 1)
    assert arm.get(path).json()["value"][0]["properties"]["provisioningState"] == "Creating"
    arm.clock.advance(240)
    assert arm.get(path).json()["value"][0]["properties"]["provisioningState"] == "Succeeded"
    arm.put(arm.path("corp", "ubuntu", "1.0.0"), version() | {"tags": {"a": "b"}})
    assert arm.get(path).json()["value"][0]["properties"]["provisioningState"] == "Updating"
    arm.clock.advance(150)
    assert arm.get(path).json()["value"][0]["tags"] == {"a": "b"}


def test_a_page_of_fifty_is_quick(arm: Arm) -> None:
    path = filled(arm, 50)
    arm.clock.advance(1_000)
    arm.get(path)
    taken = []
    for _ in range(20):
        before = time.perf_counter()
        arm.get(path)
        taken.append(time.perf_counter() - before)
    assert min(taken) < 0.05
