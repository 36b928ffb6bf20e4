"""Companion steps: the bodies a guarded change has to pass through, in order, each one a PUT the service accepts.

Removing a region needs allowDeletionOfReplicatedLocations stored as true first; a region's storage type changes only
by removing the region and adding it again; a feature changes only with allowUpdateImage and startsAtVersion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.kinds.overlay import same
from reconciler.kinds.paths import entry_name
from reconciler.kinds.scalars import INT32_MAX, version_parts
from reconciler.model.state import mapping
from reconciler.planner.diff import dig

FLAG = "allowDeletionOfReplicatedLocations"
STORAGE = "storageAccountType"
PENDING_TAG = "reconciler.pending"


@dataclass(frozen=True, slots=True)
class Step:
    """One body to write; `words` say what the step is for, `hazard` what people lose meanwhile."""

    body: dict[str, Any]
    words: str = ""
    hazard: str = ""
    companion: bool = False


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The change cannot be made: why, and the regions it is about."""

    message: str
    regions: tuple[str, ...]


def version_steps(
    live: Mapping[str, Any], after: Mapping[str, Any], declared: Mapping[str, Any], *, mark: bool
) -> tuple[Step, ...] | Forbidden:
    """The bodies that lead from a live version to the wanted one (facts 2.4/4, 2.4/25, 4.3/18).

    With `mark`, the steps before the last carry a tag that says the flag is to be set back: a run that is cut off
    between them leaves that word in Azure, and the next plan sets it back (see `settle_pending`).
    """
    dropped, restored = moved = _moved_regions(live, after)
    if not dropped and not restored:
        return (Step(dict(after)),)
    leaving = tuple(sorted({*dropped, *restored}))
    names = ", ".join(entry_name(region) for region in leaving)
    if f"[{after.get('location')}]" in restored:
        return Forbidden("the home region cannot leave the target regions, so its storage type cannot change", leaving)
    if forbids_removal(declared):
        return Forbidden(f"removing {names} is forbidden by the declared safetyProfile.{FLAG}: false", leaving)
    return _removing(live, after, moved, "add them again with the new storage type", mark=mark)


def region_steps(live: Mapping[str, Any], regions: tuple[str, ...], *, mark: bool) -> tuple[Step, ...]:
    """The bodies that take some regions of a version away and add them again as they were (facts 3.3, 4.3/15).

    `regions` are keys such as `[westus2]`. Whether they may go is for the caller to know; `mark` as in `version_steps`.
    """
    return _removing(live, live, ((), regions), "add them again", mark=mark)


def _removing(
    live: Mapping[str, Any],
    after: Mapping[str, Any],
    moved: tuple[tuple[str, ...], tuple[str, ...]],
    back: str,
    *,
    mark: bool,
) -> tuple[Step, ...]:
    """The steps that lead to `after`; `moved` are the regions that go and those that come back, in the words `back`."""
    dropped, restored = moved
    pending = mark and _flag(after) is not True
    steps: list[Step] = []
    if _flag(live) is not True:
        steps.append(Step(_open(live, pending=pending), f"allow regions to be removed ({FLAG}: true)", companion=True))
    shrunk = _open(_without(after, restored) if restored else after, pending=pending)
    steps.append(Step(shrunk, "", _gap(dropped, restored)))
    if not same(shrunk, after):
        words = back if restored else "set the flag back"
        steps.append(Step(dict(after), words, companion=True))
    return tuple(steps)


def _gap(dropped: tuple[str, ...], restored: tuple[str, ...]) -> str:
    """What people lose while regions are away, and for good (fact 4.3/21)."""
    parts = ((dropped, "nothing of it from now on"), (restored, "nothing of it until added again"))
    told = (
        f"{', '.join(entry_name(region) for region in regions)} {'serves' if len(regions) == 1 else 'serve'} {loss}"
        for regions, loss in parts
        if regions
    )
    return "; ".join(told)


def settle_pending(after: Mapping[str, Any], declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a version should be if earlier steps were cut off: the tag that says so goes, the flag is set back."""
    tags = mapping(after.get("tags"))
    if PENDING_TAG not in tags:
        return after
    after = {**after, "tags": {key: value for key, value in tags.items() if key != PENDING_TAG}}
    if _flag(declared) is None:
        after["safetyProfile"] = {**mapping(after.get("safetyProfile")), FLAG: False}
    return after


def forbids_removal(declared: Mapping[str, Any]) -> bool:
    """Whether a declared body says that no region may go (fact 2.4/25)."""
    return _flag(declared) is False


def _moved_regions(live: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    old, new = _regions(live), _regions(after)
    dropped = tuple(sorted(key for key in old if key not in new))
    restored = tuple(
        sorted(
            key
            for key, region in new.items()
            if key in old and not same(old[key].get(STORAGE, "Standard_LRS"), region.get(STORAGE, "Standard_LRS"))
        )
    )
    return dropped, restored


def _regions(body: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return mapping(mapping(body.get("publishingProfile")).get("targetRegions"))


def _flag(body: Mapping[str, Any]) -> object:
    return dig(body, ("safetyProfile", FLAG))


def _open(body: Mapping[str, Any], *, pending: bool) -> dict[str, Any]:
    """The body with region removal allowed, and where it must be closed again the tag that says so."""
    opened = {**body, "safetyProfile": {**mapping(body.get("safetyProfile")), FLAG: True}}
    return {**opened, "tags": {**mapping(body.get("tags")), PENDING_TAG: f"set back {FLAG}"}} if pending else opened


def _without(body: Mapping[str, Any], regions: tuple[str, ...]) -> dict[str, Any]:
    profile = body["publishingProfile"]
    kept = {key: value for key, value in profile["targetRegions"].items() if key not in regions}
    return {**body, "publishingProfile": {**profile, "targetRegions": kept}}


def feature_step(
    live: Mapping[str, Any], after: Mapping[str, Any], declared: Mapping[str, Any], versions: tuple[str, ...]
) -> Step:
    """The body of a definition update; changed features get startsAtVersion where none is declared (fact 2.3/14).

    `versions` are the names of the definition's live versions.
    """
    old, new = mapping(live.get("features")), mapping(after.get("features"))
    changed = [key for key, feature in new.items() if not same(old.get(key), feature)]
    if not changed and old.keys() == new.keys():
        return Step(dict(after))
    stated = declared.get("features") or {}
    features = dict(new)
    for key in changed:
        if not dig(stated, (key, "startsAtVersion")):
            features[key] = {**new[key], "startsAtVersion": next_version(versions)}
    return Step({**after, "features": features, "allowUpdateImage": True})


def next_version(versions: tuple[str, ...]) -> str:
    """The first number no version has yet: a changed feature holds from there on and leaves old versions alone."""
    taken = [parts for name in versions if (parts := version_parts(name)) is not None]
    if not taken:
        return "0.0.1"
    return ".".join(str(number) for number in following(max(taken)))


def following(parts: tuple[int, int, int]) -> tuple[int, int, int]:
    """The next version number; each part is a 32-bit integer."""
    major, minor, patch = parts
    if patch < INT32_MAX:
        return major, minor, patch + 1
    return (major, minor + 1, 0) if minor < INT32_MAX else (major + 1, 0, 0)
