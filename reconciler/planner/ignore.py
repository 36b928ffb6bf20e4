"""Ignore rules at work: a field that a rule names keeps its live value in every body, and its difference is listed.

An ignored field is first taken out of what is declared, because what is not declared is not managed; what a declared
list or null would still take away is put back (`held`). So the shown difference and the written body cannot disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.kinds.canonical import HIDDEN
from reconciler.kinds.overlay import same
from reconciler.kinds.ownership import OWNER_TAG
from reconciler.kinds.registry import rules_of
from reconciler.kinds.shape import Record, rule_at
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Change, Level, Refusal, RefusalRule, dotted
from reconciler.model.restriction import Ignored, IgnoreRule, RuleUse
from reconciler.model.state import DesiredResource, Path
from reconciler.planner.bodies import declared_body, merged_body
from reconciler.planner.context import Context
from reconciler.planner.diff import changes_between, dig
from reconciler.planner.globs import names_address, paths_named
from reconciler.planner.steps import PENDING_TAG
from reconciler.settings.field_path import path_parts

OWN_TAGS = frozenset({OWNER_TAG, PENDING_TAG})


@dataclass(frozen=True, slots=True)
class Ignoring:
    """What the rules made of a plan's inputs: every hidden difference, and how often each rule served."""

    hidden: tuple[Ignored, ...] = ()
    uses: tuple[RuleUse, ...] = ()


def ignoring(context: Context) -> tuple[Context, Ignoring]:
    """Take the ignored fields out of what is declared; the context then knows which paths of which address are held."""
    rules = context.options.ignore
    if not rules:
        return context, Ignoring()
    desired = dict(context.desired)
    held: dict[Address, tuple[Path, ...]] = {}
    hidden: list[Ignored] = []
    fields: Counter[IgnoreRule] = Counter()
    for address in sorted(desired):
        found = _found(context, desired[address], rules)
        if not found:
            continue
        fields.update(rule for rule, _ in found)
        named = {path: rule for rule, path in reversed(found)}  # the first rule to name a path has it
        named = dict(sorted(named.items(), key=lambda each: (len(each[0]), [str(part) for part in each[0]])))
        desired[address], differing = _without(context, desired[address], named)
        held[address] = tuple(named)
        hidden += differing
    uses = tuple(RuleUse(rule, fields[rule], sum(found.rule == rule for found in hidden)) for rule in rules)
    known = replace(context, desired=desired, held=held, hidden=frozenset(found.address for found in hidden))
    return known, Ignoring(tuple(hidden), uses)


def _found(
    context: Context, desired: DesiredResource, rules: Iterable[IgnoreRule], *more: Mapping[str, Any]
) -> list[tuple[IgnoreRule, Path]]:
    """Every field of one resource, declared, live or in `more` bodies, that a rule names."""
    address = desired.address
    live = context.live.resources.get(address)
    shape = rules_of(address.kind).shape
    bodies = (declared_body(desired), live.body if live else None, *more)
    return [
        (rule, path)
        for rule in rules
        if rule.kind in ("", address.kind) and (not rule.address or names_address(rule.address, address))
        for path in paths_named(path_parts(rule.path), bodies)
        if not _ours(path) and not _unseen(shape, path) and not (live and _makes_entry(desired, path, live.body))
    ]


def _makes_entry(desired: DesiredResource, path: Path, live: Mapping[str, Any]) -> bool:
    """Whether an entry that is new in its list needs this field: then it is declared, not ignored."""
    entries = (way for way in _ways(path[:-1]) if str(way[-1]).startswith("["))
    return any(dig(live, entry) is None for entry in entries) and _needed(desired.address, desired.body, path)


def _needed(address: Address, body: Mapping[str, Any], path: Path) -> bool:
    """Whether what is made anew cannot do without a field: it is required, or the kind's checks would object."""
    rules, less = rules_of(address.kind), _dropped(body, path)
    for way in _ways(path):
        field = rule_at(rules.shape, way)
        if field is not None and field.required and dig(less, way) is None:
            return True
    known = {(problem.code, problem.path) for problem in rules.check(address, body)}
    return any((found.code, found.path) not in known for found in rules.check(address, less))


def _ways(path: Path) -> list[Path]:
    """What a path leads through: its first part, its first two parts and so on, at last the path itself."""
    return [path[: length + 1] for length in range(len(path))]


def _ours(path: Path) -> bool:
    """Our own marks are never a rule's business: ownership would be lost, or claimed, by a setting."""
    return len(path) > 1 and path[0] == "tags" and str(path[1]).lower() in OWN_TAGS


def _unseen(shape: Record, path: Path) -> bool:
    """Fields that are never compared have no live value to keep."""
    rule = rule_at(shape, path)
    return rule is not None and rule.rule in HIDDEN


def _without(
    context: Context, desired: DesiredResource, named: Mapping[Path, IgnoreRule]
) -> tuple[DesiredResource, list[Ignored]]:
    """The resource without its ignored fields, and the differences that this hides."""
    live = context.live.resources.get(desired.address)
    if live is None:
        return _uncreated(desired, named)
    body = desired.body
    for path in named:
        body = _dropped(body, path)
    bare = replace(desired, body=body)  # fields newer than us are only ever put back, by what holds them
    before = merged_body(desired, live.body)
    moved = [path for path in named if not same(dig(before, path), dig(live.body, path))]
    if not moved:
        return bare, []
    after = hold(merged_body(bare, live.body), live.body, named)
    hidden = [
        Ignored(named[path], desired.address, path, dig(live.body, path), dig(before, path))
        for path in moved
        if named.keys().isdisjoint(_ways(path[:-1])) and same(dig(after, path), dig(live.body, path))
    ]
    return bare, hidden


def _uncreated(desired: DesiredResource, named: Mapping[Path, IgnoreRule]) -> tuple[DesiredResource, list[Ignored]]:
    """What a create leaves out: ignored fields, but for those without which Azure takes nothing."""
    body, left_out = desired.body, []
    for path, rule in named.items():
        value = dig(body, path)
        if value is not None and not _needed(desired.address, body, path):
            body = _dropped(body, path)
            left_out.append(Ignored(rule, desired.address, path, None, value))
    unchecked = {
        key: value for key, value in desired.unchecked.items() if named.keys().isdisjoint(_ways(tuple(key.split("."))))
    }
    return replace(desired, body=body, unchecked=unchecked), left_out


def held(context: Context, address: Address, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body that is to be written, with every ignored field as it is live."""
    paths = context.held.get(address)
    live = context.live.resources.get(address)
    return body if not paths or live is None else hold(body, live.body, paths)


def hold(body: Mapping[str, Any], live: Mapping[str, Any], paths: Iterable[Path]) -> Mapping[str, Any]:
    """Lay the live values at some paths over a body. An entry that leaves its list takes its fields along."""
    for path in paths:
        value = dig(live, path)
        if path == ("tags",):
            foreign = {key: tag for key, tag in (value or {}).items() if str(key) not in OWN_TAGS}
            own = {key: tag for key, tag in (body.get("tags") or {}).items() if str(key) in OWN_TAGS}
            value = {**foreign, **own} or None
        body = _dropped(body, path) if value is None else _put(body, path, value)
    return body


def _dropped(body: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The body without the field at a path, and without what that leaves empty."""
    head, *rest = path
    result = dict(body)
    if head not in result:
        return result
    inner = result[head]
    if not rest:
        del result[head]
    elif isinstance(inner, Mapping) and inner:
        less = _dropped(inner, tuple(rest))
        if less or (str(head).startswith("[")):
            result[head] = less
        else:
            del result[head]
    return result


def _put(body: Mapping[Any, Any], path: Path, value: Any) -> dict[str, Any]:
    """The body with a value at a path; what would only be there for it is not made of a list's entry."""
    head, rest = path[0], path[1:]
    result = dict(body)
    if not rest:
        result[head] = value
        return result
    inner = result.get(head)
    if not isinstance(inner, Mapping):
        if str(head).startswith("["):
            return result
        inner = {}
    if below := _put(inner, rest, value):
        result[head] = below
    return result


def disturbing(context: Context, desired: DesiredResource, bodies: Iterable[Mapping[str, Any]]) -> Refusal | None:
    """Refuse an update whose steps would have to change an ignored field on their way (facts 2.3/14, 4.3/18)."""
    live, rules = context.live.resources.get(desired.address), context.options.ignore
    if live is None or not rules:
        return None
    for body in bodies:
        paths = [path for _, path in _found(context, desired, rules, body)]
        whole = hold(dict(body), live.body, paths)
        for path in paths:
            if not same(dig(whole, path), dig(body, path)):
                shape = rules_of(desired.address.kind).shape
                return _disturbed(desired, path, changes_between(shape, live.body, body, desired))
    return None


def _disturbed(desired: DesiredResource, path: Path, changes: tuple[Change, ...]) -> Refusal:
    version = desired.address.kind is Kind.IMAGE_VERSION
    field = dotted(path)
    return Refusal(
        RefusalRule.REGION_REMOVAL_FORBIDDEN if version else RefusalRule.IMMUTABLE,
        Level.RESOURCE,
        (desired.address,),
        f"the change needs another {field} on its way, and an ignore rule keeps that as it is",
        changes,
        (f"an ignore rule that does not name {field}", "leave what is live"),
        origin=desired.origin,
    )
