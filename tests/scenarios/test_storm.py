"""A storm of 429s: the apply ends, never asks before it may, and hardly asks more often than without the storm."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from reconciler.executor.task import Rules
from reconciler.model.report import Outcome
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.workbench import PACE, Workbench, workbench

NAMES = [f"1.0.{number}" for number in range(40)]


def carried_out(bench: Workbench) -> int:
    """Apply an estate; returns the requests that it took."""
    bench.write(GALLERY + ACCESS + IMAGE + versions(*NAMES))
    plan = bench.plan()
    before = len(bench.emulator.requests)
    report = bench.carry_out(plan, Rules(pace=PACE))
    assert {result.outcome for result in report.results} == {Outcome.SUCCEEDED}, report.results
    return len(bench.emulator.requests) - before


@pytest.mark.parametrize("retry_after", ["1", "0.5", "date"])
def test_a_storm_costs_little_and_nobody_asks_before_he_may(tmp_path: Path, retry_after: str) -> None:
    with workbench(tmp_path / "calm") as bench:
        calm = carried_out(bench)
    with workbench(tmp_path / "storm") as bench:
        headers = {"Retry-After": "Wed, 25 Nov 2026 10:00:01 GMT", "Date": "Wed, 25 Nov 2026 10:00:00 GMT"}
        told = headers if retry_after == "date" else {"Retry-After": retry_after}
        for method in ("PUT", "GET"):
            fault = Fault(method=method, path="/versions/", status=429, code="TooManyRequests", headers=told, times=30)
            bench.emulator.faults.add(fault)
        stormy = carried_out(bench)

        assert stormy <= 3 * calm
        wait = 1.0 if retry_after == "date" else float(retry_after)
        for method in ("PUT", "GET"):
            hits = [one for one in bench.emulator.requests if one.method == method and "/versions/" in one.path]
            refused = [one.started for one in hits if one.status == 429]
            early = [
                one
                for one in hits
                for refusal in refused
                if refusal + 0.3 < one.started < refusal + wait - 0.1  # what was under way already is not early
            ]
            assert not early
