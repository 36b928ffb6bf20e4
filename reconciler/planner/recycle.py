"""Soft delete: deleted versions that a gallery still keeps, what they hold up, and how one of them comes back.

Their names are taken: a version cannot be made under one, and the definition cannot go (facts 2.4/30, 7/4). What the
bin holds says nothing of sources or regions, so a restored version is compared by the next plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.kinds.gallery import keeps_deleted
from reconciler.kinds.scalars import read_instant
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Level, Reason, Refusal, RefusalRule, Verb
from reconciler.model.state import DesiredResource, LiveResource, SoftDeleted
from reconciler.planner.context import Context
from reconciler.planner.finding import Finding
from reconciler.planner.sentences import title

SHOWN = 5
SWITCH_OFF = "switch softDeletePolicy.isSoftDeleteEnabled off first, in an apply of its own"
BEFORE = "remove it before soft delete is switched on, in an apply of its own"
HOLDING = frozenset({Kind.GALLERY, Kind.IMAGE_DEFINITION})


def soft_delete_on(context: Context, address: Address) -> bool:
    """Whether the gallery that an address lies in keeps what is deleted, or is to keep it from this plan on.

    Nothing says which comes first, the switch or a delete: so what Azure would refuse after it is not planned.
    """
    gallery = Address(address.subscription, address.group, address.gallery)
    live = context.live.resources.get(gallery)
    return (live is not None and keeps_deleted(live.body)) or switched_on(context, gallery)


def switched_on(context: Context, address: Address) -> bool:
    """Whether this plan has the gallery of an address switch soft delete on."""
    gallery = Address(address.subscription, address.group, address.gallery)
    live, desired = context.live.resources.get(gallery), context.desired.get(gallery)
    if live is None or desired is None or gallery in context.left_out:
        return False
    return keeps_deleted(desired.body) and not keeps_deleted(live.body)


def restored(context: Context, desired: DesiredResource) -> Finding | None:
    """The restore of a declared version that lies in the bin; None where it does not, or can no longer be restored."""
    kept = context.live.soft_deleted.get(desired.address)
    if kept is None:
        return None
    ends = read_instant(kept.restorable_until)
    if ends is not None and ends <= context.now:
        return Finding(refusal=_too_late(desired, kept))
    action = Action(
        id=f"{Verb.RESTORE} {desired.address.key}",
        address=desired.address,
        verb=Verb.RESTORE,
        reasons=(Reason.SOFT_DELETED,),
        words=f"bring back {title(desired.address)}, deleted {_day(kept.deleted)}; {_restorable(kept)}",
        resource_id=desired.address.resource_id,
        body=restoring_body(kept.location),
        hazard="it comes back as it was; plan again to see whether it differs from the manifest",
        origin=desired.origin,
    )
    return Finding((action,))


def restoring_body(location: str) -> dict[str, Any]:
    """The ARM body that brings a deleted version back as it was."""
    return {"location": location, "properties": {"storageProfile": {}, "restore": True}}


def _too_late(desired: DesiredResource, kept: SoftDeleted) -> Refusal:
    where, free = desired.address.text(), _day(kept.gone) or "it is gone"
    return Refusal(
        RefusalRule.IMMUTABLE,
        Level.RESOURCE,
        (desired.address,),
        f"{where} was deleted and cannot be restored any more; its name is taken until {free}",
        ways_out=("publish under the next number", f"wait until {free}"),
        origin=desired.origin,
    )


def held_by_bin(context: Context, live: LiveResource, going: Iterable[Address]) -> Refusal | None:
    """A definition or gallery cannot go while its deleted versions are kept, nor right after versions of it go."""
    address = live.address
    if address.kind not in HOLDING or not soft_delete_on(context, address):
        return None
    inside = f"{address.key}/"
    kept = [each for each in context.live.soft_deleted.values() if each.address.key.startswith(inside)]
    leaving = [each for each in going if each.kind is Kind.IMAGE_VERSION and each.key.startswith(inside)]
    if not kept and not leaving:
        return None
    told = [f"{each.address.image}/{each.address.version} {_until(each)}" for each in sorted(kept, key=_key)]
    told += [f"{each.image}/{each.version} once it is deleted" for each in sorted(leaving)]
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return Refusal(
        RefusalRule.PROTECTED,
        Level.RESOURCE,
        (address,),
        f"{address.text()} cannot be deleted while its gallery keeps deleted versions: {', '.join(told[:SHOWN])}{more}",
        ways_out=(
            BEFORE if switched_on(context, address) else "wait until they are gone",
            SWITCH_OFF,
            f"declare {address.text()} again",
        ),
    )


def failed_is_kept(context: Context, live: LiveResource) -> Refusal | None:
    """Where soft delete is on the service refuses to delete a failed version (fact 7/4)."""
    if (
        live.address.kind is not Kind.IMAGE_VERSION
        or live.state != "Failed"
        or not soft_delete_on(context, live.address)
    ):
        return None
    where = live.address.text()
    return Refusal(
        RefusalRule.PROTECTED,
        Level.RESOURCE,
        (live.address,),
        f"{where} has failed, and a gallery with soft delete does not let a failed version go",
        ways_out=(SWITCH_OFF, f"declare {where}"),
    )


def _key(kept: SoftDeleted) -> str:
    return kept.address.key


def _day(instant: str) -> str:
    moment = read_instant(instant)
    return str(moment.date()) if moment is not None else ""


def _restorable(kept: SoftDeleted) -> str:
    """Until when it can come back: it stays in the bin for longer than that (fact 2.5)."""
    day = _day(kept.restorable_until)
    return f"it can be restored until {day}" if day else f"Azure keeps it {_until(kept)}"


def _until(kept: SoftDeleted) -> str:
    day = _day(kept.gone) or _day(kept.restorable_until)
    return f"until {day}" if day else "for now"
