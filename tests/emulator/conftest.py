from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.serve import start
from reconciler.emulator.settings import EmulatorSettings
from tests.emulator.arm import Arm, Hand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm]:
    clock = Hand()
    settings = EmulatorSettings(state=tmp_path_factory.mktemp("emulator") / "state.db", time_scale=1.0)
    with start(settings, clock=clock) as emulator:
        yield Arm(emulator, clock)


@pytest.fixture
def arm(shared: Arm) -> Iterator[Arm]:
    """A fresh subscription of one shared emulator whose clock is moved by hand."""
    yield Arm(shared.emulator, shared.clock, session=shared.session)
    shared.emulator.faults.clear()


@pytest.fixture(scope="session")
def started() -> Iterator[list[Arm]]:
    """Every emulator of the session's own-settings tests; closed together, because each takes a moment to stop."""
    running: list[Arm] = []
    yield running
    for made in running:
        made.session.close()
    with ThreadPoolExecutor(max_workers=32) as pool:
        list(pool.map(lambda made: made.emulator.close(), running))


@pytest.fixture
def world(tmp_path: Path, started: list[Arm]) -> Callable[..., Arm]:
    """Make emulators with settings of a test's own."""

    def make(**settings: Any) -> Arm:
        state = tmp_path / f"world-{len(started)}" / "state.db"
        chosen = EmulatorSettings(state=state, **({"time_scale": 1.0} | settings))
        clock = Hand()
        made = Arm(start(chosen, clock=clock), clock)
        started.append(made)
        return made

    return make
