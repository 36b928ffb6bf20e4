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

from reconciler.kinds.canonical import live as canonical_live
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.overlay import same
from reconciler.kinds.registry import rules_of
from reconciler.live.reader import ReadScope, read
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Plan, Verb
from reconciler.model.restriction import IgnoreRule
from reconciler.model.state import DesiredState, LiveResource, LiveState, Unread
from reconciler.planner.document import plan_document
from reconciler.planner.globs import paths_named
from reconciler.planner.options import Options
from reconciler.settings.field_path import path_parts
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
        for region, version in latest_of(siblings).items()
    }


def latest_of(versions: list[LiveResource]) -> dict[str, str]:
    """By region the highest version that is provisioned and not excluded; "" where there is none."""
    found: dict[str, tuple[tuple[int, ...], str]] = {}
    for version in versions:
        name, profile = str(version.address.version), version.body.get("publishingProfile") or {}
        regions = (profile.get("targetRegions") or {"": {"name": version.body.get("location")}}).values()
        for entry in regions:
            found.setdefault(str(entry["name"]), ((), ""))
            excluded = profile.get("excludeFromLatest") or entry.get("excludeFromLatest")
            if version.state in ("Succeeded", "Updating") and not excluded:
                number = tuple(int(part) for part in name.split("."))
                found[entry["name"]] = max(found[entry["name"]], (number, name))
    return {region: name for region, (_, name) in found.items()}


def every_address(bench: Workbench) -> frozenset[str]:
    return frozenset(
        f"rg-images/{key.split('/galleries/', 1)[1].replace('/images/', '/').replace('/versions/', '/')}".lower()
        for key in bench.emulator.resources()
        if "/galleries/" in key
    )


PATHS = st.sampled_from(
    [
        *("description", "tags", "tags.*", "tags.team", "location", "features", "features[*]", "features[*].value"),
        *("recommended", "recommended.vCPUs", "recommended.vCPUs.max", "disallowed.diskTypes", "identifier.sku"),
        *("publishingProfile", "publishingProfile.*", "publishingProfile.targetRegions"),
        *("publishingProfile.targetRegions[*]", "publishingProfile.targetRegions[northeurope]"),
        *("publishingProfile.targetRegions[*].regionalReplicaCount", "publishingProfile.endOfLifeDate"),
        *("safetyProfile", "safetyProfile.allowDeletionOfReplicatedLocations", "features[*].startsAtVersion", "*"),
    ]
)
IGNORE_RULES = st.lists(st.builds(IgnoreRule, PATHS, st.just("theirs")), min_size=1, max_size=4, unique=True)


@FIXED
@given(estates(), estates(), IGNORE_RULES)
def test_no_body_ever_changes_an_ignored_field_of_a_live_resource(old: str, new: str, rules: list[IgnoreRule]) -> None:
    live = taken(desired_of(old))

    plan = planned(desired_of(new), live, replace(OPTIONS, ignore=tuple(rules)))

    for action in plan.writes:
        if action.body is None or action.address not in live.resources:
            continue
        before = live.resources[action.address].body
        after = canonical_live(rules_of(action.address.kind).shape, unwrap(action.body))
        for rule in rules:
            for path in paths_named(path_parts(rule.path), (before, after)):
                assert kept(before, after, path), (rule.path, path, action)


def kept(before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[Any, ...]) -> bool:
    """Whether a field is as it was; an entry that comes or goes takes its fields along, our own tags are ours."""
    for length in range(1, len(path)):
        if str(path[length - 1]).startswith("[") and None in (dig(before, path[:length]), dig(after, path[:length])):
            return True
    foreign = [
        {key: tag for key, tag in value.items() if "reconciler." not in key} if path == ("tags",) and value else value
        for value in (dig(before, path), dig(after, path))
    ]
    return path[-1] in OWN or same(*foreign) or not any(foreign)


def dig(body: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        body = body.get(part) if isinstance(body, Mapping) else None
    return body


OWN = ("reconciler.owner", "reconciler.pending", "allowUpdateImage")


@FIXED
@given(estates(), estates(), IGNORE_RULES)
def test_what_rules_hide_is_listed_and_never_shown_as_a_change(old: str, new: str, rules: list[IgnoreRule]) -> None:
    plan = planned(desired_of(new), taken(desired_of(old)), replace(OPTIONS, ignore=tuple(rules)))

    shown = {(action.address, change.path) for action in plan.actions for change in action.changes}
    hidden = {(found.address, found.path) for found in plan.ignored if found.live is not None}
    assert sum(use.hidden for use in plan.ignore_rules) == len(plan.ignored)
    assert all(found.live != found.declared for found in plan.ignored)
    assert not hidden & shown


@FIXED
@given(estates(), estates(), st.data())
def test_a_selected_part_is_a_part_of_the_whole_plan_and_stands_by_itself(
    old: str, new: str, data: st.DataObject
) -> None:
    desired, live = desired_of(new), taken(desired_of(old))
    everywhere = sorted({*live.resources, *desired.resources})
    if not everywhere:
        return
    names = st.lists(st.sampled_from([address.text() for address in everywhere]), max_size=3, unique=True)
    only, excepted = data.draw(names), data.draw(names)

    whole = planned(desired, live, replace(OPTIONS, allow_last_version=last_versions(live)))
    options = replace(OPTIONS, only=tuple(only), excepted=tuple(excepted), allow_last_version=last_versions(live))
    part = planned(desired, live, options)

    assert {action.id for action in part.writes} <= {action.id for action in whole.writes}
    gone = {action.address for action in part.writes if action.verb is Verb.DELETE}
    made = {action.address for action in part.writes if action.verb is Verb.CREATE}
    for action in part.writes:
        assert action.address.text() not in excepted
        for parent in action.address.ancestors:
            assert action.verb is not Verb.CREATE or parent in live.resources or parent in made
    for address in live.resources:
        assert not any(parent in gone for parent in address.ancestors) or address in gone


def last_versions(live: LiveState) -> frozenset[str]:
    return frozenset(address.text().lower() for address in live.resources)


@FEW
@given(estates(), estates(), IGNORE_RULES)
def test_with_rules_the_service_never_objects_and_then_nothing_is_left(
    old: str, new: str, rules: list[IgnoreRule]
) -> None:
    with tempfile.TemporaryDirectory() as folder, workbench(Path(folder)) as raw:
        bench = opened(raw)
        bench.write(old or "apiVersion: gallery-reconciler/v1\nkind: Defaults\n")
        bench.carry_out(bench.plan())
        bench.write(new or "apiVersion: gallery-reconciler/v1\nkind: Defaults\n")
        narrowed = {"ignore": tuple(rules), "allow_empty": True}
        bench.carry_out(bench.plan(**narrowed))
        refused = [record for record in bench.emulator.requests if record.status >= 400 and record.status != 404]
        assert not refused, refused
        assert not bench.plan(**narrowed).pending
