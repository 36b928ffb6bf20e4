"""How an import reads: every gallery that fits, whoever owns it and though nobody declares it.

Apart from what a plan expects, because a plan looks into no gallery that is neither declared nor its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from reconciler.model.address import Kind
from reconciler.model.state import LiveResource


@dataclass(frozen=True, slots=True)
class Everything:
    """Galleries whose name fits one of the globs, in any case; without globs all of them.

    Boot keys are shown only on request, one GET a version (fact 3.6/1): they are asked for where the plain answer
    shows a security profile, with `boot_keys` for every version.
    """

    galleries: tuple[str, ...] = ()
    boot_keys: bool = False

    def wants(self, gallery: str) -> bool:
        """Whether a gallery of that name is to be read with all below it."""
        name = gallery.lower()
        return not self.galleries or any(fnmatchcase(name, glob.lower()) for glob in self.galleries)

    def wants_boot_keys(self, live: LiveResource) -> bool:
        """Whether a resource is to be read once more, with its boot keys."""
        shown = self.boot_keys or bool(live.body.get("securityProfile"))
        return live.address.kind is Kind.IMAGE_VERSION and shown
