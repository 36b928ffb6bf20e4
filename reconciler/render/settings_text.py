"""Settings for people and machines: each with its value and where it was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.render.words import count_words, safe

Place = tuple[str | int, ...]


def settings_document(
    values: Mapping[str, Any], origins: Mapping[str, str], places: Mapping[Place, object] | None = None
) -> list[dict[str, Any]]:
    """One row per setting: dotted name, value, origin; then one per stated value inside lists of blocks."""
    rows = [{"setting": name, "value": _dig(values, name), "origin": origin} for name, origin in origins.items()]
    for name in ("ignore", "targets"):
        for number, entry in enumerate(values.get(name) or ()):
            for place, value in _inside(entry, (name, number)):
                origin = str((places or {}).get(place, origins[name]))
                rows.append({"setting": _dotted(place), "value": value, "origin": origin})
    return rows


def _inside(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """The values inside a block, lists of words as one."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _inside(entry, (*place, key))
    elif isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
        for number, entry in enumerate(value):
            yield from _inside(entry, (*place, number))
    else:
        yield place, value


def _dotted(place: Place) -> str:
    words = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(words).removeprefix(".")


def settings_text(rows: list[dict[str, Any]]) -> str:
    """The rows in three columns, in two where no row has an origin."""
    names = max(len(row["setting"]) for row in rows)
    lines = [f"{row['setting']:<{names}}  {_words(row):<28}  {safe(row.get('origin', ''))}".rstrip() for row in rows]
    return "\n".join(lines) + "\n"


def _words(row: Mapping[str, Any]) -> str:
    value = row["value"]
    if value is None:
        return "-"
    if isinstance(value, list):
        return safe(_list_words(row["setting"], value)) or "-"
    return safe(str(value).lower() if isinstance(value, bool) else str(value))


def _list_words(setting: str, value: list[Any]) -> str:
    if setting == "scopes":
        return ", ".join(f"{entry['subscription']}/{entry['resourceGroup']}" for entry in value)
    if setting == "ignore":
        return count_words(len(value), "rule") if value else ""
    if setting == "targets":
        return ", ".join(entry["name"] for entry in value)
    return ", ".join(map(str, value))


def _dig(values: Any, name: str) -> Any:
    for part in name.split("."):
        values = values.get(part) if isinstance(values, Mapping) else None
    return values
