"""A grant that Azure refuses because an equal one exists under another name: whether that one is as good.

The refusal names the existing assignment (fact 5/11). It is looked at, never changed: it belongs to whoever made it.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from reconciler.executor.task import Ended
from reconciler.kinds.overlay import overlay
from reconciler.kinds.registry import rules_of
from reconciler.live.answer import Answer
from reconciler.live.gateway import Gateway
from reconciler.live.identity import assignment_url
from reconciler.live.reader import read_one
from reconciler.model.address import Kind
from reconciler.model.plan import Action, Reason
from reconciler.model.report import Outcome
from reconciler.model.state import Unread
from reconciler.planner.bodies import sent_body
from reconciler.planner.diff import changes_between

EXISTS: Final = "RoleAssignmentExists"
NAME: Final = re.compile(r"\b([0-9a-f]{32})\b|\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b", re.IGNORECASE)


def is_granted_already(action: Action, refused: Answer) -> bool:
    """Whether Azure refuses a new grant because the same one exists."""
    return action.address.kind is Kind.ROLE_ASSIGNMENT and action.makes and refused.code == EXISTS


def granted_already(action: Action, refused: Answer, gateway: Gateway) -> Ended:
    """A success where the existing assignment says the same, else a failure that names where the two differ."""
    found = NAME.search(refused.message)
    if found is None:
        return Ended(Outcome.FAILED, f"{refused.message} Plan again: it may satisfy the manifest", EXISTS)
    name = str(UUID(found[0]))
    there = read_one(gateway, action.address, assignment_url(action.address, name))
    if isinstance(there, Unread) or there is None:
        why = f"it could not be read: {there.message}" if there is not None else "it is gone by now"
        return Ended(Outcome.FAILED, f"assignment {name} grants this already, and {why}; plan again", EXISTS)
    shape = rules_of(action.address.kind).shape
    wanted = sent_body(action)
    wanted.pop("roleDefinitionId", None)  # the grant is the same, or it would not have been refused
    differing = changes_between(shape, there.body, overlay(shape, there.body, wanted), None)
    extra = [word for word in ("condition",) if word in there.body and word not in wanted]
    fields = [*(change.dotted for change in differing), *extra]
    if not fields:
        return Ended(Outcome.SUCCEEDED, f"{Reason.SATISFIED_BY_OTHER}: assignment {name} grants it already")
    return Ended(
        Outcome.FAILED,
        f"assignment {name}, which is not this instance's, grants this with another {', '.join(fields)}: declare it "
        "as it is, or have whoever made it remove it, then apply again",
        EXISTS,
    )
