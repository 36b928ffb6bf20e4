"""YAML as editors type it, YAML 1.2's core schema: dates and `no` are text, `1.10` is a number."""

from __future__ import annotations

import re
from typing import Any

import yaml


class EditorLoader(yaml.SafeLoader):
    """A loader with the types of the core schema."""


EditorLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))
EditorLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])


def documents(text: str) -> list[Any]:
    """Every document of a text."""
    return list(yaml.load_all(text, EditorLoader))
