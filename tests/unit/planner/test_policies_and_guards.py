"""What policies and guards make of a plan, without any service: desired and live in, plan out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.address import Address, Kind
from reconciler.model.health import Health
from reconciler.model.plan import Plan, Reason, RefusalRule, Verb
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource, LiveState, Unread
from reconciler.planner.health import health_of
from reconciler.planner.options import Options
from reconciler.planner.ownership import Owner, owner_of, owner_tag
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, desired_of, planned, taken
from tests.support.workbench import changed, short, writes

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")
LENIENT = replace(OPTIONS, allow_empty=False)


def between(old: str, new: str, options: Options = LENIENT, **live: Any) -> Plan:
    return planned(desired_of(new), replace(taken(desired_of(old)), **live), options)


def rules(plan: Plan) -> list[RefusalRule]:
    return [refusal.rule for refusal in plan.refusals]


def with_policy(text: str, policy: str) -> str:
    return text.replace("metadata: {name: corp}\n", f"metadata: {{name: corp}}\npolicy: {policy}\n")


def moved(text: str) -> str:
    return text.replace("Golden", "New").replace("description: Ubuntu", "description: Other")


def test_observe_shows_what_differs_and_writes_nothing_and_children_inherit_it() -> None:
    plan = between(ALL, with_policy(moved(ALL), "{manage: observe}"))

    assert not plan.pending
    differing = {short(action.address): action.reasons for action in plan.actions if action.changes}
    assert differing == {"corp": (Reason.POLICY_OBSERVE,), "corp/ubuntu": (Reason.POLICY_OBSERVE,)}


def test_create_only_creates_and_then_leaves_alone() -> None:
    created = planned(desired_of(with_policy(ALL, "{manage: create-only}")), LiveState({}), LENIENT)
    assert len(created.writes) == 5

    assert not between(ALL, with_policy(moved(ALL), "{manage: create-only}")).pending


def test_a_reported_drift_is_shown_and_not_written() -> None:
    plan = between(ALL, with_policy(moved(ALL), "{onDrift: report}"))

    assert not plan.pending
    assert {reason for action in plan.actions if action.changes for reason in action.reasons} == {Reason.POLICY_REPORT}


def test_children_of_an_observed_parent_that_is_not_there_wait() -> None:
    text = with_policy(GALLERY, "{manage: observe}") + (IMAGE + versions("1.0.0")).replace(
        "  - metadata: {name: ubuntu}\n", "  - metadata: {name: ubuntu}\n    policy: {manage: full}\n"
    )

    plan = planned(desired_of(text), LiveState({}), LENIENT)

    assert not plan.writes
    assert {short(action.address) for action in plan.actions if action.verb is Verb.WAIT} == {
        "corp/ubuntu",
        "corp/ubuntu/1.0.0",
    }


def test_only_documented_fields_change_where_that_is_asked_for() -> None:
    text = ALL.replace("description: Ubuntu\n", "description: Ubuntu\n      releaseNoteUri: https://a.example.com\n")
    documented = replace(LENIENT, documented_only=True)

    assert rules(between(ALL, text, documented)) == [RefusalRule.DOCUMENTED_ONLY]
    assert not rules(between(ALL, text))
    assert not rules(between(ALL, moved(ALL), documented))


@pytest.mark.parametrize(("date", "refused"), [("2026-10-31", True), ("2026-11-02", False)])
def test_a_definitions_end_of_life_is_set_to_the_future_only(date: str, refused: bool) -> None:  # noqa: FBT001
    text = ALL.replace("description: Ubuntu\n", f"description: Ubuntu\n      endOfLifeDate: {date}\n")

    assert rules(between(ALL, text)) == ([RefusalRule.PAST_END_OF_LIFE] if refused else [])
    fresh = planned(desired_of(text), LiveState({}), LENIENT)
    assert rules(fresh) == ([RefusalRule.PAST_END_OF_LIFE] if refused else [])
    assert len(fresh.writes) == (2 if refused else 5)


@pytest.mark.parametrize(("date", "refused"), [("2030-01-01", True), ("2026-01-01", False)])
def test_a_version_blocked_until_its_end_of_life_is_not_deleted_before(date: str, refused: bool) -> None:  # noqa: FBT001
    more = f", endOfLifeDate: {date}}}\n          safetyProfile: {{blockDeletionBeforeEndOfLife: true"
    old = GALLERY + IMAGE + versions("1.0.0", more=more) + versions("1.1.0").split("\n", 1)[1]

    plan = between(old, GALLERY + IMAGE + versions("1.1.0"))

    assert rules(plan) == ([RefusalRule.BLOCKED_UNTIL_END_OF_LIFE] if refused else [])
    assert writes(plan) == ([] if refused else [("delete", "corp/ubuntu/1.0.0")])


def test_an_excluded_version_is_no_usable_version() -> None:
    old = GALLERY + IMAGE + versions("1.0.0") + versions("2.0.0", more=", excludeFromLatest: true").split("\n", 1)[1]
    new = GALLERY + IMAGE + versions("2.0.0", more=", excludeFromLatest: true")

    assert rules(between(old, new)) == [RefusalRule.LAST_USABLE]


def test_a_refused_definition_holds_back_everything_below_it_and_says_so() -> None:
    new = ALL.replace("osState: Generalized", "osState: Specialized").replace("northeurope=1", "northeurope=2")

    plan = between(ALL, new)

    assert not plan.writes
    (refusal,) = plan.refusals
    assert [short(address) for address in refusal.addresses] == [
        "corp/ubuntu",
        "corp/ubuntu/1.0.0",
        "corp/ubuntu/1.1.0",
    ]


def test_a_parent_stays_while_something_below_it_is_unread() -> None:
    live = taken(desired_of(ALL))
    definition = next(address for address in live.resources if address.kind is Kind.IMAGE_DEFINITION)
    unread = (Unread(definition.key, definition.text(), "AuthorizationFailed", "no"),)
    options = replace(OPTIONS, allow_last_version=frozenset())

    plan = planned(desired_of(""), replace(live, unread=unread), options)

    assert {short(action.address) for action in plan.writes} == {"corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f"}
    assert RefusalRule.INCOMPLETE_READ in rules(plan)


def test_access_alone_unread_leaves_the_images_readable() -> None:
    live = taken(desired_of(ALL))
    gallery = next(address for address in live.resources if address.kind is Kind.GALLERY)
    seen = {address: found for address, found in live.resources.items() if address.access is None}
    unread = (Unread(f"{gallery.key}@", f"access to {gallery}", "AuthorizationFailed", "no"),)

    plan = planned(desired_of(moved(ALL)), LiveState(seen, unread=unread), LENIENT)

    assert {(str(action.verb), action.address.kind) for action in plan.writes} == {
        ("update", Kind.GALLERY),
        ("update", Kind.IMAGE_DEFINITION),
    }


def test_what_is_neither_live_nor_proven_absent_is_unread() -> None:
    desired = desired_of(GALLERY)
    from reconciler.model.plan import Source, Target
    from reconciler.planner.build import build
    from tests.support.random_estates import NOW

    plan = build(desired, LiveState({}), LENIENT, target=Target("t", "c"), source=Source("-"), now=NOW)

    assert not plan.writes
    assert [place.code for place in plan.unread] == ["NotRead"]


def test_a_field_set_to_what_it_is_by_default_is_no_change() -> None:
    text = ALL.replace("spec: {location", "spec: {sharingProfile: {permissions: Private}, location")

    assert not between(ALL, text).pending


def test_the_owner_tag_is_a_shown_line_of_the_write_that_brings_it() -> None:
    live = taken(desired_of(GALLERY), replace(OPTIONS, instance=""))
    adopting = replace(LENIENT, adopt=frozenset({"all"}))

    plan = planned(desired_of(moved(GALLERY)), live, adopting)

    (action,) = plan.writes
    assert action.verb is Verb.ADOPT
    assert [change.dotted for change in action.changes] == ["description", "tags.reconciler.owner"]
    assert changed(plan) == [("description", "Golden images", "New images")]


ADDRESS = Address("s", "rg", "g")


def tagged(value: str) -> LiveResource:
    return LiveResource(ADDRESS, {"tags": {"reconciler.owner": value}}, "/id", "Succeeded")


def test_a_tag_is_worth_what_its_digest_is_worth() -> None:
    policy = next(iter(desired_of(GALLERY).resources.values())).policy
    ours = owner_tag("prod", ADDRESS, policy)

    assert owner_of(tagged(ours), "prod") is Owner.OURS
    assert owner_of(tagged(f"{ours}:protect"), "prod") is Owner.OURS
    assert owner_of(tagged(ours), "pro") is Owner.OTHER
    assert owner_of(tagged(ours), "") is Owner.OTHER
    assert owner_of(tagged(ours.replace("prod:", "pro:")), "pro") is Owner.NOBODY
    assert owner_of(tagged("prod:000000000000"), "prod") is Owner.NOBODY


VERSION = LiveResource(
    Address("s", "rg", "g", "i", "1.0.0"),
    {"publishingProfile": {"targetRegions": {"[westeurope]": {}, "[northeurope]": {}}}},
    "/id",
    "Succeeded",
)
DONE = RegionProgress("westeurope", "Completed", 100)


@pytest.mark.parametrize(
    ("state", "regions", "health"),
    [
        ("Succeeded", (DONE, replace(DONE, region="northeurope")), Health.HEALTHY),
        ("Succeeded", (DONE,), Health.UNKNOWN),
        ("Succeeded", (), Health.UNKNOWN),
        ("Succeeded", (DONE, RegionProgress("northeurope", "Replicating", 99)), Health.PROGRESSING),
        ("Succeeded", (DONE, RegionProgress("northeurope", "Unknown")), Health.UNKNOWN),
        ("Succeeded", (DONE, RegionProgress("northeurope", "Failed")), Health.DEGRADED),
        ("Succeeded", Unread("k", "w", "Http500", "no"), Health.UNKNOWN),
        ("Updating", (DONE, replace(DONE, region="northeurope")), Health.PROGRESSING),
        ("Failed", (DONE,), Health.DEGRADED),
    ],
)
def test_unknown_is_never_green(state: str, regions: tuple[RegionProgress, ...] | Unread, health: Health) -> None:
    assert health_of(replace(VERSION, state=state), regions).health is health


@pytest.mark.parametrize(
    ("field", "value"),
    [("recommended", {"memory": {"min": "1", "max": 8}}), ("features", "odd"), ("recommended", "odd")],
)
def test_a_live_value_of_an_odd_type_is_shown_and_costs_nobody_their_plan(field: str, value: Any) -> None:
    live = taken(desired_of(ALL))
    bent = {
        address: replace(found, body={**found.body, field: value}) if address.image and not address.version else found
        for address, found in live.resources.items()
    }

    plan = planned(desired_of(moved(ALL)), replace(live, resources=bent), LENIENT)

    assert "corp" in [short(action.address) for action in plan.writes]


MANY = GALLERY + IMAGE + versions(*(f"1.{number}.0" for number in range(10)))
FEWER = GALLERY + IMAGE + versions(*(f"1.{number}.0" for number in range(8)))


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ({"max_deletes": 4}, False),
        ({"max_deletes": 3}, True),
        ({"max_deletes": 3, "allow_deletes": 2}, True),
        ({"max_deletes": 3, "allow_deletes": 4}, False),
        ({"max_delete_percent": 33}, True),
        ({"max_delete_percent": 34}, False),
    ],
    ids=str,
)
def test_the_limits_count_for_all_that_one_apply_deletes(options: dict[str, Any], *, refused: bool) -> None:
    made = replace(LENIENT, **options, deleted=(Kind.IMAGE_VERSION,) * 2)

    plan = between(MANY, FEWER, made)

    found = [refusal for refusal in plan.refusals if refusal.rule is RefusalRule.MAX_DELETES]
    assert bool(found) == refused
    assert all("made before" in refusal.message or "--allow-deletes" in refusal.message for refusal in found)


def test_a_plan_that_deletes_nothing_more_is_within_every_limit() -> None:
    made = replace(LENIENT, max_deletes=1, max_delete_percent=1, deleted=(Kind.IMAGE_VERSION,) * 20)

    assert not between(MANY, MANY, made).refusals
