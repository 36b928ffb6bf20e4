"""Reading ARM paths: which resource, list or action a path names.

ARM reads every segment of a path without regard to case (3.8/18) but answers with ids as they were
created, so a target keeps the spelling of the request and offers the folded key beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from reconciler.emulator.answers import ArmError


class Kind(StrEnum):
    """The resource types that are stored."""

    GROUP = "Microsoft.Resources/resourceGroups"
    GALLERY = "Microsoft.Compute/galleries"
    IMAGE = "Microsoft.Compute/galleries/images"
    VERSION = "Microsoft.Compute/galleries/images/versions"
    ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
    ROLE = "Microsoft.Authorization/roleDefinitions"


class Shape(StrEnum):
    """What a path asks for."""

    SUBSCRIPTIONS = "subscriptions"
    SUBSCRIPTION = "subscription"
    ITEM = "item"
    LIST = "list"
    SHARE = "share"
    OPERATION = "operation"


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
        if self.kind in (Kind.ASSIGNMENT, Kind.ROLE):
            return f"{self.scope}/providers/{self.kind}/{self.name}"
        return gallery_id(self.subscription, self.group, self.names)

    @property
    def key(self) -> str:
        """The id, folded."""
        return self.id.lower()


_COLLECTIONS = ("galleries", "images", "versions")
_KINDS = (Kind.GALLERY, Kind.IMAGE, Kind.VERSION)
_ACCESS = re.compile(
    r"^(?P<scope>.*?)/providers/microsoft\.authorization/(?P<type>roleassignments|roledefinitions)(?:/(?P<name>[^/]+))?$",
    re.IGNORECASE,
)


def group_id(subscription: str, group: str) -> str:
    """Build the id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def gallery_id(subscription: str, group: str, names: tuple[str, ...]) -> str:
    """Build the id of a gallery, definition or version from its names, outermost first."""
    tail = "".join(f"/{collection}/{name}" for collection, name in zip(_COLLECTIONS, names, strict=False))
    return f"{group_id(subscription, group)}/providers/Microsoft.Compute{tail}"


def nested_name(names: tuple[str, ...]) -> str:
    """Name a resource as ARM's messages do: galleries/{g}/images/{i}/versions/{v}."""
    return "/".join(f"{collection}/{name}" for collection, name in zip(_COLLECTIONS, names, strict=False))


def unknown_path(path: str) -> ArmError:
    """Refuse a path that names nothing of ours."""
    return ArmError(404, "InvalidResourceType", f"The resource type could not be found for the path '{path}'.")


def parse(path: str) -> Target:
    """Read a decoded path; a 404 in ARM's shape if it names nothing that is emulated."""
    access = _ACCESS.match(path.rstrip("/"))
    if access is not None:
        return _access(access)
    segments = path.strip("/").split("/")
    if not all(segments) or segments[0].lower() != "subscriptions":
        raise unknown_path(path)
    target = _below_subscription(segments)
    if target is None:
        raise unknown_path(path)
    return target


def _access(match: re.Match[str]) -> Target:
    kind = Kind.ASSIGNMENT if match["type"].lower() == "roleassignments" else Kind.ROLE
    scope = match["scope"].rstrip("/")
    parts = scope.strip("/").split("/") if scope else []
    under_subscription = len(parts) >= 2 and parts[0].lower() == "subscriptions"  # noqa: PLR2004 - name and value
    under_management = scope.lower().startswith("/providers/microsoft.management/managementgroups/")
    if scope and not ((under_subscription or under_management) and all(parts)):
        raise unknown_path(match.string)
    name = match["name"]
    return Target(
        Shape.ITEM if name else Shape.LIST,
        kind,
        scope=scope,
        subscription=parts[1] if under_subscription else "",
        names=(name,) if name else (),
    )


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
        case ["subscriptions", _, "resourcegroups", _, "providers", "microsoft.compute", *rest]:
            return _gallery(segments[1], segments[3], segments[6:], rest)
    return None


def _gallery(subscription: str, group: str, segments: list[str], folded: list[str]) -> Target | None:
    if folded[2:] == ["share"] and folded[0] == "galleries":
        return Target(
            Shape.SHARE, Kind.GALLERY, group_id(subscription, group), subscription, group, names=(segments[1],)
        )
    depth = (len(folded) + 1) // 2
    if not 1 <= depth <= len(_COLLECTIONS) or tuple(folded[::2]) != _COLLECTIONS[:depth]:
        return None
    names = tuple(segments[1::2])
    parents = names[: depth - 1]
    scope = gallery_id(subscription, group, parents) if parents else group_id(subscription, group)
    shape = Shape.ITEM if len(names) == depth else Shape.LIST
    return Target(shape, _KINDS[depth - 1], scope, subscription, group, names)
