"""Versions are asked for their regions when the answer may have changed or matters most; the rest is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.model.address import Address
from reconciler.model.replication import Seen
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource
from reconciler.planner.asking import MOST_ASKED, Memory, asking
from reconciler.planner.fingerprint import fingerprint

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DONE = (RegionProgress("westeurope", "Completed", 100),)


def version(name: str, *, image: str = "ubuntu", subscription: str = "s", excluded: bool = False) -> LiveResource:
    profile = {"excludeFromLatest": excluded, "targetRegions": {"westeurope": {"name": "westeurope"}}}
    address = Address(subscription, "g", "corp", image, name)
    return LiveResource(address, {"publishingProfile": profile}, address.resource_id, "Succeeded")


def seen(
    live: LiveResource, *, ago: timedelta = timedelta(hours=1), regions: tuple[RegionProgress, ...] = DONE
) -> Seen:
    return Seen(fingerprint(live), regions, NOW - ago)


OLD, OLDER, LATEST = version("1.0.1"), version("1.0.0"), version("1.0.10")
ALL = (OLD, OLDER, LATEST)


def memory(*lives: LiveResource) -> dict[str, Seen]:
    return {live.address.key: seen(live) for live in lives}


def test_what_was_seen_complete_is_believed_but_latest_is_asked_every_time() -> None:
    order = asking(ALL, Memory(memory(*ALL), NOW))
    assert order.first == (LATEST.address,)
    assert set(order.then) == {OLD.address, OLDER.address}
    assert order.believed[OLD.address].regions == DONE


def test_nothing_remembered_means_everything_is_asked_the_latest_first() -> None:
    order = asking(ALL, Memory({}, NOW))
    assert order.first == (LATEST.address, OLDER.address, OLD.address)
    assert order.then == ()


@pytest.mark.parametrize(
    "known",
    [
        seen(OLD, ago=timedelta(hours=24)),
        seen(OLD, ago=timedelta(seconds=-1)),
        replace(seen(OLD), mark="other"),
        seen(OLD, regions=()),
        seen(OLD, regions=(*DONE, RegionProgress("northeurope", "Replicating", 40))),
        seen(OLD, regions=(*DONE, RegionProgress("northeurope", "Unknown"))),
    ],
    ids=["a day old", "from the future", "another version since", "no regions", "not complete", "unknown"],
)
def test_what_may_have_changed_is_asked_again(known: Seen) -> None:
    order = asking(ALL, Memory({**memory(LATEST, OLDER), OLD.address.key: known}, NOW))
    assert OLD.address in order.first
    assert OLD.address not in order.believed


def test_a_memory_is_believed_for_just_under_a_day() -> None:
    order = asking(ALL, Memory({OLD.address.key: seen(OLD, ago=timedelta(hours=24) - timedelta(seconds=1))}, NOW))
    assert OLD.address in order.believed


def test_of_what_is_believed_the_oldest_comes_first() -> None:
    known = {OLD.address.key: seen(OLD, ago=timedelta(hours=5)), OLDER.address.key: seen(OLDER)}
    assert asking(ALL, Memory(known, NOW)).then == (OLD.address, OLDER.address)
    known = {OLD.address.key: seen(OLD), OLDER.address.key: seen(OLDER, ago=timedelta(hours=5))}
    assert asking(ALL, Memory(known, NOW)).then == (OLDER.address, OLD.address)


def test_latest_is_the_highest_number_that_is_not_excluded_in_each_definition() -> None:
    hidden, other = version("2.0.0", excluded=True), version("0.1.0", image="win")
    order = asking((*ALL, hidden, other), Memory(memory(*ALL, hidden, other), NOW))
    assert set(order.first) == {LATEST.address, other.address}


def test_resources_of_other_kinds_have_no_regions_to_ask_for() -> None:
    gallery = LiveResource(Address("s", "g", "corp"), {}, "/x", "Succeeded")
    assert asking((gallery,), Memory({}, NOW)).first == ()


def test_one_look_asks_a_minutes_worth_and_the_latest_are_in_it() -> None:
    many = [version(f"1.0.{number}") for number in range(MOST_ASKED + 50)]
    asked = asking(many, Memory({}, NOW)).chosen(lambda _: 5)
    assert len(asked) == MOST_ASKED
    assert asked[0] == many[-1].address


def test_what_is_believed_is_asked_only_where_nobody_has_to_wait_for_it() -> None:
    many = [version(f"1.0.{number}") for number in range(10)]
    order = asking(many, Memory(memory(*many), NOW))
    assert len(order.chosen(lambda _: 0)) == 1
    assert len(order.chosen(lambda _: 5)) == 5
    assert order.chosen(lambda _: 5)[:1] == order.first


def test_each_subscription_counts_for_itself() -> None:
    mine = [version(f"1.0.{number}", subscription="A") for number in range(4)]
    other = [version(f"1.0.{number}", subscription="b") for number in range(4)]
    asked = asking((*mine, *other), Memory(memory(*mine, *other), NOW)).chosen({"a": 3, "b": 0}.__getitem__)
    assert [address.subscription for address in asked].count("A") == 3
    assert [address.subscription for address in asked].count("b") == 1
