"""The write itself: read again, compare with what was planned, send. The only place that changes Azure.

There is no ETag (fact 3.5): the read right before the write keeps the window for another writer short. What is sent
is the planned change laid over what was just read, so that an edit elsewhere on the resource stays.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from reconciler.executor.healing import look_before, serving
from reconciler.executor.journal import Journal
from reconciler.executor.task import Ended, Task
from reconciler.executor.verification import CONTENDED, contended, undone, unkept_in
from reconciler.kinds.overlay import overlay, same
from reconciler.kinds.registry import rules_of
from reconciler.live.answer import Answer, NoAnswer
from reconciler.live.gateway import Gateway
from reconciler.live.operation import OperationRef, operation_of
from reconciler.live.reader import read_one
from reconciler.model.plan import Action, Verb
from reconciler.model.report import Outcome
from reconciler.model.state import LiveResource, Unread
from reconciler.model.write import Sent, Write
from reconciler.planner.bodies import sent_body
from reconciler.planner.fingerprint import digest_of, fingerprint
from reconciler.planner.rebase import LAID_OVER, Moved, fit, holds


@dataclass(frozen=True, slots=True)
class Written:
    """What came back: an answer, none to the write (NoAnswer) or to the read before it (Unread).

    None where our own earlier write is still under way. `warnings` name what the answer says was not kept.
    """

    answer: Answer | NoAnswer | Unread | None
    operation: OperationRef | None = None
    warnings: tuple[str, ...] = ()


def write(task: Task, gateway: Gateway, journal: Journal) -> Written | Ended:
    """Read, compare, send. Ends the action where what is live is no longer what was planned."""
    action = task.action
    fresh = read_one(gateway, action.address, action.resource_id, sharing=action.verb is Verb.SHARE)
    if isinstance(fresh, Unread):
        return Written(fresh) if fresh.passing else Ended(Outcome.FAILED, fresh.message, fresh.code)
    if task.uncertain:
        seen = _earlier_write(action, fresh)
        if seen is not None:
            return seen
    lost = undone(task.earlier, fresh) if fresh is not None and action.verb in LAID_OVER and not task.warnings else ()
    if lost:
        return Ended(Outcome.FAILED, contended(action, lost), CONTENDED)
    fitting = fit(action, fresh)
    if not isinstance(fitting, Moved):
        if obstacle := serving(task, gateway):
            return Ended(Outcome.FAILED, f"{obstacle}; plan again", "Precondition")
        look_before(task, fresh, gateway)
        return _send(fitting, fresh, gateway, journal)
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
    wanted = sent_body(action)
    wanted.pop("roleDefinitionId", None)
    return same(overlay(shape, fresh.body, wanted), dict(fresh.body))


def _send(action: Action, fresh: LiveResource | None, gateway: Gateway, journal: Journal) -> Written:
    intended = Write(
        str(uuid.uuid4()),
        action.address,
        action.verb,
        method_of(action),
        ", ".join(map(str, action.reasons)) or action.words,
        fingerprint(fresh),
        digest_of(action.body),
    )
    journal.intends(intended)
    try:
        answer = _sent(action, gateway, intended.id)
    except NoAnswer as error:
        journal.answered(intended, Sent(0, type(error).__name__))
        return Written(error)
    operation = operation_of(answer) if answer.ok else None
    ids = (answer.request_id, answer.headers.get("x-ms-correlation-request-id", ""))
    journal.answered(intended, Sent(answer.status, answer.code, *ids, operation.url if operation else ""))
    return Written(answer, operation, unkept_in(action, answer) if answer.ok else ())


def method_of(action: Action) -> str:
    """How an action is sent."""
    if action.removes:
        return "DELETE"
    return "POST" if action.verb is Verb.SHARE else "PUT"


def _sent(action: Action, gateway: Gateway, request_id: str) -> Answer:
    if action.removes:
        return gateway.delete(action.address.kind, action.resource_id, request_id=request_id)
    assert action.body is not None
    if action.verb is Verb.SHARE:
        return gateway.share(action.resource_id, action.body, request_id=request_id)
    return gateway.put(action.address.kind, action.resource_id, action.body, request_id=request_id)
