"""Every write is told in one sentence that names its resource, whatever it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.model.plan import Plan, Verb
from reconciler.model.state import LiveState
from reconciler.planner.options import Options
from reconciler.planner.sentences import title
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, desired_of, estates, planned, taken
from tests.support.soak import FIXED_SEEDS, examples

PRUNING = replace(OPTIONS, prune=True, allow_empty=True, max_deletes=1000, max_delete_percent=100)
LONGEST = 500
NORTH = "westeurope=1, northeurope=1"


def between(old: str, new: str, options: Options = PRUNING, **live: Any) -> Plan:
    return planned(desired_of(new), replace(taken(desired_of(old)), **live), options)


def told(plan: Plan) -> list[str]:
    return [action.words for action in plan.writes]


def test_creates_are_told_by_what_they_make() -> None:
    assert sorted(told(planned(desired_of(ESTATE), LiveState({}), PRUNING))) == [
        "create definition ubuntu in corp for Linux Generalized V2 x64",
        "create gallery corp in westeurope",
        "create version 1.0.0 of ubuntu from images/ubuntu-1.0.0 in westeurope ×1, northeurope ×1",
        "create version 1.1.0 of ubuntu from images/ubuntu-1.1.0 in westeurope ×1, northeurope ×1",
        "grant Reader to group 6f7c1a34… on corp",
    ]


ONE = GALLERY + ACCESS + IMAGE + versions("1.0.0")
EDITS = {
    "add region uksouth with 3 replicas to ubuntu 1.0.0": (NORTH, f"{NORTH}, uksouth=3"),
    "raise westeurope from 1 to 2 replicas for ubuntu 1.0.0": ("westeurope=1", "westeurope=2"),
    "set description of corp": ("Golden", "New"),
    "set tag team to infra on corp": ("team: platform", "team: infra"),
    "remove tag team from corp": ("team: platform", "team: null"),
    "clear description of ubuntu": ("description: Ubuntu", "description: null"),
    "set feature DiskControllerTypes to SCSI on ubuntu": ('"SCSI, NVMe"', "SCSI"),
    "set publishingProfile.excludeFromLatest to true on ubuntu 1.0.0": (
        f"[{NORTH}]",
        f"[{NORTH}], excludeFromLatest: true",
    ),
    "set description of Reader for 6f7c1a34… on corp": ("everybody", "all"),
    "set endOfLifeDate to 2030-01-01T00:00:00Z on ubuntu": (
        "description: Ubuntu",
        "description: Ubuntu\n      endOfLifeDate: 2030-01-01",
    ),
    "set description and set tag team to infra on corp": (
        "Golden images, tags: {team: platform}",
        "G, tags: {team: infra}",
    ),
}


@pytest.mark.parametrize(("sentence", "edit"), EDITS.items(), ids=EDITS)
def test_an_update_is_told_by_what_it_changes(sentence: str, edit: tuple[str, str]) -> None:
    assert edit[0] in ONE

    assert told(between(ONE, ONE.replace(*edit, 1))) == [sentence]


def test_more_than_three_changes_are_counted() -> None:
    tags = ", ".join(f"t{number}: x" for number in range(5))

    assert told(between(ONE, ONE.replace("team: platform", f"team: platform, {tags}"))) == [
        "set tag t0 to x, set tag t1 to x, set tag t2 to x and 2 more changes on corp"
    ]


def test_what_is_taken_over_or_given_up_is_said_so() -> None:
    adopted = between(ONE, ONE.replace("Golden", "New"), replace(PRUNING, instance="other", adopt=frozenset({"all"})))
    kept = "metadata: {name: corp}\npolicy: {onRemove: abandon}\n"
    given_up = between(ONE.replace("metadata: {name: corp}\n", kept), "")

    assert "give up corp: its owner tag goes, everything else stays" in told(given_up)
    assert not adopted.writes
    stripped = ONE.replace("Golden", "New")
    live = taken(desired_of(ONE))
    bare = {
        address: replace(found, body={key: value for key, value in found.body.items() if key != "tags"})
        for address, found in live.resources.items()
    }
    plan = planned(desired_of(stripped), replace(live, resources=bare), replace(PRUNING, adopt=frozenset({"all"})))
    assert "take over corp and set description and set tag team to platform" in told(plan)


def test_deletes_and_revocations_are_told_apart() -> None:
    assert told(between(GALLERY + ACCESS + IMAGE, GALLERY + IMAGE)) == ["revoke Reader from group 6f7c1a34… on corp"]
    assert sorted(told(between(ONE, ESTATE.replace("1.0.0", "2.0.0")))) == [
        "create version 1.1.0 of ubuntu from images/ubuntu-1.1.0 in westeurope ×1, northeurope ×1",
        "create version 2.0.0 of ubuntu from images/ubuntu-2.0.0 in westeurope ×1, northeurope ×1",
        "delete version 1.0.0 of ubuntu",
    ]


@settings(
    derandomize=FIXED_SEEDS, max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(estates(), estates())
def test_every_write_of_any_plan_has_a_bounded_sentence_about_its_resource(old: str, new: str) -> None:
    for action in between(old, new).writes:
        assert 0 < len(action.words) < LONGEST
        assert "\n" not in action.words
        if action.verb is not Verb.UPDATE or "CompanionStep" not in action.reasons:
            assert title(action.address).split(" ")[-1] in action.words
