"""The publishing profile of a version: regions in any spelling, counts, storage types, and their rules.

The list of regions is replaced as a whole (3.4/2); what may not change per region is compared by the
region's folded name, and a region that would go is refused unless the safety flag lets it (4.3/18).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.emulator import end_of_life, frozen, moments, regions, replication, writes
from reconciler.emulator.answers import ArmError
from reconciler.emulator.contents import DATE, FLAG, NUMBER, READ_ONLY, TEXT, Choice, Items
from reconciler.emulator.frozen import Frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.world import Call

_STORAGE = Choice(("Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS"))
_ENCRYPTION = {"dataDiskImages": Items({"lun": NUMBER, "diskEncryptionSetId": TEXT})}
TEMPLATE = {
    "targetRegions": Items(
        {
            "name": TEXT,
            "regionalReplicaCount": NUMBER,
            "storageAccountType": _STORAGE,
            "encryption": _ENCRYPTION,
            "excludeFromLatest": FLAG,
            "additionalReplicaSets": Items({"storageAccountType": _STORAGE, "regionalReplicaCount": NUMBER}),
        }
    ),
    "replicaCount": NUMBER,
    "excludeFromLatest": FLAG,
    "publishedDate": READ_ONLY,
    "endOfLifeDate": DATE,
    "storageAccountType": _STORAGE,
    "storageAccountStrategy": Choice(("PreferStandard_ZRS", "DefaultStandard_LRS")),
    "replicationMode": Choice(("Full", "Shallow")),
    "targetExtendedLocations": Items(
        {
            "name": TEXT,
            "extendedLocation": {"name": TEXT, "type": Choice(("EdgeZone", "Unknown"))},
            "extendedLocationReplicaCount": NUMBER,
            "storageAccountType": Choice(("Standard_LRS", "StandardSSD_LRS", "Standard_ZRS", "Premium_LRS")),
        }
    ),
}
_PROFILE = "galleryImageVersion.properties.publishingProfile"
_LIST = f"{_PROFILE}.targetRegions"
_FROZEN = (
    Frozen("publishingProfile.storageAccountType", default="Standard_LRS"),
    Frozen("publishingProfile.replicationMode", default="Full"),
)
_STRATEGY = Frozen("publishingProfile.storageAccountStrategy")


def settle(call: Call, location: str, existing: Resource | None, sent: JSON, *, removable: bool) -> JSON:
    """Settle the whole profile of a write; `removable` tells whether regions may go."""
    stored = existing.body["properties"]["publishingProfile"] if existing is not None else {}
    profile = (stored | sent) if call.doubts.omitted == "kept" else dict(sent)
    if existing is not None:
        rows = (*_FROZEN, _STRATEGY) if call.doubts.strategy_frozen else _FROZEN
        profile = _held(rows, stored, profile)
    count = profile.get("replicaCount", 1)
    _check_count(call, count, "replicaCount")
    profile = {
        "targetRegions": _targets(call, location, existing, stored, profile, removable=removable),
        "replicaCount": count,
        "excludeFromLatest": profile.get("excludeFromLatest", False),
        "publishedDate": stored.get("publishedDate", moments.at(call.now)),
        **{name: value for name, value in profile.items() if name not in ("targetRegions", "publishedDate")},
    }
    profile.setdefault("storageAccountType", "Standard_LRS")
    date = end_of_life.settle(call, f"{_PROFILE}.endOfLifeDate", stored.get("endOfLifeDate"), sent.get("endOfLifeDate"))
    return profile if date is None else profile | {"endOfLifeDate": date}


def _held(rows: tuple[Frozen, ...], stored: JSON, profile: JSON) -> JSON:
    wrapped = {"publishingProfile": profile}
    frozen.hold("galleryImageVersion", rows, {"publishingProfile": stored}, wrapped)
    return wrapped["publishingProfile"]


def _check_count(call: Call, count: int, name: str) -> None:
    """Refuse a replica count that is out of range (4.3/5)."""
    if 1 <= count <= call.doubts.max_region_replicas:
        return
    target = f"galleryArtifactVersion.properties.publishingProfile.{name}"
    message = (
        f"The value {count} of parameter '{target}' is out of range. The value must be between '1' and "
        f"'{call.doubts.max_region_replicas}', inclusive."
    )
    raise ArmError(400, "InvalidParameter", message, target=target)


def _targets(
    call: Call, location: str, existing: Resource | None, stored: JSON, profile: JSON, *, removable: bool
) -> list[JSON]:
    before = {regions.fold(item["name"]): item for item in stored.get("targetRegions", [])}
    wanted = profile.get("targetRegions")
    if wanted is None:
        keeps = existing is not None and call.doubts.target_regions_omitted == "kept"
        wanted = stored["targetRegions"] if keeps else [{"name": location}]
    seen = _by_region(call, wanted)
    if location not in seen:
        listed = ", ".join(item["name"] for item in wanted)
        message = (
            f"Gallery image version publishing profile regions '{listed}' must contain the location of image version "
            f"'{location}'"
        )
        raise ArmError(400, "InvalidParameter", message, target=_LIST, fact="4.3/3")
    if existing is not None and not removable:
        _refuse_removal(call, before.keys() - seen.keys(), existing)
    return [_region(call, region, item, before.get(region), profile) for region, item in seen.items()]


def _by_region(call: Call, wanted: list[JSON]) -> dict[str, JSON]:
    seen: dict[str, JSON] = {}
    for item in wanted:
        name = item.get("name")
        if not name:
            raise ArmError(400, "InvalidParameter", f"Required parameter '{_LIST}.name' is missing (null).")
        region = regions.short(name)
        if region is None:
            raise writes.location_unknown(call, name)
        if region in seen:
            message = "Duplicate regions are not allowed in target publishing regions."
            raise ArmError(400, "InvalidParameter", message, target=_LIST)
        seen[region] = item
    return seen


def _refuse_removal(call: Call, gone: set[str], existing: Resource) -> None:
    replicated = sorted(name for name in gone if replication.replicated(existing.hidden["regions"], name))
    if not replicated:
        return
    message = (
        f"Removing the target regions '{', '.join(replicated)}' is not allowed because "
        "safetyProfile.allowDeletionOfReplicatedLocations is false for this gallery image version."
    )
    raise ArmError(call.doubts.region_removal_status, call.doubts.region_removal_code, message, target=_LIST)


def _region(call: Call, region: str, sent: JSON, before: JSON | None, profile: Mapping[str, object]) -> JSON:
    """Settle one region: display name, count (3.4/4), storage type and encryption held if it was there."""
    count = sent.get("regionalReplicaCount", profile.get("replicaCount", 1))
    assert isinstance(count, int)
    _check_count(call, count, "targetRegions.regionalReplicaCount")
    kind = sent.get("storageAccountType")
    encryption = sent.get("encryption")
    if before is not None:
        if kind not in (None, before["storageAccountType"]):
            raise frozen.change_refused(f"{_LIST}.storageAccountType", fact="4.3/2")
        kind = before["storageAccountType"]
        if encryption is not None and _folded(encryption) != _folded(before.get("encryption")):
            raise frozen.change_refused(f"{_LIST}.encryption")
        encryption = before.get("encryption")
    settled: JSON = {
        "name": regions.display(region),
        "regionalReplicaCount": count,
        "storageAccountType": kind or profile.get("storageAccountType", "Standard_LRS"),
        **{name: value for name, value in sent.items() if name not in _SETTLED},
    }
    return settled if encryption is None else settled | {"encryption": encryption}


_SETTLED = ("name", "regionalReplicaCount", "storageAccountType", "encryption")


def _folded(encryption: object) -> str:
    return json.dumps(encryption, sort_keys=True).lower()
