"""Commands that start in no time: a process that has the whole program loaded forks one for every order.

Each is a process of its own that runs the real command line and can be killed like any other. What a start costs
otherwise, more than a second of loading, is paid once.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import reconciler
from tests.support.commands import ROOT, Ran


@dataclass(frozen=True, slots=True)
class Command:
    """One command under way. It stays a zombie until `ended` has been called, so its id is nobody else's."""

    starter: Starter
    pid: int
    folder: Path

    def kill(self) -> None:
        """SIGKILL; nothing happens to one that is over."""
        os.kill(self.pid, signal.SIGKILL)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        state = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        return state != "Z"

    def ended(self) -> Ran:
        """Wait for its end. The code is that of a shell; below zero, the signal that it died of."""
        code = int(self.starter.ask({"wait": self.pid})["code"])
        out, err = ((self.folder / name).read_text(encoding="utf-8") for name in ("out", "err"))
        assert "Traceback" not in err, err
        return Ran(code, out, err)


@dataclass(frozen=True, slots=True)
class Starter:
    """The process that forks."""

    process: subprocess.Popen[str]

    def start(self, *arguments: str, folder: Path, environment: Mapping[str, str]) -> Command:
        """Begin one command in a folder, which its streams go to as well: `out` and `err`."""
        order = {"arguments": arguments, "folder": str(folder), "environment": dict(environment)}
        return Command(self, int(self.ask(order)["pid"]), folder)

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Send one order and wait for its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return cast("dict[str, Any]", json.loads(self.process.stdout.readline()))


@contextlib.contextmanager
def starter() -> Iterator[Starter]:
    """A process with everything loaded, until the end of the block."""
    program = [sys.executable, "-m", "tests.support.forked"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield Starter(process)
        finally:
            process.kill()


def load() -> None:
    """Load all of the program, so that nothing is left for those who are forked to load."""
    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def serve(orders: IO[str], answers: IO[str]) -> dict[str, Any] | None:
    """Carry out orders until there are no more. In a process that was forked it returns the order that it is for."""
    for line in orders:
        order = json.loads(line)
        if "wait" in order:
            answer = {"code": os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])}
        else:
            pid = os.fork()
            if not pid:
                return cast("dict[str, Any]", order)
            answer = {"pid": pid}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return None


def become(order: Mapping[str, Any]) -> None:
    """Run the command line as if this process had been started for it."""
    from reconciler.cli import main

    folder = Path(order["folder"])
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(order["environment"])
    streams = (os.open(os.devnull, os.O_RDONLY), *(os.open(folder / name, FRESH, 0o600) for name in ("out", "err")))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.argv = ["reconciler", *order["arguments"]]
    main()


FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC

if __name__ == "__main__":
    load()
    mine = serve(sys.stdin, sys.stdout)
    if mine is not None:
        become(mine)
