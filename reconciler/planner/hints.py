"""What looks like something else: a version that goes and one that comes with the same source are a rename to people.

Azure cannot rename (fact 6/12), so a hint says what will really happen. It forbids nothing; a definition that comes
with the triplet of one that goes is refused elsewhere, because Azure refuses it.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.address import Kind
from reconciler.model.plan import Action, Hint, Verb
from reconciler.planner.order import source_id


def hints(actions: Iterable[Action]) -> tuple[Hint, ...]:
    """A hint for every created version whose source is that of a deleted one, in address order."""
    versions = [action for action in actions if action.address.kind is Kind.IMAGE_VERSION]
    going = {
        source: action.address
        for action in sorted(versions, key=lambda each: each.address, reverse=True)
        if action.verb is Verb.DELETE and (source := source_id(action.expected or {}))
    }
    found = []
    for action in sorted(versions, key=lambda each: each.address):
        source = source_id(action.properties) if action.verb is Verb.CREATE else ""
        old = going.get(source) if source else None
        if old is not None:
            looks = f"{action.address.text()} has the source of {old.text()}: it looks like a rename"
            happens = "Azure cannot rename; the old one goes once the new one is there"
            found.append(Hint((action.address, old), f"{looks}, and {happens}"))
    return tuple(found)
