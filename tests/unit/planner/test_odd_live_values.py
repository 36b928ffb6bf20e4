"""A live value of a type that nobody expects is unknown: never a reason to delete, and never the end of a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.address import Kind
from reconciler.model.plan import Plan
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, desired_of, planned, taken

GROUPS = "sharingProfile: {permissions: Groups, groups: [{type: Subscriptions, ids: ["
GROUPS += "00000000-0000-0000-0000-0000000000f1]}]}, softDeletePolicy: {isSoftDeleteEnabled: false}"
SHARED = GALLERY.replace("spec: {location", f"spec: {{{GROUPS}, identity: {{type: SystemAssigned}}, location")
MORE = ", endOfLifeDate: 2031-01-01, replicationMode: Shallow"
ALL = SHARED + ACCESS + IMAGE + versions("1.0.0", "1.1.0", more=MORE)
REPLACING = ALL.replace("spec:", "policy: {onImmutableChange: replace}\nspec:", 1)
ODD: list[Any] = ["odd", 7, True, ["odd"], []]
FIELDS = [
    *((Kind.GALLERY, name) for name in ("sharingProfile", "softDeletePolicy", "identity", "tags")),
    *((Kind.IMAGE_DEFINITION, name) for name in ("identifier", "features", "recommended", "disallowed")),
    *((Kind.IMAGE_VERSION, name) for name in ("storageProfile", "publishingProfile", "safetyProfile")),
]


def odd_plan(now: str, kind: Kind, name: str, value: Any, *, prune: bool = False) -> Plan:
    live = taken(desired_of(ALL))
    found = {
        address: replace(one, body={**one.body, name: value}) if address.kind is kind else one
        for address, one in live.resources.items()
    }
    options = replace(OPTIONS, prune=prune, allow_empty=True, max_deletes=100, max_delete_percent=100)
    return planned(desired_of(now), replace(live, resources=found), options)


@pytest.mark.parametrize("value", ODD, ids=str)
@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=str)
def test_an_odd_value_replaces_nothing_and_ends_no_plan(kind: Kind, name: str, value: Any) -> None:
    plan = odd_plan(REPLACING, kind, name, value)

    assert not [action for action in plan.writes if action.removes and action.address.kind is kind], plan.writes


@pytest.mark.parametrize(
    ("kind", "name"), [(Kind.IMAGE_DEFINITION, "identifier"), (Kind.IMAGE_VERSION, "storageProfile")]
)
@pytest.mark.parametrize("value", [{"odd": "odd"}, {}, None], ids=str)
def test_what_nothing_can_be_without_is_not_missing_but_untold(kind: Kind, name: str, value: Any) -> None:
    plan = odd_plan(REPLACING, kind, name, value)

    assert not [action for action in plan.writes if action.removes and action.address.kind is kind], plan.writes


@pytest.mark.parametrize("value", ODD, ids=str)
@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=str)
def test_an_odd_value_ends_no_plan_that_removes(kind: Kind, name: str, value: Any) -> None:
    assert odd_plan(GALLERY, kind, name, value, prune=True).digest


@pytest.mark.parametrize("name", ["sharingProfile", "softDeletePolicy"])
def test_a_gallery_is_not_deleted_while_nobody_knows_how_it_is_shared_or_kept(name: str) -> None:
    other = GALLERY.replace("name: corp", "name: other")
    plan = odd_plan(other, Kind.GALLERY, name, "odd", prune=True)

    assert not [
        action
        for action in plan.writes
        if action.removes
        and action.address.gallery == "corp"
        and not action.address.image
        and not action.address.access
    ]


@pytest.mark.parametrize("name", ["safetyProfile", "publishingProfile"])
def test_a_version_is_not_deleted_while_nobody_knows_whether_it_is_held(name: str) -> None:
    plan = odd_plan(SHARED + ACCESS + IMAGE, Kind.IMAGE_VERSION, name, "odd", prune=True)

    held = [action.address for action in plan.writes if action.removes and action.address.kind is Kind.IMAGE_VERSION]
    assert not held
