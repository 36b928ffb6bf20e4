"""Live bodies that we do not know all of: what is not shown is not touched."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Kind
from tests.support.estates import ESTATE
from tests.support.workbench import Workbench, changed

AROUND = {"zones": ["1", "2"], "extendedLocation": {"type": "EdgeZone", "name": "losangeles"}, "newer": {"a": [1]}}


def sent_again(bench: Workbench, kind: Kind, suffix: str, **more: Any) -> dict[str, Any]:
    """Change a resource as a newer client would; gives what is live then."""
    body = bench.live(suffix)
    assert bench.gateway.put(kind, body["id"], {**body, **more}).ok
    return bench.live(suffix)


@pytest.mark.parametrize(
    ("kind", "suffix", "before", "after"),
    [
        (Kind.GALLERY, "galleries/corp", "Golden images", "Other images"),
        (Kind.IMAGE_DEFINITION, "images/ubuntu", "description: Ubuntu", "description: Other"),
        (Kind.IMAGE_VERSION, "versions/1.1.0", "northeurope=1", "northeurope=2"),
    ],
)
def test_what_stands_around_the_properties_survives_an_update(
    bench: Workbench, kind: Kind, suffix: str, before: str, after: str
) -> None:
    bench.write(ESTATE)
    bench.apply()
    live = sent_again(bench, kind, suffix, **AROUND)
    assert not bench.plan().pending
    bench.write(ESTATE.replace(before, after))
    assert changed(bench.plan())

    bench.apply()

    again = bench.live(suffix)
    assert again != live
    assert {name: again.get(name) for name in AROUND} == AROUND
    assert not bench.plan().pending
