"""`--only` and `--except`: what is selected is planned, what it needs comes along, the rest is left alone and named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.plan import Plan, RefusalRule, Verb
from reconciler.model.state import LiveState
from reconciler.planner.document import plan_document
from reconciler.planner.options import Options
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, desired_of, planned, taken
from tests.support.workbench import SUB, short, writes

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")
ORIGINAL = f"/subscriptions/{SUB}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/corp/images/ubuntu"
COPY = f"""
      - metadata: {{name: 2.0.0}}
        spec:
          storageProfile: {{source: {{id: {ORIGINAL}/versions/1.1.0}}}}
          publishingProfile: {{targetRegions: [westeurope]}}
"""
LIFTED = replace(OPTIONS, allow_empty=True)


def between(old: str, new: str, *only: str, excepted: tuple[str, ...] = (), options: Options = LIFTED) -> Plan:
    live = taken(desired_of(old)) if old else LiveState({})
    return planned(desired_of(new), live, replace(options, only=only, excepted=excepted))


def pulled(plan: Plan) -> list[str]:
    assert plan.selection is not None
    return [short(address) for address in plan.selection.pulled_in]


def left(plan: Plan) -> dict[str, str]:
    assert plan.selection is not None
    return {short(one.address): short(one.needs) if one.needs else "" for one in plan.selection.left_out}


def test_without_a_selection_a_plan_is_whole() -> None:
    assert between("", ALL).selection is None
    assert plan_document(between("", ALL))["selection"] is None


def test_only_what_is_named_changes_and_the_rest_is_named_as_left_out() -> None:
    new = ALL.replace("Golden", "New").replace("description: Ubuntu", "description: Other")

    plan = between(ALL, new, "rg-images/corp/*")

    assert writes(plan) == [("update", "corp/ubuntu")]
    assert left(plan) == {"corp": ""}
    assert not pulled(plan)


def test_parents_that_must_be_created_are_pulled_in() -> None:
    plan = between("", ALL, "rg-images/corp/ubuntu/1.0.0")

    assert writes(plan) == [("create", "corp"), ("create", "corp/ubuntu"), ("create", "corp/ubuntu/1.0.0")]
    assert pulled(plan) == ["corp", "corp/ubuntu"]
    assert "corp/ubuntu/1.1.0" in left(plan)


def test_a_parent_that_only_changes_is_not_pulled_in() -> None:
    old = GALLERY + IMAGE + versions("1.0.0")

    plan = between(old, ALL.replace("Golden", "New"), "rg-images/corp/ubuntu/1.1.0")

    assert writes(plan) == [("create", "corp/ubuntu/1.1.0")]


def test_the_version_that_a_version_is_made_from_is_pulled_in() -> None:
    old = GALLERY + IMAGE + versions("1.0.0")

    plan = between(old, ALL.rstrip("\n") + COPY, "**/2.0.0")

    assert writes(plan) == [("create", "corp/ubuntu/1.1.0"), ("create", "corp/ubuntu/2.0.0")]
    assert pulled(plan) == ["corp/ubuntu/1.1.0"]


def test_deletes_below_a_delete_are_pulled_in() -> None:
    plan = between(ALL, GALLERY + ACCESS, "rg-images/corp/*")

    assert {verb for verb, _ in writes(plan)} == {"delete"}
    assert pulled(plan) == ["corp/ubuntu/1.0.0", "corp/ubuntu/1.1.0"]


def test_a_name_without_a_glob_includes_everything_below_it() -> None:
    plan = between(ALL, GALLERY + ACCESS, "rg-images/corp/ubuntu")

    assert len(plan.writes) == 3
    assert not pulled(plan)


def test_what_is_excepted_is_never_deleted_and_holds_its_parent() -> None:
    plan = between(ALL, GALLERY + ACCESS, excepted=("**/1.0.0",))

    assert writes(plan) == [("delete", "corp/ubuntu/1.1.0")]
    assert left(plan) == {"corp/ubuntu": "corp/ubuntu/1.0.0", "corp/ubuntu/1.0.0": ""}


def test_what_needs_an_excepted_parent_is_left_out_with_it() -> None:
    plan = between("", ALL, excepted=("rg-images/corp/*",))

    assert {short(action.address) for action in plan.writes} == {
        "corp",
        "corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f",
    }
    assert left(plan)["corp/ubuntu/1.0.0"] == "corp/ubuntu"


def test_a_delete_that_is_left_out_does_not_count() -> None:
    few = replace(LIFTED, max_deletes=1, allow_last_version=frozenset({"rg-images/corp/ubuntu"}))

    whole = between(ALL, GALLERY + ACCESS, options=few)
    part = between(ALL, GALLERY + ACCESS, "**/1.0.0", options=few)

    assert [found.rule for found in whole.refusals] == [RefusalRule.MAX_DELETES]
    assert not part.refusals
    assert writes(part) == [("delete", "corp/ubuntu/1.0.0")]


def test_guards_judge_what_is_selected_and_not_what_would_be() -> None:
    old, new = GALLERY + IMAGE + versions("1.0.0"), GALLERY + IMAGE + versions("1.1.0")

    assert not between(old, new).refusals
    plan = between(old, new, "**/1.0.0")

    assert [found.rule for found in plan.refusals] == [RefusalRule.LAST_USABLE]
    assert not plan.writes


def test_a_last_version_goes_where_another_one_is_left_out() -> None:
    plan = between(ALL, GALLERY + ACCESS + IMAGE, "**/1.1.0")

    assert not plan.refusals
    assert writes(plan) == [("delete", "corp/ubuntu/1.1.0")]


def test_a_refusal_counts_only_where_something_of_it_is_selected() -> None:
    new = ALL.replace("osState: Generalized", "osState: Specialized").replace("northeurope=1", "northeurope=2")
    new = new.replace("Golden", "New")

    assert not between(ALL, new, "rg-images/*").refusals
    held = between(ALL, new, "**/1.0.0")

    assert [found.rule for found in held.refusals] == [RefusalRule.IMMUTABLE]
    assert not held.writes


def test_the_digest_tells_a_part_from_the_whole() -> None:
    new = ALL.replace("Golden", "New")

    assert between(ALL, new).digest != between(ALL, new, "rg-images/**").digest


@pytest.mark.parametrize("pattern", ["rg-images/crop/**", "corp"])
def test_a_pattern_that_names_nothing_is_known_as_such(pattern: str) -> None:
    plan = between(ALL, ALL, pattern)

    assert plan.selection is not None
    assert plan.selection.empty
    assert plan.selection.unmatched == (pattern,)
    assert not any(action.verb is not Verb.NOOP for action in plan.actions)
