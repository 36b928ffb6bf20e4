"""How much input is read before it counts as hostile or as a mistake.

The numbers fit an estate of tens of thousands of versions several times over; what exceeds them is refused with
a diagnostic, never processed for minutes. They are one value, so that tests and services may draw them tighter.
"""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps of one read: bytes of a file and of all, nesting, documents and files, values repeated by aliases.

    `nodes` counts the values of one text, `fields` those of one spec; `scalar` is the length of one value in
    characters; `diagnostics` how many findings are listed.
    """

    file_bytes: int = 16 * MEBIBYTE
    total_bytes: int = 64 * MEBIBYTE
    depth: int = 40
    nodes: int = 800_000
    fields: int = 10_000
    documents: int = 50_000
    files: int = 20_000
    aliases: int = 500_000
    scalar: int = 64 * 1024
    diagnostics: int = 1_000


DEFAULT_LIMITS = Limits()
