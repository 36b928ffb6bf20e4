"""How much a subscription may have in a region, and what one more is answered."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts, Limits
from tests.emulator.arm import Arm, definition, gallery, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = Limits(galleries=1, definitions=1, versions=1)
OTHER = {"identifier": {"publisher": "Corp", "offer": "Other", "sku": "x"}}
SECOND: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "Gallery": (("second",), gallery()),
    "Gallery Image": (("corp", "second"), definition(**OTHER)),
    "Gallery Image Version": (("corp", "ubuntu", "2.0.0"), version()),
}


@pytest.mark.parametrize("label", SECOND)
@pytest.mark.parametrize("answers", [{}, {"4.4/6": (400, "QuotaExceeded")}])
def test_one_more_than_the_quota_is_refused(
    world: Callable[..., Arm], label: str, answers: dict[str, tuple[int, str]]
) -> None:
    # 4.4/6, 6/1-6/3
    arm = world(limits=ONE, doubts=Doubts(answers=answers))
    arm.version()
    names, body = SECOND[label]
    message = refused(arm.put(arm.path(*names), body), *answers.get("4.4/6", (409, "OperationNotAllowed")))
    assert message == (
        f"Operation could not be completed as it results in exceeding approved {label} quota. Location: westeurope, "
        "current limit: 1, current usage: 1."
    )
    assert arm.get(arm.path(*names)).status_code == 404


def test_a_quota_is_one_of_region_and_subscription(world: Callable[..., Arm]) -> None:
    # 6/1-6/3
    arm = world(limits=ONE)
    arm.version()
    elsewhere = {"location": "uksouth"}
    arm.made(arm.path("second"), gallery() | elsewhere)
    arm.made(arm.path("corp", "second"), definition(**OTHER) | elsewhere)
    arm.made(arm.path("corp", "ubuntu", "2.0.0"), version(["uksouth"]) | elsewhere)
    other = Arm(arm.emulator, arm.clock)
    other.version()


def test_what_is_there_can_be_written_at_its_quota_and_what_is_deleted_makes_room(world: Callable[..., Arm]) -> None:
    # 6/3
    arm = world(limits=ONE)
    path = arm.version()
    arm.made(path, version())
    arm.delete(path)
    second = arm.path("corp", "ubuntu", "2.0.0")
    refused(arm.put(second, version()), 409, "OperationNotAllowed")
    arm.clock.advance(90)
    assert arm.put(second, version()).status_code == 201


def test_a_state_file_of_before_quotas_is_counted_too(world: Callable[..., Arm]) -> None:
    # 6/3
    from reconciler.emulator.serve import start

    arm = world(limits=ONE)
    arm.version()
    arm.emulator.close()
    with contextlib.closing(sqlite3.connect(arm.emulator.settings.state)) as database:
        database.execute("DROP INDEX by_location")
    with start(arm.emulator.settings, clock=arm.clock) as again:
        arm.emulator = again
        refused(arm.put(arm.path("corp", "ubuntu", "2.0.0"), version()), 409, "OperationNotAllowed")
