"""`--only` and `--except`: which part of a plan is asked for, and what that part needs beside it.

A parent that must be created first, a version that another one is made from and the deletes below a delete are pulled
in. What was excepted is never pulled in, nor what would be replaced with all in it: what needs it is left out with it.
Left out means untouched, never deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.plan import Action, Level, Reason, Refusal, Verb
from reconciler.model.restriction import LeftOut, Selection
from reconciler.planner.context import Context
from reconciler.planner.globs import covers_address
from reconciler.planner.order import Identifier, freed_by, identifier_of, is_building, source_key

MADE_FIRST = frozenset({Verb.CREATE, Verb.RESTORE, Verb.REPLACE, Verb.WAIT})

Actions = Mapping[Address, tuple[Action, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: `chosen` tells for every address, `selection` says it to people."""

    chosen: Callable[[Address], bool]
    selection: Selection | None = None

    def actions(self, actions: Iterable[Action]) -> list[Action]:
        """The chosen ones."""
        return [action for action in actions if self.chosen(action.address)]

    def refusals(self, refusals: Iterable[Refusal]) -> list[Refusal]:
        """Those about the whole run or about something chosen."""
        return [
            found
            for found in refusals
            if found.level is Level.RUN or not found.addresses or any(map(self.chosen, found.addresses))
        ]


def choose(context: Context, actions: Iterable[Action], refusals: Iterable[Refusal]) -> Choice:
    """Decide what a plan is about, from everything that could be done and is refused."""
    only, excepted = context.options.only, context.options.excepted
    if not only and not excepted:
        return Choice(lambda _: True)
    known = sorted({*context.desired, *context.live.resources})
    by_address = _by_address(actions)
    barred = {address for address in known if _named(excepted, address)}
    wanted = {address for address in known if address not in barred and (not only or _named(only, address))}
    barred |= {address for address, found in by_address.items() if address not in wanted and any(map(_replaced, found))}
    chosen, lacking = _closed(wanted, barred, by_address)
    busy = {address for address, found in by_address.items() if any(map(_does, found))}
    busy |= {address for refusal in refusals for address in refusal.addresses}
    selection = Selection(
        only,
        excepted,
        tuple(sorted(address for address in chosen - wanted if address in busy)),
        tuple(LeftOut(address, lacking.get(address)) for address in sorted(busy - chosen)),
        tuple(pattern for pattern in (*only, *excepted) if not any(covers_address(pattern, one) for one in known)),
        empty=not wanted,
    )
    return Choice(lambda address: address in chosen, selection)


def _named(patterns: Iterable[str], address: Address) -> bool:
    return any(covers_address(pattern, address) for pattern in patterns)


def _replaced(action: Action) -> bool:
    """Whether an action replaces its resource for its own sake: that deletes more than anybody asked for."""
    return action.verb is Verb.REPLACE and Reason.IMMUTABLE_CHANGED in action.reasons


def _does(action: Action) -> bool:
    return action.writes or action.verb is Verb.WAIT


def _by_address(actions: Iterable[Action]) -> Actions:
    found: dict[Address, list[Action]] = {}
    for action in actions:
        found.setdefault(action.address, []).append(action)
    return {address: tuple(each) for address, each in found.items()}


def _closed(
    wanted: set[Address], barred: set[Address], actions: Actions
) -> tuple[set[Address], dict[Address, Address]]:
    """The wanted ones with all they need, less those that need something barred; these with what they lack."""
    needs = _needs(actions)
    lacking: dict[Address, Address] = {}
    chosen: set[Address] = set()
    for address in sorted(wanted):
        whole = _reach(address, needs)
        missing = min((one for one in whole if one in barred), default=None)
        if missing is None:
            chosen |= whole
        else:
            lacking[address] = missing
    return chosen, lacking


def _reach(address: Address, needs: Mapping[Address, set[Address]]) -> set[Address]:
    found, todo = {address}, [address]
    while todo:
        more = needs.get(todo.pop(), set()) - found
        found |= more
        todo += more
    return found


def _needs(actions: Actions) -> dict[Address, set[Address]]:
    """What each address cannot do without, one step far."""
    keys = {address.key: address for address in actions}
    freed = freed_by(action for found in actions.values() for action in found)
    needs: dict[Address, set[Address]] = {address: set() for address in actions}
    for address, found in actions.items():
        for action in found:
            needs[address].update(_first(action, actions, keys, freed))
        for parent in address.ancestors:
            if _goes(actions.get(parent, ())) and any(map(_does, found)):
                needs[parent].add(address)
    return needs


def _first(
    action: Action, actions: Actions, keys: Mapping[str, Address], freed: Mapping[Identifier, Action]
) -> Iterator[Address]:
    """What has to be done before an action: parents, the version it is made from, who holds its identifier."""
    if not is_building(action):
        return
    for parent in action.address.ancestors:
        if any(found.verb in MADE_FIRST for found in actions.get(parent, ())):
            yield parent
    source = keys.get(source_key(action.properties))
    if source is not None and any(found.verb in MADE_FIRST for found in actions[source]):
        yield source
    removal = freed.get(identifier_of(action))
    if removal is not None:
        yield removal.address


def _goes(actions: Iterable[Action]) -> bool:
    """Whether a resource goes away, for good or to be made anew: then everything below it goes first."""
    return any(
        found.verb in (Verb.DELETE, Verb.REPLACE) or Reason.PARENT_REPLACED in found.reasons for found in actions
    )
