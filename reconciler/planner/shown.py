"""Whether an action of a saved plan says what it does: its verb, its body and its shown changes are of one piece.

Apart from reading, because a file can be whole and still lie. An update is not looked at here: what it sends is made
anew from its changes and what is live (see `rebase`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reconciler.kinds.canonical import live, unwrap
from reconciler.kinds.registry import rules_of
from reconciler.model.address import Kind
from reconciler.model.plan import Action, Verb
from reconciler.planner.anew import anew
from reconciler.planner.bodies import arm_body
from reconciler.planner.fingerprint import canonical_json
from reconciler.planner.plain import plain
from reconciler.planner.recycle import restoring_body
from reconciler.planner.sharing import posts

BODILESS: Final = frozenset({Verb.DELETE, Verb.WAIT, Verb.NOOP})


def lying(actions: tuple[Action, ...]) -> Action | None:
    """The first action that would do something else than it says; None where all are honest."""
    removals = {action.address: action for action in actions if action.removes and action.verb is Verb.REPLACE}
    made = {action.address for action in actions if action.makes}
    for action in actions:
        if any(not change.path for change in action.changes) or not _honest(action, removals):
            return action
        if action.address in removals and action.removes and action.address not in made:
            return action  # a delete that says it is half of a replacement
    return None


def _honest(action: Action, removals: Mapping[Any, Action]) -> bool:
    if action.verb in BODILESS or action.removes:
        return action.body is None
    if action.body is None or not isinstance(action.body.get("properties", {}), Mapping):
        return False
    match action.verb:
        case Verb.CREATE:
            return _among(action, [_created(action)])
        case Verb.REPLACE:
            return _among(action, [_created(action)]) or _remade(action, removals.get(action.address))
        case Verb.RESTORE:
            return not action.changes and _among(action, [restoring_body(str(action.body.get("location")))])
        case Verb.SHARE:
            return action.address.kind is Kind.GALLERY and _among(action, posts(action.changes))
    return True


def _created(action: Action) -> dict[str, Any]:
    """The body of a create from its changes: every top-level field it sends is one."""
    body = {str(change.path[0]): change.after for change in action.changes if len(change.path) == 1}
    return arm_body(action.address, body)


def _remade(action: Action, removal: Action | None) -> bool:
    """Whether the second half of a replacement shows everything that it makes other than what is removed."""
    if removal is None or removal.expected is None or action.body is None:
        return False
    kind = action.address.kind
    sent = live(rules_of(kind).shape, unwrap(action.body))
    if kind is Kind.ROLE_ASSIGNMENT:  # a full id is sent, a GUID is what is compared
        sent = {**sent, "roleDefinitionId": str(sent.get("roleDefinitionId")).rpartition("/")[2]}
    shown, true = (
        {(change.path, _comparable(change.after)) for change in changes}
        for changes in (action.changes, anew(kind, removal.expected, sent, None))
    )
    return shown == true


def _among(action: Action, bodies: Iterable[Mapping[str, Any]]) -> bool:
    wanted = _comparable(action.body)
    return any(_comparable(body) == wanted for body in bodies)


def _comparable(body: Any) -> str:
    return canonical_json(_bare(plain(body)))


def _bare(value: Any) -> Any:
    """The value without empty parts, its lists in one order: neither is seen by the service as a difference."""
    if isinstance(value, dict):
        bare = {key: _bare(entry) for key, entry in value.items()}
        return {key: entry for key, entry in bare.items() if entry not in ({}, [])}
    return sorted((_bare(entry) for entry in value), key=canonical_json) if isinstance(value, list) else value
