"""Rates: true counts in every answer, and 429 with the arithmetic of windows and buckets where it is enforced."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.emulator.faults import Fault
from tests.emulator.arm import Arm, gallery, refused

if TYPE_CHECKING:
    from collections.abc import Callable

RATES = "x-ms-ratelimit-remaining-resource"
READS = "x-ms-ratelimit-remaining-subscription-reads"


def left(header: str) -> dict[str, int]:
    pairs = (pair.removeprefix("Microsoft.Compute/").split(";") for pair in header.split(","))
    return {name: int(count) for name, count in pairs}


def test_each_request_leaves_one_less_in_both_windows_until_they_end(world: Callable[..., Arm]) -> None:
    # 4.5/3, 4.5/5
    arm = world()
    path = arm.gallery()
    seen = []
    for seconds in (0, 0, 180, 1_800):
        arm.clock.advance(seconds)
        seen.append(left(arm.get(path).headers[RATES]))
    assert seen == [
        {"GetGallery3Min": 349, "GetGallery30Min": 2_499},
        {"GetGallery3Min": 348, "GetGallery30Min": 2_498},
        {"GetGallery3Min": 349, "GetGallery30Min": 2_497},
        {"GetGallery3Min": 349, "GetGallery30Min": 2_499},
    ]


def test_rates_are_only_told_unless_they_are_enforced(world: Callable[..., Arm]) -> None:
    arm = world(rates={"GetGallery": (2, 2)})
    path = arm.gallery()
    answers = [arm.get(path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert left(answers[-1].headers[RATES]) == {"GetGallery3Min": 0, "GetGallery30Min": 0}


def test_over_the_limit_compute_says_how_much_was_allowed_and_when_to_come_back(world: Callable[..., Arm]) -> None:
    # 4.5/1
    arm = world(throttle=True, rates={"GetGallery": (2, 100)})
    path = arm.gallery()
    arm.get(path)
    arm.clock.advance(100)
    arm.get(path)
    answer = arm.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "80")
    assert answer.headers[RATES] == "Microsoft.Compute/GetGallery3Min;0"
    body = answer.json()
    assert body["code"] == "OperationNotAllowed", "the documented form has no outer error"
    told = json.loads(body["details"][0]["message"])
    assert body["details"][0]["target"] == told["operationGroup"] == "GetGallery3Min"
    assert (told["allowedRequestCount"], told["measuredRequestCount"]) == (2, 3)
    arm.clock.advance(80)
    assert arm.get(path).status_code == 200


def test_the_long_window_holds_when_the_short_one_is_over(world: Callable[..., Arm]) -> None:
    # 4.5/3
    arm = world(throttle=True, rates={"GetGallery": (2, 3)})
    path = arm.gallery()
    codes = []
    for _ in range(4):
        codes.append(arm.get(path).status_code)
        arm.clock.advance(180)
    assert codes == [200, 200, 200, 429]
    assert arm.get(path).headers["Retry-After"] == str(1_800 - 4 * 180)


def test_each_policy_and_subscription_has_windows_of_its_own(world: Callable[..., Arm]) -> None:
    arm = world(throttle=True, rates={"GetGallery": (1, 1)})
    path = arm.gallery()
    assert [arm.get(path).status_code for _ in range(2)] == [200, 429]
    assert arm.get(arm.path() + "/galleries").status_code == 200
    other = Arm(arm.emulator, arm.clock)
    assert other.get(other.gallery()).status_code == 200


def test_a_bucket_of_arm_empties_and_refills_with_time(world: Callable[..., Arm]) -> None:
    # 4.5/16
    arm = world()
    arm.emulator.faults.add(Fault(effect="throttle", policy="reads", limit=3))
    url = f"/subscriptions/{arm.subscription}"
    answers = [arm.get(url, api="2022-12-01") for _ in range(4)]
    assert [answer.headers[READS] for answer in answers] == ["2", "1", "0", "0"]
    refused(answers[-1], 429, "SubscriptionRequestsThrottled")
    assert answers[-1].headers["x-ms-failure-cause"] == "gateway"
    assert RATES not in answers[-1].headers
    assert answers[-1].headers["retry-after-ms"] == "40"
    arm.clock.advance(0.1)
    assert [arm.get(url, api="2022-12-01").status_code for _ in range(3)] == [200, 200, 429]


def test_waiting_times_scale_with_emulated_time(world: Callable[..., Arm]) -> None:
    arm = world(throttle=True, time_scale=0.01, rates={"GetGallery": (0, 100)})
    answer = arm.get(arm.path("corp"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")


def test_a_refused_request_does_nothing(world: Callable[..., Arm]) -> None:
    arm = world(throttle=True, rates={"CreateUpdateGallery": (0, 0)})
    assert arm.put(arm.path("corp"), gallery()).status_code == 429
    assert not arm.emulator.resources()
