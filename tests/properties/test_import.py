"""What is live, imported and planned, is nothing to do: whatever the estate, the instance and the texts it holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.importing import HIDDEN_TAGS, Imported, declare, import_pass
from reconciler.live.conversion import to_live
from reconciler.live.everything import Everything
from reconciler.manifest.emit import emit
from reconciler.manifest.yaml_text import as_flow, as_yaml
from reconciler.model.address import Kind, Scope
from reconciler.model.plan import Target
from reconciler.model.state import LiveState
from reconciler.planner.bodies import arm_body, new_body
from reconciler.planner.document import plan_document
from reconciler.planner.options import Options
from tests.support.random_estates import NOW, OPTIONS, desired_of, estates, planned, taken
from tests.support.soak import FIXED_SEEDS, examples
from tests.support.workbench import GROUP, SUB, workbench

FIXED = settings(
    derandomize=FIXED_SEEDS, max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
FEW = settings(FIXED, max_examples=examples(15))
TARGET = Target("test", "emulator", "test", (Scope(SUB, GROUP),))
INSTANCES = ["test", "other", ""]


def stream(imported: Imported) -> str:
    return "---\n".join(gallery.standing for gallery in imported.emission.galleries)


def shown(imported: Imported) -> list[object]:
    return [*imported.omissions, *imported.differences, *imported.emission.diagnostics, *imported.unread]


def assert_nothing_to_do(imported: Imported, live: LiveState) -> None:
    assert not shown(imported), stream(imported)
    desired = desired_of(stream(imported))
    assert desired.resources.keys() == live.resources.keys()
    for instance in INSTANCES:
        plan = planned(desired, live, replace(OPTIONS, instance=instance, prune=False, adopt=frozenset({"all"})))
        assert not plan.pending, plan_document(plan)
        assert not plan.refusals, plan_document(plan)


@FIXED
@given(estates(free=True), st.sampled_from(INSTANCES))
def test_what_was_taken_imports_to_manifests_that_plan_nothing(text: str, instance: str) -> None:
    live = taken(desired_of(text), Options(instance=instance))

    imported = declare(live, OPTIONS, TARGET, now=NOW)

    assert_nothing_to_do(imported, live)
    assert stream(imported) == stream(declare(live, OPTIONS, TARGET, now=NOW))


@FEW
@given(estates(free=True))
def test_what_was_applied_imports_to_manifests_that_plan_nothing(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, workbench(Path(folder)) as bench:
        bench.write(text or "apiVersion: gallery-reconciler/v1\nkind: Defaults\n")
        bench.apply()
        everything = Everything(boot_keys=True)

        imported = import_pass(bench.gateway, everything, bench.options, TARGET, now=NOW)

        assert not shown(imported), stream(imported)
        declared = set(bench.built().desired.resources)
        bench.write(stream(imported) or "apiVersion: gallery-reconciler/v1\nkind: Defaults\n")
        assert set(bench.built().desired.resources) == declared
        for instance in INSTANCES:
            plan = bench.plan(instance=instance, adopt=frozenset({"all"}))
            assert not plan.pending, plan_document(plan)
            assert not plan.refusals, plan_document(plan)


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@FIXED
@given(anything, anything)
@example("\u2028", "a\u0085b")
@example("\ufeff", "\x00\x1b[31m")
@example(" \n \n", "\n")
@example("null", "<<")
def test_any_text_reads_back_the_same_from_yaml_and_holds_no_control_characters(key: str, text: str) -> None:
    document: dict[str, Any] = {"apiVersion": "v1", key: text, "list": [text, {key: [text]}], "map": {"a": {key: text}}}

    for written in (as_yaml(document), as_flow(document)):
        assert yaml.safe_load(written) == document
        assert written.replace("\n", "").isprintable()


@FIXED
@given(estates(free=True), anything, st.data())
def test_any_live_text_is_declared_as_it_is_or_named_as_left_out(estate: str, text: str, data: st.DataObject) -> None:
    """The service may hold texts that no manifest of ours ever sent."""
    live = taken(desired_of(estate))
    if not live.resources:
        return
    address = data.draw(st.sampled_from(sorted(live.resources)))
    odd = replace(
        live.resources[address], body={**live.resources[address].body, "description": text, "tags": {"t": text}}
    )
    if address.kind in (Kind.IMAGE_VERSION, Kind.ROLE_ASSIGNMENT):
        return
    changed = LiveState({**live.resources, address: odd})

    imported = declare(changed, OPTIONS, TARGET, now=NOW)

    assert_nothing_to_do(imported, changed)
    assert desired_of(stream(imported)).resources[address].body["description"] == text


@FIXED
@given(estates(free=True), st.none() | st.booleans() | st.integers() | anything, st.data())
def test_no_live_value_whatever_makes_manifests_that_are_invalid_or_plan_something(
    estate: str, value: Any, data: st.DataObject
) -> None:
    """A field may hold what nobody foresaw: then it, or the resource that needs it, is left out by name."""
    desired = desired_of(estate)
    live = taken(desired)
    if not live.resources:
        return
    address = data.draw(st.sampled_from(sorted(live.resources)))
    arm = {"name": "0", **arm_body(address, new_body(desired.resources[address], OPTIONS))}
    spoil(arm, data.draw(st.sampled_from([*spots(arm, ())])), value)
    changed = LiveState({**live.resources, address: replace(to_live(address, arm, address.kind), state="Succeeded")})

    imported = declare(changed, OPTIONS, TARGET, now=NOW)

    assert not imported.emission.diagnostics
    assert not imported.differences
    desired_of(stream(imported))


def spots(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The paths of all single values below one; mappings and lists keep their places."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        if isinstance(entry, dict | list):
            yield from spots(entry, (*path, key))
        else:
            yield (*path, key)


def spoil(body: Any, spot: tuple[str | int, ...], value: Any) -> None:
    *above, last = spot
    for part in above:
        body = body[part]
    body[last] = value


@FIXED
@given(estates(free=True))
def test_our_own_tags_are_never_declared(text: str) -> None:
    live = taken(desired_of(text))

    emission = emit(live.resources, HIDDEN_TAGS, now=NOW)

    assert all("reconciler." not in gallery.standing for gallery in emission.galleries)
