"""Nobody gains a right by the way something is spelt, named or put together."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulator.arm import ACCESS, Arm, definition, gallery, refused, version
from tests.emulator.every_call import GROUPS
from tests.emulator.people import DEPLOYER, PEOPLE, Person, sign_in
from tests.emulator.test_rights import PUBLISHER, assign

if TYPE_CHECKING:
    from collections.abc import Callable

HARMLESS = {"actions": ["Microsoft.Compute/galleries/read"]}
EVERYTHING = {"actions": ["*"]}


@pytest.fixture
def strict(world: Callable[..., Arm]) -> Arm:
    return world(authorization=True, directory=tuple(PEOPLE))


def custom(arm: Arm, scope: str, role_id: str, name: str, permissions: object) -> Any:
    path = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
    sent = {"roleName": name, "permissions": [permissions], "assignableScopes": [scope]}
    return arm.put(path, {"properties": sent}, api=ACCESS)


def with_harmless_role(strict: Arm) -> tuple[Person, str, str]:
    """Somebody who may assign roles in one group and holds a harmless custom role in the whole subscription."""
    subscription, role_id = f"/subscriptions/{strict.subscription}", str(uuid.uuid4())
    assert custom(strict, subscription, role_id, "looker", HARMLESS).status_code == 201
    assign(strict, subscription, role_id)
    assign(strict, strict.in_group(), "User Access Administrator")
    return sign_in(strict), subscription, role_id


def test_a_custom_role_is_changed_only_by_whoever_may_everywhere_it_counts(strict: Arm) -> None:
    person, subscription, role_id = with_harmless_role(strict)
    refused(custom(person, strict.in_group(), role_id, "looker", EVERYTHING), 403, "AuthorizationFailed")
    path = f"{strict.in_group()}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
    refused(person.delete(path, api=ACCESS), 403, "AuthorizationFailed")
    stored = strict.get(f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role_id}", api=ACCESS)
    assert stored.json()["properties"]["permissions"] == [HARMLESS]


def test_a_custom_role_is_made_only_for_scopes_that_its_maker_rules(strict: Arm) -> None:
    person, subscription, _ = with_harmless_role(strict)
    path = f"{strict.in_group()}/providers/Microsoft.Authorization/roleDefinitions/{uuid.uuid4()}"
    sent = {"roleName": "wide", "permissions": [EVERYTHING], "assignableScopes": [subscription]}
    refused(person.put(path, {"properties": sent}, api=ACCESS), 403, "AuthorizationFailed")
    own = {"properties": sent | {"assignableScopes": [strict.in_group()]}}
    assert person.put(path, own, api=ACCESS).status_code == 201


def test_a_role_named_like_the_id_of_another_adds_nothing_to_it(strict: Arm) -> None:
    person, _, role_id = with_harmless_role(strict)
    assert custom(person, strict.in_group(), str(uuid.uuid4()), role_id, EVERYTHING).status_code == 201
    refused(person.put(person.path("mine"), gallery()), 403, "AuthorizationFailed")


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("Microsoft.Compute/galleries/*", True),
        ("*/write", True),
        ("*", True),
        ("microsoft.compute/GALLERIES/write", True),
        ("Microsoft.*/galleries/wri*", True),
        ("Microsoft.Compute/galleries/[rw]*", False),
        ("Microsoft.Compute/galleries/writ?", False),
        ("Microsoft.Compute/galleries/write/*", False),
        ("*galleries*write*write", False),
        ("*a" * 50_000, False),
    ],
)
def test_a_star_and_nothing_else_stands_for_anything(strict: Arm, pattern: str, *, allowed: bool) -> None:
    role_id = str(uuid.uuid4())
    subscription = f"/subscriptions/{strict.subscription}"
    assert custom(strict, subscription, role_id, role_id, {"actions": [pattern]}).status_code == 201
    assign(strict, subscription, role_id)
    assert (sign_in(strict).put(strict.path("corp"), gallery()).status_code == 201) is allowed


FOREIGN = "/subscriptions/6f7c0000-0000-4000-8000-00000000ffff/resourceGroups/theirs"
FOREIGN_COMPUTE = f"{FOREIGN}/providers/Microsoft.Compute"


@pytest.mark.parametrize(
    "storage",
    [
        {"source": {"id": f"{FOREIGN_COMPUTE}/images/i"}},
        {"source": {"id": f"{FOREIGN}/PROVIDERS/Microsoft.Compute/images/i"}},
        {"source": {"virtualMachineId": f"{FOREIGN_COMPUTE}/virtualMachines/v"}},
        {"osDiskImage": {"source": {"id": f"{FOREIGN_COMPUTE}/disks/d"}}},
        {"osDiskImage": {"source": {"uri": "https://x/v.vhd", "storageAccountId": f"{FOREIGN}/providers/A.S/s/a"}}},
        {
            "osDiskImage": {"source": {"id": "/subscriptions/s/own"}},
            "dataDiskImages": [{"lun": 0, "source": {"id": f"{FOREIGN_COMPUTE}/snapshots/s"}}],
        },
    ],
)
def test_a_version_is_made_from_nothing_that_its_maker_may_not_use(strict: Arm, storage: dict[str, Any]) -> None:
    # 4.4/3
    strict.definition()
    assign(strict, strict.in_group(), PUBLISHER)
    body = version(storageProfile=storage)
    answer = sign_in(strict).put(strict.path("corp", "ubuntu", "1.0.0"), body)
    refused(answer, 403, "LinkedAuthorizationFailed")


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("images", {"sourceVirtualMachine": {"id": f"{FOREIGN_COMPUTE}/virtualMachines/v"}}),
        ("images", {"storageProfile": {"osDisk": {"managedDisk": {"id": f"{FOREIGN_COMPUTE}/disks/d"}}}}),
        ("disks", {"creationData": {"sourceResourceId": f"{FOREIGN_COMPUTE}/disks/d"}}),
        ("snapshots", {"creationData": {"sourceResourceId": f"{FOREIGN_COMPUTE}/disks/d"}}),
    ],
)
def test_nothing_is_captured_or_copied_from_what_one_may_not_use(
    strict: Arm, kind: str, properties: dict[str, Any]
) -> None:
    # 4.4/3
    assign(strict, strict.in_group(), "Contributor", DEPLOYER.object_id)
    path = f"{strict.in_group()}/providers/Microsoft.Compute/{kind}/mine"
    answer = sign_in(strict).put(path, {"location": "westeurope", "properties": properties}, api=GROUPS)
    refused(answer, 403, "LinkedAuthorizationFailed")


@pytest.mark.parametrize("name", ["providers", "resourcegroups", "subscriptions"])
def test_a_scope_is_read_by_place_and_not_by_what_something_is_called(strict: Arm, name: str) -> None:
    # 4.4/5
    strict.made(strict.path(name), gallery())
    strict.made(strict.path(name, "ubuntu"), definition())
    path = strict.made(strict.path(name, "ubuntu", "1.0.0"), version())
    lock = f"{strict.path(name)}/providers/Microsoft.Authorization/locks/hold"
    assert strict.put(lock, {"properties": {"level": "CanNotDelete"}}, api="2016-09-01").status_code == 201
    refused(strict.delete(path), 409, "ScopeLocked")
    refused(strict.delete(strict.path(name, "ubuntu")), 409, "ScopeLocked")
    assign(strict, strict.path(name), "Reader")
    assert sign_in(strict).get(path).status_code == 200
