"""JSON Schema of `reconciler.yaml` for editors, made from the settings model itself.

Settings are read as text and typed by their field, so a number may stand in quotes and text may look like a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.manifest.field_schema import or_null
from reconciler.manifest.schema import DIALECT
from reconciler.settings import Settings

NUMBERS: Final = {"integer": r"^\s*[+-]?[0-9]+\s*$", "number": r"^\s*[+-]?[0-9.]+([eE][+-]?[0-9]+)?\s*$"}
FLAG: Final = "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"


NAMED: Final = frozenset({"properties", "$defs"})  # maps from names of people's choice to schemas
VALUES: Final = frozenset({"default", "enum", "const", "required", "description"})


def settings_schema() -> dict[str, Any]:
    """The schema of the one document that a settings file is; an empty file, or block, is allowed."""
    schema = _lenient(Settings.model_json_schema())
    for name, setting in schema["properties"].items():
        if "$ref" in setting:
            schema["properties"][name] = or_null(setting)
    return {"$schema": DIALECT, **schema, "title": "gallery reconciler settings", "type": ["object", "null"]}


def _lenient(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with types as they are written: quotes and YAML's own typing make no difference."""
    result = {key: _part(key, entry) for key, entry in schema.items() if key != "title"}
    kind = result.get("type")
    if kind == "string" and "enum" not in result and "const" not in result:
        result["type"] = ["string", "number", "boolean"]
    elif kind in NUMBERS:
        result["type"], result["pattern"] = [kind, "string"], NUMBERS[kind]
    elif kind == "boolean":
        result["type"], result["pattern"] = ["boolean", "string"], FLAG
    return result


def _part(key: str, entry: Any) -> Any:
    if key in NAMED:
        return {name: _lenient(each) for name, each in entry.items()}
    if key in VALUES or not isinstance(entry, Mapping | list):
        return entry
    if isinstance(entry, Mapping):
        return _lenient(entry)
    return [_lenient(each) if isinstance(each, Mapping) else each for each in entry]
