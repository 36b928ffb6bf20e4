"""What every test shares: skips that count as failures where the environment asks for it."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def _nothing_remembered() -> None:
    """Forget what functions have cached: with a mutant under test, the answer may be of the time before it."""
    if "MUTANT_UNDER_TEST" in os.environ:
        for name, module in list(sys.modules.items()):
            for thing in vars(module).values() if name.startswith("reconciler.") else ():
                if callable(getattr(thing, "cache_clear", None)):
                    thing.cache_clear()


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """With NO_SKIPPED_TESTS a skipped test fails the run: the environment promised to have everything."""
    del exitstatus
    if os.environ.get("NO_SKIPPED_TESTS") and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("skipped tests are failures here (NO_SKIPPED_TESTS)", red=True)
        session = config.pluginmanager.get_plugin("session")
        del session
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
