"""The door of this room: manifests in, desired state and every finding out.

Same texts, same fallback, same clock: same result. A document is dropped once it has become drafts, so that
memory follows the size of the result and not of the YAML.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from reconciler.manifest.compose import Refused
from reconciler.manifest.defaults import Folders
from reconciler.manifest.documents import read_document
from reconciler.manifest.draft import DefaultsDraft, Drafts
from reconciler.manifest.estate import check_estate
from reconciler.manifest.findings import Findings
from reconciler.manifest.limits import DEFAULT_LIMITS, Limits
from reconciler.manifest.resolve import Fallback, Resolver
from reconciler.manifest.text import ManifestText
from reconciler.manifest.values import Reader
from reconciler.model.address import Address, Scope
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.model.state import DesiredState

__all__ = ["Built", "Fallback", "build"]


@dataclass(frozen=True, slots=True)
class Built:
    """What is sound of the desired state, and all findings by place."""

    desired: DesiredState
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return all(found.severity is not Severity.ERROR for found in self.diagnostics)


def build(
    texts: Sequence[ManifestText], fallback: Fallback, *, now: datetime, limits: Limits = DEFAULT_LIMITS
) -> Built:
    """Read all texts into one desired state. `now` is aware; mistakes are diagnostics, never exceptions."""
    with _uncollected():
        return _build(texts, fallback, now, limits)


def _build(texts: Sequence[ManifestText], fallback: Fallback, now: datetime, limits: Limits) -> Built:
    findings = Findings(limits.diagnostics)
    drafts = Drafts()
    for text in _affordable(texts, limits, findings):
        _read(text, limits, findings, drafts)
    folders = Folders(drafts.defaults, findings)
    resolver = Resolver(folders, fallback, findings)
    resolver.run(drafts.resources)
    resources = {address: entry.resource for address, entry in resolver.declared.items() if entry.resource}
    check_estate(resources.values(), now, findings)
    scopes = _scopes(resources, drafts.defaults, folders, fallback)
    return Built(DesiredState(resources, scopes), findings.sorted())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the cyclic collector: everything made here is a tree, and looking for cycles in it takes a fifth longer."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _affordable(texts: Sequence[ManifestText], limits: Limits, findings: Findings) -> Iterable[ManifestText]:
    total = 0
    for count, text in enumerate(texts, start=1):
        total += len(text.data)
        if count > limits.files:
            findings.add(Origin(text.name), "too-many-files", f"more than {limits.files} files")
            return
        if total > limits.total_bytes:
            message = f"more than {limits.total_bytes} bytes up to here"
            findings.add(Origin(text.name), "too-large-in-all", message)
            return
        yield text
        if findings.full:
            return


def _read(text: ManifestText, limits: Limits, findings: Findings, drafts: Drafts) -> None:
    reader = Reader(text, limits, findings)
    try:
        for node in reader.documents():
            read_document(reader, node, drafts)
    except Refused as refused:
        findings.extend((refused.diagnostic,))


def _scopes(
    resources: Iterable[Address], defaults: Iterable[DefaultsDraft], folders: Folders, fallback: Fallback
) -> tuple[Scope, ...]:
    """The resource groups that documents and Defaults speak of, each once."""
    found = {address.scope.key: address.scope for address in resources}
    for draft in defaults:
        inherited = folders[draft.folder]
        subscription = inherited.subscription.value if inherited.subscription else fallback.subscription
        group = inherited.resource_group.value if inherited.resource_group else fallback.resource_group
        if subscription and group and (draft.subscription or draft.resource_group):
            scope = Scope(subscription, group)
            found.setdefault(scope.key, scope)
    return tuple(found[key] for key in sorted(found))
