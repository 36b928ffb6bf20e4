from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.settings import Doubts
from tests.emulator.arm import NEWEST, Arm, definition, gallery, refused, version

if TYPE_CHECKING:
    from collections.abc import Callable

COMMUNITY: dict[str, Any] = {
    "permissions": "Community",
    "communityGalleryInfo": {
        "publisherUri": "https://corp.example",
        "publisherContact": "images@corp.example",
        "eula": "https://corp.example/eula",
        "publicNamePrefix": "corpimages",
    },
}


@pytest.mark.recorded("2.2/2")
def test_the_unique_name_is_subscription_and_upper_case_name(arm: Arm) -> None:
    first = arm.put(arm.path("corp_Images"), gallery()).json()["properties"]
    for found in (first, arm.properties(arm.path("corp_Images"))):
        assert found["identifier"] == {"uniqueName": f"{arm.subscription}-CORP_IMAGES"}


def test_put_replaces_tags_and_clears_what_it_leaves_out(arm: Arm, world: Callable[..., Arm]) -> None:
    # 3.4/2, 3.4/3
    for here, expected in ((arm, {}), (world(doubts=Doubts(omitted="kept")), {"description": "x"})):
        path = here.made(here.path("corp"), gallery(description="x") | {"tags": {"a": "1", "b": "2"}})
        here.made(path, gallery() | {"tags": {"c": "3"}})
        body = here.get(path).json()
        assert body["tags"] == {"c": "3"}
        assert {name: body["properties"][name] for name in ("description",) if name in body["properties"]} == expected


@pytest.mark.recorded("3.4/5", "8/1")
def test_patch_merges_at_the_level_of_properties(arm: Arm) -> None:
    # 2.1/3
    path = arm.made(
        arm.path("corp"),
        gallery(description="x", softDeletePolicy={"isSoftDeleteEnabled": True}) | {"tags": {"a": "1"}},
    )
    before = arm.get(path).json()
    arm.patch(path, {"properties": {"description": "y"}})
    body = arm.get(path).json()
    assert body["properties"]["softDeletePolicy"]["isSoftDeleteEnabled"] is True
    assert body == before | {"properties": before["properties"] | {"description": "y"}}
    arm.patch(path, {"tags": {"b": "2"}})
    assert arm.get(path).json()["tags"] == {"b": "2"}


def test_patch_may_merge_tags_where_that_is_chosen(world: Callable[..., Arm]) -> None:
    # 2.1/3
    arm = world(doubts=Doubts(patch_tags="merge"))
    path = arm.made(arm.path("corp"), gallery() | {"tags": {"a": "1"}})
    arm.patch(path, {"tags": {"b": "2"}})
    assert arm.get(path).json()["tags"] == {"a": "1", "b": "2"}


def test_patch_of_a_missing_gallery_is_not_found(arm: Arm) -> None:
    refused(arm.patch(arm.path("corp"), {"properties": {}}), 404, "ResourceNotFound")


@pytest.mark.parametrize("name", ["my-gallery", "_corp", "corp_", "a" * 81, "über", "a b"])
def test_bad_gallery_names_are_refused(arm: Arm, name: str) -> None:
    # 4.1/4
    refused(arm.put(arm.path(name), gallery()), 400, "InvalidParameter")


def test_a_trailing_period_is_refused_by_the_gateway(arm: Arm) -> None:
    # 4.1/5
    refused(arm.put(arm.path("corp."), gallery()), 400, "InvalidResourceName")


@pytest.mark.parametrize("name", ["a", "Corp_Images.v2", "1", "a" * 80])
def test_good_gallery_names_are_accepted(arm: Arm, name: str) -> None:
    # 4.1/4
    assert arm.put(arm.path(name), gallery()).status_code == 201


def test_an_unknown_region_is_refused(arm: Arm) -> None:
    # 4.1/6
    answer = arm.put(arm.path("corp"), gallery() | {"location": "atlantis"})
    message = refused(answer, 400, "LocationNotAvailableForResourceType")
    assert message.startswith(
        "The provided location 'atlantis' is not available for resource type 'Microsoft.Compute/galleries'."
    )


def test_a_missing_location_is_refused(arm: Arm) -> None:
    # 2.1/2
    refused(arm.put(arm.path("corp"), {"properties": {}}), 400, "LocationRequired")


def test_a_gallery_cannot_move(arm: Arm) -> None:
    # 4.1/7, 2.1/2
    path = arm.gallery()
    message = refused(arm.put(path, gallery() | {"location": "eastus"}), 409, "InvalidResourceLocation")
    assert message.startswith(
        "The resource 'corp' already exists in location 'westeurope' in resource group 'rg-Images'."
    )
    assert arm.put(path, gallery() | {"location": "West Europe"}).status_code == 200


def test_a_gallery_name_is_unique_in_the_subscription(arm: Arm, world: Callable[..., Arm]) -> None:
    # 4.1/8
    for here, status, code in (
        (arm, 409, "Conflict"),
        (world(doubts=Doubts(gallery_name_status=400, gallery_name_code="InvalidParameter")), 400, "InvalidParameter"),
    ):
        here.gallery("corp")
        other = here.path("CORP").replace(here.group, "other")
        message = refused(here.put(other, gallery()), status, code)
        assert message.startswith(f"The gallery name CORP is not unique within the subscription {here.subscription}.")


def test_a_missing_group_is_told_where_groups_must_be_known(world: Callable[..., Arm]) -> None:
    # 4.1/2
    arm = world(groups="known")
    refused(arm.put(arm.path("corp"), gallery()), 404, "ResourceGroupNotFound")
    refused(arm.get(arm.path("corp")), 404, "ResourceGroupNotFound")
    refused(arm.get(arm.in_group()), 404, "ResourceGroupNotFound")
    assert arm.call("HEAD", arm.in_group()).status_code == 404
    assert arm.put(arm.in_group(), {"location": "westeurope"}).status_code == 201
    assert arm.put(arm.in_group(), {"location": "westeurope", "tags": {"a": "b"}}).status_code == 200
    assert arm.call("HEAD", arm.in_group()).status_code == 204
    assert arm.get(arm.in_group()).json()["tags"] == {"a": "b"}
    assert arm.put(arm.path("corp"), gallery()).status_code == 201


def test_a_missing_subscription_is_told_where_subscriptions_are_listed(world: Callable[..., Arm]) -> None:
    arm = world(subscriptions=("00000000-0000-0000-0000-000000000001",))
    refused(arm.get(arm.path("corp")), 404, "SubscriptionNotFound")
    arm.subscription = "00000000-0000-0000-0000-000000000001"
    assert arm.put(arm.path("corp"), gallery()).status_code == 201
    assert arm.get(f"/subscriptions/{arm.subscription}").json()["state"] == "Enabled"
    assert [one["subscriptionId"] for one in arm.get("/subscriptions").json()["value"]] == [arm.subscription]


@pytest.mark.parametrize("api", ["2017-01-01", "latest", "2026-03-04"])
def test_an_unknown_api_version_is_refused(arm: Arm, api: str) -> None:
    # 4.1/9
    message = refused(arm.put(arm.path("corp"), gallery(), api=api), 400, "NoRegisteredProviderFound")
    assert "The supported api-versions are '2018-06-01, " in message


def test_a_missing_api_version_is_refused(arm: Arm) -> None:
    refused(arm.call("GET", arm.path("corp"), api=""), 400, "MissingApiVersionParameter")


def test_parents_with_children_are_not_deleted(arm: Arm) -> None:
    # 4.1/3, 4.2/9
    arm.version()
    message = refused(arm.delete(arm.path("corp")), 409, "CannotDeleteResource")
    image = "Microsoft.Compute/galleries/corp/images/ubuntu"
    assert message == (
        "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: "
        f"'{image}, {image}/versions/1.0.0'. Please delete all nested resources before deleting this resource."
    )
    refused(arm.delete(arm.path("corp", "ubuntu")), 409, "CannotDeleteResource")


def test_the_gateway_sees_a_deleted_child_for_twenty_seconds_more(arm: Arm) -> None:
    # 4.1/3, 7/3
    path = arm.definition()
    arm.delete(path)
    arm.clock.advance(20)
    assert arm.get(path).status_code == 404
    refused(arm.delete(arm.path("corp")), 409, "CannotDeleteResource")
    arm.clock.advance(1)
    assert arm.delete(arm.path("corp")).status_code == 202


def test_the_gateway_may_know_at_once_what_is_gone(world: Callable[..., Arm]) -> None:
    # 4.1/3
    arm = world(doubts=Doubts(parent_cache_lag=0.0))
    arm.delete(arm.definition())
    arm.clock.advance(1)
    assert arm.delete(arm.path("corp")).status_code == 202


def test_writes_are_refused_once_a_delete_began(arm: Arm) -> None:
    # 4.3/13
    path = arm.gallery()
    arm.delete(path)
    refused(arm.put(path, gallery()), 409, "OperationNotAllowed")
    assert arm.delete(path).status_code == 202
    arm.clock.advance(1)
    assert arm.put(path, gallery()).status_code == 201


def test_children_need_their_parents(arm: Arm) -> None:
    # 4.2/3
    answer = arm.put(arm.path("corp", "ubuntu"), definition())
    message = refused(answer, 404, "ParentResourceNotFound")
    assert message == "Can not perform requested operation on nested resource. Parent resource 'corp' not found."
    arm.gallery()
    message = refused(arm.put(arm.path("corp", "ubuntu", "1.0.0"), version()), 404, "ParentResourceNotFound")
    assert message.endswith("Parent resource 'ubuntu' not found.")
    refused(arm.delete(arm.path("corp", "ubuntu", "1.0.0")), 404, "ParentResourceNotFound")
    refused(arm.get(arm.path("corp", "ubuntu") + "/versions"), 404, "ParentResourceNotFound")


def test_the_doubts_about_missing_parents_can_be_turned(world: Callable[..., Arm]) -> None:
    # 4.2/3, 4.1/1
    arm = world(
        doubts=Doubts(
            parent_wording="new",
            delete_without_parent="no_content",
            get_without_parent="parent_not_found",
            list_without_parent="empty",
        )
    )
    message = refused(arm.put(arm.path("corp", "ubuntu"), definition()), 404, "ParentResourceNotFound")
    assert message.startswith("Failed to perform 'write' on resource(s) of type 'galleries/images', because the parent")
    assert arm.delete(arm.path("corp", "ubuntu")).status_code == 204
    refused(arm.get(arm.path("corp", "ubuntu")), 404, "ParentResourceNotFound")
    assert arm.get(arm.path("corp") + "/images").json() == {"value": []}


def test_a_child_may_have_to_wait_for_its_parent(world: Callable[..., Arm]) -> None:
    # 7/1
    arm = world(doubts=Doubts(child_before_parent_ready="refused"))
    arm.put(arm.path("corp"), gallery())
    refused(arm.put(arm.path("corp", "ubuntu"), definition()), 404, "ParentResourceNotFound")
    arm.clock.advance(1)
    assert arm.put(arm.path("corp", "ubuntu"), definition()).status_code == 201


@pytest.mark.parametrize(
    ("before", "after", "target"),
    [
        ({"permissions": "Private"}, {"permissions": "Groups"}, "permissions"),
        ({"permissions": "Groups"}, {"permissions": "Private"}, "permissions"),
        (None, {"permissions": "Groups"}, "permissions"),
        (COMMUNITY, {"communityGalleryInfo": {"publisherUri": "x"}}, "communityGalleryInfo.publisherUri"),
        (COMMUNITY, {"communityGalleryInfo": {"publisherContact": "x"}}, "communityGalleryInfo.publisherContact"),
        (COMMUNITY, {"communityGalleryInfo": {"eula": "x"}}, "communityGalleryInfo.eula"),
        (COMMUNITY, {"communityGalleryInfo": {"publicNamePrefix": "other1"}}, "communityGalleryInfo.publicNamePrefix"),
    ],
)
def test_the_sharing_profile_cannot_change(
    arm: Arm, before: dict[str, object] | None, after: dict[str, object], target: str
) -> None:
    # 2.2/4, 2.2/6, 8/4
    body = gallery() if before is None else gallery(sharingProfile=before)
    path = arm.made(arm.path("corp"), body)
    answer = arm.put(path, gallery(sharingProfile=after))
    refused(answer, 409, "PropertyChangeNotAllowed", f"gallery.properties.sharingProfile.{target}")


def test_permissions_may_change_where_that_is_chosen(world: Callable[..., Arm]) -> None:
    # 2.2/4
    arm = world(doubts=Doubts(permissions_frozen=False))
    path = arm.made(arm.path("corp"), gallery(sharingProfile={"permissions": "Private"}))
    assert arm.put(path, gallery(sharingProfile={"permissions": "groups"})).status_code == 200
    assert arm.properties(path)["sharingProfile"] == {"permissions": "Groups"}


def test_a_sharing_profile_that_was_never_set_is_absent_and_equals_private(arm: Arm) -> None:
    # 2.2/4, 2.2/6
    path = arm.gallery()
    assert "sharingProfile" not in arm.properties(path)
    assert arm.put(path, gallery(sharingProfile={"permissions": "Private"})).status_code == 200


@pytest.mark.recorded("2.2/6")
def test_a_community_gallery_has_a_public_name_and_hides_its_prefix(arm: Arm) -> None:
    answer = arm.put(arm.path("corp"), gallery(sharingProfile=COMMUNITY))
    info = answer.json()["properties"]["sharingProfile"]["communityGalleryInfo"]
    assert "publicNamePrefix" not in info
    assert info["communityGalleryEnabled"] is False
    [public] = info["publicNames"]
    prefix, _, rest = public.partition("-")
    assert (prefix, str(uuid.UUID(rest))) == ("corpimages", rest)
    arm.clock.advance(10)
    assert arm.properties(arm.path("corp"))["sharingProfile"]["communityGalleryInfo"] == info


@pytest.mark.parametrize(
    "info",
    [{}, COMMUNITY["communityGalleryInfo"] | {"publicNamePrefix": "abc"}],
)
def test_a_community_gallery_needs_its_words(arm: Arm, info: dict[str, str]) -> None:
    # 2.2/6
    answer = arm.put(
        arm.path("corp"), gallery(sharingProfile={"permissions": "Community", "communityGalleryInfo": info})
    )
    refused(answer, 400, "InvalidParameter")


def test_identities_are_filled_in_and_stay_the_same(arm: Arm) -> None:
    # 2.1/4
    user = "/subscriptions/0/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"
    body = gallery() | {
        "identity": {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {user: {}}},
    }
    path = arm.made(arm.path("corp"), body)
    identity = arm.get(path).json()["identity"]
    assert {"principalId", "tenantId"} <= identity.keys()
    assert identity["userAssignedIdentities"][user].keys() == {"principalId", "clientId"}
    arm.patch(path, {"properties": {"description": "x"}})
    assert arm.get(path).json()["identity"] == identity


def test_unknown_fields_are_kept_and_read_only_ones_ignored(arm: Arm) -> None:
    # 2.5, 3.8/20
    sent = gallery(novelty={"deep": [1]}, provisioningState="Failed", identifier={"uniqueName": "x"}, sharingStatus={})
    path = arm.made(arm.path("corp"), sent | {"id": "/else", "type": "else", "futureThing": {"a": 1}})
    body = arm.get(path).json()
    assert body["properties"]["novelty"] == {"deep": [1]}
    assert body["futureThing"] == {"a": 1}
    assert body["properties"]["provisioningState"] == "Succeeded"
    assert body["properties"]["identifier"]["uniqueName"].endswith("-CORP")
    assert body["id"] == path
    assert "sharingStatus" not in body["properties"]


def test_another_name_in_the_body_is_refused(arm: Arm) -> None:
    # 4.3/20
    refused(arm.put(arm.path("corp"), gallery() | {"name": "other"}), 400, "InvalidParameter")
    assert arm.put(arm.path("corp"), gallery() | {"name": "corp"}).status_code == 201


@pytest.mark.parametrize("tags", [{str(n): "" for n in range(51)}, {"n" * 513: ""}, {"n": "v" * 257}])
def test_tags_have_limits(arm: Arm, tags: dict[str, str]) -> None:
    # 6/11
    refused(arm.put(arm.path("corp"), gallery() | {"tags": tags}), 400, "InvalidTagNameOrValue")


@pytest.mark.recorded("3.4/1")
def test_a_body_that_was_read_can_be_written_back(arm: Arm) -> None:
    # 3.8
    path = arm.made(
        arm.path("corp"), gallery(description="x", sharingProfile=COMMUNITY) | {"tags": {"a": "b"}}, api=NEWEST
    )
    before = arm.get(path, api=NEWEST).json()
    assert arm.put(path, before, api=NEWEST).status_code == 200
    assert arm.get(path, api=NEWEST).json() == before
