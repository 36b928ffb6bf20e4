"""Whether a planned action still fits what is live now, and the action laid over what is live now.

Its one home: a saved plan is judged by it before anything is written, and every write right before it is sent. A
body is made anew from the fresh one and the shown changes: an edit elsewhere stays, and nothing goes along unshown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from reconciler.kinds.canonical import HIDDEN
from reconciler.kinds.overlay import same
from reconciler.kinds.ownership import OWNER_TAG
from reconciler.kinds.paths import single_fields, value_at, whole_lists, with_value
from reconciler.kinds.registry import rules_of
from reconciler.kinds.shape import Record, rule_at
from reconciler.model.address import Address
from reconciler.model.plan import Action, Change, Plan, Verb, dotted
from reconciler.model.state import LiveResource, Path, mapping
from reconciler.planner.bodies import arm_body, sent_body
from reconciler.planner.diff import changes_between, dig
from reconciler.planner.fingerprint import NOT_COMPARED, compared, fingerprint
from reconciler.planner.plain import plain

LAID_OVER: Final = frozenset({Verb.UPDATE, Verb.ADOPT, Verb.ABANDON})
STATE: Final[Path] = ("provisioningState",)
OWNER: Final[Path] = ("tags", OWNER_TAG)
CHANGED: Final = "changed in Azure since the plan was made"
SHOWN: Final = 5
LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class MovedField:
    """One planned field that is not what it was: its value when planned and its value now, None where absent."""

    path: Path
    planned: Any
    live: Any

    def __str__(self) -> str:
        return f"{dotted(self.path)} was {value_words(self.planned)} and is {value_words(self.live)} now"


@dataclass(frozen=True, slots=True)
class Moved:
    """Why an action no longer fits: what became of the resource, and the planned fields that moved."""

    address: Address
    what: str
    fields: tuple[MovedField, ...] = ()

    @property
    def message(self) -> str:
        """The same on one line."""
        told = "; ".join(map(str, self.fields[:SHOWN]))
        more = f" and {len(self.fields) - SHOWN} more" if len(self.fields) > SHOWN else ""
        return f"{self.address.text()} {self.what}{f': {told}{more}' if told else ''}"


def fit(action: Action, fresh: LiveResource | None) -> Action | Moved:
    """The action as it can be carried out on what is live now (`fresh`, None where it is not there), or why not."""
    if action.makes:
        return action if fresh is None else Moved(action.address, "exists now, created since the plan was made")
    if fresh is None:
        return Moved(action.address, "was deleted since the plan was made")
    if not fresh.settled:
        return Moved(action.address, f"is in flight: {fresh.state} in Azure")
    if action.verb is Verb.SHARE:
        moved = (*_moved_owner(action, fresh), *_moved_sharing(action, fresh))
        return Moved(action.address, CHANGED, moved) if moved else action
    if action.verb in LAID_OVER and action.body is not None:
        return _laid_over(action, fresh)
    differing = tuple(_differences(action, fresh))
    if fingerprint(fresh) == action.fingerprint and not differing:
        return action
    return Moved(action.address, CHANGED, differing)


def _moved_sharing(action: Action, fresh: LiveResource) -> tuple[MovedField, ...]:
    """Sharing is compared by itself: the gallery's own update may stand right before it in the plan (fact 2.2/5)."""
    read = ((change, dig(fresh.body, change.path)) for change in action.changes)
    return tuple(MovedField(change.path, change.before, now) for change, now in read if not equal(now, change.before))


def _moved_owner(action: Action, fresh: LiveResource) -> Iterator[MovedField]:
    """Whose a gallery is when it is shared: a POST carries no tag that could tell."""
    owners = dig(action.expected or {}, OWNER), dig(fresh.body, OWNER)
    if not equal(*owners):
        yield MovedField(OWNER, *owners)


def written(plan: Plan) -> tuple[tuple[Action, ...], ...]:
    """The writes whose fit can be told before anything is written: the steps of each resource, in the plan's order.

    What lies below a resource that the plan makes cannot be there while that resource is not.
    """
    steps: dict[Address, list[Action]] = {}
    for action in plan.writes:
        steps.setdefault(action.address, []).append(action)
    made = {address for address, actions in steps.items() if actions[0].makes}
    return tuple(tuple(actions) for address, actions in steps.items() if made.isdisjoint(address.ancestors))


def fit_steps(steps: tuple[Action, ...], fresh: LiveResource | None) -> Moved | None:
    """Why the steps of one resource no longer fit what is live, None where they do.

    The last step may leave what the first one found, so the fields of all of them have to be what they were.
    """
    first = steps[0]
    found = fit(first, fresh)
    if isinstance(found, Moved) or first.removes:  # what is made anew finds nothing of what was there
        return found if isinstance(found, Moved) else None
    shares = [step for step in steps if step.verb is Verb.SHARE]
    if shares and fresh is not None and (moved_sharing := _moved_sharing(shares[0], fresh)):
        return Moved(first.address, CHANGED, moved_sharing)
    steps = tuple(step for step in steps if step.verb is not Verb.SHARE)
    if fresh is None or first.verb not in LAID_OVER or fingerprint(fresh) == first.fingerprint:  # to the last field
        return None
    shape = rules_of(first.address.kind).shape
    changes = _first_changes(shape, steps)
    whole = replace(first, changes=changes, expected=body_before(first, shape))
    moved = tuple(_moved(whole, shape, body_before(whole, shape), fresh))
    return Moved(first.address, CHANGED, moved) if moved else None


def unseen_edits(steps: tuple[Action, ...], fresh: LiveResource | None) -> Moved | None:
    """What the steps of a resource would write of the parts that only a read on request brings, and do not show.

    Those are sent as the plan says, because the read before a write does not know them; `fresh` was read with them.
    """
    if fresh is None or steps[0].verb not in LAID_OVER:
        return None
    shape, moved = rules_of(fresh.address.kind).shape, list[MovedField]()
    body: Mapping[str, Any] = fresh.body
    for step in (step for step in steps if step.verb in LAID_OVER):
        for change in step.changes:
            if change.path[0] in NOT_COMPARED:
                body = with_value(shape, body, change.path, change.after)
        sent = sent_body(step)
        for key in sorted(NOT_COMPARED & sent.keys()):
            known = body.get(key)
            if isinstance(known, Mapping) and isinstance(sent[key], Mapping):
                known = {part: value for part, value in known.items() if part in sent[key]}  # the plan may know less
            if not equal(known, sent[key]):
                moved.append(MovedField((key,), sent[key], known))
    return Moved(fresh.address, CHANGED, tuple(moved)) if moved else None


def wants_boot_keys(action: Action) -> bool:
    """Whether an action sends parts that only a read on request brings."""
    return action.verb in LAID_OVER and not NOT_COMPARED.isdisjoint(action.properties)


def _first_changes(shape: Record, steps: tuple[Action, ...]) -> tuple[Change, ...]:
    """Of all steps the fields that no step before has touched: these still hold what the plan found."""
    kept: dict[Path, Change] = {}
    for step in steps:
        new = [
            replace(change, path=path, after=after)
            for change in step.changes
            for path, _, after in single_fields(shape, change.path, change.before, change.after)
            if not any(path[: len(seen)] == seen[: len(path)] for seen in kept)
        ]
        kept |= {change.path: change for change in new}
    return tuple(kept.values())


def holds(action: Action, fresh: LiveResource) -> bool:
    """Whether every planned field of an update is live already; where only the state was to change, whether it did."""
    shape = rules_of(action.address.kind).shape
    planned = list(_planned(action))
    fields = [each for each in planned if each.path != STATE and not unseen(shape, each.path)]
    mended = fresh.state == "Succeeded" and any(each.path == STATE for each in planned)
    return bool(fields or mended) and all(equal(value_at(shape, fresh.body, each.path), each.after) for each in fields)


def unseen(shape: Record, path: Path) -> bool:
    """Whether the service never answers with the field, so that it can neither have moved nor be seen."""
    found = rule_at(shape, path)
    return found is not None and found.rule in HIDDEN


def _laid_over(action: Action, fresh: LiveResource) -> Action | Moved:
    shape = rules_of(action.address.kind).shape
    before = body_before(action, shape)
    moved = {field.path: field for field in _moved(action, shape, before, fresh)}
    if moved:
        there = holds(action, fresh)
        what = "is already as the plan makes it" if there else CHANGED
        return Moved(action.address, what, () if there else tuple(moved.values()))
    body = dict(fresh.body)
    planned = sent_body(action)
    for key in NOT_COMPARED:  # the read before a write brings only part of it (fact 3.6/1)
        if key in planned:
            body[key] = planned[key]
    for each in _planned(action):
        if each.path != STATE:
            body = with_value(shape, body, each.path, each.after)
    return replace(action, body=arm_body(action.address, body))


@dataclass(frozen=True, slots=True)
class _Single:
    path: Path
    before: Any
    after: Any


def _planned(action: Action) -> Iterator[_Single]:
    """The fields an action writes, each as small as it can be told apart."""
    shape = rules_of(action.address.kind).shape
    for change in action.changes:
        for path, before, after in single_fields(shape, change.path, change.before, change.after):
            yield _Single(path, before, after)


def _moved(action: Action, shape: Record, before: Mapping[str, Any], fresh: LiveResource) -> Iterator[MovedField]:
    """Planned fields that moved; entries of lists that are declared whole; the owner and the state, always."""
    for each in _planned(action):
        now = fresh.state if each.path == STATE else value_at(shape, fresh.body, each.path)
        if each.path[0] not in NOT_COMPARED and not equal(now, each.before):
            yield MovedField(each.path, each.before, now)
    for change in action.changes:
        now = value_at(shape, fresh.body, change.path)
        split = change.before is None and isinstance(change.after, Mapping)
        if split and now is not None and not isinstance(now, Mapping):
            yield MovedField(change.path, None, now)  # no place for the parts of a change
    for path in dict.fromkeys(path for change in action.changes for path in whole_lists(shape, change.path)):
        yield from _other_entries(path, dig(before, path), dig(fresh.body, path))
    owners = dig(before, OWNER), dig(fresh.body, OWNER)
    if not equal(*owners):
        yield MovedField(OWNER, *owners)
    failed_since = fresh.state == "Failed" and fingerprint(fresh) != action.fingerprint
    if failed_since and all(change.path != STATE for change in action.changes):
        yield MovedField(STATE, "Succeeded", fresh.state)


def _other_entries(path: Path, before: Any, now: Any) -> Iterator[MovedField]:
    old, new = mapping(before), mapping(now)
    for key in sorted(old.keys() ^ new.keys()):
        yield MovedField((*path, key), old.get(key), new.get(key))


def body_before(action: Action, shape: Record) -> Mapping[str, Any]:
    """The canonical body an action was planned against: told for a later step, else its own body with no change."""
    if action.expected is not None:
        return action.expected
    body = sent_body(action)
    for change in action.changes:
        if change.path != STATE:
            body = with_value(shape, body, change.path, change.before)
    return body


def _differences(action: Action, fresh: LiveResource | None) -> Iterator[MovedField]:
    """Everything that differs from what was planned against, where that is known."""
    if action.expected is None or fresh is None:
        return
    old, new = (compared(body) for body in (action.expected, fresh.body))
    found: tuple[Change, ...] = changes_between(rules_of(action.address.kind).shape, old, new, None)
    for change in found:
        yield MovedField(change.path, change.before, change.after)


def equal(one: Any, two: Any) -> bool:
    """Equal values; an empty list or map is as good as none."""
    return same(None if one in ({}, []) else one, None if two in ({}, []) else two)


def value_words(value: Any) -> str:
    """A canonical value in one short text; “absent” for none."""
    if value is None:
        return "absent"
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
