"""Where a version's bytes come from: exactly one kind of source, well-formed ids, never changed after.

What is filled in from the source once a version exists (sizes, caching) is decided here too (3.8/9).
Whether a source exists and fits the definition is the business of `source_checks`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.emulator import frozen
from reconciler.emulator.answers import ArmError
from reconciler.emulator.contents import NUMBER, READ_ONLY, TEXT, Choice, Items
from reconciler.emulator.frozen import Frozen

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON

_DISK_SOURCE = {"id": TEXT, "uri": TEXT, "storageAccountId": TEXT}
_CACHING = Choice(("None", "ReadOnly", "ReadWrite"))
TEMPLATE = {
    "source": {"id": TEXT, "virtualMachineId": TEXT, "communityGalleryImageId": TEXT},
    "osDiskImage": {"sizeInGB": READ_ONLY, "hostCaching": _CACHING, "source": _DISK_SOURCE},
    "dataDiskImages": Items({"lun": NUMBER, "sizeInGB": READ_ONLY, "hostCaching": _CACHING, "source": _DISK_SOURCE}),
}
_VERSION = "galleryImageVersion"
FROZEN = (
    Frozen("storageProfile.source.id", fold=True),
    Frozen("storageProfile.source.virtualMachineId", fold=True),
    Frozen("storageProfile.source.communityGalleryImageId", fold=True),
    Frozen("storageProfile.osDiskImage.source.id", fold=True),
    Frozen("storageProfile.osDiskImage.source.uri"),
    Frozen("storageProfile.osDiskImage.source.storageAccountId", fold=True),
)
_QUALIFIED = re.compile(
    r"^/subscriptions/[^/]+/.+/.+|^/providers/[^/]+/.+|^/communityGalleries/[^/]+/.+", re.IGNORECASE | re.ASCII
)
_WHOLE = re.compile(
    r"/providers/microsoft\.compute/(images|virtualmachines|galleries/[^/]+/images/[^/]+/versions)/[^/]+$",
    re.IGNORECASE | re.ASCII,
)
_DISK = re.compile(r"/providers/microsoft\.compute/(disks|snapshots)/[^/]+$", re.IGNORECASE | re.ASCII)
_WHOLE_NAMES = ("id", "virtualMachineId", "communityGalleryImageId")


def check_new(storage: JSON) -> None:
    """Check the sources of a new version (4.3/9, 4.3/10, 4.3/8, 4.3/20)."""
    whole = storage.get("source", {})
    disk = storage.get("osDiskImage", {}).get("source", {})
    data = [item.get("source", {}) for item in storage.get("dataDiskImages", [])]
    from_disks = bool(disk.get("id") or disk.get("uri"))
    kinds = sum(bool(whole.get(name)) for name in _WHOLE_NAMES) + from_disks
    disks_besides = any(source for source in data) and not from_disks
    if kinds != 1 or disks_besides or (disk.get("id") and disk.get("uri")):
        raise _one_kind()
    _check_ids(whole, disk, data)
    _check_luns(storage)


def inherit(storage: JSON, origin: JSON) -> None:
    """Take over, in place, the data disks of a gallery version that is the source (2.4/24): without a source each."""
    if origin.get("dataDiskImages"):
        own = {disk["lun"]: disk for disk in storage.get("dataDiskImages", [])}
        storage["dataDiskImages"] = [
            {name: disk[name] for name in ("lun", "hostCaching") if name in disk} | own.get(disk["lun"], {})
            for disk in origin["dataDiskImages"]
        ]


def _one_kind() -> ArmError:
    message = (
        "The gallery artifact version source can only be specified either directly under storageProfile or within "
        "individual OS or data disks. One and only one source type (user image, snapshot, disk, virtual machine) can "
        "be provided"
    )
    return ArmError(400, "InvalidParameter", message, target=f"{_VERSION}.properties.storageProfile", fact="4.3/9")


def _check_ids(whole: JSON, disk: JSON, data: list[JSON]) -> None:
    for name in _WHOLE_NAMES:
        if name in whole:
            _check_qualified(whole[name], f"properties.storageProfile.source.{name}")
    if "id" in whole and _WHOLE.search(whole["id"]) is None:
        kinds = "a managed image, virtual machine or another gallery image version"
        raise _wrong_kind(whole["id"], kinds, "source.id")
    places = [("osDiskImage", disk), *((f"dataDiskImages[{index}]", source) for index, source in enumerate(data))]
    for place, source in places:
        if "id" not in source:
            continue
        _check_qualified(source["id"], f"properties.storageProfile.{place}.source.id")
        if _DISK.search(source["id"]) is None:
            raise _wrong_kind(source["id"], "a managed disk or snapshot", f"{place}.source.id")


def _check_qualified(value: object, path: str) -> None:
    if isinstance(value, str) and _QUALIFIED.match(value):
        return
    message = (
        f"Property id '{value}' at path '{path}' is invalid. Expect fully qualified resource Id that start with "
        "'/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'."
    )
    raise ArmError(400, "LinkedInvalidPropertyId", message, gateway=True, fact="4.3/10")


def _wrong_kind(value: str, kinds: str, place: str) -> ArmError:
    message = f"The source id: {value} must either be {kinds}"
    target = f"{_VERSION}.properties.storageProfile.{place}"
    return ArmError(400, "InvalidParameter", message, target=target, fact="4.3/8")


def _check_luns(storage: JSON) -> None:
    luns = [item.get("lun") for item in storage.get("dataDiskImages", [])]
    target = f"{_VERSION}.properties.storageProfile.dataDiskImages.lun"
    if None in luns:
        raise ArmError(400, "InvalidParameter", f"Required parameter '{target}' is missing (null).", target=target)
    if len(set(luns)) < len(luns):
        raise ArmError(400, "InvalidParameter", f"Duplicated lun numbers {luns}.", target=target, fact="4.3/20")


def hold(stored: JSON, sent: JSON) -> JSON:
    """Refuse any other source on an existing version and put back what was left out (3.4/1, 4.3/1)."""
    wrapped = {"storageProfile": sent}
    frozen.hold(_VERSION, FROZEN, {"storageProfile": stored}, wrapped)
    sent = wrapped["storageProfile"]
    caching = stored.get("osDiskImage", {}).get("hostCaching")
    if caching is not None:
        sent.setdefault("osDiskImage", {}).setdefault("hostCaching", caching)
    if "dataDiskImages" in sent:
        _hold_data_disks(stored.get("dataDiskImages", []), sent["dataDiskImages"])
    elif "dataDiskImages" in stored:
        sent["dataDiskImages"] = stored["dataDiskImages"]
    return sent


def _hold_data_disks(stored: list[JSON], sent: list[JSON]) -> None:
    by_lun = {item["lun"]: item for item in stored}
    if {item.get("lun") for item in sent} != by_lun.keys():
        message = "Adding new Data Disks or changing the LUN of a Data Disk in an existing Image is not allowed"
        target = f"{_VERSION}.properties.storageProfile.dataDiskImages"
        raise ArmError(400, "InvalidParameter", message, target=target, fact="4.3/20")
    rows = [Frozen(f"source.{name}", fold=name != "uri") for name in _DISK_SOURCE]
    for item in sent:
        for row in rows:
            before, after = frozen.look(by_lun[item["lun"]], row.path), frozen.look(item, row.path)
            if after is None and before is not None:
                frozen.place(item, row.path, before)
            elif after is not None and not frozen.same(before, after, fold=row.fold):
                raise frozen.change_refused(f"{_VERSION}.properties.storageProfile.dataDiskImages.{row.path}")


def filled(storage: JSON, taken: JSON, *, ready: bool) -> JSON:
    """Add what the service took over from the source: sizes only once the version exists (2.4/23, 3.8/9)."""
    shown = dict(storage)
    if not ready and storage.get("source"):
        shown.pop("dataDiskImages", None)
    disk = {"hostCaching": taken.get("caching", "ReadWrite"), "source": {}, **storage.get("osDiskImage", {})}
    if ready:
        size, sizes = taken["size"], taken.get("sizes", {})
        shown["osDiskImage"] = {"sizeInGB": size, **disk}
        if "dataDiskImages" in storage:
            disks = storage["dataDiskImages"]
            shown["dataDiskImages"] = [{"sizeInGB": sizes.get(str(item["lun"]), size), **item} for item in disks]
    return shown
