"""Definitions that fight over one publisher, offer and sku: Azure allows each triplet once in a gallery (fact 4.2/2).

A removed and an added definition with the same triplet look like a rename, and Azure cannot rename.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.kinds.image_definition import triplet_of
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Level, Refusal, RefusalRule, Verb
from reconciler.planner.context import Context


def identifier_clashes(
    context: Context, actions: Iterable[Action], going: frozenset[Address] = frozenset()
) -> tuple[Refusal, ...]:
    """Refuse to create a definition whose triplet a live one of the gallery holds; both are left alone.

    `going` is what a replacement takes away before: what is made anew itself never waits for another to give it up.
    """
    holders = {
        (address.parent, triplet): address
        for address, live in context.live.resources.items()
        if address.kind is Kind.IMAGE_DEFINITION and (triplet := triplet_of(live.body))
    }
    found = []
    for action in actions:
        if not action.makes or action.address.kind is not Kind.IMAGE_DEFINITION:
            continue
        properties = action.properties
        holder = holders.get((action.address.parent, triplet_of(properties)))
        if holder is None or holder == action.address or action.address.parent in going:
            continue
        if holder not in going or action.verb is Verb.REPLACE:
            found.append(_clash(action, holder, declared=holder in context.desired))
    return tuple(found)


def _clash(action: Action, holder: Address, *, declared: bool) -> Refusal:
    where = holder.text()
    rename = "" if declared else "; it looks like a rename, and Azure cannot rename"
    ways = ["another publisher, offer or sku", f"declare {where} again and keep its name"]
    if not declared:
        ways.append(f"remove {where} with its versions first, in an apply of its own")
    return Refusal(
        RefusalRule.IMMUTABLE,
        Level.RESOURCE,
        (action.address, holder),
        f"{where} holds the same publisher, offer and sku{rename}",
        ways_out=tuple(ways),
        origin=action.origin,
    )
