"""Failed regions: the rest finishes, the outcome names them, healing repairs them and sends nothing else again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.executor.run import Progress
from reconciler.executor.task import Pace, Rules, Wait
from reconciler.live.answer import Answer
from reconciler.live.credential import StaticToken
from reconciler.live.gateway import Gateway
from reconciler.model.address import Kind
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


# ---- others write, too ---------------------------------------------------------------------------------------------


class Meddled(Gateway):
    """A gateway that lets somebody else write right before one read, and keeps the regions of what it sends itself."""

    sent: list[frozenset[str]]
    meddle: Callable[[], None]
    when: Callable[[bool], bool]

    def get(
        self, path_or_url: str, params: Mapping[str, str] | None = None, *, api_version: str | None = None
    ) -> Answer:
        if path_or_url.endswith("/versions/1.0.0") and self.when("$expand" in (params or {})):
            self.when = lambda _: False
            self.meddle()
        return super().get(path_or_url, params, api_version=api_version)

    def put(self, kind: Kind, resource_id: str, body: Mapping[str, Any], *, request_id: str = "") -> Answer:
        if kind is Kind.IMAGE_VERSION:
            regions = body["properties"]["publishingProfile"]["targetRegions"]
            self.sent.append(frozenset(region["name"].lower().replace(" ", "") for region in regions))
        return super().put(kind, resource_id, body, request_id=request_id)


def meddled(
    bench: Workbench, after: int, reads: int, *, progress: bool = False, tags: Mapping[str, str] | None = None
) -> Meddled:
    """Somebody writes the version as it is, but for tags, before the nth read of a sort after so many of our writes."""
    others = bench.gateway
    gateway = Meddled(others.cloud, StaticToken(bench.emulator.token), time_scale=0)
    count = iter(range(1, 1000))
    gateway.sent = []
    gateway.when = lambda asked: len(gateway.sent) == after and asked is progress and next(count) == reads

    def meddle() -> None:
        live = bench.live("/versions/1.0.0")
        body = {
            "location": live["location"],
            "tags": {**live["tags"], **(tags or {})},
            "properties": live["properties"],
        }
        assert others.put(Kind.IMAGE_VERSION, live["id"], body).ok

    gateway.meddle = meddle
    bench.gateway = gateway
    return gateway


OTHER = {"reconciler.owner": "other"}


def test_a_region_that_somebody_else_has_healed_is_not_taken_away(bench: Workbench) -> None:
    bench.write(estate("1.0.0", regions=("westeurope", "uksouth")))
    bench.emulator.faults.add(fails("uksouth", times=2))
    plan = bench.plan()
    gateway = meddled(bench, 2, 1)

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.SUCCEEDED
    assert "uksouth failed and is complete by now" in of(report).why
    assert gateway.sent == [frozenset({"westeurope", "uksouth"})] * 2


@pytest.mark.parametrize(("after", "times"), [(1, 1), (2, 2), (3, 3)])
def test_a_version_that_somebody_else_took_over_is_left_to_them(bench: Workbench, after: int, times: int) -> None:
    bench.write(estate("1.0.0", regions=("westeurope", "uksouth")))
    bench.emulator.faults.add(fails("uksouth", times=times))
    plan = bench.plan()
    gateway = meddled(bench, after, 1, tags=OTHER)

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.FAILED
    assert of(report).error_code == "Precondition"
    assert "healed or changed by somebody else (tags.reconciler.owner)" in of(report).why
    assert "taken away" not in of(report).why
    assert gateway.sent == [frozenset({"westeurope", "uksouth"})] * after
    assert bench.live("/versions/1.0.0")["tags"]["reconciler.owner"] == "other"


def test_what_the_step_that_lets_regions_go_has_healed_stays(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=2))
    plan = bench.plan()
    gateway = meddled(bench, 99, 99)

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.SUCCEEDED
    assert gateway.sent == [frozenset(SIX)] * 4
    assert profile(bench)["safetyProfile"][FLAG] is False
    assert not bench.plan().pending


def test_regions_are_looked_at_right_before_they_are_taken_away(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=3))
    plan = bench.plan()
    gateway = meddled(bench, 3, 3, progress=True)  # told of the failure, decided, about to send

    report = bench.carry_out(plan)

    assert of(report).error_code == "Precondition"
    assert "uksouth is not known as failed any more" in of(report).why
    assert "is away now" not in of(report).why
    assert gateway.sent == [frozenset(SIX)] * 3


def test_a_region_that_is_away_when_healing_breaks_off_is_told_first(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=3))
    plan = bench.plan()
    meddled(bench, 4, 1, tags=OTHER)

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.FAILED
    assert of(report).why.startswith("uksouth is away now: ")
    assert "added again" not in of(report).why
    assert "UK South" not in region_names(bench)


def test_a_region_that_may_be_away_is_told_where_azure_does_not_say(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=3))
    plan = bench.plan()
    denied = Fault(method="GET", path="/versions/1.0.0", status=403, code="AuthorizationFailed")
    meddled(bench, 4, 1).meddle = lambda: bench.emulator.faults.add(denied)

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.FAILED
    assert of(report).why.startswith("uksouth may be away now: ")


def test_a_read_that_fails_while_a_region_is_away_is_tried_again(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(fails("uksouth", times=3))
    plan = bench.plan()
    busy = Fault(method="GET", path="/versions/1.0.0", status=503, times=2)
    gateway = meddled(bench, 4, 1)
    gateway.meddle = lambda: bench.emulator.faults.add(busy)

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.SUCCEEDED, of(report)
    assert len(gateway.sent) == 5


def test_a_region_that_served_while_the_version_was_failed_is_not_taken_away(bench: Workbench) -> None:
    bench.write(estate("1.0.0", regions=("westeurope", "northeurope", "uksouth")))
    bench.emulator.faults.add(fails("northeurope"))
    bench.carry_out(bench.plan(), replace(RULES, heal=False))
    plan, others = bench.plan(), bench.gateway
    assert Reason.IN_FAILED_STATE in plan.writes[0].reasons
    gateway = meddled(bench, 1, 1)

    def lose_uksouth() -> None:
        """Only a region that is made anew can fail here; so it goes and comes back, all else as it was."""
        bench.emulator.faults.add(fails("uksouth"))
        live = bench.live("/versions/1.0.0")
        old = live["properties"]
        regions = old["publishingProfile"]["targetRegions"]
        fewer = {"targetRegions": [region for region in regions if region["name"] != "UK South"]}
        opened = {**old, "safetyProfile": {**old["safetyProfile"], FLAG: True}}
        for new in (opened, {**opened, "publishingProfile": {**old["publishingProfile"], **fewer}}, old):
            body = {"location": live["location"], "tags": live["tags"], "properties": new}
            assert others.put(Kind.IMAGE_VERSION, live["id"], body).ok

    gateway.meddle = lose_uksouth

    report = bench.carry_out(plan)

    assert of(report).outcome is Outcome.FAILED
    assert "uksouth was there before this write and may still serve" in of(report).why
    assert gateway.sent == [frozenset({"westeurope", "northeurope", "uksouth"})] * 2


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
