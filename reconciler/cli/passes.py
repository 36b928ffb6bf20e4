"""A second pass after a wait: what an earlier run left in flight has ended, so the rest can be planned and done.

Bounded, because a plan that always finds something to wait for must not keep a pipeline for ever. Never for a saved
plan: nobody has looked at what another one would do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from reconciler.cli.console import hold, note_pass, tell
from reconciler.model.plan import Verb
from reconciler.model.report import Outcome

if TYPE_CHECKING:
    from reconciler.model.address import Kind
    from reconciler.model.report import Report

MOST: Final = 2


class Passes:
    """The passes of one apply over one target; `deleted` are the kinds of what they have deleted so far."""

    def __init__(self, most: int = MOST) -> None:
        self._left = most - 1
        self._earlier: list[dict[str, Any]] = []
        self.again = False
        self.deleted: tuple[Kind, ...] = ()

    @property
    def first(self) -> bool:
        """Whether nothing was carried out before."""
        return not self._earlier

    def follow(self, report: Report) -> bool:
        """Whether another pass follows one that ended so."""
        self.again = self._left > 0 and report.wants_another_plan
        gone = [one for one in report.ended(Outcome.SUCCEEDED) if one.verb is Verb.DELETE]
        self.deleted = (*self.deleted, *(one.address.kind for one in gone))
        return self.again

    def end(self, document: dict[str, Any]) -> None:
        """A pass ended that another one follows; its document is kept for the last one."""
        self._left -= 1
        self._earlier.append(
            {part: value for part, value in document.items() if part not in ("schemaVersion", EARLIER)}
        )
        hold(document)
        note_pass()
        tell("what was waited for has ended; planning again")

    def with_earlier(self, document: dict[str, Any]) -> dict[str, Any]:
        """A document with those of the passes before it."""
        return document if self.first else {**document, EARLIER: list(self._earlier)}


EARLIER: Final = "earlier"
