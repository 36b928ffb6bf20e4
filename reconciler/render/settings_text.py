"""Settings for people and machines: each with its value and where it was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.render.words import safe


def settings_document(values: Mapping[str, Any], origins: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row per setting: dotted name, value, origin."""
    return [{"setting": name, "value": _dig(values, name), "origin": origin} for name, origin in origins.items()]


def settings_text(rows: list[dict[str, Any]]) -> str:
    """The rows in three columns."""
    names = max(len(row["setting"]) for row in rows)
    lines = [f"{row['setting']:<{names}}  {_words(row['value']):<28}  {safe(row['origin'])}" for row in rows]
    return "\n".join(lines) + "\n"


def _words(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        pairs = (f"{entry['subscription']}/{entry['resourceGroup']}" for entry in value)
        return safe(", ".join(pairs)) or "-"
    return safe(str(value).lower() if isinstance(value, bool) else str(value))


def _dig(values: Any, name: str) -> Any:
    for part in name.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return values
