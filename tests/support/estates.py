"""Small manifests that many scenarios start from."""

from __future__ import annotations

GALLERY = """
apiVersion: gallery-reconciler/v1
kind: Gallery
metadata: {name: corp}
spec: {location: westeurope, description: Golden images, tags: {team: platform}}
"""

ACCESS = """
access:
  - role: Reader
    principal: {id: 6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f, type: Group}
    description: everybody
"""

IMAGE = """
images:
  - metadata: {name: ubuntu}
    spec:
      osType: Linux
      osState: Generalized
      hyperVGeneration: V2
      architecture: x64
      identifier: {publisher: Corp, offer: Ubuntu, sku: lts}
      description: Ubuntu
      features: [{name: SecurityType, value: Standard}, {name: DiskControllerTypes, value: "SCSI, NVMe"}]
"""

SOURCE = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-build/providers/Microsoft.Compute/images"
)


def versions(*names: str, regions: str = "westeurope=1, northeurope=1", more: str = "") -> str:
    """The versions of the image, all alike."""
    lines = ["    versions:"]
    for name in names:
        lines += [
            f"      - metadata: {{name: {name}}}",
            "        spec:",
            f"          storageProfile: {{source: {{id: {SOURCE}/ubuntu-{name}}}}}",
            f"          publishingProfile: {{targetRegions: [{regions}]{more}}}",
        ]
    return "\n".join(lines) + "\n"


ESTATE = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")
