from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import Arm, version

if TYPE_CHECKING:
    from collections.abc import Callable

REGIONS = ["northeurope", "westeurope", "uksouth"]


def status_of(arm: Arm, path: str) -> dict[str, Any]:
    found: dict[str, Any] = arm.properties(path, query="&$expand=ReplicationStatus")["replicationStatus"]
    return found


def states(arm: Arm, path: str) -> list[str]:
    return [region["state"] for region in status_of(arm, path)["summary"]]


@pytest.mark.recorded("3.6/3")
def test_replication_status_shows_only_when_asked_for(arm: Arm) -> None:
    # 2.4/32, 3.6/1
    path = arm.version()
    assert "replicationStatus" not in arm.properties(path)
    assert status_of(arm, path) == {
        "aggregatedState": "Completed",
        "summary": [{"region": "West Europe", "state": "Completed", "details": "", "progress": 100}],
    }
    assert "replicationStatus" in arm.properties(path, query="&$expand=ValidationProfile,ReplicationStatus")


def test_regions_finish_one_after_another_home_first(arm: Arm) -> None:
    # 3.6/3, 3.3
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    arm.put(path, version(REGIONS))
    seen = []
    for _ in range(4):
        seen.append((states(arm, path), arm.properties(path)["provisioningState"]))
        arm.clock.advance(240 if len(seen) == 1 else 60)
    replicating, completed = "Replicating", "Completed"
    assert seen == [
        ([replicating, replicating, replicating], "Creating"),
        ([replicating, completed, replicating], "Creating"),
        ([completed, completed, replicating], "Creating"),
        ([completed, completed, completed], "Succeeded"),
    ]


def test_progress_grows_with_time_and_is_complete_only_at_the_end(arm: Arm) -> None:
    # 3.6/3
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    arm.put(path, version())
    seen = []
    for _ in range(5):
        [region] = status_of(arm, path)["summary"]
        seen.append(region["progress"])
        arm.clock.advance(60)
    assert seen == [0, 25, 50, 75, 100]


@pytest.mark.recorded("3.2/5")
def test_a_region_that_is_added_replicates_and_the_others_stay_complete(arm: Arm) -> None:
    # 7/8
    path = arm.version()
    arm.put(path, version(["westeurope", "uksouth"]))
    assert states(arm, path) == ["Completed", "Replicating"]
    assert status_of(arm, path)["aggregatedState"] == "InProgress"
    arm.clock.advance(419)
    assert arm.properties(path)["provisioningState"] == "Updating"
    arm.clock.advance(1)
    assert states(arm, path) == ["Completed", "Completed"]
    assert arm.properties(path)["provisioningState"] == "Succeeded"


@pytest.mark.recorded("3.2/5", "3.4/7")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_write_that_changes_nothing_still_takes_its_time(arm: Arm, method: str) -> None:
    path = arm.version()
    before = arm.properties(path)
    answer = arm.call(method, path, version())
    arm.clock.advance(149)
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    assert arm.properties(path)["provisioningState"] == "Updating"
    arm.clock.advance(1)
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"
    assert arm.properties(path) == before


def test_a_region_may_lag_behind_the_operation(world: Callable[..., Arm]) -> None:
    # 3.3
    arm = world(doubts=Doubts(replication_lag=600))
    arm.definition()
    path = arm.path("corp", "ubuntu", "1.0.0")
    arm.put(path, version(["westeurope", "uksouth"]))
    arm.clock.advance(300)
    assert arm.properties(path)["provisioningState"] == "Succeeded"
    assert states(arm, path) == ["Completed", "Replicating"]
    arm.clock.advance(600)
    assert states(arm, path) == ["Completed", "Completed"]


def test_a_list_carries_no_replication_status(arm: Arm) -> None:
    # 3.6/3
    arm.version()
    [item] = arm.get(arm.path("corp", "ubuntu") + "/versions", query="&$expand=ReplicationStatus").json()["value"]
    assert "replicationStatus" not in item["properties"]
