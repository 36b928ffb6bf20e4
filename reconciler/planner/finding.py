"""What was found for one declared resource; apart so that detection and replacement both speak of it."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.plan import Action, Change, Refusal
from reconciler.model.state import Unread


@dataclass(frozen=True, slots=True)
class Finding:
    """Actions in order, a refusal, or a place that cannot be decided.

    `replaces` holds the changes of immutable fields for which the policy asks to replace the resource.
    """

    actions: tuple[Action, ...] = ()
    refusal: Refusal | None = None
    unread: Unread | None = None
    replaces: tuple[Change, ...] = ()
