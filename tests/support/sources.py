"""What versions are made from, put into the emulator: a replacement looks for it before it deletes anything."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from contextlib import suppress
from typing import Any

from reconciler.model.address import Kind
from reconciler.planner.remaking import origins_of
from tests.support.workbench import Workbench

VERSIONS = {"images": "2024-03-01", "virtualmachines": "2024-03-01", "disks": "2023-10-02", "snapshots": "2023-10-02"}


def send(bench: Workbench, method: str, path: str, body: dict[str, Any] | None, api_version: str) -> None:
    """One request of somebody else; anything but success raises."""
    url = f"{bench.emulator.base_url}{path}?api-version={api_version}"
    headers = {"Authorization": f"Bearer {bench.emulator.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request):
        pass


def stock(
    bench: Workbench,
    *ids: str,
    location: str = "westeurope",
    generation: str = "V2",
    system: str = "Linux",
    state: str = "Generalized",
) -> None:
    """Put sources where they are said to be."""
    for one in ids:
        kind = one.lower().split("/")[-2]
        disk = {"osType": system, "osState": state, "diskSizeGB": 30}
        properties: dict[str, Any] = {"hyperVGeneration": generation, "storageProfile": {"osDisk": disk}}
        if kind in ("disks", "snapshots"):
            properties = {"hyperVGeneration": generation, "osType": system, "diskSizeGB": 30}
        if kind in VERSIONS:
            send(bench, "PUT", one, {"location": location, "properties": properties}, VERSIONS[kind])


def drop(bench: Workbench, one: str) -> None:
    """A source is deleted."""
    send(bench, "DELETE", one, None, VERSIONS[one.lower().split("/")[-2]])


def lock(bench: Workbench, scope: str) -> None:
    """A lock against deletes."""
    path = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    send(bench, "PUT", path, {"properties": {"level": "CanNotDelete"}}, "2016-09-01")


def stock_declared(bench: Workbench) -> None:
    """Put every source that the folder's versions name, as their definitions want it; what is elsewhere stays there."""
    desired = bench.built().desired.resources
    for address, resource in desired.items():
        if address.kind is not Kind.IMAGE_VERSION or address.parent is None:
            continue
        definition = desired[address.parent].body
        with suppress(urllib.error.HTTPError):
            stock(
                bench,
                *origins_of(resource.body).sources,
                location=str(resource.body.get("location")),
                generation=str(definition.get("hyperVGeneration") or "V2"),
                system=str(definition.get("osType")),
                state=str(definition.get("osState") or "Generalized"),
            )
