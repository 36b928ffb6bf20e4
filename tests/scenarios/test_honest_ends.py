"""Done is what was seen done: not what an answer leaves open, not what somebody else did, not what was never taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.executor.run import Run
from reconciler.executor.task import Rules, Wait
from reconciler.model.address import Kind
from reconciler.model.report import ActionResult, Outcome, Report
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import PACE, Workbench, workbench

UNADDRESSED = {"Azure-AsyncOperation": "", "Location": ""}
SLOW = Durations(
    gallery=20, definition=20, version_create=20, region_add=20, region_spread=0, version_write=20, version_delete=20
)
ESTATE = GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1")


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Workbench]:
    """An emulator where every operation takes a fifth of a second."""
    with workbench(tmp_path, time_scale=0.01, durations=SLOW) as bench:
        yield bench


def states(bench: Workbench) -> set[Any]:
    return {body["properties"].get("provisioningState") for body in bench.emulator.resources().values()}


def through(report: Report) -> bool:
    return all(result.outcome is Outcome.SUCCEEDED for result in report.results)


def begun_and_lost(bench: Workbench) -> Run:
    """A run whose one write was dropped on its way, a moment before it looks what became of that."""
    bench.emulator.faults.add(Fault(method="PUT", effect="drop", times=1))
    run = Run(bench.plan(), bench.gateway, Rules(pace=replace(PACE, first_retry=0.3, longest_retry=0.3)))
    while not [one for one in bench.emulator.requests if one.method == "PUT" and one.status == 0]:
        run.step()
        run.wait(0.05)
    return run


def ended(run: Run) -> ActionResult:
    """The result of the one action of a run, at its end."""
    while not run.done:
        run.step()
        run.wait(0.05)
    run.close()
    (result,) = run.report().results
    return result


@pytest.mark.parametrize("wait", [Wait.PROVISIONED, Wait.REPLICATED])
def test_what_was_accepted_without_an_address_is_read_until_it_is_done(slow: Workbench, wait: Wait) -> None:
    slow.write(ESTATE)
    plan = slow.plan()
    slow.emulator.faults.add(Fault(method="PUT", headers=UNADDRESSED))

    report = slow.carry_out(plan, Rules(wait, PACE))

    assert through(report), report.results
    assert states(slow) == {"Succeeded"}


def test_what_was_to_be_deleted_is_read_until_it_is_gone(slow: Workbench) -> None:
    slow.write(ESTATE)
    slow.apply()
    slow.write(GALLERY)
    plan = slow.plan(prune=True, allow_last_version=frozenset())
    slow.emulator.faults.add(Fault(method="DELETE", headers=UNADDRESSED))

    report = slow.carry_out(plan, Rules(pace=PACE))

    assert through(report), report.results
    assert slow.ids() == ["corp"]


def test_what_somebody_else_does_is_not_taken_for_a_write_that_was_lost(slow: Workbench) -> None:
    slow.write(ESTATE)
    slow.apply()
    body = slow.live("/versions/1.0.0")
    slow.write(ESTATE.replace("westeurope=1", "westeurope=2"))
    (update,) = slow.plan().writes
    run = begun_and_lost(slow)
    theirs = {
        "location": body["location"],
        "tags": {**body["tags"], "scanned": "yes"},
        "properties": body["properties"],
    }
    assert slow.gateway.put(Kind.IMAGE_VERSION, update.resource_id, theirs).ok

    result = ended(run)
    live = slow.live("/versions/1.0.0")
    replicas = live["properties"]["publishingProfile"]["targetRegions"][0]["regionalReplicaCount"]
    assert (result.outcome is Outcome.SUCCEEDED) == (replicas == 2), result
    assert live["tags"]["scanned"] == "yes"
    assert not result.warnings


def test_what_somebody_else_made_meanwhile_is_not_a_create_of_ours(slow: Workbench) -> None:
    slow.write(GALLERY)
    (create,) = slow.plan().writes
    run = begun_and_lost(slow)
    assert slow.gateway.put(Kind.GALLERY, create.resource_id, {"location": "westeurope", "properties": {}}).ok

    result = ended(run)
    assert (result.outcome, result.error_code) == (Outcome.FAILED, "Precondition")
    assert "tags" not in slow.live("/galleries/corp")


def test_what_was_never_taken_within_its_time_has_failed(slow: Workbench) -> None:
    slow.write(GALLERY)
    plan = slow.plan()
    slow.emulator.faults.add(Fault(method="PUT", status=429, code="TooManyRequests", headers={"Retry-After": "0"}))

    (result,) = slow.carry_out(plan, Rules(pace=replace(PACE, other_limit=0.3))).results

    assert (result.outcome, result.error_code) == (Outcome.FAILED, "TimeLimit")
    assert result.why == "not taken by Azure within the time limit: HTTP 429 TooManyRequests"


def test_only_what_azure_has_accepted_is_left_to_it_where_nobody_waits(slow: Workbench) -> None:
    slow.write(ESTATE)

    results = slow.carry_out(slow.plan(), Rules(Wait.NONE, PACE)).results

    def left(result: ActionResult) -> bool:
        return result.outcome is Outcome.PENDING and result.accepted

    assert [left(result) for result in results] == [result.address.kind is Kind.IMAGE_VERSION for result in results]
