"""One look at one action: write it, ask its operation, read its state or its regions. Returns what comes next.

Each look is a few requests and never sleeps: what has to wait comes back with a later `due`.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from reconciler.errors import AzureError, CredentialError
from reconciler.executor.grants import granted_already, is_granted_already
from reconciler.executor.healing import CODE as REGIONS_FAILED
from reconciler.executor.healing import (
    after_failure,
    failed_in,
    healed_words,
    lost_at_once,
    next_step,
    perhaps_away,
    regions_now,
)
from reconciler.executor.task import Ended, Pace, Phase, Rules, Task, Wait
from reconciler.executor.verification import unkept
from reconciler.executor.write import Written, method_of, write
from reconciler.kinds.overlay import overlay, same
from reconciler.kinds.ownership import OWNER_TAG
from reconciler.kinds.registry import rules_of
from reconciler.live.answer import Answer, ErrorClass, NoAnswer, classify, classify_error
from reconciler.live.gateway import Gateway
from reconciler.live.operation import OperationState, operation_state
from reconciler.live.reader import read_one, read_replication
from reconciler.model.address import Kind
from reconciler.model.plan import Action, Reason, Verb
from reconciler.model.report import Outcome, RegionProgress
from reconciler.model.state import LiveResource, Unread, mapping

MOST_GROWTHS = 64  # a long wait must not grow beyond what a number holds
TAKEN_PERHAPS = frozenset({408, *range(500, 600)})
PARENT = "parentresourcenotfound"
WORTH_TELLING = 5  # seconds of waiting
RETRIED = frozenset({ErrorClass.THROTTLED, ErrorClass.TRANSIENT, ErrorClass.CONFLICT})


def advance(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    """Take the next step of one action. What is due later counts from the answer, as Azure's Retry-After does."""
    if rules.clock() - task.started > rules.pace.limit_of(task.action.address.kind):
        return _timed_out(task)
    try:
        result = _advance(task, gateway, rules)
        if isinstance(result, Task):
            return result
        result = replace(result, warnings=result.warnings or task.warnings)
        if result.outcome is not Outcome.FAILED:
            return result
        return after_failure(replace(task, warnings=result.warnings), result, gateway, rules)
    except CredentialError as error:
        return _unasked(task, error, rules)


def _timed_out(task: Task) -> Ended:
    """The wait is over, the operation is not; what lags is named."""
    if task.phase is Phase.WRITE and not task.uncertain:
        why = f"not taken by Azure within the time limit{f': {task.refused}' if task.refused else ''}"
        return Ended(Outcome.FAILED, why, "TimeLimit")
    told = ", ".join(f"{region.region} ({region.words})" for region in task.regions if not region.complete)
    why = f"still running in Azure after the time limit{f'; not there yet: {told}' if told else ''}"
    return Ended(Outcome.PENDING, f"{perhaps_away(task)}{why}", regions=task.regions, warnings=task.warnings)


def _unasked(task: Task, error: CredentialError, rules: Rules) -> Task | Ended:
    """Without a token nothing is written; what runs already is asked about a few times more, never called failed."""
    if task.phase is Phase.WRITE and not task.uncertain:
        return Ended(Outcome.FAILED, error.message, type(error).__name__)
    if task.attempt + 1 >= rules.pace.attempts:
        why = f"{perhaps_away(task)}it may still run in Azure, but {error.message}"
        return Ended(Outcome.PENDING, why, regions=task.regions)
    return _poll_again(replace(task, attempt=task.attempt + 1), rules, None)


def _held(task: Task, gateway: Gateway) -> float:
    """Seconds for which Azure has asked not to send what comes next, be it to this action or to another one."""
    asked = task.operation.url if task.phase is Phase.OPERATION and task.operation else task.action.resource_id
    held = gateway.held("GET", asked)
    if task.phase is Phase.WRITE and task.action.writes:
        held = max(held, gateway.held(method_of(task.action), task.action.resource_id))
    return held


def _advance(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    if held := _held(task, gateway):
        return replace(task, due=rules.clock() + held)
    match task.phase:
        case Phase.WRITE:
            return _write(task, gateway, rules)
        case Phase.OPERATION:
            return _operation(task, gateway, rules)
        case Phase.SETTLE:
            return _settle(task, gateway, rules)
        case Phase.REPLICATE:
            return _replicate(task, gateway, rules)


def _write(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    if task.action.verb is Verb.WAIT:
        return _settle(replace(task, phase=Phase.SETTLE), gateway, rules)
    if task.whole is not None and not task.uncertain and (obstacle := task.whole.obstacle(gateway)):
        return Ended(Outcome.FAILED, obstacle, "Precondition")
    written = write(task, gateway, rules.journal)
    match written:
        case Ended():
            return written
        case Written(answer=Answer() as answer) if answer.ok:
            return _accepted(task, answer, written, gateway, rules)
        case Written(answer=Answer() as refused) if is_granted_already(task.action, refused):
            return granted_already(task.action, refused, gateway)
        case Written(answer=(Answer() | NoAnswer() | Unread()) as failure):
            return _try_again(task, failure, rules)
        case _:
            return replace(task, phase=Phase.SETTLE, due=rules.clock() + _poll_delay(task, rules.pace, None))


def _accepted(task: Task, answer: Answer, written: Written, gateway: Gateway, rules: Rules) -> Task | Ended:
    """Azure has taken the write: its operation is followed, where there is one and somebody waits for it."""
    task = replace(task, warnings=(*task.warnings, *written.warnings), uncertain=False)
    if _accepted_is_enough(task, rules):
        return Ended(Outcome.PENDING, "accepted by Azure; not waited for", warnings=task.warnings, accepted=True)
    operation = written.operation
    if operation is not None:
        delay = _poll_delay(task, rules.pace, operation.retry_after)
        return replace(task, phase=Phase.OPERATION, operation=operation, polls=0, due=rules.clock() + delay)
    if not _done_at_once(task.action, answer):
        delay = _poll_delay(task, rules.pace, answer.retry_after)
        return replace(task, phase=Phase.SETTLE, polls=0, due=rules.clock() + delay)
    try:
        return _provisioned(task, gateway, rules)
    except CredentialError as error:  # it is written, whoever may read it
        return _unasked(replace(task, phase=Phase.SETTLE), error, rules)


def _done_at_once(action: Action, answer: Answer) -> bool:
    """Whether an answer that names no operation says itself that all is done; else the resource has to be read.

    Role assignments and shares are done when they are answered (facts 5/2, 5/6).
    """
    if answer.status == HTTPStatus.ACCEPTED:
        return False
    if action.address.kind is Kind.ROLE_ASSIGNMENT or action.verb is Verb.SHARE:
        return True
    if action.removes:
        return answer.status == HTTPStatus.NO_CONTENT
    return mapping(mapping(answer.body).get("properties")).get("provisioningState") == "Succeeded"


def _accepted_is_enough(task: Task, rules: Rules) -> bool:
    version = task.action.address.kind is Kind.IMAGE_VERSION
    return rules.wait is Wait.NONE and version and not task.action.removes


def _try_again(task: Task, failure: Answer | NoAnswer | Unread, rules: Rules) -> Task | Ended:
    """Retry with full jitter what passes by itself; end what does not."""
    pace = rules.pace
    if isinstance(failure, Unread) and classify_error(0, failure.code) is ErrorClass.THROTTLED:
        return replace(task, due=rules.clock() + _retry_delay(task, rules, None))
    if not isinstance(failure, Answer):
        if task.attempt + 1 >= pace.attempts:
            return Ended(Outcome.FAILED, failure.message, "NoAnswer" if isinstance(failure, NoAnswer) else failure.code)
        unsure = task.uncertain or isinstance(failure, NoAnswer)  # the write may have been taken
        due = rules.clock() + _retry_delay(task, rules, None)
        return replace(task, attempt=task.attempt + 1, uncertain=unsure, due=due, refused="")
    if not (classify(failure) in RETRIED or _parent_to_come(task, failure)) or _given_up(task, failure, rules):
        return Ended(Outcome.FAILED, failure.message, failure.code)
    delay = _retry_delay(task, rules, failure.retry_after)
    unsure = task.uncertain or failure.status in TAKEN_PERHAPS
    refused = "" if unsure else f"HTTP {failure.status} {failure.code}".rstrip()
    note = f"{refused or failure.code}: tried again in {delay:.0f} s" if delay >= WORTH_TELLING else task.note
    due = rules.clock() + delay
    return replace(task, attempt=task.attempt + 1, uncertain=unsure, due=due, refused=refused, note=note)


def _parent_to_come(task: Task, failure: Answer) -> bool:
    """Whether Azure does not know yet of the parent that this run has just made (fact 7/1)."""
    return failure.code.lower() == PARENT and task.action.makes and bool(task.action.requires)


def _given_up(task: Task, failure: Answer, rules: Rules) -> bool:
    pace, seconds = rules.pace, rules.clock() - task.started
    if failure.code == "PrincipalNotFound":
        return seconds > pace.principal_window
    if failure.code.lower() == PARENT:
        return seconds > pace.parent_window
    if failure.code == "CannotDeleteResource":
        return seconds > pace.cache_window
    if classify(failure) is ErrorClass.THROTTLED:
        return False  # it passes by itself; the time limit of the action ends it
    return task.attempt + 1 >= pace.attempts


def _retry_delay(task: Task, rules: Rules, asked: float | None) -> float:
    if asked is not None:
        return min(asked, rules.pace.longest_retry)
    ceiling = min(rules.pace.first_retry * 2.0 ** min(task.attempt, MOST_GROWTHS), rules.pace.longest_retry)
    return ceiling * rules.dice()


def _poll_delay(task: Task, pace: Pace, asked: float | None) -> float:
    if asked is not None:
        return min(asked, pace.longest_retry)
    return float(min(pace.first_poll * pace.growth ** min(task.polls, MOST_GROWTHS), pace.longest_poll))


def _operation(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    assert task.operation is not None
    try:
        state = operation_state(gateway.get(task.operation.url))
    except NoAnswer:
        return _poll_again(task, rules, None)
    except AzureError:  # an address that was kept and leads elsewhere
        return replace(task, phase=Phase.SETTLE, due=rules.clock())
    match state.status:
        case "running":
            task = _watched(task, gateway, rules)
            if lost_at_once(task, rules):
                return Ended(Outcome.FAILED, "the other regions go on in Azure", REGIONS_FAILED, task.regions)
            return _poll_again(task, rules, state.retry_after)
        case "succeeded":
            return _provisioned(task, gateway, rules)
        case "failed":
            return _failed(task, state, gateway)
        case _:
            return replace(task, phase=Phase.SETTLE, due=rules.clock())


def _failed(task: Task, state: OperationState, gateway: Gateway) -> Ended:
    """What this run wrote has failed; what an earlier one began is another plan's to mend."""
    words, regions = state.message or "the operation failed", _regions_now(task, gateway)
    if task.action.verb is Verb.WAIT:
        told = f"what an earlier run began has failed: {words}; plan again"
        return Ended(Outcome.PENDING, told, state.code, regions, anew=True)
    return Ended(Outcome.FAILED, words, state.code, regions)


def _poll_again(task: Task, rules: Rules, asked: float | None) -> Task:
    delay = _poll_delay(task, rules.pace, asked)
    end = task.started + rules.pace.limit_of(task.action.address.kind)
    return replace(task, polls=task.polls + 1, due=min(rules.clock() + delay, end + 1))


def _watched(task: Task, gateway: Gateway, rules: Rules) -> Task:
    """The operation has no percentage (fact 3.2/3): the regions of a version are asked beside it."""
    version = task.action.address.kind is Kind.IMAGE_VERSION
    if not rules.watch_regions or not version or task.action.removes:
        return task
    if gateway.replication_budget.take(task.action.address.subscription, spare=True):
        return task  # those who have to know come first
    found = read_replication(gateway, task.action.address)
    return task if isinstance(found, Unread) else replace(task, regions=found)


def _regions_now(task: Task, gateway: Gateway) -> tuple[RegionProgress, ...]:
    """How far the regions of a version are after its write ended badly."""
    if task.action.address.kind is not Kind.IMAGE_VERSION or task.action.removes:
        return task.regions
    return regions_now(task, gateway, unread=task.regions)


def _provisioned(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    """The operation is through: what was removed must be gone, and a version may still have regions to fill (3.3)."""
    if task.mending is not None and task.mending.left:
        return next_step(task, gateway, rules)
    if task.phase is Phase.OPERATION and (task.action.removes or task.action.verb is Verb.WAIT):
        return _settle(replace(task, phase=Phase.SETTLE, polls=0), gateway, rules)
    version = task.action.address.kind is Kind.IMAGE_VERSION
    if task.action.removes or not version or rules.wait is not Wait.REPLICATED:
        return _succeeded(task)
    return _replicate(replace(task, phase=Phase.REPLICATE, polls=0), gateway, rules)


def _succeeded(task: Task) -> Ended:
    why = healed_words(task.mending) if task.mending is not None else ""
    again = task.action.verb is Verb.WAIT  # what an earlier run began may have been one step of several
    return Ended(Outcome.SUCCEEDED, why, regions=task.regions, warnings=task.warnings, anew=again)


def _settle(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    """Follow provisioningState where there is no operation to ask."""
    action = task.action
    found = read_one(gateway, action.address, action.resource_id)
    if isinstance(found, Unread):
        return _unknown(task, found, rules)
    if action.verb is Verb.WAIT:
        return _waited(task, found, gateway, rules)
    if action.removes:
        return Ended(Outcome.SUCCEEDED) if found is None else _poll_again(task, rules, None)
    if found is None:
        return Ended(Outcome.FAILED, "it is not in Azure after the write", "ResourceNotFound")
    if found.state == "Failed":
        return Ended(Outcome.FAILED, "provisioningState is Failed", "Failed", _regions_now(task, gateway))
    if found.state in ("", "Succeeded"):
        return _found_after(task, found, gateway, rules) if task.uncertain else _provisioned(task, gateway, rules)
    return _poll_again(task, rules, None)


def _found_after(task: Task, found: LiveResource, gateway: Gateway, rules: Rules) -> Task | Ended:
    """What there is after a write whose answer was lost: ours, perhaps with a value that was not kept, or another's.

    Where it may be another's, the write is tried once more, which compares with the plan first.
    """
    missing = unkept(task.action, found)
    if missing and not _ours(task.action, found) and task.attempt + 1 < rules.pace.attempts:
        return replace(task, phase=Phase.WRITE, uncertain=False, attempt=task.attempt + 1, due=rules.clock())
    return _provisioned(replace(task, warnings=(*task.warnings, *missing), uncertain=False), gateway, rules)


def _ours(action: Action, found: LiveResource) -> bool:
    """Whether this action must have made what is found: by the tag that only it has sent, or by the name."""
    if not action.makes:
        return False
    tag = mapping((action.body or {}).get("tags")).get(OWNER_TAG)
    return action.address.kind is Kind.ROLE_ASSIGNMENT or (bool(tag) and found.tags.get(OWNER_TAG) == tag)


def _waited(task: Task, found: LiveResource | None, gateway: Gateway, rules: Rules) -> Task | Ended:
    """The end of a wait is a success only where nothing is left to do; else another plan has to look."""
    action = task.action
    leaving = Reason.NO_LONGER_DECLARED in action.reasons
    if found is None:
        return (
            Ended(Outcome.SUCCEEDED, "gone", anew=True)  # what stands above it may go now
            if leaving
            else Ended(Outcome.PENDING, "not in Azure; plan again", anew=True)
        )
    if not found.settled:
        return _poll_again(task, rules, None)
    shape = rules_of(action.address.kind).shape
    as_wanted = action.expected is not None and same(overlay(shape, found.body, action.expected), dict(found.body))
    if found.state == "Succeeded" and as_wanted and not leaving:
        return _provisioned(replace(task, phase=Phase.SETTLE), gateway, rules)
    return Ended(Outcome.PENDING, f"{found.state} now; plan again to see what is left to do", anew=True)


def _unknown(task: Task, place: Unread, rules: Rules) -> Task | Ended:
    """What cannot be read is asked again while that may help, and a failure where it cannot."""
    if place.passing:
        return _poll_again(task, rules, None)
    return Ended(Outcome.FAILED, f"written, but its state cannot be read: {place.message}", place.code, task.regions)


def _replicate(task: Task, gateway: Gateway, rules: Rules) -> Task | Ended:
    """Done only when every target region says Completed; unknown is never green."""
    if wait := gateway.replication_budget.take(task.action.address.subscription):
        return replace(task, due=rules.clock() + wait)
    found = read_replication(gateway, task.action.address)
    if isinstance(found, Unread):
        return _unknown(task, found, rules)
    task = replace(task, regions=found)
    if failed_in(found):
        return Ended(Outcome.FAILED, "", REGIONS_FAILED, found)
    if _complete(found, target_regions(task)):
        return _succeeded(task)
    return _poll_again(task, rules, None)


def target_regions(task: Task) -> frozenset[str]:
    """The regions the written body names, short and lower case."""
    action = task.action
    if action.body is None:  # a wait: what it hopes to find is canonical, its regions are keys
        profile = (action.expected or {}).get("publishingProfile") or {}
        return frozenset(str(key).strip("[]") for key in profile.get("targetRegions") or ())
    profile = action.properties.get("publishingProfile") or {}
    return frozenset(str(region["name"]) for region in profile.get("targetRegions") or ())


def _complete(found: tuple[RegionProgress, ...], wanted: frozenset[str]) -> bool:
    done = {region.region for region in found if region.complete}
    return bool(found) and len(done) == len(found) and wanted <= done
