"""The program in processes of its own that start at once: forked from one that has already imported everything.

A start from nothing takes a second of imports, and hundreds of them were most of what the tests took. What runs is the
same entry point with its own arguments, folder, environment and streams, and it ends as any process does.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path


@cache
def _server() -> ForkServerContext:
    """One server for each process that tests; it ends with it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.support.imported"])
    return context


@dataclass(frozen=True, slots=True)
class Launched:
    """The program under way; what it prints goes to files."""

    process: BaseProcess
    out: Path
    err: Path

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.is_alive()

    def kill(self) -> None:
        """SIGKILL; nothing happens to one that has ended."""
        self.process.kill()

    def ended(self, timeout: float) -> tuple[int, str, str]:
        """Wait for its end; exit code (negative for a signal), standard output, standard error."""
        self.process.join(timeout)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
            raise TimeoutError(f"not at its end after {timeout} s; {self.err.read_text(encoding='utf-8')}")
        code = self.process.exitcode
        self.process.close()
        return code, self.out.read_text(encoding="utf-8"), self.err.read_text(encoding="utf-8")


def begin(arguments: Sequence[str], stdin: str | None, cwd: Path, env: Mapping[str, str], streams: Path) -> Launched:
    """Start the program; what it reads and prints lies in the folder `streams`."""
    given, out, err = (streams / part for part in ("in", "out", "err"))
    given.write_text(stdin or "", encoding="utf-8")
    for empty in (out, err):
        empty.write_text("", encoding="utf-8")
    files = (os.devnull if stdin is None else str(given), str(out), str(err))
    process = _server().Process(target=_run, args=(tuple(arguments), files, str(cwd), dict(env)))
    process.start()
    return Launched(process, out, err)


def launch(
    arguments: Sequence[str], stdin: str | None, cwd: Path, env: Mapping[str, str], timeout: float
) -> tuple[int, str, str]:
    """Run the program to its end; exit code (negative for a signal), standard output, standard error."""
    with tempfile.TemporaryDirectory() as name:
        return begin(arguments, stdin, cwd, env, Path(name)).ended(timeout)


def _run(arguments: tuple[str, ...], streams: tuple[str, str, str], cwd: str, env: dict[str, str]) -> None:
    """Become the program: what a shell sets up before it, then its entry point."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as it lives
        for number in range(3)
    )
    sys.argv = ["reconciler", *arguments]
    from reconciler.cli import main

    try:
        main()
    finally:
        atexit._run_exitfuncs()  # a forked process of this library leaves without them
