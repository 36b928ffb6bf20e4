"""LIST of role assignments: at a scope, above it and below it, as the filter says (5/7).

Inherited grants keep the id of their own scope, so a caller who wants only its own must compare
`properties.scope`; `atScope()` looks upwards only, every other filter also looks down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.emulator import listing, role_assignments
from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import Answer, ArmError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.emulator.world import Call

_PART = re.compile(
    r"^\s*(?:(?P<at>atscope\(\))|principalid\s+eq\s+'(?P<eq>[^']*)'|assignedto\('(?P<to>[^']*)'\))\s*$",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A parsed filter."""

    at_scope: bool = False
    principal: str | None = None


def parse(text: str) -> Wanted:
    """Read a $filter; 400 for one that the service does not know."""
    at_scope, principal = False, None
    for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE | re.ASCII) if text.strip() else ():
        match = _PART.match(part)
        if match is None:
            message = (
                f"The filter '{text}' is not supported. Supported filters are either 'atScope()' or 'principalId eq "
                "'{value}' or assignedTo('{value}')'."
            )
            raise ArmError(400, "UnsupportedQuery", message)
        at_scope = at_scope or match["at"] is not None
        principal = match["eq"] or match["to"] or principal
    return Wanted(at_scope, principal.lower() if principal is not None else None)


def answer(call: Call) -> Answer:
    """Answer one page."""
    wanted = parse(call.query.get("$filter", ""))
    scope = call.target.scope.lower()
    found = call.store.around(
        Kind.ASSIGNMENT,
        inherited(scope, call.settings.tenant),
        None if wanted.at_scope else scope,
        wanted.principal,
        listing.after(call),
        call.settings.page_size + 1,
        now=listing.born_by(call),
    )
    return listing.page(call, found, role_assignments.show, as_created=True)


def inherited(scope: str, tenant: str) -> list[str]:
    """Give the scopes whose grants count at a folded scope: its own, all above, the tenant's root group."""
    return [*above(scope), *_root_group(scope, tenant)]


def _root_group(scope: str, tenant: str) -> list[str]:
    """Give the management group above every subscription; its name is the tenant's id."""
    under = scope.startswith("/subscriptions/")
    return [f"/providers/microsoft.management/managementgroups/{tenant.lower()}"] if under else []


def above(scope: str) -> list[str]:
    """Give a folded scope and all its parents up to the root, which is the empty text."""
    parts = scope.strip("/").split("/") if scope else []
    cuts = {0, len(parts), *_cuts(parts)}
    return sorted("/" + "/".join(parts[:cut]) if cut else "" for cut in cuts)


def _cuts(parts: list[str]) -> Iterator[int]:
    """Give where each scope inside an id ends: what a word means is a matter of its place, since names are free."""
    place = 0
    while place < len(parts):
        if parts[place] == "providers":
            place += 4
            yield min(place, len(parts))
            while place < len(parts) and parts[place] != "providers":
                place += 2
                yield min(place, len(parts))
        else:
            place += 2
            yield min(place, len(parts))
