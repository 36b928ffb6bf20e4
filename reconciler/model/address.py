"""Identity of a resource: where it lives and what kind it is.

An address keeps the spelling people wrote and compares without regard to case, as Azure does (fact 3.8/18).
It stands apart from state because manifests, live answers, plans and reports all speak of the same address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of resource we manage, as manifests and documents write them."""

    GALLERY = "Gallery"
    IMAGE_DEFINITION = "ImageDefinition"
    IMAGE_VERSION = "ImageVersion"
    ROLE_ASSIGNMENT = "RoleAssignment"


@dataclass(frozen=True, slots=True)
class Scope:
    """One resource group of one subscription: the unit in which galleries are listed and pruned."""

    subscription: str
    group: str

    @property
    def key(self) -> str:
        """The scope without regard to case."""
        return f"{self.subscription}/{self.group}".lower()

    @property
    def resource_id(self) -> str:
        """The ARM id of the resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what: the part of an address that makes it a role assignment.

    `role` is shown to people; `role_id` is the GUID of the role definition, None while a custom role's
    name has not been looked up. Both identify: an assignment of another role is another resource (fact 8/27).
    """

    role: str
    principal: str
    role_id: str | None = None

    @property
    def key(self) -> str:
        """The role (by GUID where known) and principal, in lower case."""
        role = self.role_id or f"name:{self.role}"
        return f"{role}={self.principal}".lower()


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """Canonical identity of one resource. Equal and hashed by `key`, which ignores case."""

    subscription: str
    group: str
    gallery: str
    image: str | None = None
    version: str | None = None
    access: Access | None = None
    key: str = field(init=False)

    def __post_init__(self) -> None:
        parts = (self.subscription, self.group, self.gallery, self.image, self.version)
        key = "/".join(part for part in parts if part is not None)
        if self.access is not None:
            key = f"{key}@{self.access.key}"
        object.__setattr__(self, "key", key.lower())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __lt__(self, other: Address) -> bool:
        return self.key < other.key

    def __str__(self) -> str:
        return self.text()

    @property
    def kind(self) -> Kind:
        """The kind, told from which parts are present."""
        if self.access is not None:
            return Kind.ROLE_ASSIGNMENT
        if self.version is not None:
            return Kind.IMAGE_VERSION
        return Kind.GALLERY if self.image is None else Kind.IMAGE_DEFINITION

    @property
    def scope(self) -> Scope:
        """The resource group it lives in."""
        return Scope(self.subscription, self.group)

    @property
    def parent(self) -> Address | None:
        """The resource that must exist first: an assignment's scope, a version's definition; None for a gallery."""
        if self.access is not None:
            return replace(self, access=None)
        if self.version is not None:
            return replace(self, version=None)
        return replace(self, image=None) if self.image is not None else None

    @property
    def ancestors(self) -> tuple[Address, ...]:
        """Parent, its parent and so on up to the gallery."""
        parent = self.parent
        return () if parent is None else (parent, *parent.ancestors)

    @property
    def name(self) -> str:
        """The resource's own name; `Role=principal` for an assignment."""
        if self.access is not None:
            return f"{self.access.role}={self.access.principal}"
        return self.version or self.image or self.gallery

    @property
    def resource_id(self) -> str:
        """The ARM id; for an assignment the id of the resource it grants access to."""
        parts = [f"{self.scope.resource_id}/providers/Microsoft.Compute/galleries/{self.gallery}"]
        if self.image is not None:
            parts.append(f"images/{self.image}")
        if self.version is not None:
            parts.append(f"versions/{self.version}")
        return "/".join(parts)

    def text(self, *, with_subscription: bool = False) -> str:
        """`group/gallery/definition/version`, access as `…@Role=principal`; the subscription in front on request."""
        parts = (self.subscription if with_subscription else None, self.group, self.gallery, self.image, self.version)
        path = "/".join(part for part in parts if part is not None)
        return path if self.access is None else f"{path}@{self.name}"


def owner_digest(instance: str, address: Address) -> str:
    """12 hex digits that bind an owner tag to one address, so that a copied tag claims nothing."""
    return hashlib.sha256(f"{instance}\n{address.key}".encode(errors="surrogatepass")).hexdigest()[:12]
