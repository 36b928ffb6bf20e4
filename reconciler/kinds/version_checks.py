"""What can be wrong with a declared version beyond types: name, source, regions, replicas, keys, dates.

Apart from the fields because these are statements about several fields together (azure facts 2.4, 4.3, 6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.kinds.paths import entry_name
from reconciler.kinds.scalars import plain_version, read_as, version_parts
from reconciler.model.address import Address
from reconciler.model.diagnostic import Problem
from reconciler.model.state import Body, Path

MAX_REPLICAS: Final = 100
MANY_REPLICAS: Final = 50  # what the service recommends at most (fact 6/4)
MAX_SHA256_KEYS: Final = 256
MAX_LUN: Final = 63
REGIONS: Final[Path] = ("publishingProfile", "targetRegions")
SOURCE_HINT = "one of storageProfile.source.{id|virtualMachineId|communityGalleryImageId}, or a source for the OS disk"


def check(address: Address, body: Body) -> Iterator[Problem]:
    """All findings about one declared version; paths are canonical."""
    name = address.version or ""
    if version_parts(name) is None:
        yield Problem(
            (), "bad-version-name", f"“{name}” cannot be a version", "Major.Minor.Patch, each a 32-bit integer: 1.4.0"
        )
    elif plain_version(name) != name:
        yield Problem((), "bad-version-name", f"“{name}” has leading zeros", read_as(name))
    yield from _check_sources(body.get("storageProfile"))
    publishing = body.get("publishingProfile") or {}
    yield from _check_regions(body, publishing)
    yield from _check_counts(publishing)
    yield from _check_shallow(publishing)
    yield from _check_keys(body)


def _check_sources(storage: Mapping[str, Any] | None) -> Iterator[Problem]:
    if storage is None:
        return
    direct = [key for key, value in (storage.get("source") or {}).items() if value is not None]
    os_disk = (storage.get("osDiskImage") or {}).get("source") or {}
    data = storage.get("dataDiskImages") or {}
    disks = bool(os_disk) or any((disk or {}).get("source") for disk in data.values())
    if len(direct) > 1 or (direct and disks):
        yield Problem(("storageProfile",), "several-sources", "a version has exactly one kind of source", SOURCE_HINT)
    if not direct and not disks:
        yield Problem(("storageProfile",), "no-source", "a version needs a source", SOURCE_HINT)
    if disks and not os_disk:
        yield Problem(
            ("storageProfile", "dataDiskImages"), "no-os-disk", "data disks need an OS disk source beside them"
        )
    yield from _check_disk(("storageProfile", "osDiskImage", "source"), os_disk)
    for lun, disk in data.items():
        yield from _check_disk(("storageProfile", "dataDiskImages", lun, "source"), (disk or {}).get("source") or {})
        number = entry_name(lun)  # a disk without one is complained about where lists are read
        if number.removeprefix("-").isdecimal() and not 0 <= int(number) <= MAX_LUN:
            yield Problem(("storageProfile", "dataDiskImages", lun), "bad-lun", f"a LUN is 0–{MAX_LUN}")


def _check_disk(path: Path, source: Mapping[str, Any]) -> Iterator[Problem]:
    if source.get("id") and source.get("uri"):
        yield Problem(path, "several-sources", "a disk comes from an id or from a VHD address, not both")
    if bool(source.get("uri")) != bool(source.get("storageAccountId")):
        yield Problem(path, "vhd-account", "a VHD needs both uri and storageAccountId")


def _check_regions(body: Body, publishing: Mapping[str, Any]) -> Iterator[Problem]:
    regions = publishing.get("targetRegions")
    home = body.get("location")
    if regions is None or home is None:
        return
    if f"[{home}]" not in regions:
        yield Problem(
            REGIONS,
            "home-region-missing",
            f"the version's location {home} is not among its target regions",
            f"add {home}, or set location to one of the regions",
        )


def _check_counts(publishing: Mapping[str, Any]) -> Iterator[Problem]:
    counts: list[tuple[Path, Any]] = [(("publishingProfile", "replicaCount"), publishing.get("replicaCount"))]
    for key, entry in (publishing.get("targetRegions") or {}).items():
        counts.append(((*REGIONS, key, "regionalReplicaCount"), entry.get("regionalReplicaCount")))
        for extra, more in (entry.get("additionalReplicaSets") or {}).items():
            path = (*REGIONS, key, "additionalReplicaSets", extra, "regionalReplicaCount")
            counts.append((path, more.get("regionalReplicaCount")))
    for key, entry in (publishing.get("targetExtendedLocations") or {}).items():
        path = ("publishingProfile", "targetExtendedLocations", key, "extendedLocationReplicaCount")
        counts.append((path, entry.get("extendedLocationReplicaCount")))
    for path, count in counts:
        if count is not None and not 1 <= count <= MAX_REPLICAS:
            yield Problem(path, "bad-replica-count", f"{count} replicas: the service takes 1 to {MAX_REPLICAS}")
        elif count is not None and count > MANY_REPLICAS:
            yield Problem(path, "many-replicas", f"{count} replicas in one region: {MANY_REPLICAS} are enough (6/4)")


def _check_shallow(publishing: Mapping[str, Any]) -> Iterator[Problem]:
    if publishing.get("replicationMode") != "Shallow":
        return
    for key, entry in (publishing.get("targetRegions") or {}).items():
        if entry.get("encryption"):
            yield Problem(
                (*REGIONS, key, "encryption"), "shallow-encryption", "Shallow replication cannot be encrypted"
            )


def _check_keys(body: Body) -> Iterator[Problem]:
    uefi = (body.get("securityProfile") or {}).get("uefiSettings") or {}
    signatures = uefi.get("additionalSignatures") or {}
    entries = [signatures.get("pk"), *(entry for part in ("kek", "db", "dbx") for entry in signatures.get(part) or ())]
    count = sum(len(entry.get("value") or ()) for entry in entries if entry and entry.get("type") == "sha256")
    if count > MAX_SHA256_KEYS:
        yield Problem(
            ("securityProfile", "uefiSettings", "additionalSignatures"),
            "too-many-keys",
            f"{count} sha256 keys: the service takes {MAX_SHA256_KEYS}",
        )
