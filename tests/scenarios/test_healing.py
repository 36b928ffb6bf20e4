"""Failed regions: the rest finishes, the outcome names them, healing repairs them and sends nothing else again."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.executor.run import Progress
from reconciler.executor.task import Pace, Rules, Wait
from reconciler.model.plan import Plan, Reason
from reconciler.model.report import ActionResult, Outcome, Report
from reconciler.model.write import Sent, Write
from reconciler.reconcile import apply_pass
from tests.support.commands import Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import PACE, Workbench, short, workbench

SIX = ("westeurope", "northeurope", "uksouth", "francecentral", "eastus2", "westus2")
VERSION = "corp/ubuntu/1.0.0"
FLAG = "allowDeletionOfReplicatedLocations"
RULES = Rules(pace=PACE)


def estate(*names: str, regions: tuple[str, ...] = SIX, more: str = "") -> str:
    return GALLERY + IMAGE + versions(*names, regions=", ".join(f"{name}=1" for name in regions), more=more)


def fails(region: str, times: int | None = None, path: str = ".*") -> Fault:
    return Fault(effect="region_fails", region=region, times=times, path=path)


def of(report: Report, address: str = VERSION) -> ActionResult:
    return next(result for result in report.results if short(result.address) == address)


def puts(bench: Workbench, path: str = "/versions/1.0.0") -> int:
    return sum(method == "PUT" and written.endswith(path) for method, written in bench.written())


def profile(bench: Workbench) -> dict[str, Any]:
    found: dict[str, Any] = bench.live("/versions/1.0.0")["properties"]
    return found


def region_names(bench: Workbench) -> list[str]:
    return [region["name"] for region in profile(bench)["publishingProfile"]["targetRegions"]]


class Notes:
    """Keeps every write that is told to the journal, and everything that is told on the way."""

    def __init__(self) -> None:
        self.writes: list[Write] = []
        self.told: list[str] = []

    def intends(self, write: Write) -> None:
        self.writes.append(write)

    def answered(self, write: Write, sent: Sent) -> None:
        pass

    def ended(self, *_: object) -> None:
        pass

    def running(self, _: object) -> str:
        return ""

    def watch(self, progress: Progress) -> None:
        self.told += [task.note for task in progress.looked if task.note and task.note not in self.told]


def carried_out(bench: Workbench, plan: Plan, notes: Notes, rules: Rules = RULES) -> Report:
    told = replace(rules, journal=notes)
    return apply_pass(plan, bench.gateway, told, on_progress=notes.watch, stopping=threading.Event())


def test_one_region_of_six_fails_the_others_finish_and_healing_repairs_it(bench: Workbench) -> None:
    bench.write(estate("1.0.0", "1.1.0"))
    path, other = "/versions/1.0.0", "/versions/1.1.0"
    three = fails("uksouth", times=3, path=path)  # the create, the retry, and the step that lets regions go
    bench.emulator.faults.add(three)
    first = bench.plan()
    notes = Notes()

    report = carried_out(bench, first, notes)

    assert {result.outcome for result in report.results} == {Outcome.SUCCEEDED}
    (healed,) = (result for result in report.results if result.why)
    assert "uksouth failed and was taken away and added again" in healed.why
    assert {region.state for region in healed.regions} == {"Completed"}
    assert [puts(bench, place) for place in ("/galleries/corp", "/images/ubuntu", other, path)] == [1, 1, 1, 5]
    assert [write.why for write in notes.writes if write.address == healed.address][1:] == notes.told
    assert [words.split(":")[1].split(",")[0].split("(")[0].strip() for words in notes.told] == [
        "write it once more",
        "allow regions to be removed",
        "take away uksouth",
        "add them again",
    ]
    assert not bench.plan().pending


def test_what_is_healed_ends_as_it_was_declared_to_the_last_field(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=3))

    bench.carry_out(bench.plan())

    assert len(region_names(bench)) == len(SIX)
    assert profile(bench)["safetyProfile"][FLAG] is False
    assert "reconciler.pending" not in bench.live("/versions/1.0.0")["tags"]
    assert not bench.plan().pending


def test_a_retry_alone_is_enough_where_it_helps(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=1))

    report = bench.carry_out(bench.plan())

    assert of(report).outcome is Outcome.SUCCEEDED
    assert "healed by writing it once more" in of(report).why
    assert puts(bench) == 2


def test_what_cannot_be_healed_fails_with_region_and_error_and_ends(bench: Workbench) -> None:
    bench.write(estate("1.0.0", "1.1.0"))
    bench.emulator.faults.add(fails("uksouth"))

    report = bench.carry_out(bench.plan())

    assert {of(report, f"corp/ubuntu/{name}").outcome for name in ("1.0.0", "1.1.0")} == {Outcome.FAILED}
    why = of(report).why
    assert why.startswith("uksouth: ")
    assert "taken away and added again, in vain" in why
    assert of(report).hint == ""  # it has all been tried
    assert puts(bench) == 5
    assert len(region_names(bench)) == len(SIX)
    states = {region.region: region.state for region in of(report).regions}
    assert {name for name, state in states.items() if state != "Completed"} == {"uksouth"}


def test_the_next_run_heals_what_this_one_could_not(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth"))
    bench.carry_out(bench.plan())
    bench.emulator.faults.clear()
    bench.emulator.faults.add(fails("uksouth", times=3))

    plan = bench.plan()

    assert Reason.IN_FAILED_STATE in plan.writes[0].reasons
    report = bench.carry_out(plan)
    assert "uksouth failed and was taken away and added again" in of(report).why
    assert not bench.plan().pending


def test_without_healing_nothing_is_sent_twice(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth"))

    report = bench.carry_out(bench.plan(), replace(RULES, heal=False))

    assert of(report).outcome is Outcome.FAILED
    assert "uksouth" in of(report).why
    assert "--no-heal" in of(report).why
    assert puts(bench) == 1


@pytest.mark.parametrize(
    ("region", "more", "words"),
    [
        ("westeurope", "", "home region"),
        ("uksouth", f"}}\n          safetyProfile: {{{FLAG}: false", "the manifest forbids"),
    ],
)
def test_a_region_that_may_not_go_is_only_tried_again(bench: Workbench, region: str, more: str, words: str) -> None:
    bench.write(estate("1.0.0", more=more))
    bench.emulator.faults.add(fails(region))

    report = bench.carry_out(bench.plan())

    assert of(report).outcome is Outcome.FAILED
    assert words in of(report).why
    assert puts(bench) == 2


def test_a_manifest_that_forbids_removal_is_obeyed_on_updates_too(bench: Workbench) -> None:
    bench.write(estate("1.0.0", regions=("westeurope",)))
    bench.apply()
    bench.write(estate("1.0.0", regions=("westeurope", "uksouth")))
    bench.emulator.faults.add(fails("uksouth"))

    report = bench.carry_out(bench.plan(), replace(RULES, keeps_regions=lambda _: True))

    assert "the manifest forbids" in of(report).why
    assert puts(bench) == 3


def test_a_region_that_an_update_added_is_healed_and_an_edit_elsewhere_stays(bench: Workbench) -> None:
    bench.write(estate("1.0.0", regions=("westeurope", "northeurope")))
    bench.apply()
    bench.write(estate("1.0.0", regions=("westeurope", "northeurope", "uksouth")))
    bench.emulator.faults.add(fails("uksouth", times=3))
    plan = bench.plan()
    live = bench.live("/versions/1.0.0")
    portal = {key: live[key] for key in ("location", "tags", "properties")}
    portal["tags"] = {**live["tags"], "portal": "was here"}
    assert bench.gateway.put(plan.writes[0].address.kind, live["id"], portal).ok

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.SUCCEEDED
    assert bench.live("/versions/1.0.0")["tags"]["portal"] == "was here"
    assert region_names(bench) == ["West Europe", "North Europe", "UK South"]


def test_a_failed_region_ends_the_wait_at_once_where_nobody_heals(tmp_path: Path) -> None:
    slow = Durations(0, 0, 0, version_create=0.2, region_add=0.2, region_spread=30, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(estate("1.0.0", regions=("westeurope", "northeurope")))
        bench.emulator.faults.add(fails("westeurope"))

        report = bench.carry_out(bench.plan(), replace(RULES, heal=False))

        assert of(report).outcome is Outcome.FAILED
        assert of(report).why.startswith("westeurope: ")
        assert "the other regions go on in Azure" in of(report).why
        assert of(report).seconds < 10


def test_a_wait_that_runs_out_names_the_regions_that_lag(tmp_path: Path) -> None:
    slow = Durations(0, 0, 0, version_create=0.1, region_add=0.1, region_spread=60, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(estate("1.0.0", regions=("westeurope", "northeurope")))
        pace = replace(PACE, version_limit=1.5)

        report = bench.carry_out(bench.plan(), Rules(pace=pace))

        assert of(report).outcome is Outcome.PENDING
        assert "not there yet: northeurope (" in of(report).why
        assert "westeurope" not in of(report).why


def test_a_step_of_healing_whose_answer_is_lost_is_followed(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=1))
    plan = bench.plan()
    bench.emulator.faults.add(Fault(method="PUT", path="/versions/1.0.0\\?", effect="cut", times=2))

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.SUCCEEDED, of(report)
    assert puts(bench) == 2


def test_waiting_for_provisioned_heals_too(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=3))

    report = bench.carry_out(bench.plan(), Rules(wait=Wait.PROVISIONED, pace=Pace(first_poll=0.01)))

    assert of(report).outcome is Outcome.SUCCEEDED
    assert not bench.plan().pending


# ---- on the command line ------------------------------------------------------------------------------------------


def test_apply_tells_each_step_of_healing_and_what_it_came_to(bench: Workbench, shell: Shell) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=3))

    ran = shell.run("apply", "manifests", "--yes")

    assert ran.code == 0, ran.err
    assert "healing: write it once more, because uksouth failed" in ran.err
    assert "healing: take away uksouth" in " ".join(ran.err.split())
    assert "uksouth failed and was taken away and added again" in " ".join(ran.out.split())


@pytest.mark.parametrize("way", ["flag", "variable"])
def test_healing_can_be_switched_off(bench: Workbench, shell: Shell, way: str) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth"))

    if way == "flag":
        ran = shell.run("apply", "manifests", "--yes", "--no-heal", "-o", "json")
    else:
        ran = shell.run("apply", "manifests", "--yes", "-o", "json", RECONCILER_HEAL="false")

    assert ran.code == 5
    assert puts(bench) == 1
    results = {result["address"].rsplit("/", 1)[-1]: result for result in ran.document["report"]["results"]}
    assert "uksouth: " in results["1.0.0"]["why"]
    assert results["1.0.0"]["warnings"] == []


def test_a_manifest_that_forbids_removal_is_known_to_an_apply_of_an_update(bench: Workbench, shell: Shell) -> None:
    forbidden = f"}}\n          safetyProfile: {{{FLAG}: false"
    bench.write(estate("1.0.0", regions=("westeurope",), more=forbidden))
    bench.apply()
    bench.write(estate("1.0.0", regions=("westeurope", "uksouth"), more=forbidden))
    bench.emulator.faults.add(fails("uksouth"))

    ran = shell.run("apply", "manifests", "--yes")

    assert ran.code == 1
    assert "the manifest forbids to take regions away" in " ".join(ran.out.split())
    assert puts(bench) == 3
