"""The refusal rules in words: what each protects, what lifts it, and the ways out that always exist.

A plan says the same about one resource, with its names and numbers; here it is said about the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconciler.explain.entry import Entry, Topic
from reconciler.model.plan import RefusalRule

NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Refused:
    """One rule: what it means, what lifts it for one run, and what else helps."""

    means: str
    override: str
    ways_out: str


REFUSALS: Final = {
    RefusalRule.INCOMPLETE_READ: Refused(
        "Azure did not tell everything. What could not be read is unread, not absent: nothing at or below it is "
        "created or deleted. The same holds for manifests: what another target of the settings may declare, whose "
        "manifests cannot be read, is not deleted.",
        NOTHING,
        "mend what the plan names under “unread” (rights, throttling, a mistyped group) and plan again; "
        "--partial does what was read; targets: mend the manifests, or give them scopes that do not overlap",
    ),
    RefusalRule.EMPTY_DESIRED: Refused(
        "The manifests declare nothing while this instance owns live resources: more likely lost than meant.",
        "--allow-empty",
        "point at the right folder; is the checkout complete?",
    ),
    RefusalRule.PROTECTED: Refused(
        "The resource is no longer declared, but protected: by its policy while it was declared, which its owner tag "
        "remembers, by the policy of what is declared above it, or because Azure itself keeps it.",
        "--allow-protected ADDRESS",
        "declare it again; a community gallery is deleted only after its sharing is reset",
    ),
    RefusalRule.OTHER_OWNER: Refused(
        "Another instance of the reconciler owns the resource. Two owners would undo each other's work for ever.",
        NOTHING,
        "remove it from these manifests, or have the other instance give it up (policy onRemove: abandon)",
    ),
    RefusalRule.NOT_OWNED: Refused(
        "The resource exists, nobody's tag proves that this instance owns it, and it differs from the manifest, or it "
        "stands in the way of a delete.",
        "--adopt ADDRESS",
        "policy {adopt: true}; make the manifest equal to what is live; have its owner remove what is in the way",
    ),
    RefusalRule.MAX_DELETES: Refused(
        "The run would delete more than limits.maxDeletes resources, or more than limits.maxDeletePercent of what "
        "this instance owns of a kind.",
        "--allow-deletes N, N being the number of deletes in the plan",
        "are the manifests complete? delete in smaller portions; set other limits",
    ),
    RefusalRule.LAST_USABLE: Refused(
        "The delete would leave a definition that stays declared without any version that `latest` can resolve to.",
        "--allow-last-version ADDRESS",
        "publish a new version first, or remove the definition too",
    ),
    RefusalRule.BLOCKED_UNTIL_END_OF_LIFE: Refused(
        "Azure deletes the version only after its end of life: safetyProfile.blockDeletionBeforeEndOfLife is on and "
        "endOfLifeDate lies ahead (fact 4.3/17).",
        NOTHING,
        "declare it until then, or first apply blockDeletionBeforeEndOfLife: false",
    ),
    RefusalRule.PAST_END_OF_LIFE: Refused(
        "The manifest sets an end-of-life date that has passed; Azure takes future dates only (fact 4.2/6).",
        NOTHING,
        "state a future date, or leave the date out",
    ),
    RefusalRule.OUTSIDE_SCOPE: Refused(
        "The change lies outside what the target may touch: another subscription, group, gallery, region or kind than "
        "its scope allows.",
        NOTHING,
        "widen the target's scope in reconciler.yaml, or move the manifest to a target that covers it",
    ),
    RefusalRule.LIMIT_EXCEEDED: Refused(
        "What would result goes beyond what Azure takes: too many resources, replicas or tags, or fields that "
        "contradict each other once live values are counted in.",
        NOTHING,
        "lower the numbers, remove what is not needed, or have Azure raise the limit",
    ),
    RefusalRule.IMMUTABLE: Refused(
        "Azure does not let anybody change the field once the resource exists; it would answer "
        "PropertyChangeNotAllowed.",
        "policy {onImmutableChange: replace}",
        "publish under the next version number or a new definition name; restore the old value",
    ),
    RefusalRule.DOCUMENTED_ONLY: Refused(
        "The service accepts the change, but no document lists the field as changeable, and this installation asked "
        "for documented changes only.",
        NOTHING,
        "set updatableFields: accepted, or leave the field as it is",
    ),
    RefusalRule.CANNOT_CLEAR: Refused(
        "The manifest clears a field that can be set and changed but never taken away.",
        NOTHING,
        "remove the line to leave the field alone, or state a value",
    ),
    RefusalRule.REGION_REMOVAL_FORBIDDEN: Refused(
        "Taking a region away from a version destroys its replicas there, and the manifest declares "
        "safetyProfile.allowDeletionOfReplicatedLocations: false (fact 4.3/18), or the region is the version's home.",
        NOTHING,
        "declare safetyProfile.allowDeletionOfReplicatedLocations: true, or keep the region",
    ),
    RefusalRule.NO_INSTANCE: Refused(
        "Pruning deletes only what this instance owns, and the run names no instance, or tracks no ownership.",
        NOTHING,
        "--instance NAME, RECONCILER_INSTANCE, or instance: NAME in reconciler.yaml with ownership: tag",
    ),
}


def refusal_entry(rule: RefusalRule) -> Entry:
    """One rule as an explanation."""
    known = REFUSALS[rule]
    return Entry(Topic.REFUSAL, str(rule), known.means, {"lifted by": known.override, "ways out": known.ways_out})
