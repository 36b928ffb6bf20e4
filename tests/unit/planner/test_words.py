"""What a new resource is told as: short, and never with the query of an address, which may be a signature."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Access, Address
from reconciler.planner.words import creation_detail, short_id

GALLERY = Address("s", "g", "corp")
IMAGE = Address("s", "g", "corp", "ubuntu")
VERSION = Address("s", "g", "corp", "ubuntu", "1.0.0")
GRANT = Address("s", "g", "corp", None, None, Access("Reader", "p"))
IMAGE_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/golden"
REGIONS = {
    "[westeurope]": {"name": "westeurope", "regionalReplicaCount": 2},
    "[uksouth]": {"name": "uksouth", "regionalReplicaCount": 1},
}


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        (IMAGE_ID, "images/golden"),
        (f"{IMAGE_ID}/", "images/golden"),
        ("golden", "golden"),
        ("https://acc.blob.core.windows.net/c/a.vhd?sv=1&sig=x?y", "https://acc.blob.core.windows.net/c/a.vhd"),
        ("HTTP://acc/c/a.vhd?sig=x", "HTTP://acc/c/a.vhd"),
    ],
)
def test_an_id_is_told_by_its_end_and_an_address_without_its_query(whole: str, short: str) -> None:
    assert short_id(whole) == short


@pytest.mark.parametrize(
    ("address", "body", "told"),
    [
        (GALLERY, {"location": "westeurope"}, "in westeurope"),
        (IMAGE, {"osType": "Linux", "osState": "Generalized", "architecture": "x64"}, "Linux Generalized x64"),
        (IMAGE, {"osType": "Windows", "hyperVGeneration": "V2"}, "Windows V2"),
        (GRANT, {"principalType": "Group", "principalId": "p"}, "for Group p"),
        (GRANT, {"principalId": "p"}, "for principal p"),
        (VERSION, {"storageProfile": {"source": {"id": IMAGE_ID}}}, "from images/golden"),
        (VERSION, {"storageProfile": {"source": {"id": None, "virtualMachineId": IMAGE_ID}}}, "from images/golden"),
        (
            VERSION,
            {"storageProfile": {"osDiskImage": {"source": {"uri": "https://h/a.vhd?sig=x"}}}},
            "from https://h/a.vhd",
        ),
        (VERSION, {"publishingProfile": {"targetRegions": REGIONS}}, "westeurope ×2, uksouth ×1"),
        (
            VERSION,
            {"storageProfile": {"source": {"id": IMAGE_ID}}, "publishingProfile": {"targetRegions": REGIONS}},
            "from images/golden · westeurope ×2, uksouth ×1",
        ),
        (VERSION, {}, ""),
    ],
)
def test_a_new_resource_is_told_in_a_few_words(address: Address, body: dict[str, Any], told: str) -> None:
    assert creation_detail(address, body) == told
