"""The write itself: read again, compare with what was planned, send. The only place that changes Azure.

There is no ETag (fact 3.5): the read right before the write keeps the window for another writer short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
from reconciler.model.state import LiveResource, Path, Unread
from reconciler.planner.fingerprint import fingerprint


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
    moved = _moved(action, fresh)
    return moved if moved is not None else _send(action, gateway)


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
    if action.verb is Verb.SHARE:
        return all(same(_dig(fresh.body, change.path), change.after) for change in action.changes)
    shape = rules_of(action.address.kind).shape
    wanted = canonical_live(shape, unwrap(action.body or {}))
    wanted.pop("roleDefinitionId", None)
    return same(overlay(shape, fresh.body, wanted), dict(fresh.body))


def _moved(action: Action, fresh: LiveResource | None) -> Ended | None:
    """Refuse to write over what is no longer what the plan was made from, or what our own last step left."""
    where = action.address.text()
    if action.makes:
        return None if fresh is None else _precondition(f"{where} exists now, created since the plan was made")
    if fresh is None:
        if action.removes:
            return Ended(Outcome.SUCCEEDED, "already gone")
        return _precondition(f"{where} was deleted since the plan was made")
    if action.verb is Verb.SHARE:
        return _moved_sharing(action, fresh)
    same_state = fingerprint(fresh) == action.fingerprint if action.fingerprint else _left_as(action, fresh)
    return None if same_state else _precondition(f"{where} changed in Azure since the plan was made")


def _moved_sharing(action: Action, fresh: LiveResource) -> Ended | None:
    """Sharing is compared by itself: the gallery's own update may stand right before it in the plan."""
    moved = [change.dotted for change in action.changes if not same(_dig(fresh.body, change.path), change.before)]
    return _precondition(f"{', '.join(moved)} of {action.address.text()} changed since the plan") if moved else None


def _dig(body: Any, path: Path) -> Any:
    for part in path:
        body = body.get(part) if isinstance(body, Mapping) else None
    return body


def _precondition(what: str) -> Ended:
    return Ended(Outcome.FAILED, f"{what}; plan again", "Precondition")


def _left_as(action: Action, fresh: LiveResource) -> bool:
    """Whether a resource is as the step before left it: nothing of it missing, no tag or region more."""
    expected = action.expected
    if expected is None or fresh.state != "Succeeded":
        return False
    laid = overlay(rules_of(action.address.kind).shape, fresh.body, expected)
    return same(laid, dict(fresh.body)) and fresh.tags.keys() == (expected.get("tags") or {}).keys()


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
