"""The one dispatcher of `explain`: a kind, a field, a policy, a rule, a reason or a code, whatever the text names.

Case never matters. What several rooms know is explained by each of them; a field name that several kinds have is
answered with the full names, because guessing would explain the wrong rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from reconciler.errors import UsageError
from reconciler.explain.codes import code_entries
from reconciler.explain.entry import Entry, FieldRow, Topic, plain_path
from reconciler.explain.fields import SHAPES, all_rows, field_entry, kind_entry, rows_named, rule_entry
from reconciler.explain.policies import POLICY, policy_entry, policy_rows, word_entry
from reconciler.explain.reasons import reason_entry
from reconciler.explain.refusals import refusal_entry
from reconciler.kinds.rules import Rule
from reconciler.live.catalogue.registry import ENDS, ERROR_CODES, OUR_CODES
from reconciler.manifest.codes import CODES
from reconciler.model.plan import Reason, RefusalRule

NEAR: Final = 3
ALIKE: Final = 0.6
LONGEST: Final = 128
ALL: Final = "`reconciler explain` lists everything there is to explain"


def explain(text: str) -> tuple[Entry, ...]:
    """Every explanation of a text. Raises UsageError with near names where there is none, or too many fields."""
    asked = text.strip()
    found = [*_vocabulary(asked), *code_entries(asked)]
    found += _policies(asked)
    if not any(entry.topic is Topic.KIND for entry in found):
        found += _fields(asked, alone=not found)
    if not found:
        raise UsageError(f"“{text}” is nothing that can be explained", near_hint(asked))
    return tuple(found)


def topics() -> Mapping[str, tuple[str, ...]]:
    """Everything that can be explained, by heading."""
    return {
        "kinds and their fields": tuple(SHAPES),
        "policies": tuple(row.name for row in policy_rows()),
        "field rules": tuple(map(str, Rule)),
        "refusal rules": tuple(map(str, RefusalRule)),
        "reasons": tuple(map(str, Reason)),
        "error codes of Azure": tuple(sorted(code.name for code in ERROR_CODES.values())),
        "reasons for unread": tuple(OUR_CODES),
        "reasons for an end": tuple(ENDS),
        "manifest findings": tuple(sorted(CODES)),
    }


def near_hint(text: str) -> str:
    """The names a text may mean, spelt as they are asked for."""
    known = {name.lower(): name for names in topics().values() for name in names}
    for row in (*all_rows(), *policy_rows()):
        known[plain_path(row.name)] = row.name.replace("[]", "")
        known.setdefault(row.plain.rpartition(".")[2], row.name.replace("[]", ""))
    close = get_close_matches(text[:LONGEST].lower(), known, n=NEAR, cutoff=ALIKE)
    names = dict.fromkeys(known[name] for name in close)
    return f"did you mean {' or '.join(f'“{name}”' for name in names)}?" if names else ALL


def _vocabulary(asked: str) -> Iterator[Entry]:
    folded = asked.lower()
    yield from (kind_entry(kind) for kind in SHAPES if kind.lower() == folded)
    yield from (refusal_entry(rule) for rule in RefusalRule if rule.lower() == folded)
    yield from (reason_entry(reason) for reason in Reason if reason.lower() == folded)
    yield from (rule_entry(rule) for rule in Rule if rule.lower() == folded)


def _policies(asked: str) -> Iterator[Entry]:
    question = plain_path(asked)
    if question == POLICY:
        yield policy_entry()
    yield from (word_entry(row) for row in policy_rows() if question in (row.plain, plain_path(row.name)))


def _fields(asked: str, *, alone: bool) -> list[Entry]:
    rows = rows_named(asked)
    if len(rows) <= 1:
        return [field_entry(row) for row in rows]
    if not alone:
        return []
    raise UsageError(f"“{asked}” is the name of {len(rows)} fields", f"name one: {_listed(rows)}")


def _listed(rows: tuple[FieldRow, ...]) -> str:
    return ", ".join(row.name.replace("[]", "") for row in rows)
