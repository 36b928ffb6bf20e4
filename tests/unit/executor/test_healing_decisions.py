"""When failed regions are healed, and when not: decisions that need no Azure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.executor.healing import healable, lost_at_once, obstacle_to_removal, perhaps_away, served_before
from reconciler.executor.task import Before, Mending, Rules, Task
from reconciler.model.address import Address
from reconciler.model.plan import Action, Change, Reason, Verb
from reconciler.model.report import RegionProgress
from reconciler.planner.steps import FLAG, PENDING_TAG, region_steps

VERSION = Address("00000000-0000-0000-0000-000000000001", "rg", "corp", "ubuntu", "1.0.0")
REGIONS = ("publishingProfile", "targetRegions")
HOME, OLD, NEW = (RegionProgress(name, "Failed") for name in ("westeurope", "northeurope", "uksouth"))


def body(*regions: str, **properties: Any) -> dict[str, Any]:
    targets = [{"name": name, "regionalReplicaCount": 1} for name in regions]
    return {"location": "westeurope", "properties": {"publishingProfile": {"targetRegions": targets}, **properties}}


def action(verb: Verb = Verb.CREATE, *reasons: Reason, **properties: Any) -> Action:
    sent = body("westeurope", "northeurope", "uksouth", **properties)
    return Action(f"{verb} {VERSION.key}", VERSION, verb, reasons, "", body=sent)


def adding() -> Action:
    """An update that adds uksouth to what was there."""
    change = Change((*REGIONS, "[uksouth]"), None, {"name": "uksouth", "regionalReplicaCount": 1}, "updatable")
    return replace(action(Verb.UPDATE, Reason.SPEC_CHANGED), changes=(change,))


def test_what_a_create_made_may_go_but_for_the_home_region() -> None:
    assert obstacle_to_removal(action(), (OLD, NEW), Rules(), Before()) == ""
    assert "home region" in obstacle_to_removal(action(), (HOME, NEW), Rules(), Before())


def test_what_served_before_an_update_stays() -> None:
    assert obstacle_to_removal(adding(), (NEW,), Rules(), Before()) == ""
    assert "northeurope was there before this write" in obstacle_to_removal(adding(), (OLD, NEW), Rules(), Before())


def test_of_a_version_that_was_failed_before_only_what_is_known_as_failed_has_not_served() -> None:
    failed = replace(adding(), reasons=(Reason.IN_FAILED_STATE,))

    assert served_before(failed, Before()) == {"westeurope", "northeurope"}
    assert served_before(failed, Before(failed=frozenset({"northeurope"}))) == {"westeurope"}
    assert served_before(adding(), Before()) == {"westeurope", "northeurope"}


def test_a_region_that_somebody_added_since_the_plan_may_serve() -> None:
    before = Before(there=frozenset({"westeurope", "westus2"}))

    assert served_before(adding(), before) == {"westeurope", "northeurope", "westus2"}
    assert served_before(action(), before) == frozenset()


def test_a_manifest_that_forbids_removal_is_obeyed() -> None:
    forbidding = action(Verb.CREATE, safetyProfile={FLAG: False})

    assert "the manifest forbids" in obstacle_to_removal(forbidding, (NEW,), Rules(), Before())
    assert "the manifest forbids" in obstacle_to_removal(
        adding(), (NEW,), Rules(keeps_regions=lambda _: True), Before()
    )


@pytest.mark.parametrize(
    ("verb", "heal", "expected"),
    [
        (Verb.CREATE, True, True),
        (Verb.UPDATE, True, True),
        (Verb.ADOPT, True, True),
        (Verb.CREATE, False, False),
        (Verb.ABANDON, True, False),
        (Verb.RESTORE, True, False),
        (Verb.WAIT, True, False),
        (Verb.DELETE, True, False),
    ],
)
def test_only_writes_of_content_are_healed(verb: Verb, heal: bool, expected: bool) -> None:  # noqa: FBT001
    assert healable(Task(action(verb), 0, 0), Rules(heal=heal)) is expected


def test_the_wait_ends_at_once_only_for_a_new_region_that_nobody_heals() -> None:
    unhealed = Rules(heal=False)

    assert lost_at_once(Task(adding(), 0, 0, regions=(NEW,)), unhealed)
    assert not lost_at_once(Task(adding(), 0, 0, regions=(NEW,)), Rules())
    assert not lost_at_once(Task(adding(), 0, 0, regions=(OLD,)), unhealed)
    stale = replace(adding(), reasons=(Reason.IN_FAILED_STATE,))
    assert not lost_at_once(Task(stale, 0, 0, regions=(NEW,)), unhealed)


@pytest.mark.parametrize(("flag", "mark", "steps"), [(False, True, 3), (False, False, 3), (True, True, 2)])
def test_regions_go_and_come_back_and_all_else_ends_as_it_was(flag: bool, mark: bool, steps: int) -> None:  # noqa: FBT001
    targets = {f"[{name}]": {"name": name} for name in ("westeurope", "uksouth")}
    live = {
        "location": "westeurope",
        "tags": {"team": "platform"},
        "safetyProfile": {FLAG: flag},
        "publishingProfile": {"targetRegions": targets},
    }

    found = region_steps(live, ("[uksouth]",), mark=mark)

    assert len(found) == steps
    assert found[-1].body == live
    shrunk = found[-2].body
    assert list(shrunk["publishingProfile"]["targetRegions"]) == ["[westeurope]"]
    assert shrunk["safetyProfile"][FLAG] is True
    assert (PENDING_TAG in shrunk["tags"]) is (mark and not flag)
    assert "uksouth serves nothing of it until added again" in found[-2].hazard


def test_what_is_left_in_the_middle_of_a_healing_says_which_regions_may_be_away() -> None:
    task = Task(action(), 0.0, 0.0)
    assert perhaps_away(task) == ""
    mending = Mending(action(), (NEW,), {}, removing=True)
    assert perhaps_away(replace(task, mending=mending)) == ""
    away = replace(mending, taken=frozenset({"uksouth"}))
    assert perhaps_away(replace(task, mending=away)) == "uksouth may be away now; "
