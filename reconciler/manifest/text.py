"""The bytes of one manifest and the name people know them by.

Apart from parsing because sources make these values and the parser takes them: neither needs to know the other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManifestText:
    """One manifest as it was read. `folder` holds the folders below the source root: Defaults apply along it."""

    name: str
    data: bytes
    folder: tuple[str, ...] = ()
