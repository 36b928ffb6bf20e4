"""Error codes and manifest findings as explanations, each read from the room that owns it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from reconciler.explain.entry import Entry, Topic
from reconciler.live.catalogue.code import DEEDS, FAILED_OPERATION, ErrorCode, Occasion
from reconciler.live.catalogue.registry import ENDS, ERROR_CODES, OUR_CODES
from reconciler.manifest.codes import CODES


def azure_entry(code: ErrorCode) -> Entry:
    """One error code of Azure with its occasions."""
    return Entry(
        Topic.AZURE, code.name, code.means, occasions=tuple(_occasion(code, occasion) for occasion in code.occasions)
    )


def _occasion(code: ErrorCode, occasion: Occasion) -> Mapping[str, str]:
    kind = code.class_on(occasion)
    return {
        "when": occasion.when,
        "status": status_words(occasion.status),
        "class": str(kind).replace("_", " "),
        "reconciler": DEEDS[kind],
        "fix": code.fix_on(occasion),
        "fact": occasion.fact,
    }


def status_words(status: int) -> str:
    """`409 Conflict`; of a failed operation there is no status of its own."""
    if status == FAILED_OPERATION:
        return "the error of a failed operation"
    return f"{status} {HTTPStatus(status).phrase}"


def unread_entry(name: str) -> Entry:
    """A code of ours under which something is unread."""
    means, fix = OUR_CODES[name]
    return Entry(Topic.UNREAD, name, means, {"fix": fix})


def end_entry(name: str) -> Entry:
    """A code of ours with which an action ends, or is not begun."""
    means, fix = ENDS[name]
    return Entry(Topic.END, name, means, {"fix": fix})


def finding_entry(slug: str) -> Entry:
    """What can be wrong with manifests or settings."""
    code = CODES[slug]
    return Entry(
        Topic.FINDING,
        slug,
        f"{code.title[0].upper()}{code.title[1:]}.",
        {"severity": str(code.severity), "fix": code.hint},
    )


def code_entries(text: str) -> tuple[Entry, ...]:
    """The explanations of a code in any case; none where nobody has such a code."""
    folded = text.lower()
    found = [azure_entry(ERROR_CODES[folded])] if folded in ERROR_CODES else []
    found += [unread_entry(name) for name in OUR_CODES if name.lower() == folded]
    found += [end_entry(name) for name in ENDS if name.lower() == folded]
    found += [finding_entry(folded)] if folded in CODES else []
    return tuple(found)
