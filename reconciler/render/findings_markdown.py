"""Why there is no plan, as a comment on a pull request: the findings that stand against it, the most severe first.

An empty comment would read like an empty plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from reconciler.model.diagnostic import Severity
from reconciler.render.blocks import Block, Rank, Section
from reconciler.render.documents import diagnostics_document
from reconciler.render.markdown import code, escaped
from reconciler.render.words import count_words

REST: Final = "<code>reconciler validate</code> shows them."
RANKS: Final = {Severity.ERROR: Rank.ERROR, Severity.WARNING: Rank.WARNING}


def failure_section(message: str, hint: str, diagnostics: Iterable[Any] = ()) -> Section:
    """What went wrong, and each finding with its place, message and hint; `diagnostics` as for documents."""
    return failure_of(message, hint, diagnostics_document(diagnostics))


def failure_of(message: str, hint: str, findings: Iterable[Mapping[str, Any]]) -> Section:
    """The same of findings that are documents already."""
    found = list(findings)
    counts = [
        count_words(times, str(severity))
        for severity in Severity
        if (times := sum(one["severity"] == severity for one in found))
    ]
    told = f" ({', '.join(counts)})" if counts else ""
    verdict = f"**No plan was made: {escaped(message)}**{told}"
    about = (f"hint: {escaped(hint)}",) if hint else ()
    return Section(verdict, about, tuple(_blocks(found)), REST, "**No plan was made.**")


def _blocks(found: list[Mapping[str, Any]]) -> Iterator[Block]:
    for one in found:
        place = f"{one['file']}:{one['line']}:{one['column']}" if one["line"] else str(one["file"])
        short = f"- <b>{escaped(one['severity'])}</b> {code(place)} {escaped(one['message'])}"
        hint = f" · hint: {escaped(one['hint'])}" if one["hint"] else ""
        yield Block(RANKS[Severity(one["severity"])], f"{short} ({escaped(one['code'])}){hint}", short)
