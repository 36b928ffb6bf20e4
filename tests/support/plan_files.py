"""Saved plans as scenarios use them: made by the program, refused by it, and tampered with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.planner.document import digest_of_document
from tests.support.commands import Ran, Shell
from tests.support.workbench import Workbench


def saved(shell: Shell, *flags: str, code: int = 0, **more: str) -> Ran:
    ran = shell.run("plan", "manifests", "--out", "plan.json", *flags, **more)
    assert ran.code == code, ran.err
    return ran


def refused(bench: Workbench, shell: Shell, *flags: str, **more: str) -> str:
    """The words with which an apply of the saved plan was refused; nothing was written."""
    before, written = bench.emulator.resources(), len(bench.written())
    ran = shell.run("apply", "plan.json", *flags, **more)
    assert ran.code == 4, (ran.out, ran.err)
    assert len(bench.written()) == written
    assert bench.emulator.resources() == before
    return ran.err


def path_of(bench: Workbench) -> Path:
    return bench.folder.parent / "plan.json"


def doctored(bench: Workbench, **changes: Any) -> None:
    """Change the saved plan and make its digest fit."""
    document = {**json.loads(path_of(bench).read_text(encoding="utf-8")), **changes}
    path_of(bench).write_text(json.dumps({**document, "digest": digest_of_document(document)}), encoding="utf-8")
