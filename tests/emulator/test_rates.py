"""What every answer tells about rates: compute's windows for each policy, and the counts of ARM beside them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from tests.emulator.arm import ACCESS, Arm, definition, gallery, version

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

RATES = "x-ms-ratelimit-remaining-resource"
COUNTS = "x-ms-ratelimit-remaining-subscription"
HALF_HOUR = 1_800
CALLS: dict[str, tuple[str, tuple[str, ...], object]] = {
    "CreateUpdateGallery": ("PUT", ("corp",), gallery()),
    "GetGallery": ("GET", ("corp",), None),
    "DeleteGallery": ("DELETE", ("gallery{}",), None),
    "ListGalleryInResourceGroup": ("GET", (), None),
    "CreateUpdateGalleryImage": ("PATCH", ("corp", "ubuntu"), definition()),
    "GetGalleryImage": ("GET", ("corp", "ubuntu"), None),
    "DeleteGalleryImage": ("DELETE", ("corp", "image{}"), None),
    "CreateUpdateGalleryImageVersion": ("PUT", ("corp", "ubuntu", "3.0.{}"), version()),
    "GetGalleryImageVersion": ("GET", ("corp", "ubuntu", "1.0.0"), None),
    "DeleteGalleryImageVersion": ("DELETE", ("corp", "ubuntu", "2.0.{}"), None),
}
"""Method, names with the number of the request, and body."""


def stocked(arm: Arm) -> str:
    """Make three of everything, wait until all windows begin anew, and give an operation to poll."""
    arm.version()
    for number in range(3):
        arm.made(arm.path(f"gallery{number}"), gallery())
        identifier = {"publisher": "Corp", "offer": "Ubuntu", "sku": str(number)}
        arm.made(arm.path("corp", f"image{number}"), definition(identifier=identifier))
        arm.made(arm.path("corp", "ubuntu", f"2.0.{number}"), version())
    polled = arm.put(arm.path("corp"), gallery()).headers["Azure-AsyncOperation"]
    arm.clock.advance(HALF_HOUR)
    return str(polled)


def request(arm: Arm, policy: str, polled: str, number: int) -> requests.Response:
    """Send one request that counts against a policy."""
    if policy == "GetOperationStatus":
        return arm.get(polled)
    method, names, body = CALLS[policy]
    path = arm.path(*(name.format(number) for name in names))
    return arm.call(method, path if names else f"{path}/galleries", body)


def left(policy: str, short: int, long: int) -> str:
    return f"Microsoft.Compute/{policy}3Min;{short},Microsoft.Compute/{policy}30Min;{long}"


@pytest.mark.recorded(
    "4.5/3", "4.5/4", "4.5/5", "4.5/6", "4.5/7", "4.5/8", "4.5/9", "4.5/10", "4.5/11", "4.5/12", "4.5/13", "4.5/14"
)
@pytest.mark.parametrize(
    ("policy", "short", "long"),
    [
        ("CreateUpdateGallery", 50, 300),
        ("GetGallery", 350, 2_500),
        ("DeleteGallery", 50, 300),
        ("ListGalleryInResourceGroup", 100, 1_000),
        ("CreateUpdateGalleryImage", 150, 750),
        ("GetGalleryImage", 600, 3_000),
        ("DeleteGalleryImage", 50, 300),
        ("CreateUpdateGalleryImageVersion", 375, 1_200),
        ("GetGalleryImageVersion", 2_000, 10_000),
        ("DeleteGalleryImageVersion", 150, 1_000),
        ("GetOperationStatus", 5_000, 15_000),
    ],
)
def test_what_is_left_of_a_policy_is_told_for_both_of_its_windows(arm: Arm, policy: str, short: int, long: int) -> None:
    polled = stocked(arm)
    told = [request(arm, policy, polled, number).headers[RATES] for number in (0, 1)]
    assert told == [left(policy, short - 1, long - 1), left(policy, short - 2, long - 2)]
    arm.clock.advance(180)
    assert request(arm, policy, polled, 2).headers[RATES] == left(policy, short - 1, long - 3)


@pytest.mark.recorded("3.4/7")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_that_changes_nothing_is_counted_like_any_other(arm: Arm, method: str) -> None:
    stocked(arm)
    path, policy = arm.path("corp", "ubuntu", "1.0.0"), "CreateUpdateGalleryImageVersion"
    assert arm.call(method, path, version()).headers[RATES] == left(policy, 374, 1_199)
    arm.clock.advance(150)
    assert arm.call(method, path, version()).headers[RATES] == left(policy, 373, 1_198)


@pytest.mark.recorded("7/6")
def test_versions_are_written_side_by_side_within_one_count(arm: Arm) -> None:
    stocked(arm)
    answers = [arm.put(arm.path("corp", "ubuntu", f"3.0.{number}"), version()) for number in range(4)]
    assert [answer.json()["properties"]["provisioningState"] for answer in answers] == ["Creating"] * 4
    assert [answer.headers[RATES].split(",")[0].split(";")[1] for answer in answers] == ["374", "373", "372", "371"]


@pytest.mark.recorded("3.1")
def test_what_the_gateway_answers_itself_tells_no_rate_of_compute(arm: Arm) -> None:
    missing = arm.get(arm.path("corp"))
    orphan = arm.put(arm.path("corp", "ubuntu"), definition())
    assert [answer.status_code for answer in (missing, orphan)] == [404, 404]
    for answer in (missing, orphan):
        assert answer.headers["x-ms-failure-cause"] == "gateway"
        assert RATES not in answer.headers
    gone = arm.delete(arm.path("corp"))
    assert (gone.status_code, RATES in gone.headers) == (204, False)
    assert RATES in arm.put(arm.path("corp"), gallery()).headers


@pytest.mark.recorded("4.5/16")
@pytest.mark.parametrize(
    ("method", "status", "counts"),
    [
        ("GET", 200, {"reads": 1_099, "global-reads": 3_749}),
        ("PUT", 200, {"writes": 199, "global-writes": 2_999}),
        ("PATCH", 200, {"writes": 199, "global-writes": 2_999}),
        ("DELETE", 202, {"deletes": 199}),
    ],
)
def test_arm_counts_reads_writes_and_deletes_of_a_subscription(
    arm: Arm, method: str, status: int, counts: dict[str, int]
) -> None:
    path = arm.gallery()
    body = gallery() if method in ("PUT", "PATCH") else None
    for used in (0, 1):
        answer = arm.call(method, path, body)
        assert answer.status_code == status
        told = {name: int(answer.headers[f"{COUNTS}-{name}"]) for name in counts}
        assert told == {name: most - used for name, most in counts.items()}
        assert not {f"{COUNTS}-{name}" for name in {"reads", "writes", "deletes"} - counts.keys()} & set(answer.headers)


@pytest.mark.recorded("4.5/16")
def test_arm_counts_grants_and_what_is_missing_too_but_compute_does_not(arm: Arm) -> None:
    path = f"{arm.in_group()}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    for used, answer in enumerate((arm.get(path, api=ACCESS), arm.get(arm.path("corp")))):
        assert answer.status_code == 404
        assert answer.headers[f"{COUNTS}-reads"] == str(1_099 - used)
        assert RATES not in answer.headers


def test_every_subscription_has_counts_of_its_own(world: Callable[..., Arm]) -> None:
    # 4.5/3, 4.5/16
    arm = world()
    other = Arm(arm.emulator, arm.clock)
    for one in (arm, other):
        answer = one.put(one.path("corp"), gallery())
        assert answer.headers[RATES] == left("CreateUpdateGallery", 49, 299)
        assert answer.headers[f"{COUNTS}-writes"] == "199"
