"""Collects what is wrong, so that one run shows everything; says when there is too much to list.

Apart from the registry of codes because this is the only mutable thing that parsing and building share.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.manifest.codes import diagnose
from reconciler.model.diagnostic import Diagnostic, Origin, Severity

SHOWN = 80


class Findings:
    """The findings of one build, in the order they were met; errors are counted even beyond the cap."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._seen: set[Diagnostic] = set()
        self._list: list[Diagnostic] = []
        self.errors = 0

    def add(self, origin: Origin, code: str, message: str, hint: str = "") -> None:
        """Note one finding; the same finding twice is noted once."""
        self.extend((diagnose(origin, code, message, hint),))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Note findings that others made."""
        for found in diagnostics:
            if found in self._seen:
                continue
            self.errors += found.severity is Severity.ERROR
            if not self.full:
                self._seen.add(found)
                self._list.append(found)

    @property
    def full(self) -> bool:
        """Whether no more findings are listed: reading on would only cost time."""
        return len(self._list) >= self._cap

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All findings by place, and a last one that counts those not listed."""
        listed = sorted(self._list, key=lambda found: (found.origin, found.code, found.message))
        if self.full:
            message = f"only the first {len(listed)} findings are listed; reading stopped there"
            listed.append(diagnose(listed[-1].origin, "too-many-findings", message))
        return tuple(listed)


def shown(text: object) -> str:
    """A value as it may stand in a message: one line, at most 80 characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
