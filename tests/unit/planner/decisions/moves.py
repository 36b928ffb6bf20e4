"""What happens to live resources between a plan and its apply, and what a saved plan then says to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan
from reconciler.model.state import LiveResource, LiveState
from reconciler.planner.rebase import Moved, fit, fit_steps, holds, written
from reconciler.planner.reliance import bereft, reliances
from tests.unit.planner.decisions.case import Case

LONGEST = 120

Move = Callable[[Action, LiveResource | None], LiveResource | None]


def _with(live: LiveResource | None, **fields: Any) -> LiveResource | None:
    return None if live is None else replace(live, body={**live.body, **fields})


def _tagged(live: LiveResource | None, **tags: str) -> LiveResource | None:
    return None if live is None else _with(live, tags={**live.tags, **tags})


def _untagged(live: LiveResource | None) -> LiveResource | None:
    return None if live is None else _with(live, tags={})


def _state(live: LiveResource | None, state: str) -> LiveResource | None:
    return None if live is None else replace(live, state=state)


def _touched(action: Action, live: LiveResource | None) -> LiveResource | None:
    """The first planned field has another value now."""
    return _first(action, live, "moved")


def _done(action: Action, live: LiveResource | None) -> LiveResource | None:
    """Every planned field is as planned already."""
    if live is None:
        return None
    body: dict[str, Any] = json.loads(json.dumps(live.body, default=str))
    for change in action.changes:
        _put(body, [str(part) for part in change.path], change.after)
    return replace(live, body=body)


def _first(action: Action, live: LiveResource | None, value: Any) -> LiveResource | None:
    if live is None or not action.changes:
        return live
    body: dict[str, Any] = json.loads(json.dumps(live.body, default=str))
    _put(body, [str(part) for part in action.changes[0].path], value)
    return replace(live, body=body)


def _put(body: dict[str, Any], path: list[str], value: Any) -> None:
    head, *rest = path
    if rest:
        inner = body.setdefault(head, {})
        if isinstance(inner, dict):
            _put(inner, rest, value)
    elif value is None:
        body.pop(head, None)
    else:
        body[head] = value


def _region(live: LiveResource | None) -> LiveResource | None:
    """Somebody adds a region in the portal."""
    profile = live.body.get("publishingProfile") if live is not None else None
    if live is None or not profile:
        return live
    regions = {**profile.get("targetRegions", {}), "[uksouth]": {"name": "uksouth", "regionalReplicaCount": 1}}
    return _with(live, publishingProfile={**profile, "targetRegions": regions})


MOVES: Mapping[str, Move] = {
    "as it was": lambda _, live: live,
    "gone": lambda _action, _live: None,
    "a foreign tag": lambda _, live: _tagged(live, foreign="x"),
    "no tags": lambda _, live: _untagged(live),
    "another owner": lambda _, live: _tagged(live, **{"reconciler.owner": "other:0123456789ab"}),
    "in flight": lambda _, live: _state(live, "Updating"),
    "failed": lambda _, live: _state(live, "Failed"),
    "a region more": lambda _, live: _region(live),
    "the first field moved": _touched,
    "the first field gone": lambda action, live: _first(action, live, None),
    "done already": _done,
    "another field": lambda _, live: _with(live, eula="portal", description="portal"),
}


def fits(case: Case) -> Iterator[str]:
    """A line for every write of the case's plan and every move: what is carried out, or why not."""
    plan, live = case.plan(), case.live()
    for action in plan.writes:
        for name, move in MOVES.items():
            fresh = move(action, live.resources.get(action.address))
            held = "" if fresh is None or not action.changes else f" holds {holds(action, fresh)}"
            yield f"{action.id} | {name} | {_told(fit(action, fresh), action)}{held}"
    for steps in written(plan):
        for name, move in MOVES.items():
            moved = fit_steps(steps, move(steps[0], live.resources.get(steps[0].address)))
            yield f"steps {steps[0].address.key} | {name} | {_short(moved.message) if moved else 'fit'}"
    yield from _relied(plan, live)


def _told(found: Action | Moved, action: Action) -> str:
    if isinstance(found, Moved):
        return _short(found.message)
    body = json.dumps(found.body, sort_keys=True, default=str)
    if body == json.dumps(action.body, sort_keys=True, default=str):
        return "as planned"
    return f"laid over {_mark(body)}"


def _short(message: str) -> str:
    """The beginning of a message, and a mark of the rest."""
    return message if len(message) <= LONGEST else f"{message[:LONGEST]}… {_mark(message)}"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _relied(plan: Plan, live: LiveState) -> Iterator[str]:
    for reliance in reliances(plan):
        yield f"relies {reliance.going.key} on {', '.join(each.key for each in reliance.keeping)}"
        there: dict[Address, LiveResource | None] = {each: live.resources.get(each) for each in reliance.keeping}
        for name, fresh in {
            "there": there,
            "gone": dict.fromkeys(reliance.keeping),
            "failed": {each: _state(one, "Failed") for each, one in there.items()},
            "excluded": {
                each: _with(one, publishingProfile={**one.body["publishingProfile"], "excludeFromLatest": True})
                for each, one in there.items()
                if one is not None
            },
        }.items():
            moved = bereft(reliance, fresh)
            yield f"  {name}: {moved.message if moved else 'fine'}"
