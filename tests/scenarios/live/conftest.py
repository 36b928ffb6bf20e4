from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator.serve import start
from reconciler.emulator.settings import EmulatorSettings
from tests.scenarios.live.estate import Estate


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    """An empty emulator whose operations are done at once."""
    with start(EmulatorSettings(state=tmp_path / "state.db", time_scale=0)) as emulator:
        estate = Estate(emulator, timeout=10)
        yield estate
        estate.gateway.close()
