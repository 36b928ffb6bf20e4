"""Sharing is planned as an action of its own: with whom, in which order, and never what cannot be undone."""

from __future__ import annotations

import pytest

from reconciler.model.plan import RefusalRule
from tests.support.workbench import Workbench, changed, writes

ONE, TWO, THREE = (f"00000000-0000-0000-0000-0000000000a{number}" for number in range(3))
GROUPS = """
apiVersion: gallery-reconciler/v1
kind: Gallery
metadata: {name: corp}
spec:
  location: westeurope
  sharingProfile:
    permissions: Groups
    groups: [{type: Subscriptions, ids: [%s]}]
"""
COMMUNITY = """
apiVersion: gallery-reconciler/v1
kind: Gallery
metadata: {name: corp}
spec:
  location: westeurope
  sharingProfile:
    permissions: Community
    communityGalleryInfo:
      {publisherUri: https://corp.example, publisherContact: a@corp.example, eula: https://corp.example/eula,
       publicNamePrefix: corporate, communityGalleryEnabled: %s}
"""


def shared_with(bench: Workbench) -> list[dict[str, object]]:
    gallery = bench.live("/galleries/corp")["id"]
    answer = bench.gateway.get(gallery, {"$expand": "SharingProfile/Groups"})
    groups: list[dict[str, object]] = answer.body["properties"]["sharingProfile"].get("groups", [])
    return groups


def test_a_new_gallery_is_made_and_then_shared(bench: Workbench) -> None:
    bench.write(GROUPS % f"{ONE}, {TWO}")

    plan = bench.plan()
    bench.apply()

    assert writes(plan) == [("create", "corp"), ("share", "corp")]
    assert plan.writes[1].requires == (plan.writes[0].id,)
    assert plan.writes[1].words == "share corp with 2 subscriptions"
    assert shared_with(bench) == [{"type": "Subscriptions", "ids": [ONE, TWO]}]
    assert not bench.plan().pending


def test_whoever_comes_is_added_before_others_go(bench: Workbench) -> None:
    bench.write(GROUPS % f"{ONE}, {TWO}")
    bench.apply()
    bench.write(GROUPS % f"{TWO}, {THREE}")

    plan = bench.plan()
    bench.apply()

    assert [action.words for action in plan.writes] == [
        f"share corp with subscription {THREE}",
        f"stop sharing corp with subscription {ONE}",
    ]
    assert shared_with(bench) == [{"type": "Subscriptions", "ids": [TWO, THREE]}]
    assert not bench.plan().pending
    assert [path for method, path in bench.written() if method == "PUT"] == [
        path for method, path in bench.written() if method == "PUT" and path.endswith("/corp")
    ][:1], "sharing alone never writes the gallery"


def test_a_full_list_lets_others_go_before_more_come(bench: Workbench) -> None:
    many = [f"00000000-0000-0000-0000-0000000001{number:02d}" for number in range(60)]
    bench.write(GROUPS % ", ".join(many[:30]))
    bench.apply()
    bench.write(GROUPS % ", ".join(many[30:]))

    plan = bench.plan()
    bench.apply()

    assert [action.words for action in plan.writes] == [
        "stop sharing corp with 30 subscriptions",
        "share corp with 30 subscriptions",
    ]
    assert not bench.plan().pending


def test_the_order_and_case_of_groups_are_no_difference(bench: Workbench) -> None:
    bench.write(GROUPS % f"{ONE}, {TWO}")
    bench.apply()
    bench.write((GROUPS % f"{TWO.upper()}, {ONE}").replace("Subscriptions", "subscriptions"))

    assert not bench.plan().pending


def test_groups_that_are_not_declared_stay(bench: Workbench) -> None:
    bench.write(GROUPS % ONE)
    bench.apply()
    bench.write((GROUPS % ONE).split("    groups")[0])

    assert not bench.plan().pending
    assert shared_with(bench) == [{"type": "Subscriptions", "ids": [ONE]}]


def test_groups_and_a_description_change_in_one_plan(bench: Workbench) -> None:
    bench.write(GROUPS % ONE)
    bench.apply()
    bench.write((GROUPS % TWO).replace("spec:", "spec:\n  description: shared"))

    plan = bench.plan()
    bench.apply()

    assert writes(plan) == [("update", "corp"), ("share", "corp"), ("share", "corp")]
    assert [path for path, _, _ in changed(plan)] == [
        "description",
        "sharingProfile.groups[Subscriptions].ids",
        "sharingProfile.groups[Subscriptions].ids",
    ]
    assert not bench.plan().pending


def test_what_somebody_else_shares_meanwhile_is_not_undone_unseen(bench: Workbench) -> None:
    bench.write(GROUPS % ONE)
    bench.apply()
    bench.write(GROUPS % f"{ONE}, {TWO}")
    plan = bench.plan()
    gallery = bench.live("/galleries/corp")["id"]
    added = {"operationType": "Add", "groups": [{"type": "Subscriptions", "ids": [THREE]}]}
    assert bench.gateway.share(gallery, added).ok

    report = bench.carry_out(plan)

    assert report.results[0].error_code == "Precondition"
    assert "sharingProfile.groups[Subscriptions].ids" in report.results[0].why


def test_the_community_is_let_in_only_where_that_is_declared(bench: Workbench) -> None:
    bench.write(COMMUNITY % "false")
    bench.apply()
    assert not bench.plan().pending
    bench.write(COMMUNITY % "true")

    plan = bench.plan()
    bench.apply()

    assert writes(plan) == [("share", "corp")]
    assert plan.writes[0].words == "open corp to the community"
    info = bench.live("/galleries/corp")["properties"]["sharingProfile"]["communityGalleryInfo"]
    assert info["communityGalleryEnabled"] is True
    assert not bench.plan().pending


def test_leaving_the_community_cannot_be_undone_and_is_refused(bench: Workbench) -> None:
    bench.write(COMMUNITY % "true")
    bench.apply()
    bench.write(COMMUNITY % "false")

    assert [refusal.rule for refusal in bench.plan().refusals] == [RefusalRule.CANNOT_CLEAR]


@pytest.mark.parametrize("permissions", ["Private", "Community"])
def test_groups_of_a_gallery_that_is_not_shared_with_groups_are_an_error_in_the_manifest(
    bench: Workbench, permissions: str
) -> None:
    bench.write((GROUPS % ONE).replace("permissions: Groups", f"permissions: {permissions}"))

    with pytest.raises(AssertionError, match="sharing-groups"):
        bench.built()
