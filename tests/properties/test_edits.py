"""Whatever people edit, the service never objects to what was planned, and what is done is done."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.manifest.build import Fallback, build
from reconciler.manifest.text import ManifestText
from reconciler.model.plan import Plan, Verb
from reconciler.model.report import Outcome
from reconciler.planner.options import Options
from tests.support.random_edits import beginnings, edits
from tests.support.random_estates import NOW, estates
from tests.support.soak import FIXED_SEEDS, examples
from tests.support.sources import stock_declared
from tests.support.workbench import GROUP, SUB, Workbench, workbench

EDITS = 10
SEQUENCES = settings(
    derandomize=FIXED_SEEDS,
    max_examples=examples(20),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.generate],  # a shorter sequence of edits is seldom found, and looking for it takes minutes
)
UNCAPPED = Options(instance="test", max_deletes=10_000, max_delete_percent=100)
EMPTY = "apiVersion: gallery-reconciler/v1\nkind: Defaults\n"


@pytest.mark.timeout(1800)
@SEQUENCES
@given(estates(), st.data())
def test_no_edit_ever_makes_a_plan_that_the_service_refuses(text: str, data: st.DataObject) -> None:
    documents = [json.loads(part) for part in text.split("\n---\n") if part.strip()]
    with tempfile.TemporaryDirectory() as folder, workbench(Path(folder)) as raw:
        bench = replace(raw, options=UNCAPPED)
        documents = data.draw(beginnings(documents))
        carry_out(bench, documents)
        for _ in range(EDITS):
            changed = data.draw(edits(documents))
            if builds(changed):
                documents = changed
                carry_out(bench, documents)


def builds(documents: list[dict[str, Any]]) -> bool:
    """Whether an edit left manifests that anybody would plan."""
    return build([ManifestText("-", written(documents).encode())], Fallback(SUB, GROUP), now=NOW).ok


def written(documents: list[dict[str, Any]]) -> str:
    return "\n---\n".join(json.dumps(document, ensure_ascii=False) for document in documents) or EMPTY


def carry_out(bench: Workbench, documents: list[dict[str, Any]], rounds: int = 4) -> None:
    """Plan and apply what is not refused; a whole plan leaves nothing, and what lifts a refusal is planned again."""
    bench.write(written(documents))
    stock_declared(bench)
    before = len(bench.emulator.requests)
    plan = planned(bench)
    report = bench.carry_out(plan)
    objections = [
        (record.method, record.path, record.status)
        for record in bench.emulator.requests[before:]
        if record.status >= 400 and not (record.status == 404 and record.method == "GET")
    ]
    assert not objections, (objections, told(plan), written(documents))
    assert all(result.outcome is Outcome.SUCCEEDED for result in report.results), (report.results, told(plan))
    after = planned(bench)
    if after.pending and (plan.refusals or any(action.verb is Verb.RESTORE for action in plan.writes)):
        assert rounds, told(plan, after)
        carry_out(bench, documents, rounds - 1)
        return
    assert not after.pending, told(plan, after)


def told(*plans: Plan) -> str:
    """The plans in short, one after the other."""
    lines = []
    for plan in plans:
        lines += [
            f"{action.id}: {action.words} {[change.dotted for change in action.changes]}" for action in plan.pending
        ]
        lines += [f"{refusal.rule} {refusal.message}" for refusal in plan.refusals]
        lines += [f"{row.address} {row.words}" for row in plan.undeclared] + [""]
    return "\n".join(lines)


def planned(bench: Workbench) -> Plan:
    return bench.plan(prune=True, allow_empty=True)
