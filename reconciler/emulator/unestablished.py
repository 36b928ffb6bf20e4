"""Parts of a version whose change no source speaks of: host caching, edge zones' storage and keys, secrets.

One doubt decides for all of them. By default they are frozen, so that a client which would change them
finds out here and not on the real service.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.emulator import frozen, regions
from reconciler.emulator.frozen import Frozen

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON

_VERSION = "galleryImageVersion"
_CACHING = "storageProfile.osDiskImage.hostCaching"
_SECRETS = Frozen("securityProfile.secretsProvisioningSettings")
_ZONES = f"{_VERSION}.properties.publishingProfile.targetExtendedLocations"


def hold(stored: JSON, sent: JSON) -> None:
    """Refuse a change of what is frozen by doubt (2.4/16, 2.4/22, 2.4/24, 2.5); `sent` keeps what it left out."""
    frozen.hold(_VERSION, (_SECRETS,), stored, sent)
    before, after = frozen.look(stored, _CACHING), frozen.look(sent, _CACHING)
    if None not in (before, after) and before != after:
        raise frozen.change_refused(f"{_VERSION}.properties.{_CACHING}")
    _hold_disks(stored.get("storageProfile", {}), sent.get("storageProfile", {}))
    _hold_zones(stored.get("publishingProfile", {}), sent.get("publishingProfile", {}))


def _hold_disks(stored: JSON, sent: JSON) -> None:
    before = {disk["lun"]: disk.get("hostCaching") for disk in stored.get("dataDiskImages", [])}
    for disk in sent.get("dataDiskImages", []):
        wanted = disk.get("hostCaching")
        if wanted is not None and disk.get("lun") in before and wanted != before[disk["lun"]]:
            raise frozen.change_refused(f"{_VERSION}.properties.storageProfile.dataDiskImages.hostCaching")


def _hold_zones(stored: JSON, sent: JSON) -> None:
    before = {_zone(zone): zone for zone in stored.get("targetExtendedLocations", [])}
    for zone in sent.get("targetExtendedLocations") or []:
        old = before.get(_zone(zone))
        for name in ("storageAccountType", "encryption"):
            if old is not None and name in zone and _folded(zone[name]) != _folded(old.get(name)):
                raise frozen.change_refused(f"{_ZONES}.{name}")


def _zone(zone: JSON) -> str:
    inner = zone.get("extendedLocation") or {}
    return f"{regions.fold(zone.get('name', ''))}/{inner.get('name', '')}".lower()


def _folded(value: object) -> str:
    return json.dumps(value, sort_keys=True).lower()
