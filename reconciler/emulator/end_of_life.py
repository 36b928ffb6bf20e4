"""End-of-life dates of definitions and versions: may be set and moved, never cleared or put in the past.

Both types carry the same rule at different places (2.3/10, 2.4/12, 3.4/3, 4.2/6), so it stands once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import moments
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import ArmError
from reconciler.emulator.frozen import change_refused

if TYPE_CHECKING:
    from reconciler.emulator.world import Call


def settle(call: Call, target: str, stored: str | None, sent: str | None) -> str | None:
    """Decide which date a write leaves behind; `target` is the property's path in error messages."""
    if sent is None:
        if stored is None or call.method == "PATCH" or call.doubts.end_of_life_omitted == "kept":
            return stored
        raise change_refused(target)
    if sent != stored and _past(sent, call.now) and _refused(call):
        raise ArmError(
            400, "InvalidParameter", "EndOfLifeDate must be set to a future date.", target=target, fact="4.2/6"
        )
    return sent


def ahead(date: str | None, now: float) -> bool:
    """Tell whether a stored date has not been reached."""
    return date is not None and not _past(date, now)


def _past(date: str, now: float) -> bool:
    seconds = moments.seconds(date)
    return seconds is not None and seconds <= now


def _refused(call: Call) -> bool:
    rule = call.doubts.past_end_of_life
    return rule == "refused" or (rule == "definitions_only" and call.target.kind is Kind.IMAGE)
