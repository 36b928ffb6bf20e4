"""What every write to a gallery type has in common: parents, places, deletes in the way, and the answer.

Galleries, definitions and versions each decide their own content; the order of the checks that ARM's
gateway makes around it is the same for all three and stands here once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import operations, recycle_bin, regions
from reconciler.emulator.addresses import Kind, gallery_id, nested_name
from reconciler.emulator.answers import JSON_TYPE, Answer, ArmError, indented
from reconciler.emulator.records import Phase, Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_LABELS = {
    Kind.GALLERY: "Gallery",
    Kind.IMAGE: "Gallery Image",
    Kind.VERSION: "Gallery Image Version",
    Kind.SOFT_DELETED: "Gallery Image Version",
}
_QUOTAS = {Kind.GALLERY: "galleries", Kind.IMAGE: "definitions", Kind.VERSION: "versions"}


def not_found(call: Call) -> ArmError:
    """Say that a gallery resource is not there, as the gateway does (4.1/1)."""
    message = (
        f"The Resource 'Microsoft.Compute/{nested_name(call.target.names)}' under resource group "
        f"'{call.target.group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message, gateway=True)


def parent_not_found(call: Call, names: tuple[str, ...]) -> ArmError:
    """Say that the parent with these names is not there (4.2/3)."""
    if call.doubts.parent_wording == "old":
        message = f"Can not perform requested operation on nested resource. Parent resource '{names[-1]}' not found."
    else:
        verb = {"PUT": "write", "PATCH": "write", "DELETE": "delete"}.get(call.method, "read")
        parent = gallery_id(call.target.subscription, call.target.group, names)
        message = (
            f"Failed to perform '{verb}' on resource(s) of type '{_type(call)}', because the parent resource "
            f"'{parent}' could not be found."
        )
    return ArmError(404, "ParentResourceNotFound", message, gateway=True)


def _type(call: Call) -> str:
    return "" if call.target.kind is None else call.target.kind.value.split("/", 1)[1]


def missing_parent(call: Call) -> tuple[str, ...] | None:
    """Give the names of the outermost parent that is not there, if one is missing."""
    names = call.target.names
    below = len(names) if call.target.shape == "list" else len(names) - 1
    for depth in range(1, below + 1):
        key = gallery_id(call.target.subscription, call.target.group, names[:depth]).lower()
        if call.store.find(key, call.now) is None:
            return names[:depth]
    return None


def require(call: Call) -> Resource:
    """Find what a GET asks for, or say what is not there."""
    resource = call.store.find(call.target.key, call.now)
    if resource is not None:
        return resource
    missing = missing_parent(call)
    if missing is not None and call.doubts.get_without_parent == "parent_not_found":
        raise parent_not_found(call, missing)
    raise not_found(call)


def require_listed_parent(call: Call) -> None:
    """Refuse to list the children of what is not there, or let the list be empty: the settings choose."""
    missing = missing_parent(call)
    if missing is not None and call.doubts.list_without_parent == "parent_not_found":
        raise parent_not_found(call, missing)


def require_parent(call: Call) -> Resource | None:
    """Find the parent that a child is written below, or refuse (4.2/3, 7/1)."""
    missing = missing_parent(call)
    if missing is not None:
        raise parent_not_found(call, missing)
    if len(call.target.names) == 1:
        return None
    parent = call.store.find(call.target.scope.lower(), call.now)
    assert parent is not None
    if parent.phase is Phase.DELETING:
        raise _marked_for_deletion(call, parent)
    if call.doubts.child_before_parent_ready == "refused" and parent.phase is Phase.CREATING and parent.busy(call.now):
        raise parent_not_found(call, call.target.names[:-1])
    return parent


def _marked_for_deletion(call: Call, resource: Resource) -> ArmError:
    message = (
        f"Operation 'Update {_LABELS[resource.kind]}' is not allowed on {resource.name}; since it is marked for "
        "deletion. You can only retry the Delete operation (or wait for an ongoing one to complete)"
    )
    return ArmError(call.doubts.deleting_status, call.doubts.deleting_code, message, target=resource.name)


def refuse_deleted(call: Call, resource: Resource) -> None:
    """Refuse a write on something whose deletion began (4.3/13)."""
    if resource.phase is Phase.DELETING:
        raise _marked_for_deletion(call, resource)


def check_envelope(call: Call, sent: JSON) -> None:
    """Check the name in the body against the URL (4.3/20) and the limits of tags (6/11)."""
    name = sent.pop("name", None)
    if isinstance(name, str) and name.lower() not in (call.target.name.lower(), "/".join(call.target.names).lower()):
        raise ArmError(
            400, "InvalidParameter", "Entity name does not match the name in the request URL.", fact="4.3/20"
        )
    for read_only in ("id", "type", "etag", "systemData"):
        sent.pop(read_only, None)
    tags, doubts = sent.get("tags", {}), call.doubts
    name_limit, value_limit = doubts.tag_name_limit, doubts.tag_value_limit
    too_long = any(len(key) > name_limit or len(tags[key]) > value_limit for key in tags)
    if too_long or len(tags) > doubts.tag_limit:
        message = f"At most {doubts.tag_limit} tags with names of {name_limit} and values of {value_limit} characters."
        raise ArmError(400, "InvalidTagNameOrValue", message, target="tags")


def settle_location(call: Call, sent: JSON, existing: Resource | None) -> str:
    """Check where a resource is to live: known (4.1/6) and not moved (4.1/7); give the short name."""
    wanted = sent.get("location")
    if wanted is None:
        if existing is not None:
            return str(existing.body["location"])
        message = "The location property is required for this definition."
        raise ArmError(400, "LocationRequired", message, gateway=True)
    short = regions.short(wanted)
    if short is None:
        raise location_unknown(call, wanted)
    if existing is not None and short != existing.body["location"]:
        message = (
            f"The resource '{call.target.name}' already exists in location '{existing.body['location']}' in resource "
            f"group '{call.target.group}'. A resource with the same name cannot be created in location '{short}'. "
            "Please select a new resource name."
        )
        raise ArmError(409, "InvalidResourceLocation", message, gateway=True)
    return short


def require_room(call: Call, location: str) -> None:
    """Refuse one more of its kind than a subscription may have in a region (4.4/6, 6/1-6/3)."""
    assert call.target.kind is not None
    most: int = getattr(call.settings.limits, _QUOTAS[call.target.kind])
    if call.store.count(call.target.kind, call.target.subscription) < most:  # of all regions, and quickly told
        return
    held = call.store.count_at(call.target.kind, call.target.subscription, location, call.now)
    if held >= most:
        message = (
            f"Operation could not be completed as it results in exceeding approved {_LABELS[call.target.kind]} quota. "
            f"Location: {location}, current limit: {most}, current usage: {held}."
        )
        raise ArmError(409, "OperationNotAllowed", message, fact="4.4/6")


def location_unknown(call: Call, location: str) -> ArmError:
    """Say that a region is none of ours (4.1/6)."""
    message = (
        f"The provided location '{location}' is not available for resource type 'Microsoft.Compute/{_type(call)}'. "
        f"List of available regions for the resource type is '{regions.all_short()}'."
    )
    return ArmError(400, "LocationNotAvailableForResourceType", message, gateway=True, fact="4.1/6")


def single(status: int, body: JSON, headers: dict[str, str] | None = None) -> Answer:
    """Answer with one resource in the layout of single resources (3.8/19)."""
    return Answer(status, indented(body), {"Content-Type": JSON_TYPE, **(headers or {})})


def refuse_nested(call: Call, resource: Resource) -> None:
    """Refuse to delete what has children, soft-deleted ones too (7/4), or had them until the cache knows (4.1/3)."""
    lag = call.settings.scaled(call.doubts.parent_cache_lag)
    nested = call.store.below(resource.key, call.now - lag, limit=5) or recycle_bin.holding(call, resource, limit=5)
    if not nested:
        return
    shown = ", ".join(f"Microsoft.Compute{child.split('Microsoft.Compute', 1)[-1]}" for child in nested)
    message = (
        "Cannot delete resource while nested resources exist. Some existing nested resource IDs include: "
        f"'{shown}'. Please delete all nested resources before deleting this resource."
    )
    raise ArmError(409, "CannotDeleteResource", message, gateway=True)


def delete(call: Call, duration: float, allowed: Callable[[Resource], None], *, advises: bool) -> Answer:
    """Begin a delete: 204 when nothing is there (3.1/14), else 202 with both operation URLs."""
    existing = call.store.find(call.target.key, call.now)
    if existing is None:
        missing = missing_parent(call)
        if missing is not None and call.doubts.delete_without_parent == "parent_not_found":
            raise parent_not_found(call, missing)
        return Answer(204)
    failure: JSON | None = None
    if existing.phase is Phase.DELETING and existing.failure is None:
        ends = existing.ends
    else:
        allowed(existing)
        failure = operations.spoiled(call)
        ends = call.now + call.settings.scaled(duration)
        call.store.put(replace(existing, phase=Phase.DELETING, started=call.now, ends=ends, failure=failure))
        if failure is None:
            _clear_away(call, existing)
        elif existing.kind is Kind.VERSION:
            recycle_bin.forget(call)
    headers = operations.begin(call, str(existing.body["location"]), ends, advises=advises, failure=failure)
    return Answer(202, b"", headers)


def _clear_away(call: Call, existing: Resource) -> None:
    """Let go what does not outlive a resource: its soft-deleted children, and its grants where that is so."""
    recycle_bin.empty(call, existing.key)
    if call.doubts.assignments_of_deleted == "removed":
        _remove_assignments(call, existing.key)


def _remove_assignments(call: Call, scope: str) -> None:
    for assignment in call.store.of_kind(Kind.ASSIGNMENT, call.now):
        if assignment.parent == scope or assignment.parent.startswith(f"{scope}/"):
            call.store.remove(assignment.key)
