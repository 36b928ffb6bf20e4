"""Reading the `$filter` of ARM's own lists: equalities, joined by `and`.

One reading for groups and for the list of everything, because clients write the same words for both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.emulator.answers import ArmError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 2_048
"""Characters that the text of a filter may have, Microsoft Graph's too."""
_EQUAL = re.compile(r"^\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*$", re.IGNORECASE | re.ASCII)
_AND = re.compile(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*$)", re.IGNORECASE | re.ASCII)


def parse(text: str, fields: Sequence[str]) -> dict[str, str]:
    """Read a filter over some fields, given in lower case; 400 for anything else."""
    wanted: dict[str, str] = {}
    for part in _AND.split(text) if text.strip() else ():
        match = _EQUAL.match(part)
        if match is None or match[1].lower() not in fields:
            message = f"Invalid $filter '{text}' specified in the query string."
            raise ArmError(400, "InvalidFilterInQueryString", message)
        wanted[match[1].lower()] = match[2].replace("''", "'")
    return wanted


def tagged(tags: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Tell whether tags hold the wanted name and value; names are read in any case, values are not."""
    name, value = wanted.get("tagname"), wanted.get("tagvalue")
    return any(
        (name is None or key.lower() == name.lower()) and (value is None or held == value) for key, held in tags.items()
    ) or (name is None and value is None)
