"""Guards lifted by hand that lift nothing: a mistyped address must not pass for an approval."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING

from reconciler.planner.options import Options, names

if TYPE_CHECKING:
    from reconciler.model.address import Address
    from reconciler.model.plan import Plan

ALL = "all"
LONGEST = 200


def unmatched(options: Options, plan: Plan, known: Iterable[Address]) -> tuple[str, ...]:
    """One line for every override that names no declared or live resource, with the address it may mean."""
    addresses = list(known)
    lines = []
    for flag, chosen in (
        ("--adopt", options.adopt - {ALL}),
        ("--allow-protected", options.allow_protected),
        ("--allow-last-version", options.allow_last_version),
    ):
        for text in sorted(chosen):
            if not any(names(frozenset({text}), address) for address in addresses):
                near = _near(text, flag, plan, addresses)
                shown = text or "(empty)"
                lines.append(f"{flag} {shown} matches nothing" + (f"; did you mean {near}?" if near else ""))
    return tuple(lines)


def _near(text: str, flag: str, plan: Plan, addresses: list[Address]) -> str:
    """What was refused for want of this flag comes first, else what is spelt alike."""
    wanted = [found.override.partition(" ")[2] for found in plan.refusals if found.override.startswith(f"{flag} ")]
    if wanted:
        return max(wanted, key=lambda each: SequenceMatcher(None, text[:LONGEST], each.lower()).ratio())
    return alike(text, addresses)


def alike(text: str, addresses: list[Address]) -> str:
    """The address that is spelt most alike, as a whole or in its last part; "" for none."""
    spelt = {address.text().lower(): address.text() for address in addresses}
    last = {key.rpartition("/")[2]: whole for key, whole in spelt.items()}
    text = text[:LONGEST].lower()
    close = get_close_matches(text, spelt, n=1) or get_close_matches(text, last, n=1)
    return (spelt.get(close[0]) or last[close[0]]) if close else ""
