"""After a write: what the service did not keep is said once, and whoever undoes ours meanwhile is named as that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.executor.run import Progress
from reconciler.executor.task import Phase, Rules, Task
from reconciler.live.cloud import cloud_of
from reconciler.live.credential import StaticToken
from reconciler.live.gateway import Gateway
from reconciler.model.address import Kind
from reconciler.model.report import Outcome
from reconciler.reconcile import apply_pass
from tests.support.estates import ESTATE, GALLERY, IMAGE, versions
from tests.support.workbench import PACE, Workbench, workbench

STRATEGY = ", storageAccountStrategy: PreferStandard_ZRS"
RULES = Rules(pace=PACE)
FLAG = "allowDeletionOfReplicatedLocations"


def older(bench: Workbench, api_version: str) -> Workbench:
    """The same, spoken to in an api-version that does not know every field yet."""
    cloud = cloud_of("emulator", endpoint=bench.emulator.base_url)
    return replace(bench, gateway=Gateway(cloud, StaticToken(bench.emulator.token), api_version=api_version))


def test_a_value_that_the_service_did_not_keep_is_one_warning_with_its_path(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE)
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", more=STRATEGY))
    old = older(bench, "2024-03-03")

    report = old.carry_out(old.plan())

    result = report.results[-1]
    assert result.outcome is Outcome.SUCCEEDED
    assert result.warnings == (
        'Azure did not keep publishingProfile.storageAccountStrategy: sent "PreferStandard_ZRS", there absent',
    )
    assert sum(method == "PUT" and path.endswith("/versions/1.0.0") for method, path in bench.written()) == 1
    old.gateway.close()


def test_it_is_told_too_where_the_answer_to_the_write_was_lost(tmp_path: Path) -> None:
    slow = Durations(0, 0, 0, version_create=0.3, region_add=0.3, region_spread=0, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(GALLERY + IMAGE)
        bench.apply()
        bench.write(GALLERY + IMAGE + versions("1.0.0", more=STRATEGY))
        old = older(bench, "2024-03-03")
        bench.emulator.faults.add(Fault(method="PUT", path="/versions/1.0.0\\?", effect="cut", times=1))

        report = old.carry_out(old.plan())

        assert len(report.results[-1].warnings) == 1
        old.gateway.close()


def test_what_is_kept_is_not_warned_about_and_costs_no_request(bench: Workbench) -> None:
    bench.write(ESTATE)
    plan = bench.plan()
    before = len(bench.emulator.requests)

    report = bench.carry_out(plan, replace(RULES, watch_regions=False))

    assert not [warning for result in report.results for warning in result.warnings]
    gallery = [record for record in bench.emulator.requests[before:] if record.path.endswith("/galleries/corp")]
    assert [record.method for record in gallery] == ["GET", "PUT"]


def undoing(bench: Workbench, when: Callable[[Task], bool]) -> Callable[[Progress], None]:
    """Somebody else's pipeline writes the version as it was, once, as soon as a write of ours is taken."""
    done: list[int] = []

    def undo(progress: Progress) -> None:
        if done or not any(task.phase is not Phase.WRITE and when(task) for task in progress.looked):
            return
        live = bench.live("/versions/1.0.0")
        sent = {key: live[key] for key in ("location", "tags", "properties")}
        sent["properties"]["safetyProfile"][FLAG] = False
        assert bench.gateway.put(Kind.IMAGE_VERSION, live["id"], sent).ok
        done.append(1)

    return undo


def test_who_undoes_a_step_between_two_of_ours_is_told_as_contended(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1"))
    undo = undoing(bench, lambda task: task.action.words.startswith("allow regions"))

    report = apply_pass(bench.plan(), bench.gateway, RULES, on_progress=undo, stopping=threading.Event())

    first, second, third = report.results
    assert first.outcome is Outcome.SUCCEEDED
    assert (second.outcome, second.error_code) == (Outcome.FAILED, "Contended")
    assert f"safetyProfile.{FLAG} (we wrote true, it is false)" in second.why
    assert "find the other writer" in second.why
    assert third.outcome is Outcome.SKIPPED
    regions = bench.live("/versions/1.0.0")["properties"]["publishingProfile"]["targetRegions"]
    assert len(regions) == 2


def test_who_undoes_a_step_of_healing_is_told_as_contended_too(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.emulator.faults.add(Fault(effect="region_fails", region="northeurope"))
    undo = undoing(bench, lambda task: "allow regions" in task.note)

    report = apply_pass(bench.plan(), bench.gateway, RULES, on_progress=undo, stopping=threading.Event())

    result = report.results[-1]
    assert (result.outcome, result.error_code) == (Outcome.FAILED, "Contended")
    assert result.why.startswith("northeurope: ")
    assert "find the other writer" in result.why


def test_an_edit_elsewhere_between_two_steps_is_no_contention_and_stays(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1"))
    done: list[int] = []

    def edit(progress: Progress) -> None:
        if done or not any(task.phase is not Phase.WRITE for task in progress.looked):
            return
        live = bench.live("/versions/1.0.0")
        sent = {key: live[key] for key in ("location", "tags", "properties")}
        sent["tags"]["portal"] = "was here"
        assert bench.gateway.put(Kind.IMAGE_VERSION, live["id"], sent).ok
        done.append(1)

    report = apply_pass(bench.plan(), bench.gateway, RULES, on_progress=edit, stopping=threading.Event())

    assert {result.outcome for result in report.results} == {Outcome.SUCCEEDED}, report.results
    assert bench.live("/versions/1.0.0")["tags"]["portal"] == "was here"
