"""The write itself: read again, compare with what was planned, send. The only place that changes Azure.

There is no ETag (fact 3.5): the read right before the write keeps the window for another writer short. What is sent
is the planned change laid over what was just read, so that an edit elsewhere on the resource stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.executor.task import Ended, Task
from reconciler.kinds.canonical import live as canonical_live
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.overlay import overlay, same
from reconciler.kinds.registry import rules_of
from reconciler.live.answer import Answer, NoAnswer
from reconciler.live.gateway import Gateway
from reconciler.live.operation import OperationRef, operation_of
from reconciler.live.reader import read_one
from reconciler.model.plan import Action, Verb
from reconciler.model.report import Outcome
from reconciler.model.state import LiveResource, Unread
from reconciler.planner.rebase import LAID_OVER, Moved, fit, holds


@dataclass(frozen=True, slots=True)
class Written:
    """What came back: an answer, none to the write (NoAnswer) or to the read before it (Unread).

    None where our own earlier write is still under way.
    """

    answer: Answer | NoAnswer | Unread | None
    operation: OperationRef | None = None


def write(task: Task, gateway: Gateway) -> Written | Ended:
    """Read, compare, send. Ends the action where what is live is no longer what was planned."""
    action = task.action
    fresh = read_one(gateway, action.address, action.resource_id, sharing=action.verb is Verb.SHARE)
    if isinstance(fresh, Unread):
        return Written(fresh) if fresh.passing else Ended(Outcome.FAILED, fresh.message, fresh.code)
    if task.uncertain:
        seen = _earlier_write(action, fresh)
        if seen is not None:
            return seen
    fitting = fit(action, fresh)
    if not isinstance(fitting, Moved):
        return _send(fitting, gateway)
    if action.removes and fresh is None:
        return Ended(Outcome.SUCCEEDED, "already gone")
    return Ended(Outcome.FAILED, f"{fitting.message}; plan again", "Precondition")


def _earlier_write(action: Action, fresh: LiveResource | None) -> Written | Ended | None:
    """After a write without an answer: it may have been taken; then it is followed, not sent again."""
    if action.removes:
        return None if fresh is not None and fresh.state != "Deleting" else Written(None)
    if fresh is None:
        return None
    if not fresh.settled or _holds(action, fresh):
        return Written(None)
    return None


def _holds(action: Action, fresh: LiveResource) -> bool:
    """Whether the live resource already is what the action writes."""
    if action.verb in LAID_OVER or action.verb is Verb.SHARE:
        return holds(action, fresh)
    shape = rules_of(action.address.kind).shape
    wanted = canonical_live(shape, unwrap(action.body or {}))
    wanted.pop("roleDefinitionId", None)
    return same(overlay(shape, fresh.body, wanted), dict(fresh.body))


def _send(action: Action, gateway: Gateway) -> Written:
    try:
        if action.removes:
            answer = gateway.delete(action.address.kind, action.resource_id)
        elif action.verb is Verb.SHARE:
            assert action.body is not None
            answer = gateway.share(action.resource_id, action.body)
        else:
            assert action.body is not None
            answer = gateway.put(action.address.kind, action.resource_id, action.body)
    except NoAnswer as error:
        return Written(error)
    return Written(answer, operation_of(answer) if answer.ok else None)
