"""Filling a state file at once: an estate of a given size, or ARM bodies out of a file.

Everything goes through the rules as if it had been PUT, in one transaction and without waiting, so that a seeded
state is one that could have come about; a refusal leaves nothing behind.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reconciler.emulator import addresses, api_versions, routes, yaml_file
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import ArmError
from reconciler.emulator.opening import open_world
from reconciler.emulator.server import EmulatorBusyError, open_lock, try_lock
from reconciler.emulator.state import Store
from reconciler.emulator.world import Call, Caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reconciler.emulator.records import JSON
    from reconciler.emulator.settings import EmulatorSettings
    from reconciler.emulator.world import World

_ELSEWHERE = "2024-03-01"


class SeedError(yaml_file.FileError):
    """Something that cannot be seeded; the message names the resource."""


@dataclass(frozen=True, slots=True)
class Estate:
    """An estate of a size: `definitions` in all, spread over the galleries, each with that many versions."""

    subscription: str
    group: str
    galleries: int = 0
    definitions: int = 0
    versions: int = 0
    regions: tuple[str, ...] = ("westeurope", "northeurope")
    images: bool = False
    """Whether the managed images that the versions are made from are made, too."""


def bodies_of(estate: Estate) -> Iterator[JSON]:
    """Give the ARM bodies of an estate, parents first; every version has two regions and a source of its own."""
    head = f"/subscriptions/{estate.subscription}/resourceGroups/{estate.group}/providers/Microsoft.Compute"
    home = {"location": estate.regions[0]}
    for number in range(estate.galleries):
        yield {"id": f"{head}/galleries/gallery{number}", **home, "properties": {"description": f"Gallery {number}"}}
    for number in range(estate.definitions):
        image = f"{head}/galleries/gallery{number % estate.galleries}/images/image-{number}"
        identifier = {"publisher": "Corp", "offer": "Offer", "sku": f"sku-{number}"}
        core = {"osType": "Linux", "osState": "Generalized", "hyperVGeneration": "V2", "architecture": "x64"}
        yield {"id": image, **home, "properties": core | {"identifier": identifier}}
        for version in range(estate.versions):
            source = f"{head}/images/image-{number}-{version}"
            if estate.images:
                disk = {"osType": "Linux", "osState": "Generalized", "diskSizeGB": 30}
                yield {
                    "id": source,
                    **home,
                    "properties": {"hyperVGeneration": "V2", "storageProfile": {"osDisk": disk}},
                }
            targets = [{"name": region, "regionalReplicaCount": 1} for region in estate.regions]
            yield {
                "id": f"{image}/versions/1.{version}.0",
                **home,
                "properties": {
                    "publishingProfile": {"targetRegions": targets},
                    "storageProfile": {"source": {"id": source}},
                },
            }


def read(path: Path) -> list[JSON]:
    """Read a YAML or JSON list of ARM bodies, each with its `id`."""
    found = yaml_file.load(path, SeedError)
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in found
    ):
        raise SeedError(f"{path}: a list of resources, each with an id, was expected")
    return found


def seed(settings: EmulatorSettings, bodies: Iterable[JSON]) -> int:
    """Write bodies into the state file and give their number; EmulatorBusyError while somebody serves it."""
    lock = open_lock(settings.state)
    try:
        if not try_lock(lock):
            raise EmulatorBusyError(f"Another process serves {settings.state}.")
        now = time.time()
        store = Store(settings.state, now)
        try:
            world = open_world(replace(settings, time_scale=0.0, faults=(), throttle=False), store, None)
            with store.writing():
                return sum(_put(world, body, now) for body in bodies)
        finally:
            store.close()
    finally:
        os.close(lock)


def _put(world: World, body: JSON, now: float) -> int:
    path = str(body["id"]).rstrip("/")
    try:
        target = addresses.parse(path)
        sent: dict[str, Any] = {name: value for name, value in body.items() if name not in ("id", "name", "type")}
        caller = Caller(world.settings.caller, "operator")
        version = _version(target.kind)
        call = Call(world, "PUT", target, path, {}, sent, version, "http://localhost", now, world.mint(), caller)
        routes.respond(call)
    except ArmError as error:
        raise SeedError(f"{path}: {error.code}: {error}") from error
    return 1


def _version(kind: Kind | None) -> str:
    if kind in (Kind.GALLERY, Kind.IMAGE, Kind.VERSION):
        return api_versions.GALLERY[-1]
    return "2022-04-01" if kind in (Kind.ASSIGNMENT, Kind.ROLE) else _ELSEWHERE
