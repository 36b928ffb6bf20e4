"""Reading live state: the whole of a target for a plan, or one resource right before it is written.

What Azure did not tell is part of the result (`unread`), because unread is not absent. Three doors; how the
asking goes is the survey's business, what proves absence is `single`'s.

`Unread.under` is the key of a scope (its galleries could not be listed), of a gallery or definition (what lies
below it could not be listed; the resource itself is in `resources` and may be compared), of one resource, or a
gallery's key with a final “@”: the access to it and to everything below could not be listed, nothing else is in doubt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from reconciler.live.conversion import to_live
from reconciler.live.crew import Crew
from reconciler.live.everything import Everything
from reconciler.live.expectation import expectation_of
from reconciler.live.failure import Failure
from reconciler.live.listing import Getter
from reconciler.live.patience import Patience
from reconciler.live.single import SHARING, UEFI, fetch, fetch_progress, own_assignment_id
from reconciler.live.survey import Survey
from reconciler.model.address import Address, Kind, Scope
from reconciler.model.report import RegionProgress
from reconciler.model.state import DesiredState, LiveResource, LiveState, Unread

if TYPE_CHECKING:
    from reconciler.live.gateway import Gateway

__all__ = ["ReadScope", "read", "read_one", "read_replication", "read_replications", "to_live"]

PATIENT = Patience()
ONCE = Patience(tries=1)


@dataclass(frozen=True, slots=True)
class ReadScope:
    """Where to look: resource groups, and the instance whose tagged galleries count though nobody declares them.

    `everything` reads undeclared galleries too, as an import does.
    """

    scopes: tuple[Scope, ...]
    instance: str = ""
    everything: Everything | None = None


def read(
    gateway: Getter,
    desired: DesiredState,
    scope: ReadScope,
    *,
    workers: int = 16,
    patience: Patience = PATIENT,
    clock: Callable[[], float] = time.monotonic,
) -> LiveState:
    """Read everything in scope and everything declared. Raises CredentialError; all else becomes `unread`."""
    started, calls = clock(), gateway.calls
    with Crew(workers) as crew:
        expected = expectation_of(desired, scope.scopes, scope.everything)
        survey = Survey(gateway, expected, scope.instance, crew, patience)
        survey.run()
    return LiveState(
        resources={address: survey.live[address] for address in sorted(survey.live, key=lambda each: each.key)},
        absent=frozenset(survey.absent),
        unread=tuple(survey.unread[key] for key in sorted(survey.unread)),
        roles=survey.roles,
        soft_deleted={address: survey.soft_deleted[address] for address in sorted(survey.soft_deleted)},
        calls=gateway.calls - calls,
        seconds=clock() - started,
    )


def read_one(
    gateway: Getter,
    address: Address,
    resource_id: str = "",
    *,
    sharing: bool = False,
    boot_keys: bool = False,
    patience: Patience = ONCE,
) -> LiveResource | Unread | None:
    """Read one resource afresh; None where Azure says it is not there. One try: the caller owns the waiting.

    An assignment needs its own id, or the address its role's GUID; with `sharing` a gallery comes with the groups it
    is shared with (fact 2.2/5), with `boot_keys` a version with its own (fact 3.6/1). Raises CredentialError.
    """
    if not resource_id:
        grant = address.kind is Kind.ROLE_ASSIGNMENT
        resource_id = own_assignment_id(address, "") if grant else address.resource_id
    found = fetch(gateway, address, resource_id, patience, SHARING if sharing else UEFI if boot_keys else None)
    return found.at(address.key, address.text()) if isinstance(found, Failure) else found


def read_replication(
    gateway: Getter, address: Address, *, patience: Patience = ONCE
) -> tuple[RegionProgress, ...] | Unread:
    """Read how far each region of a version is; () where Azure does not say. Raises CredentialError."""
    found = fetch_progress(gateway, address, patience)
    return found.at(address.key, address.text()) if isinstance(found, Failure) else found


def read_replications(
    gateway: Gateway, addresses: Iterable[Address], *, workers: int = 16, patience: Patience = PATIENT
) -> dict[Address, tuple[RegionProgress, ...] | Unread]:
    """The same of several versions in their order, as fast as the budget of their subscription allows.

    Raises CredentialError.
    """
    found: dict[Address, tuple[RegionProgress, ...] | Unread] = {}

    def ask(address: Address) -> tuple[RegionProgress, ...] | Unread:
        patience.sleep(gateway.replication_budget.reserve(address.subscription))
        return read_replication(gateway, address, patience=patience)

    with Crew(workers) as crew:
        for address in addresses:
            crew.ask(partial(ask, address), partial(found.__setitem__, address))
        crew.run()
    return found
