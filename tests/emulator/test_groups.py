from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.serve import start
from reconciler.emulator.settings import Durations
from tests.emulator.arm import ACCESS, LOCKS, Arm, definition, gallery, granted, locked, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

GROUPS = "2024-11-01"
WEEK = 7 * 86_400.0


def delete(arm: Arm) -> requests.Response:
    answer = arm.delete(arm.in_group(), api=GROUPS)
    assert answer.status_code == 202, answer.text
    return answer


def state(arm: Arm) -> str:
    return str(arm.properties(arm.in_group(), api=GROUPS)["provisioningState"])


def inside(arm: Arm) -> set[str]:
    """What the emulator holds in the group of an arm."""
    head = f"{arm.in_group()}/".lower()
    return {key for key in arm.emulator.resources() if key.lower().startswith(head)}


def named(arm: Arm, query: str = "") -> list[str]:
    answer = arm.get(f"/subscriptions/{arm.subscription}/resourceGroups", api=GROUPS, query=query)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["value"]]


@pytest.mark.recorded("3.9/6")
def test_a_group_is_written_at_once_and_read_back_in_one_line(arm: Arm) -> None:
    sent = {"location": "West US", "managedBy": "somebody", "tags": {"a": "b", "c": ""}}
    first, second = (arm.put(arm.in_group(), sent, api=GROUPS) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.text == second.text == arm.get(arm.in_group(), api=GROUPS).text
    assert first.text == (
        f'{{"id":"{arm.in_group()}","name":"rg-Images","type":"Microsoft.Resources/resourceGroups",'
        '"location":"westus","managedBy":"somebody","tags":{"a":"b","c":""},'
        '"properties":{"provisioningState":"Succeeded"}}'
    )


@pytest.mark.recorded("3.9/5")
def test_head_tells_whether_there_is_such_a_group(world: Callable[..., Arm]) -> None:
    arm = world(groups="known")
    missing = arm.call("HEAD", arm.in_group(), api=GROUPS)
    assert (missing.status_code, missing.content) == (404, b"")
    assert missing.headers["x-ms-failure-cause"] == "gateway"
    arm.put(arm.in_group(), {"location": "westeurope"}, api=GROUPS)
    there = arm.call("HEAD", arm.in_group(), api=GROUPS)
    assert (there.status_code, there.content) == (204, b"")


def test_tags_of_a_group_are_patched_and_its_place_is_not(arm: Arm) -> None:
    for _ in range(2):
        answer = arm.patch(arm.in_group(), {"tags": {"team": "platform"}}, api=GROUPS)
        assert (answer.status_code, answer.json()["tags"]) == (200, {"team": "platform"})
    answer = arm.put(arm.in_group(), {"location": "eastus"}, api=GROUPS)
    refused(answer, 409, "InvalidResourceGroupLocation")


@pytest.mark.recorded("3.9/4")
def test_the_deletion_of_a_group_is_followed_at_its_location(world: Callable[..., Arm]) -> None:
    arm = world(durations=Durations(group_delete=60, group_retry_after=15))
    arm.put(arm.in_group(), {"location": "westeurope"}, api=GROUPS)
    answer = delete(arm)
    url = answer.headers["Location"]
    assert answer.content == b""
    head = f"{arm.emulator.base_url}/subscriptions/{arm.subscription}/operationresults/"
    assert (url.startswith(head), url.endswith(f"?api-version={GROUPS}")) == (True, True)
    assert "Azure-AsyncOperation" not in answer.headers
    arm.clock.advance(59)
    running = arm.get(url)
    assert (running.status_code, running.content) == (202, b"")
    assert (running.headers["Location"], running.headers["Retry-After"]) == (url, "15")
    arm.clock.advance(1)
    done = arm.get(url)
    assert (done.status_code, done.content, "Location" in done.headers) == (200, b"", False)
    refused(arm.get(arm.in_group(), api=GROUPS), 404, "ResourceGroupNotFound")


def test_the_address_of_a_deletion_is_that_of_no_other_operation(arm: Arm) -> None:
    result = f"/subscriptions/{arm.subscription}/operationresults"
    refused(arm.get(f"{result}/{uuid.uuid4()}", api=GROUPS), 404, "NotFound")
    made = arm.put(arm.path("corp"), gallery())
    refused(arm.get(f"{result}/{made.headers['x-ms-request-id']}", api=GROUPS), 404, "NotFound")


def test_everything_in_a_group_goes_with_it_and_nothing_beside_it(arm: Arm) -> None:
    # 3.9/4
    arm.version()
    source = f"{arm.in_group()}/providers/Microsoft.Compute/disks/one"
    sent = {"location": "westeurope", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 30}}
    assert arm.put(source, sent).status_code in (200, 201, 202)
    for scope in (arm.in_group(), arm.path("corp"), arm.path("corp", "ubuntu", "1.0.0")):
        granted(arm, scope)
    neighbours = [
        Arm(arm.emulator, arm.clock, name, arm.subscription, arm.session)
        for name in ("rg-Images2", "rg-Images.0", "rg")
    ]
    for index, neighbour in enumerate(neighbours):
        neighbour.gallery(f"corp{index}")
        granted(neighbour, neighbour.in_group())
    above = granted(arm, f"/subscriptions/{arm.subscription}")
    kept = [inside(neighbour) for neighbour in neighbours]
    assert [len(one) for one in kept] == [2, 2, 2]
    delete(arm)
    arm.clock.advance(100)
    assert inside(arm) == set()
    assert [inside(neighbour) for neighbour in neighbours] == kept
    assert arm.get(above, api=ACCESS).status_code == 200
    arm.put(arm.in_group(), {"location": "westeurope"}, api=GROUPS)
    assert arm.get(source).status_code == 404


def test_a_group_is_gone_without_anybody_asking(world: Callable[..., Arm]) -> None:
    # 3.9/4
    arm = world()
    path = arm.version()
    granted(arm, path)
    delete(arm)
    arm.clock.advance(59)
    assert path in arm.emulator.resources()
    arm.clock.advance(1)
    assert arm.emulator.resources() == {}


def test_what_was_being_deleted_is_gone_no_later_than_its_group(world: Callable[..., Arm]) -> None:
    arm = world(durations=Durations(version_delete=3_600, group_delete=60))
    assert arm.delete(arm.version()).status_code == 202
    delete(arm)
    arm.clock.advance(60)
    assert arm.emulator.resources() == {}


def test_the_bin_of_a_gallery_goes_with_its_group(arm: Arm) -> None:
    path = arm.version()
    arm.gallery(softDeletePolicy={"isSoftDeleteEnabled": True})
    arm.delete(path)
    arm.clock.advance(100)
    kept = f"{arm.path('corp')}/softDeletedArtifactTypes/Images/artifacts/ubuntu/versions"
    assert len(arm.get(kept, api="2026-03-03").json()["value"]) == 1
    delete(arm)
    arm.clock.advance(100)
    arm.put(arm.in_group(), {"location": "westeurope"}, api=GROUPS)
    arm.made(arm.path("corp"), gallery())
    arm.made(arm.path("corp", "ubuntu"), definition())
    assert arm.get(kept, api="2026-03-03").json()["value"] == []


def test_a_deletion_that_began_before_a_restart_ends_after_it(world: Callable[..., Arm]) -> None:
    arm = world()
    arm.version()
    url = delete(arm).headers["Location"]
    arm.emulator.close()
    with start(arm.emulator.settings, clock=arm.clock) as emulator:
        again = Arm(emulator, arm.clock, arm.group, arm.subscription)
        assert (again.get(url).status_code, state(again)) == (202, "Deleting")
        again.clock.advance(60)
        assert (again.get(url).status_code, emulator.resources()) == (200, {})
        again.session.close()


def test_nothing_is_written_in_a_group_that_is_being_deleted(arm: Arm) -> None:
    # 3.9/9
    arm.version()
    delete(arm)
    assert state(arm) == "Deleting"
    assert arm.properties(arm.path("corp", "ubuntu", "1.0.0"))["provisioningState"] == "Deleting"
    writes: list[tuple[str, str, object, str]] = [
        ("PUT", arm.path("corp2"), gallery(), "2024-03-03"),
        ("PATCH", arm.path("corp"), {"tags": {}}, "2024-03-03"),
        ("POST", f"{arm.path('corp')}/share", {"operationType": "Reset"}, "2024-03-03"),
        ("PUT", f"{arm.path('corp')}/providers/Microsoft.Authorization/locks/l", {}, LOCKS),
        ("PUT", arm.in_group(), {"location": "westeurope"}, GROUPS),
        ("PATCH", arm.in_group(), {"tags": {}}, GROUPS),
    ]
    for method, path, body, api in writes:
        message = refused(arm.call(method, path, body, api=api), 409, "ResourceGroupBeingDeleted")
        assert message == "The resource group 'rg-Images' is in deprovisioning state and cannot perform this operation."


def test_deleting_a_group_twice_ends_when_the_first_does(arm: Arm) -> None:
    arm.gallery()
    first = delete(arm).headers["Location"]
    arm.clock.advance(30)
    second = delete(arm).headers["Location"]
    arm.clock.advance(30)
    assert [arm.get(url).status_code for url in (first, second)] == [200, 200]


@pytest.mark.parametrize("after", [60.0, WEEK])
def test_a_deleted_group_is_gone_until_it_is_made_again(world: Callable[..., Arm], after: float) -> None:
    # 3.9/4: even where every group exists that was never heard of, and after a restart
    arm = world(groups="any")
    arm.gallery()
    delete(arm)
    arm.clock.advance(after)
    arm.emulator.close()
    with start(arm.emulator.settings, clock=arm.clock) as emulator:
        again = Arm(emulator, arm.clock, arm.group, arm.subscription)
        for answer in (
            again.get(again.in_group(), api=GROUPS),
            again.delete(again.in_group(), api=GROUPS),
            again.patch(again.in_group(), {}, api=GROUPS),
            again.get(again.path("corp")),
            again.put(again.path("corp"), gallery()),
        ):
            refused(answer, 404, "ResourceGroupNotFound")
        assert again.put(again.in_group(), {"location": "eastus"}, api=GROUPS).status_code == 201
        refused(again.get(again.path("corp")), 404, "ResourceNotFound")
        assert again.put(again.path("corp"), gallery()).status_code == 201
        again.session.close()


def test_the_name_of_a_grant_is_free_again_when_its_group_is_deleted(arm: Arm) -> None:
    name = str(uuid.uuid4())
    granted(arm, arm.gallery(), name)
    delete(arm)
    granted(arm, f"/subscriptions/{arm.subscription}", name)


def test_a_missing_group_cannot_be_deleted_nor_granted_on(world: Callable[..., Arm]) -> None:
    # 4.1/2
    arm = world(groups="known")
    refused(arm.delete(arm.in_group(), api=GROUPS), 404, "ResourceGroupNotFound")
    scope = f"{arm.in_group()}/providers/Microsoft.Authorization"
    refused(arm.put(f"{scope}/roleAssignments/{uuid.uuid4()}", {}, api=ACCESS), 404, "ResourceGroupNotFound")
    refused(arm.put(f"{scope}/locks/keep", {}, api=LOCKS), 404, "ResourceGroupNotFound")


@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_a_lock_anywhere_in_a_group_keeps_all_of_it(arm: Arm, level: str) -> None:
    # 4.4/5
    path = arm.version()
    key = locked(arm, path, level)
    message = refused(arm.delete(arm.in_group(), api=GROUPS), 409, "ScopeLocked")
    assert message.startswith(f"The scope '{arm.in_group()}' cannot perform delete operation")
    assert f"are locked: '{path}'." in message
    assert state(arm) == "Succeeded"
    arm.delete(key, api=LOCKS)
    delete(arm)


def test_a_lock_in_another_group_keeps_none_of_this_one(arm: Arm) -> None:
    # 4.4/5
    other = Arm(arm.emulator, arm.clock, "rg-Images2", arm.subscription, arm.session)
    locked(other, other.gallery())
    delete(arm)


@pytest.mark.parametrize("kind", ["shared to the community", "blocked before its end of life"])
def test_what_keeps_one_resource_does_not_keep_its_group(arm: Arm, kind: str) -> None:
    # 3.9/4
    if kind == "shared to the community":
        info = {"publisherUri": "https://a.b", "publisherContact": "a@b.c", "eula": "x", "publicNamePrefix": "corpimg"}
        path = arm.gallery(sharingProfile={"permissions": "Community", "communityGalleryInfo": info})
    else:
        arm.definition()
        body = version(safetyProfile={"blockDeletionBeforeEndOfLife": True})
        body["properties"]["publishingProfile"]["endOfLifeDate"] = "2030-01-01"
        path = arm.made(arm.path("corp", "ubuntu", "1.0.0"), body)
    assert arm.delete(path).status_code == 409
    delete(arm)
    arm.clock.advance(100)
    assert inside(arm) == set()


def test_groups_are_listed_in_pages(world: Callable[..., Arm]) -> None:
    arm = world(page_size=2)
    for name in ("a", "b", "c"):
        arm.put(f"/subscriptions/{arm.subscription}/resourcegroups/{name}", {"location": "westeurope"}, api=GROUPS)
    pages: list[Any] = [arm.get(f"/subscriptions/{arm.subscription}/resourcegroups", api=GROUPS).json()]
    pages.append(arm.get(pages[0]["nextLink"]).json())
    assert [[item["name"] for item in page["value"]] for page in pages] == [["a", "b"], ["c"]]
    assert "nextLink" not in pages[1]


def test_groups_are_listed_by_tag(arm: Arm) -> None:
    for name, tags in (("a", {"team": "one"}), ("b", {"Team": "two's"}), ("c", {"other": "one"})):
        path = f"/subscriptions/{arm.subscription}/resourceGroups/{name}"
        arm.put(path, {"location": "westeurope", "tags": tags}, api=GROUPS)
    assert named(arm) == ["a", "b", "c"]
    assert named(arm, "&$filter=tagName eq 'team'") == ["a", "b"]
    assert named(arm, "&$filter=tagname eq 'team' and tagvalue eq 'two''s'") == ["b"]
    assert named(arm, "&$filter=tagName eq 'team' and tagValue eq 'no'") == []
    answer = arm.get(f"/subscriptions/{arm.subscription}/resourceGroups", api=GROUPS, query="&$filter=size gt 3")
    refused(answer, 400, "InvalidFilterInQueryString")


def test_a_group_that_is_gone_is_not_listed(arm: Arm) -> None:
    arm.put(arm.in_group(), {"location": "westeurope"}, api=GROUPS)
    delete(arm)
    assert named(arm) == ["rg-Images"]
    arm.clock.advance(60)
    assert named(arm) == []


def test_a_definition_can_be_made_again_in_a_group_made_again(arm: Arm) -> None:
    arm.version()
    delete(arm)
    arm.clock.advance(60)
    arm.put(arm.in_group(), {"location": "westeurope"}, api=GROUPS)
    arm.gallery()
    assert arm.put(arm.path("corp", "debian"), definition()).status_code == 201
