"""Ignore rules: nothing hidden is written, nothing hidden is hidden silently, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.plan import Plan, Reason, RefusalRule, Verb
from reconciler.model.restriction import IgnoreRule
from reconciler.model.state import LiveState
from reconciler.planner.document import plan_document
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, desired_of, planned, taken
from tests.support.workbench import changed, only, short, writes

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")


def rule(path: str, kind: str = "", address: str = "") -> IgnoreRule:
    return IgnoreRule(path, "somebody else's", kind, address)


def between(old: str, new: str, *rules: IgnoreRule) -> Plan:
    return planned(desired_of(new), taken(desired_of(old)), replace(OPTIONS, ignore=rules))


def body(plan: Plan, verb: Verb = Verb.UPDATE) -> dict[str, Any]:
    return dict(only(plan, verb).body or {})


def regions(plan: Plan) -> dict[str, Any]:
    return {each["name"]: each for each in body(plan)["properties"]["publishingProfile"]["targetRegions"]}


def test_a_hidden_difference_is_listed_and_leaves_nothing_to_do() -> None:
    plan = between(ALL, ALL.replace("Golden", "New"), rule("description", "Gallery"))

    assert not plan.pending
    (found,) = plan.ignored
    assert (short(found.address), found.path, found.live, found.declared) == (
        "corp",
        ("description",),
        "Golden images",
        "New images",
    )
    noop = next(action for action in plan.actions if short(action.address) == "corp")
    assert (noop.verb, noop.reasons) == (Verb.NOOP, (Reason.IGNORED_BY_RULE,))
    document = plan_document(plan)
    assert document["ignored"][0]["rule"]["reason"] == "somebody else's"
    assert document["ignoreRules"] == [
        {
            "rule": {"kind": "Gallery", "address": "", "path": "description", "reason": "somebody else's"},
            "fields": 1,
            "hidden": 1,
        }
    ]


def test_a_neighbours_update_sends_the_live_value_of_an_ignored_field() -> None:
    new = ALL.replace("Golden", "New").replace("{team: platform}", "{team: other}")

    plan = between(ALL, new, rule("tags.team"))

    assert changed(plan) == [("description", "Golden images", "New images")]
    assert body(plan)["tags"]["team"] == "platform"


def test_only_the_named_kind_and_address_are_ignored() -> None:
    new = ALL.replace("Golden", "New").replace("description: Ubuntu", "description: Other")

    assert writes(between(ALL, new, rule("description", "ImageDefinition"))) == [("update", "corp")]
    assert writes(between(ALL, new, rule("description", address="rg-images/*"))) == [("update", "corp/ubuntu")]
    assert writes(between(ALL, new, rule("description", address="**/CORP/**"))) == [("update", "corp")]


def test_an_ignored_field_inside_a_region_stays_while_its_list_changes() -> None:
    old = (
        GALLERY
        + IMAGE
        + versions("1.0.0", regions="westeurope=1, {name: northeurope, excludeFromLatest: true}, uksouth")
    )
    new = (
        GALLERY
        + IMAGE
        + versions("1.0.0", regions="westeurope=2, {name: northeurope, excludeFromLatest: false}, ukwest")
    )

    plan = between(old, new, rule("publishingProfile.targetRegions[*].excludeFromLatest"))

    sent = [
        {each["name"]: each for each in (action.body or {})["properties"]["publishingProfile"]["targetRegions"]}
        for action in plan.writes
    ]
    assert sent
    assert all(each["northeurope"]["excludeFromLatest"] is True for each in sent)
    assert sent[-1]["westeurope"]["regionalReplicaCount"] == 2
    assert set(sent[-1]) == {"westeurope", "northeurope", "ukwest"}


def test_a_whole_ignored_region_neither_comes_nor_goes() -> None:
    old = GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1, uksouth")
    new = GALLERY + IMAGE + versions("1.0.0", regions="westeurope=2, ukwest")

    plan = between(
        old, new, rule("publishingProfile.targetRegions[UK South]"), rule("publishingProfile.targetRegions[ukwest]")
    )

    assert set(regions(plan)) == {"westeurope", "uksouth"}
    assert [(found.path[-1], found.live is None) for found in plan.ignored] == [
        ("[uksouth]", False),
        ("[ukwest]", True),
    ]


def test_ignored_list_entries_are_kept_although_all_of_them_are_named() -> None:
    new = ALL.replace("northeurope=1", "northeurope=3")

    assert not between(ALL, new, rule("publishingProfile.targetRegions[*]")).pending
    assert not between(ALL, new, rule("publishingProfile.targetRegions")).pending
    assert not between(ALL, new, rule("publishingProfile")).pending


def test_an_immutable_field_that_is_ignored_is_not_refused() -> None:
    new = ALL.replace("osState: Generalized", "osState: Specialized").replace("description: Ubuntu", "description: O")

    plan = between(ALL, new, rule("osState"))

    assert not plan.refusals
    assert body(plan)["properties"]["osState"] == "Generalized"


def test_a_cleared_block_keeps_what_is_ignored_in_it() -> None:
    sizes = "      recommended: {vCPUs: {min: 1, max: 4}, memory: {min: 1, max: 8}}\n"
    old = ALL.replace("      osState", f"{sizes}      osState", 1)
    new = ALL.replace("      osState", "      recommended: null\n      osState", 1)

    plan = between(old, new, rule("recommended.vCPUs"))

    assert body(plan)["properties"]["recommended"] == {"vCPUs": {"min": 1, "max": 4}}


def test_a_create_leaves_ignored_fields_out_but_for_those_it_needs() -> None:
    named = ("location", "description", "osType", "identifier.sku", "features[*].value", "storageProfile.source.id")
    options = replace(OPTIONS, ignore=tuple(map(rule, named)))

    plan = planned(desired_of(GALLERY + IMAGE + versions("1.0.0")), LiveState({}), options)

    sent = {short(action.address): action.body or {} for action in plan.writes}
    assert "description" not in sent["corp"]["properties"]
    assert sent["corp"]["location"] == "westeurope"
    properties = sent["corp/ubuntu"]["properties"]
    assert "description" not in properties
    assert (properties["osType"], properties["identifier"]["sku"]) == ("Linux", "lts")
    assert all("value" in feature for feature in properties["features"])
    assert sent["corp/ubuntu/1.0.0"]["properties"]["storageProfile"]["source"]["id"]
    assert {(short(found.address), found.path) for found in plan.ignored} == {
        ("corp", ("description",)),
        ("corp/ubuntu", ("description",)),
    }


def test_ownership_is_never_ignored() -> None:
    unowned = taken(desired_of(ALL), replace(OPTIONS, instance=""))

    plan = planned(
        desired_of(ALL.replace("Golden", "New").replace("{team: platform}", "{team: other}")),
        unowned,
        replace(
            OPTIONS, ignore=(rule("tags"), rule("tags.*"), rule("tags.reconciler.owner")), adopt=frozenset({"all"})
        ),
    )

    tags = body(plan, Verb.ADOPT)["tags"]
    assert tags["team"] == "platform"
    assert tags["reconciler.owner"].startswith("test:")


def test_an_unused_rule_is_known_as_such() -> None:
    plan = between(ALL, ALL, rule("tags.nobody"), rule("tags.team"))

    assert [(use.rule.path, use.fields, use.hidden) for use in plan.ignore_rules] == [
        ("tags.nobody", 0, 0),
        ("tags.team", 1, 0),
    ]
    assert not plan.ignored


@pytest.mark.parametrize("path", ["safetyProfile.allowDeletionOfReplicatedLocations", "safetyProfile"])
def test_a_region_does_not_go_where_that_needs_a_flag_that_is_ignored(path: str) -> None:
    flagged = versions(
        "1.0.0",
        regions="westeurope, uksouth",
        more="}\n          safetyProfile: {allowDeletionOfReplicatedLocations: false",
    )
    old = GALLERY + IMAGE + flagged
    new = old.replace("westeurope, uksouth", "westeurope")

    plan = between(old, new, rule(path))

    assert [found.rule for found in plan.refusals] == [RefusalRule.REGION_REMOVAL_FORBIDDEN]
    assert not plan.writes


def test_a_feature_does_not_change_where_its_first_version_is_ignored() -> None:
    new = ALL.replace("value: Standard}", "value: TrustedLaunchSupported}")

    plan = between(ALL, new, rule("features[*].startsAtVersion"))

    assert [found.rule for found in plan.refusals] == [RefusalRule.IMMUTABLE]
    assert "startsAtVersion" in plan.refusals[0].message
    assert not plan.writes
    assert not between(ALL, new, rule("features[SecurityType]")).pending
