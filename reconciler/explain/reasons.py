"""The reasons of actions in words: why a plan does something, or leaves it."""

from __future__ import annotations

from typing import Final

from reconciler.explain.entry import Entry, Topic
from reconciler.model.plan import Reason

REASONS: Final = {
    Reason.NOT_IN_AZURE: "It is declared and proven absent: missing from a complete list, and a GET answers 404.",
    Reason.SPEC_CHANGED: "The manifest asks for something else than what was last applied.",
    Reason.DRIFTED: "The live resource was changed since the last apply; the manifest still says the same.",
    Reason.DIFFERS: "The live resource is not as the manifest says; nobody knows which of the two changed.",
    Reason.NO_LONGER_DECLARED: "This instance owns it, and no manifest declares it any more.",
    Reason.IMMUTABLE_CHANGED: "A field differs that Azure changes only by making the resource anew.",
    Reason.ADOPT_REQUESTED: "It exists without an owner, and the policy or --adopt says to take it over.",
    Reason.UNOWNED: "It is as declared, but not owned by this instance: it is left as it is and never pruned.",
    Reason.SATISFIED_BY_OTHER: "The access is granted already by an assignment that this instance did not make; that "
    "one satisfies the manifest and is never changed or removed.",
    Reason.OPERATION_IN_FLIGHT: "An operation runs on it in Azure; a second write would collide, so the plan waits.",
    Reason.PARENT_REPLACED: "What it hangs below is made anew, and it with it.",
    Reason.COMPANION_STEP: "A step that another change needs before or after it; Azure refuses them in one write.",
    Reason.IN_FAILED_STATE: "Its last operation failed; it is written once more, or with policy.recreateFailed "
    "deleted and made anew.",
    Reason.SOFT_DELETED: "A deleted version of this name can still be recovered.",
    Reason.POLICY_OBSERVE: "Its policy says manage: observe or create-only: it is looked at and left alone.",
    Reason.POLICY_REPORT: "Its policy says onDrift: report: the difference is shown and not written.",
    Reason.IGNORED_BY_RULE: "An ignore rule of the settings covers the difference: it is neither changed nor reset.",
    Reason.PROTECTED: "It is protected and therefore stays.",
}


def reason_entry(reason: Reason) -> Entry:
    """One reason as an explanation."""
    return Entry(Topic.REASON, str(reason), REASONS[reason])
