"""What changes behind our back is shown exactly and healed."""

from __future__ import annotations

from pathlib import Path

from reconciler.emulator.settings import Durations
from reconciler.model.address import Kind
from reconciler.model.plan import Verb
from tests.support.estates import ESTATE, GALLERY, IMAGE, versions
from tests.support.workbench import Workbench, changed, only, workbench, writes


def test_a_changed_description_is_shown_and_healed(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    body = bench.live("/galleries/corp")
    properties = {**body["properties"], "description": "portal was here"}
    gallery = {"location": body["location"], "tags": body["tags"], "properties": properties}
    assert bench.gateway.put(Kind.GALLERY, body["id"], gallery).ok

    plan = bench.plan()

    assert writes(plan) == [("update", "corp")]
    assert changed(plan) == [("description", "portal was here", "Golden images")]
    bench.apply()
    assert bench.live("/galleries/corp")["properties"]["description"] == "Golden images"
    assert not bench.plan().pending


def test_a_dropped_region_is_shown_and_healed(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    body = bench.live("/versions/1.1.0")
    body["properties"]["safetyProfile"] = {"allowDeletionOfReplicatedLocations": True}
    assert bench.gateway.put(Kind.IMAGE_VERSION, body["id"], sendable(body)).ok
    body["properties"]["publishingProfile"]["targetRegions"] = [{"name": "westeurope", "regionalReplicaCount": 1}]
    assert bench.gateway.put(Kind.IMAGE_VERSION, body["id"], sendable(body)).ok

    plan = bench.plan()

    assert writes(plan) == [("update", "corp/ubuntu/1.1.0")]
    ((path, before, after),) = changed(plan)
    assert path == "publishingProfile.targetRegions[northeurope]"
    assert before is None
    assert after["regionalReplicaCount"] == 1
    bench.apply()
    regions = bench.live("/versions/1.1.0")["properties"]["publishingProfile"]["targetRegions"]
    assert [region["name"] for region in regions] == ["West Europe", "North Europe"]
    assert not bench.plan().pending


def test_a_removed_role_assignment_is_shown_and_healed(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    (grant,) = [key for key in bench.emulator.resources() if "roleAssignments" in key]
    assert bench.gateway.delete(Kind.ROLE_ASSIGNMENT, grant).ok

    plan = bench.plan()

    assert writes(plan) == [("create", "corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f")]
    bench.apply()
    assert grant in bench.emulator.resources()
    assert not bench.plan().pending


def test_nothing_is_written_when_nothing_differs(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    before = len(bench.written())

    report = bench.carry_out(bench.plan())

    assert not report.results
    assert len(bench.written()) == before


def test_an_operation_in_flight_is_waited_for_and_never_written_over(tmp_path: Path) -> None:
    with workbench(tmp_path, time_scale=1.0, durations=Durations(gallery=0, definition=0, version_create=3600)) as slow:
        slow.write(GALLERY + IMAGE)
        slow.apply()
        slow.write(GALLERY + IMAGE + versions("1.0.0"))
        (create,) = slow.plan().writes
        assert create.body is not None
        assert slow.gateway.put(Kind.IMAGE_VERSION, create.resource_id, create.body).ok
        slow.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=5"))

        plan = slow.plan()

        assert not plan.writes
        wait = only(plan, Verb.WAIT)
        assert [str(reason) for reason in wait.reasons] == ["OperationInFlight"]
        assert plan.pending == (wait,)


def sendable(body: dict[str, object]) -> dict[str, object]:
    """The writable part of an answer."""
    return {key: body[key] for key in ("location", "tags", "properties") if key in body}
