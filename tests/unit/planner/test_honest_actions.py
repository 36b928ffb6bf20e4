"""An action that does something else than it shows is told from one that is honest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.plan import Action, Change, Plan, Verb
from reconciler.model.state import LiveState
from reconciler.planner.shown import lying
from tests.support.random_estates import desired_of, planned, taken
from tests.unit.planner.decisions.bends import sharing
from tests.unit.planner.decisions.services import BIN
from tests.unit.planner.decisions.texts import ALL, ASKED, ASKED_MOVED, shared

OTHER_USER = ASKED.replace("type: Group", "type: User")
Actions = tuple[Action, ...]


def replacing(text: str = ASKED_MOVED) -> Plan:
    plan = planned(desired_of(text), taken(desired_of(ASKED)))
    assert {action.verb for action in plan.writes} == {Verb.REPLACE}
    return plan


def halves(plan: Plan, kind: str) -> tuple[Action, Action]:
    """The two halves of the replacement of the first resource of a kind."""
    first, *others = [action for action in plan.writes if action.address.kind == kind]
    return first, next(other for other in others if other.address == first.address)


@pytest.mark.parametrize("text", [ASKED_MOVED, OTHER_USER])
def test_a_replacement_as_it_was_planned_is_honest(text: str) -> None:
    assert lying(replacing(text).actions) is None


@pytest.mark.parametrize("kind", ["ImageDefinition", "ImageVersion"])
def test_a_second_half_without_what_was_there_shows_nothing(kind: str) -> None:
    removal, making = halves(replacing(), kind)

    assert lying((removal, making)) is None
    assert lying((making,)) is making
    assert lying((replace(removal, expected=None), making)) is making
    assert lying((removal,)) is removal


def bodied(action: Action, **properties: Any) -> Action:
    assert action.body is not None
    return replace(action, body={**action.body, "properties": {**action.body["properties"], **properties}})


LIES: dict[str, Callable[[Action], Action]] = {
    "sends more than it shows": lambda action: bodied(action, description="another"),
    "shows more than it sends": lambda action: replace(
        action, changes=(*action.changes, Change(("description",), "Ubuntu", "another", "updatable"))
    ),
    "shows another value": lambda action: replace(
        action, changes=tuple(replace(change, after="V9") for change in action.changes)
    ),
    "shows nothing": lambda action: replace(action, changes=()),
    "shows a change of nothing": lambda action: replace(action, changes=(Change((), None, None, "updatable"),)),
    "sends what nobody can read": lambda action: replace(action, body={"properties": "odd"}),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_second_half_shows_all_that_becomes_other(lie: Callable[[Action], Action]) -> None:
    removal, making = halves(replacing(), "ImageDefinition")
    lied = lie(making)

    assert lying((removal, lied)) is lied


def test_a_second_half_that_sends_nothing_is_no_second_half() -> None:
    removal, making = halves(replacing(), "ImageDefinition")

    assert lying((removal, replace(making, body=None))) is removal


def test_a_role_is_the_same_by_its_id_and_by_its_guid() -> None:
    removal, making = halves(replacing(OTHER_USER), "RoleAssignment")
    assert making.body is not None
    full = str(making.body["properties"]["roleDefinitionId"])

    assert full.count("/") > 1
    assert lying((removal, bodied(making, roleDefinitionId=full.rpartition("/")[2]))) is None
    other = bodied(making, roleDefinitionId=f"{full[:-1]}0")
    assert lying((removal, other)) is other


def test_a_delete_sends_nothing() -> None:
    (delete,) = [
        one for one in planned(desired_of(ALL.replace("1.0.0", "1.2.0")), taken(desired_of(ALL))).writes if one.removes
    ]

    assert lying((delete,)) is None
    assert lying((replace(delete, body={}),)) is not None


def whole(verb: Verb) -> Action:
    """An action of a verb, alone honest."""
    sharing_plan = planned(desired_of(shared(2)), sharing(1)(taken(desired_of(shared(1)))))
    created = planned(desired_of(ALL), LiveState({})).actions
    updated = planned(desired_of(ALL.replace("Golden", "New")), taken(desired_of(ALL))).actions
    found = [*created, *sharing_plan.actions, *BIN[0].plan().actions, *updated]
    return next(one for one in reversed(found) if one.verb is verb)


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.SHARE, Verb.RESTORE, Verb.UPDATE, Verb.NOOP])
def test_an_action_of_each_verb_is_honest_as_it_was_planned(verb: Verb) -> None:
    assert lying((whole(verb),)) is None
    bodiless = replace(whole(verb), body=None)
    assert lying((bodiless,)) is (None if verb is Verb.NOOP else bodiless)


def elsewhere(action: Action) -> Action:
    return replace(action, body={**(action.body or {}), "location": "uksouth"})


FALSE = [
    bodied(whole(Verb.CREATE), newest=7),
    elsewhere(whole(Verb.CREATE)),
    replace(whole(Verb.CREATE), changes=whole(Verb.CREATE).changes[1:]),
    replace(whole(Verb.SHARE), body={"operationType": "EnableCommunity"}),
    replace(whole(Verb.SHARE), changes=()),
    replace(whole(Verb.SHARE), address=whole(Verb.CREATE).address),
    replace(whole(Verb.RESTORE), body=whole(Verb.CREATE).body),
    replace(whole(Verb.RESTORE), changes=whole(Verb.UPDATE).changes),
    replace(whole(Verb.UPDATE), body={"properties": []}),
]


@pytest.mark.parametrize("lie", FALSE, ids=lambda one: str(one.verb))
def test_an_action_that_is_alone_shows_all_that_it_does(lie: Action) -> None:
    assert lying((lie,)) is lie


def test_empty_parts_and_the_order_of_a_list_are_no_difference() -> None:
    create = whole(Verb.CREATE)
    assert create.body is not None
    regions = create.body["properties"]["publishingProfile"]["targetRegions"]
    assert len(regions) > 1

    profile = {**create.body["properties"]["publishingProfile"], "targetRegions": regions[::-1]}
    assert lying((bodied(create, publishingProfile=profile, safetyProfile={}, nothing=[{}]),)) is not None
    assert lying((bodied(create, publishingProfile=profile, safetyProfile={}, nothing=[]),)) is None
    twice = {**profile, "targetRegions": [regions[0], regions[0]]}
    assert lying((bodied(create, publishingProfile=twice),)) is not None
