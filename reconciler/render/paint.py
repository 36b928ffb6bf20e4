"""Colour for terminals only; a plain page gets plain text (NO_COLOR honoured by the caller)."""

from __future__ import annotations

from dataclasses import dataclass

CODES = {"add": "32", "change": "33", "remove": "31", "stop": "1;31", "dim": "2", "bold": "1", "good": "32"}


@dataclass(frozen=True, slots=True)
class Page:
    """Where text goes: its width in columns and whether it takes colour; `subscriptions` shows them in addresses."""

    width: int = 100
    colour: bool = False
    subscriptions: bool = False

    def paint(self, text: str, kind: str) -> str:
        """Text in the colour of its kind, line by line, where colour is taken."""
        if not self.colour:
            return text
        return "\n".join(f"\x1b[{CODES[kind]}m{line}\x1b[0m" for line in text.split("\n"))
