"""What Azure says about its limits counts for every thread, as long as it said, and for nothing else."""

from __future__ import annotations

import pytest

from reconciler.live.answer import Answer
from reconciler.live.throttle import LOW, REMAINING, Throttle

SUB = "/subscriptions/1"
VERSIONS = f"{SUB}/resourceGroups/g/providers/Microsoft.Compute/galleries/c/images/u/versions"
VERSION, GALLERY = f"{VERSIONS}/1.0.0", f"{SUB}/resourceGroups/g/providers/Microsoft.Compute/galleries/c"
COMPUTE = {"retry-after": "30", REMAINING: "Microsoft.Compute/CreateUpdateGalleryImageVersion3Min;0"}


class Desk:
    """A throttle and the clock it goes by."""

    def __init__(self, scale: float = 1.0) -> None:
        self.now = 100.0
        self.throttle = Throttle(lambda: self.now, scale)

    def held(self, method: str, url: str) -> float:
        return round(self.throttle.held(method, url), 3)


@pytest.mark.parametrize(
    ("method", "url", "held"),
    [
        ("PUT", f"https://host{VERSION}?api-version=1", 30),
        ("PUT", VERSION.replace("1.0.0", "2.0.0").replace("/c/", "/other/"), 30),
        ("GET", VERSION, 0),
        ("DELETE", VERSION, 0),
        ("PUT", GALLERY, 0),
        ("PUT", VERSION.replace("/1/", "/2/"), 0),
    ],
)
def test_compute_closes_the_door_for_requests_of_one_sort(method: str, url: str, held: float) -> None:
    desk = Desk()
    desk.throttle.observe("PUT", VERSION, Answer(429, None, COMPUTE))
    assert desk.held(method, url) == held


@pytest.mark.parametrize(
    ("method", "url", "held"),
    [("PUT", GALLERY, 5), ("POST", f"{GALLERY}/share", 5), ("GET", VERSION, 0), ("DELETE", GALLERY, 0)],
)
def test_the_gateway_in_front_closes_it_for_one_direction_of_a_subscription(method: str, url: str, held: float) -> None:
    desk = Desk()
    desk.throttle.observe("PUT", VERSION, Answer(429, None, {"retry-after": "5"}))
    assert desk.held(method, url) == held


def test_lists_and_single_reads_have_doors_of_their_own() -> None:
    desk = Desk()
    desk.throttle.observe("GET", f"{VERSIONS}?api-version=1", Answer(429, None, COMPUTE))
    assert desk.held("GET", VERSIONS) == 30
    assert desk.held("GET", VERSION) == 0


def test_a_door_opens_when_the_time_is_over_and_a_later_word_only_prolongs_it() -> None:
    desk = Desk()
    desk.throttle.observe("PUT", VERSION, Answer(429, None, COMPUTE))
    desk.now += 10
    desk.throttle.observe("PUT", VERSION, Answer(429, None, {**COMPUTE, "retry-after": "2"}))
    assert desk.held("PUT", VERSION) == 20
    desk.now += 20
    assert desk.held("PUT", VERSION) == 0


def test_without_advice_it_waits_a_second_and_no_advice_counts_for_ever() -> None:
    desk = Desk()
    desk.throttle.observe("PUT", VERSION, Answer(429))
    assert desk.held("PUT", VERSION) == 1
    desk.throttle.observe("PUT", VERSION, Answer(503, None, {"retry-after": "86400"}))
    assert desk.held("PUT", VERSION) == 300


@pytest.mark.parametrize("status", [200, 404, 409, 500, 503])
def test_any_other_answer_closes_nothing(status: int) -> None:
    desk = Desk()
    desk.throttle.observe("PUT", VERSION, Answer(status))
    assert desk.held("PUT", VERSION) == 0


@pytest.mark.parametrize(
    ("left", "scale", "held"),
    [
        (f"Microsoft.Compute/X3Min;{LOW},Microsoft.Compute/X30Min;{LOW}", 1.0, 0),
        (f"Microsoft.Compute/X3Min;{LOW - 1},Microsoft.Compute/X30Min;900", 1.0, 3.6),
        ("Microsoft.Compute/X3Min;90,Microsoft.Compute/X30Min;0", 1.0, 6),
        ("Microsoft.Compute/X3Min;0,Microsoft.Compute/X30Min;0", 0.0, 0),
        ("nonsense;;", 1.0, 0),
    ],
)
def test_near_the_end_of_a_window_requests_come_one_by_one(left: str, scale: float, held: float) -> None:
    desk = Desk(scale)
    desk.throttle.observe("PUT", VERSION, Answer(200, {}, {REMAINING: left}))
    assert desk.held("PUT", VERSION) == held
