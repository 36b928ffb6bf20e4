"""Clients that we did not write, against the emulator as people start it: a process of its own, TLS, its exports."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.commands import OURS, PROGRAM, ROOT, clean_environment


def az_program() -> Path | None:
    """The az command line: of `make az`, else the machine's own."""
    made = ROOT / ".venv-az" / "bin" / "az"
    found = str(made) if made.exists() else shutil.which("az")
    return None if found is None else Path(found)


@dataclass(frozen=True, slots=True)
class Served:
    """A running emulator process."""

    state: Path
    base_url: str

    def exports(self, client: str, *arguments: str) -> dict[str, str]:
        """What a shell has set after `eval "$(reconciler emulator env CLIENT)"`."""
        command = [*PROGRAM, "emulator", "env", client, "--state", str(self.state), *arguments]
        environment = {**clean_environment(), "PYTHONPATH": str(ROOT)}
        told = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=60)
        script = f"{told.stdout}\nenv -0"
        shell = subprocess.run(
            ["sh", "-c", script], capture_output=True, text=True, check=True, env=clean_environment()
        )
        pairs = dict(line.split("=", 1) for line in shell.stdout.split("\0") if "=" in line)
        return {name: value for name, value in pairs.items() if name.startswith(OURS)}


@contextmanager
def served(folder: Path, *arguments: str, tls: bool = True) -> Iterator[Served]:
    """Run `reconciler emulator` until the end of the block."""
    state = folder / "emulator.sqlite"
    command = [*PROGRAM, "emulator", *(["--tls"] if tls else []), "--state", str(state), *arguments]
    environment = {**clean_environment(), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        try:
            assert first.startswith("emulator at "), first + process.stderr.read()
            yield Served(state, first.split()[2].rstrip(","))
        finally:
            process.terminate()


@dataclass(frozen=True, slots=True)
class Az:
    """The az command line with the exports of one emulator."""

    program: Path
    environment: dict[str, str]

    def run(self, line: str, *more: str) -> tuple[int, Any, str]:
        """Run one command: exit status, standard output as JSON, and standard error."""
        done = subprocess.run(
            [self.program, *line.split(), *more, "--only-show-errors", "--output", "json"],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None, done.stderr

    def well(self, line: str, *more: str) -> Any:
        """Run one command that succeeds, and give its JSON."""
        code, found, told = self.run(line, *more)
        assert code == 0, f"az {line}: {told}"
        return found

    def refused(self, line: str, *more: str) -> str:
        """Run one command that fails, and give what it says."""
        return self.refused_with(1, line, *more)

    def refused_with(self, status: int, line: str, *more: str) -> str:
        """The same for another exit status: az says 3 where something is not there."""
        code, found, told = self.run(line, *more)
        assert (code, found) == (status, None), f"az {line}: {code} {found} {told}"
        return told
