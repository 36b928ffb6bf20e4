"""What this sign-in may do, read from answers of every sort: a doubt is never a lack."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.live.failure import Failure
from reconciler.live.gateway import Gateway
from reconciler.live.permissions import MOST_SCOPES, look_ahead, permissions_at
from reconciler.model.address import Scope
from reconciler.model.checks import Asked, Granted, Lock, Need
from tests.unit.live.small_server import AT_ONCE, GALLERY, Reply, Sent, Small

GROUP = GALLERY.split("/providers/")[0]
IN_GROUP = Scope(GROUP.split("/")[2], GROUP.split("/")[4])
RIGHT = "Microsoft.Compute/galleries/images/write"


def test_every_page_of_permissions_counts(small: Small, gateway: Gateway) -> None:
    first = {"value": [{"actions": ["*/read"], "notActions": []}], "nextLink": f"{small.url}/next?api-version=1"}
    small.answers(Reply(body=first), Reply(body={"value": [{"actions": ["a/*"], "notActions": ["a/b"]}, {}]}))

    found = permissions_at(gateway, GROUP, AT_ONCE)

    assert found == (Granted(("*/read",)), Granted(("a/*",), ("a/b",)), Granted(()))
    assert small.sent[0].path.endswith("/providers/Microsoft.Authorization/permissions?api-version=2022-04-01")


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"value": "*"},
        {"value": [None]},
        {"value": ["*"]},
        {"value": [{"actions": "*"}]},
        {"value": [{"actions": [1]}]},
        {"value": [{"actions": [], "notActions": {}}]},
        {"value": [], "nextLink": "nowhere"},
    ],
)
def test_an_odd_answer_tells_nothing(small: Small, gateway: Gateway, body: Any) -> None:
    small.answers(Reply(body=body))

    assert isinstance(permissions_at(gateway, GROUP, AT_ONCE), Failure)
    need = Need(RIGHT, (GROUP,))
    found = look_ahead(gateway, Asked((need,)), AT_ONCE)
    assert not found.lacking
    assert found.unknown[need].startswith("reading what this sign-in may do: ")


def granting(*places: str) -> Any:
    """A server on which everything is granted at some places, nothing elsewhere."""

    def reply(sent: Sent) -> Reply:
        scope = sent.path.split("/providers/Microsoft.Authorization/")[0]
        return Reply(body={"value": [{"actions": ["*"]}] if scope in places else []})

    return reply


def test_a_right_is_looked_for_from_the_group_down_and_no_further_than_it_is_found(
    small: Small, gateway: Gateway
) -> None:
    chain = (GROUP, GALLERY, f"{GALLERY}/images/a", f"{GALLERY}/images/a/versions/1.0.0")
    need = Need(RIGHT, chain)
    small.reply = granting(GALLERY)

    assert look_ahead(gateway, Asked((need,)), AT_ONCE).lacking == frozenset()
    assert len(small.sent) == 2
    small.reply = granting()
    assert look_ahead(gateway, Asked((need,)), AT_ONCE).lacking == {need}
    assert len(small.sent) == 2 + len(chain)


def test_the_last_word_has_the_nearest_that_is_there(small: Small, gateway: Gateway) -> None:
    need = Need(RIGHT, (GROUP, GALLERY))
    small.reply = lambda sent: Reply(status=403) if "/galleries/" not in sent.path else Reply(body={"value": []})
    assert look_ahead(gateway, Asked((need,)), AT_ONCE).lacking == {need}

    small.reply = lambda sent: Reply(status=403) if "/galleries/" in sent.path else Reply(body={"value": []})
    found = look_ahead(gateway, Asked((need,)), AT_ONCE)
    assert (found.lacking, list(found.unknown)) == (frozenset(), [need])


def test_beyond_a_number_of_places_nothing_is_asked_and_nothing_said_to_lack(small: Small, gateway: Gateway) -> None:
    needs = tuple(Need(RIGHT, (GROUP, f"{GALLERY}/images/{number}")) for number in range(MOST_SCOPES + 20))
    small.reply = granting()

    found = look_ahead(gateway, Asked(needs), AT_ONCE)

    assert len(small.sent) == MOST_SCOPES
    assert len(found.unknown) == 21
    assert len(found.lacking) == MOST_SCOPES - 1


@pytest.mark.parametrize("where", [None, "keep", "/providers/Microsoft.Authorization/locks/keep"])
def test_a_lock_that_lies_nowhere_holds_nothing_and_proves_nothing(
    small: Small, gateway: Gateway, where: str | None
) -> None:
    lock = {"id": where, "name": "keep", "properties": {"level": "ReadOnly"}}
    small.answers(Reply(body={"value": [lock]}))

    found = look_ahead(gateway, Asked(groups=(IN_GROUP,)), AT_ONCE)

    assert not found.locks
    assert list(found.unseen) == [IN_GROUP]


@pytest.mark.parametrize("properties", [None, [], {}, {"level": None}, {"level": ""}, {"level": ["ReadOnly"]}])
def test_a_lock_that_does_not_say_what_it_forbids_proves_nothing(
    small: Small, gateway: Gateway, properties: Any
) -> None:
    lock = {"id": f"{GALLERY}/providers/Microsoft.Authorization/locks/keep", "name": "keep", "properties": properties}
    small.answers(Reply(body={"value": [lock]}))

    found = look_ahead(gateway, Asked(groups=(IN_GROUP,)), AT_ONCE)

    assert not found.locks
    assert list(found.unseen) == [IN_GROUP]


def test_a_lock_is_known_by_the_scope_in_its_id_in_any_spelling(small: Small, gateway: Gateway) -> None:
    own = f"{GALLERY.replace('resourceGroups', 'resourcegroups')}/providers/microsoft.authorization/Locks/keep"
    lock = {"id": own, "name": "keep", "properties": {"level": "NotSpecified"}}
    small.answers(Reply(body={"value": [lock, {**lock, "properties": {"level": "CanNotDelete"}}]}))

    found = look_ahead(gateway, Asked(groups=(IN_GROUP,)), AT_ONCE)

    assert {(one.level, one.holds(GALLERY, removes=True)) for one in found.locks} == {
        ("NotSpecified", False),
        ("CanNotDelete", True),
    }
    assert all(isinstance(one, Lock) for one in found.locks)
