"""Role assignments on their way: at once, in place, tried again while a principal is late, satisfied by another."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest

from reconciler.emulator.faults import Fault
from reconciler.executor.task import Pace, Rules
from reconciler.model.address import Kind
from reconciler.model.plan import Plan
from reconciler.model.report import ActionResult, Outcome, Report
from tests.support.estates import ACCESS, GALLERY
from tests.support.workbench import PACE, Workbench

SOMEBODY = "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f"
CONDITION = "@Resource[Microsoft.Compute/galleries:name] StringEquals 'corp'"


def grant(report: Report) -> ActionResult:
    (found,) = (result for result in report.results if result.address.kind is Kind.ROLE_ASSIGNMENT)
    return found


def granted_by_another(bench: Workbench, plan: Plan, **words: Any) -> str:
    """Somebody else grants the same under another name, after the plan was made."""
    (create,) = (action for action in plan.writes if action.address.kind is Kind.ROLE_ASSIGNMENT)
    assert create.body is not None
    name = str(uuid4())
    properties = {**create.body["properties"], **words}
    other = f"{create.resource_id.rsplit('/', 1)[0]}/{name}"
    assert bench.gateway.put(Kind.ROLE_ASSIGNMENT, other, {"properties": properties}).ok
    return name


def late_plan(bench: Workbench) -> Plan:
    """A plan that grants something on a gallery that is there."""
    bench.write(GALLERY)
    bench.apply()
    bench.write(GALLERY + ACCESS)
    return bench.plan()


def test_an_equal_grant_of_another_name_satisfies(bench: Workbench) -> None:
    plan = late_plan(bench)
    name = granted_by_another(bench, plan)

    result = grant(bench.carry_out(plan))

    assert result.outcome is Outcome.SUCCEEDED
    assert result.why == f"SatisfiedByOther: assignment {name} grants it already"
    assert len([key for key in bench.emulator.resources() if "roleAssignments" in key]) == 1
    assert not bench.plan().pending


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"condition": CONDITION, "conditionVersion": "2.0"}, "condition"),
        ({"description": "not ours"}, "description"),
    ],
)
def test_one_that_says_something_else_does_not(bench: Workbench, words: dict[str, str], field: str) -> None:
    plan = late_plan(bench)
    name = granted_by_another(bench, plan, **words)

    result = grant(bench.carry_out(plan))

    assert (result.outcome, result.error_code) == (Outcome.FAILED, "RoleAssignmentExists")
    assert f"assignment {name}" in result.why
    assert field in result.why
    assert "have whoever made it remove it" in result.why


def test_a_refusal_that_names_no_assignment_is_a_failure_with_the_way_on(bench: Workbench) -> None:
    plan = late_plan(bench)
    said = Fault(
        method="PUT", path="roleAssignments", status=409, code="RoleAssignmentExists", message="It already exists."
    )
    bench.emulator.faults.add(said)

    result = grant(bench.carry_out(plan))

    assert result.outcome is Outcome.FAILED
    assert "Plan again" in result.why


def test_a_late_principal_is_waited_for(bench: Workbench) -> None:
    plan = late_plan(bench)
    bench.emulator.faults.add(Fault(effect="principal_late", principal=SOMEBODY, times=3))

    assert grant(bench.carry_out(plan)).outcome is Outcome.SUCCEEDED


def test_a_wrong_principal_is_waited_for_only_for_the_short_window(bench: Workbench) -> None:
    plan = late_plan(bench)
    bench.emulator.faults.add(Fault(effect="principal_late", principal=SOMEBODY))
    pace = Pace(first_retry=0.05, longest_retry=0.1, principal_window=0.6)

    result = grant(bench.carry_out(plan, Rules(pace=pace)))

    assert (result.outcome, result.error_code) == (Outcome.FAILED, "PrincipalNotFound")
    assert 0.5 < result.seconds < 5


def test_a_description_changes_in_place_though_the_answer_is_201(bench: Workbench) -> None:
    bench.write(GALLERY + ACCESS)
    bench.apply()
    before = [key for key in bench.emulator.resources() if "roleAssignments" in key]
    bench.write(GALLERY + ACCESS.replace("everybody", "nearly everybody") + f'    condition: "{CONDITION}"\n')

    bench.apply()

    assert [key for key in bench.emulator.resources() if "roleAssignments" in key] == before
    (record,) = bench.emulator.requests[-1:]
    assert (record.method, record.status) == ("PUT", 201)
    properties = bench.live(before[0])["properties"]
    assert (properties["description"], properties["condition"]) == ("nearly everybody", CONDITION)
    assert not bench.plan().pending


def test_access_goes_before_its_scope(bench: Workbench) -> None:
    bench.write(GALLERY + ACCESS)
    bench.apply()
    bench.write("apiVersion: gallery-reconciler/v1\nkind: Defaults\nspec: {location: westeurope}\n")

    bench.apply(prune=True, allow_empty=True)

    deleted = [path for method, path in bench.written() if method == "DELETE"]
    assert ["roleAssignments" in path for path in deleted] == [True, False]


def test_many_are_granted_at_the_same_time(bench: Workbench) -> None:
    people = [str(uuid4()) for _ in range(16)]
    lines = "".join(f"  - {{role: Reader, principal: {{id: {who}, type: Group}}}}\n" for who in people)
    bench.write(GALLERY)
    bench.apply()
    bench.write(f"{GALLERY}access:\n{lines}")
    plan = bench.plan()
    bench.emulator.faults.add(Fault(method="PUT", path="roleAssignments", effect="delay", delay=0.25))

    started = time.monotonic()
    report = bench.carry_out(plan, Rules(pace=PACE))

    assert report.count(Outcome.SUCCEEDED) == len(people)
    assert time.monotonic() - started < len(people) * 0.25 / 2
