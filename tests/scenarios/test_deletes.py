"""A delete ends when Azure ends it, and what could not be deleted is in the next plan again."""

from __future__ import annotations

from pathlib import Path

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.model.plan import Verb
from reconciler.model.report import Outcome
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import Workbench, short, workbench

NOTHING = "apiVersion: gallery-reconciler/v1\nkind: Defaults\nspec: {location: westeurope}\n"


def test_a_delete_whose_operation_fails_stops_what_hangs_on_it_and_stays_listed(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.apply()
    bench.write(NOTHING)
    bench.emulator.faults.add(
        Fault(effect="operation_fails", method="DELETE", path="/versions/1.0.0", code="InternalExecutionError", times=1)
    )

    report = bench.carry_out(bench.plan(prune=True, allow_empty=True))

    assert {short(result.address): result.outcome for result in report.results} == {
        "corp/ubuntu/1.0.0": Outcome.FAILED,
        "corp/ubuntu/1.1.0": Outcome.SUCCEEDED,
        "corp/ubuntu": Outcome.SKIPPED,
        "corp": Outcome.SKIPPED,
    }
    again = bench.plan(prune=True, allow_empty=True)
    assert [short(action.address) for action in again.writes] == ["corp/ubuntu/1.0.0", "corp/ubuntu", "corp"]
    bench.carry_out(again)
    assert not bench.emulator.resources()


def test_a_delete_is_not_over_before_the_resource_is_gone(tmp_path: Path) -> None:
    slow = Durations(0, 0, 0, 0, 0, 0, 0, version_delete=0.6, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        bench.apply()
        bench.write(GALLERY + IMAGE)

        report = bench.apply(prune=True, allow_last_version=frozenset({"rg-images/corp/ubuntu/1.0.0"}))

        (gone,) = report.results
        assert (gone.verb, gone.outcome) == (Verb.DELETE, Outcome.SUCCEEDED)
        assert gone.seconds >= 0.6
        path = "/versions/1.0.0"
        checks = [r for r in bench.emulator.requests if r.method == "GET" and r.path.endswith(path)]
        assert checks[-1].status == 404
        assert sum(r.method == "DELETE" for r in bench.emulator.requests) == 1
