"""What is drift, judged without any service, and how it reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.address import Address
from reconciler.model.drift import Drift
from reconciler.model.plan import Source, Target
from reconciler.model.state import LiveState
from reconciler.planner.context import context_of
from reconciler.planner.drift import drift_of
from reconciler.render.drift_text import drift_document, drift_text
from reconciler.render.layout import columns
from reconciler.render.paint import Page
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.random_estates import NOW, OPTIONS, applied, desired_of, taken

ALL = GALLERY + IMAGE + versions("1.0.0", "1.1.0")
SIGNED = "https://a.blob.core.windows.net/b?sig=Zm9vYmFy"


def drifted(live: str, declared: str = ALL, *, state: str = "Succeeded", **more: Any) -> Drift:
    """The drift of an estate that was applied as `ALL` and of which one gallery is in a state."""
    found = taken(desired_of(live))
    resources = {
        address: replace(each, state=state) if address.image is None else each
        for address, each in found.resources.items()
    }
    desired = desired_of(declared)
    absent = frozenset(desired.resources.keys() - resources.keys())
    seen = LiveState(resources, **{"absent": absent, **more})
    return drift_of(context_of(desired.resources, seen, OPTIONS, NOW, applied(desired_of(ALL))))


def test_what_an_operation_runs_on_is_neither_drifted_nor_steady() -> None:
    drift = drifted(ALL.replace("Golden", "New"), state="Updating")

    assert [address.text() for address in drift.busy] == ["rg-images/corp"]
    assert not drift.resources
    assert drift.steady == 3


def test_what_was_neither_listed_nor_proven_absent_is_unread() -> None:
    drift = drifted(GALLERY + IMAGE + versions("1.0.0"), absent=frozenset())

    assert [place.code for place in drift.unread] == ["NotRead"]
    assert not drift.resources


def test_a_failed_resource_is_no_drift() -> None:
    assert not drifted(ALL, state="Failed").resources


def test_a_region_that_was_added_is_drift() -> None:
    (first, _) = drifted(ALL.replace("northeurope=1", "northeurope=1, uksouth=1")).resources

    (change,) = first.changes
    assert change.dotted == "publishingProfile.targetRegions[uksouth]"
    assert change.before is None


@pytest.mark.parametrize("width", [40, 80, 160])
def test_a_drift_reads_well_at_any_width_and_tells_no_secret(width: int) -> None:
    live = (GALLERY + IMAGE + versions("1.0.0")).replace("team: platform", f'team: "{SIGNED} \\e[31m"')
    drift = drifted(live.replace("Golden images", "x" * 300))
    text = drift_text(drift, "header", Page(width))

    assert [line for line in text.split("\n") if columns(line) > width] == []
    assert "Zm9v" not in text
    assert "\x1b" not in text
    assert "last applied 2026-11-01 UTC" in " ".join(text.split())
    assert "1 drifted, 1 deleted, 2 resources as applied" in " ".join(text.split())


def test_the_document_names_every_field_with_what_is_expected_and_what_is_live() -> None:
    drift = drifted(ALL.replace("Golden", "New"))

    document = drift_document(drift, Target("t", "emulator"), Source("p"))

    assert document["summary"] == {"drifted": 1, "missing": 0, "steady": 3, "busy": 0, "unread": 0}
    (row,) = document["resources"]
    assert row["address"].endswith("/rg-images/corp")
    assert row["appliedAt"] == "2026-11-01"
    assert row["changes"] == [
        {
            "path": "description",
            "expected": "Golden images",
            "live": "New images",
            "origin": {"file": "-", "line": 5, "column": 30},
        }
    ]


def test_nothing_is_drift_of_what_was_never_applied() -> None:
    desired = desired_of(ALL)
    everywhere: frozenset[Address] = frozenset(desired.resources)

    drift = drift_of(context_of(desired.resources, LiveState({}, everywhere), OPTIONS, NOW))

    assert drift == Drift()
