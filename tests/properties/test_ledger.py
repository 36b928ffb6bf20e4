"""The ledger sharpens words and decides nothing, whatever is in it; and what it keeps comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds.overlay import same
from reconciler.kinds.paths import recalled
from reconciler.kinds.registry import rules_of
from reconciler.model.address import Kind
from reconciler.model.ledger import Applied
from reconciler.model.plan import Plan, Reason
from reconciler.planner.context import context_of
from reconciler.planner.document import plan_document
from reconciler.planner.drift import drift_of
from tests.properties.test_planner import FIXED
from tests.support.random_estates import NOW, OPTIONS, applied, desired_of, estates, planned, taken

WORDS = {Reason.SPEC_CHANGED, Reason.DRIFTED, Reason.DIFFERS}
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
names = st.sampled_from(["tags", "description", "publishingProfile", "targetRegions", "[northeurope]", "team", "name"])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4))
bodies = st.dictionaries(names, values, max_size=5)
garbage = st.builds(Applied, bodies, st.dictionaries(st.sampled_from(["a.b", "tags", "x"]), values, max_size=2))


def decisions(plan: Plan) -> list[Any]:
    """Everything of a plan but its words."""
    return [
        *((action.id, action.verb, action.requires, action.body, shown(action.changes)) for action in plan.actions),
        *((refusal.rule, refusal.addresses, shown(refusal.changes)) for refusal in plan.refusals),
        plan.undeclared,
        plan.unread,
    ]


def shown(changes: Any) -> list[Any]:
    return [(change.path, change.before, change.after) for change in changes]


@FIXED
@given(estates(), estates(), st.data())
def test_no_decision_depends_on_the_ledger(old: str, new: str, data: st.DataObject) -> None:
    live, desired = taken(desired_of(old)), desired_of(new)
    addresses = sorted(desired.resources)
    wild = data.draw(st.dictionaries(st.sampled_from(addresses), garbage)) if addresses else {}

    plans = [planned(desired, live, ledger=ledger) for ledger in ({}, applied(desired), applied(desired_of(old)), wild)]

    assert all(decisions(plan) == decisions(plans[0]) for plan in plans)


@FIXED
@given(estates(), estates(), st.data())
def test_the_same_ledger_gives_the_same_plan_and_every_written_difference_has_a_reason(
    old: str, new: str, data: st.DataObject
) -> None:
    live, desired = taken(desired_of(old)), desired_of(new)
    known = applied(desired_of(old))
    kept = data.draw(st.sets(st.sampled_from(sorted(known)))) if known else set()
    ledger = {address: entry for address, entry in known.items() if address in kept}

    plan = planned(desired, live, ledger=ledger)

    assert plan_document(plan) == plan_document(planned(desired, live, ledger=dict(reversed(ledger.items()))))
    for action in plan.writes:
        assert WORDS.isdisjoint(action.reasons) is (action.verb not in ("update", "adopt"))


@FIXED
@given(estates(), estates())
def test_what_was_applied_and_is_declared_still_can_only_have_drifted(old: str, new: str) -> None:
    live, desired = taken(desired_of(old)), desired_of(new)

    plan = planned(desired, live, ledger=applied(desired))

    reasons = {change.reason for action in plan.actions for change in action.changes} - {""}
    assert reasons <= {Reason.DRIFTED}


@FIXED
@given(estates(), estates())
def test_what_is_live_as_applied_can_only_have_changed_in_the_manifest(old: str, new: str) -> None:
    before, desired = desired_of(old), desired_of(new)

    plan = planned(desired, taken(before), ledger=applied(before))

    reasons = {change.reason for action in plan.actions for change in action.changes} - {""}
    assert reasons <= {Reason.SPEC_CHANGED}


@FIXED
@given(estates(), estates())
def test_a_changed_manifest_is_no_drift_and_only_what_was_applied_can_be_missing(old: str, new: str) -> None:
    before, desired = desired_of(old), desired_of(new)
    live = taken(before)
    absent = frozenset(desired.resources.keys() - live.resources.keys())

    drift = drift_of(context_of(desired.resources, replace(live, absent=absent), OPTIONS, NOW, applied(before)))

    assert not drift.resources
    assert not drift.unread


@FIXED
@given(estates())
def test_an_entry_that_went_through_json_is_what_it_was(text: str) -> None:
    for address, entry in applied(desired_of(text)).items():
        again = recalled(rules_of(address.kind).shape, (), json.loads(json.dumps(entry.body)))
        assert same(again, entry.body)
        assert same(entry.body, again)


@FIXED
@given(bodies)
def test_any_json_object_can_be_recalled(body: dict[str, Any]) -> None:
    for kind in Kind:
        assert isinstance(recalled(rules_of(kind).shape, (), body), dict)
