"""A planned change laid over what is live now: the same change, everything else as it is now, or a named refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.kinds.canonical import live as canonical_live
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.paths import value_at, with_value
from reconciler.kinds.registry import rules_of
from reconciler.model.plan import Action, Verb
from reconciler.model.state import LiveResource, LiveState
from reconciler.planner.rebase import LAID_OVER, Moved, fit, fit_steps, written
from tests.support.random_estates import desired_of, estates, planned, taken
from tests.support.soak import FIXED_SEEDS, examples

FIXED = settings(
    derandomize=FIXED_SEEDS, max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
FOREIGN = ("tags", "foreign")


def updates(old: str, new: str) -> Iterator[tuple[tuple[Action, ...], LiveResource]]:
    """The steps towards every updated resource, with what they were planned against."""
    live: LiveState = taken(desired_of(old))
    for steps in written(planned(desired_of(new), live)):
        if steps[0].verb in LAID_OVER:
            yield steps, live.resources[steps[0].address]


def edited(live: LiveResource, path: tuple[str, ...], value: Any) -> LiveResource:
    return replace(live, body=with_value(rules_of(live.address.kind).shape, live.body, path, value))


def canonical(action: Action) -> dict[str, Any]:
    return canonical_live(rules_of(action.address.kind).shape, unwrap(action.body or {}))


@FIXED
@given(estates(), estates())
def test_what_did_not_move_fits_and_is_made_of_its_changes(old: str, new: str) -> None:
    for steps, live in updates(old, new):
        found = fit(steps[0], live)
        assert isinstance(found, Action)
        assert canonical(found) == canonical(steps[0])  # made anew from the changes, and not another
        assert fit_steps(steps, live) is None


@FIXED
@given(estates(), estates())
def test_an_edit_elsewhere_is_kept_and_the_planned_change_is_the_same(old: str, new: str) -> None:
    for steps, live in updates(old, new):
        if not rules_of(live.address.kind).has_tags:
            continue
        fitting = fit(steps[0], edited(live, FOREIGN, "x"))

        assert isinstance(fitting, Action)
        shape = rules_of(live.address.kind).shape
        assert canonical(fitting) == with_value(shape, canonical(steps[0]), FOREIGN, "x")
        assert fit_steps(steps, edited(live, FOREIGN, "x")) is None


@FIXED
@given(estates(), estates(), st.data())
def test_an_edit_of_any_planned_field_is_named(old: str, new: str, data: st.DataObject) -> None:
    for steps, live in updates(old, new):
        shape = rules_of(live.address.kind).shape
        change = data.draw(st.sampled_from(steps[0].changes))
        moved = replace(live, body=with_value(shape, live.body, change.path, "something else"))
        if value_at(shape, live.body, change.path) == "something else":
            continue

        found = fit(steps[0], moved)

        assert isinstance(found, Moved)
        assert any(field.path[: len(change.path)] == change.path for field in found.fields), found
        assert fit_steps(steps, moved) is not None


@FIXED
@given(estates(), estates())
def test_what_is_done_already_never_fits_again(old: str, new: str) -> None:
    for steps, live in updates(old, new):
        done = replace(live, body=canonical(steps[-1]), state="Succeeded" if live.state else "")

        assert fit_steps(steps, done) is not None


@FIXED
@given(estates(), estates())
def test_creates_need_absence_and_the_rest_presence(old: str, new: str) -> None:
    live = taken(desired_of(old))
    for action in planned(desired_of(new), live).writes:
        present = live.resources.get(action.address) or LiveResource(action.address, {}, action.resource_id)
        fits_absent = not isinstance(fit(action, None), Moved)
        assert fits_absent is (action.verb is Verb.CREATE)
        if action.verb is Verb.CREATE:
            assert isinstance(fit(action, present), Moved)
        if action.verb is Verb.DELETE:
            assert fit(action, present) is action
            assert isinstance(fit(action, edited(present, FOREIGN, "x")), Moved)
