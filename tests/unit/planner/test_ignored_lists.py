"""Ignore rules in lists, in entries that are new, and on fields newer than us."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.plan import Plan, Verb
from reconciler.model.state import LiveState
from reconciler.planner.ignore import hold
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, desired_of, planned, taken
from tests.support.workbench import only
from tests.unit.planner.decisions.bends import laid
from tests.unit.planner.test_ignore import between, body, rule

REGIONS = "publishingProfile.targetRegions"
NEWER = (
    GALLERY
    + IMAGE.replace("      osType", "      osType", 1)
    + "    unchecked: {newest: 7, lab.size: x, lab.color: y}\n"
)
PLAIN = GALLERY + IMAGE


def region(text: str) -> str:
    return PLAIN + versions("1.0.0", regions=f"westeurope=1, {text}")


def hidden(plan: Plan) -> list[str]:
    return [".".join(map(str, found.path)) for found in plan.ignored]


def sent_regions(plan: Plan) -> dict[str, Any]:
    last = [action for action in plan.writes if action.address.version][-1]
    return {each["name"]: each for each in (last.body or {})["properties"]["publishingProfile"]["targetRegions"]}


def test_a_new_region_is_declared_with_the_name_that_tells_it_apart() -> None:
    plan = between(region("uksouth=1"), region("uksouth=1, ukwest=2"), rule(f"{REGIONS}[*].name"))

    assert set(sent_regions(plan)) == {"westeurope", "uksouth", "ukwest"}
    assert not plan.refusals


def test_a_new_region_comes_without_what_is_ignored_in_regions() -> None:
    new = region("uksouth=1, {name: ukwest, excludeFromLatest: true}")

    plan = between(region("uksouth=1"), new, rule(f"{REGIONS}[*].excludeFromLatest"))

    assert "excludeFromLatest" not in sent_regions(plan)["ukwest"]


def test_a_new_feature_keeps_the_value_that_it_needs() -> None:
    new = PLAIN.replace("value: Standard}", 'value: Standard}, {name: IsHibernateSupported, value: "True"}')

    plan = between(PLAIN, new, rule("features[*].value"))

    sent = {each["name"]: each["value"] for each in body(plan)["properties"]["features"]}
    assert sent["IsHibernateSupported"] == "True"
    assert sent["SecurityType"] == "Standard"


@pytest.mark.parametrize("path", ["newest", "lab", "lab.size", "LAB.Size"])
def test_a_field_newer_than_us_is_ignored_by_its_path_and_below_it(path: str) -> None:
    live = laid("corp/ubuntu", newest=1, lab={"size": "live", "color": "live"})(taken(desired_of(PLAIN)))

    plan = planned(desired_of(NEWER), live, replace(OPTIONS, ignore=(rule(path),)))

    sent = body(plan)["properties"]
    assert sent["newest"] == (1 if path == "newest" else 7)
    assert sent["lab"]["size"] == ("live" if path.lower() in {"lab", "lab.size"} else "x")
    assert sent["lab"]["color"] == ("live" if path == "lab" else "y")
    assert hidden(plan) == [path.lower()]


@pytest.mark.parametrize("path", ["newest", "lab", "lab.size"])
def test_a_create_leaves_an_ignored_field_newer_than_us_out(path: str) -> None:
    plan = planned(desired_of(NEWER), LiveState({}), replace(OPTIONS, ignore=(rule(path),)))

    (create,) = [action for action in plan.writes if action.verb is Verb.CREATE and action.address.image]
    sent = (create.body or {})["properties"]
    assert sent.get("newest") == (None if path == "newest" else 7)
    assert sent.get("lab") == {"newest": {"size": "x", "color": "y"}, "lab.size": {"color": "y"}}.get(path)


def test_an_ignored_declared_field_of_a_live_resource_is_not_managed_any_more() -> None:
    plan = between(PLAIN, PLAIN.replace("Golden", "New").replace("platform", "infra"), rule("description", "Gallery"))

    update = only(plan, Verb.UPDATE)
    assert [change.dotted for change in update.changes] == ["tags.team"]
    assert (update.body or {})["properties"]["description"] == "Golden images"


LIVE: dict[str, Any] = {
    "tags": {"team": "live", "reconciler.owner": "live"},
    "features": {"[a]": {"name": "a", "value": "live"}},
    "lab": {"size": 1},
}


@pytest.mark.parametrize(
    ("planned_body", "path", "after"),
    [
        ({"features": {}}, ("features", "[a]", "value"), {"features": {}}),
        ({}, ("features", "[a]", "value"), {}),
        ({"lab": {}}, ("lab", "size"), {"lab": {"size": 1}}),
        ({}, ("lab", "size"), {"lab": {"size": 1}}),
        ({"features": {"[b]": {"value": "x"}}}, ("features", "[b]", "value"), {"features": {"[b]": {}}}),
        ({"lab": {"color": "x"}}, ("lab", "color"), {}),
        ({"lab": {"color": "x", "size": 2}}, ("lab", "color"), {"lab": {"size": 2}}),
        ({"lab": "odd"}, ("lab", "color"), {"lab": "odd"}),
        ({"lab": {}}, ("lab", "color"), {"lab": {}}),
        ({"lab": None}, ("lab", "color"), {"lab": None}),
        (
            {"tags": {"team": "new", "reconciler.owner": "new"}},
            ("tags",),
            {"tags": {"team": "live", "reconciler.owner": "new"}},
        ),
        ({}, ("tags",), {"tags": {"team": "live"}}),
    ],
)
def test_an_ignored_path_holds_what_is_live_and_makes_no_list_entry(
    planned_body: dict[str, Any], path: tuple[str, ...], after: dict[str, Any]
) -> None:
    assert hold(planned_body, LIVE, [path]) == after


def test_ignored_tags_of_a_bare_resource_leave_our_own_alone() -> None:
    assert hold({"tags": {"team": "new"}}, {}, [("tags",)]) == {}
    assert hold({"tags": {"reconciler.owner": "o"}}, {}, [("tags",)]) == {"tags": {"reconciler.owner": "o"}}


COMMUNITY = GALLERY.replace(
    "description",
    "sharingProfile: {permissions: Community, communityGalleryInfo: {publicNamePrefix: corps, eula: e, "
    "publisherUri: https://corp.example, publisherContact: a@corp.example}}, description",
)


def test_a_field_that_azure_never_answers_with_cannot_be_ignored() -> None:
    whole = "sharingProfile.communityGalleryInfo.publicNamePrefix"

    plan = between(COMMUNITY, COMMUNITY.replace("corps", "estate"), rule(whole))

    assert not plan.ignored
    assert [use.fields for use in plan.ignore_rules] == [0]


def test_regions_go_where_the_flag_that_forbids_it_is_ignored_and_live_allows_it() -> None:
    flag = "}\n          safetyProfile: {allowDeletionOfReplicatedLocations: %s"
    old = PLAIN + versions("1.0.0", regions="westeurope, uksouth", more=flag % "true")
    new = PLAIN + versions("1.0.0", regions="westeurope", more=flag % "false")

    plan = between(old, new, rule("safetyProfile.allowDeletionOfReplicatedLocations"))

    assert not plan.refusals
    assert set(sent_regions(plan)) == {"westeurope"}


def test_a_create_leaves_out_an_ignored_field_of_a_block_that_it_needs() -> None:
    disk = versions("1.0.0").replace("{source: {id", "{osDiskImage: {hostCaching: ReadOnly}, source: {id")

    plan = planned(desired_of(PLAIN + disk), LiveState({}), replace(OPTIONS, ignore=(CACHING,)))

    (create,) = [action for action in plan.writes if action.address.version]
    storage = (create.body or {})["properties"]["storageProfile"]
    assert "hostCaching" not in storage.get("osDiskImage", {})
    assert storage["source"]["id"]


CACHING = rule("storageProfile.osDiskImage.hostCaching")


def test_the_value_of_a_feature_that_is_there_can_be_ignored_though_a_new_one_needs_it() -> None:
    plan = between(PLAIN, PLAIN.replace("value: Standard}", "value: TrustedLaunch}"), rule("features[*].value"))

    assert not plan.pending
    assert hidden(plan) == ["features.[SecurityType].value"]


def test_a_difference_is_listed_once_though_rules_name_it_and_what_it_is_in() -> None:
    new = PLAIN.replace("platform", "infra")

    assert hidden(between(PLAIN, new, rule("tags"), rule("tags.team"))) == ["tags"]
    assert hidden(between(PLAIN, new, rule("tags.team"), rule("tags"))) == ["tags"]


def test_what_a_create_leaves_out_is_listed_with_what_is_declared() -> None:
    plan = planned(desired_of(GALLERY), LiveState({}), replace(OPTIONS, ignore=(rule("description"),)))

    assert [(found.path, found.live, found.declared) for found in plan.ignored] == [
        (("description",), None, "Golden images")
    ]
