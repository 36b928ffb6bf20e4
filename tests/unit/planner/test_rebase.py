"""A planned write against what is live when it is sent: what stops it, what is kept, and what is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.kinds.scalars import FoldedText
from reconciler.model.address import Address
from reconciler.model.plan import Action, Change, Verb
from reconciler.model.state import LiveResource
from reconciler.planner.rebase import Moved, MovedField, fit, fit_steps, holds
from tests.support.estates import GALLERY
from tests.support.random_estates import desired_of, planned, taken
from tests.unit.planner.decisions.bends import laid
from tests.unit.planner.decisions.texts import ALL, FEWER, REGION, UNCHECKED, shared

NEW = GALLERY.replace("Golden", "New").replace("team: platform", "team: infra")


def planned_against(old: str, new: str, version: str | None = None) -> tuple[tuple[Action, ...], LiveResource]:
    """The writes to one resource of an estate, and the resource as it was when they were planned."""
    live = taken(desired_of(old))
    writes = [each for each in planned(desired_of(new), live).writes if each.address.version == version]
    steps = tuple(each for each in writes if each.address == writes[0].address)
    return steps, live.resources[steps[0].address]


def now(live: LiveResource, state: str = "Succeeded", **fields: Any) -> LiveResource:
    body = {key: value for key, value in {**live.body, **fields}.items() if value is not None}
    return replace(live, body=body, state=state)


def tags(live: LiveResource, **more: str) -> dict[str, str]:
    return {**live.tags, **more}


def told(found: Action | Moved | None) -> str:
    assert isinstance(found, Moved), found
    return found.message.partition(" ")[2]


def body_of(found: Action | Moved | None) -> dict[str, Any]:
    assert isinstance(found, Action), found
    return dict(found.body or {})


CHANGED = "changed in Azure since the plan was made: "


def test_an_edit_beside_the_planned_fields_is_kept() -> None:
    (update,), live = planned_against(GALLERY, NEW)

    sent = body_of(fit(update, now(live, softDeletePolicy={"isSoftDeleteEnabled": True}, tags=tags(live, lab="x"))))

    assert sent["properties"]["softDeletePolicy"] == {"isSoftDeleteEnabled": True}
    assert {key: sent["tags"][key] for key in ("lab", "team")} == {"lab": "x", "team": "infra"}
    assert sent["properties"]["description"] == "New images"


def test_a_planned_tag_in_another_case_is_the_planned_tag() -> None:
    (update,), live = planned_against(GALLERY, NEW)
    owner = {key: value for key, value in live.tags.items() if "owner" in key}
    spelt = {FoldedText("TEAM"): "platform", **{FoldedText(key.upper()): value for key, value in owner.items()}}

    sent = body_of(fit(update, now(live, tags=spelt, eula="x")))

    assert sorted(map(str.lower, sent["tags"])) == ["reconciler.owner", "team"]
    assert {value for key, value in sent["tags"].items() if key.lower() == "team"} == {"infra"}
    elsewhere = now(live, tags={**spelt, FoldedText("TEAM"): "lab"})
    assert told(fit(update, elsewhere)) == f'{CHANGED}tags.team was "platform" and is "lab" now'


def test_an_owner_tag_that_moved_stops_whatever_else_was_planned() -> None:
    (update,), live = planned_against(GALLERY, NEW)

    moved = fit(update, now(live, tags=tags(live, **{"reconciler.owner": "other:1"})))

    assert 'is "other:1" now' in told(moved)
    assert "tags.reconciler.owner was" in told(moved)


def test_what_is_live_already_is_said_so() -> None:
    (update,), live = planned_against(GALLERY, NEW)
    spelt = {FoldedText(key): value for key, value in tags(live, team="infra").items()}
    done = now(live, description="New images", tags=spelt)

    assert holds(update, done)
    assert not holds(update, live)
    assert not holds(replace(update, changes=()), done)
    assert told(fit(update, done)) == "is already as the plan makes it"


def test_two_fields_that_moved_are_told_with_what_they_were() -> None:
    (update,), live = planned_against(GALLERY, NEW)

    moved = fit(update, now(live, description=None, tags=tags(live, team="lab")))

    assert told(moved) == (
        f'{CHANGED}description was "Golden images" and is absent now; tags.team was "platform" and is "lab" now'
    )


def test_a_failure_since_then_is_told() -> None:
    (update,), live = planned_against(GALLERY, NEW)

    assert told(fit(update, now(live, "Failed", eula="x"))) == (
        f'{CHANGED}provisioningState was "Succeeded" and is "Failed" now'
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "absent"),
        ("Größe", '"Größe"'),
        ({"b": 1, "a": FoldedText("x")}, '{"a": "x", "b": 1}'),
        ("x" * 78, f'"{"x" * 78}"'),
        ("x" * 79, f'"{"x" * 78}…'),
    ],
)
def test_a_value_is_told_on_one_line_and_in_short(value: Any, words: str) -> None:
    assert str(MovedField(("a",), value, 1)) == f"a was {words} and is 1 now"


def test_five_fields_are_told_and_the_rest_is_counted() -> None:
    fields = tuple(MovedField((f"f{number}",), 1, 2) for number in range(7))

    assert Moved(Address("s", "rg", "g"), "moved", fields).message.endswith("f4 was 1 and is 2 now and 2 more")
    assert Moved(Address("s", "rg", "g"), "moved", fields[:5]).message.endswith("f4 was 1 and is 2 now")


def test_a_region_that_came_meanwhile_stops_a_change_of_the_list() -> None:
    steps, live = planned_against(ALL, FEWER, "1.0.0")
    profile = live.body["publishingProfile"]
    more = {**profile["targetRegions"], "[uksouth]": {"name": "uksouth", "regionalReplicaCount": 1}}

    moved = fit_steps(steps, now(live, publishingProfile={**profile, "targetRegions": more}))

    assert "publishingProfile.targetRegions[uksouth] was absent" in told(moved)


def test_the_field_of_a_later_step_stops_the_first_step() -> None:
    steps, live = planned_against(ALL, REGION, "1.0.0")
    assert len(steps) == 3
    profile = live.body["publishingProfile"]
    north = {**profile["targetRegions"]["[northeurope]"], "storageAccountType": "Premium_LRS"}
    regions = {**profile["targetRegions"], "[northeurope]": north}

    moved = fit_steps(steps, now(live, publishingProfile={**profile, "targetRegions": regions}))

    assert "targetRegions[northeurope]" in told(moved)
    assert fit_steps(steps, live) is None
    assert fit_steps(steps, now(live, tags=tags(live, lab="x"))) is None


def test_sharing_that_moved_is_told_and_an_update_beside_it_does_not_hide_it() -> None:
    steps, live = planned_against(shared(1), shared(2).replace("Golden", "New"))
    assert [step.verb for step in steps] == [Verb.UPDATE, Verb.SHARE]
    groups = {"[Subscriptions]": {"type": "Subscriptions", "ids": ["someone"]}}
    other = now(live, sharingProfile={**live.body["sharingProfile"], "groups": groups})

    assert told(fit_steps(steps, other)).startswith(f"{CHANGED}sharingProfile.groups was absent and is")
    assert told(fit(steps[1], other)).startswith(f"{CHANGED}sharingProfile.groups was absent and is")
    assert fit_steps(steps, live) is None
    assert fit(steps[1], live) is steps[1]


@pytest.mark.parametrize(("before", "live_now"), [(None, []), (None, {}), ([], None), ({}, None), ([], {})])
def test_an_empty_list_or_block_is_as_good_as_none(before: Any, live_now: Any) -> None:
    (update,), live = planned_against(GALLERY, NEW)
    body = {**(update.body or {}), "properties": {"lab": "x"}}
    update = replace(update, changes=(Change(("lab",), before, "x", "unchecked"),), body=body)

    assert body_of(fit(update, now(live, lab=live_now, eula="x")))["properties"]["lab"] == "x"


def test_a_field_newer_than_us_that_moved_stops_its_change() -> None:
    (update,), live = planned_against(ALL, UNCHECKED)
    assert {change.dotted for change in update.changes} == {"newest", "recommended"}

    assert told(fit(update, now(live, newest=3))) == f"{CHANGED}newest was absent and is 3 now"
    odd = told(fit(update, now(live, recommended="odd")))
    assert 'recommended was absent and is "odd" now' in odd


def test_a_change_of_a_whole_block_keeps_what_came_beside_it() -> None:
    (update,), live = planned_against(ALL, UNCHECKED)

    sent = body_of(fit(update, now(live, recommended={"memory": {"max": 8}})))

    assert sent["properties"]["recommended"] == {"memory": {"max": 8}, "newer": "x"}


def test_a_delete_of_what_changed_meanwhile_tells_the_differences() -> None:
    (delete,), live = planned_against(ALL, ALL.split("      - metadata: {name: 1.1.0}")[0], "1.1.0")
    assert delete.verb is Verb.DELETE

    moved = fit(delete, now(live, tags=tags(live, lab="x"), publishingProfile={"targetRegions": {}}))

    assert "tags.lab was absent" in told(moved)
    assert told(fit(replace(delete, expected=None), now(live, tags=tags(live, lab="x")))) == CHANGED.removesuffix(": ")


def test_a_write_without_a_body_is_never_laid_over() -> None:
    (update,), live = planned_against(GALLERY, NEW)

    assert "changed in Azure" in told(fit(replace(update, body=None), now(live, eula="x")))
    change = Change(("description",), "Golden images", "New images", "updatable")
    assert not holds(replace(update, changes=(change,)), live)


def test_a_path_in_plain_text_finds_its_tag_in_any_case() -> None:
    (update,), live = planned_against(GALLERY.replace("team", "Team"), NEW.replace("team", "Team"))
    plain = tuple(replace(change, path=tuple(str(part) for part in change.path)) for change in update.changes)
    update = replace(update, changes=plain)
    owner = {key: value for key, value in live.tags.items() if "owner" in key}
    elsewhere = now(live, tags={FoldedText("TEAM"): "platform", **owner}, eula="x")
    done = now(live, tags={FoldedText("TEAM"): "infra", **owner}, description="New images")

    sent = body_of(fit(update, elsewhere))
    assert {key.lower(): value for key, value in sent["tags"].items()}["team"] == "infra"
    assert len(sent["tags"]) == 2
    assert holds(update, done)


def test_groups_that_moved_are_told_with_what_they_were() -> None:
    groups = {"[Subscriptions]": {"type": "Subscriptions", "ids": ["one"]}}
    live_state = laid("corp", sharingProfile={"permissions": "Groups", "groups": groups})(taken(desired_of(shared(1))))
    (live,) = live_state.resources.values()
    share = next(each for each in planned(desired_of(shared(2)), live_state).writes if each.verb is Verb.SHARE)
    assert share.changes[0].before is not None

    assert fit(share, live) is share
    assert fit(share, now(live, description="portal")) is share
    moved = told(fit(share, now(live, sharingProfile={"permissions": "Groups"})))
    assert "was absent" not in moved
    assert moved.startswith(f"{CHANGED}{share.changes[0].dotted} was [")


def test_what_a_read_does_not_bring_goes_along_as_planned() -> None:
    (update,), live = planned_against(
        SECURED, SECURED.replace("excludeFromLatest: true", "excludeFromLatest: false"), "1.0.0"
    )
    assert "securityProfile" in live.body

    sent = body_of(fit(update, now(live, securityProfile=None, tags=tags(live, lab="x"))))

    assert sent["properties"]["securityProfile"] == {"secretsProvisioningSettings": {"osName": "lab"}}
    assert sent["tags"]["lab"] == "x"


def test_a_list_that_is_gone_altogether_is_told_by_its_entries() -> None:
    steps, live = planned_against(ALL, FEWER, "1.0.0")

    assert "targetRegions[northeurope] was" in told(fit_steps(steps, now(live, publishingProfile={})))


SECURED = ALL.replace(
    "[westeurope=1, northeurope=1]}",
    "[westeurope=1, northeurope=1], excludeFromLatest: true}\n"
    "          securityProfile: {secretsProvisioningSettings: {osName: lab}}",
)
