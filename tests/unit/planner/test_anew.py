"""What a create fills in by itself is neither a change nor a loss of a replacement; everything else is shown."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Kind
from reconciler.planner.anew import anew

Told = list[tuple[str, Any, Any]]


def told(kind: Kind, live: dict[str, Any], sent: dict[str, Any]) -> Told:
    return [(change.dotted, change.before, change.after) for change in anew(kind, live, sent, None)]


def profile(count: int | None, **region: Any) -> dict[str, Any]:
    whole = {} if count is None else {"replicaCount": count}
    return {"publishingProfile": {**whole, "targetRegions": {"[westeurope]": {"name": "westeurope", **region}}}}


REPLICAS = "publishingProfile.targetRegions[westeurope].regionalReplicaCount"


@pytest.mark.parametrize(
    ("live", "sent", "changes"),
    [
        (profile(None, regionalReplicaCount=1), profile(None), []),
        (profile(3, regionalReplicaCount=3), profile(3), []),
        (profile(3, regionalReplicaCount=1), profile(3), [(REPLICAS, 1, None)]),
        (profile(None, regionalReplicaCount=3), profile(None), [(REPLICAS, 3, None)]),
        (profile(None, regionalReplicaCount=1, storageAccountType="Standard_LRS"), profile(None), []),
    ],
)
def test_a_region_gets_as_many_replicas_as_the_profile_says(
    live: dict[str, Any], sent: dict[str, Any], changes: Told
) -> None:
    assert told(Kind.IMAGE_VERSION, live, sent) == changes


GROUPS = {"[Subscriptions]": {"type": "Subscriptions", "ids": ["a"]}}


@pytest.mark.parametrize(
    ("profile", "lost"),
    [
        ({"groups": GROUPS}, None),
        ({"communityGalleryInfo": {"publicNames": ["public"]}}, None),
        ({"permissions": "Groups", "groups": GROUPS}, {"permissions": "Groups"}),
        (
            {"communityGalleryInfo": {"publicNames": ["public"], "eula": "https://e"}},
            {"communityGalleryInfo": {"eula": "https://e"}},
        ),
    ],
)
def test_what_only_the_service_or_a_share_writes_is_no_loss(profile: dict[str, Any], lost: Any) -> None:
    changes = [("sharingProfile", lost, None)] if lost is not None else []

    assert told(Kind.GALLERY, {"sharingProfile": profile}, {}) == changes


def test_a_field_newer_than_us_that_goes_is_a_loss() -> None:
    assert told(Kind.GALLERY, {"newest": {"deep": 7}}, {}) == [("newest", {"deep": 7}, None)]
    assert told(Kind.GALLERY, {"newest": 7}, {"newest": 7}) == []


@pytest.mark.parametrize(
    ("field", "filled", "other"), [("osState", "Generalized", "Specialized"), ("architecture", "x64", "Arm64")]
)
def test_what_a_create_fills_in_comes_back_and_nothing_else(field: str, filled: str, other: str) -> None:
    assert told(Kind.IMAGE_DEFINITION, {field: filled}, {}) == []
    assert told(Kind.IMAGE_DEFINITION, {field: other}, {}) == [(field, other, None)]
    assert told(Kind.IMAGE_DEFINITION, {field: other}, {field: filled}) == [(field, other, filled)]
