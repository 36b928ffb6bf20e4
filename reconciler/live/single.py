"""One resource at a time: is it there, is it proven absent, or is it unknown? Lists lag; this asks the resource itself.

The proof of absence lives here: only a 404 that says so counts, and only in answer to the very id.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from reconciler.kinds.role_assignment import assignment_name
from reconciler.live import failure
from reconciler.live.answer import Answer
from reconciler.live.conversion import progress_of, to_live
from reconciler.live.failure import Failure
from reconciler.live.identity import assignment_url
from reconciler.live.listing import Getter, Item, get
from reconciler.live.patience import Patience
from reconciler.model.address import Address, Kind
from reconciler.model.report import RegionProgress
from reconciler.model.state import LiveResource

AUTHORIZATION: Final = "2022-04-01"
ABSENT: Final = frozenset({"resourcenotfound", "parentresourcenotfound", "roleassignmentnotfound"})
UEFI: Final = {"$expand": "UefiSettings"}
SHARING: Final = {"$expand": "SharingProfile/Groups"}
REPLICATION: Final = {"$expand": "ReplicationStatus"}


def fetch(
    gateway: Getter,
    address: Address,
    resource_id: str,
    patience: Patience,
    params: Mapping[str, str] | None = None,
) -> LiveResource | Failure | None:
    """Read one resource; None where Azure says that it is not there. Raises CredentialError."""
    what = "reading it"
    arm = fetch_item(gateway, address.kind, resource_id, patience, params)
    if arm is None or isinstance(arm, Failure):
        return arm
    live = to_live(address, arm, address.kind)
    if address.kind is Kind.ROLE_ASSIGNMENT and not _same_grant(address, live):
        return Failure("OtherAssignment", f"{what}: its name belongs to another grant", "plan again")
    return live


def fetch_item(
    gateway: Getter,
    kind: Kind,
    resource_id: str,
    patience: Patience,
    params: Mapping[str, str] | None = None,
) -> Item | Failure | None:
    """The same as Azure answered it."""
    what = "reading it"
    version = AUTHORIZATION if kind is Kind.ROLE_ASSIGNMENT else None
    answer = get(gateway, resource_id, params, api_version=version, patience=patience, what=what)
    if isinstance(answer, Failure):
        return answer
    if says_absent(answer):
        return None
    if not answer.ok:
        return failure.of_answer(answer, what)
    body = answer.body
    if not isinstance(body, Mapping) or not isinstance(body.get("properties"), Mapping) or not body.get("name"):
        return failure.malformed(what, "an answer that is no resource")
    return body


def says_absent(answer: Answer) -> bool:
    """Whether an answer proves that what was asked for is not there; a missing group proves nothing (fact 4.1/2)."""
    return answer.status == HTTPStatus.NOT_FOUND and answer.code.lower() in ABSENT


def fetch_progress(gateway: Getter, address: Address, patience: Patience) -> tuple[RegionProgress, ...] | Failure:
    """The replication of one version, region by region (fact 3.6/1)."""
    arm = fetch_item(gateway, address.kind, address.resource_id, patience, REPLICATION)
    if arm is None:
        return Failure("ResourceNotFound", "reading its replication: it is not there", "plan again")
    return arm if isinstance(arm, Failure) else progress_of(arm)


def own_assignment_id(address: Address, instance: str) -> str:
    """The id an assignment has if this instance made it (fact 5/19); the address must know its role's GUID."""
    return assignment_url(address, assignment_name(address, instance))


def _same_grant(address: Address, live: LiveResource) -> bool:
    assert address.access is not None
    role, principal = live.body.get("roleDefinitionId"), live.body.get("principalId")
    scope = str(live.read_only.get("scope") or address.resource_id)
    return (
        role == (address.access.role_id or role)
        and str(principal).lower() == address.access.principal.lower()
        and scope.lower() == address.resource_id.lower()
    )
