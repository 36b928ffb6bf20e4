"""Why a field differs: somebody changed Azure, or the manifest changed. Told from what was last applied.

Apart from the decision what to do, which never looks here: with any ledger, or none, the same is planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from reconciler.kinds.overlay import same
from reconciler.kinds.rules import UNSET
from reconciler.model.ledger import Applied
from reconciler.model.plan import Change, Reason
from reconciler.model.secrets import without_secrets
from reconciler.model.state import Body, DesiredResource, Path
from reconciler.planner.bodies import declared_body, tagged
from reconciler.planner.context import Context
from reconciler.planner.ownership import OWNER_TAG

CAUSES: Final = (Reason.SPEC_CHANGED, Reason.DRIFTED, Reason.DIFFERS)
OWNER_PATH: Final = ("tags", OWNER_TAG)


def with_reasons(context: Context, desired: DesiredResource, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The same changes, each with its reason; "" for what nobody declared and only comes along."""
    if not changes:
        return changes
    applied = context.ledger.get(desired.address)
    before = None if applied is None else kept(applied_body(desired, applied))
    after = kept(tagged(declared_body(desired), desired, context.options))
    return tuple(replace(change, reason=str(_cause(change, before, after))) for change in changes)


def reasons_of(changes: tuple[Change, ...]) -> tuple[Reason, ...]:
    """The reasons of changes, each once, in one order."""
    given = {change.reason for change in changes}
    return tuple(reason for reason in CAUSES if reason in given)


def applied_body(desired: DesiredResource, applied: Applied) -> Mapping[str, Any]:
    """The body that was last applied, as `declared_body` gives today's."""
    return declared_body(replace(desired, body=applied.body, unchecked=applied.unchecked))


def kept(value: Any) -> Any:
    """A canonical value as the ledger keeps it: what holds no secret is the value itself, its text types included."""
    if isinstance(value, Mapping):
        return {kept(key): kept(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [kept(entry) for entry in value]
    if isinstance(value, str):
        text = without_secrets(str(value))
        return value if text == str(value) else text
    return value


def _cause(change: Change, before: Body | None, after: Body) -> Reason | str:
    wanted = _at(after, change.path)
    known = UNSET if before is None else _at(before, change.path)
    if wanted is UNSET and known is UNSET and not str(change.path[-1]).startswith("["):
        return ""  # a mark, a flag or a state of ours; what a whole list does not name has its key at the end
    if change.path == OWNER_PATH and change.before is None and known is UNSET:
        return ""  # every first write brings the tag with it
    if before is None:
        return Reason.DIFFERS
    return Reason.DRIFTED if wanted is known or same(wanted, known) else Reason.SPEC_CHANGED


def _at(body: Any, path: Path) -> Any:
    """The value at a path; UNSET where there is none, which is not a null."""
    for part in path:
        if not isinstance(body, Mapping) or part not in body:
            return UNSET
        body = body[part]
    return body
