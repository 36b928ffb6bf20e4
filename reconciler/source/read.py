"""What a source found: texts, and what could not be read. Shared by every source, so that none imports another."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.manifest.text import ManifestText
from reconciler.model.diagnostic import Diagnostic


@dataclass(frozen=True, slots=True)
class Read:
    """The texts in a fixed order, and the findings of reading them."""

    texts: tuple[ManifestText, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
