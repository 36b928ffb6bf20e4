"""Whatever stands in a file in the place of a plan: it can be used to its end, or it is one clear error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.cli.saved_plans import facts_of
from reconciler.errors import PlanFileError
from reconciler.planner.document import digest_of_document, saved_document
from reconciler.planner.rebase import fit_steps, written
from reconciler.planner.reliance import reliances
from reconciler.planner.saved import load
from reconciler.render.paint import Page
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import plan_text
from tests.support.estates import ESTATE, GALLERY, IMAGE, versions
from tests.support.random_estates import desired_of, planned, taken
from tests.support.soak import FIXED_SEEDS, examples

FIXED = settings(
    derandomize=FIXED_SEEDS, max_examples=examples(400), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
LIVE = taken(desired_of(GALLERY + IMAGE + versions("1.0.0")))
READ = {"calls": 1, "resources": 2, "seconds": 0.5, "state": ""}
CREATES = saved_document(planned(desired_of(ESTATE), taken(desired_of(GALLERY))), READ)
UPDATES = saved_document(
    planned(desired_of(GALLERY.replace("Golden", "New") + IMAGE + versions("1.0.0", regions="westeurope=1")), LIVE),
    READ,
)
PLAIN: list[Any] = [
    None,
    True,
    0,
    -1,
    10**400,
    1.5,
    "",
    "\ud800",
    "\x1b[2J",
    [],
    {},
    [[]],
    [None],
    {"": {}},
    {"name": 5},
]
ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(PLAIN),
    st.integers(1, 300).map(lambda depth: json.loads("[" * depth + "]" * depth)),
    st.recursive(st.text(max_size=3), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner)),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document, what holds others included."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([path] if path else []), *(found for key, entry in inside for found in places(entry, (*path, key)))]


CHANGED = [(document, path) for document in (CREATES, UPDATES) for path in places(document)]


def changed(document: dict[str, Any], path: tuple[Any, ...], new: Any) -> str:
    """The document with another value somewhere, and a digest that fits where it can have one."""
    document = json.loads(json.dumps(document))
    value: Any = document
    for part in path[:-1]:
        value = value[part]
    value[path[-1]] = new
    try:
        return json.dumps({**document, "digest": digest_of_document(document)})
    except (AttributeError, LookupError, TypeError, ValueError):
        return json.dumps(document)


@FIXED
@given(st.sampled_from(CHANGED), ODD)
def test_whatever_stands_in_a_file_is_a_plan_that_can_be_used_or_one_clear_error(
    chosen: tuple[dict[str, Any], tuple[Any, ...]], new: Any
) -> None:
    try:
        saved = load(changed(*chosen, new), "plan.json")
    except PlanFileError as error:
        assert "\n" not in error.message  # noqa: PT017 - either it is read or it is this
        return

    plan = saved.plan
    shown = [plan_text(plan, facts_of(saved.read), Page(80)), plan_markdown(plan, 10_000)]
    shown.append(json.dumps(saved_document(plan, saved.read, saved.declared)))
    assert all(text.encode() for text in shown)
    assert reliances(plan) is not None
    for steps in written(plan):
        fit_steps(steps, LIVE.resources.get(steps[0].address))
