"""What holds for every plan, whatever is declared and whatever is live."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.live.reader import ReadScope, read
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Plan, Verb
from reconciler.model.state import DesiredState, LiveResource, LiveState, Unread
from reconciler.planner.document import plan_document
from reconciler.planner.latest import provisioned_latest
from reconciler.planner.options import Options
from tests.support.random_estates import OPTIONS, desired_of, estates, planned, taken
from tests.support.soak import FIXED_SEEDS, examples
from tests.support.workbench import Workbench, workbench

FIXED = settings(
    derandomize=FIXED_SEEDS, max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
FEW = settings(FIXED, max_examples=examples(12))


@FIXED
@given(estates())
def test_what_was_taken_as_declared_needs_nothing(text: str) -> None:
    desired = desired_of(text)

    plan = planned(desired, taken(desired))

    assert not plan.pending
    assert not plan.refusals


@FIXED
@given(estates(), estates(), st.randoms(use_true_random=False))
def test_the_same_inputs_in_any_order_give_the_same_plan(old: str, new: str, dice: random.Random) -> None:
    live, desired = taken(desired_of(old)), desired_of(new)

    def shuffled(entries: Mapping[Any, Any]) -> dict[Any, Any]:
        keys = list(entries)
        dice.shuffle(keys)
        return {key: entries[key] for key in keys}

    again = planned(
        DesiredState(shuffled(desired.resources), desired.scopes), replace(live, resources=shuffled(live.resources))
    )

    assert plan_document(planned(desired, live)) == plan_document(again)


@FIXED
@given(estates(), estates())
def test_an_order_never_puts_a_child_before_its_parent_nor_a_parents_end_before_its_childs(old: str, new: str) -> None:
    plan = planned(desired_of(new), taken(desired_of(old)))

    place = {action.id: number for number, action in enumerate(plan.actions)}
    for action in plan.actions:
        assert all(place[need] < place[action.id] for need in action.requires)
    reachable = closure(plan)
    for action in plan.actions:
        for other in plan.actions:
            if action.address not in other.address.ancestors:
                continue
            if action.verb is Verb.CREATE and other.verb is Verb.CREATE:
                assert action.id in reachable[other.id]
            if action.verb is Verb.DELETE:
                assert other.verb is Verb.DELETE, "a child outlives its parent"
                assert other.id in reachable[action.id]


def closure(plan: Plan) -> dict[str, set[str]]:
    """Everything that must have succeeded before an action starts."""
    needs: dict[str, set[str]] = {}
    for action in plan.actions:
        needs[action.id] = set(action.requires).union(*(needs[need] for need in action.requires))
    return needs


@FIXED
@given(estates(), estates(), st.data())
def test_nothing_is_created_or_deleted_under_an_unread_place(old: str, new: str, data: st.DataObject) -> None:
    live, desired = taken(desired_of(old)), desired_of(new)
    everywhere = sorted({*live.resources, *desired.resources})
    if not everywhere:
        return
    place = data.draw(st.sampled_from(everywhere))
    unread = Unread(place.key, place.text(), "AuthorizationFailed", "no")
    seen = {
        address: found for address, found in live.resources.items() if address == place or not unread.covers(address)
    }

    plan = planned(desired, LiveState(seen, unread=(unread,)))

    for action in plan.writes:
        if action.verb in (Verb.CREATE, Verb.DELETE):
            assert not unread.covers(action.address)
            assert not (action.verb is Verb.DELETE and action.address in place.ancestors)


@FIXED
@given(estates())
def test_nothing_that_is_not_ours_is_ever_deleted_or_changed(text: str) -> None:
    live = taken(desired_of(text), replace(OPTIONS, instance="other"))

    plan = planned(DesiredState({}), live)

    assert not plan.pending
    assert not plan.undeclared


@FIXED
@given(estates(), estates())
def test_every_write_shows_a_difference(old: str, new: str) -> None:
    plan = planned(desired_of(new), taken(desired_of(old)))

    assert all(action.changes for action in plan.writes if action.verb is not Verb.DELETE)
    assert all(action.reasons for action in plan.pending)


def opened(bench: Workbench) -> Workbench:
    return replace(bench, options=Options(instance="test", max_deletes=1000, max_delete_percent=100))


@FEW
@given(estates(), estates())
def test_an_applied_estate_plans_nothing_and_the_service_never_objects(old: str, new: str) -> None:
    with tempfile.TemporaryDirectory() as folder, workbench(Path(folder)) as raw:
        bench = opened(raw)
        for text in (old, new):
            bench.write(text or "apiVersion: gallery-reconciler/v1\nkind: Defaults\n")
            lift = {"prune": True, "allow_empty": True, "allow_last_version": every_address(bench)}
            plan = bench.plan(**lift)
            deletes = sum(action.verb is Verb.DELETE for action in plan.writes)
            assert not plan.refusals, plan.refusals
            bench.carry_out(plan)
            refused = [record for record in bench.emulator.requests if record.status >= 400 and record.status != 404]
            assert not refused, refused
            after = bench.plan(**lift)
            assert not after.pending, (deletes, plan_document(after))


@FEW
@given(estates(), estates())
def test_latest_is_afterwards_what_the_plan_said(old: str, new: str) -> None:
    with tempfile.TemporaryDirectory() as folder, workbench(Path(folder)) as raw:
        bench = opened(raw)
        for text in (old, new):
            bench.write(text or "apiVersion: gallery-reconciler/v1\nkind: Defaults\n")
            before = latest_now(bench)
            plan = bench.plan(prune=True, allow_empty=True, allow_last_version=every_address(bench))
            bench.carry_out(plan)
            after = latest_now(bench)

            said = {(row.definition, row.region): (row.before, row.after) for row in plan.latest}
            for place, (was, becomes) in said.items():
                assert before.get(place, "") == was
                assert after.get(place, "") == becomes
            changed = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
            silent = {place for place in changed - said.keys() if before.get(place) or after.get(place)}
            assert not silent, "latest moved and the plan did not say so"


def latest_now(bench: Workbench) -> dict[tuple[Address, str], str]:
    """What `latest` resolves to, by definition and region, judged from what the service holds now."""
    versions: dict[Address, list[LiveResource]] = {}
    live = read(bench.gateway, bench.built().desired, ReadScope(bench.scopes, bench.options.owner))
    for address, found in live.resources.items():
        if address.kind is Kind.IMAGE_VERSION and address.parent is not None:
            versions.setdefault(address.parent, []).append(found)
    return {
        (definition, region): version
        for definition, siblings in versions.items()
        for region, version in provisioned_latest(siblings).items()
    }


def every_address(bench: Workbench) -> frozenset[str]:
    return frozenset(
        f"rg-images/{key.split('/galleries/', 1)[1].replace('/images/', '/').replace('/versions/', '/')}".lower()
        for key in bench.emulator.resources()
        if "/galleries/" in key
    )
