from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.serve import start
from reconciler.emulator.settings import Doubts
from tests.emulator.arm import (
    ACCESS,
    LOCKS,
    Arm,
    definition,
    gallery,
    granted,
    lock,
    lock_path,
    locked,
    refused,
    version,
)

if TYPE_CHECKING:
    from collections.abc import Callable


GROUPS = "2022-09-01"


def listed(arm: Arm, scope: str, query: str = "") -> list[str]:
    answer = arm.get(f"{scope}/providers/Microsoft.Authorization/locks", api=LOCKS, query=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["value"]]


def subscription(arm: Arm) -> str:
    return f"/subscriptions/{arm.subscription}"


@pytest.mark.recorded("3.9/1")
def test_a_lock_is_created_and_changed_at_once_and_keeps_the_spelling_of_its_scope(arm: Arm) -> None:
    scope = arm.gallery().replace("resourceGroups", "resourcegroups")
    first = lock(arm, scope)
    assert first.status_code == 201
    assert first.text == (
        f'{{"properties":{{"level":"CanNotDelete"}},"id":"{lock_path(scope)}",'
        '"type":"Microsoft.Authorization/locks","name":"keep"}'
    )
    again = lock(arm, scope.upper(), "readonly", "KEEP", notes="why", owners=[{"applicationId": "x"}])
    assert again.status_code == 200
    assert again.json()["properties"] == {"level": "ReadOnly", "notes": "why", "owners": [{"applicationId": "x"}]}
    assert again.json()["id"] == lock_path(scope)
    assert arm.get(lock_path(scope), api=LOCKS).json() == again.json()


def test_the_empty_place_of_a_parent_is_read_over(arm: Arm) -> None:
    # clients write a resource as namespace, parent, type and name, with nothing for no parent
    path = arm.gallery()
    blank = lock_path(path.replace("/Microsoft.Compute/", "/Microsoft.Compute//"))
    answer = arm.put(blank, {"properties": {"level": "ReadOnly"}}, api=LOCKS)
    assert (answer.status_code, answer.json()["id"]) == (201, lock_path(path))
    assert arm.get(blank, api=LOCKS).json() == arm.get(lock_path(path), api=LOCKS).json()
    assert arm.get(path.replace("/Microsoft.Compute/", "/Microsoft.Compute//")).json()["id"] == path
    for elsewhere in (path.replace("/galleries/", "/galleries//"), path.replace(".Compute/", ".Compute///")):
        refused(arm.get(elsewhere), 400, "InvalidRequestUri")


@pytest.mark.recorded("3.9/2")
def test_a_list_of_locks_reaches_down_from_its_scope(arm: Arm) -> None:
    arm.version()
    chain = [subscription(arm), arm.in_group(), arm.path("corp"), arm.path("corp", "ubuntu")]
    chain.append(arm.path("corp", "ubuntu", "1.0.0"))
    locks = [locked(arm, scope) for scope in chain]
    for index, scope in enumerate(chain):
        assert sorted(listed(arm, scope)) == sorted(locks[index:])


def test_a_list_of_locks_at_a_scope_reaches_up(arm: Arm) -> None:
    # 3.9/2
    arm.definition()
    chain = [subscription(arm), arm.in_group(), arm.path("corp"), arm.path("corp", "ubuntu")]
    locks = [locked(arm, scope) for scope in chain]
    assert sorted(listed(arm, chain[2], "&$filter=atScope()")) == sorted(locks[:3])
    answer = arm.get(f"{chain[0]}/providers/Microsoft.Authorization/locks", api=LOCKS, query="&$filter=x")
    refused(answer, 400, "UnsupportedQuery")


def test_a_list_at_a_scope_may_leave_out_what_lies_above(world: Callable[..., Arm]) -> None:
    # 3.9/2
    arm = world(doubts=Doubts(locks_at_scope="only"))
    arm.definition()
    for scope in (arm.in_group(), arm.path("corp"), arm.path("corp", "ubuntu")):
        locked(arm, scope)
    assert listed(arm, arm.path("corp"), "&$filter=atScope()") == [lock_path(arm.path("corp"))]


def test_locks_are_paged(world: Callable[..., Arm]) -> None:
    arm = world(page_size=2)
    for name in ("a", "b", "c"):
        locked(arm, arm.in_group(), name=name)
    first = arm.get(f"{arm.in_group()}/providers/Microsoft.Authorization/locks", api=LOCKS).json()
    second = arm.get(first["nextLink"]).json()
    assert [[item["name"] for item in page["value"]] for page in (first, second)] == [["a", "b"], ["c"]]
    assert "nextLink" not in second


@pytest.mark.recorded("3.9/3")
def test_a_lock_is_deleted_without_a_word_and_only_once(arm: Arm) -> None:
    path = locked(arm, arm.in_group())
    first, second = (arm.delete(path, api=LOCKS) for _ in range(2))
    assert (first.status_code, first.content, second.status_code) == (200, b"", 204)
    refused(arm.get(path, api=LOCKS), 404, "LockNotFound")


@pytest.mark.parametrize("api", ["2015-01-01", "2016-09-01", "2017-04-01", "2020-05-01"])
def test_locks_answer_every_api_version_of_theirs(arm: Arm, api: str) -> None:
    assert arm.put(lock_path(arm.in_group()), {"properties": {"level": "ReadOnly"}}, api=api).status_code == 201


def test_locks_answer_no_other_api_version(arm: Arm) -> None:
    answer = arm.put(lock_path(arm.in_group()), {"properties": {"level": "ReadOnly"}}, api="2022-04-01")
    assert "for type 'locks'" in refused(answer, 400, "NoRegisteredProviderFound")


@pytest.mark.parametrize(
    ("name", "properties", "code"),
    [
        ("keep", {}, "InvalidParameter"),
        ("keep", {"level": "Sometimes"}, "InvalidParameter"),
        ("keep", {"level": "ReadOnly", "notes": "x" * 513}, "InvalidParameter"),
        ("a<b", {"level": "ReadOnly"}, "InvalidLockName"),
    ],
)
def test_bad_locks_are_refused(arm: Arm, name: str, properties: dict[str, Any], code: str) -> None:
    refused(arm.put(lock_path(arm.in_group(), name), {"properties": properties}, api=LOCKS), 400, code)


def test_there_is_no_lock_on_the_root_or_a_management_group(arm: Arm) -> None:
    for scope in ("", "/providers/Microsoft.Management/managementGroups/corp"):
        refused(lock(arm, scope), 404, "InvalidResourceType")


def test_a_lock_needs_its_resource(arm: Arm, world: Callable[..., Arm]) -> None:
    refused(lock(arm, arm.path("corp")), 404, "ResourceNotFound")
    lenient = world(doubts=Doubts(role_scope_must_exist=False))
    locked(lenient, lenient.path("corp"))


@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
@pytest.mark.parametrize("depth", range(5))
def test_a_lock_keeps_everything_below_it_from_being_deleted(arm: Arm, level: str, depth: int) -> None:
    # 4.4/5
    path = arm.version()
    scope = [subscription(arm), arm.in_group(), arm.path("corp"), arm.path("corp", "ubuntu"), path][depth]
    key = locked(arm, scope, level)
    message = refused(arm.delete(path), 409, "ScopeLocked")
    assert message == (
        f"The scope '{path}' cannot perform delete operation because following scope(s) are locked: '{scope}'. "
        "Please remove the lock and try again."
    )
    assert arm.get(path).status_code == 200
    assert arm.delete(key, api=LOCKS).status_code == 200
    assert arm.delete(path).status_code == 202


def test_a_refusal_names_every_locked_scope_in_the_spelling_of_its_lock(arm: Arm) -> None:
    # 4.4/5
    path = arm.gallery()
    group = arm.in_group().replace("resourceGroups", "resourcegroups")
    for scope in (group, path):
        locked(arm, scope)
        locked(arm, scope, name="twice")
    answer = arm.delete(path)
    assert f"are locked: '{group},{path}'." in refused(answer, 409, "ScopeLocked")
    assert answer.headers["x-ms-failure-cause"] == "gateway"


def test_a_delete_of_nothing_is_refused_below_a_lock(arm: Arm, world: Callable[..., Arm]) -> None:
    # 4.4/5, 3.1/14
    locked(arm, arm.in_group())
    refused(arm.delete(arm.path("corp")), 409, "ScopeLocked")
    looking = world(doubts=Doubts(locked_missing="looked_up"))
    locked(looking, looking.in_group())
    assert looking.delete(looking.path("corp")).status_code == 204
    looking.gallery()
    refused(looking.delete(looking.path("corp")), 409, "ScopeLocked")


def test_a_lock_holds_nothing_beside_or_above_it(arm: Arm) -> None:
    # 4.4/5
    arm.definition()
    arm.made(arm.path("corp", "debian"), definition(identifier={"publisher": "Corp", "offer": "Debian", "sku": "13"}))
    arm.gallery("corp2")
    locked(arm, arm.path("corp", "ubuntu"))
    assert arm.delete(arm.path("corp", "debian")).status_code == 202
    assert arm.delete(arm.path("corp2")).status_code == 202
    arm.clock.advance(100)
    refused(arm.delete(arm.path("corp")), 409, "CannotDeleteResource")


def test_a_delete_lock_lets_writes_through(arm: Arm) -> None:
    # 4.4/5
    locked(arm, arm.in_group())
    arm.version()
    assert arm.put(arm.path("corp"), gallery(description="x")).status_code == 200
    granted(arm, arm.path("corp"))


def test_a_read_only_lock_refuses_every_write(arm: Arm) -> None:
    # 4.4/5
    arm.version()
    locked(arm, arm.in_group(), "ReadOnly")
    role = f"{arm.path('corp')}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    writes: list[tuple[str, str, object, str]] = [
        ("PUT", arm.path("corp"), gallery(description="x"), ""),
        ("PATCH", arm.path("corp"), {"tags": {}}, ""),
        ("PUT", arm.path("corp2"), gallery(), ""),
        ("PUT", arm.path("corp", "ubuntu", "1.0.0"), version(), ""),
        ("POST", f"{arm.path('corp')}/share", {"operationType": "Reset"}, ""),
        ("PUT", role, {"properties": {}}, ACCESS),
        ("PATCH", arm.in_group(), {"tags": {}}, GROUPS),
    ]
    for method, path, body, api in writes:
        message = refused(arm.call(method, path, body, api=api or "2024-03-03"), 409, "ScopeLocked")
        assert message.startswith(f"The scope '{path.removesuffix('/share')}' cannot perform write operation because")
    assert "description" not in arm.properties(arm.path("corp"))


def test_a_read_only_lock_leaves_reading_alone(arm: Arm) -> None:
    # 4.4/5
    path = arm.version()
    locked(arm, subscription(arm), "ReadOnly")
    assert arm.get(path).status_code == 200
    assert arm.call("HEAD", arm.in_group(), api=GROUPS).status_code == 204


@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_a_lock_keeps_the_grants_on_its_scope(arm: Arm, level: str) -> None:
    # 5/18
    path = arm.gallery()
    grant = granted(arm, path)
    key = locked(arm, path, level)
    refused(arm.delete(grant, api=ACCESS), 409, "ScopeLocked")
    assert arm.get(grant, api=ACCESS).status_code == 200
    arm.delete(key, api=LOCKS)
    assert arm.delete(grant, api=ACCESS).status_code == 200


def test_a_lock_holds_no_lock(arm: Arm) -> None:
    path = arm.gallery()
    locked(arm, subscription(arm), "ReadOnly")
    inner = locked(arm, path, "ReadOnly")
    assert lock(arm, path, "CanNotDelete").status_code == 200
    assert arm.delete(inner, api=LOCKS).status_code == 200


def test_a_lock_of_no_level_holds_nothing(arm: Arm) -> None:
    path = arm.gallery()
    locked(arm, path, "NotSpecified")
    assert arm.put(path, gallery(description="x")).status_code == 200
    assert arm.delete(path).status_code == 202


def test_a_lock_outlives_a_restart(world: Callable[..., Arm]) -> None:
    arm = world()
    path = arm.gallery()
    locked(arm, path)
    settings = arm.emulator.settings
    arm.emulator.close()
    with start(settings, clock=arm.clock) as emulator:
        again = Arm(emulator, arm.clock, subscription=arm.subscription)
        refused(again.delete(path), 409, "ScopeLocked")
        again.session.close()
