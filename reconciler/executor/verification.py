"""What became of what was written: values that the service did not keep, and values of ours that somebody undid.

The answer to a write tells the first, the read before the next write of the same resource the second; so neither costs
a request. Both compare canonical bodies, as a plan does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.kinds.overlay import overlay
from reconciler.kinds.paths import single_fields, value_at
from reconciler.kinds.registry import rules_of
from reconciler.live.answer import Answer
from reconciler.live.conversion import last_part, to_live
from reconciler.model.plan import Action, Change, Verb, dotted
from reconciler.model.state import LiveResource, Path
from reconciler.planner.bodies import sent_body
from reconciler.planner.diff import changes_between
from reconciler.planner.fingerprint import NOT_COMPARED
from reconciler.planner.rebase import STATE, MovedField, equal, unseen, value_words
from reconciler.planner.sharing import is_shared, unshared

ROLE = "roleDefinitionId"
CONTENDED = "Contended"


def unkept_in(action: Action, answer: Answer) -> tuple[str, ...]:
    """One warning for each value of a write that its own answer does not hold; () where it holds no resource."""
    body = answer.body
    told = isinstance(body, Mapping) and isinstance(body.get("properties"), Mapping)
    if action.body is None or not told or action.verb in (Verb.RESTORE, Verb.SHARE):
        return ()  # what comes back out of the bin is what was, and what is shared comes on request alone
    return unkept(action, to_live(action.address, body, action.address.kind))


def unkept(action: Action, seen: LiveResource) -> tuple[str, ...]:
    """The same against the resource as it was read after the write."""
    return tuple(
        f"Azure did not keep {dotted(path)}: sent {value_words(sent)}, there {value_words(there)}"
        for path, there, sent in _unkept(action, seen)
    )


def _unkept(action: Action, seen: LiveResource) -> Iterator[tuple[Path, Any, Any]]:
    shape = rules_of(action.address.kind).shape
    wanted = unshared(sent_body(action))
    wanted = {key: value for key, value in wanted.items() if key not in NOT_COMPARED}
    if ROLE in wanted:
        wanted[ROLE] = last_part(wanted[ROLE])
    for change in changes_between(shape, seen.body, overlay(shape, seen.body, wanted), None):
        if not is_shared(change):
            yield change.path, change.before, change.after
    for key in dict.fromkeys(str(change.path[0]) for change in action.changes):
        if key not in shape.slots and key in wanted and not equal(seen.body.get(key), wanted[key]):
            yield (key,), seen.body.get(key), wanted[key]  # newer than us, so nobody knows how it may come back
    for change in action.changes:
        now = None if change.after is not None or change.path == STATE else value_at(shape, seen.body, change.path)
        if now is not None and change.path[0] == "tags":  # a list that is whole has told it already
            yield change.path, now, None


def undone(earlier: Iterable[Change], fresh: LiveResource) -> tuple[MovedField, ...]:
    """What this run wrote to a resource and is not there any more: field, our value, and the one that stands there."""
    shape = rules_of(fresh.address.kind).shape
    ours: dict[Path, Any] = {}
    for change in earlier:
        for path, _, after in single_fields(shape, change.path, change.before, change.after):
            for old in [old for old in ours if old[: len(path)] == path[: len(old)]]:
                del ours[old]
            ours[path] = after
    return tuple(
        MovedField(path, after, now)
        for path, after in ours.items()
        if path != STATE and path[0] not in NOT_COMPARED and not unseen(shape, path)
        if not equal(now := value_at(shape, fresh.body, path), after)
    )


def contended(action: Action, fields: tuple[MovedField, ...]) -> str:
    """What to say, and do, where somebody undoes what this run has just written."""
    told = ", ".join(
        f"{dotted(field.path)} (we wrote {value_words(field.planned)}, it is {value_words(field.live)})"
        for field in fields
    )
    return (
        f"somebody undid {told} of {action.address.text()} while this run was writing it: find the other writer "
        "(another pipeline, a policy, the portal), then apply again"
    )
