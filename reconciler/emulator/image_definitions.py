"""Image definitions: what a write may contain and change, and what comes back.

Almost everything here is immutable; the exceptions are few and each has a rule of its own
(`features`, `end_of_life`). A PATCH that leaves osType out is read as Windows (3.4/5).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.emulator import (
    api_versions,
    contents,
    end_of_life,
    envelopes,
    features,
    frozen,
    names,
    operations,
    writes,
)
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError
from reconciler.emulator.contents import DATE, FLAG, NUMBER, READ_ONLY, TEXT, Choice, Items, Names
from reconciler.emulator.frozen import Frozen
from reconciler.emulator.records import Phase, Resource

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON
    from reconciler.emulator.world import Call

_RANGE = {"min": NUMBER, "max": NUMBER}
_TEMPLATE = {
    "location": TEXT,
    "tags": Names(TEXT),
    "properties": {
        "osType": Choice(("Windows", "Linux")),
        "osState": Choice(("Generalized", "Specialized")),
        "hyperVGeneration": Choice(("V1", "V2")),
        "architecture": Choice(("x64", "Arm64")),
        "identifier": {"publisher": TEXT, "offer": TEXT, "sku": TEXT},
        "description": TEXT,
        "eula": TEXT,
        "privacyStatementUri": TEXT,
        "releaseNoteUri": TEXT,
        "endOfLifeDate": DATE,
        "recommended": {"vCPUs": _RANGE, "memory": _RANGE},
        "disallowed": {"diskTypes": Items(TEXT)},
        "purchasePlan": {"name": TEXT, "publisher": TEXT, "product": TEXT},
        "features": Items({"name": TEXT, "value": TEXT, "startsAtVersion": TEXT}),
        "allowUpdateImage": FLAG,
        "provisioningState": READ_ONLY,
    },
}
_PREFIX = "galleryImage"
_FROZEN = (
    Frozen("osType"),
    Frozen("osState", default="Generalized"),
    Frozen("hyperVGeneration"),
    Frozen("architecture", default="x64"),
    Frozen("identifier.publisher"),
    Frozen("identifier.offer"),
    Frozen("identifier.sku"),
    Frozen("eula"),
    Frozen("privacyStatementUri"),
    Frozen("purchasePlan.name"),
    Frozen("purchasePlan.publisher"),
    Frozen("purchasePlan.product"),
)
_ORDER = (
    "hyperVGeneration",
    "architecture",
    "features",
    "osType",
    "osState",
    "identifier",
    "provisioningState",
)


def write(call: Call) -> Answer:
    """Answer PUT and PATCH."""
    gallery = writes.require_parent(call)
    assert gallery is not None
    sent = contents.conform(call.body, _TEMPLATE)
    existing = call.store.find(call.target.key, call.now)
    if existing is None and call.method == "PATCH":
        raise writes.not_found(call)
    writes.check_envelope(call, sent)
    if existing is None:
        names.check_definition(call.target.name)
    else:
        writes.refuse_deleted(call, existing)
    location = writes.settle_location(call, sent, existing)
    body = envelopes.frame(call, location, sent, existing.body if existing is not None else {})
    properties = sent.get("properties", {})
    if existing is None:
        writes.require_room(call, location)
        body["properties"] = _new(call, properties)
        return _create(call, body)
    body["properties"] = _changed(call, existing.body["properties"], properties)
    return _update(call, existing, body)


def _new(call: Call, sent: JSON) -> JSON:
    sent.pop("allowUpdateImage", None)
    _require_core(sent)
    _require_unique(call, sent["identifier"])
    sent.setdefault("osState", "Generalized")
    sent.setdefault("hyperVGeneration", _generation(call))
    sent.setdefault("architecture", "x64")
    offered = features.first(call, sent.get("features"), sent["hyperVGeneration"])
    if offered is not None:
        sent["features"] = offered
    return _settled(call, {}, sent)


def _generation(call: Call) -> str:
    """Give the default generation of this api-version (3.8/13)."""
    if call.doubts.default_generation != "by_version":
        return call.doubts.default_generation
    return "V2" if call.api_version >= api_versions.NEW_DEFAULTS_FROM else "V1"


def _require_core(sent: JSON) -> None:
    contents.required(sent.get("osType"), f"{_PREFIX}.properties.osType")
    contents.required(sent.get("identifier"), f"{_PREFIX}.properties.identifier")
    for part in ("publisher", "offer", "sku"):
        names.check_identifier(part, sent["identifier"].get(part))


def mark(identifier: JSON) -> str:
    """Fold the triplet that is unique inside one gallery (2.3/5)."""
    return "\n".join(str(identifier.get(part, "")) for part in ("publisher", "offer", "sku")).lower()


def _require_unique(call: Call, identifier: JSON) -> None:
    """Refuse a triplet that another definition of the gallery has (4.2/2)."""
    twins = call.store.marked(Kind.IMAGE, call.target.scope.lower(), mark(identifier), call.now)
    if not twins:
        return
    message = (
        f"Gallery image: {twins[0].name} identified by (publisher:{identifier['publisher']}, "
        f"offer:{identifier['offer']}, sku:{identifier['sku']}) already exists. Choose a different publisher, offer, "
        "sku combination."
    )
    raise ArmError(409, "OperationNotAllowed", message)


def _changed(call: Call, stored: JSON, sent: JSON) -> JSON:
    allowed = sent.pop("allowUpdateImage", False)
    os_type = sent.get("osType")
    if call.method == "PATCH":
        sent = contents.laid_over(stored, sent, deep=call.doubts.patch_merge == "deep")
        sent["osType"] = os_type or "Windows"
    else:
        contents.required(os_type, f"{_PREFIX}.properties.osType")
        if call.doubts.omitted == "kept":
            sent = stored | sent
    frozen.hold(_PREFIX, _FROZEN, stored, sent)
    kept = features.next_after(call, stored.get("features"), sent.get("features"), allowed=allowed)
    if kept is not None:
        sent["features"] = kept
    return _settled(call, stored, sent)


def _settled(call: Call, stored: JSON, sent: JSON) -> JSON:
    _check_ranges(sent.get("recommended", {}))
    target = f"{_PREFIX}.properties.endOfLifeDate"
    date = end_of_life.settle(call, target, stored.get("endOfLifeDate"), sent.get("endOfLifeDate"))
    if date is not None:
        sent["endOfLifeDate"] = date
    if sent.get("disallowed") == {}:
        del sent["disallowed"]
    return sent


def _check_ranges(recommended: JSON) -> None:
    """Refuse a minimum above its maximum (4.2/8)."""
    for name in ("vCPUs", "memory"):
        limits = recommended.get(name, {})
        if limits.get("min", 0) > limits.get("max", limits.get("min", 0)):
            label = f"{_PREFIX}.properties.recommended.{name}"
            message = f"The minimum value of {label} must not be greater than the maximum value of {label}."
            raise ArmError(400, "InvalidParameter", message, target=label, fact="4.2/8")


def _create(call: Call, body: JSON) -> Answer:
    resource = Resource(
        call.target.id,
        Kind.IMAGE,
        call.target.scope.lower(),
        call.target.subscription,
        body,
        {},
        mark(body["properties"]["identifier"]),
        Phase.CREATING,
        call.now,
        call.now + call.settings.scaled(call.settings.durations.definition),
        operations.spoiled(call),
    )
    return _accepted(call, 201, resource)


def _update(call: Call, existing: Resource, body: JSON) -> Answer:
    ends = call.now + call.settings.scaled(call.settings.durations.definition)
    return _accepted(
        call,
        200,
        replace(
            existing, body=body, phase=Phase.UPDATING, started=call.now, ends=ends, failure=operations.spoiled(call)
        ),
    )


def _accepted(call: Call, status: int, resource: Resource) -> Answer:
    call.store.put(resource)
    headers = operations.begin(call, resource.body["location"], resource.ends, advises=False, failure=resource.failure)
    return writes.single(status, show(resource, resource.phase.value, call.api_version), headers)


def get(call: Call) -> Answer:
    """Answer GET."""
    resource = writes.require(call)
    return writes.single(200, show(resource, resource.provisioning(call.now), call.api_version))


def delete(call: Call) -> Answer:
    """Answer DELETE: versions first (4.2/9)."""
    return writes.delete(
        call,
        call.settings.durations.definition,
        lambda resource: writes.refuse_nested(call, resource),
        advises=call.doubts.definition_delete_advises,
    )


def show(resource: Resource, state: str, api_version: str) -> JSON:
    """Build the body of a definition as PUT, GET and LIST show it, keys in the service's order (2.3/15)."""
    stored = resource.body["properties"] | {"provisioningState": state}
    properties = {name: stored.pop(name) for name in _ORDER if name in stored} | stored
    api_versions.trim(Kind.IMAGE, properties, api_version)
    return envelopes.shown(resource, properties)
