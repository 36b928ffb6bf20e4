"""Galleries with soft delete: what they keep is seen, comes back on request, and holds up what Azure would refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from reconciler.emulator.faults import Fault
from reconciler.model.plan import Reason, RefusalRule, Verb
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import Workbench, only, writes

KEPT = GALLERY.replace(
    "description", "softDeletePolicy: {isSoftDeleteEnabled: true, retentionPeriodInDays: 7}, description"
)
BOTH = KEPT + IMAGE + versions("1.0.0", "1.1.0")
ONE = KEPT + IMAGE + versions("1.1.0")
PRUNE = {"prune": True}


def dropped(bench: Workbench) -> Workbench:
    bench.write(BOTH)
    bench.apply()
    bench.write(ONE)
    bench.apply(**PRUNE)
    return bench


def test_a_deleted_version_is_brought_back_and_its_date_shown(bench: Workbench) -> None:
    dropped(bench).write(BOTH)

    plan = bench.plan()
    bench.apply()

    action = only(plan, Verb.RESTORE)
    assert action.reasons == (Reason.SOFT_DELETED,)
    gone = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    assert gone[:8] in action.words
    assert "plan again" in action.hazard
    assert bench.live("/versions/1.0.0")["properties"]["provisioningState"] == "Succeeded"
    assert not bench.plan().pending


def test_a_restored_version_that_differs_is_seen_by_the_next_plan(bench: Workbench) -> None:
    dropped(bench).write(BOTH.replace("images/ubuntu-1.0.0}", "images/other}"))

    bench.apply()

    assert [refusal.rule for refusal in bench.plan().refusals] == [RefusalRule.IMMUTABLE]


def test_a_name_that_is_taken_but_cannot_be_restored_is_refused(bench: Workbench) -> None:
    dropped(bench).write(BOTH)

    late = bench.plan_at(datetime.now(UTC) + timedelta(days=8))

    assert not late.writes
    assert [refusal.rule for refusal in late.refusals] == [RefusalRule.IMMUTABLE]
    assert "cannot be restored any more" in late.refusals[0].message


def test_a_bin_that_cannot_be_read_leaves_its_definition_unread(bench: Workbench) -> None:
    dropped(bench).write(BOTH)
    bench.emulator.faults.add(
        Fault(method="GET", path="softdeletedartifacttypes", status=403, code="AuthorizationFailed")
    )

    plan = bench.plan(**PRUNE)

    assert not plan.writes
    assert [place.code for place in plan.unread] == ["AuthorizationFailed"]


def test_a_definition_stays_while_its_versions_are_kept(bench: Workbench) -> None:
    dropped(bench).write(KEPT)

    plan = bench.plan(**PRUNE, allow_last_version=frozenset({"rg-images/corp/ubuntu"}))

    assert writes(plan) == [("delete", "corp/ubuntu/1.1.0")]
    (refusal,) = plan.refusals
    assert refusal.rule is RefusalRule.PROTECTED
    assert "ubuntu/1.0.0 until" in refusal.message
    assert "ubuntu/1.1.0 once it is deleted" in refusal.message


def test_with_soft_delete_switched_off_first_the_definition_goes(bench: Workbench) -> None:
    off = KEPT.replace("isSoftDeleteEnabled: true", "isSoftDeleteEnabled: false")
    dropped(bench).write(off + IMAGE + versions("1.1.0"))
    bench.apply()
    bench.write(off)

    bench.apply(**PRUNE)

    assert not [key for key in bench.ids() if "/images/" in key]


def test_a_failed_version_of_such_a_gallery_is_not_planned_to_go(bench: Workbench) -> None:
    bench.write(ONE)
    bench.apply()
    bench.write(BOTH)
    bench.emulator.faults.add(Fault(method="PUT", path="versions/1.0.0", effect="operation_fails"))
    bench.carry_out(bench.plan())
    assert bench.live("/versions/1.0.0")["properties"]["provisioningState"] == "Failed"
    bench.write(ONE)

    plan = bench.plan(**PRUNE)

    assert not plan.writes
    assert [refusal.rule for refusal in plan.refusals] == [RefusalRule.PROTECTED]


def test_galleries_without_soft_delete_cost_no_request_more(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()

    bench.plan()

    assert not [record for record in bench.emulator.requests if "softdeleted" in record.path.lower()]
    assert json.dumps(bench.live("/galleries/corp")).count("softDelete") == 0


def test_nothing_goes_under_a_parent_delete_while_soft_delete_is_switched_on(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(KEPT)

    plan = bench.plan(**PRUNE, allow_last_version=frozenset({"rg-images/corp/ubuntu"}))

    assert writes(plan) == [("update", "corp"), ("delete", "corp/ubuntu/1.0.0")]
    (refusal,) = plan.refusals
    assert (refusal.rule, refusal.addresses[0].text()) == (RefusalRule.PROTECTED, "rg-images/corp/ubuntu")
    assert any("before soft delete is switched on" in way for way in refusal.ways_out)


def test_a_gallery_is_replaced_by_one_with_soft_delete(bench: Workbench) -> None:
    bench.write(GALLERY)
    bench.apply()
    bench.write(
        KEPT.replace(
            "spec: {location: westeurope", "policy: {onImmutableChange: replace}\nspec: {location: northeurope"
        )
    )

    assert writes(bench.plan()) == [("replace", "corp"), ("replace", "corp")]
    bench.apply()
    assert not bench.plan().pending
