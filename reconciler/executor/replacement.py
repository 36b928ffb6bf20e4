"""Before the first delete of a replacement everything is looked at once more; after a failure nothing more is deleted.

Azure has no such operation (fact 7/9): children go one by one, and the delete of what they were in can still be
refused. So the whole is judged before its first part goes, and one failure stops the rest of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reconciler.live.evidence import look_around, look_at
from reconciler.live.gateway import Gateway
from reconciler.live.patience import Patience
from reconciler.live.reader import read_one
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Reason, Verb
from reconciler.model.state import Unread
from reconciler.planner.bodies import sent_body
from reconciler.planner.rebase import Moved, fit
from reconciler.planner.remaking import asked_of
from reconciler.planner.sharing import shared_beyond
from reconciler.planner.words import short_id

ROOTS = frozenset({Reason.IMMUTABLE_CHANGED, Reason.IN_FAILED_STATE})
PATIENCE = Patience()


@dataclass(slots=True)
class Whole:
    """One replacement: what goes, what comes, and whether it may go on. Workers share it."""

    root: Address
    removals: tuple[Action, ...]
    makings: tuple[Action, ...]
    _stopped: str | None = None
    _judged: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def obstacle(self, gateway: Gateway) -> str:
        """Why nothing of it may be deleted now; "" where it may. The first to ask has it looked at."""
        with self._lock:
            if not self._judged:
                self._judged = True
                found = next(_obstacles(self, gateway), "")
                self._stopped = f"{self.root.text()} is not replaced: {found}; plan again" if found else self._stopped
            return self._stopped or ""

    def stop(self, why: str) -> None:
        """A part of it failed: what is not deleted yet stays."""
        self._stopped = self._stopped or why  # no lock: whoever judges may wait for Azure


def wholes(actions: Iterable[Action]) -> dict[str, Whole]:
    """The replacement that each of its removals belongs to, by action id."""
    listed = [action for action in actions if action.removes or action.verb is Verb.REPLACE]
    parts: dict[Address, list[Action]] = {
        action.address: [] for action in listed if action.removes and not ROOTS.isdisjoint(action.reasons)
    }
    for action in listed if parts else ():
        for root in (action.address, *action.address.ancestors):
            if root in parts:
                parts[root].append(action)
    found: dict[str, Whole] = {}
    for root, inside in parts.items():
        removals = tuple(action for action in inside if action.removes)
        makings = tuple(action for action in inside if action.makes)
        found |= dict.fromkeys((action.id for action in removals), Whole(root, removals, makings))
    return found


def _obstacles(whole: Whole, gateway: Gateway) -> Iterator[str]:
    if whole.root.kind is not Kind.ROLE_ASSIGNMENT:
        yield from _around(whole, gateway)
    for action in whole.removals:
        gallery = action.address.kind is Kind.GALLERY
        fresh = read_one(gateway, action.address, action.resource_id, sharing=gallery, patience=PATIENCE)
        if isinstance(fresh, Unread):
            yield f"{fresh.where} could not be read: {fresh.message}"
        elif isinstance(found := fit(action, fresh), Moved) and fresh is not None:
            yield found.message
        elif gallery and fresh is not None and shared_beyond(action.expected or {}, fresh.body):
            yield f"{action.address.text()} is shared with more by now"
    for action in whole.makings:
        if action.address.kind is not Kind.IMAGE_VERSION:
            continue
        body = sent_body(action)
        for source in asked_of((body,)):
            seen = look_at(gateway, source, PATIENCE)
            if seen.lacking:
                yield f"{source.rsplit('/', 1)[-1]}, which {action.address.text()} is made with, {seen.lacking}"


def _around(whole: Whole, gateway: Gateway) -> Iterator[str]:
    seen = look_around(gateway, whole.root, PATIENCE)
    if seen.lacking:
        yield f"its locks and all that lies in it could not be read: {seen.lacking}"
    for lock in seen.locks:
        yield f"it is locked ({lock})"
    known = {action.resource_id.lower() for action in whole.removals}
    for other in seen.inside:
        if other not in known:
            yield f"{short_id(other)} lies in it by now"
