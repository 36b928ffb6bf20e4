"""The makers of bad manifests: sound documents that one mistake completes, with a ⟦ at its very place."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent

MARK = "⟦"
API = "apiVersion: gallery-reconciler/v1"
SCOPE = "subscription: 00000000-0000-0000-0000-000000000001, resourceGroup: rg-images"
DEFAULTS = f"{API}\nkind: Defaults\nmetadata: {{{SCOPE}}}\nspec: {{location: westeurope}}\n"
GALLERY = f"{API}\nkind: Gallery\nmetadata: {{name: corp}}\n"
DEFINITION = f"{API}\nkind: ImageDefinition\nmetadata: {{gallery: corp, name: ubuntu}}\n"
VERSION = f"{API}\nkind: ImageVersion\nmetadata: {{gallery: corp, image: ubuntu, name: 1.0.0}}\n"
STATED = "  osType: Linux\n  osState: Generalized\n  hyperVGeneration: V2\n  architecture: x64\n"
IDENTIFIER = "  identifier: {publisher: Corp, offer: Ubuntu, sku: lts}\n"
COMPUTE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute"
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a"
SOURCE = f"  storageProfile: {{source: {{id: {COMPUTE}/images/i}}}}\n"
SOUND_DEFINITION = f"{DEFINITION}spec:\n{STATED}{IDENTIFIER}"
PRINCIPAL = "principal: {id: 00000000-0000-0000-0000-00000000000a, type: Group}"
LONG = "x" * 300


@dataclass(frozen=True, slots=True)
class Bad:
    """One mistake: its code, the text with the mark, and a word that the hint must hold."""

    code: str
    text: str
    hint: str = ""


def documents(*documents: str) -> str:
    return "---\n".join(documents)


def _block(text: str) -> str:
    return indent(dedent(text).strip("\n"), "  ") + "\n"


def alone(code: str, text: str, hint: str = "") -> Bad:
    """The whole text as it stands."""
    return Bad(code, dedent(text).lstrip("\n"), hint)


def gallery(code: str, spec: str, hint: str = "") -> Bad:
    """A gallery with this spec."""
    return Bad(code, documents(DEFAULTS, f"{GALLERY}spec:\n{_block(spec)}"), hint)


def beside(code: str, text: str, hint: str = "") -> Bad:
    """A gallery with these keys beside its metadata."""
    return Bad(code, documents(DEFAULTS, GALLERY + dedent(text).lstrip("\n")), hint)


def definition(code: str, spec: str, hint: str = "", base: str = STATED + IDENTIFIER) -> Bad:
    """A definition whose sound spec is completed by these fields."""
    return Bad(code, documents(DEFAULTS, GALLERY, f"{DEFINITION}spec:\n{base}{_block(spec)}"), hint)


def left_out(code: str, stated: str, hint: str) -> Bad:
    """A definition that states only this; the mark is at its name."""
    return Bad(
        code, documents(DEFAULTS, GALLERY, f"{DEFINITION}spec:\n{stated}".replace("name: u", f"{MARK}name: u")), hint
    )


def version(code: str, spec: str, hint: str = "", base: str = SOURCE) -> Bad:
    """A version whose sound spec is completed by these fields."""
    text = f"{VERSION}spec:\n{base}{_block(spec)}"
    return Bad(code, documents(DEFAULTS, GALLERY, SOUND_DEFINITION, text), hint)


def regions(code: str, publishing: str, hint: str = "") -> Bad:
    """A version with this publishing profile."""
    return version(code, f"publishingProfile:\n{_block(publishing)}", hint)


def access(code: str, line: str, hint: str = "") -> Bad:
    """A gallery with this access line."""
    return Bad(code, documents(DEFAULTS, f"{GALLERY}access:\n  - {line}\n"), hint)
