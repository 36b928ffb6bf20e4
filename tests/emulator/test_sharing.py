from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import Arm, gallery, refused
from tests.emulator.test_galleries import COMMUNITY

if TYPE_CHECKING:
    from collections.abc import Callable

SUBSCRIPTIONS: dict[str, object] = {"type": "Subscriptions", "ids": ["s1", "s2"]}


def shared(arm: Arm, path: str, operation: str, *groups: dict[str, object]) -> int:
    answer = arm.call("POST", f"{path}/share", {"operationType": operation, "groups": list(groups)})
    return answer.status_code


def groups_of(arm: Arm, path: str, query: str = "&$select=Permissions") -> object:
    return arm.properties(path, query=query)["sharingProfile"].get("groups")


@pytest.mark.recorded("2.2", "3.1/15")
def test_share_announces_an_operation_and_shows_groups_only_when_asked(arm: Arm) -> None:
    # 3.6/2, 2.2/5, 2.2/8
    path = arm.made(arm.path("corp"), gallery(sharingProfile={"permissions": "Groups"}))
    answer = arm.call("POST", f"{path}/share", {"operationType": "Add", "groups": [SUBSCRIPTIONS]})
    assert (answer.status_code, answer.content) == (202, b"")
    assert {"Azure-AsyncOperation", "Location"} <= answer.headers.keys()
    assert "Retry-After" not in answer.headers
    arm.clock.advance(10)
    assert arm.get(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"
    assert groups_of(arm, path) == [SUBSCRIPTIONS]
    assert groups_of(arm, path, "&$expand=SharingProfile/Groups") == [SUBSCRIPTIONS]
    assert groups_of(arm, path, "") is None
    assert "sharingStatus" not in arm.properties(path)
    assert arm.properties(path, query="&$select=Permissions")["sharingStatus"]["aggregatedState"] == "Succeeded"


def test_groups_are_added_removed_and_reset(arm: Arm) -> None:
    # 2.2/5
    path = arm.made(arm.path("corp"), gallery(sharingProfile={"permissions": "Groups"}))
    assert shared(arm, path, "Add", SUBSCRIPTIONS, {"type": "AADTenants", "ids": ["t1"]}) == 202
    assert shared(arm, path, "Remove", {"type": "Subscriptions", "ids": ["s1"]}) == 202
    assert groups_of(arm, path) == [{"type": "Subscriptions", "ids": ["s2"]}, {"type": "AADTenants", "ids": ["t1"]}]
    assert shared(arm, path, "Reset") == 202
    assert groups_of(arm, path) == []


def test_a_put_leaves_the_groups_alone(arm: Arm) -> None:
    # 2.2/5
    path = arm.made(arm.path("corp"), gallery(sharingProfile={"permissions": "Groups"}))
    shared(arm, path, "Add", SUBSCRIPTIONS)
    arm.made(path, gallery(description="x", sharingProfile={"permissions": "Groups", "groups": []}))
    assert groups_of(arm, path) == [SUBSCRIPTIONS]


@pytest.mark.parametrize(
    "group",
    [
        {"type": "Subscriptions", "ids": [str(n) for n in range(31)]},
        {"type": "AADTenants", "ids": [str(n) for n in range(6)]},
    ],
)
def test_sharing_has_limits(arm: Arm, group: dict[str, object]) -> None:
    # 6/7
    path = arm.made(arm.path("corp"), gallery(sharingProfile={"permissions": "Groups"}))
    answer = arm.call("POST", f"{path}/share", {"operationType": "Add", "groups": [group]})
    refused(answer, 400, "InvalidParameter")


def test_a_private_gallery_is_not_shared(arm: Arm) -> None:
    path = arm.gallery()
    for operation in ("Add", "EnableCommunity"):
        answer = arm.call("POST", f"{path}/share", {"operationType": operation, "groups": [SUBSCRIPTIONS]})
        refused(answer, 409, "OperationNotAllowed")
    refused(arm.call("POST", f"{path}/share", {"operationType": "Publish"}), 400, "InvalidParameter")
    refused(arm.call("POST", f"{arm.path('none')}/share", {"operationType": "Reset"}), 404, "ResourceNotFound")


@pytest.mark.recorded("2.2/6")
def test_a_community_gallery_is_enabled_by_sharing_and_reset_before_it_is_deleted(arm: Arm) -> None:
    # 7/4
    path = arm.made(arm.path("corp"), gallery(sharingProfile=COMMUNITY))
    assert arm.properties(path)["sharingProfile"]["communityGalleryInfo"]["communityGalleryEnabled"] is False
    assert shared(arm, path, "EnableCommunity") == 202
    assert arm.properties(path)["sharingProfile"]["communityGalleryInfo"]["communityGalleryEnabled"] is True
    refused(arm.delete(path), 409, "OperationNotAllowed")
    assert shared(arm, path, "Reset") == 202
    assert arm.properties(path)["sharingProfile"] == {"permissions": "Private"}
    assert arm.delete(path).status_code == 202


def test_reset_may_leave_the_permissions(world: Callable[..., Arm]) -> None:
    # 7/4
    arm = world(doubts=Doubts(share_reset="keeps"))
    path = arm.made(arm.path("corp"), gallery(sharingProfile=COMMUNITY))
    shared(arm, path, "EnableCommunity")
    shared(arm, path, "Reset")
    profile = arm.properties(path)["sharingProfile"]
    assert (profile["permissions"], profile["communityGalleryInfo"]["communityGalleryEnabled"]) == ("Community", False)
    assert arm.delete(path).status_code == 202
