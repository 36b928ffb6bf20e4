from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.roles import BUILT_IN
from reconciler.emulator.serve import start
from reconciler.emulator.settings import Doubts, EmulatorSettings
from tests.emulator.arm import ACCESS, API, Arm, Hand, definition, gallery, refused, version
from tests.emulator.every_call import DISK, GROUPS, IMAGE, MACHINE, everything, subscription
from tests.emulator.people import DEPLOYER, OTHER, PEOPLE, Person, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

ROLES = {role.name: role.id for role in BUILT_IN}
PUBLISHER = "Compute Gallery Artifacts Publisher"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm]:
    clock = Hand()
    state = tmp_path_factory.mktemp("rights") / "state.db"
    settings = EmulatorSettings(state=state, time_scale=1.0, authorization=True, directory=tuple(PEOPLE))
    with start(settings, clock=clock) as emulator:
        operator = Arm(emulator, clock)
        yield operator
        operator.session.close()


@pytest.fixture
def strict(house: Arm) -> Arm:
    """The operator, in a fresh subscription of an emulator that asks for rights."""
    return Arm(house.emulator, house.clock, session=house.session)


def assign(arm: Arm, scope: str, role: str, who: str = DEPLOYER.object_id) -> str:
    """Let the operator of the house, or whoever `arm` is, assign a role by name or guid."""
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
    id_ = f"/providers/Microsoft.Authorization/roleDefinitions/{ROLES.get(role, role)}"
    sent = {"roleDefinitionId": id_, "principalId": who, "principalType": "ServicePrincipal"}
    answer = arm.put(path, {"properties": sent}, api=ACCESS)
    assert answer.status_code == 201, answer.text
    return path


def forbidden(answer: requests.Response, action: str, scope: str) -> None:
    message = refused(answer, 403, "AuthorizationFailed")
    assert message == (
        f"The client '{DEPLOYER.app_id}' with object id '{DEPLOYER.object_id}' does not have authorization to perform "
        f"action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please "
        "refresh your credentials."
    )
    assert answer.headers["x-ms-failure-cause"] == "gateway"


def test_whoever_has_no_role_may_do_nothing(strict: Arm) -> None:
    # 4.4/2, 5/17
    person = sign_in(strict)
    for method, path, body, api, action, scope in everything(strict):
        forbidden(person.call(method, path, body, api=api), action, scope)


def permitted(person: Arm, scope: str) -> list[tuple[list[str], list[str]]]:
    answer = person.get(f"{scope}/providers/Microsoft.Authorization/permissions", api=ACCESS)
    assert answer.status_code == 200, answer.text
    return [(one["actions"], one["notActions"]) for one in answer.json()["value"]]


def test_a_caller_learns_what_it_may_do_at_a_scope_by_every_role_there_and_above(strict: Arm) -> None:
    # 5/31
    path, person = strict.gallery(), sign_in(strict)
    forbidden(
        person.get(f"{path}/providers/Microsoft.Authorization/permissions", api=ACCESS),
        "Microsoft.Authorization/permissions/read",
        path,
    )
    assign(strict, subscription(strict), "Reader")
    assign(strict, path, "Contributor")
    assert permitted(person, strict.in_group()) == [(["*/read"], [])]
    at_gallery = permitted(person, path)
    assert (["*/read"], []) in at_gallery
    assert any("Microsoft.Compute/galleries/share/action" in excepted for _, excepted in at_gallery)
    assert permitted(strict, path) == [(["*"], [])]
    answer = person.get(f"{path}/providers/Microsoft.Authorization/permissions", api="2019-01-01")
    refused(answer, 400, "NoRegisteredProviderFound")


def test_the_operator_of_the_house_may_do_everything(strict: Arm) -> None:
    for method, path, body, api, action, _ in everything(strict):
        assert strict.call(method, path, body, api=api).status_code != 403, action


def test_an_owner_may_do_everything(world: Callable[..., Arm]) -> None:
    arm = world(authorization=True, directory=PEOPLE, granted={DEPLOYER.object_id.upper(): ("Owner",)})
    person = sign_in(arm)
    for method, path, body, api, action, _ in everything(arm):
        assert person.call(method, path, body, api=api).status_code != 403, action


def test_without_being_told_to_nobody_asks_for_rights(world: Callable[..., Arm]) -> None:
    arm = world(directory=PEOPLE)
    assert sign_in(arm).put(arm.path("corp"), gallery()).status_code == 201


def test_a_refusal_comes_before_anything_is_looked_up(world: Callable[..., Arm]) -> None:
    # 4.4/2: "or the scope is invalid"
    arm = world(
        authorization=True, directory=PEOPLE, groups="known", subscriptions=("6f7c0000-0000-4000-8000-000000000001",)
    )
    arm.subscription = "6f7c0000-0000-4000-8000-000000000001"
    person = sign_in(arm)
    refused(person.get(person.path("corp")), 403, "AuthorizationFailed")
    refused(person.get(person.path("corp"), api="2001-01-01"), 400, "NoRegisteredProviderFound")
    refused(person.get("/subscriptions/6f7c0000-0000-4000-8000-000000000002", api=GROUPS), 404, "SubscriptionNotFound")
    assign(arm, f"/subscriptions/{arm.subscription}", "Reader")
    refused(person.get(person.path("corp")), 404, "ResourceGroupNotFound")


@pytest.mark.parametrize("depth", range(5))
def test_a_role_counts_at_its_scope_and_below_and_nowhere_else(strict: Arm, depth: int) -> None:
    # 4.4/2
    one = strict.version()
    other = Arm(strict.emulator, strict.clock, "rg-Other", strict.subscription, strict.session)
    other.gallery("other")
    chain = [subscription(strict), strict.in_group(), strict.path("corp"), strict.path("corp", "ubuntu"), one]
    assign(strict, chain[depth].upper().replace("/SUBSCRIPTIONS/", "/subscriptions/"), "Reader")
    person = sign_in(strict)
    apis = [GROUPS, GROUPS, API, API, API]
    found = [person.get(scope, api=api).status_code for scope, api in zip(chain, apis, strict=True)]
    # a subscription shows itself to whoever may read anything in it
    assert found == [200, *[200 if place >= depth else 403 for place in range(1, 5)]]
    assert person.get(other.path("other")).status_code == (200 if depth == 0 else 403)
    assert person.patch(one, {"properties": {"storageProfile": {}}}).status_code == 403


def test_a_role_taken_away_counts_no_longer(strict: Arm) -> None:
    grant = assign(strict, strict.gallery(), "Reader")
    person = sign_in(strict)
    assert person.get(person.path("corp")).status_code == 200
    strict.delete(grant, api=ACCESS)
    assert person.get(person.path("corp")).status_code == 403


def test_somebody_elses_role_counts_for_nobody_else(strict: Arm) -> None:
    assign(strict, strict.gallery(), "Reader", OTHER.object_id)
    assert sign_in(strict, OTHER).get(strict.path("corp")).status_code == 200
    assert sign_in(strict).get(strict.path("corp")).status_code == 403


def test_a_fresh_role_counts_after_a_while(world: Callable[..., Arm]) -> None:
    # 5/21
    arm = world(authorization=True, directory=PEOPLE, doubts=Doubts(grant_lag=300))
    assign(arm, arm.gallery(), "Reader")
    person = sign_in(arm)
    arm.clock.advance(299)
    assert person.get(person.path("corp")).status_code == 403
    arm.clock.advance(1)
    assert person.get(person.path("corp")).status_code == 200


def allowed(person: Person, arm: Arm) -> set[str]:
    """Which actions somebody may do; what else may stand against a call does not matter here."""
    return {
        action
        for method, path, body, api, action, _ in everything(arm)
        if '"AuthorizationFailed"' not in person.call(method, path, body, api=api).text
    }


def test_a_contributor_may_not_share_nor_grant_nor_lock(strict: Arm) -> None:
    # 5/23
    assign(strict, subscription(strict), "Contributor")
    whole = {action for *_, action, scope in everything(strict) if scope.startswith(subscription(strict))}
    assert whole - allowed(sign_in(strict), strict) == {
        "Microsoft.Compute/galleries/share/action",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.Authorization/locks/write",
        "Microsoft.Authorization/locks/delete",
    }


def test_a_reader_may_read(strict: Arm) -> None:
    # 5/24
    assign(strict, subscription(strict), "Reader")
    assert allowed(sign_in(strict), strict) == {
        action
        for *_, action, scope in everything(strict)
        if action.endswith("/read") and scope.startswith(subscription(strict))
    }


def test_an_access_administrator_may_grant_and_lock_and_read(strict: Arm) -> None:
    # 5/25
    assign(strict, subscription(strict), "User Access Administrator")
    writes = {action for action in allowed(sign_in(strict), strict) if not action.endswith("/read")}
    assert writes == {
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.Authorization/locks/write",
        "Microsoft.Authorization/locks/delete",
    }


def test_a_sharing_admin_may_share_and_see_the_gallery_no_more_than_before(strict: Arm) -> None:
    # 5/27
    assign(strict, strict.gallery(), "Compute Gallery Sharing Admin")
    assert allowed(sign_in(strict), strict) == {"Microsoft.Compute/galleries/share/action"}


def test_an_image_reader_may_read_images_and_not_their_gallery(strict: Arm) -> None:
    # 5/28
    path = strict.version()
    assign(strict, strict.path("corp"), "Compute Gallery Image Reader")
    person = sign_in(strict)
    assert person.get(person.path("corp")).status_code == 403
    for readable in (path, person.path("corp", "ubuntu"), f"{person.path('corp')}/images"):
        assert person.get(readable).status_code == 200


def test_a_publisher_may_publish_and_follow_it_and_not_share(strict: Arm) -> None:
    # 5/29
    strict.definition()
    assign(strict, strict.in_group(), PUBLISHER)
    person = sign_in(strict)
    here = f"{strict.in_group()}/providers/Microsoft.Compute/images/ubuntu"
    assert person.get(here).status_code == 404
    sent = version(storageProfile={"source": {"id": here}})
    answer = person.put(person.path("corp", "ubuntu", "1.0.0"), sent)
    assert answer.status_code == 201
    assert person.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "InProgress"
    forbidden(
        person.call("POST", f"{person.path('corp')}/share", {"operationType": "Reset"}),
        "Microsoft.Compute/galleries/share/action",
        person.path("corp"),
    )


def test_what_one_role_takes_out_another_may_give(strict: Arm) -> None:
    # 5/23, 5/27
    assign(strict, strict.gallery(), "Contributor")
    person = sign_in(strict)
    share = ("POST", f"{person.path('corp')}/share", {"operationType": "Reset"})
    assert person.call(*share).status_code == 403
    assign(strict, strict.path("corp"), "Compute Gallery Sharing Admin")
    assert person.call(*share).status_code == 202


def test_whoever_may_grant_may_let_others_in(strict: Arm) -> None:
    # 5/17, 5/25
    path = strict.definition()
    person = sign_in(strict)
    answer = person.put(f"{path}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}", {}, api=ACCESS)
    refused(answer, 403, "AuthorizationFailed")
    assign(strict, strict.path("corp"), "User Access Administrator")
    assign(person, path, "Reader", OTHER.object_id)
    assert sign_in(strict, OTHER).get(path).status_code == 200


def custom(arm: Arm, **permissions: object) -> str:
    name = str(uuid.uuid4())
    path = f"{subscription(arm)}/providers/Microsoft.Authorization/roleDefinitions/{name}"
    body = {"properties": {"roleName": f"Own {name}", "permissions": [permissions]}}
    assert arm.put(path, body, api=ACCESS).status_code == 201
    return name


@pytest.mark.parametrize(
    ("actions", "excepted", "reads", "writes"),
    [
        (["Microsoft.Compute/galleries/read"], [], True, False),
        (["MICROSOFT.COMPUTE/GALLERIES/*"], [], True, True),
        (["Microsoft.Compute/galleries/*"], ["microsoft.compute/*/WRITE"], True, False),
        (["*/write"], [], False, True),
        (["Microsoft.Compute/*/read"], [], True, False),
        (["Microsoft.Compute/galleries/images/read"], [], False, False),
        (["*"], ["*"], False, False),
        (["read"], [], False, False),
        ([], [], False, False),
    ],
)
def test_a_custom_role_allows_what_it_says(
    strict: Arm, actions: list[str], excepted: list[str], *, reads: bool, writes: bool
) -> None:
    path = strict.gallery()
    assign(strict, path, custom(strict, actions=actions, notActions=excepted))
    person = sign_in(strict)
    assert (person.get(path).status_code == 200, person.patch(path, {}).status_code == 200) == (reads, writes)


@pytest.mark.parametrize("junk", [None, "x", 1, {"a": 1}, [None, 1, {"x": 2}]])
def test_a_custom_role_of_junk_allows_nothing(strict: Arm, junk: object) -> None:
    path = strict.gallery()
    assign(strict, path, custom(strict, actions=junk, notActions=junk))
    assert sign_in(strict).get(path).status_code == 403


def test_roles_of_the_settings_count_everywhere(world: Callable[..., Arm]) -> None:
    granted = {DEPLOYER.object_id: ("Reader", "compute gallery sharing admin", "No Such Role")}
    arm = world(authorization=True, directory=PEOPLE, granted=granted)
    person = sign_in(arm)
    assert person.get(arm.gallery()).status_code == 200
    assert person.call("POST", f"{person.path('corp')}/share", {"operationType": "Reset"}).status_code == 202
    assert person.patch(person.path("corp"), {}).status_code == 403


def test_a_role_at_the_root_group_of_the_tenant_counts_everywhere(world: Callable[..., Arm]) -> None:
    # 5/7
    arm = world(authorization=True, directory=PEOPLE)
    assign(arm, f"/providers/Microsoft.Management/managementGroups/{arm.emulator.settings.tenant}", "Reader")
    assert sign_in(arm).get(arm.gallery()).status_code == 200


def test_subscriptions_are_shown_to_whoever_may_read_something_in_them(world: Callable[..., Arm]) -> None:
    # 3.9/10
    arm = world(authorization=True, directory=PEOPLE)
    other = Arm(arm.emulator, arm.clock, session=arm.session)
    assign(arm, arm.definition(), "Compute Gallery Image Reader")
    assign(arm, other.gallery(), "Compute Gallery Sharing Admin")
    person = sign_in(arm)
    shown = [item["subscriptionId"] for item in person.get("/subscriptions", api=GROUPS).json()["value"]]
    assert shown == [arm.subscription]
    assert person.get(f"/subscriptions/{arm.subscription}", api=GROUPS).status_code == 200
    assert person.get(f"/subscriptions/{other.subscription}", api=GROUPS).status_code == 403
    assert person.get("/tenants", api=GROUPS).status_code == 200
    assert sign_in(arm, OTHER).get("/subscriptions", api=GROUPS).json()["value"] == []
    assert len(arm.get("/subscriptions", api=GROUPS).json()["value"]) == 3


@pytest.mark.parametrize(
    ("profile", "action", "source", "role"),
    [
        ({"source": {"id": IMAGE}}, "Microsoft.Compute/images/read", IMAGE, "Reader"),
        ({"source": {"virtualMachineId": MACHINE}}, "Microsoft.Compute/virtualMachines/write", MACHINE, "Contributor"),
        ({"source": {"id": MACHINE}}, "Microsoft.Compute/virtualMachines/write", MACHINE, "Contributor"),
        ({"osDiskImage": {"source": {"id": DISK}}}, "Microsoft.Compute/disks/write", DISK, "Contributor"),
    ],
)
def test_a_version_is_made_only_from_what_its_maker_has_rights_on(
    world: Callable[..., Arm], profile: dict[str, Any], action: str, source: str, role: str
) -> None:
    # 4.4/3, 2.4/19
    arm = world(authorization=True, directory=PEOPLE)
    arm.definition()
    assign(arm, arm.in_group(), "Contributor")
    person, path = sign_in(arm), arm.path("corp", "ubuntu", "1.0.0")
    message = refused(person.put(path, version(storageProfile=profile)), 403, "LinkedAuthorizationFailed")
    assert message == (
        f"The client '{DEPLOYER.app_id}' with object id '{DEPLOYER.object_id}' has permission to perform action "
        f"'Microsoft.Compute/galleries/images/versions/write' on scope '{path}'; however, it does not have permission "
        f"to perform action '{action}' on the linked scope(s) '{source}' or the linked scope(s) are invalid."
    )
    assert arm.get(path).status_code == 404
    assign(arm, "/subscriptions/0/resourceGroups/build", role)
    assert person.put(path, version(storageProfile=profile)).status_code == 201


def test_a_version_made_from_a_version_needs_to_read_it(strict: Arm) -> None:
    # 4.4/3
    first = strict.version()
    mine = Arm(strict.emulator, strict.clock, "rg-Mine", strict.subscription, strict.session)
    mine.made(mine.path("mine"), gallery())
    mine.made(mine.path("mine", "ubuntu"), definition())
    assign(strict, mine.in_group(), "Contributor")
    person = sign_in(mine)
    sent = version(storageProfile={"source": {"id": first}})
    refused(person.put(mine.path("mine", "ubuntu", "1.0.0"), sent), 403, "LinkedAuthorizationFailed")
    assign(strict, strict.path("corp"), "Compute Gallery Image Reader")
    assert person.put(mine.path("mine", "ubuntu", "1.0.0"), sent).status_code == 201


@pytest.mark.parametrize(
    "profile", [None, 1, {"source": 1}, {"source": {"id": 1}}, {"source": {"id": "/x/providers/a"}}]
)
def test_what_is_no_source_is_left_to_the_rules_of_versions(strict: Arm, profile: object) -> None:
    strict.definition()
    assign(strict, strict.in_group(), "Contributor")
    answer = sign_in(strict).put(strict.path("corp", "ubuntu", "1.0.0"), version(storageProfile=profile))
    assert answer.status_code == 400


def test_a_refused_write_changes_nothing(strict: Arm) -> None:
    path = strict.gallery(description="one")
    assign(strict, path, "Reader")
    person = sign_in(strict)
    person.put(path, gallery(description="two"))
    person.delete(path)
    strict.clock.advance(100)
    assert strict.properties(path)["description"] == "one"
