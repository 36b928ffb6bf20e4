"""One import: read everything of some groups, declare it, and prove that a plan of the result is empty.

Apart from the pass of plans and applies because its way is the other one: from Azure to manifests. It writes nothing;
what it cannot declare truthfully it leaves out and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reconciler.kinds.ownership import OWNER_TAG, verified_owner
from reconciler.live.everything import Everything
from reconciler.live.gateway import Gateway
from reconciler.live.reader import ReadScope, read
from reconciler.manifest.carried import Omission
from reconciler.manifest.emit import Emission, emit
from reconciler.model.address import Address
from reconciler.model.plan import Change, Level, Plan, RefusalRule, Source, Target
from reconciler.model.state import DesiredState, LiveResource, LiveState, Unread
from reconciler.planner.build import build
from reconciler.planner.options import Options
from reconciler.planner.steps import PENDING_TAG

HIDDEN_TAGS: Final = frozenset({OWNER_TAG.lower(), PENDING_TAG.lower()})


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which a plan of the imported manifests would differ; without a change, what would be refused."""

    address: Address
    change: Change | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """The manifests, what is missing from them, what could not be read, and where a plan would not be empty.

    `exposed` is what this instance owns and the manifests do not declare: what a plan with `--prune` would delete.
    """

    emission: Emission
    omissions: tuple[Omission, ...]
    unread: tuple[Unread, ...]
    differences: tuple[Difference, ...]
    exposed: tuple[Address, ...]


def import_pass(
    gateway: Gateway, everything: Everything, options: Options, target: Target, *, now: datetime
) -> Imported:
    """Read the target's groups and declare what is there. Raises CredentialError; what cannot be read is `unread`."""
    live = read(gateway, DesiredState({}, target.scopes), ReadScope(target.scopes, "", everything))
    return declare(live, options, target, now=now)


def declare(live: LiveState, options: Options, target: Target, *, now: datetime) -> Imported:
    """Declare a live state: galleries with anything unread are left out whole, so are resources in no final state."""
    whole = {address: each for address, each in live.resources.items() if not _in_doubt(address, live.unread)}
    omissions = list(_unfinished(whole, options.owner))
    left_out = {omission.address for omission in omissions}
    chosen = {
        address: each
        for address, each in whole.items()
        if address not in left_out and left_out.isdisjoint(address.ancestors)
    }
    emission = emit(chosen, HIDDEN_TAGS, now=now)
    lifted = replace(options, prune=False, allow_empty=True)
    plan = build(emission.desired, live, lifted, target=target, source=Source("import"), now=now)
    exposed = tuple(row.address for row in plan.undeclared)
    return Imported(emission, (*omissions, *emission.omissions), live.unread, tuple(_differences(plan)), exposed)


def _in_doubt(address: Address, unread: Iterable[Unread]) -> bool:
    """Whether anything of an address's gallery could not be read."""
    gallery = (address, *address.ancestors)[-1]
    inside = (f"{gallery.key}/", f"{gallery.key}@")
    return any(place.covers(gallery) or place.under.startswith(inside) for place in unread)


def _unfinished(live: Mapping[Address, LiveResource], owner: str) -> Iterator[Omission]:
    """What a plan would wait for or mend: declared as it is, it would not be declared as it should be (fact 3.3)."""
    for address in sorted(live):
        each = live[address]
        if not each.settled:
            yield Omission(address, "", f"{each.state} in Azure: import it once that has finished")
        elif each.state == "Failed":
            yield Omission(address, "", "provisioningState is Failed: mend or delete it, then import it")
        elif owner and PENDING_TAG in each.tags and verified_owner(address, each.tags) == owner:
            yield Omission(address, "", "an apply was cut off between its steps: apply again, then import it")


def _differences(plan: Plan) -> Iterator[Difference]:
    """Where the plan of what was declared, made against the state it came from, is not empty."""
    for action in plan.pending:
        for change in action.changes or (None,):
            yield Difference(action.address, change, action.words)
    for refusal in plan.refusals:
        if refusal.level is Level.RESOURCE and refusal.rule is not RefusalRule.INCOMPLETE_READ:
            for address in refusal.addresses:
                yield Difference(address, refusal.changes[0] if refusal.changes else None, refusal.message)
