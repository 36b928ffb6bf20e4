"""One run tells every mistake: a wrong value hides neither its neighbours nor what depends on none of it."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.manifest.build import Fallback, build
from reconciler.manifest.text import ManifestText

TEXT = b"""apiVersion: gallery-reconciler/v1
kind: Gallery
metadata: {name: corp-images}
spec: {location: westeurope, descripton: typo, softDeletePolicy: {isSoftDeleteEnabled: maybe}}
images:
  - metadata: {name: ubuntu}
    spec:
      osTyp: Linux
      hyperVGeneration: V3
      identifier: {publisher: Corp., offer: Ubuntu, sku: lts}
      recommended: {vCPUs: {min: 8, max: 2}}
    versions:
      - metadata: {name: 1.0.0}
        spec:
          location: northeurope
          storageProfile: {}
          publishingProfile: {targetRegions: [westeurope, West Europe], replicaCount: many}
"""


def test_every_mistake_of_every_spec_is_told_in_one_run() -> None:
    built = build(
        [ManifestText("all.yaml", TEXT)],
        Fallback("0" * 8 + "-0000-0000-0000-" + "0" * 12, "rg"),
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )

    found = [
        (diagnostic.code, diagnostic.origin.line) for diagnostic in built.diagnostics if diagnostic.severity == "error"
    ]

    assert found == [
        ("bad-gallery-name", 3),
        ("unknown-key", 4),
        ("wrong-type", 4),
        ("unknown-key", 8),
        ("unknown-value", 9),
        ("bad-identifier", 10),
        ("min-above-max", 11),
        ("no-source", 16),
        ("wrong-type", 17),
    ]
