"""Features of an image definition: replaced as a list, changed only with companions, one added by default.

A change needs allowUpdateImage in the same request and startsAtVersion on each changed feature
(2.3/14); from 2025-03-03 on a generation 2 definition without a SecurityType gets one (3.8/14).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import names
from reconciler.emulator.answers import ArmError
from reconciler.emulator.api_versions import NEW_DEFAULTS_FROM, UPDATE_FEATURES_FROM
from reconciler.emulator.frozen import change_refused

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_TARGET = "galleryImage.properties.features"
_SECURITY = "securitytype"
_DEFAULT = {"name": "SecurityType", "value": "TrustedLaunchSupported"}


def first(call: Call, sent: list[JSON] | None, generation: str) -> list[JSON] | None:
    """Settle the features of a new definition."""
    features = _checked(sent or [])
    if generation == "V2" and _defaults_on(call) and _SECURITY not in features:
        return [_DEFAULT, *features.values()]
    return sent


def next_after(call: Call, stored: list[JSON] | None, sent: list[JSON] | None, *, allowed: bool) -> list[JSON] | None:
    """Settle the features of a write to an existing definition, or refuse it."""
    if sent is None:
        return stored
    before, after = _checked(stored or []), _checked(sent)
    kept = before.get(_SECURITY)
    if kept is not None and _SECURITY not in after and _is_default(kept) and _defaults_on(call):
        after = {_SECURITY: kept, **after}
    changed = _changed(before, after)
    if changed and not (allowed and call.api_version >= UPDATE_FEATURES_FROM):
        raise change_refused(_TARGET)
    for name in changed & after.keys():
        _check_start(after[name])
    return [_with_start(feature, before.get(name)) for name, feature in after.items()]


def _defaults_on(call: Call) -> bool:
    return call.doubts.default_security == "by_version" and call.api_version >= NEW_DEFAULTS_FROM


def _is_default(feature: JSON) -> bool:
    return str(feature["value"]) == _DEFAULT["value"]


def _checked(features: list[JSON]) -> dict[str, JSON]:
    by_name: dict[str, JSON] = {}
    for feature in features:
        name, value = feature.get("name"), feature.get("value")
        if not name or value is None:
            message = "Every feature needs a name and a value."
            raise ArmError(400, "InvalidParameter", message, target=_TARGET)
        if name.lower() in by_name:
            raise ArmError(400, "InvalidParameter", f"Duplicate feature '{name}'.", target=_TARGET)
        by_name[name.lower()] = feature
    return by_name


def _changed(before: dict[str, JSON], after: dict[str, JSON]) -> set[str]:
    """Name what was added, removed or given another value; values are compared as text."""
    changed = set(before.keys() ^ after.keys())
    for name in before.keys() & after.keys():
        start = after[name].get("startsAtVersion")
        moved = start is not None and start != before[name].get("startsAtVersion")
        if before[name]["value"] != after[name]["value"] or moved:
            changed.add(name)
    return changed


def _check_start(feature: JSON) -> None:
    start = feature.get("startsAtVersion")
    if start is None:
        message = f"The feature '{feature['name']}' needs startsAtVersion to be updated."
        raise ArmError(400, "InvalidParameter", message, target=f"{_TARGET}.startsAtVersion")
    names.check_version(start)


def _with_start(feature: JSON, before: JSON | None) -> JSON:
    if before is None or "startsAtVersion" in feature or "startsAtVersion" not in before:
        return feature
    return feature | {"startsAtVersion": before["startsAtVersion"]}
