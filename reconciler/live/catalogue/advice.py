"""A few words on what to do about a failed action, out of what the catalogue says of its error code.

Apart from the catalogue because a failure names one code for several cases: only where one fits is its fix given.
"""

from __future__ import annotations

from typing import Final

from reconciler.live.catalogue.code import ErrorCode, Occasion
from reconciler.live.catalogue.registry import ERROR_CODES

OF_GRANTS: Final = "5/"  # the section of facts about role assignments


def advice(code: str, message: str = "", *, grant: bool = False) -> str:
    """What mends a failure; "" for a code that nobody knows. `grant` where it struck a role assignment.

    Where the code has several cases and nothing tells which one it is, the command that lists them.
    """
    known = ERROR_CODES.get(code.lower())
    if known is None:
        return ""
    fixes = dict.fromkeys(filter(None, (known.fix_on(one) for one in _fitting(known, message.lower(), grant=grant))))
    return next(iter(fixes)) if len(fixes) == 1 else f"`reconciler explain {known.name}` lists the cases"


def _fitting(known: ErrorCode, message: str, *, grant: bool) -> tuple[Occasion, ...]:
    """The cases that a failure may be: told by a piece of the message, else by what it struck."""
    told = tuple(one for one in known.occasions if one.telling and one.telling in message)
    own = tuple(one for one in known.occasions if not one.telling and one.fact.startswith(OF_GRANTS) == grant)
    return told or own or known.occasions
