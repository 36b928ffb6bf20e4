"""From a parsed request to the handler that answers it.

The gateway's own checks come first and in its order: path, subscription, api-version, group. Then one
table names the handler of each (kind, shape, method); everything written happens in one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.emulator import (
    api_versions,
    galleries,
    groups,
    image_definitions,
    image_versions,
    inventory,
    listing,
    locks,
    operations,
    policies,
    providers,
    rights,
    role_assignments,
    role_listing,
    roles,
    sharing,
    soft_deleted_versions,
    source_resources,
    subscriptions,
    writes,
)
from reconciler.emulator.addresses import EXTENSIONS, SOURCES, Kind, Shape
from reconciler.emulator.answers import Answer, ArmError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.world import Call

    Handler = Callable[[Call], Answer]


def _list_galleries(call: Call) -> Answer:
    return listing.answer(call, galleries.show)


def _list_images(call: Call) -> Answer:
    return _list_children(call, image_definitions.show)


def _list_versions(call: Call) -> Answer:
    return _list_children(call, image_versions.show)


def _list_children(call: Call, show: Callable[[Resource, str, str], JSON]) -> Answer:
    writes.require_listed_parent(call)
    return listing.answer(call, show)


_TABLE: dict[tuple[Kind | None, Shape], dict[str, Handler]] = {
    (None, Shape.TENANTS): {"GET": subscriptions.tenants},
    (None, Shape.SUBSCRIPTIONS): {"GET": subscriptions.listing},
    (None, Shape.SUBSCRIPTION): {"GET": subscriptions.get},
    (None, Shape.LOCATIONS): {"GET": subscriptions.locations},
    (None, Shape.RESULT): {"GET": groups.result},
    (None, Shape.PROVIDERS): {"GET": providers.listing},
    (None, Shape.PROVIDER): {"GET": providers.get},
    (None, Shape.REGISTER): {"POST": providers.get},
    (None, Shape.RESOURCES): {"GET": inventory.answer},
    (None, Shape.OPERATION): {"GET": operations.poll},
    (None, Shape.PERMISSIONS): {"GET": rights.permissions},
    (Kind.GROUP, Shape.LIST): {"GET": groups.answer},
    (Kind.GROUP, Shape.ITEM): {
        "PUT": groups.write,
        "PATCH": groups.write,
        "GET": groups.get,
        "HEAD": groups.get,
        "DELETE": groups.delete,
    },
    (Kind.IMAGE, Shape.LIST): {"GET": _list_images},
    (Kind.VERSION, Shape.LIST): {"GET": _list_versions},
    (Kind.IMAGE, Shape.ITEM): {
        "PUT": image_definitions.write,
        "PATCH": image_definitions.write,
        "GET": image_definitions.get,
        "DELETE": image_definitions.delete,
    },
    (Kind.VERSION, Shape.ITEM): {
        "PUT": image_versions.write,
        "PATCH": image_versions.write,
        "GET": image_versions.get,
        "DELETE": image_versions.delete,
    },
    (Kind.SOFT_DELETED, Shape.LIST): {"GET": soft_deleted_versions.listed},
    (Kind.SOFT_DELETED, Shape.ITEM): {"DELETE": soft_deleted_versions.purge},
    (Kind.GALLERY, Shape.SHARE): {"POST": sharing.share},
    (Kind.ASSIGNMENT, Shape.LIST): {"GET": role_listing.answer},
    (Kind.ASSIGNMENT, Shape.ITEM): {
        "PUT": role_assignments.write,
        "GET": role_assignments.get,
        "DELETE": role_assignments.delete,
    },
    (Kind.LOCK, Shape.LIST): {"GET": locks.answer},
    (Kind.LOCK, Shape.ITEM): {"PUT": locks.write, "GET": locks.get, "DELETE": locks.delete},
    (Kind.ROLE, Shape.LIST): {"GET": roles.listing},
    (Kind.ROLE, Shape.ITEM): {"PUT": roles.write, "GET": roles.get, "DELETE": roles.delete},
    (Kind.GALLERY, Shape.LIST): {"GET": _list_galleries},
    (Kind.GALLERY, Shape.ITEM): {
        "PUT": galleries.write,
        "PATCH": galleries.write,
        "GET": galleries.get,
        "DELETE": galleries.delete,
    },
    (Kind.MACHINE, Shape.GENERALIZE): {"POST": source_resources.generalize},
    **{(kind, Shape.LIST): {"GET": source_resources.listed} for kind in SOURCES.values()},
    **{(kind, Shape.ITEM): source_resources.METHODS for kind in SOURCES.values()},
}


def respond(call: Call) -> Answer:
    """Answer one authenticated request; refusals come as ArmError."""
    target = call.target
    handler = _TABLE.get((target.kind, target.shape), {}).get(call.method)
    if handler is None:
        message = f"The requested resource does not support http method '{call.method}'."
        raise ArmError(405, "UnsupportedHttpMethod", message)
    subscriptions.require(call)
    api_versions.check(target.kind, call.api_version, _type_name(call))
    rights.require(call)
    groups.require(call)
    locks.hold(call)
    policies.require(call)
    if call.method in ("GET", "HEAD"):
        return handler(call)
    with call.store.writing():
        return handler(call)


def _type_name(call: Call) -> str:
    if call.target.kind in (Kind.GALLERY, Kind.IMAGE, Kind.VERSION):
        return "galleries"
    if call.target.kind is Kind.SOFT_DELETED:
        return call.target.kind.split("/", 1)[1]
    if call.target.kind in EXTENSIONS:
        return call.target.kind.rsplit("/", 1)[-1]
    return "capsOperations" if call.target.shape is Shape.OPERATION else str(call.target.shape)
