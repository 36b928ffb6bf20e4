"""Lines kept by name in text files, and written anew where that is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.workbench import SUB

HERE = Path(__file__).parent
SHORT = (
    (f"/subscriptions/{SUB}/resourceGroups/rg-images/providers/Microsoft.Compute/galleries/", "…/"),
    (f"{SUB}/rg-images/", ""),
    (SUB, "SUB"),
)
RENEWING = "RENEW_GOLDEN" in os.environ


class Record:
    """What is said today (name to file and function) and what was kept."""

    def __init__(self, said: Mapping[str, tuple[str, Callable[[], str]]]) -> None:
        self._said = said
        self.names = set(said)
        files = {file for file, _ in said.values()}
        parts = [(self._written if RENEWING else _read)(file) for file in sorted(files)]
        self.kept = {name: lines for part in parts for name, lines in part.items()}

    def today(self, name: str) -> str:
        """What is said today, with what stands in every line written short."""
        said = self._said[name][1]()
        for long, short in SHORT:
            said = said.replace(long, short)
        return said

    def _written(self, file: str) -> dict[str, str]:
        today = {name: self.today(name) for name, (where, _) in self._said.items() if where == file}
        text = "\n".join(f"=== {name}\n{lines}\n" for name, lines in today.items())
        (HERE / f"{file}.txt").write_text(text, encoding="utf-8")
        return today


def _read(file: str) -> dict[str, str]:
    path = HERE / f"{file}.txt"
    parts = path.read_text(encoding="utf-8").split("\n=== ") if path.exists() else []
    split = (part.removeprefix("=== ").partition("\n") for part in parts)
    return {head: body.strip("\n") for head, _, body in split}
