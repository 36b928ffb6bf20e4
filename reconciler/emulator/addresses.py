"""Reading ARM paths: which resource, list or action a path names.

ARM reads every segment of a path without regard to case (3.8/18) but answers with ids as they were
created, so a target keeps the spelling of the request and offers the folded key beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from reconciler.emulator.answers import ArmError
from reconciler.emulator.paths import without_empty_parent


class Kind(StrEnum):
    """The resource types that are stored."""

    GROUP = "Microsoft.Resources/resourceGroups"
    GALLERY = "Microsoft.Compute/galleries"
    IMAGE = "Microsoft.Compute/galleries/images"
    VERSION = "Microsoft.Compute/galleries/images/versions"
    ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
    ROLE = "Microsoft.Authorization/roleDefinitions"
    LOCK = "Microsoft.Authorization/locks"
    SOFT_DELETED = "Microsoft.Compute/galleries/softDeletedArtifactTypes/artifacts/versions"
    MANAGED_IMAGE = "Microsoft.Compute/images"
    MACHINE = "Microsoft.Compute/virtualMachines"
    DISK = "Microsoft.Compute/disks"
    SNAPSHOT = "Microsoft.Compute/snapshots"
    ACCOUNT = "Microsoft.Storage/storageAccounts"


class Shape(StrEnum):
    """What a path asks for."""

    TENANTS = "tenants"
    SUBSCRIPTIONS = "subscriptions"
    SUBSCRIPTION = "subscription"
    ITEM = "item"
    LIST = "list"
    SHARE = "share"
    OPERATION = "operation"
    RESULT = "operationresults"
    LOCATIONS = "locations"
    PROVIDERS = "providers"
    PROVIDER = "provider"
    REGISTER = "register"
    RESOURCES = "resources"
    GENERALIZE = "generalize"
    PERMISSIONS = "permissions"


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed path. `scope` is the id above the item (its parent, or the scope of a grant)."""

    shape: Shape
    kind: Kind | None = None
    scope: str = ""
    subscription: str = ""
    group: str = ""
    names: tuple[str, ...] = ()
    location: str = ""

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.names[-1] if self.names else ""

    @property
    def id(self) -> str:
        """The id of an item in the spelling of the request, collection names in their own."""
        if self.kind is Kind.GROUP:
            return f"{self.scope}/resourceGroups/{self.name}"
        if self.kind in EXTENSIONS:
            return f"{self.scope}/providers/{self.kind}/{self.name}"
        if self.kind is Kind.SOFT_DELETED:
            return soft_deleted_id(gallery_id(self.subscription, self.group, self.names))
        if self.kind in SOURCES.values():
            return f"{group_id(self.subscription, self.group)}/providers/{self.kind}/{self.name}"
        return gallery_id(self.subscription, self.group, self.names)

    @property
    def key(self) -> str:
        """The id, folded."""
        return self.id.lower()


SOURCES = {
    kind.value.lower(): kind for kind in (Kind.MANAGED_IMAGE, Kind.MACHINE, Kind.DISK, Kind.SNAPSHOT, Kind.ACCOUNT)
}
"""The types that versions are made from, by their folded names."""
EXTENSIONS = {Kind.ASSIGNMENT, Kind.ROLE, Kind.LOCK}
"""What lies at a scope of any sort."""
_EXTENSIONS = {kind.rsplit("/", 1)[-1].lower(): kind for kind in EXTENSIONS}
_COLLECTIONS = ("galleries", "images", "versions")
_KINDS = (Kind.GALLERY, Kind.IMAGE, Kind.VERSION)
_ACCESS = re.compile(
    r"^(?P<scope>.*?)/providers/microsoft\.authorization/(?P<type>roleassignments|roledefinitions|locks)(?:/(?P<name>[^/]+))?$",
    re.IGNORECASE | re.ASCII,
)
_RIGHTS = re.compile(
    r"^(?P<scope>/subscriptions/[^/]+(?:/[^/]+)*?)/providers/microsoft\.authorization/permissions$",
    re.IGNORECASE | re.ASCII,
)


def group_id(subscription: str, group: str) -> str:
    """Build the id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def gallery_id(subscription: str, group: str, names: tuple[str, ...]) -> str:
    """Build the id of a gallery, definition or version from its names, outermost first."""
    tail = "".join(f"/{collection}/{name}" for collection, name in zip(_COLLECTIONS, names, strict=False))
    return f"{group_id(subscription, group)}/providers/Microsoft.Compute{tail}"


def soft_deleted_id(version_id: str) -> str:
    """Build the id that a version has among the soft-deleted ones (section 1)."""
    gallery, _, image = version_id.rpartition("/images/")
    return f"{gallery}/softDeletedArtifactTypes/Images/artifacts/{image}"


def nested_name(names: tuple[str, ...]) -> str:
    """Name a resource as ARM's messages do: galleries/{g}/images/{i}/versions/{v}."""
    return "/".join(f"{collection}/{name}" for collection, name in zip(_COLLECTIONS, names, strict=False))


def unknown_path(path: str) -> ArmError:
    """Refuse a path that names nothing of ours."""
    return ArmError(404, "InvalidResourceType", f"The resource type could not be found for the path '{path}'.")


def parse(path: str) -> Target:
    """Read a decoded path; a 404 in ARM's shape if it names nothing that is emulated."""
    path = without_empty_parent(path)
    access = _ACCESS.match(path.rstrip("/"))
    if access is not None:
        return _access(access)
    rights = _RIGHTS.match(path.rstrip("/"))
    if rights is not None:
        return _permissions(rights["scope"])
    segments = path.strip("/").split("/")
    if not all(segments) or segments[0].lower() not in ("subscriptions", "tenants"):
        raise unknown_path(path)
    target = _below_subscription(segments) or _around(segments)
    if target is None:
        raise unknown_path(path)
    return target


def _access(match: re.Match[str]) -> Target:
    kind = _EXTENSIONS[match["type"].lower()]
    scope = match["scope"].rstrip("/")
    parts = scope.strip("/").split("/") if scope else []
    under_subscription = len(parts) >= 2 and parts[0].lower() == "subscriptions"  # noqa: PLR2004 - name and value
    in_group = under_subscription and len(parts) > 3 and parts[2].lower() == "resourcegroups"  # noqa: PLR2004 - as above
    under_management = scope.lower().startswith("/providers/microsoft.management/managementgroups/")
    if scope and not ((under_subscription or under_management) and all(parts)):
        raise unknown_path(match.string)
    if kind is Kind.LOCK and not under_subscription:
        raise unknown_path(match.string)
    name = match["name"]
    return Target(
        Shape.ITEM if name else Shape.LIST,
        kind,
        scope=scope,
        subscription=parts[1] if under_subscription else "",
        group=parts[3] if in_group else "",
        names=(name,) if name else (),
    )


def _permissions(scope: str) -> Target:
    parts = scope.strip("/").split("/")
    in_group = len(parts) > 3 and parts[2].lower() == "resourcegroups"  # noqa: PLR2004 - name and value
    return Target(Shape.PERMISSIONS, None, scope, parts[1], parts[3] if in_group else "")


def _below_subscription(segments: list[str]) -> Target | None:
    folded = [segment.lower() for segment in segments]
    match folded:
        case ["subscriptions"]:
            return Target(Shape.SUBSCRIPTIONS)
        case ["subscriptions", _]:
            return Target(Shape.SUBSCRIPTION, subscription=segments[1])
        case ["subscriptions", _, "resourcegroups"]:
            return Target(Shape.LIST, Kind.GROUP, f"/subscriptions/{segments[1]}", segments[1])
        case ["subscriptions", _, "resourcegroups", _]:
            scope = f"/subscriptions/{segments[1]}"
            return Target(Shape.ITEM, Kind.GROUP, scope, segments[1], names=(segments[3],))
        case ["subscriptions", _, "providers", "microsoft.compute", "galleries"]:
            return Target(Shape.LIST, Kind.GALLERY, f"/subscriptions/{segments[1]}", segments[1])
        case ["subscriptions", _, "providers", "microsoft.compute", "locations", _, "capsoperations", _]:
            return Target(Shape.OPERATION, subscription=segments[1], names=(segments[7],), location=segments[5])
        case ["subscriptions", _, "providers", namespace, collection] if f"{namespace}/{collection}" in SOURCES:
            kind = SOURCES[f"{namespace}/{collection}"]
            return Target(Shape.LIST, kind, f"/subscriptions/{segments[1]}", segments[1])
        case ["subscriptions", _, "resourcegroups", _, "providers", namespace, collection, *_] if (
            f"{namespace}/{collection}" in SOURCES
        ):
            return _source(segments[1], segments[3], SOURCES[f"{namespace}/{collection}"], segments[7:])
        case ["subscriptions", _, "resourcegroups", _, "providers", "microsoft.compute", *rest]:
            return _gallery(segments[1], segments[3], segments[6:], rest)
    return None


def _around(segments: list[str]) -> Target | None:
    """Read what names no resource of a provider: tenants, places, providers, lists of everything, results."""
    scope = f"/subscriptions/{segments[1]}" if len(segments) > 1 else ""
    match [segment.lower() for segment in segments]:
        case ["tenants"]:
            return Target(Shape.TENANTS)
        case ["subscriptions", _, "locations" | "providers" | "resources" as shape]:
            return Target(Shape(shape), None, scope, segments[1])
        case ["subscriptions", _, "operationresults", _]:
            return Target(Shape.RESULT, None, scope, segments[1], names=(segments[3],))
        case ["subscriptions", _, "providers", _]:
            return Target(Shape.PROVIDER, None, scope, segments[1], names=(segments[3],))
        case ["subscriptions", _, "providers", _, "register"]:
            return Target(Shape.REGISTER, None, scope, segments[1], names=(segments[3],))
        case ["subscriptions", _, "resourcegroups", _, "resources"]:
            return Target(Shape.RESOURCES, None, group_id(segments[1], segments[3]), segments[1], segments[3])
    return None


def _gallery(subscription: str, group: str, segments: list[str], folded: list[str]) -> Target | None:
    if folded[2:] == ["share"] and folded[0] == "galleries":
        return Target(
            Shape.SHARE, Kind.GALLERY, group_id(subscription, group), subscription, group, names=(segments[1],)
        )
    if [*folded[2:5], *folded[6:7]] == ["softdeletedartifacttypes", "images", "artifacts", "versions"]:
        return _soft_deleted(subscription, group, segments)
    depth = (len(folded) + 1) // 2
    if not 1 <= depth <= len(_COLLECTIONS) or tuple(folded[::2]) != _COLLECTIONS[:depth]:
        return None
    names = tuple(segments[1::2])
    parents = names[: depth - 1]
    scope = gallery_id(subscription, group, parents) if parents else group_id(subscription, group)
    shape = Shape.ITEM if len(names) == depth else Shape.LIST
    return Target(shape, _KINDS[depth - 1], scope, subscription, group, names)


def _soft_deleted(subscription: str, group: str, segments: list[str]) -> Target | None:
    if len(segments) > 8:  # noqa: PLR2004 - ends with the version's name
        return None
    names = (segments[1], *segments[5::2])
    scope = gallery_id(subscription, group, names[:2])
    return Target(Shape.LIST if len(names) == 2 else Shape.ITEM, Kind.SOFT_DELETED, scope, subscription, group, names)  # noqa: PLR2004 - gallery and definition


def _source(subscription: str, group: str, kind: Kind, rest: list[str]) -> Target | None:
    scope = group_id(subscription, group)
    if len(rest) <= 1:
        shape = Shape.ITEM if rest else Shape.LIST
    elif kind is Kind.MACHINE and [word.lower() for word in rest[1:]] == ["generalize"]:
        shape = Shape.GENERALIZE
    else:
        return None
    return Target(shape, kind, scope, subscription, group, tuple(rest[:1]))
