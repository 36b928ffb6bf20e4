"""What in Azure differs from what was last applied, resource by resource. A frozen value."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.diagnostic import Origin
from reconciler.model.ledger import Applied
from reconciler.model.plan import Change
from reconciler.model.state import Unread


@dataclass(frozen=True, slots=True)
class DriftedResource:
    """One resource that is not as it was left: `before` of a change is what it should be, `after` what is live.

    `missing` says that it is gone. `applied` is what was last applied, None where nobody knows: then the fields
    are compared with what is declared.
    """

    address: Address
    changes: tuple[Change, ...] = ()
    missing: bool = False
    applied: Applied | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything declared that drifted, in address order.

    `busy` has an operation running, so that nothing can be said of it yet; `steady` counts what is as it was left.
    """

    resources: tuple[DriftedResource, ...] = ()
    unread: tuple[Unread, ...] = ()
    busy: tuple[Address, ...] = ()
    steady: int = 0
