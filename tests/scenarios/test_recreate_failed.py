"""A version that is stuck in the state Failed: written once more, or made anew once where its policy says so."""

from __future__ import annotations

import pytest

from reconciler.emulator.faults import Fault
from reconciler.executor.task import Rules
from reconciler.model.address import Kind
from reconciler.model.plan import Reason, RefusalRule, Verb
from reconciler.model.report import Outcome
from tests.support.estates import GALLERY, IMAGE, SOURCE, versions
from tests.support.sources import stock
from tests.support.workbench import PACE, Workbench, writes

VERSION = "corp/ubuntu/1.0.0"
UNHEALED = Rules(pace=PACE, heal=False)
FAILS = Fault(effect="region_fails", region="northeurope")


@pytest.fixture
def sources(bench: Workbench) -> None:
    """What the versions are made from is there, or nothing could be made anew."""
    stock(bench, *(f"{SOURCE}/ubuntu-{name}" for name in ("0.9.0", "1.0.0")))


def estate(*names: str) -> str:
    return GALLERY + IMAGE + versions(*names)


RECREATE = GALLERY.replace("metadata: {name: corp}\n", "metadata: {name: corp}\npolicy: {recreateFailed: true}\n")


def stuck(bench: Workbench) -> None:
    """A version that ended Failed beside a good one."""
    bench.write(estate("0.9.0"))
    bench.apply()
    bench.write(estate("0.9.0", "1.0.0"))
    bench.emulator.faults.add(FAILS)
    bench.carry_out(bench.plan(), UNHEALED)
    bench.emulator.faults.clear()
    bench.write(estate("0.9.0", "1.0.0").replace(GALLERY, RECREATE))
    bench.emulator.requests.clear()


@pytest.mark.usefixtures("sources")
def test_a_version_stuck_in_failed_is_made_anew_once_where_the_policy_says_so(bench: Workbench) -> None:
    stuck(bench)

    plan = bench.plan()

    assert writes(plan) == [("replace", VERSION), ("replace", VERSION)]
    assert [action.reasons[0] for action in plan.writes] == [Reason.IN_FAILED_STATE] * 2
    assert [(change.dotted, change.before, change.after) for change in plan.writes[0].changes] == [
        ("provisioningState", "Failed", "Succeeded")
    ]
    report = bench.carry_out(plan)
    assert {result.outcome for result in report.results} == {Outcome.SUCCEEDED}, report.results
    assert [method for method, _ in bench.written()] == ["DELETE", "PUT"]
    assert not bench.plan().pending


@pytest.mark.usefixtures("sources")
def test_what_fails_again_after_it_was_made_anew_is_not_made_anew_twice_in_one_apply(bench: Workbench) -> None:
    stuck(bench)
    bench.emulator.faults.add(FAILS)

    report = bench.carry_out(bench.plan(), UNHEALED)

    assert [result.outcome for result in report.results] == [Outcome.SUCCEEDED, Outcome.FAILED]
    assert [method for method, _ in bench.written()] == ["DELETE", "PUT"]
    assert [action.verb for action in bench.plan(recreate=False).writes] == [Verb.UPDATE]


def test_a_failed_version_is_written_once_more_where_no_policy_says_otherwise(bench: Workbench) -> None:
    stuck(bench)
    bench.write(estate("0.9.0", "1.0.0"))

    assert writes(bench.plan()) == [("update", VERSION)]


def test_what_is_not_ours_is_not_made_anew(bench: Workbench) -> None:
    stuck(bench)

    plan = bench.plan(instance="somebody-else")

    assert not plan.writes
    assert {refusal.rule for refusal in plan.refusals} == {RefusalRule.OTHER_OWNER}


def test_what_is_protected_is_not_made_anew(bench: Workbench) -> None:
    stuck(bench)
    bench.write(
        estate("0.9.0", "1.0.0").replace(GALLERY, RECREATE.replace("recreateFailed", "protect: true, recreateFailed"))
    )

    plan = bench.plan()

    assert not any(action.removes for action in plan.writes)
    assert RefusalRule.PROTECTED in [refusal.rule for refusal in plan.refusals]


@pytest.mark.usefixtures("sources")
def test_the_last_version_that_may_serve_somewhere_is_not_made_anew_unasked(bench: Workbench) -> None:
    bench.write(estate("1.0.0"))
    bench.emulator.faults.add(FAILS)
    bench.carry_out(bench.plan(), UNHEALED)
    bench.write(estate("1.0.0").replace(GALLERY, RECREATE))

    plan = bench.plan()

    assert [refusal.rule for refusal in plan.refusals] == [RefusalRule.LAST_USABLE]
    assert not any(action.removes for action in plan.writes)
    lifted = bench.plan(allow_last_version=frozenset({"rg-images/corp/ubuntu/1.0.0"}))
    assert [action.verb for action in lifted.writes if action.address.kind is Kind.IMAGE_VERSION] == [Verb.REPLACE] * 2


def test_what_could_not_be_made_again_is_not_deleted(bench: Workbench) -> None:
    stuck(bench)  # and nothing says that its source is still there

    plan = bench.plan()

    assert not plan.writes
    assert "which is not there" in plan.refusals[0].message
    assert "policy.recreateFailed: false, to write it once more instead" in plan.refusals[0].ways_out


def test_an_immutable_change_does_not_come_along_with_it(bench: Workbench) -> None:
    stuck(bench)
    text = estate("0.9.0", "1.0.0").replace(GALLERY, RECREATE)
    bench.write(text.replace("images/ubuntu-1.0.0", "images/another"))

    plan = bench.plan()

    assert [refusal.rule for refusal in plan.refusals] == [RefusalRule.IMMUTABLE]
    assert not plan.writes
