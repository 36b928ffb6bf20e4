"""Companion steps: the bodies a guarded change has to pass through, in order, each one a PUT the service accepts.

Removing a region needs allowDeletionOfReplicatedLocations stored as true first; a region's storage type changes only
by removing the region and adding it again; a feature changes only with allowUpdateImage and startsAtVersion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.kinds.overlay import same
from reconciler.kinds.scalars import version_parts

FLAG = "allowDeletionOfReplicatedLocations"
STORAGE = "storageAccountType"


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
    live: Mapping[str, Any], after: Mapping[str, Any], declared: Mapping[str, Any]
) -> tuple[Step, ...] | Forbidden:
    """The bodies that lead from a live version to the wanted one (facts 2.4/4, 2.4/25, 4.3/18)."""
    dropped, restored = _moved_regions(live, after)
    if not dropped and not restored:
        return (Step(dict(after)),)
    leaving = tuple(sorted({*dropped, *restored}))
    names = ", ".join(region.strip("[]") for region in leaving)
    if f"[{after.get('location')}]" in restored:
        return Forbidden("the home region cannot leave the target regions, so its storage type cannot change", leaving)
    if _flag(declared) is False:
        return Forbidden(f"removing {names} is forbidden by the declared safetyProfile.{FLAG}: false", leaving)
    steps: list[Step] = []
    if _flag(live) is not True:
        steps.append(Step(_with_flag(live), f"allow regions to be removed ({FLAG}: true)", companion=True))
    shrunk = _without(after, restored) if restored else dict(after)
    shrunk = _with_flag(shrunk)
    hazard = (
        f"{', '.join(region.strip('[]') for region in restored)} serves nothing until added again" if restored else ""
    )
    steps.append(Step(shrunk, f"remove {names}", hazard))
    if not same(shrunk, after):
        words = "add them again with the new storage type" if restored else "set the flag back"
        steps.append(Step(dict(after), words, companion=True))
    return tuple(steps)


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
    regions: Mapping[str, Mapping[str, Any]] = (body.get("publishingProfile") or {}).get("targetRegions") or {}
    return regions


def _flag(body: Mapping[str, Any]) -> object:
    return (body.get("safetyProfile") or {}).get(FLAG)


def _with_flag(body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "safetyProfile": {**(body.get("safetyProfile") or {}), FLAG: True}}


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
    old, new = live.get("features") or {}, after.get("features") or {}
    changed = [key for key, feature in new.items() if not same(old.get(key), feature)]
    if not changed and old.keys() == new.keys():
        return Step(dict(after))
    stated = declared.get("features") or {}
    features = dict(new)
    for key in changed:
        if not (stated.get(key) or {}).get("startsAtVersion"):
            features[key] = {**new[key], "startsAtVersion": next_version(versions)}
    return Step({**after, "features": features, "allowUpdateImage": True})


def next_version(versions: tuple[str, ...]) -> str:
    """The first number no version has yet: a changed feature holds from there on and leaves old versions alone."""
    taken = [parts for name in versions if (parts := version_parts(name)) is not None]
    if not taken:
        return "0.0.1"
    major, minor, patch = max(taken)
    return f"{major}.{minor}.{patch + 1}"
