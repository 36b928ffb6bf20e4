"""Sharing is an action of its own: groups and the community are no part of a gallery's PUT (facts 2.2/5, 2.2/6).

From the same shown difference as every update: its shared fields become POST share, the rest stays an update.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.kinds.gallery import MOST_SHARED
from reconciler.kinds.ownership import OWNER_TAG
from reconciler.kinds.paths import entry_name, with_value
from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import Rule
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Change, Reason, Verb
from reconciler.model.state import DesiredResource, mapping
from reconciler.planner.diff import changes_between, dig, entries

ADD: Final = "Add"
REMOVE: Final = "Remove"
ENABLE: Final = "EnableCommunity"
ENABLED: Final = "communityGalleryEnabled"
NOUNS: Final = {"Subscriptions": ("subscription", "subscriptions"), "AADTenants": ("tenant", "tenants")}

Changes = tuple[Change, ...]
Groups = Mapping[str, frozenset[str]]


def is_shared(change: Change) -> bool:
    """Whether a change is made by the share action."""
    return change.rule == Rule.SHARED


def unshared(body: Mapping[str, Any]) -> dict[str, Any]:
    """A gallery's body without what only the share action changes."""
    profile = {key: value for key, value in _profile(body).items() if key != "groups"}
    info = mapping(profile.get("communityGalleryInfo"))
    if info:
        profile["communityGalleryInfo"] = {key: value for key, value in info.items() if key != ENABLED}
    return {**body, "sharingProfile": profile} if isinstance(body.get("sharingProfile"), Mapping) else dict(body)


def shared_beyond(declared: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether a gallery is shared with more than is declared; what nobody can read counts as more."""
    profile = live.get("sharingProfile") or {}
    if not isinstance(profile, Mapping) or not isinstance(profile.get("groups") or {}, Mapping):
        return True
    return bool(_beyond(_groups(declared), _groups(live)))


def shares(
    desired: DesiredResource, before: Mapping[str, Any], after: Mapping[str, Any], reasons: tuple[Reason, ...]
) -> tuple[Action, ...]:
    """The share actions that lead from one canonical gallery body to another, in order.

    () where sharing is equal, or the kind has none. Each expects the owner that the gallery has by then.
    """
    if desired.address.kind is not Kind.GALLERY:
        return ()
    shape = rules_of(desired.address.kind).shape
    actions: list[Action] = []
    current: Mapping[str, Any] = before
    owner = (after.get("tags") or {}).get(OWNER_TAG)
    owned = {"tags": {OWNER_TAG: owner}} if owner else {}
    for following, body in _steps(before, after):
        actions.append(
            Action(
                id=f"{Verb.SHARE} {desired.address.key} #{len(actions) + 1}",
                address=desired.address,
                verb=Verb.SHARE,
                reasons=reasons,
                words=_words(desired.address, body),
                changes=tuple(filter(is_shared, changes_between(shape, current, following, desired))),
                requires=tuple(done.id for done in actions[-1:]),
                resource_id=desired.address.resource_id,
                body=body,
                expected=owned,
                origin=desired.origin,
            )
        )
        current = following
    return tuple(actions)


def posts(changes: Changes) -> tuple[dict[str, Any], ...]:
    """The POST bodies that make shown changes of sharing; one for the changes of one share action."""
    shape = rules_of(Kind.GALLERY).shape
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for change in filter(is_shared, changes):
        before, after = (
            with_value(shape, body, change.path, value)
            for body, value in ((before, change.before), (after, change.after))
        )
    return tuple(body for _, body in _steps(_typed(before), _typed(after)))


def _typed(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body whose groups know their type again: a change of their ids alone does not say it."""
    groups = _profile(body).get("groups") or {}
    named = {key: {"type": entry_name(key), **entry} for key, entry in groups.items()}
    return {**body, "sharingProfile": {**_profile(body), "groups": named}}


def _steps(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Each body on the way and the POST that leads to it."""
    current = dict(before)
    at: Groups = _groups(before)
    for wanted in _waypoints(at, _groups(after)):
        more, less = _beyond(at, wanted), _beyond(wanted, at)
        if more or less:
            current, at = _with_groups(current, wanted), wanted
            yield current, {"operationType": ADD if more else REMOVE, "groups": more or less}
    if _enabled(after) and not _enabled(before):
        yield after, {"operationType": ENABLE}


def _waypoints(old: Groups, new: Groups) -> tuple[Groups, Groups]:
    """Whoever comes is added before others go, unless both together are more than Azure takes (fact 6/7)."""
    kinds = {*old, *new}
    both = {kind: old.get(kind, frozenset()) | new.get(kind, frozenset()) for kind in kinds}
    if all(len(ids) <= MOST_SHARED[kind] for kind, ids in both.items()):
        return both, new
    return {kind: old.get(kind, frozenset()) & new.get(kind, frozenset()) for kind in kinds}, new


def _profile(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(body.get("sharingProfile"))


def _groups(body: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    groups = entries(_profile(body).get("groups")).values()
    return {
        str(group.get("type")): frozenset(str(each) for each in group["ids"])
        for group in groups
        if isinstance(group.get("ids"), list) and group["ids"]
    }


def _with_groups(body: Mapping[str, Any], groups: Groups) -> dict[str, Any]:
    listed = {f"[{kind}]": {"type": kind, "ids": sorted(ids)} for kind, ids in sorted(groups.items()) if ids}
    profile = {key: value for key, value in _profile(body).items() if key != "groups"}
    return {**body, "sharingProfile": {**profile, **({"groups": listed} if listed else {})}}


def _beyond(less: Groups, more: Groups) -> list[dict[str, Any]]:
    """What `more` has beyond `less`, as POST share writes it."""
    gained = {kind: sorted(ids - less.get(kind, frozenset())) for kind, ids in sorted(more.items())}
    return [{"type": kind, "ids": ids} for kind, ids in gained.items() if ids]


def _enabled(body: Mapping[str, Any]) -> bool:
    return dig(body, ("sharingProfile", "communityGalleryInfo", ENABLED)) is True


def _words(address: Address, body: Mapping[str, Any]) -> str:
    if body["operationType"] == ENABLE:
        return f"open {address.name} to the community"
    told = []
    for group in body["groups"]:
        one, many = NOUNS[group["type"]]
        told.append(f"{one} {group['ids'][0]}" if len(group["ids"]) == 1 else f"{len(group['ids'])} {many}")
    verb = "share" if body["operationType"] == ADD else "stop sharing"
    return f"{verb} {address.name} with {' and '.join(told)}"
