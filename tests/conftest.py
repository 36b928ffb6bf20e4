"""What every test shares: skips that count as failures where the environment asks for it."""

from __future__ import annotations

import os
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """With NO_SKIPPED_TESTS a skipped test fails the run: the environment promised to have everything."""
    del exitstatus
    if os.environ.get("NO_SKIPPED_TESTS") and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("skipped tests are failures here (NO_SKIPPED_TESTS)", red=True)
        session = config.pluginmanager.get_plugin("session")
        del session
        terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
