"""The command line as people run it: a process of its own, its streams and its exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.launched import launch
from tests.support.workbench import GROUP, SUB, Workbench

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "reconciler")
OURS = (
    *("RECONCILER_", "AZURE_", "ARM_", "EMULATOR_"),
    *("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "PYTHONUNBUFFERED"),
)


def clean_environment() -> dict[str, str]:
    """The environment without anything that a sign-in could come from."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def environment(state: Path, more: Mapping[str, str], *, time_scale: float = 0) -> dict[str, str]:
    """What a command finds that is to work on the emulator of a state file; an empty value unsets."""
    chosen = {
        "RECONCILER_CLOUD": "emulator",
        "RECONCILER_INSTANCE": "test",
        "RECONCILER_SUBSCRIPTION": SUB,
        "RECONCILER_RESOURCE_GROUP": GROUP,
        "RECONCILER_EMULATOR_STATE": str(state),
        "RECONCILER_EMULATOR_TIME_SCALE": str(time_scale),
        "RECONCILER_LIMITS_MAX_DELETE_PERCENT": "100",
    }
    return {name: value for name, value in {**clean_environment(), **chosen, **more}.items() if value}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs `reconciler` on the workbench's folder; its emulator is joined over the address file."""

    bench: Workbench

    def run(self, *arguments: str, stdin: str | None = None, **more: str) -> Ran:
        """Run one command to its end."""
        env = environment(self.bench.emulator.settings.state, more)
        code, out, err = launch(arguments, stdin, self.bench.folder.parent, env, timeout=100)
        assert "Traceback" not in err, err
        return Ran(code, out, err)
