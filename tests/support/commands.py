"""The command line as people run it: a process of its own, its streams and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.support.workbench import GROUP, SUB, Workbench


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

    def run(self, *arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        """Run one command to its end."""
        ours = ("RECONCILER_", "AZURE_", "PYTHONUNBUFFERED")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        chosen = {
            "RECONCILER_CLOUD": "emulator",
            "RECONCILER_INSTANCE": "test",
            "RECONCILER_SUBSCRIPTION": SUB,
            "RECONCILER_RESOURCE_GROUP": GROUP,
            "RECONCILER_EMULATOR_STATE": str(self.bench.emulator.settings.state),
            "RECONCILER_EMULATOR_TIME_SCALE": "0",
            "RECONCILER_LIMITS_MAX_DELETE_PERCENT": "100",
        }
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments],
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            cwd=self.bench.folder.parent,
            env={key: value for key, value in {**clean, **chosen, **environment}.items() if value},
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)
