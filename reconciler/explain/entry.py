"""The value of an explanation: one topic, what it means, and the fields or occasions that belong to it.

Apart from the rooms that fill it, so that texts and JSON are made in one way for fields, codes and rules alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Topic(StrEnum):
    """What an explanation is about."""

    KIND = "kind"
    FIELD = "field"
    POLICY = "policy"
    RULE = "field rule"
    REFUSAL = "refusal rule"
    REASON = "reason"
    FINDING = "manifest finding"
    AZURE = "error code of Azure"
    UNREAD = "reason for unread"
    END = "reason for an end"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field as manifests write it.

    `path` is dotted below `spec`, lists marked with `[]`; `type` is for people, `choices` are the words allowed;
    `rule` and `rule_words` are empty for policies; `default` is what absence means where `has_default`.
    """

    kind: str
    path: str
    type: str
    choices: tuple[str, ...] = ()
    rule: str = ""
    rule_words: str = ""
    fact: str = ""
    default: Any = None
    has_default: bool = False
    required: bool = False
    clearable: bool = False
    merge: str = ""
    key: tuple[str, ...] = ()
    prose: str = ""

    @property
    def name(self) -> str:
        """The path with its kind in front, as people ask for it."""
        return f"{self.kind}.{self.path}"

    @property
    def plain(self) -> str:
        """The path without the marks of lists and maps, in lower case: what a question is compared with."""
        return plain_path(self.path)


@dataclass(frozen=True, slots=True)
class Entry:
    """One explanation: `details` are labelled sentences, `fields` a table, `occasions` cases with their own words."""

    topic: Topic
    name: str
    means: str
    details: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[FieldRow, ...] = ()
    occasions: tuple[Mapping[str, str], ...] = ()


def plain_path(path: str) -> str:
    """A dotted path without brackets, what stands in them, and the star of maps; in lower case."""
    words = (part.partition("[")[0] for part in path.split("."))
    return ".".join(word for word in words if word and word != "*").lower()
