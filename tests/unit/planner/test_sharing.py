"""Who a gallery is shared with beyond its manifest, and the POST bodies that shown changes stand for."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.plan import Change
from reconciler.planner.sharing import posts, shared_beyond
from tests.support.random_estates import desired_of, planned, taken
from tests.unit.planner.decisions.bends import sharing
from tests.unit.planner.decisions.texts import shared

GROUPS = ("sharingProfile", "groups")
IDS = (*GROUPS, "[Subscriptions]", "ids")


def body(*ids: str, kind: str = "Subscriptions") -> dict[str, Any]:
    return {"sharingProfile": {"groups": {f"[{kind}]": {"type": kind, "ids": list(ids)}}}}


@pytest.mark.parametrize(
    ("declared", "live", "more"),
    [
        ({}, {}, False),
        (body("a"), {}, False),
        (body("a"), {"sharingProfile": None}, False),
        (body("a"), {"sharingProfile": {"permissions": "Groups", "groups": None}}, False),
        (body("a", "b"), body("b", "a"), False),
        (body("a", "b"), body("b"), False),
        (body("a"), body("a", "b"), True),
        ({}, body("a"), True),
        (body("a"), body("a", kind="AADTenants"), True),
        (body("a"), {"sharingProfile": "odd"}, True),
        (body("a"), {"sharingProfile": ["odd"]}, True),
        (body("a"), {"sharingProfile": {"groups": "odd"}}, True),
    ],
)
def test_whoever_is_not_declared_or_cannot_be_read_is_more(
    declared: dict[str, Any], live: dict[str, Any], *, more: bool
) -> None:
    assert shared_beyond(declared, live) is more


def told(*changes: tuple[tuple[str, ...], Any, Any], rule: str = "shared") -> list[tuple[str, Any]]:
    made = posts(tuple(Change(path, before, after, rule) for path, before, after in changes))
    return [(post["operationType"], post.get("groups")) for post in made]


def group(*ids: str, kind: str = "Subscriptions") -> dict[str, Any]:
    return {"type": kind, "ids": list(ids)}


def test_ids_that_come_are_added_before_others_go() -> None:
    assert told((IDS, ["a", "b"], ["b", "c"])) == [("Add", [group("c")]), ("Remove", [group("a")])]


def test_changes_of_several_kinds_of_groups_are_one_post() -> None:
    tenants = (*GROUPS, "[AADTenants]", "ids")

    assert told((IDS, ["a"], ["a", "b"]), (tenants, ["t"], ["t", "u"])) == [
        ("Add", [group("u", kind="AADTenants"), group("b")])
    ]


def test_a_whole_group_that_comes_or_goes_is_one_post() -> None:
    assert told(((*GROUPS, "[Subscriptions]"), None, group("a"))) == [("Add", [group("a")])]
    assert told((GROUPS, {"[Subscriptions]": group("a")}, None)) == [("Remove", [group("a")])]


def test_a_community_is_opened_once_and_never_closed() -> None:
    enabled = ("sharingProfile", "communityGalleryInfo", "communityGalleryEnabled")

    assert told((enabled, None, True)) == told((enabled, False, True)) == [("EnableCommunity", None)]
    assert told((enabled, True, None)) == told((enabled, True, False)) == []


def test_only_changes_that_say_they_are_of_sharing_are_posted() -> None:
    assert told((IDS, ["a"], ["b"]), rule="updatable") == []
    assert told() == []


def test_a_share_action_shows_what_it_posts() -> None:
    live = sharing(1, 2)(taken(desired_of(shared(1, 2))))

    for number, action in enumerate(planned(desired_of(shared(2, 3)), live).writes):
        assert action.words.startswith(("share", "stop sharing")[number])
        assert posts(action.changes) == (action.body,)
