"""What a remade resource really differs in: what the service fills in by itself is neither a change nor a loss.

Apart from the diff because only here a body that is sent stands beside one that came back (facts 3.4/4, 3.8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reconciler.kinds.overlay import same
from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import UNSET, Rule
from reconciler.kinds.shape import Record, rule_at
from reconciler.kinds.version_checks import REGIONS
from reconciler.model.address import Kind
from reconciler.model.plan import Change
from reconciler.model.state import DesiredResource, Path, mapping
from reconciler.planner.diff import changes_between
from reconciler.planner.replicas import STANDARD
from reconciler.planner.sharing import is_shared

FILLED: Final[Mapping[Path, Any]] = {
    ("osState",): "Generalized",  # 2.3/2
    ("hyperVGeneration",): "V2",  # 2.3/3
    ("architecture",): "x64",  # 2.3/4
    ("features", "name"): "SecurityType",  # 3.8/14
    ("features", "value"): "TrustedLaunchSupported",
    (*REGIONS, "storageAccountType"): STANDARD,  # 3.8/7
}
DERIVED: Final = frozenset(  # 3.8/9: from the source
    {
        ("storageProfile", "osDiskImage", "hostCaching"),
        ("storageProfile", "dataDiskImages", "hostCaching"),
        ("storageProfile", "dataDiskImages", "lun"),
    }
)


def anew(
    kind: Kind, live: Mapping[str, Any], sent: Mapping[str, Any], desired: DesiredResource | None
) -> tuple[Change, ...]:
    """The changes from a live canonical body to what a create with `sent` makes of it; sharing is an action apart.

    `desired` says which line asks for them, None where nobody knows.
    """
    shape = rules_of(kind).shape
    count = mapping(sent.get("publishingProfile")).get("replicaCount", 1)
    filled = {**FILLED, (*REGIONS, "regionalReplicaCount"): count}  # 3.8/4
    found = []
    for change in changes_between(shape, live, sent, desired):
        before = _beyond(shape, change.path, change.before, filled) if change.after is None else change.before
        default = _default(shape, change.path)
        stated = change.before is not None or not same(default, change.after)
        if stated and not is_shared(change) and (before is not None or change.after is not None):
            found.append(replace(change, before=before))
    return tuple(found)


def _beyond(shape: Record, path: Path, value: Any, filled: Mapping[Path, Any]) -> Any:
    """What of a live value a create does not bring back by itself; None where it brings back all."""
    names = tuple(part for part in path if not str(part).startswith("["))
    if isinstance(value, Mapping):
        kept = {key: _beyond(shape, (*path, key), inner, filled) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None} or None
    found = rule_at(shape, path)
    served = found is not None and (found.rule is Rule.READ_ONLY or found.rule is Rule.SHARED)
    if served or names in DERIVED or same(filled.get(names), value) or same(_default(shape, path), value):
        return None
    return value


def _default(shape: Record, path: Path) -> Any:
    found = rule_at(shape, path)
    return UNSET if found is None else found.default
