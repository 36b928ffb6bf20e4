"""The settings file as plain values with places: the same YAML, the same guards, no meaning.

What the values mean is `reconciler.settings`' affair, which knows nothing of YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

from reconciler.manifest.compose import Refused
from reconciler.manifest.findings import Findings
from reconciler.manifest.limits import DEFAULT_LIMITS, Limits
from reconciler.manifest.text import ManifestText
from reconciler.manifest.values import Reader, Sheet, unpack
from reconciler.model.diagnostic import Diagnostic, Origin
from reconciler.model.state import Path


class SettingsValues(NamedTuple):
    """Nested values (text, None, lists, mappings), the place of each by raw path, and what is wrong."""

    values: dict[str, Any]
    origins: Mapping[Path, Origin]
    diagnostics: tuple[Diagnostic, ...]


def read_settings(text: ManifestText, *, limits: Limits = DEFAULT_LIMITS) -> SettingsValues:
    """Read one mapping; an empty file is an empty mapping."""
    findings = Findings(limits.diagnostics)
    reader, sheet = Reader(text, limits, findings), Sheet()
    values: dict[str, Any] = {}
    try:
        for count, node in enumerate(reader.documents()):
            if count:
                findings.add(reader.origin(node), "bad-document", "settings are one document", "keep the first only")
                break
            values = _mapping(reader, node, sheet)
    except Refused as refused:
        findings.extend((refused.diagnostic,))
    places = zip(sheet.paths, sheet.places, strict=True)
    origins = {path: Origin(text.name, *unpack(packed)) for path, packed in places}
    return SettingsValues(values, origins, findings.sorted())


def _mapping(reader: Reader, node: yaml.Node, sheet: Sheet) -> dict[str, Any]:
    value = reader.value(node, (), sheet)
    if isinstance(value, dict):
        return value
    if value is not None:
        reader.findings.add(reader.origin(node), "bad-document", "settings are not a mapping", "write `name: value`")
    return {}
