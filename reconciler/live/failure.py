"""Why something could not be read, in one line, with Azure's code and request id, and what to do about it.

A failure is a value on its way to an `Unread`: it says why, the reader knows where.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from reconciler.errors import AzureError
from reconciler.live.answer import Answer, ErrorClass, NoAnswer, classify
from reconciler.model.state import Unread

LONGEST: Final = 300
NO_ANSWER: Final = "NoAnswer"
MALFORMED: Final = "MalformedAnswer"
FOREIGN: Final = "ForeignAddress"
ROLE_NOT_FOUND: Final = "RoleNotFound"

HINTS_BY_CODE: Final = {
    "resourcegroupnotfound": "is the resource group mistyped? create it first: galleries are not created without one",
    "subscriptionnotfound": "is the subscription mistyped, or does this sign-in not see it?",
    "invalidsubscriptionid": "is the subscription mistyped? it is a GUID",
    "noregisteredproviderfound": "does this cloud lag behind? state an older apiVersion",
    "invalidapiversionparameter": "does this cloud lag behind? state an older apiVersion",
    "invalidresourcetype": "does this cloud lag behind? state an older apiVersion",
    "missingsubscriptionregistration": "register the resource provider Microsoft.Compute in the subscription",
    "parentresourcenotfound": "it vanished while it was read; plan again",
    "resourcenotfound": "it vanished while it was read; plan again",
}
HINTS_BY_CLASS: Final = {
    ErrorClass.DENIED: "grant this sign-in Reader on the resource group, or check which identity is signed in",
    ErrorClass.THROTTLED: "Azure asks for fewer requests; wait and plan again",
    ErrorClass.TRANSIENT: "trouble on Azure's side; plan again",
}
PASSING: Final = frozenset({ErrorClass.THROTTLED, ErrorClass.TRANSIENT, ErrorClass.CONFLICT})


@dataclass(frozen=True, slots=True)
class Failure:
    """Why: a code (Azure's or ours), one line, a hint, and whether asking again may help."""

    code: str
    message: str
    hint: str = ""
    passing: bool = False

    def at(self, under: str, where: str) -> Unread:
        """The failure with its place."""
        return Unread(under, where, self.code, self.message, self.hint, self.passing)


def of_answer(answer: Answer, what: str) -> Failure:
    """The failure an answer that is not ok stands for; `what` was being done: “listing images”."""
    code = answer.code or f"Http{answer.status}"
    request = f", x-ms-request-id {answer.request_id}" if answer.request_id else ""
    kind = classify(answer)
    hint = HINTS_BY_CODE.get(answer.code.lower()) or HINTS_BY_CLASS.get(kind, "")
    if answer.status == HTTPStatus.UNAUTHORIZED:
        hint = "sign in again: Azure does not accept the token"
    return Failure(code, f"{what}: {one_line(answer.message)} (HTTP {answer.status}{request})", hint, kind in PASSING)


def of_silence(error: AzureError, what: str) -> Failure:
    """The failure of a read that got no usable answer, or was pointed elsewhere."""
    code = NO_ANSWER if isinstance(error, NoAnswer) else FOREIGN
    return Failure(code, f"{what}: {one_line(error.message)}", error.hint, isinstance(error, NoAnswer))


def malformed(what: str, why: str) -> Failure:
    """The failure of an answer that says yes but is not what was asked for."""
    return Failure(
        MALFORMED, f"{what}: {why}", "the answer was cut off or changed on its way; plan again", passing=True
    )


def one_line(text: str) -> str:
    """The text without line breaks and of bounded length."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"
