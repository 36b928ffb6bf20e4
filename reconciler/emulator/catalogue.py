"""Everything an emulator holds, as GET would answer it at a moment.

Tests assert on this picture of the world instead of on calls, so it is built by the same functions
that build the answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import galleries, image_definitions, image_versions, role_assignments
from reconciler.emulator.addresses import Kind
from reconciler.emulator.api_versions import GALLERY

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.state import Store

_SHOW: dict[Kind, Callable[[Resource, str, str], JSON]] = {
    Kind.GALLERY: galleries.show,
    Kind.IMAGE: image_definitions.show,
    Kind.VERSION: image_versions.show,
    Kind.ASSIGNMENT: role_assignments.show,
}


def everything(store: Store, now: float) -> dict[str, JSON]:
    """Map the ids, as created, to the bodies of all gallery resources and role assignments."""
    found: dict[str, JSON] = {}
    for kind, show in _SHOW.items():
        for resource in store.of_kind(kind, now):
            found[resource.id] = show(resource, resource.provisioning(now), GALLERY[-1])
    return found
