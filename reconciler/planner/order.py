"""What must happen before what: one graph for creates, updates and deletes.

Parents before children, access after its scope; on the way out children and access first; new versions before old
ones go, and a grant before the revocation beside it, so that nobody stands without (facts 7/1–7/5). What is replaced
goes, with all below it, before it is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from reconciler.errors import InvalidInput
from reconciler.kinds.image_definition import triplet_of
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Verb
from reconciler.planner.diff import dig

CHANGING = frozenset({Verb.UPDATE, Verb.ADOPT})

VERSION_ID = re.compile(
    r"/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft\.Compute/galleries/([^/]+)"
    r"/images/([^/]+)/versions/([^/]+)",
    re.IGNORECASE,
)
Identifier = tuple[Address | None, tuple[str, ...]]
NO_TRIPLET = ("",)
SUCCEEDED_BY_SIBLINGS = frozenset({Kind.IMAGE_VERSION, Kind.ROLE_ASSIGNMENT})


def ordered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The same actions with `requires` filled in, in an order that respects it; ties by address."""
    listed = sorted(actions, key=lambda action: (action.address.key, action.id))
    by_address: dict[Address, list[Action]] = {}
    for action in listed:
        by_address.setdefault(action.address, []).append(action)
    linked = {action.id: _linked(action, by_address) for action in listed}
    _link_deletes(linked, listed)
    _link_sources(linked, by_address)
    _link_identifiers(linked)
    return _walk(linked)


def is_building(action: Action) -> bool:
    """Whether a resource is there, as declared, once the action is done."""
    return action.makes or action.verb in CHANGING


def _linked(action: Action, by_address: Mapping[Address, list[Action]]) -> Action:
    """What builds waits for what builds the resources above it, and for the removal of what it replaces."""
    if action.verb is Verb.NOOP or action.removes:
        return action
    above = [
        found.id
        for parent in action.address.ancestors
        for found in by_address.get(parent, ())
        if is_building(found) or found.verb is Verb.WAIT
    ]
    if action.verb is Verb.REPLACE:
        above += [found.id for found in by_address[action.address] if found.removes]
    if action.verb is Verb.SHARE:
        above += [found.id for found in by_address[action.address] if is_building(found)]
    return replace(action, requires=tuple(dict.fromkeys((*action.requires, *above))))


def _link_deletes(linked: dict[str, Action], listed: list[Action]) -> None:
    """A delete waits for the deletes below it; old versions and grants also for the new ones beside them.

    A version that moves to another name (the same source is published anew) goes after its new home is there. What
    goes for a replacement waits for nothing new: the new ones wait for it.
    """
    needs: dict[Address, list[str]] = {}
    building: dict[tuple[Address, Kind], list[str]] = {}
    copies: dict[str, list[str]] = {}
    replaced = {action.address for action in listed if action.verb is Verb.REPLACE}
    for action in listed:
        if action.removes or action.verb is Verb.WAIT:
            for parent in action.address.ancestors:
                needs.setdefault(parent, []).append(action.id)
        if action.address.kind in SUCCEEDED_BY_SIBLINGS and is_building(action) and action.address.parent:
            building.setdefault((action.address.parent, action.address.kind), []).append(action.id)
        if action.verb is Verb.CREATE and (source := source_id(action.properties)):
            copies.setdefault(source, []).append(action.id)
    for action in [action for action in listed if action.removes]:
        first = list(needs.get(action.address, ()))
        if replaced.isdisjoint((action.address, *action.address.ancestors)):
            if action.address.kind is Kind.IMAGE_VERSION:
                first += copies.get(source_id(action.expected or {}), ())
            if action.address.kind in SUCCEEDED_BY_SIBLINGS and action.address.parent:
                first += building.get((action.address.parent, action.address.kind), ())
        linked[action.id] = replace(action, requires=tuple(dict.fromkeys(first)))


def _link_sources(linked: dict[str, Action], by_address: Mapping[Address, list[Action]]) -> None:
    """A version made from another version comes after that one is made and before its delete (fact 7/2)."""
    by_key = {address.key: actions for address, actions in by_address.items()}
    for reader in [action for action in linked.values() if is_building(action)]:
        for found in by_key.get(source_key(reader.properties), ()):
            if found.makes:
                linked[reader.id] = replace(reader, requires=(*linked[reader.id].requires, found.id))
            elif found.verb is Verb.DELETE:
                delete = linked[found.id]
                linked[found.id] = replace(delete, requires=tuple(dict.fromkeys((*delete.requires, reader.id))))


def _link_identifiers(linked: dict[str, Action]) -> None:
    """A definition takes over publisher, offer and sku only once whoever held them is gone (fact 4.2/2)."""
    freed = freed_by(linked.values())
    for action in [action for action in linked.values() if action.makes]:
        removal = freed.get(identifier_of(action))
        if removal is not None and removal.id not in linked[action.id].requires:
            linked[action.id] = replace(action, requires=(*linked[action.id].requires, removal.id))


def freed_by(actions: Iterable[Action]) -> dict[Identifier, Action]:
    """By gallery and triplet the removal of the definition that holds it."""
    removals = (action for action in actions if action.removes and action.address.kind is Kind.IMAGE_DEFINITION)
    return {(action.address.parent, triplet_of(action.expected or {})): action for action in removals}


def identifier_of(action: Action) -> Identifier:
    """The gallery and the triplet that an action makes; a triplet of nothing where it makes no definition."""
    definition = action.makes and action.address.kind is Kind.IMAGE_DEFINITION
    return action.address.parent, triplet_of(action.properties) if definition else NO_TRIPLET


def source_key(properties: Mapping[str, Any]) -> str:
    """The address key of the gallery version that a version's body is made from; "" if from something else."""
    match = VERSION_ID.fullmatch(source_id(properties))
    return "/".join(match.groups()) if match else ""


def source_id(properties: Mapping[str, Any]) -> str:
    """The id of the image or version that a version's body is made from, lower case; "" if from something else."""
    return str(dig(properties, ("storageProfile", "source", "id")) or "").lower()


def _walk(linked: Mapping[str, Action]) -> tuple[Action, ...]:
    sorter = TopologicalSorter({key: action.requires for key, action in linked.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " → ".join(linked[key].address.text() for key in dict.fromkeys(error.args[1]))
        raise InvalidInput(f"nothing can be done first: each of {circle} waits for the next") from error
    result: list[Action] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda key: (linked[key].address.key, key))
        result += (linked[key] for key in ready)
        sorter.done(*ready)
    return tuple(result)
