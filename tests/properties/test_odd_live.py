"""Whatever Azure answers in place of what we know, a plan comes of it: shown as a difference, never a fault of ours."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.explain.story import known_addresses, tell
from reconciler.importing import declare
from reconciler.live.conversion import to_live
from reconciler.model.address import Scope
from reconciler.model.plan import Plan, Target
from reconciler.model.state import LiveState
from reconciler.planner.bodies import arm_body, new_body
from reconciler.planner.document import plan_document
from reconciler.render.documents import as_json
from reconciler.render.paint import Page
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import ReadFacts, plan_text
from reconciler.render.why_text import why_text
from tests.support.random_estates import NOW, OPTIONS, desired_of, estates, planned, proven
from tests.support.workbench import GROUP, SUB

ODD: tuple[Any, ...] = (
    None,
    "text",
    "",
    "\ud800",
    7,
    -1,
    10**30,
    1.5,
    True,
    [],
    [None],
    ["a", None, 7],
    [[]],
    [{}],
    [{"name": None}],
    {},
    {"a": None},
    {"": {"": []}},
    {"name": 7, "value": {"x": []}},
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every holder with a key of it, however deep."""
    if isinstance(value, dict | list):
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield value, key
            yield from places(entry)


def odd_body(draw: Any, body: dict[str, Any]) -> dict[str, Any]:
    """An ARM body some of whose nodes are something else."""
    body = copy.deepcopy(body)
    for _ in range(draw(st.integers(0, 2))):
        holder, key = draw(st.sampled_from(list(places(body))))
        holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return body


def everything_made_of(plan: Plan) -> None:
    plan_text(plan, ReadFacts(1, 1, 1.0), Page(80))
    plan_markdown(plan, 60_000)
    as_json(plan_document(plan))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(estates(), st.data())
def test_a_plan_comes_of_any_answer(text: str, data: st.DataObject) -> None:
    desired = desired_of(text)
    resources = {}
    for address, resource in desired.resources.items():
        arm = arm_body(address, new_body(resource, OPTIONS))
        resources[address] = to_live(address, odd_body(data.draw, {**arm, "name": "n"}), address.kind)
    live = proven(desired, LiveState(resources))

    plan = planned(desired, live)

    everything_made_of(plan)
    for address in known_addresses(desired, live, plan):
        why_text(tell(address, desired, live, plan, "test"), Page(80))
    declare(live, OPTIONS, Target("test", "emulator", "test", (Scope(SUB, GROUP),)), now=NOW)
