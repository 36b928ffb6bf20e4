"""The recycle bin of a gallery: what is deleted softly, for how long, and what brings it back.

A soft-deleted version is a row of its own that starts when the delete is over and ends with retention and
grace, so the clock alone decides whether it is there. Its life is emulated time like any other; where
operations take no time at all a day is a day, or nothing could ever be restored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import frozen
from reconciler.emulator.addresses import Kind, gallery_id, soft_deleted_id
from reconciler.emulator.answers import ArmError
from reconciler.emulator.api_versions import RECYCLE_BIN_FROM
from reconciler.emulator.records import Phase, Resource

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_DAY = 86_400.0
_MOST_DAYS = 3_650
_RETENTION = 7
_SOURCES = ("source", "osDiskImage.source.id", "osDiskImage.source.uri")


def completed(policy: JSON) -> JSON:
    """Give a policy that is switched on the retention that it leaves out (2.2/7), and refuse days beyond reason."""
    for name in ("retentionPeriodInDays", "gracePeriodInDays"):
        if not 0 <= policy.get(name, 0) <= _MOST_DAYS:
            target = f"gallery.properties.softDeletePolicy.{name}"
            message = f"The value {policy[name]} of parameter '{target}' is out of range."
            raise ArmError(400, "InvalidParameter", message, target=target)
    return {"isSoftDeleteEnabled": True, "retentionPeriodInDays": _RETENTION, **policy}


def _policy(call: Call) -> JSON | None:
    """Read the policy of the gallery that a call is about; None if it is off."""
    key = gallery_id(call.target.subscription, call.target.group, call.target.names[:1]).lower()
    gallery = call.store.find(key, call.now)
    policy = frozen.look(gallery.body, "properties.softDeletePolicy") if gallery is not None else None
    return policy if isinstance(policy, dict) and policy.get("isSoftDeleteEnabled") else None


def keep(call: Call, version: Resource, ends: float) -> None:
    """Keep a version whose delete ends then, if its gallery wants that and the call does not go around it."""
    policy = _policy(call)
    if policy is None or _bypassed(call):
        return
    if version.provisioning(call.now) == "Failed":
        message = (
            f"Gallery image version '{version.name}' is in a failed provisioning state and cannot be soft-deleted. "
            "Disable soft-delete on the gallery, delete the version, and enable it again."
        )
        raise ArmError(409, "OperationNotAllowed", message, target=version.name, fact="7/4")
    retention = policy.get("retentionPeriodInDays", _RETENTION)
    grace = policy.get("gracePeriodInDays", call.doubts.grace_period_days)
    gone = call.now + _lasting(call, retention + grace)
    hidden = {
        "version": version.id,
        "hidden": version.hidden,
        "deleted": call.now,
        "unusable": call.now + _lasting(call, retention),
        "gone": gone,
    }
    kept = Resource(
        soft_deleted_id(version.id),
        Kind.SOFT_DELETED,
        version.parent,
        version.subscription,
        version.body,
        hidden,
        phase=Phase.DELETING,
        started=ends,
        ends=gone,
    )
    call.store.put(kept)


def _bypassed(call: Call) -> bool:
    wanted = call.query.get("bypasssoftdelete", "").lower() == "true"
    return wanted and call.api_version >= RECYCLE_BIN_FROM


def _lasting(call: Call, days: int) -> float:
    seconds = days * _DAY
    return call.settings.scaled(seconds) if call.settings.time_scale > 0 else seconds


def claimed(call: Call, existing: Resource | None, sent: JSON) -> Resource | None:
    """Find the soft-deleted version that a write brings back, taking `restore` out of what was sent (2.4/30).

    A PUT that names no source means it too; one with a source, or a restore of what is not in the bin, is refused.
    """
    restore = bool(sent.pop("restore", False))
    kept = _find(call) if existing is None else None
    if kept is None:
        if restore:
            message = f"Gallery image version '{call.target.name}' is not soft-deleted and cannot be restored."
            raise ArmError(409, "OperationNotAllowed", message, target=call.target.name, fact="2.4/30")
        return None
    if restore or (call.method == "PUT" and not _names_a_source(sent.get("storageProfile", {}))):
        return kept
    if call.method == "PUT" and call.doubts.put_onto_soft_deleted == "refused":
        message = (
            f"Gallery image version '{call.target.name}' is soft-deleted. Restore it, or delete it for good, before "
            "its name is used again."
        )
        raise ArmError(409, "Conflict", message, target=call.target.name, fact="2.4/30")
    return None


def _names_a_source(storage: JSON) -> bool:
    return any(frozen.look(storage, path) for path in _SOURCES)


def _find(call: Call) -> Resource | None:
    return call.store.find(soft_deleted_id(call.target.id).lower(), call.now)


def taken_out(call: Call, kept: Resource) -> Resource:
    """Take a version out of the bin and give it as it was before its delete."""
    call.store.remove(kept.key)
    stored = kept.hidden
    return Resource(
        stored["version"], Kind.VERSION, kept.parent, kept.subscription, kept.body, stored["hidden"] | {"born": True}
    )


def forget(call: Call) -> None:
    """Forget what lies in the bin under the name of a version that is made anew."""
    call.store.remove(soft_deleted_id(call.target.id).lower())


def empty(call: Call, scope: str) -> None:
    """Forget what lies in the bin below a definition or gallery that goes."""
    for row in call.store.soft_deleted(scope, call.now):
        call.store.remove(row.key)


def holding(call: Call, scope: Resource, limit: int) -> list[str]:
    """Name soft-deleted versions that hold a definition or gallery (7/4): none once the policy is off."""
    if call.doubts.soft_deleted_holds_parent == "free" or _policy(call) is None:
        return []
    return [row.resource().id for row in call.store.soft_deleted(scope.key, call.now, limit=limit)]
