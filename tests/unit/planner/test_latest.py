"""What `latest` resolves to before and after a plan, without any service: desired and live in, rows out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.address import Address
from reconciler.model.impact import Latest, Replicated
from reconciler.model.plan import Plan, Source, Target, Verb
from reconciler.model.report import RegionProgress
from reconciler.model.state import DesiredState, LiveResource, LiveState, SoftDeleted, Unread
from reconciler.planner.afterwards import afterwards
from reconciler.planner.build import build
from reconciler.planner.latest import Replication, latest_rows, questions
from reconciler.planner.limits import crowded
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.random_estates import NOW, OPTIONS, desired_of, planned, taken

HEAD = GALLERY + IMAGE + "    versions:\n"
EVERYWHERE = replace(OPTIONS, allow_last_version=frozenset({"rg-images/corp/ubuntu"}))
WEST, NORTH = "westeurope", "northeurope"
HIDDEN = "westeurope=1, {name: northeurope, regionalReplicaCount: 1, excludeFromLatest: true}"


def one(name: str, regions: str = "westeurope=1, northeurope=1", more: str = "") -> str:
    return versions(name, regions=regions, more=more).split("\n", 1)[1]


def between(old: str, new: str, **states: str) -> Plan:
    """The plan from one set of versions to another; `states` are live states by version, dots written as _."""
    live = taken(desired_of(HEAD + old if old else GALLERY + IMAGE))
    named = {name.removeprefix("v").replace("_", "."): state for name, state in states.items()}
    resources = {
        address: replace(found, state=named.get(address.version or "", found.state))
        for address, found in live.resources.items()
    }
    return planned(desired_of(HEAD + new if new else GALLERY + IMAGE), LiveState(resources), EVERYWHERE)


def rows(plan: Plan) -> dict[str, tuple[str, str]]:
    return {row.region: (row.before, row.after) for row in plan.latest}


def test_the_highest_number_wins_not_the_highest_text() -> None:
    plan = between(one("1.9.0"), one("1.9.0") + one("1.10.0"))

    assert rows(plan) == {WEST: ("1.9.0", "1.10.0"), NORTH: ("1.9.0", "1.10.0")}
    assert rows(between(one("1.10.0"), one("1.10.0") + one("1.9.0"))) == {
        WEST: ("1.10.0", "1.10.0"),
        NORTH: ("1.10.0", "1.10.0"),
    }


def test_a_version_excluded_in_one_region_is_passed_over_there_only() -> None:
    plan = between(one("1.0.0"), one("1.0.0") + one("1.1.0", HIDDEN))

    assert rows(plan) == {WEST: ("1.0.0", "1.1.0"), NORTH: ("1.0.0", "1.0.0")}


def test_where_everything_is_excluded_latest_is_lost() -> None:
    plan = between(one("1.0.0"), one("1.0.0", more=", excludeFromLatest: true"))

    assert rows(plan) == {WEST: ("1.0.0", ""), NORTH: ("1.0.0", "")}
    assert all(row.lost for row in plan.latest)


@pytest.mark.parametrize("state", ["Failed", "Creating", "Deleting"])
def test_a_version_that_is_not_provisioned_does_not_count_today(state: str) -> None:
    plan = between(one("1.0.0") + one("1.1.0"), one("1.0.0") + one("1.1.0"), v1_1_0=state)

    assert {before for before, _ in rows(plan).values()} == {"1.0.0"}
    assert {after for _, after in rows(plan).values()} == {"1.0.0" if state == "Deleting" else "1.1.0"}


def doubts(plan: Plan) -> set[Replicated]:
    return {row.replicated for row in plan.latest}


def test_a_version_that_is_updated_goes_on_serving() -> None:
    both = one("1.0.0") + one("1.1.0")

    busy = between(both, both, v1_1_0="Updating")
    beside = between(both, one("1.0.0", "westeurope=2, northeurope=1") + one("1.1.0"), v1_1_0="Updating")

    for plan in (busy, beside):
        assert rows(plan) == {WEST: ("1.1.0", "1.1.0"), NORTH: ("1.1.0", "1.1.0")}
        assert doubts(plan) == {Replicated.NOT_ASKED}


def test_losing_a_version_while_it_is_updated_is_a_loss() -> None:
    excluded = one("1.0.0", more=", excludeFromLatest: true")

    plan = between(excluded + one("1.1.0"), excluded + one("1.1.0", more=", excludeFromLatest: true"))
    live = _with_state(desired_of(HEAD + excluded + one("1.1.0")), "1.1.0", "Updating")
    wanted = planned(desired_of(HEAD + one("1.0.0", more=", excludeFromLatest: true")), live, EVERYWHERE)

    assert all(row.lost for row in plan.latest)
    assert {row.before for row in wanted.latest} <= {"1.1.0"}


def _with_state(desired: DesiredState, version: str, state: str) -> LiveState:
    live = taken(desired)
    return LiveState(
        {
            address: replace(found, state=state) if address.version == version else found
            for address, found in live.resources.items()
        }
    )


def test_a_failed_version_may_serve_somewhere_and_its_delete_says_so() -> None:
    """It may have failed in one region only, and without asking nobody knows in which."""
    going = between(one("1.0.0") + one("1.1.0"), one("1.0.0", "westeurope=2, northeurope=1"), v1_1_0="Failed")
    kept = planned(desired_of(HEAD + one("1.0.0", "westeurope=2, northeurope=1")), _live_failed(), EVERYWHERE)

    assert rows(going) == {WEST: ("1.1.0", "1.0.0"), NORTH: ("1.1.0", "1.0.0")}
    assert rows(kept) == {WEST: ("1.1.0", "1.1.0"), NORTH: ("1.1.0", "1.1.0")}
    assert doubts(going) == doubts(kept) == {Replicated.UNKNOWN}


def test_a_failed_version_is_no_comfort_where_the_last_good_one_goes() -> None:
    live = _live_failed()

    plan = planned(desired_of(HEAD.replace("    versions:\n", "")), live, EVERYWHERE)

    assert {(row.before, row.after) for row in plan.latest} == {("1.0.0", "")}
    assert all(row.lost for row in plan.latest)
    assert doubts(plan) == {Replicated.UNKNOWN}


def _live_failed() -> LiveState:
    """1.1.0 has failed and is somebody else's: nothing is written to it."""
    live = taken(desired_of(HEAD + one("1.0.0") + one("1.1.0")))
    return LiveState(
        {
            address: replace(found, state="Failed", body={**found.body, "tags": {}})
            if address.version == "1.1.0"
            else found
            for address, found in live.resources.items()
        }
    )


def test_a_region_taken_away_moves_latest_in_that_region_only() -> None:
    both = one("1.0.0") + one("1.1.0")
    plan = between(both, one("1.0.0") + one("1.1.0", "westeurope=1"))

    assert rows(plan) == {WEST: ("1.1.0", "1.1.0"), NORTH: ("1.1.0", "1.0.0")}


def test_when_the_latest_is_deleted_the_one_before_takes_over() -> None:
    plan = between(one("1.0.0") + one("1.1.0"), one("1.0.0"))

    assert [str(action.verb) for action in plan.writes] == [Verb.DELETE]
    assert rows(plan) == {WEST: ("1.1.0", "1.0.0"), NORTH: ("1.1.0", "1.0.0")}


def test_a_refused_change_leaves_latest_as_it_is() -> None:
    other = one("1.1.0").replace("ubuntu-1.1.0", "another-source").replace("northeurope=1", "uksouth=1")
    plan = between(one("1.0.0") + one("1.1.0"), one("1.0.0") + other)

    assert plan.refusals
    assert rows(plan) == {}


def test_definitions_that_the_plan_leaves_alone_have_no_rows() -> None:
    assert between(one("1.0.0"), one("1.0.0")).latest == ()


def test_a_new_definition_goes_from_nothing_to_its_version() -> None:
    plan = planned(desired_of(HEAD + one("1.0.0")), LiveState({}), EVERYWHERE)

    assert rows(plan) == {WEST: ("", "1.0.0"), NORTH: ("", "1.0.0")}
    assert not any(row.lost for row in plan.latest)


def test_a_version_without_regions_counts_in_its_own() -> None:
    live = taken(desired_of(HEAD + one("1.0.0") + one("1.1.0"))).resources
    bare = {
        address: replace(found, body={**found.body, "publishingProfile": {}}) if address.version == "1.1.0" else found
        for address, found in live.items()
    }

    plan = planned(desired_of(HEAD + one("1.0.0")), LiveState(bare), EVERYWHERE)

    assert rows(plan) == {WEST: ("1.1.0", "1.0.0"), NORTH: ("1.0.0", "1.0.0")}


# with replication

DONE = tuple(RegionProgress(region, "Completed", 100) for region in (WEST, NORTH))
UNDER_WAY = (RegionProgress(WEST, "Completed", 100), RegionProgress(NORTH, "Replicating", 40))
DENIED = Unread("x", "x", "AuthorizationFailed", "no")


def asked(old: str, new: str, known: dict[str, tuple[RegionProgress, ...] | Unread]) -> tuple[Plan, list[str]]:
    """The plan with what is known of versions by name, and the versions in the order in which they were asked."""
    live, desired = taken(desired_of(HEAD + old)), desired_of(HEAD + new)
    live = replace(live, absent=frozenset(desired.resources.keys() - live.resources.keys()))
    target, source = Target("test", "emulator", OPTIONS.instance), Source("-")
    later = afterwards(live, build(desired, live, EVERYWHERE, target=target, source=source, now=NOW).actions)
    found: dict[Address, tuple[RegionProgress, ...] | Unread] = {}
    order: list[str] = []
    while more := questions(later, found):
        order += [address.version or "" for address in more]
        found |= {address: known[address.version or ""] for address in more}
    replication: Replication = found
    plan = build(desired, live, EVERYWHERE, target=target, source=source, now=NOW, replication=replication)
    return plan, order


def told(plan: Plan, region: str) -> Latest:
    return next(row for row in plan.latest if row.region == region)


def test_only_the_versions_that_could_win_are_asked() -> None:
    old = one("1.0.0") + one("1.1.0") + one("1.2.0")

    plan, order = asked(old, old + one("1.3.0"), {"1.2.0": DONE})

    assert order == ["1.2.0"]
    assert told(plan, WEST) == replace(told(plan, WEST), before="1.2.0", after="1.3.0", replicated=Replicated.NO)


def test_a_version_that_has_not_arrived_gives_way_to_the_one_before() -> None:
    old = one("1.0.0") + one("1.1.0") + one("1.2.0")

    plan, order = asked(old, one("1.1.0") + one("1.2.0"), {"1.2.0": UNDER_WAY, "1.1.0": DONE})

    assert order == ["1.2.0", "1.1.0"]
    assert told(plan, WEST).before == told(plan, WEST).after == "1.2.0"
    assert told(plan, WEST).replicated is Replicated.YES
    assert told(plan, NORTH).before == told(plan, NORTH).after == "1.1.0"
    assert told(plan, NORTH).replicated is Replicated.NO


def test_the_last_version_that_has_arrived_is_missed_when_it_goes() -> None:
    plan, _ = asked(one("1.0.0") + one("1.1.0"), one("1.1.0"), {"1.1.0": UNDER_WAY, "1.0.0": DONE})

    assert told(plan, NORTH).lost
    assert told(plan, NORTH).replicated is Replicated.NO
    assert not told(plan, WEST).lost


@pytest.mark.parametrize("answer", [DENIED, (), (RegionProgress(WEST, "Unknown"), RegionProgress(NORTH, "Odd"))])
def test_what_cannot_be_told_is_unknown_and_never_fine(answer: tuple[RegionProgress, ...] | Unread) -> None:
    plan, _ = asked(one("1.0.0") + one("1.1.0"), one("1.1.0"), {"1.1.0": answer, "1.0.0": DONE})

    assert {row.replicated for row in plan.latest} == {Replicated.UNKNOWN}
    assert {row.before for row in plan.latest} == {"1.1.0"}


def test_without_asking_nothing_is_said_of_replication() -> None:
    plan = between(one("1.0.0"), one("1.0.0") + one("1.1.0"))

    assert {row.replicated for row in plan.latest} == {Replicated.NOT_ASKED}


def test_an_update_keeps_what_is_known_of_the_regions_it_leaves_alone() -> None:
    plan, order = asked(one("1.0.0"), one("1.0.0", "westeurope=2, northeurope=1, uksouth=1"), {"1.0.0": DONE})

    assert order == ["1.0.0"]
    assert told(plan, WEST).replicated is Replicated.YES
    assert (told(plan, "uksouth").before, told(plan, "uksouth").after) == ("", "1.0.0")
    assert told(plan, "uksouth").replicated is Replicated.NO


def test_a_wait_counts_as_done_and_what_only_azure_knows_outlives_an_update() -> None:
    live = taken(desired_of(HEAD + one("1.0.0"))).resources
    version = next(found for address, found in live.items() if address.version)
    known: LiveResource = replace(version, state="Updating", read_only={"storageProfile": {}})
    resources = {**live, version.address: known}

    waiting = planned(desired_of(HEAD + one("1.0.0")), LiveState(resources), EVERYWHERE)
    later = afterwards(LiveState(resources), waiting.actions)

    after = later.touched[version.address]
    assert after is not None
    assert after.state == "Succeeded"
    assert after.read_only == {"storageProfile": {}}


def test_a_version_made_anew_under_its_number_has_to_arrive_anew() -> None:
    live = taken(desired_of(HEAD + one("1.0.0"))).resources
    (create,) = (
        action
        for action in planned(desired_of(HEAD + one("1.0.0")), LiveState({}), EVERYWHERE).actions
        if action.address.version
    )
    delete = replace(create, id="delete", verb=Verb.DELETE, body=None)

    later = afterwards(LiveState(live), (delete, create))

    known: Replication = {create.address: DONE}
    assert {row.replicated for row in latest_rows(later, known)} == {Replicated.NO}
    assert {(row.before, row.after) for row in latest_rows(later, known)} == {("1.0.0", "1.0.0")}
    assert not crowded(later, replace(OPTIONS, max_versions=1)), "it takes the place of what was there"


@pytest.mark.parametrize(("below", "said"), [("", False), ("/1.1.0", False), ("/1.0.0@", True), ("@", True)])
def test_of_a_definition_with_unread_versions_nothing_is_said(below: str, said: bool) -> None:  # noqa: FBT001
    live = taken(desired_of(HEAD + one("1.0.0")))
    definition = next(address for address in live.resources if address.image and not address.version)
    unread = Unread(f"{definition.key}{below}", "x", "AuthorizationFailed", "no")

    plan = planned(desired_of(HEAD + one("1.0.0", "westeurope=2")), replace(live, unread=(unread,)), EVERYWHERE)

    assert plan.writes
    assert bool(plan.latest) is said


def test_a_region_in_which_a_version_failed_does_not_serve_and_the_others_do() -> None:
    """Asked, Azure tells region by region what became of a version that failed (fact 3.6/3)."""
    live = _live_failed()
    failed = next(address for address in live.resources if address.version == "1.1.0")
    good = next(address for address in live.resources if address.version == "1.0.0")
    wanted = desired_of(HEAD + one("1.0.0", "westeurope=2, northeurope=1"))
    later = afterwards(live, planned(wanted, live, EVERYWHERE).actions)
    partly: Replication = {
        failed: (RegionProgress(WEST, "Completed", 100), RegionProgress(NORTH, "Failed")),
        good: DONE,
    }

    found = {row.region: row for row in latest_rows(later, partly)}

    assert (found[WEST].before, found[WEST].after, found[WEST].replicated) == ("1.1.0", "1.1.0", Replicated.YES)
    assert (found[NORTH].before, found[NORTH].after) == ("1.0.0", "1.0.0")
    assert questions(later, {}) == (good, failed), "what may win where it has failed is asked, and the next one"


def test_a_version_that_comes_back_from_the_bin_is_named_in_its_home_region_in_doubt() -> None:
    wanted = desired_of(HEAD + one("1.0.0") + one("1.1.0"))
    back = next(address for address in wanted.resources if address.version == "1.1.0")
    live = taken(desired_of(HEAD + one("1.0.0")))
    kept = SoftDeleted(back, WEST, "2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-12-15T00:00:00Z")
    live = replace(live, absent=frozenset({back}), soft_deleted={back: kept})

    plan = planned(wanted, live, EVERYWHERE)

    (restore,) = [action for action in plan.actions if action.verb is Verb.RESTORE]
    assert "it can be restored until 2026-12-01" in restore.words
    assert told(plan, WEST) == Latest(told(plan, WEST).definition, WEST, "1.0.0", "1.1.0", Replicated.UNKNOWN)
    assert rows(plan)[NORTH] == ("1.0.0", "1.0.0")
    (versions_row,) = plan.limits
    assert (versions_row.before, versions_row.after) == (1, 2)
    assert plan.volumes == (), "nobody knows how many replicas come back"
    assert back not in questions(afterwards(live, plan.actions), {}), "Azure answers 404 of what lies in the bin"
