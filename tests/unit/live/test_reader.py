"""What no well-behaved emulator would ever answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from reconciler.live.gateway import Gateway
from reconciler.live.reader import ReadScope, read, read_one
from reconciler.model.address import Access, Address, Scope
from reconciler.model.diagnostic import Origin
from reconciler.model.state import DesiredResource, DesiredState, LiveState, Unread
from tests.unit.live.small_server import AT_ONCE, GALLERY, SUB, Reply, Sent, Small, serving

CORP = Address(SUB, "rg", "g")
GROUP = f"/subscriptions/{SUB}/resourceGroups/rg"
LIST = f"{GROUP}/providers/Microsoft.Compute/galleries"
ARM: dict[str, Any] = {"name": "g", "id": GALLERY, "location": "westeurope", "properties": {}}
GONE = Reply(404, {"error": {"code": "ResourceNotFound", "message": "not found"}})
PEOPLE = "6f7c0000-0000-4000-8000-000000000002"


def serve(small: Small, **by_path: Reply | Callable[[Sent], Reply]) -> None:
    """Answer the gallery list, the gallery, its images or the roles; nothing else is there and nobody has access."""

    def reply(sent: Sent) -> Reply:
        path = urlsplit(sent.path).path
        found = {
            LIST: by_path.get("galleries"),
            GALLERY: by_path.get("gallery"),
            f"{GALLERY}/images": by_path.get("images"),
        }
        chosen = found.get(path) or (by_path.get("roles") if path.endswith("/roleDefinitions") else None)
        if callable(chosen):
            return chosen(sent)
        return chosen or (Reply(body={"value": []}) if "/providers/Microsoft.Authorization/" in path else GONE)

    small.reply = reply


def survey(gateway: Gateway, *addresses: Address) -> LiveState:
    state = DesiredState({each: DesiredResource(each, {}, Origin("f")) for each in addresses or (CORP,)})
    return read(gateway, state, ReadScope((Scope(SUB, "rg"),), "test"), patience=AT_ONCE)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"value": None},
        {"value": {}},
        {"value": [{"name": "g"}, {}]},
        {"value": ["g"]},
        {"value": [{"name": 7}]},
        {"value": [], "nextLink": 7},
        {"value": [], "nextLink": f"{LIST}?page=2"},
        {"error": {"code": "X", "message": "in a 200"}},
    ],
    ids=repr,
)
def test_a_page_that_is_no_page_makes_nothing_absent(small: Small, gateway: Gateway, body: Any) -> None:
    serve(small, galleries=Reply(body=body))
    live = survey(gateway)
    assert not live.absent
    assert not live.resources
    assert [(place.under, place.code) for place in live.unread] == [(CORP.scope.key, "MalformedAnswer")]
    assert len(small.sent) == 1


@pytest.mark.parametrize("link", [None, ""])
def test_an_empty_next_link_is_the_end(small: Small, gateway: Gateway, link: str | None) -> None:
    serve(small, galleries=Reply(body={"value": [], "nextLink": link}))
    assert survey(gateway).absent == {CORP}


def test_pages_that_run_in_a_circle_are_no_list(small: Small, gateway: Gateway) -> None:
    serve(small, galleries=Reply(body={"value": [], "nextLink": f"{small.url}{LIST}?page=1"}))
    live = survey(gateway)
    assert live.unread[0].code == "MalformedAnswer"
    assert len(small.sent) < 5


def test_a_next_page_at_another_host_is_not_asked(small: Small, gateway: Gateway) -> None:
    with serving() as other:
        serve(small, galleries=Reply(body={"value": [], "nextLink": f"{other.url}{LIST}?page=2"}))
        live = survey(gateway)
        assert not other.sent
    assert [place.code for place in live.unread] == ["ForeignAddress"]
    assert not live.absent


def test_a_next_page_is_asked_as_it_stands(small: Small, gateway: Gateway) -> None:
    def galleries(sent: Sent) -> Reply:
        if "page" in parse_qs(urlsplit(sent.path).query):
            return Reply(body={"value": [ARM]})
        return Reply(body={"value": [], "nextLink": f"{small.url}{LIST}?api-version=1999-01-01&page=2"})

    serve(small, galleries=galleries)
    assert CORP in survey(gateway).resources
    assert small.sent[1].path == f"{LIST}?api-version=1999-01-01&page=2"


def test_a_list_that_lags_hides_nothing(small: Small, gateway: Gateway) -> None:
    images = Reply(body={"value": [{"name": "i", "properties": {}}]})
    serve(small, galleries=Reply(body={"value": []}), gallery=Reply(body=ARM), images=images)
    live = survey(gateway, CORP, Address(SUB, "rg", "g", "i"))
    assert CORP in live.resources
    assert Address(SUB, "rg", "g", "i") in live.resources
    assert CORP not in live.absent


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "ResourceGroupNotFound"),
        (404, "SubscriptionNotFound"),
        (404, "InvalidResourceType"),
        (404, ""),
        (410, "ResourceNotFound"),
        (400, "ResourceNotFound"),
        (403, "ResourceNotFound"),
    ],
)
def test_only_a_404_that_says_so_is_absence(small: Small, gateway: Gateway, status: int, code: str) -> None:
    error = Reply(status, {"error": {"code": code, "message": "m"}})
    serve(small, galleries=Reply(body={"value": []}), gallery=error)
    live = survey(gateway, CORP, Address(SUB, "rg", "g", "i"))
    assert not live.absent
    assert live.unread[0].under == CORP.key
    assert isinstance(read_one(gateway, CORP), Unread)


@pytest.mark.parametrize("body", [None, [], {}, {"name": "g"}, {"properties": {}}, {"name": "g", "properties": None}])
def test_an_answer_that_is_no_resource_is_unread(small: Small, gateway: Gateway, body: Any) -> None:
    serve(small, gallery=Reply(body=body))
    found = read_one(gateway, CORP)
    assert isinstance(found, Unread)
    assert found.code == "MalformedAnswer"


def test_a_role_name_is_quoted(small: Small, gateway: Gateway) -> None:
    role = "Bob's & Co 100% #1"
    grant = Address(SUB, "rg", "g", access=Access(role, PEOPLE))
    serve(small, galleries=Reply(body={"value": []}))
    live = survey(gateway, grant)
    asked = next(sent for sent in small.sent if "roleDefinitions" in sent.path)
    assert parse_qs(urlsplit(asked.path).query)["$filter"] == ["roleName eq 'Bob''s & Co 100% #1'"]
    assert live.unread[0].code == "RoleNotFound"


def role(name: str, guid: str) -> dict[str, Any]:
    return {"name": guid, "properties": {"roleName": name}}


@pytest.mark.parametrize(
    "found",
    [
        [role("Other", "00000000-0000-4000-8000-000000000001")],
        [role("Mine", "not-a-guid")],
        [role("Mine", "00000000-0000-4000-8000-000000000001"), role("mine", "00000000-0000-4000-8000-000000000002")],
        [{"name": "00000000-0000-4000-8000-000000000001", "properties": None}],
    ],
    ids=["another", "no guid", "two", "none"],
)
def test_a_role_is_one_role_of_that_very_name(small: Small, gateway: Gateway, found: list[dict[str, Any]]) -> None:
    grant = Address(SUB, "rg", "g", access=Access("Mine", PEOPLE))
    serve(small, galleries=Reply(body={"value": []}), roles=Reply(body={"value": found}))
    live = survey(gateway, grant)
    assert live.roles == {}
    assert [place.code for place in live.unread] == ["RoleNotFound"]


def test_an_assignment_that_turns_out_to_be_another_is_unread(small: Small, gateway: Gateway) -> None:
    grant = Address(SUB, "rg", "g", access=Access("Reader", PEOPLE, "acdd72a7-3385-48ef-bd42-f606fba81ae7"))
    other = {"roleDefinitionId": "/x/8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "principalId": PEOPLE, "scope": GALLERY}
    small.answers(Reply(body={"name": "n", "properties": other}))
    found = read_one(gateway, grant)
    assert isinstance(found, Unread)
    assert found.code == "OtherAssignment"


def test_lists_run_side_by_side(small: Small, gateway: Gateway) -> None:
    images = [{"name": f"i{number}", "properties": {}} for number in range(16)]

    def reply(sent: Sent) -> Reply:
        path = urlsplit(sent.path).path
        if path == LIST:
            return Reply(body={"value": [ARM]})
        if path == f"{GALLERY}/images":
            return Reply(body={"value": images})
        return Reply(body={"value": []}, wait=0.2)

    small.reply = reply
    started = time.monotonic()
    live = survey(gateway)
    assert len(live.resources) == 17
    assert time.monotonic() - started < 1.5
