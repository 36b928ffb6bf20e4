from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.live.gateway import Gateway
from tests.unit.live.small_server import Small, serving


@pytest.fixture
def small() -> Iterator[Small]:
    with serving() as running:
        yield running


@pytest.fixture
def gateway(small: Small) -> Iterator[Gateway]:
    gateway = small.gateway(timeout=5)
    yield gateway
    gateway.close()
