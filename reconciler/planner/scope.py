"""What a target may touch: its allow-list held against one address and body, and what is another target's.

Apart from guards because prune looks only inside the scope, and the guard refuses what stands outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.kinds.scalars import region
from reconciler.model.address import Address
from reconciler.model.plan import Level, Refusal, RefusalRule
from reconciler.model.restriction import AllowList, Elsewhere
from reconciler.model.state import LiveResource, Unread, mapping
from reconciler.planner.context import Context
from reconciler.planner.globs import names_word

PLACES = ("targetRegions", "targetExtendedLocations")
Grant = tuple[Address | None, str] | None


def within(allowed: AllowList, context: Context) -> Context:
    """The context of a target: what is outside its scope or declared by another target is neither missed nor counted.

    What could not be read out there is no concern of this target either.
    """
    context = _apart(context)
    if allowed == AllowList():
        return context
    owned = tuple(live for live in context.owned if not outside(allowed, live.address, live.body))
    unread = tuple(place for place in context.live.unread if not _beyond(allowed, place))
    return replace(context, allowed=allowed, owned=owned, live=replace(context.live, unread=unread))


def outside(allowed: AllowList, address: Address, body: Mapping[str, Any]) -> str:
    """Why a resource is outside the allow-list: `region westus2`; "" where it is inside."""
    place = _elsewhere(allowed, address.subscription, address.group, address.gallery)
    if place:
        return place
    if allowed.kinds and address.kind not in allowed.kinds:
        return f"kind {address.kind}"
    strays = [name for name in _regions(body) if name not in allowed.regions] if allowed.regions else []
    return f"region {', '.join(dict.fromkeys(strays))}" if strays else ""


def _elsewhere(allowed: AllowList, subscription: str, group: str, gallery: str) -> str:
    """Which part of a place is not allowed; a part that is not known is."""
    if allowed.subscriptions and subscription.lower() not in allowed.subscriptions:
        return f"subscription {subscription}"
    if allowed.groups and group and group.lower() not in allowed.groups:
        return f"resource group {group}"
    if allowed.galleries and gallery and not any(names_word(glob, gallery) for glob in allowed.galleries):
        return f"gallery {gallery}"
    return ""


def _beyond(allowed: AllowList, place: Unread) -> bool:
    """Whether an unread place lies wholly outside the scope."""
    parts = place.under.partition("@")[0].split("/")
    subscription, group, gallery = (*parts, "", "")[:3]
    return bool(_elsewhere(allowed, subscription, group, gallery))


def _regions(body: Mapping[str, Any]) -> Iterator[str]:
    """Every region a body names: its own, and those it is replicated to."""
    if body.get("location"):
        yield str(region(body["location"]))
    profile = mapping(body.get("publishingProfile"))
    for place in PLACES:
        for entry in mapping(profile.get(place)).values():
            if isinstance(entry, Mapping) and entry.get("name"):
                yield str(region(entry["name"]))


# other targets


def _apart(context: Context) -> Context:
    """The context in which what others declare or look after is not owned: a plan of this target never removes it."""
    others = context.options.others
    if not any(other.declared for other in others):
        return context
    declared = {address for other in others for address in other.declared}
    needed = {above for address in declared for above in address.ancestors} | declared
    grants: set[Grant] = {_grant(address) for address in declared if address.access and not address.access.role_id}
    theirs = frozenset(
        address
        for address in context.live.resources
        if address not in context.desired
        and (address in needed or _grant(address) in grants or _looked_after(context, address, declared))
    )
    owned = tuple(live for live in context.owned if live.address not in theirs)
    return replace(context, owned=owned, elsewhere=theirs)


def _grant(address: Address) -> Grant:
    """An assignment whatever its role is: the GUID behind a role that only another target names is not looked up."""
    return (address.parent, address.access.principal) if address.access else None


def _looked_after(context: Context, address: Address, declared: set[Address]) -> bool:
    """Whether the nearest declared resource above is another target's: then what left it is that target's to remove."""
    above = next((each for each in address.ancestors if each in context.desired or each in declared), None)
    return above is not None and above not in context.desired


def covered_by(context: Context, live: LiveResource) -> str:
    """The target without prune that may have declared this too; "" for none.

    Whose it was cannot be told: the owner tag names the instance only. What lies in something declared was its
    target's, so another counts only where it speaks of that too.
    """
    ours = context.declared_above(live.address) is not None
    return next(
        (
            other.name
            for other in context.options.others
            if not other.prunes
            and (not ours or any(above in other.declared for above in live.address.ancestors))
            and any(scope.key == live.address.scope.key for scope in other.scopes)
            and not outside(other.allowed, live.address, live.body)
        ),
        "",
    )


def maybe_declared(context: Context, candidates: Iterable[LiveResource]) -> Iterator[Refusal]:
    """Refuse to remove what a target may declare whose manifests cannot be read: unread is not undeclared."""
    listed = list(candidates)
    for other in context.options.others:
        doubtful = tuple(live.address for live in listed if doubted(other, live))
        if doubtful:
            yield Refusal(
                RefusalRule.INCOMPLETE_READ,
                Level.RESOURCE,
                doubtful,
                f"the manifests of target {other.name} cannot be read ({other.unknown}), and what is to be removed may "
                f"be declared there",
                ways_out=(
                    f"mend what `validate --target {other.name}` names",
                    "scopes that do not overlap: scope.galleries of both targets",
                ),
            )


def doubted(other: Elsewhere, live: LiveResource) -> bool:
    """Whether a target whose manifests cannot be read may declare this."""
    address = live.address
    return bool(other.unknown) and not _elsewhere(other.allowed, address.subscription, address.group, address.gallery)
