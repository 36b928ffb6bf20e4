"""A row of the facts as a no-drift case, and the ground it is tried on: many rows, each with a gallery of its own.

A row says what is declared, what Azure makes of it, in which other words both may say the same, and, so that the row
can fail, what would be a difference indeed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from reconciler.live.conversion import to_live
from reconciler.live.reader import ReadScope, read
from reconciler.manifest.build import Fallback, build
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Plan, Source, Target, Verb
from reconciler.planner.build import build as plan_of
from reconciler.source.directory import read_path
from tests.support.field_estates import declared
from tests.support.field_samples import Fragment, nest
from tests.support.workbench import NOW, SUB, Workbench

Arm = dict[str, Any]
Answer = Callable[[Arm], Arm]
BESIDE: Final = "unchecked"


class Absent:
    """What an answer does not hold."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Row:
    """One case of one fact.

    Every fragment is laid over the base spec of the kind, less what is `left_out`; `unchecked` in one stands beside it.

    `answered`: a part of what the emulator answers after the apply, so that the case is about the fact and nothing
    else; a function there is asked about the value. `same`: declared anew in other words. `answers`: what else Azure
    may answer, made of the true answer, which is read with `expand`. `other`: really different, declared; `drifted`:
    really different, live; each with the path that the plan shows. `own`: what cannot be declared at all.
    """

    kind: Kind
    fact: str
    first: Fragment = field(default_factory=dict)
    answered: Arm = field(default_factory=dict)
    same: tuple[Fragment, ...] = ()
    answers: tuple[Answer, ...] = ()
    other: tuple[tuple[Fragment, str], ...] = ()
    drifted: tuple[tuple[Answer, str], ...] = ()
    own: tuple[Fragment, ...] = ()
    left_out: tuple[str, ...] = ()
    expand: str = ""
    owned: bool = True


def properties(fragment: Fragment) -> Arm:
    """A fragment inside the wrapper of ARM."""
    return {"properties": fragment}


def plus(fragment: Arm) -> Answer:
    """The answer with a fragment laid over it: lists of one length entry by entry, others as a whole."""
    return lambda arm: _laid(arm, fragment)


def plus_properties(fragment: Fragment) -> Answer:
    """The same below `properties`."""
    return plus(properties(fragment))


def told(path: str, *values: Any) -> tuple[Answer, ...]:
    """Answers with other values at a place below `properties`."""
    return tuple(plus_properties(nest(path, value)) for value in values)


def said(path: str, *values: Any) -> tuple[Fragment, ...]:
    """Declarations of other values at a place."""
    return tuple(nest(path, value) for value in values)


def backwards(arm: Arm) -> Arm:
    """The answer with the keys of every object in the opposite order."""
    reordered = _backwards(arm)
    assert isinstance(reordered, dict)
    return reordered


def turned(*path: str | int) -> Answer:
    """The answer with the list at a path in the opposite order."""

    def turn(arm: Arm) -> Arm:
        found: Any = arm
        for part in path:
            found = found[part]
        assert len(found) > 1, path
        found.reverse()
        return arm

    return turn


def _backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _backwards(value[key]) for key in reversed(value)}
    return [_backwards(entry) for entry in value] if isinstance(value, list) else value


def _laid(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        merged = {**base, **{key: _laid(base.get(key), value) for key, value in over.items()}}
        return {key: value for key, value in merged.items() if value is not ABSENT}
    if isinstance(base, list) and isinstance(over, list) and len(base) == len(over):
        return [_laid(one, two) for one, two in zip(base, over, strict=True)]
    return over


def missing(expected: Any, found: Any, path: str = "") -> list[str]:
    """Where an answer does not hold what is expected of it."""
    if expected is ABSENT:
        return [] if found is ABSENT else [f"{path} is there: {found!r}"]
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            fault
            for key, value in expected.items()
            for fault in missing(value, found.get(key, ABSENT), f"{path}.{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = zip(expected, found, strict=True)
        return [fault for at, (one, two) in enumerate(pairs) for fault in missing(one, two, f"{path}[{at}]")]
    good = found is not ABSENT and (expected(found) if callable(expected) else expected == found)
    return [] if good else [f"{path} is {found!r}, not {expected!r}"]


@dataclass
class Ground:
    """One workbench for all rows: each row is applied once, into a group and a gallery of its own."""

    bench: Workbench
    names: dict[int, str] = field(default_factory=dict)
    applied: set[int] = field(default_factory=set)

    def lay(self, row: Row) -> Address:
        """Declare a row as it is at first, applied if it was not yet; gives the address of its resource."""
        self.declare(row, row.first)
        if id(row) not in self.applied:
            self.bench.apply()
            self.applied.add(id(row))
        return self.address(row)

    def declare(self, row: Row, fragment: Fragment) -> None:
        """Declare the row's resource with a fragment, and nothing else."""
        self.bench.options = replace(self.bench.options, instance="test" if row.owned else "")
        self.bench.write(self.text(row, fragment))

    def text(self, row: Row, fragment: Fragment) -> str:
        """The manifest of a row."""
        spec = {key: value for key, value in fragment.items() if key != BESIDE}
        document = json.loads(declared(row.kind, spec))
        name = self.name(row)
        document["metadata"] = {"name": name, "resourceGroup": f"rg-{name}"}
        part = _part(document, row.kind)
        for path in row.left_out:
            if not _states(spec, path):
                _drop(part["spec"], path.split("."))
        if BESIDE in fragment:
            part[BESIDE] = fragment[BESIDE]
        return json.dumps(document)

    def name(self, row: Row) -> str:
        """The name of the row's gallery."""
        return self.names.setdefault(id(row), f"row{len(self.names)}")

    def address(self, row: Row) -> Address:
        """Where the row's resource lies."""
        name = self.name(row)
        image = None if row.kind is Kind.GALLERY else "d"
        return Address(SUB, f"rg-{name}", name, image, "1.0.0" if row.kind is Kind.IMAGE_VERSION else None)

    def answer(self, row: Row, expand: str = "") -> Arm:
        """What Azure says about the row's resource."""
        answer = self.bench.gateway.get(self.address(row).resource_id, {"$expand": expand} if expand else None)
        assert answer.ok, answer
        found: Arm = answer.body
        return found

    def plan_of_answer(self, row: Row, change: Answer) -> Plan:
        """The plan if Azure answered something else about the row's resource; all other answers are the true ones."""
        true = self.answer(row, row.expand)
        told = change(copy.deepcopy(true))
        assert json.dumps(told) != json.dumps(true), "an answer that is not another one tells nothing"
        desired, options = self.bench.built().desired, self.bench.options
        live = read(self.bench.gateway, desired, ReadScope(desired.scopes, options.owner))
        address = self.address(row)
        assert address in live.resources
        live = replace(live, resources={**live.resources, address: to_live(address, told, row.kind)})
        target = Target("test", "emulator", options.instance, desired.scopes)
        return plan_of(desired, live, options, target=target, source=Source("test"), now=NOW)

    def findings(self, row: Row, fragment: Fragment) -> set[str]:
        """The codes of what is wrong with the row's resource declared so."""
        self.bench.write(self.text(row, fragment))
        built = build(read_path(self.bench.folder).texts, Fallback(SUB), now=NOW)
        return {found.code for found in built.diagnostics}


def disturbances(plan: Plan) -> list[str]:
    """Whatever keeps a plan from being empty, in words; every resource in it must have been looked at."""
    assert plan.actions
    busy = [f"{action.verb} {action.words} {action.changes}" for action in plan.actions if action.verb is not Verb.NOOP]
    return [*busy, *map(str, plan.refusals), *map(str, plan.unread)]


def differences(plan: Plan) -> list[str]:
    """The paths of all that would be written or is refused, but for our own mark."""
    changes = [
        *(change for action in plan.writes for change in action.changes),
        *(change for refusal in plan.refusals for change in refusal.changes),
    ]
    return sorted({change.dotted for change in changes} - {"tags.reconciler.owner"})


def _part(document: dict[str, Any], kind: Kind) -> dict[str, Any]:
    """The part of a manifest that declares the kind."""
    steps: Mapping[Kind, tuple[str, ...]] = {
        Kind.IMAGE_DEFINITION: ("images",),
        Kind.IMAGE_VERSION: ("images", "versions"),
    }
    for step in steps.get(kind, ()):
        document = document[step][0]
    return document


def _states(spec: Fragment, path: str) -> bool:
    value: Any = spec
    for part in path.split("."):
        value = value.get(part, ABSENT) if isinstance(value, dict) else ABSENT
    return value is not ABSENT


def _drop(spec: dict[str, Any], path: list[str]) -> None:
    *above, last = path
    for part in above:
        spec = spec.get(part, {})
    spec.pop(last, None)
