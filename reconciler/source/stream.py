"""Manifests from a stream, so that any generator may feed a plan.

Never reads more than the cap: what comes after it is the writer's to keep.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from reconciler.manifest.codes import diagnose
from reconciler.manifest.limits import DEFAULT_LIMITS, Limits
from reconciler.manifest.text import ManifestText
from reconciler.model.diagnostic import Origin
from reconciler.source.read import Read

NAME: Final = "<stdin>"
CHUNK: Final = 2**16


def read_stream(stream: BinaryIO, *, limits: Limits = DEFAULT_LIMITS) -> Read:
    """Read a stream to its end or one byte past the cap, whichever comes first."""
    parts: list[bytes] = []
    left = limits.file_bytes + 1
    try:
        while left > 0 and (part := stream.read(min(left, CHUNK))):
            parts.append(part)
            left -= len(part)
    except OSError as error:
        return _failed("unreadable", f"the stream cannot be read: {error.strerror or error}")
    data = b"".join(parts)
    if left <= 0:
        return _failed("file-too-large", f"the stream has more than {limits.file_bytes} bytes")
    if not data.strip():
        return _failed("no-manifests", "the stream is empty")
    return Read((ManifestText(NAME, data),))


def _failed(code: str, message: str) -> Read:
    return Read(diagnostics=(diagnose(Origin(NAME), code, message),))
