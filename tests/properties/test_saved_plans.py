"""A plan that was saved is the plan it was, and nothing else passes for one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import PlanFileError
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import Action, Plan, Source
from reconciler.model.state import LiveState, Unread
from reconciler.planner.bodies import arm_body
from reconciler.planner.document import digest_of, digest_of_document, plan_document, saved_document
from reconciler.planner.saved import load
from tests.golden.everything import PLAN as EVERYTHING
from tests.support.estates import ESTATE, GALLERY
from tests.support.random_estates import desired_of, estates, planned, taken
from tests.support.soak import FIXED_SEEDS, examples

FIXED = settings(
    derandomize=FIXED_SEEDS, max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
PLAN = planned(desired_of(ESTATE), taken(desired_of(GALLERY)))


def text_of(plan: Plan) -> str:
    return json.dumps(saved_document(plan, {"calls": 1}))


def sealed(document: dict[str, Any]) -> str:
    """A document whose digest fits whatever was done to it."""
    return json.dumps({**document, "digest": digest_of_document(document)})


@FIXED
@given(estates(), estates(), st.booleans())
def test_what_comes_back_is_what_was_saved(old: str, new: str, unread: bool) -> None:  # noqa: FBT001
    live = taken(desired_of(old))
    if unread:
        live = LiveState({}, unread=(Unread("s/g", "g", "AuthorizationFailed", "no", passing=True),))
    plan = planned(desired_of(new), live)

    again = load(text_of(plan), "plan.json").plan

    assert again == plan
    assert text_of(again) == text_of(plan)
    assert plan_document(again) == plan_document(plan)


def body_of(action: Action) -> dict[str, Any] | None:
    """A body that goes with an action: what it makes is all in its changes."""
    if not action.writes or action.removes:
        return None
    return arm_body(action.address, {str(change.path[0]): change.after for change in action.changes if action.makes})


def test_a_plan_with_one_of_everything_comes_back() -> None:
    plan = replace(EVERYTHING, digest=digest_of(EVERYTHING))
    actions = tuple(
        replace(action, resource_id=action.address.resource_id, expected=None, body=body_of(action))
        for action in EVERYTHING.actions
    )
    plan = replace(plan, actions=actions)
    plan = replace(plan, digest=digest_of(plan))

    assert load(text_of(plan), "plan.json").plan == plan


def test_text_that_ignores_case_still_does_when_it_comes_back() -> None:
    again = load(text_of(PLAN), "plan.json").plan

    create = next(action for action in again.actions if action.address.version == "1.0.0")
    storage = next(change.after for change in create.changes if change.path == ("storageProfile",))
    assert storage["source"]["id"] == storage["source"]["id"].swapcase()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key in value for found in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [found for index, entry in enumerate(value) for found in leaves(entry, (*path, index))]
    return [path]


def put(value: Any, path: tuple[Any, ...], new: Any) -> None:
    for part in path[:-1]:
        value = value[part]
    value[path[-1]] = new


DOCUMENT = saved_document(PLAN, {"calls": 1})


@FIXED
@given(st.sampled_from(leaves(DOCUMENT)), st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)))
def test_whatever_is_changed_in_the_file_is_noticed(path: tuple[Any, ...], new: Any) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    put(document, path, new)
    if path[0] in ("createdAt", "read", "source") or "origin" in path or json.dumps(document) == json.dumps(DOCUMENT):
        return

    with pytest.raises(PlanFileError) as caught:
        load(json.dumps(document), "plan.json")

    assert caught.value.message.startswith("plan.json ")
    assert "\n" not in caught.value.message


@FIXED
@given(st.sampled_from(leaves(DOCUMENT)), st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)))
def test_a_value_that_cannot_be_is_an_error_and_no_accident(path: tuple[Any, ...], new: Any) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    put(document, path, new)

    try:
        load(sealed(document), "plan.json")
    except PlanFileError as error:
        assert "\n" not in error.message  # noqa: PT017 - either it is read or it is this


@FIXED
@given(st.integers(0, len(text_of(PLAN)) - 2))
def test_a_file_cut_off_anywhere_is_damaged(length: int) -> None:
    with pytest.raises(PlanFileError):
        load(text_of(PLAN)[:length], "plan.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "damaged"),
        ("[]", "not a saved plan"),
        ('{"name": "left-pad", "version": "1.0.0"}', "not a saved plan"),
        ('{"schemaVersion": 1, "actions": [], "actions": []}', "twice"),
        ('{"schemaVersion": 1, "actions": [NaN]}', "NaN"),
        ("[" * 100_000, "damaged"),
        (json.dumps({**DOCUMENT, "schemaVersion": 2}), "schemaVersion 2"),
        (json.dumps({**DOCUMENT, "schemaVersion": True}), "schemaVersion True"),
        (json.dumps(plan_document(PLAN)), "printed for reading"),
        (sealed({**DOCUMENT, "surprise": 1}), "surprise"),
        (sealed({**DOCUMENT, "actions": [*DOCUMENT["actions"], DOCUMENT["actions"][0]]}), "the place of"),
        (sealed({**DOCUMENT, "actions": DOCUMENT["actions"][::-1]}), "the place of"),
    ],
)
def test_what_is_no_plan_is_told_in_one_line(text: str, words: str) -> None:
    with pytest.raises(PlanFileError) as caught:
        load(text, "plan.json")

    assert words in caught.value.message
    assert caught.value.hint


def test_an_action_that_writes_elsewhere_than_it_says_is_no_plan() -> None:
    document = json.loads(json.dumps(DOCUMENT))
    document["actions"][-1]["resourceId"] = document["actions"][0]["resourceId"]

    with pytest.raises(PlanFileError) as caught:
        load(sealed(document), "plan.json")

    assert "resourceId" in caught.value.message


def test_a_plan_is_named_by_what_is_planned_and_not_from_where() -> None:
    lost = Unread("s/g", "g", "AuthorizationFailed", "no, x-ms-request-id 1", passing=True)
    plan = replace(PLAN, unread=(lost,))
    moved = replace(
        plan,
        source=Source("/elsewhere", "0123abc", dirty=True, repo="example.com"),
        actions=tuple(replace(action, origin=Origin("/elsewhere/a.yaml", 9, 9)) for action in PLAN.actions),
        unread=(replace(lost, message="no, x-ms-request-id 2"),),
    )

    assert digest_of(moved) == digest_of(plan) != PLAN.digest
    assert digest_of(replace(plan, unread=(replace(lost, code="Throttled"),))) != digest_of(plan)


def test_the_printed_and_the_saved_plan_carry_one_name_and_bodies_are_part_of_it() -> None:
    assert PLAN.digest == plan_document(PLAN)["digest"] == DOCUMENT["digest"] == digest_of_document(DOCUMENT)
    other = tuple(replace(action, body={**(action.body or {}), "x": 1}) for action in PLAN.actions)
    assert digest_of(replace(PLAN, actions=other)) != PLAN.digest
