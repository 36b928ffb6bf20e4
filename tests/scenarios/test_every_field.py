"""Every field of every kind: changing it plans what its rule says, and the service agrees when the change is forced."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.kinds.registry import KINDS
from reconciler.kinds.rules import Rule
from reconciler.kinds.shape import Slot, leaves
from reconciler.model.address import Kind
from reconciler.model.plan import RefusalRule
from reconciler.planner.bodies import arm_body
from tests.support import field_samples as samples
from tests.support.field_estates import TABLES, declared, lay
from tests.support.workbench import Workbench, changed, workbench, writes

CHANGING = (Rule.UPDATABLE, Rule.ACCEPTED, Rule.SET_ONCE, Rule.GUARDED, Rule.SHARED)


def fields(*rules: Rule) -> list[Any]:
    return [
        pytest.param(kind, slot, id=f"{kind}.{slot.path}")
        for kind, known in KINDS.items()
        for slot in leaves(known.shape)
        if slot.field.rule in rules and not slot.path.startswith("identity.userAssigned")
    ]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as running:
        yield running


def declare(bench: Workbench, kind: Kind, fragment: dict[str, Any]) -> None:
    bench.write(declared(kind, fragment))


def test_every_field_of_the_registry_has_an_example() -> None:
    missing = [
        f"{kind}.{slot.path}"
        for kind, known in KINDS.items()
        for slot in leaves(known.shape)
        if slot.field.rule not in (Rule.READ_ONLY, Rule.IDENTITY)
        and slot.path not in TABLES[kind][1]
        and not slot.path.startswith("identity.userAssigned")
    ]
    assert not missing


@pytest.mark.parametrize(("kind", "slot"), fields(*CHANGING))
def test_a_changeable_field_is_updated_alone_and_then_nothing_is_left(bench: Workbench, kind: Kind, slot: Slot) -> None:
    before, after = TABLES[kind][1][slot.path]
    declare(bench, kind, before)
    bench.apply()
    assert not writes(bench.plan())

    declare(bench, kind, after)
    plan = bench.plan()

    assert {verb for verb, _ in writes(plan)} == {"share" if slot.field.rule is Rule.SHARED else "update"}
    assert {action.address.kind for action in plan.writes} == {kind}
    name = slot.path.split(".")[-1].removesuffix("[]")
    shown = [path for path, _, _ in changed(plan)]
    assert any(name in path or slot.field.rule is Rule.GUARDED or "[" in path for path in shown), shown
    if slot.field.rule is not Rule.GUARDED:
        assert len(shown) <= 2, shown  # a second line only where an entry of a keyed list is swapped
    bench.apply()
    assert not writes(bench.plan())


@pytest.mark.parametrize(("kind", "slot"), fields(Rule.IMMUTABLE))
def test_an_immutable_field_is_refused_and_the_service_refuses_it_too(bench: Workbench, kind: Kind, slot: Slot) -> None:
    before, after = TABLES[kind][1][slot.path]
    declare(bench, kind, before)
    bench.apply()
    assert not writes(bench.plan())

    declare(bench, kind, after)
    plan = bench.plan()

    assert not writes(plan)
    (refusal,) = plan.refusals
    assert refusal.rule is RefusalRule.IMMUTABLE
    assert refusal.ways_out
    assert all(change.origin is not None and change.origin.line for change in refusal.changes)
    status, code = force(bench, kind)
    assert (status, code) in {
        (409, "PropertyChangeNotAllowed"),
        (409, "InvalidResourceLocation"),
        (400, "RoleAssignmentUpdateNotPermitted"),
        (400, "UnmatchedPrincipalType"),
        (400, "InvalidParameter"),  # the LUN of a data disk (fact 4.3/20)
    }, (status, code)


@pytest.mark.parametrize(("kind", "slot"), fields(Rule.WRITE_ONLY))
def test_a_write_only_field_is_never_a_difference(bench: Workbench, kind: Kind, slot: Slot) -> None:
    before, after = TABLES[kind][1][slot.path]
    declare(bench, kind, before)
    bench.apply()
    declare(bench, kind, after)

    assert not bench.plan().pending


@pytest.mark.parametrize("entry", ["role", "principal"])
def test_another_role_or_principal_is_another_assignment(bench: Workbench, entry: str) -> None:
    declare(bench, Kind.ROLE_ASSIGNMENT, {})
    bench.apply()
    other = {"role": "Contributor", "principal": {"id": "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e70", "type": "Group"}}
    declare(bench, Kind.ROLE_ASSIGNMENT, {entry: other[entry]})

    plan = bench.plan(prune=True)

    assert [verb for verb, _ in writes(plan)] == ["create", "delete"]


def test_user_assigned_identities_are_added_and_removed_by_key(bench: Workbench) -> None:
    one: dict[str, Any] = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {samples.ID_A: {}}}}
    declare(bench, Kind.GALLERY, one)
    bench.apply()
    assert not writes(bench.plan())
    two: dict[str, Any] = {"identity": {"userAssignedIdentities": {samples.ID_A: None, samples.ID_A[:-1] + "b": {}}}}
    declare(bench, Kind.GALLERY, lay(one, two))

    bench.apply()

    assert list(bench.live("/galleries/g")["identity"]["userAssignedIdentities"]) == [samples.ID_A[:-1] + "b"]
    assert not writes(bench.plan())


def force(bench: Workbench, kind: Kind) -> tuple[int, str]:
    """Send what the manifest asks for, past the planner; the final word, also when an operation says it."""
    desired = next(found for found in bench.built().desired.resources.values() if found.address.kind is kind)
    live = bench.gateway
    existing = [key for key in bench.emulator.resources() if kind is Kind.ROLE_ASSIGNMENT and "roleAssignments" in key]
    target = existing[0] if existing else desired.address.resource_id
    answer = live.put(kind, target, arm_body(desired.address, desired.body))
    if not answer.ok:
        return answer.status, answer.code
    return answer.status, ""
