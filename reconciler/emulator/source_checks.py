"""Whether a new version may be made from its source, and what it takes over from it.

With `sources="strict"` a source must have been PUT, lie where the version does (4.3/6) and be what the
definition says (4.3/12); sizes, caching and data disks come from it, and one that is too large fails the
operation (4.3/16). With `sources="any"` every source exists and is as large as the settings say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator import frozen, regions, source_resources, sources
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import ArmError
from reconciler.emulator.records import Phase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator.records import JSON, Resource
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.emulator.world import Call

_VERSION_ID = re.compile(r"/galleries/[^/]+/images/[^/]+/versions/[^/]+$", re.IGNORECASE | re.ASCII)
_PLAN = ("name", "publisher", "product")
_TARGET = "galleryImageVersion.properties.storageProfile"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a source is, as far as it says so: each must be as in the definition (4.3/12)."""

    os_type: object = None
    os_state: object = None
    generation: object = None
    plan: object = None


def settle(call: Call, definition: Resource, body: JSON) -> JSON:
    """Check the sources of a new version; give what it takes over: size, caching, and sizes of data disks by LUN.

    Data disks that an image or a machine brings along are put into `body`, in place.
    """
    location, storage = body["location"], body["properties"]["storageProfile"]
    whole = storage.get("source", {})
    if call.settings.sources == "any" or whole.get("communityGalleryImageId"):
        return {"size": call.settings.source_size_gb}
    id_ = str(whole.get("id") or whole.get("virtualMachineId") or "")
    if _VERSION_ID.search(id_):
        return _from_version(call, location, definition, id_)
    if id_:
        return _from_whole(call, location, definition, id_, storage)
    system = _required_disk(call, location, storage["osDiskImage"]["source"])
    _check_fit(system, definition, _disk_traits(system))
    sizes = {
        str(item["lun"]): _size(call, _required_disk(call, location, item["source"]).body["properties"])
        for item in storage.get("dataDiskImages", [])
        if item.get("source")
    }
    return {"size": _size(call, system.body["properties"]), "sizes": sizes}


def _from_version(call: Call, location: str, definition: Resource, id_: str) -> JSON:
    """Take over another version that is done and replicated to the new one's location (4.3/6)."""
    source = call.store.find(id_.lower(), call.now)
    parent = call.store.find(source.parent, call.now) if source is not None else None
    if source is None or parent is None:
        raise _missing(id_)
    targets = {regions.fold(item["name"]) for item in source.body["properties"]["publishingProfile"]["targetRegions"]}
    if location not in targets or source.provisioning(call.now) != Phase.SETTLED:
        raise _elsewhere(id_)
    _check_fit(source, definition, _definition_traits(parent))
    caching = frozen.look(source.body, "properties.storageProfile.osDiskImage.hostCaching")
    taken: JSON = {name: source.hidden[name] for name in ("size", "sizes", "caching") if name in source.hidden}
    return taken if caching is None else taken | {"caching": caching}


def _from_whole(call: Call, location: str, definition: Resource, id_: str, storage: JSON) -> JSON:
    """Take over a managed image or a machine, data disks and all."""
    kinds = (Kind.MACHINE,) if "virtualMachineId" in storage["source"] else (Kind.MANAGED_IMAGE, Kind.MACHINE)
    source = _required(call, location, id_, id_, kinds)
    _check_fit(
        source, definition, _image_traits(source) if source.kind is Kind.MANAGED_IMAGE else _machine_traits(source)
    )
    profile = _profile(source)
    system = profile.get("osDisk", {})
    disks = {disk.get("lun", place): disk for place, disk in enumerate(profile.get("dataDisks", []))}
    derived = [{"lun": lun, "hostCaching": disk.get("caching", "None")} for lun, disk in disks.items()]
    sources.inherit(storage, {"dataDiskImages": derived})
    sizes = {str(lun): _size(call, disk) for lun, disk in disks.items()}
    return {"size": _size(call, system), "caching": system.get("caching", "ReadWrite"), "sizes": sizes}


def _required_disk(call: Call, location: str, source: Mapping[str, str]) -> Resource:
    """Find a disk or snapshot, or for a VHD the account that it lies in."""
    if "id" in source:
        return _required(call, location, source["id"], source["id"], (Kind.DISK, Kind.SNAPSHOT))
    return _required(call, location, source.get("storageAccountId", ""), source.get("uri", ""), (Kind.ACCOUNT,))


def _required(call: Call, location: str, id_: str, named: str, kinds: tuple[Kind, ...]) -> Resource:
    """Find a source of some kind in the version's location (4.3/6); the refusal calls it `named`."""
    found = call.store.find(id_.lower(), call.now)
    if found is None or found.kind not in kinds:
        raise _missing(named)
    if found.body["location"] != location:
        raise _elsewhere(named)
    return found


def _missing(id_: str) -> ArmError:
    message = f"Source was not found: {id_}. Please make sure the source exists"
    return ArmError(404, "NotFound", message, target=_TARGET, fact="4.3/6")


def _elsewhere(id_: str) -> ArmError:
    message = (
        f"Source {id_} is not found. Please check source exists, and is in the same region as gallery image version "
        "being created"
    )
    return ArmError(400, "InvalidParameter", message, target=_TARGET, fact="4.3/6")


def _profile(source: Resource) -> JSON:
    profile = frozen.look(source.body, "properties.storageProfile")
    return profile if isinstance(profile, dict) else {}


def _size(call: Call, disk: JSON) -> int:
    """Read the size of a disk, from the disk or snapshot that it names if it does not state one."""
    if "diskSizeGB" in disk:
        return int(disk["diskSizeGB"])
    for name in ("managedDisk.id", "snapshot.id"):
        named = frozen.look(disk, name)
        found = call.store.find(str(named).lower(), call.now) if named is not None else None
        size = frozen.look(found.body, "properties.diskSizeGB") if found is not None else None
        if isinstance(size, int):
            return size
    return call.settings.source_size_gb


def _image_traits(image: Resource) -> Traits:
    system = _profile(image).get("osDisk", {})
    generation = frozen.look(image.body, "properties.hyperVGeneration") or "V1"
    return Traits(system.get("osType"), system.get("osState"), generation)


def _machine_traits(machine: Resource) -> Traits:
    state = "Generalized" if machine.hidden.get("generalized") else "Specialized"
    system = _profile(machine).get("osDisk", {})
    generation = source_resources.machine_generation(machine.body)
    return Traits(system.get("osType"), state, generation, machine.body.get("plan"))


def _disk_traits(disk: Resource) -> Traits:
    properties = disk.body["properties"]
    generation, plan = properties.get("hyperVGeneration"), properties.get("purchasePlan")
    return Traits(properties.get("osType"), None, generation, plan)


def _definition_traits(definition: Resource) -> Traits:
    stored = definition.body["properties"]
    return Traits(stored["osType"], stored["osState"], stored["hyperVGeneration"], stored.get("purchasePlan"))


def _check_fit(source: Resource, definition: Resource, traits: Traits) -> None:
    """Refuse a source that is not what the definition says (4.3/12)."""
    wanted, head = _definition_traits(definition), f"The resource with id '{source.id}' has a different"
    if traits.os_state is not None and traits.os_state != wanted.os_state:
        raise _misfit(
            f"Cannot create Gallery Image Version from: {source.id} since the OS State in the parent gallery image "
            f"({wanted.os_state}) is not {traits.os_state}"
        )
    pairs = (
        ("OS type", traits.os_type, wanted.os_type),
        ("Hypervisor generation", traits.generation, wanted.generation),
        ("plan", _plan(traits.plan), _plan(wanted.plan)),
    )
    for label, actual, expected in pairs:
        if actual is not None and actual != expected:
            raise _misfit(f"{head} {label} ['{actual}'] than the parent gallery image {label} ['{expected or ''}']")


def _plan(plan: object) -> str | None:
    if not isinstance(plan, dict):
        return None
    return "/".join(str(plan.get(name, "")) for name in _PLAN).lower()


def _misfit(message: str) -> ArmError:
    return ArmError(400, "InvalidParameter", message, target=_TARGET, fact="4.3/12")


def verdict(settings: EmulatorSettings, hidden: JSON, mode: str) -> JSON | None:
    """Give the error in which the copying of a source ends that is too large (4.3/16, 6/5, 6/6)."""
    if settings.sources == "any":
        return None
    limits = settings.limits
    most = limits.shallow_size_gb if mode == "Shallow" else limits.full_size_gb
    largest = max([hidden["size"], *hidden.get("sizes", {}).values()])
    if largest <= most:
        return None
    message = f"The GalleryImageVersion source resource size {largest} exceeds the max size {most} supported."
    return {"code": "GallerySourceResourceExceedsMaxSize", "message": message}
