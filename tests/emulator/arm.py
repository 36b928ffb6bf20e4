"""A small ARM client over plain requests, so that tests see exactly what goes over the wire."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from reconciler.emulator.serve import Emulator

API = "2024-03-03"
NEWEST = "2026-03-03"
ACCESS = "2022-04-01"
LOCKS = "2016-09-01"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
START = 1_780_000_000.0


@dataclass
class Hand:
    """A clock that moves only by hand."""

    now: float = START

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Arm:
    """One subscription and group of an emulator."""

    emulator: Emulator
    clock: Hand
    group: str = "rg-Images"
    subscription: str = field(default_factory=lambda: str(uuid.uuid4()))
    session: requests.Session = field(default_factory=requests.Session)

    def path(self, *names: str) -> str:
        collections = ("galleries", "images", "versions")
        tail = "".join(f"/{collection}/{name}" for collection, name in zip(collections, names, strict=False))
        return f"{self.in_group()}/providers/Microsoft.Compute{tail}"

    def in_group(self) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        api: str = API,
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        url = path if path.startswith("http") else f"{self.emulator.base_url}{path}?api-version={api}{query}"
        sent = {"Authorization": f"Bearer {self.emulator.token}", **(headers or {})}
        return self.session.request(method, url, json=body, headers=sent, timeout=10)

    def get(self, path: str, **words: str) -> requests.Response:
        return self.call("GET", path, api=words.get("api", API), query=words.get("query", ""))

    def properties(self, path: str, **words: str) -> dict[str, Any]:
        answer = self.get(path, **words)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["properties"]
        return found

    def put(self, path: str, body: object, *, api: str = API) -> requests.Response:
        return self.call("PUT", path, body, api=api)

    def patch(self, path: str, body: object, *, api: str = API) -> requests.Response:
        return self.call("PATCH", path, body, api=api)

    def delete(self, path: str, *, api: str = API) -> requests.Response:
        return self.call("DELETE", path, api=api)

    def made(self, path: str, body: object, *, api: str = API) -> str:
        answer = self.put(path, body, api=api)
        assert answer.status_code in (200, 201), answer.text
        self.clock.advance(1_000)
        return path

    def gallery(self, name: str = "corp", **properties: object) -> str:
        return self.made(self.path(name), gallery(**properties))

    def definition(self, name: str = "ubuntu", **properties: object) -> str:
        self.gallery()
        return self.made(self.path("corp", name), definition(**properties))

    def version(self, name: str = "1.0.0", regions: list[Any] | None = None, **properties: object) -> str:
        self.definition()
        return self.made(self.path("corp", "ubuntu", name), version(regions, **properties))


def lock_path(scope: str, name: str = "keep") -> str:
    return f"{scope}/providers/Microsoft.Authorization/locks/{name}"


def lock(arm: Arm, scope: str, level: str = "CanNotDelete", name: str = "keep", **words: object) -> requests.Response:
    return arm.put(lock_path(scope, name), {"properties": {"level": level, **words}}, api=LOCKS)


def locked(arm: Arm, scope: str, level: str = "CanNotDelete", name: str = "keep") -> str:
    answer = lock(arm, scope, level, name)
    assert answer.status_code == 201, answer.text
    return lock_path(scope, name)


def granted(arm: Arm, scope: str, name: str | None = None) -> str:
    """Let a group that nobody else uses read a scope; gives the path of the grant."""
    role = f"/subscriptions/{arm.subscription}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name or uuid.uuid4()}"
    sent = {"roleDefinitionId": role, "principalId": str(uuid.uuid4()), "principalType": "Group"}
    answer = arm.put(path, {"properties": sent}, api=ACCESS)
    assert answer.status_code == 201, answer.text
    return path


def gallery(**properties: object) -> dict[str, Any]:
    return {"location": "westeurope", "properties": properties}


def definition(**properties: object) -> dict[str, Any]:
    core = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "architecture": "x64",
        "identifier": {"publisher": "Corp", "offer": "Ubuntu", "sku": "24_04-lts"},
    }
    return {"location": "westeurope", "properties": core | properties}


SOURCE = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Compute/images/ubuntu-1"
DISK = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Compute/disks/ubuntu-1"


def version(regions: list[Any] | None = None, **properties: object) -> dict[str, Any]:
    targets = [{"name": name} if isinstance(name, str) else name for name in regions or ["westeurope"]]
    core = {
        "publishingProfile": {"targetRegions": targets},
        "storageProfile": {"source": {"id": SOURCE}},
    }
    return {"location": "westeurope", "properties": core | properties}


def refused(answer: requests.Response, status: int, code: str, target: str | None = None) -> str:
    """Assert on an error in ARM's shape and give its message."""
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), answer.text
    if target is not None:
        assert error["target"] == target
    return str(error["message"])
