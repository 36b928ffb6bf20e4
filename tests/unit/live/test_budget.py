"""Versions are asked for their replication at most five times a second, whoever asks."""

from __future__ import annotations

import threading

import pytest

from reconciler.live.budget import BURST, LEFT_TO_OTHERS, PER_SECOND, Budget


class Desk:
    """A budget and the clock it goes by."""

    def __init__(self, scale: float = 1.0) -> None:
        self.now = 1000.0
        self.budget = Budget(lambda: self.now, scale)


def test_a_burst_is_free_and_then_turns_come_five_a_second() -> None:
    desk = Desk()
    assert [desk.budget.take("s") for _ in range(BURST)] == [0.0] * BURST
    assert desk.budget.take("s") == pytest.approx(0.2)
    desk.now += 0.2
    assert desk.budget.take("s") == 0.0
    assert desk.budget.take("s") > 0


def test_never_more_than_five_a_second_over_any_while() -> None:
    desk, taken = Desk(), 0
    for _ in range(1000):
        taken += desk.budget.take("s") == 0.0
        desk.now += 0.01
    assert BURST + 10 * PER_SECOND - 2 <= taken <= BURST + 10 * PER_SECOND


def test_who_reserves_waits_in_line() -> None:
    desk = Desk()
    waits = [desk.budget.reserve("s") for _ in range(BURST + 3)]
    assert waits[:BURST] == [0.0] * BURST
    assert waits[BURST:] == pytest.approx([0.2, 0.4, 0.6])


def test_turns_not_taken_are_kept_up_to_a_burst_and_no_more() -> None:
    desk = Desk()
    for _ in range(BURST):
        desk.budget.take("s")
    desk.now += 3600
    assert sum(desk.budget.take("s") == 0.0 for _ in range(3 * BURST)) == BURST


def test_each_subscription_has_its_own_however_it_is_spelt() -> None:
    desk = Desk()
    for _ in range(BURST):
        desk.budget.take("ABC")
    assert desk.budget.take("abc") > 0
    assert desk.budget.take("other") == 0.0


def test_who_would_only_like_an_answer_leaves_turns_to_who_needs_one() -> None:
    desk = Desk()
    spare = [desk.budget.take("s", spare=True) for _ in range(BURST)]
    assert spare.count(0.0) == BURST - LEFT_TO_OTHERS
    assert desk.budget.take("s") == 0.0
    wait = desk.budget.take("s", spare=True)
    desk.now += wait + 0.001
    assert desk.budget.take("s", spare=True) == 0.0


def test_a_refused_turn_is_not_used_up() -> None:
    desk = Desk()
    for _ in range(BURST):
        desk.budget.take("s")
    first = desk.budget.take("s")
    assert desk.budget.take("s") == first


def test_it_follows_the_scale_of_time_and_is_no_limit_where_time_does_not_run() -> None:
    desk = Desk(scale=0.1)
    for _ in range(BURST):
        desk.budget.take("s")
    assert desk.budget.take("s") == pytest.approx(0.02)
    free = Desk(scale=0.0)
    assert [free.budget.take("s") for _ in range(1000)] == [0.0] * 1000
    assert free.budget.reserve("s") == 0.0


def test_threads_share_the_turns() -> None:
    desk = Desk()
    taken: list[bool] = []

    def ask() -> None:
        taken.extend(desk.budget.take("s") == 0.0 for _ in range(200))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == BURST


def test_it_tells_how_many_may_be_asked_without_a_wait() -> None:
    desk = Desk()
    assert desk.budget.left("s") == BURST
    desk.budget.take("S")
    assert desk.budget.left("s") == BURST - 1
    for _ in range(BURST):
        desk.budget.reserve("s")
    assert desk.budget.left("s") == 0
    desk.now += 0.2 * 3
    assert desk.budget.left("s") == 2
    desk.now += 3600
    assert desk.budget.left("s") == BURST
    assert Budget(lambda: 0.0, 0.0).left("s") == BURST
