"""An estate before and after a busy day: between the two lie some forty writes, one of every kind there is.

Which resources change is up to the dice; what kinds of changes there are is not.
"""

from __future__ import annotations

import json
import random
from typing import Any

from tests.support.estates import SOURCE

ONE, TWO, THREE = (f"00000000-0000-0000-0000-0000000000a{number}" for number in range(3))
REGIONS = ("westeurope", "northeurope", "uksouth")
IMAGES, VERSIONS, GRANTS = 3, 5, 4

JSON = dict[str, Any]


def before() -> str:
    """A shared gallery with access, definitions and versions, and a small one."""
    return _stream(_corp(), _gallery("old", images=[_image(0, versions=2)], access=range(1)))


def resting() -> str:
    """Something of every kind, for when nothing is to happen."""
    return _stream(_corp(), _fresh(), _gallery("old", images=[_image(0, versions=2)], access=range(1)))


def after(dice: random.Random) -> str:
    """The small gallery gone, one more there, and in the shared one something of everything."""
    images = [_image(number) for number in range(IMAGES - 1)]
    for image in images:
        image["spec"]["description"] = "changed"
        _change_versions(dice, image["versions"])
        image["versions"] += _image(0, versions=range(VERSIONS, VERSIONS + 2))["versions"]
        _name_sources(image)
    corp = _gallery("corp", images=images, access=range(1, GRANTS + 2), groups=(TWO, THREE))
    corp["spec"]["description"] = "changed"
    corp["access"][0]["description"] = "changed"
    return _stream(corp, _fresh())


def _corp() -> JSON:
    images = [_image(number) for number in range(IMAGES)]
    return _gallery("corp", images=images, access=range(GRANTS), groups=(ONE, TWO))


def _fresh() -> JSON:
    return _gallery("fresh", images=[_image(0, versions=2), _image(1, versions=2)], access=range(3))


def _change_versions(dice: random.Random, versions: list[JSON]) -> None:
    """One goes, one loses a region, one gains one, one ends later, one stays; which is which is up to the dice."""
    gone, shrunk, grown, later, _ = dice.sample(versions, VERSIONS)
    profile = "publishingProfile"
    shrunk["spec"][profile]["targetRegions"] = list(REGIONS[:1])
    grown["spec"][profile]["targetRegions"] = list(REGIONS)
    later["spec"][profile]["endOfLifeDate"] = "2031-01-01"
    versions.remove(gone)


def _gallery(name: str, *, images: list[JSON], access: range, groups: tuple[str, ...] = ()) -> JSON:
    spec: JSON = {"location": "westeurope", "description": name}
    if groups:
        spec["sharingProfile"] = {"permissions": "Groups", "groups": [{"type": "Subscriptions", "ids": list(groups)}]}
    return {
        "apiVersion": "gallery-reconciler/v1",
        "kind": "Gallery",
        "metadata": {"name": name},
        "spec": spec,
        "access": [{"role": "Reader", "principal": {"id": principal(number), "type": "Group"}} for number in access],
        "images": images,
    }


def principal(number: int) -> str:
    """The object id of somebody with access."""
    return f"6f7c1a34-2d1b-4a52-9a6e-0b2f3c{number:06x}"


def _image(number: int, versions: int | range = VERSIONS) -> JSON:
    numbers = versions if isinstance(versions, range) else range(versions)
    image: JSON = {
        "metadata": {"name": f"image{number}"},
        "spec": {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "architecture": "x64",
            "identifier": {"publisher": "Corp", "offer": "Offer", "sku": f"sku{number}"},
        },
        "versions": [
            {
                "metadata": {"name": f"1.0.{each}"},
                "spec": {"publishingProfile": {"targetRegions": list(REGIONS[:2]), "endOfLifeDate": "2030-01-01"}},
            }
            for each in numbers
        ],
    }
    _name_sources(image)
    return image


def _name_sources(image: JSON) -> None:
    for version in image["versions"]:
        name = f"{image['metadata']['name']}-{version['metadata']['name']}"
        version["spec"]["storageProfile"] = {"source": {"id": f"{SOURCE}/{name}"}}


def _stream(*documents: JSON) -> str:
    return "\n---\n".join(json.dumps(document, indent=1) for document in documents)
