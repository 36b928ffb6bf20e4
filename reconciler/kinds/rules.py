"""What a field declares about itself: may it change, what the service fills in, how lists merge, and on whose word.

A field states these once, beside its type; validation, comparison, refusals, schema and explanations all read
them from there. Fact ids point into docs/azure.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Rule(StrEnum):
    """Whether and how a field may change after creation."""

    IDENTITY = "identity"  # another value is another resource
    UPDATABLE = "updatable"  # the product documents list it as changeable
    ACCEPTED = "accepted"  # not in the documents, but the service accepts the change
    IMMUTABLE = "immutable"  # the service answers PropertyChangeNotAllowed
    SET_ONCE = "set-once"  # may be set or moved, never cleared
    GUARDED = "guarded"  # changes only together with companion steps
    SHARED = "shared"  # changes through the share action alone, never with the resource's own PUT
    WRITE_ONLY = "write-only"  # sent, never returned, never compared
    READ_ONLY = "read-only"  # returned, never sent, never compared


RULE_WORDS: Final = {
    Rule.IDENTITY: "part of the identity: another value is another resource",
    Rule.UPDATABLE: "can change at any time, as the product documents say",
    Rule.ACCEPTED: "can change: the service accepts it, though no document lists it",
    Rule.IMMUTABLE: "cannot change once the resource exists",
    Rule.SET_ONCE: "can be set and moved, but never cleared",
    Rule.GUARDED: "changes only together with companion steps, all of them shown in the plan",
    Rule.SHARED: "changes through the share action alone, which the plan shows as an action of its own",
    Rule.WRITE_ONLY: "sent, but never returned and so never compared",
    Rule.READ_ONLY: "written by the service alone, never declared or compared",
}
"""Every rule in plain words: explanations and schemas say them from here."""


class Merge(StrEnum):
    """What a declared list or map says about entries that it does not name."""

    WHOLE = "whole"  # the declared list is the list
    BY_KEY = "by key"  # entries that are not declared stay


MERGE_WORDS: Final = {
    Merge.WHOLE: "the declared list is the whole list",
    Merge.BY_KEY: "entries that are not declared stay; null removes one",
}


class Unset:
    """Marks that a field has no service default."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class Field:
    """The rule of one field, and for a subtree the rule of everything below that has none of its own.

    `default` is what the service means by absence; `required` says a create needs it; `clearable` whether null
    may remove it; `key` names the fields that identify an entry of a keyed list.
    """

    rule: Rule
    fact: str
    default: Any = UNSET
    required: bool = False
    clearable: bool = True
    merge: Merge = Merge.WHOLE
    key: tuple[str, ...] = ()
    unordered: bool = False


def updatable(fact: str, **more: Any) -> Field:
    """Declare a field that the product documents list as changeable."""
    return Field(Rule.UPDATABLE, fact, **more)


def accepted(fact: str, **more: Any) -> Field:
    """Declare a field whose change the service accepts though no document lists it."""
    return Field(Rule.ACCEPTED, fact, **more)


def immutable(fact: str, **more: Any) -> Field:
    """Declare a field that cannot change once the resource exists."""
    return Field(Rule.IMMUTABLE, fact, **{"clearable": False, **more})


def identity(fact: str, **more: Any) -> Field:
    """Declare a field that is part of the address: another value is another resource."""
    return Field(Rule.IDENTITY, fact, clearable=False, **more)


def set_once(fact: str) -> Field:
    """Declare a field that can be set and moved but never cleared."""
    return Field(Rule.SET_ONCE, fact, clearable=False)


def guarded(fact: str, **more: Any) -> Field:
    """Declare a field whose change needs companion steps."""
    return Field(Rule.GUARDED, fact, **more)


def shared(fact: str, **more: Any) -> Field:
    """Declare a field that only the share action changes."""
    return Field(Rule.SHARED, fact, **more)


def write_only(fact: str) -> Field:
    """Declare a field that is sent but never returned."""
    return Field(Rule.WRITE_ONLY, fact, clearable=False)


def read_only(fact: str) -> Field:
    """Declare a field that only the service writes."""
    return Field(Rule.READ_ONLY, fact, clearable=False)
