"""The policy words: what each value makes of a resource. The words and defaults themselves are the manifest room's."""

from __future__ import annotations

from typing import Final

from reconciler.explain.entry import Entry, FieldRow, Topic
from reconciler.explain.fields import value_text
from reconciler.manifest.policy import FLAGS, WORDS
from reconciler.model.state import Policy

POLICY: Final = "policy"
PROSE: Final = "How one declared resource is treated. Children inherit it, and the nearest statement wins."
MEANINGS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "manage": (
        "how far the reconciler goes with the resource",
        {
            "full": "it is created, changed and, once it leaves the manifests, deleted with --prune",
            "create-only": "it is created where it is missing and then left alone; differences are shown",
            "observe": "it is only looked at: nothing is written, differences are shown",
        },
    ),
    "protect": (
        "whether leaving the manifests may delete it",
        {
            "true": "a delete is refused (Protected), also at later revisions: the owner tag in Azure remembers it",
            "false": "no protection of its own",
        },
    ),
    "onRemove": (
        "what becomes of it when it leaves the manifests and --prune is given",
        {
            "delete": "it is deleted",
            "abandon": "only its owner tag is taken off, everything else stays in Azure",
        },
    ),
    "adopt": (
        "whether a resource that exists and is not owned may be taken over where it differs",
        {
            "true": "it is changed and tagged in the same write (verb adopt)",
            "false": "a difference is refused (NotOwned) until --adopt or this policy allows it",
        },
    ),
    "onImmutableChange": (
        "what a change of a field leads to that Azure does not let anybody change",
        {
            "refuse": "it is refused (Immutable), with its ways out",
            "replace": "the resource may be deleted and made anew with all in it, where all is proven to come back",
        },
    ),
    "onDrift": (
        "what a live difference leads to",
        {
            "fix": "it is written back to what the manifest says",
            "report": "it is shown and nothing is written; what is not in Azure is still created (a plan cannot tell "
            "a deleted resource from a new one), `drift` shows what was deleted, and manage: observe creates nothing",
        },
    ),
    "recreateFailed": (
        "what becomes of a version that is in the state Failed",
        {
            "true": "it is deleted and made anew, once in an apply, if it is ours and what it is made with is there",
            "false": "it is written once more, never deleted",
        },
    ),
}


def policy_rows() -> tuple[FieldRow, ...]:
    """Every policy word with its values and default."""
    rows = []
    for word, (attribute, kind) in WORDS.items():
        choices = tuple(FLAGS) if kind is bool else tuple(str(each) for each in kind)
        default = getattr(Policy(), attribute)
        rows.append(
            FieldRow(
                kind=POLICY,
                path=word,
                type=f"one of {', '.join(choices)}",
                choices=choices,
                default=default if isinstance(default, bool) else str(default),
                has_default=True,
                prose=MEANINGS[word][0],
            )
        )
    return tuple(rows)


def policy_entry() -> Entry:
    """The whole block."""
    return Entry(Topic.POLICY, POLICY, PROSE, fields=policy_rows())


def word_entry(row: FieldRow) -> Entry:
    """One word with what each of its values means."""
    _, values = MEANINGS[row.path]
    told = {choice: values[choice] for choice in row.choices}
    return Entry(
        Topic.POLICY, row.name, f"{row.prose[0].upper()}{row.prose[1:]}.", {**told, "default": value_text(row.default)}
    )
