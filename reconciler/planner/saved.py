"""A saved plan back into the plan it was: the strict inverse of `document.saved_document`.

Apart from the document because reading trusts nothing: another version, a missing key, a value of another type, an id
of another address or a digest that does not fit is one clear PlanFileError, and no plan.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from reconciler.errors import PlanFileError
from reconciler.kinds.paths import recalled, recalled_path
from reconciler.kinds.registry import rules_of
from reconciler.model.address import Access, Address, Kind, Scope
from reconciler.model.ledger import Applied
from reconciler.model.plan import Action, Change, Plan, Refusal, Undeclared
from reconciler.model.restriction import AllowList, Ignored, Selection
from reconciler.planner.document import SCHEMA_VERSION, digest_of_document
from reconciler.planner.shown import lying

ANEW: Final = "make it anew with `reconciler plan --out FILE`"
GRANTS: Final = "/providers/microsoft.authorization/roleassignments/"
KEYS: Final[Mapping[type, Mapping[str, str]]] = {
    Change: {"path": "parts"},
    Scope: {"group": "resourceGroup"},
    AllowList: {"groups": "resourceGroups"},
    Ignored: {"path": "parts"},
    Selection: {"excepted": "except"},
}
DERIVED: Final[Mapping[type, frozenset[str]]] = {
    Plan: frozenset({"schemaVersion", "tool", "complete", "read", "declared", "roles"}),
    Action: frozenset({"kind"}),
    Undeclared: frozenset({"kind"}),
    Change: frozenset({"path"}),
    Ignored: frozenset({"path"}),
}
ADDRESS_PARTS: Final = range(3, 6)
DEEPEST: Final = 64
ODD: Final = (ValueError, RecursionError, TypeError, AttributeError, LookupError, AssertionError, OverflowError)


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan that was saved, what reading cost when it was made, and what the ledger is to keep once it is applied."""

    plan: Plan
    read: Mapping[str, Any] = field(default_factory=dict)
    declared: Mapping[Address, Applied] = field(default_factory=dict)


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    """What in a document is not as it must be."""


def load(text: str, name: str) -> Saved:
    """Read a saved plan; `name` is its file, for people. Raises PlanFileError."""
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
        _check_depth(document)
        return _loaded(document)
    except _Unfit as error:
        raise PlanFileError(f"{name} {error}", ANEW) from error
    except ODD as error:
        raise PlanFileError(f"{name} is no plan that can be read: it is damaged or not JSON", ANEW) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unfit("is damaged: it says one thing twice")
    return found


def _no_number(word: str) -> Any:
    raise _Unfit(f"is damaged: {word[:20]} is no number")


def _finite(word: str) -> float:
    number = float(word)
    return number if math.isfinite(number) else _no_number(word)


def _check_depth(document: Any) -> None:
    """What is nested deeper than any body is no plan, and would be too deep for whoever walks it later."""
    level = [document]
    for _ in range(DEEPEST):
        level = [
            entry
            for value in level
            for entry in (value.values() if isinstance(value, dict) else value)
            if isinstance(entry, dict | list)
        ]
        if not level:
            return
    raise _Unfit("is damaged: it is nested too deep")


def _loaded(document: Any) -> Saved:
    if not isinstance(document, dict) or "schemaVersion" not in document or "actions" not in document:
        raise _Unfit("is not a saved plan")
    version = document["schemaVersion"]
    if version is True or version != SCHEMA_VERSION:
        raise _Unfit(f"has schemaVersion {str(version)[:20]}; this reconciler reads {SCHEMA_VERSION}")
    if "roles" not in document:
        raise _Unfit("was printed for reading, without what an apply needs")
    if document.get("digest") != digest_of_document(document):
        raise _Unfit("was changed since it was saved: its digest does not fit")
    read, declared, roles = (_mapping(document, key) for key in ("read", "declared", "roles"))
    decoder = _Decoder(roles)
    plan = decoder.record(Plan, document, "")
    actions = tuple(_action(action) for action in plan.actions)
    refusals = tuple(_refusal(refusal) for refusal in plan.refusals)
    _check_order(actions)
    found = lying(actions)
    if found is not None:
        raise _Unfit(f"is no plan of ours: {found.verb} {found.address.text()} does not do what its changes show")
    entries = dict(_entry(decoder, address, entry) for address, entry in declared.items())
    return Saved(replace(plan, actions=actions, refusals=refusals), read, entries)


def _mapping(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key, {})
    if not isinstance(value, dict):
        raise _damaged(key, "a mapping")
    return value


def _entry(decoder: _Decoder, name: str, entry: Any) -> tuple[Address, Applied]:
    address: Address = decoder.value(Address, name, "declared")
    applied: Applied = decoder.record(Applied, entry, f"declared.{name[:80]}")
    return address, replace(applied, body=recalled(rules_of(address.kind).shape, (), applied.body))


class _Decoder:
    """Values of the model from JSON values, by the model's own types, so that a new field needs no line here."""

    def __init__(self, roles: Mapping[str, Any]) -> None:
        self._roles = roles

    def record(self, kind: type, value: Any, where: str) -> Any:
        """One dataclass; its keys are its fields in camelCase, no more and no less."""
        if not isinstance(value, dict):
            raise _damaged(where, "a mapping")
        names = _names_of(kind)
        unknown = value.keys() - names.keys() - DERIVED.get(kind, frozenset())
        if unknown:
            raise _Unfit(f"is damaged: {where or 'the plan'} has the unknown key {min(unknown)[:40]}")
        found: dict[str, Any] = {}
        for key, (name, hint, needed) in names.items():
            if key in value:
                found[name] = self.value(hint, value[key], f"{where}.{key}".lstrip("."))
            elif needed:
                raise _damaged(f"{where}.{key}".lstrip("."), "there")
        return kind(**found)

    def value(self, hint: Any, value: Any, where: str) -> Any:
        """One value of a type of the model."""
        origin = get_origin(hint)
        if hint is Any:
            return value
        if origin in (Union, UnionType):
            return self._either(get_args(hint), value, where)
        if origin is tuple:
            return tuple(self.value(get_args(hint)[0], entry, f"{where}[]") for entry in _list(value, where))
        if origin is not None and issubclass(origin, Mapping):
            return self._mapping(get_args(hint)[1], value, where)
        if hint is Address:
            return self._address(value, where)
        if isinstance(hint, type) and is_dataclass(hint):
            return self.record(hint, value, where)
        return _scalar(hint, value, where)

    def _either(self, hints: tuple[Any, ...], value: Any, where: str) -> Any:
        if value is None and NoneType in hints:
            return None
        rest = [hint for hint in hints if hint is not NoneType]
        fitting = [hint for hint in rest if isinstance(hint, type) and type(value) is hint]
        return self.value(fitting[0] if fitting else rest[0], value, where)

    def _mapping(self, hint: Any, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _damaged(where, "a mapping")
        return {key: self.value(hint, entry, f"{where}.{key[:40]}") for key, entry in value.items()}

    def _address(self, value: Any, where: str) -> Address:
        if not isinstance(value, str):
            raise _damaged(where, "an address")
        path, at, grant = value.partition("@")
        parts = path.split("/")
        if len(parts) not in ADDRESS_PARTS or not all(parts):
            raise _damaged(where, "an address")
        subscription, group, gallery, image, version = (*parts, None, None)[: ADDRESS_PARTS.stop - 1]
        assert subscription is not None
        assert group is not None
        assert gallery is not None
        return Address(subscription, group, gallery, image, version, self._access(value, grant, where) if at else None)

    def _access(self, address: str, grant: str, where: str) -> Access:
        role, _, principal = grant.rpartition("=")
        role_id = self._roles.get(address)
        if not role or not principal or not isinstance(role_id, str | None):
            raise _damaged(where, "an address")
        return Access(role, principal, role_id)


@cache
def _names_of(kind: type) -> Mapping[str, tuple[str, Any, bool]]:
    """By key: the field's name, its type, and whether it has to be there."""
    hints = get_type_hints(kind)
    renamed = KEYS.get(kind, {})
    return {
        renamed.get(each.name) or _camel(each.name): (each.name, hints[each.name], _needed(each))
        for each in fields(kind)
        if each.init
    }


def _needed(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if issubclass(hint, StrEnum):
        if value not in [str(word) for word in hint]:
            raise _damaged(where, f"one of the words of {hint.__name__}")
        return hint(value)
    if type(value) is not hint and not (hint is float and type(value) is int):
        raise _damaged(where, {str: "text", bool: "true or false"}.get(hint, "a number"))
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _damaged(where, "a list")
    return value


def _damaged(where: str, wanted: str) -> _Unfit:
    return _Unfit(f"is damaged: {where or 'the plan'} is not {wanted}")


def _action(action: Action) -> Action:
    """The action with the text types that its fields compare by; what it writes to must be what it names."""
    base, given = action.address.resource_id.lower(), action.resource_id.lower()
    grant = action.address.kind is Kind.ROLE_ASSIGNMENT
    name = given.removeprefix(f"{base}{GRANTS}") if grant else ""
    if given and (not name or "/" in name or name == given if grant else given != base):
        raise _damaged(f"the resourceId of {action.address.text()}", "that of its address")
    if action.writes and not given:
        raise _damaged(f"the resourceId of {action.address.text()}", "there")
    shape = rules_of(action.address.kind).shape
    expected = None if action.expected is None else recalled(shape, (), action.expected)
    return replace(action, changes=_changes(action.address, action.changes), expected=expected)


def _refusal(refusal: Refusal) -> Refusal:
    return (
        replace(refusal, changes=_changes(refusal.addresses[0], refusal.changes))
        if refusal.changes and refusal.addresses
        else refusal
    )


def _changes(address: Address, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    shape = rules_of(address.kind).shape
    return tuple(
        replace(
            change,
            path=recalled_path(shape, change.path),
            before=recalled(shape, change.path, change.before),
            after=recalled(shape, change.path, change.after),
        )
        for change in changes
    )


def _check_order(actions: tuple[Action, ...]) -> None:
    """Ids are unique, and an action requires only what stands before it: else it could never start."""
    seen: set[str] = set()
    for action in actions:
        if action.id in seen or not seen.issuperset(action.requires):
            raise _damaged(f"the place of {action.id[:80]}", "after what it requires")
        seen.add(action.id)
