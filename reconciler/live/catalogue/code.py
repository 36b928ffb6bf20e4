"""How an error code is written down: what it means, and each occasion on which Azure answers it.

The class of trouble is never stated here: it is what `classify_error` makes of the occasion, so that the words
people read and the deeds of the executor cannot part.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from reconciler.live.answer import ErrorClass, classify_error
from reconciler.live.failure import HINTS_BY_CODE

FAILED_OPERATION: Final = 0
DEEDS: Final = {
    ErrorClass.THROTTLED: "it waits as long as Azure asks, then sends the request again",
    ErrorClass.TRANSIENT: "it tries again after growing, random pauses",
    ErrorClass.CONFLICT: "it waits and tries again: something else is going on there",
    ErrorClass.PRECONDITION: "the action fails; the next plan starts from what is there now",
    ErrorClass.DENIED: "the action fails, or the place counts as unread; asking again would not help",
    ErrorClass.INVALID: "the action fails; it is not tried again, for the same request would meet the same answer",
    ErrorClass.QUOTA: "the action fails; it can succeed once there is room",
    ErrorClass.LOCKED: "the action fails; it can succeed once the lock is gone",
    ErrorClass.NOT_FOUND: "a read takes it as absence only from the resource itself; a write fails, a delete is done",
}
"""What the reconciler does about each class."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One case: the fact behind it, the HTTP status (0: the error of a failed operation), when it happens, the fix.

    `telling` is a piece of Azure's message that tells this case from others of the same code and status.
    """

    fact: str
    status: int
    when: str
    fix: str = ""
    telling: str = ""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One code and its occasions; `fact` ids point into docs/azure.md."""

    name: str
    means: str
    occasions: tuple[Occasion, ...] = field(default_factory=tuple)

    def class_on(self, occasion: Occasion) -> ErrorClass:
        """The class of trouble of one occasion."""
        return classify_error(occasion.status, self.name, occasion.telling)

    def fix_on(self, occasion: Occasion) -> str:
        """What mends it: as stated, else the hint that a failed read gives."""
        return occasion.fix or HINTS_BY_CODE[self.name.lower()]
