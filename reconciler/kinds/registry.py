"""The kinds we know, each with its model, shape and checks. A new kind is one file and one line here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from reconciler.kinds import gallery, image_definition, image_version, role_assignment, version_checks
from reconciler.kinds.scalars import VERSION_NAME
from reconciler.kinds.shape import Record, Spec, shape_of
from reconciler.model.address import Address, Kind
from reconciler.model.diagnostic import Problem
from reconciler.model.state import Body

ENVELOPE = frozenset({"location", "tags", "identity"})
ENVELOPE_OWN = frozenset({"etag", "id", "name", "systemData", "type"})  # around `properties`, the service's alone

READ_ONLY: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.GALLERY: (
        ("identifier",),  # 2.2/2
        ("sharingStatus",),  # 2.2/8
        ("sharingProfile", "communityGalleryInfo", "publicNames"),  # 2.2/6
    ),
    Kind.IMAGE_DEFINITION: (),
    Kind.IMAGE_VERSION: (
        ("replicationStatus",),  # 2.4/32
        ("validationsProfile",),  # 2.4/31
        ("publishingProfile", "publishedDate"),  # 2.4/11
        ("safetyProfile", "reportedForPolicyViolation"),  # 2.4/27
        ("safetyProfile", "policyViolations"),
        ("storageProfile", "osDiskImage", "sizeInGB"),  # 2.4/23
        ("storageProfile", "dataDiskImages", "sizeInGB"),  # 2.4/24
    ),
    Kind.ROLE_ASSIGNMENT: (("scope",), ("createdOn",), ("createdBy",), ("updatedOn",), ("updatedBy",)),  # 5/2
}


@dataclass(frozen=True, slots=True)
class KindRules:
    """Everything the rest needs to know of one kind.

    `has_tags` tells whether ownership is a tag; `name` is what a name of this kind looks like, None where it has none.
    """

    kind: Kind
    model: type[Spec]
    check: Callable[[Address, Body], Iterator[Problem]]
    has_tags: bool = True
    name: re.Pattern[str] | None = None

    @property
    def read_only(self) -> tuple[tuple[str, ...], ...]:
        """Where the service alone writes, and what lies there is no field of ours."""
        return READ_ONLY[self.kind]

    @property
    def shape(self) -> Record:
        """The tree of fields."""
        return _shape(self.model)


@cache
def _shape(model: type[Spec]) -> Record:
    return shape_of(model)


KINDS = {
    Kind.GALLERY: KindRules(Kind.GALLERY, gallery.GallerySpec, gallery.check, name=gallery.NAME),
    Kind.IMAGE_DEFINITION: KindRules(
        Kind.IMAGE_DEFINITION, image_definition.ImageDefinitionSpec, image_definition.check, name=image_definition.NAME
    ),
    Kind.IMAGE_VERSION: KindRules(
        Kind.IMAGE_VERSION, image_version.ImageVersionSpec, version_checks.check, name=VERSION_NAME
    ),
    Kind.ROLE_ASSIGNMENT: KindRules(
        Kind.ROLE_ASSIGNMENT, role_assignment.RoleAssignmentSpec, role_assignment.check, has_tags=False
    ),
}


def rules_of(kind: Kind) -> KindRules:
    """The rules of a kind."""
    return KINDS[kind]
