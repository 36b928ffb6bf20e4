"""Microsoft Graph: who is behind an id, and which id is behind a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Principal
from reconciler.emulator.signin.directory import OPERATOR_APP, READER, READER_APP
from tests.emulator.arm import Arm, refused
from tests.emulator.test_sign_in import by_secret

if TYPE_CHECKING:
    from collections.abc import Callable

TEAM = "6f7c0000-0000-4000-8000-000000000002"
SOMEBODY = "6f7c0000-0000-4000-8000-000000000003"


@pytest.fixture
def people(world: Callable[..., Arm]) -> Arm:
    team = Principal(TEAM, "Group", "image's team")
    user = Principal(SOMEBODY, "User", "Somebody", sign_in="somebody@emulator.local")
    return world(directory=(team, user))


def graph(arm: Arm, path: str, body: object = None) -> requests.Response:
    token = by_secret(arm, scope=f"{arm.emulator.base_url}/graph/.default").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{arm.emulator.base_url}/graph/v1.0{path}"
    if body is None:
        return requests.get(url, headers=headers, timeout=10)
    return requests.post(url, json=body, headers=headers, timeout=10)


def names(answer: requests.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["displayName"] for one in answer.json()["value"]]


def test_ids_are_looked_up_together_and_by_type(people: Arm) -> None:
    ids = [TEAM, SOMEBODY, READER, "6f7c0000-0000-4000-8000-00000000ffff"]
    assert names(graph(people, "/directoryObjects/getByIds", {"ids": ids})) == ["reader", "image's team", "Somebody"]
    assert names(graph(people, "/directoryObjects/getByIds", {"ids": ids, "types": ["user"]})) == ["Somebody"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (f"/servicePrincipals?$filter=servicePrincipalNames/any(c:c eq '{READER_APP}')", ["reader"]),
        (f"/servicePrincipals?$filter=appId eq '{OPERATOR_APP}'", ["operator"]),
        ("/users?$filter=userPrincipalName eq 'SOMEBODY@emulator.local'", ["Somebody"]),
        ("/users?$filter=userPrincipalName eq 'x' or mail eq 'somebody@emulator.local'", ["Somebody"]),
        ("/groups?$filter=displayName eq 'image''s team'", ["image's team"]),
        ("/groups?$filter=startswith(displayName,'image')", ["image's team"]),
        ("/users?$filter=displayName eq 'nobody'", []),
    ],
)
def test_names_are_looked_up_by_filter(people: Arm, path: str, found: list[str]) -> None:
    assert names(graph(people, path)) == found


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        (f"/users/{SOMEBODY}", SOMEBODY),
        ("/users/somebody@emulator.local", SOMEBODY),
        (f"/groups/{TEAM}", TEAM),
        (f"/servicePrincipals(appId='{READER_APP}')", READER),
        (f"/directoryObjects/{READER}", READER),
        ("/me", "7e0f1c7a-0000-4000-8000-0000000000cc"),
    ],
)
def test_somebody_is_found_by_key(people: Arm, path: str, identity: str) -> None:
    assert graph(people, path).json()["id"] == identity


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/groups/{SOMEBODY}", 404, "Request_ResourceNotFound"),
        ("/users?$filter=age gt 3", 400, "Request_UnsupportedQuery"),
        ("/applications", 400, "BadRequest"),
        (f"/users/{SOMEBODY}/memberOf", 400, "BadRequest"),
    ],
)
def test_what_is_not_there_is_told_in_the_form_of_graph(people: Arm, path: str, status: int, code: str) -> None:
    refused(graph(people, path), status, code)


def test_graph_wants_a_token_of_its_own(people: Arm) -> None:
    url = f"{people.emulator.base_url}/graph/v1.0/users"
    answer = requests.get(url, headers={"Authorization": f"Bearer {people.emulator.token}"}, timeout=10)
    refused(answer, 401, "InvalidAuthenticationTokenAudience")


def test_a_late_principal_is_not_in_graph_either(people: Arm) -> None:
    people.emulator.faults.add(Fault(effect="principal_late", principal=TEAM, times=1))
    wanted: dict[str, Any] = {"ids": [TEAM]}
    assert names(graph(people, "/directoryObjects/getByIds", wanted)) == []
    assert names(graph(people, "/directoryObjects/getByIds", wanted)) == ["image's team"]
