"""Image versions: the flow of a write, what comes back, and what stands in the way of a delete.

Content rules live next door: `publishing` for regions, `sources` for bytes, `replication` for time.
One write at a time: another one is refused until the regions are done (4.3/14).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import (
    api_versions,
    contents,
    end_of_life,
    envelopes,
    frozen,
    names,
    operations,
    publishing,
    recycle_bin,
    regions,
    replication,
    security,
    source_checks,
    sources,
    unestablished,
    writes,
)
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError, error_object
from reconciler.emulator.contents import FLAG, READ_ONLY, TEXT, Names
from reconciler.emulator.records import Phase, Resource

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_TEMPLATE = {
    "location": TEXT,
    "tags": Names(TEXT),
    "properties": {
        "publishingProfile": publishing.TEMPLATE,
        "storageProfile": sources.TEMPLATE,
        "safetyProfile": {
            "allowDeletionOfReplicatedLocations": FLAG,
            "blockDeletionBeforeEndOfLife": FLAG,
            "reportedForPolicyViolation": READ_ONLY,
            "policyViolations": READ_ONLY,
        },
        "securityProfile": security.TEMPLATE,
        "restore": FLAG,
        "provisioningState": READ_ONLY,
        "replicationStatus": READ_ONLY,
        "validationsProfile": READ_ONLY,
    },
}
_PREFIX = "galleryImageVersion"
_REMOVABLE = "allowDeletionOfReplicatedLocations"


def write(call: Call) -> Answer:
    """Answer PUT and PATCH."""
    definition = writes.require_parent(call)
    assert definition is not None
    sent = contents.conform(call.body, _TEMPLATE)
    existing = call.store.find(call.target.key, call.now)
    kept = recycle_bin.claimed(call, existing, sent.get("properties", {}))
    if existing is None and kept is None and call.method == "PATCH":
        raise writes.not_found(call)
    writes.check_envelope(call, sent)
    if kept is not None:
        return _restored(call, kept, sent)
    if existing is None:
        names.check_version(call.target.name)
    else:
        writes.refuse_deleted(call, existing)
        _refuse_busy(call, existing)
    location = writes.settle_location(call, sent, existing)
    body = envelopes.frame(call, location, sent, existing.body if existing is not None else {})
    try:
        body["properties"] = _properties(call, location, existing, sent.get("properties", {}))
    except ArmError as error:
        if existing is None or call.doubts.source_change == "refused" or not _names_a_source(error):
            raise
        return _failing(call, existing, error)
    if existing is None:
        writes.require_room(call, location)
        taken = source_checks.settle(call, definition, body)
        recycle_bin.forget(call)
    else:
        taken = _taken(existing)
    return _accepted(call, existing, body, taken)


def _restored(call: Call, kept: Resource, sent: JSON) -> Answer:
    """Bring a soft-deleted version back as it was (2.4/30); tags and the safety profile may be stated anew."""
    if kept.ends < kept.hidden["gone"]:
        writes.refuse_deleted(call, kept)
    location = writes.settle_location(call, sent, kept)
    safety = sent.get("properties", {}).get("safetyProfile", kept.body["properties"].get("safetyProfile", {}))
    properties = kept.body["properties"] | ({"safetyProfile": safety} if safety else {})
    tags = sent.get("tags", kept.body.get("tags"))
    head: JSON = {"location": location} | ({} if tags is None else {"tags": tags})
    rest = {name: value for name, value in kept.body.items() if name not in _SETTLED}
    ends = call.now + call.settings.scaled(call.settings.durations.version_write)
    resource = replace(
        recycle_bin.taken_out(call, kept),
        body=head | rest | {"properties": properties},
        phase=Phase.UPDATING,
        started=call.now,
        ends=ends,
    )
    call.store.put(resource)
    headers = operations.begin(call, location, ends, advises=True)
    return writes.single(200, _body(call, resource, resource.phase.value), headers)


def _born(existing: Resource) -> bool:
    """Tell whether a version was ever created with success: only then does it have sizes (2.4/23)."""
    return bool(existing.hidden["born"]) or existing.failure is None


def _names_a_source(error: ArmError) -> bool:
    return error.code == "PropertyChangeNotAllowed" and ".storageProfile." in (error.target or "")


def _failing(call: Call, existing: Resource, error: ArmError) -> Answer:
    """Accept a write that is known to fail, as the service once did (3.2/9): nothing but the state changes."""
    ends = call.now + call.settings.scaled(call.settings.durations.version_write)
    failure = error_object(error)
    hidden = existing.hidden | {"born": _born(existing)}
    resource = replace(existing, hidden=hidden, phase=Phase.UPDATING, started=call.now, ends=ends, failure=failure)
    call.store.put(resource)
    headers = operations.begin(call, resource.body["location"], ends, advises=True, failure=failure)
    return writes.single(200, _body(call, resource, resource.phase.value), headers)


def _refuse_busy(call: Call, existing: Resource) -> None:
    """Refuse a second write while one runs (4.3/14)."""
    if existing.busy(call.now):
        message = (
            f"Another operation is in progress on gallery image version '{existing.name}'. Wait for it to complete "
            "and retry."
        )
        raise ArmError(call.doubts.concurrent_status, call.doubts.concurrent_code, message, target=existing.name)


def _properties(call: Call, location: str, existing: Resource | None, sent: JSON) -> JSON:
    stored: JSON = existing.body["properties"] if existing is not None else {}
    if call.method == "PATCH":
        sent = contents.laid_over(stored, sent, deep=call.doubts.patch_merge == "deep")
    elif "storageProfile" not in sent:
        contents.required(None, f"{_PREFIX}.properties.storageProfile")
    elif call.doubts.omitted == "kept":
        sent = stored | sent
    storage = dict(sent.get("storageProfile", {}))
    if existing is None:
        sources.check_new(storage)
        _inherit(call, storage)
    else:
        storage = sources.hold(stored["storageProfile"], storage)
        frozen.hold(_PREFIX, security.FROZEN, stored, sent)
        if call.doubts.unestablished == "frozen":
            unestablished.hold(stored, sent)
    security.check_keys(sent)
    profile = publishing.settle(
        call,
        location,
        existing,
        sent.get("publishingProfile", {}),
        removable=_removable(call, stored, sent.get("safetyProfile", {})),
    )
    return sent | {"publishingProfile": profile, "storageProfile": storage}


def _inherit(call: Call, storage: JSON) -> None:
    """Read the source where it is a version that is kept here; any other source exists but has nothing to read."""
    origin = call.store.find(str(storage.get("source", {}).get("id", "")).lower(), call.now)
    if origin is not None and origin.kind is Kind.VERSION:
        sources.inherit(storage, origin.body["properties"]["storageProfile"])


def _removable(call: Call, stored: JSON, sent: JSON) -> bool:
    """Tell whether this write may take regions away (2.4/25): by the stored flag, unless set otherwise."""
    rule = call.settings.region_removal
    before = bool(stored.get("safetyProfile", {}).get(_REMOVABLE, call.doubts.region_removal_default))
    return rule == "free" or before or (rule == "same_request" and bool(sent.get(_REMOVABLE)))


def _taken(existing: Resource) -> JSON:
    """Give what a version took over from its source when it was made."""
    return {name: value for name, value in existing.hidden.items() if name not in _OWN}


def _accepted(call: Call, existing: Resource | None, body: JSON, taken: JSON) -> Answer:
    before = existing.hidden["regions"] if existing is not None else None
    profile, home = body["properties"]["publishingProfile"], body["location"]
    verdict = source_checks.verdict(call.settings, taken, profile.get("replicationMode", "Full"))
    course = replication.plan(call, targets(body["properties"]), home, before, verdict)
    failure = course.failure or operations.spoiled(call)
    hidden = {
        "regions": course.timelines,
        "born": existing is not None and _born(existing),
        "removable": call.doubts.region_removal_default,
        **taken,
    }
    new = Resource(call.target.id, Kind.VERSION, call.target.scope.lower(), call.target.subscription, body)
    resource = replace(
        existing or new,
        body=body,
        hidden=hidden,
        phase=Phase.CREATING if existing is None else Phase.UPDATING,
        started=call.now,
        ends=course.ends,
        failure=failure,
    )
    call.store.put(resource)
    headers = operations.begin(call, body["location"], course.ends, advises=True, failure=failure)
    status = 201 if existing is None else 200
    return writes.single(status, _body(call, resource, resource.phase.value), headers)


def targets(properties: JSON) -> list[str]:
    """Give the short names of a version's regions, in their order."""
    return [regions.fold(item["name"]) for item in properties["publishingProfile"]["targetRegions"]]


def get(call: Call) -> Answer:
    """Answer GET, with replication status and UEFI settings when asked for (3.6/1)."""
    resource = writes.require(call)
    body = _body(call, resource, resource.provisioning(call.now))
    asked = {name.strip().lower() for name in call.query.get("$expand", "").split(",")}
    stored = resource.body["properties"]
    if "replicationstatus" in asked:
        status = replication.status(call.doubts, resource.hidden["regions"], targets(stored), call.now)
        body["properties"]["replicationStatus"] = status
    uefi = frozen.look(stored, security.UEFI)
    if "uefisettings" in asked and uefi is not None:
        frozen.place(body["properties"], security.UEFI, uefi)
    return writes.single(200, body)


def delete(call: Call) -> Answer:
    """Answer DELETE: refused while a write runs, and before the end of life where that is asked for."""
    seconds = call.settings.durations.version_delete
    return writes.delete(call, seconds, lambda resource: _leave(call, resource, seconds), advises=True)


def _leave(call: Call, resource: Resource, seconds: float) -> None:
    _require_deletable(call, resource)
    recycle_bin.keep(call, resource, call.now + call.settings.scaled(seconds))


def _require_deletable(call: Call, resource: Resource) -> None:
    if call.doubts.delete_during_write == "refused":
        _refuse_busy(call, resource)
    properties = resource.body["properties"]
    blocked = properties.get("safetyProfile", {}).get("blockDeletionBeforeEndOfLife", False)
    if blocked and end_of_life.ahead(properties["publishingProfile"].get("endOfLifeDate"), call.now):
        message = (
            "Deletion of Gallery image version is not allowed because the image is enabled for "
            "blockDeletionBeforeEndOfLife and its endOfLifeDate has not reached yet"
        )
        code = "DeleteGalleryImageVersionBlockedBeforeEndOfLife"
        raise ArmError(call.doubts.end_of_life_block_status, code, message)


def _body(call: Call, resource: Resource, state: str) -> JSON:
    return show(resource, state, call.api_version)


def show(resource: Resource, state: str, api_version: str) -> JSON:
    """Build the body of a version as PUT, GET and LIST show it."""
    stored = resource.body["properties"]
    ready = resource.hidden["born"] or state == "Succeeded"
    safety = {"reportedForPolicyViolation": False, _REMOVABLE: resource.hidden["removable"]}
    properties: JSON = {
        "publishingProfile": stored["publishingProfile"],
        "storageProfile": sources.filled(stored["storageProfile"], resource.hidden, ready=ready),
        "safetyProfile": safety | stored.get("safetyProfile", {}),
        "provisioningState": state,
        "validationsProfile": {"validationOperationStatus": "NotExecuted"},
        **{name: value for name, value in stored.items() if name not in _SHOWN},
    }
    profile = security.shown(stored)
    if profile:
        properties["securityProfile"] = profile
    api_versions.trim(Kind.VERSION, properties, api_version)
    return envelopes.shown(resource, properties)


_SETTLED = ("location", "tags", "properties")
_OWN = ("regions", "born", "removable")
_SHOWN = ("publishingProfile", "storageProfile", "safetyProfile", "securityProfile")
