"""Fixtures of the scenarios: a workbench per test, and the command line against the same emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import Shell
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as running:
        yield running


@pytest.fixture
def shell(bench: Workbench) -> Shell:
    """The real program in its own process, joined to the workbench's emulator."""
    return Shell(bench)
