"""Healing of a version whose write left regions failed: once the same again, then these regions away and back.

That is what the service itself advises (facts 3.3, 4.3/15). Each step is a write like every other: read again, laid
over what is live, told to the journal. All of it happens once; what then still fails is told with the way on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reconciler.executor.task import Ended, Mending, Phase, Rules, Task
from reconciler.kinds.canonical import live as canonical_live
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.ownership import OWNER_TAG
from reconciler.kinds.paths import entry_name
from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import Rule
from reconciler.live.answer import ErrorClass, classify_error
from reconciler.live.gateway import Gateway
from reconciler.live.reader import read_one
from reconciler.model.address import Kind
from reconciler.model.plan import Action, Change, Reason, Verb
from reconciler.model.report import Outcome, RegionProgress
from reconciler.model.state import LiveResource, Unread, mapping
from reconciler.planner.bodies import arm_body
from reconciler.planner.diff import changes_between
from reconciler.planner.fingerprint import NOT_COMPARED, fingerprint
from reconciler.planner.rebase import STATE, body_before
from reconciler.planner.steps import FLAG, Step, forbids_removal, region_steps

FAILED: Final = "Failed"
CODE: Final = "ReplicationFailed"
OPENED: Final = 2  # steps left while the first of three runs, which only allows that regions go
HEALED: Final = frozenset({Verb.CREATE, Verb.UPDATE, Verb.ADOPT, Verb.REPLACE})
HOPELESS: Final = frozenset({ErrorClass.INVALID, ErrorClass.DENIED, ErrorClass.QUOTA, ErrorClass.LOCKED})


def failed_in(regions: tuple[RegionProgress, ...]) -> tuple[RegionProgress, ...]:
    """The regions that Azure calls failed."""
    return tuple(region for region in regions if region.state == FAILED)


def healable(task: Task, rules: Rules) -> bool:
    """Whether a write is one whose failed regions are healed: of a version, and nobody forbade it."""
    action = task.action
    return rules.heal and action.address.kind is Kind.IMAGE_VERSION and action.verb in HEALED and not action.removes


def after_failure(task: Task, failure: Ended, gateway: Gateway, rules: Rules) -> Task | Ended:
    """What follows when a write of a version ended badly: the next step of its healing, or the failure in full."""
    failed = failed_in(failure.regions)
    mending = task.mending
    opening = mending is not None and len(mending.left) == OPENED
    if mending is not None and opening and failed and {region.region for region in failed} <= mending.names:
        return _told_if_ended(
            task, next_step(task, gateway, rules)
        )  # they go next: that they fail again is no surprise
    if not failed:
        return failure if mending is None else _told(task, failure, mending.failed, "")
    if not healable(task, rules):
        return _told(task, failure, failed, "" if rules.heal else "not healed (--no-heal)")
    if classify_error(0, failure.error_code, failure.why) in HOPELESS:
        return _told(task, failure, failed, "")
    if mending is not None and mending.removing:
        return _told(task, failure, failed, "")
    obstacle = "" if mending is None else obstacle_to_removal(mending.action, failed, rules)
    if obstacle:
        return _told(task, failure, failed, obstacle)
    fresh = read_one(gateway, task.action.address, task.action.resource_id)
    if not isinstance(fresh, LiveResource) or not fresh.settled:
        why = fresh.message if isinstance(fresh, Unread) else "gone" if fresh is None else f"{fresh.state} again"
        return _told(task, failure, failed, f"not healed: it is {why}")
    gone = {region.region for region in failed} - regions_of(fresh.body)
    if gone:
        return _told(task, failure, failed, f"not healed: somebody took {', '.join(sorted(gone))} out meanwhile")
    return _begun(task, failed, fresh, rules)


def _begun(task: Task, failed: tuple[RegionProgress, ...], fresh: LiveResource, rules: Rules) -> Task:
    """The first step of the retry, or of taking regions away and adding them again."""
    whole = _with_unread_parts(task.action, fresh)
    if task.mending is None:
        mending = Mending(task.action, failed, whole)
        retry = Step(dict(whole), f"write it once more, because {_names(failed)} failed")
        return _stepping(replace(task, mending=mending), retry, fresh, rules)
    keys = tuple(sorted(f"[{region.region}]" for region in failed))
    first, *left = region_steps(whole, keys, mark=OWNER_TAG in fresh.tags)
    mending = replace(task.mending, before=whole, left=tuple(left), failed=failed, removing=True)
    return _stepping(replace(task, mending=mending), first, fresh, rules)


def next_step(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    """The next of the steps that take regions away and add them again, once the one before it is through."""
    mending = task.mending
    assert mending is not None
    assert mending.left
    fresh = read_one(gateway, task.action.address, task.action.resource_id)
    if not isinstance(fresh, LiveResource):
        why, code = (fresh.message, fresh.code) if isinstance(fresh, Unread) else ("it is gone", "ResourceNotFound")
        return Ended(Outcome.FAILED, f"healing broke off: {why}", code)
    step, *left = mending.left
    return _stepping(replace(task, mending=replace(mending, left=tuple(left))), step, fresh, rules)


def _stepping(task: Task, step: Step, fresh: LiveResource, rules: Rules) -> Task:
    """The task with a step's write in front of it; what the last step wrote counts as this run's own."""
    mending = task.mending
    assert mending is not None
    address = task.action.address
    changes: tuple[Change, ...] = changes_between(rules_of(address.kind).shape, mending.before, step.body, None)
    earlier = (*task.earlier, *task.action.changes) if task.action is not mending.action else task.earlier
    if fresh.state == FAILED:
        changes = (*changes, Change(STATE, FAILED, "Succeeded", str(Rule.READ_ONLY)))
    words = step.words or f"take away {_names(mending.failed)}, to add again what failed there"
    action = Action(
        id=mending.action.id,
        address=address,
        verb=Verb.UPDATE,
        reasons=(),
        words=f"healing: {words}",
        changes=changes,
        resource_id=fresh.resource_id,
        body=arm_body(address, step.body),
        fingerprint=fingerprint(fresh),
        expected=mending.before,
        hazard=step.hazard,
    )
    return replace(
        task,
        action=action,
        earlier=earlier,
        mending=replace(mending, before=step.body),
        note=action.words,
        phase=Phase.WRITE,
        due=rules.clock(),
        attempt=0,
        polls=0,
        operation=None,
        uncertain=False,
    )


def obstacle_to_removal(action: Action, failed: tuple[RegionProgress, ...], rules: Rules) -> str:
    """Why failed regions may not be taken away for a while; "" where they may.

    The home region never can (fact 4.3/3). What served before this write may serve still, whatever failed since.
    """
    shape = rules_of(action.address.kind).shape
    body = canonical_live(shape, unwrap(action.body or {}))
    names = {region.region for region in failed}
    if str(body.get("location")) in names:
        return f"{body['location']} is its home region, which cannot be taken away and added again"
    if rules.keeps_regions(action.address) or (action.makes and forbids_removal(body)):
        return f"the manifest forbids to take regions away (safetyProfile.{FLAG}: false)"
    served = sorted(names & served_before(action))
    if served:
        return f"{', '.join(served)} was there before this write and may still serve, so it is not taken away"
    return ""


def served_before(action: Action) -> frozenset[str]:
    """The regions that may have served before an action's write: none of one that was failed or not there."""
    if action.makes or Reason.IN_FAILED_STATE in action.reasons:
        return frozenset()
    return regions_of(body_before(action, rules_of(action.address.kind).shape))


def regions_of(body: Mapping[str, Any]) -> frozenset[str]:
    """The target regions of a canonical body, short names."""
    regions = mapping(mapping(body.get("publishingProfile")).get("targetRegions"))
    return frozenset(map(entry_name, regions))


def _with_unread_parts(action: Action, fresh: LiveResource) -> dict[str, Any]:
    """What is live, with the parts that only a read on request brings as they were written (fact 3.6/1)."""
    planned = canonical_live(rules_of(action.address.kind).shape, unwrap(action.body or {}))
    return {**fresh.body, **{key: planned[key] for key in NOT_COMPARED if key in planned}}


def healed_words(mending: Mending) -> str:
    """What a healing did, for the result of an action that it saved."""
    how = "taken away and added again" if mending.removing else "healed by writing it once more"
    told = "; ".join(_region(region) for region in mending.failed)
    return f"{_names(mending.failed)} failed and was {how} ({told})"


def lost_at_once(task: Task, rules: Rules) -> bool:
    """Whether a region that is new to a version has failed while the others go on, and nobody is going to heal it.

    What was failed before may still be called so while it is written anew.
    """
    action = task.action
    if (
        healable(task, rules)
        or task.mending is not None
        or not action.writes
        or Reason.IN_FAILED_STATE in action.reasons
    ):
        return False
    return bool({region.region for region in failed_in(task.regions)} - served_before(action))


def _told_if_ended(task: Task, result: Task | Ended) -> Task | Ended:
    mending = task.mending
    return _told(task, result, mending.failed, "") if isinstance(result, Ended) and mending else result


def _told(task: Task, failure: Ended, failed: tuple[RegionProgress, ...], more: str) -> Ended:
    """The failure in full: regions, errors, what was tried."""
    regions = "; ".join(_region(region) for region in failed)
    mending = task.mending
    tried = ""
    if mending is not None:
        tried = "written once more" + (", taken away and added again" if mending.removing else "") + ", in vain"
    broke = failure.why if not failed_in(failure.regions) or failure.error_code == CODE else ""
    told = "; ".join(part for part in (regions, tried, broke, more) if part)
    return replace(failure, why=told, error_code=failure.error_code or CODE)


def _region(region: RegionProgress) -> str:
    return f"{region.region}: {region.details.rstrip('. ') or 'replication failed'}"


def _names(regions: tuple[RegionProgress, ...]) -> str:
    return ", ".join(sorted(region.region for region in regions))
