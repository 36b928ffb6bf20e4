"""The whole story of one resource: declared where, live how, whose, and what the plan makes of it and why.

It reads a finished plan and the states behind it and decides nothing: what is told here is what `apply` would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.explain.reasons import REASONS
from reconciler.kinds.ownership import PROTECT
from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import RULE_WORDS, Rule
from reconciler.kinds.shape import rule_at
from reconciler.model.address import Address, Kind
from reconciler.model.diagnostic import Origin
from reconciler.model.plan import Action, Change, Level, Plan, Refusal, RefusalRule, Undeclared, Verb
from reconciler.model.state import DesiredResource, DesiredState, LiveResource, LiveState, Unread
from reconciler.planner.context import with_roles
from reconciler.planner.ownership import Owner, marker_of, owner_name, owner_of

UNKNOWN_STATE = "neither listed nor proven absent"


@dataclass(frozen=True, slots=True)
class Story:
    """One resource. `verdict` is the answer in one sentence; `first` must happen before it, `after` waits for it.

    `live_words` and `owner_words` say state and owner; `above` holds the declared resources above it with the
    places of their policies, the farthest first; `notes` what elsewhere in the plan bears on it.
    """

    address: Address
    verdict: str
    live_words: str
    owner_words: str
    declared: DesiredResource | None = None
    live: LiveResource | None = None
    actions: tuple[Action, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    undeclared: Undeclared | None = None
    unread: tuple[Unread, ...] = ()
    first: tuple[Action, ...] = ()
    after: tuple[Action, ...] = ()
    above: tuple[tuple[Address, Mapping[str, Origin]], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether the plan changes this resource, or waits for it."""
        return any(action.writes or action.verb is Verb.WAIT for action in self.actions)


def known_addresses(desired: DesiredState, live: LiveState, plan: Plan) -> frozenset[Address]:
    """Every resource there is something to tell about; custom roles by the GUID they were found under."""
    declared = with_roles(desired.resources, live.roles)
    return frozenset((*declared, *live.resources, *live.absent, *(row.address for row in plan.undeclared)))


def tell(address: Address, desired: DesiredState, live: LiveState, plan: Plan, instance: str) -> Story:
    """The story of one known address. `instance` is the one whose ownership counts, "" where none does."""
    resources = with_roles(desired.resources, live.roles)
    declared = resources.get(address)
    above = [resources[parent] for parent in reversed(address.ancestors) if parent in resources]
    found = live.resources.get(address)
    actions = tuple(action for action in plan.actions if action.address == address)
    refusals = tuple(refusal for refusal in plan.refusals if _holds(refusal, address, actions))
    unread = tuple(place for place in plan.unread if place.covers(address))
    undeclared = next((row for row in plan.undeclared if row.address == address), None)
    first, after = _neighbours(actions, plan)
    return Story(
        address=found.address if declared is None and found is not None else address,
        verdict=_verdict(address, actions, refusals, unread, undeclared, declared),
        live_words=_live_words(address, found, live, unread),
        owner_words=_owner_words(found, instance),
        declared=declared,
        live=found,
        actions=actions,
        refusals=refusals,
        undeclared=undeclared,
        unread=unread,
        first=first,
        after=after,
        above=tuple((each.address, each.policy_origins) for each in above),
        notes=tuple(_notes(address, actions, refusals, plan)),
    )


def fact_of(address: Address, change: Change) -> str:
    """The fact behind the rule of a change; "" for a field newer than us."""
    found = rule_at(rules_of(address.kind).shape, change.path)
    return found.fact if found is not None else ""


def rule_words(change: Change) -> str:
    """The rule of a change in words; a field newer than us has none."""
    known = {str(rule): words for rule, words in RULE_WORDS.items()}
    if change.path == ("provisioningState",):
        return RULE_WORDS[Rule.READ_ONLY]
    return known.get(change.rule, "newer than this version: sent as it is")


def _holds(refusal: Refusal, address: Address, actions: Iterable[Action]) -> bool:
    """A refusal holds what it names; one of the whole run also holds every write."""
    if address in refusal.addresses:
        return True
    return refusal.level is Level.RUN and any(action.writes for action in actions)


def _neighbours(actions: tuple[Action, ...], plan: Plan) -> tuple[tuple[Action, ...], tuple[Action, ...]]:
    own = {action.id for action in actions}
    needed = {need for action in actions for need in action.requires} - own
    first = tuple(action for action in plan.actions if action.id in needed)
    after = tuple(action for action in plan.actions if action.id not in own and not own.isdisjoint(action.requires))
    return first, after


def _verdict(
    address: Address,
    actions: tuple[Action, ...],
    refusals: tuple[Refusal, ...],
    unread: tuple[Unread, ...],
    undeclared: Undeclared | None,
    declared: DesiredResource | None,
) -> str:
    writes = [action for action in actions if action.writes]
    if refusals and not (unread and refusals[0].rule is RefusalRule.INCOMPLETE_READ):
        told = _refused(address, refusals[0])
        return f"{told}; else it would {_sentence(writes)}" if writes else told
    if unread:
        return f"left alone: it could not be read ({unread[0].code})"
    if writes:
        return _sentence(writes)
    if actions:
        return _quiet(actions[0])
    if undeclared is not None:
        return undeclared.words
    if declared is None:
        return "left alone: it is not declared, and not this instance's"
    return "left alone: nothing is planned for it"


def _sentence(writes: list[Action]) -> str:
    return "; then ".join(action.words for action in writes)


def _refused(address: Address, refusal: Refusal) -> str:
    if refusal.level is Level.RESOURCE and refusal.addresses[0] != address:
        return f"left alone together with {refusal.addresses[0]}: refused {refusal.rule}"
    return f"refused {refusal.rule}: {refusal.message}"


def _quiet(action: Action) -> str:
    """Why an action that writes nothing is there."""
    if action.verb is Verb.WAIT:
        return f"waits: {action.words}"
    if action.words:
        return f"left alone: {action.words}"
    if action.reasons:
        return f"nothing to do. {REASONS[action.reasons[0]]}"
    return "nothing to do: it is as declared"


def _live_words(address: Address, found: LiveResource | None, live: LiveState, unread: tuple[Unread, ...]) -> str:
    if found is not None:
        return f"in Azure, {found.state}" if found.state else "in Azure"
    if unread:
        return "could not be read"
    if address in live.absent:
        return "not in Azure: missing from a complete list, and a GET says so"
    return UNKNOWN_STATE


def _owner_words(found: LiveResource | None, instance: str) -> str:
    if not instance:
        return "not tracked: this run has no instance"
    if found is None:
        return "nobody: nothing was found"
    owner = owner_of(found, instance)
    if owner is Owner.OURS:
        return f"this instance, {instance}" + (", and protected" if marker_of(found) == PROTECT else "")
    if owner is Owner.OTHER:
        return f"another instance, {owner_name(found)}"
    if found.address.kind is Kind.ROLE_ASSIGNMENT:
        return "nobody known: its name is not the one this instance gives"
    return "nobody: no owner tag that was written for it"


def _notes(address: Address, actions: tuple[Action, ...], refusals: tuple[Refusal, ...], plan: Plan) -> Iterable[str]:
    if not any(action.writes for action in actions):
        return
    elsewhere: Mapping[str, int] = {
        "refused": len([refusal for refusal in plan.refusals if refusal not in refusals and refusal.addresses]),
        "unread": len([place for place in plan.unread if not place.covers(address)]),
    }
    told = [f"{count} {word}" for word, count in elsewhere.items() if count]
    if told:
        yield f"elsewhere in the plan: {', '.join(told)}; apply then writes nothing without --partial"
