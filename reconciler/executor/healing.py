"""Healing of a version whose write left regions failed: once the same again, then these regions away and back.

That is what the service itself advises (facts 3.3, 4.3/15). Each step is a write like every other: read again, laid
over what is live, told to the journal. All of it happens once; what then still fails is told with the way on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reconciler.executor.task import Before, Ended, Mending, Phase, Rules, Task
from reconciler.executor.verification import CONTENDED, contended, undone, unkept
from reconciler.kinds.ownership import OWNER_TAG
from reconciler.kinds.paths import entry_name
from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import Rule
from reconciler.live.answer import ErrorClass, classify_error
from reconciler.live.gateway import Gateway
from reconciler.live.reader import read_one, read_replication
from reconciler.model.address import Kind
from reconciler.model.plan import Action, Change, Reason, Verb, dotted
from reconciler.model.report import Outcome, RegionProgress
from reconciler.model.state import LiveResource, Unread, mapping
from reconciler.planner.bodies import arm_body, sent_body
from reconciler.planner.diff import changes_between, dig
from reconciler.planner.fingerprint import NOT_COMPARED, compared, fingerprint
from reconciler.planner.rebase import LAID_OVER, OWNER, STATE, body_before, equal
from reconciler.planner.steps import FLAG, Step, forbids_removal, region_steps

FAILED: Final = "Failed"
CODE: Final = "ReplicationFailed"
PRECONDITION: Final = "Precondition"
FILLED_IN: Final = frozenset({Rule.IMMUTABLE, Rule.READ_ONLY})  # what no other writer can have changed
OPENED: Final = 2  # steps left while the first of three runs, which only allows that regions go
HEALED: Final = frozenset({Verb.CREATE, Verb.UPDATE, Verb.ADOPT, Verb.REPLACE})
HOPELESS: Final = frozenset({ErrorClass.INVALID, ErrorClass.DENIED, ErrorClass.QUOTA, ErrorClass.LOCKED})


def failed_in(regions: tuple[RegionProgress, ...]) -> tuple[RegionProgress, ...]:
    """The regions that Azure calls failed."""
    return tuple(region for region in regions if region.failed)


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
        following = next_step(task, gateway, rules)  # they go next: that they fail again is no surprise
        return following if isinstance(following, Task) else _told(task, following, mending.failed, gateway)
    if not failed:
        return failure if mending is None else _told(task, failure, mending.failed, gateway)
    if not healable(task, rules):
        return _told(task, failure, failed, gateway, "" if rules.heal else "not healed (--no-heal)")
    if classify_error(0, failure.error_code, failure.why) in HOPELESS:
        return _told(task, failure, failed, gateway)
    if mending is not None and mending.removing:
        return _told(task, failure, failed, gateway)
    obstacle = "" if mending is None else obstacle_to_removal(mending.action, failed, rules, task.before)
    if obstacle:
        return _told(task, failure, failed, gateway, obstacle)
    return _looked_at(task, failure, failed, gateway, rules)


def _looked_at(
    task: Task, failure: Ended, failed: tuple[RegionProgress, ...], gateway: Gateway, rules: Rules
) -> Task | Ended:
    """The retry or the first step of a removal, where what failed is still what this run left behind."""
    fresh = read_one(gateway, task.action.address, task.action.resource_id)
    if not isinstance(fresh, LiveResource) or not fresh.settled:
        why = fresh.message if isinstance(fresh, Unread) else "gone" if fresh is None else f"{fresh.state} again"
        return _told(task, failure, failed, gateway, f"not healed: it is {why}")
    gone = {region.region for region in failed} - regions_of(fresh.body)
    if gone:
        more = f"not healed: somebody took {', '.join(sorted(gone))} out meanwhile"
        return _told(task, failure, failed, gateway, more)
    regions = regions_now(task, gateway)
    names = {region.region for region in failed}
    still = tuple(region for region in failed_in(regions) if region.region in names)
    moved = _moved(task, fresh)
    if still and not moved:
        return _begun(task, still, fresh, rules)
    if not regions and not moved:
        return _told(task, failure, failed, gateway, "not healed: Azure does not say how its regions are now")
    whole = all(region.complete for region in regions)
    if not moved and fresh.state == "Succeeded" and whole and names <= {region.region for region in regions}:
        why = f"{_names(failed)} failed and is complete by now"
        return Ended(Outcome.SUCCEEDED, why, regions=regions, warnings=task.warnings)
    more = f"healed or changed by somebody else{f' ({moved})' if moved else ''}; plan again"
    return _told(task, replace(failure, why="", error_code=PRECONDITION, regions=regions), failed, gateway, more)


def _moved(task: Task, fresh: LiveResource) -> str:
    """What somebody else has changed since this run's last write; "" where all is as that left it.

    Between the steps of a healing nothing at all may move; after the planned write its own values and the owner count,
    because an edit elsewhere was there before it and stays.
    """
    shape = rules_of(fresh.address.kind).shape
    if task.mending is not None:
        old, new = compared(task.mending.before), compared(fresh.body)
        found: tuple[Change, ...] = changes_between(shape, old, new, None)
        return ", ".join(change.dotted for change in found if change.rule not in FILLED_IN)
    sent = sent_body(task.action)
    if not equal(dig(sent, OWNER), dig(fresh.body, OWNER)):
        return dotted(OWNER)
    if task.warnings:
        return ""  # what Azure did not keep cannot be told from what somebody took back
    if task.action.verb in LAID_OVER:
        return ", ".join(dotted(field.path) for field in undone((*task.earlier, *task.action.changes), fresh))
    return "; ".join(unkept(task.action, fresh))


def regions_now(task: Task, gateway: Gateway, unread: tuple[RegionProgress, ...] = ()) -> tuple[RegionProgress, ...]:
    """The regions as Azure calls them now; `unread` where it does not say. For those who wait for nobody's turn."""
    gateway.replication_budget.reserve(task.action.address.subscription)  # it counts all the same
    found = read_replication(gateway, task.action.address)
    return unread if isinstance(found, Unread) else found


def _begun(task: Task, failed: tuple[RegionProgress, ...], fresh: LiveResource, rules: Rules) -> Task:
    """The first step of the retry, or of taking regions away and adding them again."""
    whole = _with_unread_parts(task.action, fresh)
    if task.mending is None:
        mending = Mending(task.action, failed, whole)
        retry = Step(dict(whole), f"write it once more, because {_names(failed)} failed")
        return _stepping(replace(task, mending=mending), retry, fresh, rules)
    first, *left = region_steps(whole, _keys(failed), mark=OWNER_TAG in fresh.tags)
    taken = frozenset[str]() if len(left) == OPENED else frozenset(region.region for region in failed)
    mending = replace(task.mending, before=whole, left=tuple(left), failed=failed, removing=True, taken=taken)
    return _stepping(replace(task, mending=mending), first, fresh, rules)


def next_step(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    """The next of the steps that take regions away and add them again, once the one before it is through.

    The step before may have healed some: only what is failed still goes, and where nothing is, the flag is set back.
    """
    mending = task.mending
    assert mending is not None
    assert mending.left
    fresh = read_one(gateway, task.action.address, task.action.resource_id)
    if isinstance(fresh, Unread) and fresh.passing:  # a region may be away, so nobody gives up over a read
        pause = min(rules.pace.first_poll * (task.polls + 1), rules.pace.longest_poll)
        return replace(task, polls=task.polls + 1, due=rules.clock() + pause)
    if not isinstance(fresh, LiveResource):
        why, code = (fresh.message, fresh.code) if isinstance(fresh, Unread) else ("it is gone", "ResourceNotFound")
        return Ended(Outcome.FAILED, f"healing broke off: {why}", code)
    step, *left = mending.left
    taken = mending.taken
    if left:
        if not task.warnings and (lost := undone((*task.earlier, *task.action.changes), fresh)):
            return Ended(Outcome.FAILED, contended(task.action, lost), CONTENDED)
        if moved := _moved(task, fresh):
            why = f"healing broke off: healed or changed by somebody else ({moved}); plan again"
            return Ended(Outcome.FAILED, why, PRECONDITION)
        failed = tuple(region for region in failed_in(regions_now(task, gateway)) if region.region in mending.names)
        taken, back = frozenset(region.region for region in failed), left[-1]
        if failed:
            mending = replace(mending, failed=failed)
            step, *left = region_steps(back.body, _keys(failed), mark=OWNER_TAG in fresh.tags)[-OPENED:]
        else:
            step, left = replace(back, words=f"set {FLAG} back, nothing is to be taken away"), []
    return _stepping(replace(task, mending=replace(mending, left=tuple(left), taken=taken)), step, fresh, rules)


def serving(task: Task, gateway: Gateway) -> str:
    """Why the regions that the write in front of a task takes away must not go: "" where all of them are failed now.

    Asked right before the write is sent, however long it had to wait.
    """
    mending = task.mending
    if mending is None or not mending.taken or len(mending.left) != 1:
        return ""
    failed = {region.region for region in failed_in(regions_now(task, gateway))}
    sparing = ", ".join(sorted(mending.taken - failed))
    return f"{sparing} is not known as failed any more and may serve, so it is not taken away" if sparing else ""


def look_before(task: Task, fresh: LiveResource | None, gateway: Gateway) -> None:
    """Keep what stands in the regions of a version before this run first writes it.

    Of one that is failed it has to be asked: what is not known as failed may serve.
    """
    action, before = task.action, task.before
    version = action.address.kind is Kind.IMAGE_VERSION and action.verb in HEALED and not action.makes
    if before.seen or fresh is None or not version or task.mending is not None:
        return
    before.seen, before.there = True, regions_of(fresh.body)
    if fresh.state == FAILED and not task.uncertain and not task.earlier:  # after a write of ours it is too late to ask
        before.failed = frozenset(region.region for region in failed_in(regions_now(task, gateway)))


def _stepping(task: Task, step: Step, fresh: LiveResource, rules: Rules) -> Task:
    """The task with a step's write in front of it; what the last step wrote counts as this run's own."""
    mending = task.mending
    assert mending is not None
    address = task.action.address
    changes: tuple[Change, ...] = changes_between(rules_of(address.kind).shape, mending.before, step.body, None)
    earlier = (*task.earlier, *task.action.changes) if task.action is not mending.action else task.earlier
    if fresh.state == FAILED:
        changes = (*changes, Change(STATE, FAILED, "Succeeded", str(Rule.READ_ONLY)))
    words = step.words or f"take away {', '.join(sorted(mending.taken))}, to add again what failed there"
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


def obstacle_to_removal(action: Action, failed: tuple[RegionProgress, ...], rules: Rules, before: Before) -> str:
    """Why failed regions may not be taken away for a while; "" where they may.

    The home region never can (fact 4.3/3). What served before this write may serve still, whatever failed since.
    """
    body = sent_body(action)
    names = {region.region for region in failed}
    if str(body.get("location")) in names:
        return f"{body['location']} is its home region, which cannot be taken away and added again"
    if rules.keeps_regions(action.address) or (action.makes and forbids_removal(body)):
        return f"the manifest forbids to take regions away (safetyProfile.{FLAG}: false)"
    served = sorted(names & served_before(action, before))
    if served:
        return f"{', '.join(served)} was there before this write and may still serve, so it is not taken away"
    return ""


def served_before(action: Action, before: Before) -> frozenset[str]:
    """The regions that may have served before an action's write: all that were there and not known as failed."""
    if action.makes:
        return frozenset()
    return (regions_of(body_before(action, rules_of(action.address.kind).shape)) | before.there) - before.failed


def regions_of(body: Mapping[str, Any]) -> frozenset[str]:
    """The target regions of a canonical body, short names."""
    regions = mapping(mapping(body.get("publishingProfile")).get("targetRegions"))
    return frozenset(map(entry_name, regions))


def _with_unread_parts(action: Action, fresh: LiveResource) -> dict[str, Any]:
    """What is live, with the parts that only a read on request brings as they were written (fact 3.6/1)."""
    planned = sent_body(action)
    return {**fresh.body, **{key: planned[key] for key in NOT_COMPARED if key in planned}}


def healed_words(mending: Mending) -> str:
    """What a healing did, for the result of an action that it saved."""
    how = "taken away and added again" if mending.taken else "healed by writing it once more"
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
    return bool({region.region for region in failed_in(task.regions)} - served_before(action, task.before))


def _told(task: Task, failure: Ended, failed: tuple[RegionProgress, ...], gateway: Gateway, more: str = "") -> Ended:
    """The failure in full: what is away now, regions, errors, what was tried."""
    regions = "; ".join(_region(region) for region in failed)
    mending = task.mending
    away = _away(task, gateway)
    tried = ""
    if mending is not None:
        back = bool(mending.taken) and not mending.left and not away
        tried = "written once more" + (", taken away and added again" if back else "") + ", in vain"
    broke = failure.why if not failed_in(failure.regions) or failure.error_code == CODE else ""
    told = "; ".join(part for part in (away, regions, tried, broke, more) if part)
    return replace(failure, why=told, error_code=failure.error_code or CODE)


def perhaps_away(task: Task) -> str:
    """Which regions may be away when a healing is left in the middle, "" where it takes none."""
    taken = task.mending.taken if task.mending is not None else ()
    return "".join(f"{name} may be away now; " for name in sorted(taken))


def _away(task: Task, gateway: Gateway) -> str:
    """Which regions a healing has left away, as Azure has it now; "" where none is."""
    mending = task.mending
    if mending is None or not mending.taken:
        return ""
    fresh = read_one(gateway, task.action.address, task.action.resource_id)
    if fresh is None:
        return ""
    unread = isinstance(fresh, Unread)
    names = sorted(mending.taken if isinstance(fresh, Unread) else mending.taken - regions_of(fresh.body))
    if not names:
        return ""
    told = ", ".join(f"{name} {'may be' if unread else 'is'} away now" for name in names)
    return f"{told}: it serves nothing of this version until it is added back, which the next apply does"


def _region(region: RegionProgress) -> str:
    return f"{region.region}: {region.details.rstrip('. ') or 'replication failed'}"


def _keys(regions: tuple[RegionProgress, ...]) -> tuple[str, ...]:
    return tuple(sorted(f"[{region.region}]" for region in regions))


def _names(regions: tuple[RegionProgress, ...]) -> str:
    return ", ".join(sorted(region.region for region in regions))
