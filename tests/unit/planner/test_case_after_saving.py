"""Text whose case never counts for Azure (fact 3.8/18) counts as little after a plan was saved and read again."""

from __future__ import annotations

import json
from dataclasses import replace

from reconciler.model.plan import Plan, RefusalRule, Verb
from reconciler.planner.document import digest_of, saved_document
from reconciler.planner.saved import load
from tests.support.estates import versions
from tests.support.random_estates import OPTIONS as CAREFUL
from tests.support.random_estates import desired_of, planned, taken
from tests.support.workbench import only, short
from tests.unit.planner.decisions.texts import ALL, BASE


def saved(old: str, new: str) -> Plan:
    plan = planned(desired_of(new), taken(desired_of(old)))
    return load(json.dumps(saved_document(plan)), "plan.json").plan


def test_a_refused_change_still_compares_its_source_in_any_case() -> None:
    (refusal,) = saved(ALL, ALL.replace("ubuntu-1.0.0}", "other}")).refusals

    (change,) = refusal.changes
    assert refusal.rule is RefusalRule.IMMUTABLE
    assert change.path == ("storageProfile", "source", "id")
    assert str(change.before).endswith("ubuntu-1.0.0")
    assert change.before == change.before.swapcase()
    assert change.after == change.after.swapcase()


def test_a_refusal_of_the_whole_run_about_nothing_comes_back_as_it_was() -> None:
    plan = planned(desired_of(""), taken(desired_of(ALL)), replace(CAREFUL, allow_empty=False))
    assert plan.refusals
    assert not plan.refusals[0].addresses

    assert load(json.dumps(saved_document(plan)), "plan.json").plan.refusals == plan.refusals


def test_changes_of_a_refusal_without_an_address_come_back_as_they_were() -> None:
    plan = planned(desired_of(ALL.replace("ubuntu-1.0.0}", "other}")), taken(desired_of(ALL)))
    lost = replace(plan, refusals=(replace(plan.refusals[0], addresses=()),))
    lost = replace(lost, digest=digest_of(lost))

    assert load(json.dumps(saved_document(lost)), "plan.json").plan.refusals == lost.refusals


def test_a_changed_tag_is_the_same_tag_in_any_case() -> None:
    update = only(saved(ALL, ALL.replace("team: platform", "team: infra")), Verb.UPDATE)

    assert short(update.address) == "corp"
    assert [change.path for change in update.changes] == [("tags", "TEAM")]


def test_what_a_delete_expects_compares_in_any_case() -> None:
    delete = only(saved(ALL, BASE + versions("1.1.0")), Verb.DELETE)

    assert delete.expected is not None
    source = delete.expected["storageProfile"]["source"]["id"]
    assert source == source.swapcase()


def test_what_was_made_without_knowing_what_was_there_still_knows_nothing() -> None:
    assert {action.expected for action in saved("", ALL).writes} == {None}
