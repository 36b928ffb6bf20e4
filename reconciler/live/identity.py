"""From ARM ids to addresses: ids come in any case and from lists with the group in capitals (facts 3.8/17, 3.8/18).

Spelling is taken from what people declared wherever they declared it, so that one resource has one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from reconciler.errors import AzureError
from reconciler.model.address import Address

RESOURCE: Final = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.Compute/galleries/(?P<gallery>[^/]+)"
    r"(?:/images/(?P<image>[^/]+)(?:/versions/(?P<version>[^/]+))?)?",
    re.IGNORECASE,
)
ASSIGNMENT: Final = re.compile(
    r"(?P<scope>.*)/providers/Microsoft\.Authorization/roleAssignments/(?P<name>[^/]+)", re.IGNORECASE
)


def address_of(resource_id: str) -> Address | None:
    """The address of a gallery, definition or version by its ARM id; None for any other id."""
    found = RESOURCE.fullmatch(resource_id)
    if found is None:
        return None
    return Address(found["subscription"], found["group"], found["gallery"], found["image"], found["version"])


@dataclass(frozen=True, slots=True)
class AssignmentId:
    """An assignment's id in its two parts: the scope without a leading slash, and its own name."""

    scope: str
    name: str


def assignment_id(resource_id: str) -> AssignmentId:
    """Split an assignment's id. Raises AzureError where it is none."""
    found = ASSIGNMENT.fullmatch(resource_id)
    if found is None:
        raise AzureError(f"“{resource_id}” is not the id of a role assignment")
    return AssignmentId(found["scope"].lstrip("/"), found["name"])


def assignment_url(scope: Address, name: str) -> str:
    """The id of the assignment `name` at a gallery, definition or version."""
    return f"{scope.resource_id}/providers/Microsoft.Authorization/roleAssignments/{name}"


class Spelling:
    """Gives every address the spelling it was declared in. Read-only, so threads may share it."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._known = {address.key: address for address in addresses}

    def __call__(self, address: Address) -> Address:
        """The declared spelling where there is one; below a declared parent only the own name keeps its own."""
        known = self._known.get(address.key)
        if known is not None or address.parent is None:
            return known or address
        above = self(address.parent)
        return replace(
            above, image=above.image or address.image, version=above.version or address.version, access=address.access
        )
