"""What a plan says of its consequences, against the real service; limits are kept before Azure has to keep them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Doubts, Durations, Limits
from reconciler.executor.task import Rules, Wait
from reconciler.model.impact import Counted, LimitLevel, Replicated
from reconciler.model.plan import RefusalRule
from reconciler.model.report import Outcome
from tests.support.commands import Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import PACE, Workbench, workbench

BASE = GALLERY + IMAGE
SIXTEEN = BASE + versions(*(f"1.{number}.0" for number in range(16)), regions="westeurope")


@pytest.mark.parametrize(
    ("most", "level"), [(21, None), (20, LimitLevel.NEAR), (16, LimitLevel.NEAR), (15, LimitLevel.OVER)]
)
def test_a_limit_that_is_nearly_used_up_shows_although_nothing_changes(
    bench: Workbench, most: int, level: LimitLevel | None
) -> None:
    bench.write(SIXTEEN)
    bench.apply()

    plan = bench.plan(max_versions=most)

    assert not plan.pending
    assert not plan.refusals
    rows = [(row.region, row.before, row.after, row.level) for row in plan.limits if row.what is Counted.VERSIONS]
    assert rows == ([("westeurope", 16, 16, level)] if level else [])


def test_beyond_a_limit_apply_writes_nothing_and_no_flag_helps(tmp_path: Path) -> None:
    with workbench(tmp_path, limits=Limits(versions=2)) as bench:
        shell = Shell(bench)
        bench.write(BASE + versions("1.0.0"))
        bench.apply()
        bench.write(BASE.replace("Golden", "New") + versions("1.0.0", "1.1.0", "1.2.0"))
        before, written = bench.emulator.resources(), len(bench.written())

        for more in ((), ("--partial",), ("--allow-deletes", "0"), ("--adopt", "all")):
            ran = shell.run("apply", "manifests", "--yes", *more, RECONCILER_LIMITS_VERSIONS="2")
            assert ran.code == 4, ran.out
            assert "refused LimitExceeded" in ran.out
        assert bench.emulator.resources() == before
        assert len(bench.written()) == written

        unguarded = shell.run("apply", "manifests", "--yes")
        assert unguarded.code == 5, "the service itself refuses the third, half-way"


def test_more_replicas_than_the_settings_allow_are_refused_for_that_version_alone(
    bench: Workbench, shell: Shell
) -> None:
    bench.write(BASE + versions("1.0.0", regions="westeurope=4"))

    refused = shell.run("apply", "manifests", "--yes", "--partial", RECONCILER_LIMITS_REPLICAS="3")

    assert refused.code == 5
    assert "4 in westeurope: a version may have 3 replicas in a region" in refused.out
    assert bench.ids() == ["corp", "corp/images/ubuntu"]
    assert shell.run("apply", "manifests", "--yes", RECONCILER_LIMITS_REPLICAS="4").code == 0


def test_many_replicas_are_warned_about_and_written(bench: Workbench) -> None:
    bench.write(BASE + versions("1.0.0", regions="westeurope=1"))
    bench.apply()
    bench.write(BASE + versions("1.0.0", regions="westeurope=51"))

    plan = bench.plan()

    assert not plan.refusals
    (row,) = [row for row in plan.limits if row.what is Counted.REPLICAS]
    assert (row.before, row.after, row.level) == (1, 51, LimitLevel.NEAR)
    bench.apply()
    (region,) = bench.live("/versions/1.0.0")["properties"]["publishingProfile"]["targetRegions"]
    assert region["regionalReplicaCount"] == 51


def test_gigabytes_are_those_that_azure_shows_of_a_version(bench: Workbench) -> None:
    bench.write(BASE + versions("1.0.0", regions="westeurope=1"))
    fresh = bench.plan()
    assert [(row.gigabytes_after, row.unknown_sizes) for row in fresh.volumes] == [(0, 1)]
    bench.apply()
    size = bench.live("/versions/1.0.0")["properties"]["storageProfile"]["osDiskImage"]["sizeInGB"]
    bench.write(BASE + versions("1.0.0", regions="westeurope=3"))

    (row,) = bench.plan().volumes

    assert (row.replicas_before, row.replicas_after) == (1, 3)
    assert (row.gigabytes_before, row.gigabytes_after, row.unknown_sizes) == (size, 3 * size, 0)


# replication


def asked(bench: Workbench) -> list[str]:
    """The versions whose replication somebody asked for."""
    return [
        record.path.rsplit("/", 1)[1]
        for record in bench.emulator.requests
        if record.method == "GET" and "ReplicationStatus" in record.query
    ]


def test_replication_is_asked_of_candidates_only_and_only_on_request(bench: Workbench, shell: Shell) -> None:
    bench.write(SIXTEEN)
    bench.carry_out(bench.plan(), Rules(wait=Wait.PROVISIONED, pace=PACE))
    bench.write(SIXTEEN + versions("2.0.0", regions="westeurope").split("\n", 1)[1])
    quiet = shell.run("plan", "manifests", "-o", "json").document
    before = len(asked(bench))
    assert {row["replicated"] for row in quiet["latest"]} == {"notAsked"}

    told = shell.run("plan", "manifests", "--replication", "-o", "json").document

    assert asked(bench)[before:] == ["1.15.0"]
    assert [(row["before"], row["after"], row["replicated"]) for row in told["latest"]] == [("1.15.0", "2.0.0", "no")]
    text = shell.run("plan", "manifests", "--replication").out
    assert "latest   ubuntu  westeurope 1.15.0 → 2.0.0 (not there yet)" in text


def test_a_version_that_has_not_reached_a_region_is_not_its_latest(tmp_path: Path) -> None:
    with workbench(
        tmp_path, time_scale=1.0, durations=Durations(0, 0, 0, 0, 0, 0, 0, 0), doubts=Doubts(replication_lag=3600)
    ) as bench:
        bench.write(BASE + versions("1.0.0", "1.1.0"))
        bench.carry_out(bench.plan(), Rules(wait=Wait.PROVISIONED, pace=PACE))
        bench.write(BASE + versions("1.0.0", "1.1.0").replace("northeurope=1", "northeurope=2"))

        before = len(asked(bench))

        plan = bench.plan(replication=True)

        rows = {row.region: (row.before, row.after, row.replicated) for row in plan.latest}
        assert rows == {
            "westeurope": ("1.1.0", "1.1.0", Replicated.YES),
            "northeurope": ("", "", Replicated.NO),
        }
        assert asked(bench)[before:] == ["1.1.0", "1.0.0"]


def test_an_answer_that_fails_leaves_replication_unknown_and_the_plan_whole(bench: Workbench) -> None:
    bench.write(BASE + versions("1.0.0"))
    bench.apply()
    bench.write(BASE + versions("1.0.0").replace("northeurope=1", "northeurope=2"))
    bench.emulator.faults.add(Fault(method="GET", path="ReplicationStatus", status=403, code="AuthorizationFailed"))

    plan = bench.plan(replication=True)

    assert {(row.before, row.after, row.replicated) for row in plan.latest} == {("1.0.0", "1.0.0", Replicated.UNKNOWN)}
    assert plan.complete
    report = bench.carry_out(plan, Rules(wait=Wait.PROVISIONED, pace=PACE))
    assert all(result.outcome is Outcome.SUCCEEDED for result in report.results)
    assert not [found for found in plan.refusals if found.rule is RefusalRule.LIMIT_EXCEEDED]


def test_a_version_that_failed_in_one_region_serves_in_the_others(bench: Workbench) -> None:
    quick = Rules(wait=Wait.PROVISIONED, pace=PACE)
    bench.write(BASE + versions("1.0.0"))
    bench.carry_out(bench.plan(), quick)
    bench.emulator.faults.add(Fault(effect="region_fails", region="northeurope"))
    bench.write(BASE + versions("1.0.0", "1.1.0"))
    report = bench.carry_out(bench.plan(), quick)
    assert [result.outcome for result in report.results] == [Outcome.FAILED]
    bench.emulator.faults.clear()

    asked_for, quiet = bench.plan(replication=True), bench.plan()

    rows = {row.region: (row.before, row.after, row.replicated) for row in asked_for.latest}
    assert rows == {
        "westeurope": ("1.1.0", "1.1.0", Replicated.YES),
        "northeurope": ("1.0.0", "1.1.0", Replicated.NO),
    }
    assert {row.replicated for row in quiet.latest} == {Replicated.UNKNOWN}
