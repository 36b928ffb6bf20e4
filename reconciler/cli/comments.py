"""Results as markdown: one comment whatever the run comes to, with one budget for all of it.

Apart from the other forms because a comment has a size that its parts have to share, and because an empty one would
read like an empty plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from reconciler.cli.console import gathered, say

if TYPE_CHECKING:
    from reconciler.render.blocks import Section

Entries = list[dict[str, Any]]
PART = "section"


def say_section(section: Section, budget: int) -> None:
    """Print one section, or keep it where the sections of several targets are gathered. Raises Unwritable."""
    if not gathered({PART: section}):
        from reconciler.render.blocks import fitted

        say(fitted(section, budget))


def say_failure(message: str, hint: str, diagnostics: Iterable[Any], budget: int) -> None:
    """Print why there is no plan, findings first. Raises Unwritable."""
    from reconciler.render.findings_markdown import failure_section

    say_section(failure_section(message, hint, diagnostics), budget)


def comment_of(budget: int) -> Callable[[Entries, str], None]:
    """How the entries of several targets become one comment, with the line about all of them at its end."""

    def finish(entries: Entries, closing: str) -> None:
        from reconciler.render.blocks import joined
        from reconciler.render.markdown import escaped

        sections = [(escaped(str(entry["name"])), _section(entry)) for entry in entries]
        say(joined(sections, escaped(closing), budget))

    return finish


def _section(entry: dict[str, Any]) -> Section:
    from reconciler.render.blocks import Section
    from reconciler.render.findings_markdown import failure_of

    if PART in entry:
        made: Section = entry[PART]
        return made
    if "error" in entry:
        return failure_of(entry["error"]["message"], entry["error"]["hint"], entry.get("diagnostics", ()))
    return Section("**Nothing of it is selected.**")
