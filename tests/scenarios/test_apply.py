"""Carrying a plan out: retries what passes, stops at what does not, overwrites nothing, tells every outcome."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Doubts, Durations
from reconciler.executor.run import Progress, Run
from reconciler.executor.task import Pace, Rules, Wait
from reconciler.model.address import Kind
from reconciler.model.plan import Plan, Reason
from reconciler.model.report import ActionResult, Outcome, Report
from reconciler.reconcile import apply_pass
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.workbench import PACE, Workbench, changed, short, workbench, writes

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")


def outcomes(report: Report) -> dict[str, Outcome]:
    return {short(result.address): result.outcome for result in report.results}


def of(report: Report, address: str) -> ActionResult:
    return next(result for result in report.results if short(result.address) == address)


def puts(bench: Workbench, path: str) -> int:
    return sum(1 for method, written in bench.written() if method == "PUT" and written.endswith(path))


def test_a_failed_branch_is_told_its_dependents_skipped_and_the_others_done(bench: Workbench) -> None:
    bench.write(ALL)
    bench.emulator.faults.add(
        Fault(method="PUT", path="/images/ubuntu\\?", status=400, code="InvalidParameter", message="bad")
    )

    report = bench.carry_out(bench.plan())

    assert outcomes(report) == {
        "corp": Outcome.SUCCEEDED,
        "corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f": Outcome.SUCCEEDED,
        "corp/ubuntu": Outcome.FAILED,
        "corp/ubuntu/1.0.0": Outcome.SKIPPED,
        "corp/ubuntu/1.1.0": Outcome.SKIPPED,
    }
    assert of(report, "corp/ubuntu").error_code == "InvalidParameter"
    assert of(report, "corp/ubuntu/1.0.0").why == "because create rg-images/corp/ubuntu failed"
    bench.emulator.faults.clear()
    bench.apply()
    assert not bench.plan().pending


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, code="TooManyRequests", headers={"Retry-After": "0"}, times=2),
        Fault(status=503, code="ServiceUnavailable", times=2),
        Fault(status=500, times=2),
        Fault(status=409, code="Conflict", times=2),
        Fault(effect="drop", times=2),
        Fault(effect="cut", times=1),
        Fault(status=400, code="PrincipalNotFound", times=3),
    ],
    ids=lambda fault: f"{fault.effect}-{fault.status or 0}",
)
@pytest.mark.parametrize("path", ["/galleries/corp\\?", "/versions/1.0.0\\?", "/roleAssignments/"])
def test_what_passes_is_tried_again_until_it_is_done_once(bench: Workbench, fault: Fault, path: str) -> None:
    bench.write(ALL)
    bench.emulator.faults.add(replace(fault, method="PUT", path=path))

    report = bench.carry_out(bench.plan())

    assert set(outcomes(report).values()) == {Outcome.SUCCEEDED}, report.results
    assert not bench.plan().pending


def test_a_write_whose_answer_was_lost_is_followed_and_not_sent_twice(bench: Workbench) -> None:
    bench.write(ALL)
    bench.emulator.faults.add(Fault(method="PUT", path="/versions/1.0.0\\?", effect="cut", times=1))

    report = bench.carry_out(bench.plan())

    assert of(report, "corp/ubuntu/1.0.0").outcome is Outcome.SUCCEEDED
    assert puts(bench, "/versions/1.0.0") == 1


@pytest.mark.parametrize("code", ["ScopeLocked", "InvalidParameter", "AuthorizationFailed", "QuotaExceeded"])
def test_what_does_not_pass_is_sent_once(bench: Workbench, code: str) -> None:
    status = {"ScopeLocked": 409, "InvalidParameter": 400, "AuthorizationFailed": 403, "QuotaExceeded": 409}[code]
    bench.write(GALLERY)
    bench.emulator.faults.add(Fault(method="PUT", path="/galleries/corp\\?", status=status, code=code, message="no"))

    report = bench.carry_out(bench.plan())

    assert of(report, "corp").outcome is Outcome.FAILED
    assert of(report, "corp").error_code == code
    assert puts(bench, "/galleries/corp") == 1


def test_a_fault_that_stays_ends_in_a_failure_not_in_a_hang(bench: Workbench) -> None:
    bench.write(GALLERY)
    bench.emulator.faults.add(Fault(method="PUT", status=500))

    report = bench.carry_out(bench.plan(), Rules(pace=Pace(first_retry=0.001, longest_retry=0.01, attempts=4)))

    assert of(report, "corp").outcome is Outcome.FAILED
    assert puts(bench, "/galleries/corp") == 4


def test_a_lost_operation_is_followed_by_the_resources_own_state(bench: Workbench) -> None:
    bench.write(ALL)
    bench.emulator.faults.add(Fault(method="GET", path="capsOperations", status=404, code="NotFound"))

    report = bench.carry_out(bench.plan())

    assert set(outcomes(report).values()) == {Outcome.SUCCEEDED}


def test_what_changed_since_the_plan_is_not_written_over(bench: Workbench) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(ALL.replace("Golden", "New"))
    plan = bench.plan()
    body = bench.live("/galleries/corp")
    bench.gateway.put(
        Kind.GALLERY,
        body["id"],
        {
            "location": body["location"],
            "tags": {**body["tags"], "portal": "1"},
            "properties": {"description": "Portal"},
        },
    )

    report = bench.carry_out(plan)

    assert of(report, "corp").outcome is Outcome.FAILED
    assert "plan again" in of(report, "corp").why
    assert bench.live("/galleries/corp")["properties"]["description"] == "Portal"


def test_the_same_plan_twice_is_refused_by_its_fingerprints(bench: Workbench) -> None:
    bench.write(GALLERY)
    plan = bench.plan()
    assert set(outcomes(bench.carry_out(plan)).values()) == {Outcome.SUCCEEDED}

    again = bench.carry_out(plan)

    assert of(again, "corp").error_code == "Precondition"
    assert puts(bench, "/galleries/corp") == 1


def test_a_parent_is_deleted_although_the_gateway_still_sees_its_child(tmp_path: Path) -> None:
    quick = Durations(0, 0, 0, 0, 0, 0, 0, 0, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=quick, doubts=Doubts(parent_cache_lag=0.5)) as bench:
        bench.write(ALL)
        bench.apply()
        bench.write("apiVersion: gallery-reconciler/v1\nkind: Defaults\nspec: {location: westeurope}\n")

        report = bench.apply(prune=True, allow_empty=True)

        assert report.count(Outcome.SUCCEEDED) == 5
        refused = [record for record in bench.emulator.requests if record.method == "DELETE" and record.status == 409]
        assert refused, "the gateway never said 409: the scenario shows nothing"
        assert not bench.emulator.resources()


def test_replication_that_failed_in_a_region_is_a_failure_with_its_name(tmp_path: Path) -> None:
    with workbench(tmp_path, failing_regions=("northeurope",)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))

        report = bench.carry_out(bench.plan())

        result = of(report, "corp/ubuntu/1.0.0")
        assert result.outcome is Outcome.FAILED
        assert "northeurope" in result.why
        failed = bench.plan()
        assert writes(failed) == [("update", "corp/ubuntu/1.0.0")]
        assert failed.writes[0].reasons == (Reason.IN_FAILED_STATE,)
        assert changed(failed) == [("provisioningState", "Failed", "Succeeded")]


@pytest.mark.parametrize(("wait", "complete"), [(Wait.REPLICATED, True), (Wait.PROVISIONED, False)])
def test_replicated_means_that_every_region_says_completed(tmp_path: Path, wait: Wait, complete: bool) -> None:  # noqa: FBT001
    quick = Durations(0, 0, 0, 0, 0, 0, 0, 0, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=quick, doubts=Doubts(replication_lag=0.8)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))

        report = bench.carry_out(bench.plan(), Rules(wait=wait, pace=PACE))

        result = of(report, "corp/ubuntu/1.0.0")
        assert result.outcome is Outcome.SUCCEEDED
        states = {region.region: region.state for region in result.regions}
        assert (states == {"westeurope": "Completed", "northeurope": "Completed"}) is complete


def test_without_waiting_a_version_is_accepted_and_pending(tmp_path: Path) -> None:
    with workbench(tmp_path, time_scale=1.0, durations=Durations(gallery=0, definition=0)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))

        report = bench.carry_out(bench.plan(), Rules(wait=Wait.NONE, pace=PACE))

        assert of(report, "corp/ubuntu/1.0.0").outcome is Outcome.PENDING
        assert bench.live("/versions/1.0.0")["properties"]["provisioningState"] == "Creating"


def test_regions_are_seen_moving_while_the_operation_runs(tmp_path: Path) -> None:
    with workbench(tmp_path, time_scale=0.005, durations=Durations(gallery=0, definition=0)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        seen: list[tuple[int, ...]] = []

        def watch(progress: Progress) -> None:
            seen.extend(tuple(region.progress for region in task.regions) for task in progress.looked if task.regions)

        apply_pass(
            bench.plan(),
            bench.gateway,
            Rules(pace=PACE),
            on_progress=watch,
            stopping=threading.Event(),
        )

        assert len(set(seen)) >= 3, seen
        assert seen == sorted(seen)


def test_a_stop_starts_nothing_new_and_parks_what_runs(tmp_path: Path) -> None:
    with workbench(tmp_path, time_scale=1.0, durations=Durations(gallery=0, definition=0)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        stopping = threading.Event()

        def watch(progress: Progress) -> None:
            if any(task.action.address.kind is Kind.IMAGE_VERSION for task in progress.looked):
                stopping.set()

        report = apply_pass(bench.plan(), bench.gateway, Rules(pace=PACE), on_progress=watch, stopping=stopping)

        assert report.interrupted
        assert of(report, "corp/ubuntu/1.0.0").outcome is Outcome.PENDING
        stopping.set()
        bench.write(GALLERY + ACCESS + IMAGE + versions("1.0.0"))
        nothing = apply_pass(
            bench.plan(),
            bench.gateway,
            Rules(pace=PACE),
            on_progress=lambda _: None,
            stopping=stopping,
        )
        assert {result.outcome for result in nothing.results} == {Outcome.UNATTEMPTED}


def test_a_step_never_blocks(bench: Workbench) -> None:
    bench.write(ALL)
    plan: Plan = bench.plan()
    bench.emulator.faults.add(Fault(method="GET", path="/galleries/corp\\?", delay=1.0))
    run = Run(plan, bench.gateway, Rules(pace=PACE))

    started = time.monotonic()
    run.step()
    took = time.monotonic() - started

    run.stop()
    run.close()
    assert took < 0.5


# ---- guarded changes -------------------------------------------------------------------------------------------

TWO = ALL
ONE_REGION = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0", regions="westeurope=1")


def flag(value: str) -> str:
    return f"}}\n          safetyProfile: {{allowDeletionOfReplicatedLocations: {value}"


def test_a_region_leaves_in_three_shown_steps_and_the_flag_ends_as_it_was(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1"))

    plan = bench.plan()

    assert [action.words for action in plan.writes] == [
        "allow regions to be removed (allowDeletionOfReplicatedLocations: true)",
        "remove region northeurope from ubuntu 1.0.0",
        "set the flag back",
    ]
    assert plan.writes[1].requires == (plan.writes[0].id,)
    bench.carry_out(plan)
    properties = bench.live("/versions/1.0.0")["properties"]
    assert [region["name"] for region in properties["publishingProfile"]["targetRegions"]] == ["West Europe"]
    assert properties["safetyProfile"]["allowDeletionOfReplicatedLocations"] is False
    assert not bench.plan().pending


def test_a_region_whose_removal_is_declared_forbidden_is_refused(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", more=flag("false")))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1", more=flag("false")))

    plan = bench.plan()

    assert [refusal.rule for refusal in plan.refusals] == ["RegionRemovalForbidden"]
    assert not plan.writes


def test_a_region_whose_removal_is_declared_allowed_goes_in_two_steps(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1", more=flag("true")))

    assert len(bench.plan().writes) == 2
    bench.apply()
    assert not bench.plan().pending


def test_another_storage_type_names_the_serving_gap(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1, northeurope=1=standard_zrs"))

    plan = bench.plan()

    assert [action.hazard for action in plan.writes] == ["", "northeurope serves nothing of it until added again", ""]
    bench.carry_out(plan)
    regions = bench.live("/versions/1.0.0")["properties"]["publishingProfile"]["targetRegions"]
    assert regions[1]["storageAccountType"] == "Standard_ZRS"
    assert not bench.plan().pending


def test_the_home_regions_storage_type_cannot_change(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1=standard_zrs, northeurope=1"))

    plan = bench.plan()

    assert not plan.writes
    assert "home region" in plan.refusals[0].message


def test_a_changed_feature_starts_after_the_versions_that_are_there(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.apply()
    bench.write(
        (GALLERY + IMAGE + versions("1.0.0", "1.1.0")).replace("value: Standard", "value: TrustedLaunchSupported")
    )

    plan = bench.plan()

    assert ("features[SecurityType].startsAtVersion", None, "1.1.1") in changed(plan)
    assert ("allowUpdateImage", None, True) in changed(plan)
    bench.carry_out(plan)
    assert not bench.plan().pending


def test_a_field_newer_than_us_is_sent_and_compared(bench: Workbench) -> None:
    bench.write(ESTATE.replace("tags: {team: platform}}", "tags: {team: platform}}\nunchecked: {shiny.level: 3}"))
    bench.apply()

    assert bench.live("/galleries/corp")["properties"]["shiny"] == {"level": 3}
    assert not bench.plan().pending
    bench.write(ESTATE.replace("tags: {team: platform}}", "tags: {team: platform}}\nunchecked: {shiny.level: 4}"))
    assert changed(bench.plan()) == [("shiny.level", 3, 4)]


LATE = Fault(
    method="PUT", path="/images/ubuntu\\?", status=404, code="ParentResourceNotFound", message="not yet", times=3
)


def test_a_parent_that_azure_has_just_made_may_be_unknown_to_it_for_a_moment(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE)
    plan = bench.plan()
    bench.emulator.faults.add(LATE)

    report = bench.carry_out(plan)

    assert {result.outcome for result in report.results} == {Outcome.SUCCEEDED}, report.results
    assert not bench.plan().pending


def test_a_parent_that_was_there_and_is_gone_is_not_waited_for(bench: Workbench) -> None:
    bench.write(GALLERY)
    bench.apply()
    bench.write(GALLERY + IMAGE)
    plan = bench.plan()
    bench.emulator.faults.add(LATE)

    (result,) = bench.carry_out(plan).results

    assert (result.outcome, result.error_code) == (Outcome.FAILED, "ParentResourceNotFound")
    assert len([path for method, path in bench.written() if "/images/ubuntu" in path and method == "PUT"]) == 1


def test_a_write_that_azure_keeps_refusing_is_told_as_not_done(bench: Workbench) -> None:
    bench.write(GALLERY)
    plan = bench.plan()
    told = {"Retry-After": "30"}
    bench.emulator.faults.add(Fault(method="PUT", status=429, code="TooManyRequests", headers=told))
    notes: list[str] = []
    run = Run(plan, bench.gateway, Rules(pace=replace(PACE, longest_retry=30)))
    while not notes:
        notes += [task.note for task in run.step().looked if task.note]
        run.wait(0.05)
    run.stop()
    run.close()

    assert notes == ["HTTP 429 TooManyRequests: tried again in 30 s"]
    (result,) = run.report().results
    assert result.outcome is Outcome.UNATTEMPTED
    assert result.why == "not taken by Azure so far: HTTP 429 TooManyRequests"
