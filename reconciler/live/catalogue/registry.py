"""All error codes by name, and the causes of *unread* that are our own words rather than Azure's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from reconciler.live.catalogue.code import ErrorCode
from reconciler.live.catalogue.resources import RESOURCES
from reconciler.live.catalogue.rights import ASSIGNMENTS, RIGHTS, TROUBLES
from reconciler.live.failure import FOREIGN, MALFORMED, NO_ANSWER, ROLE_NOT_FOUND

ERROR_CODES: Final[Mapping[str, ErrorCode]] = MappingProxyType(
    {code.name.lower(): code for code in (*RESOURCES, *RIGHTS, *ASSIGNMENTS, *TROUBLES)}
)
"""By name in lower case: Azure is not strict about case, and people are not."""

OUR_CODES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        NO_ANSWER: (
            "No usable answer came: refused, dropped, timed out or cut off. Whether anything was done is unknown.",
            "is the endpoint right and reachable (proxy, DNS, firewall)? raise the setting timeout; plan again",
        ),
        MALFORMED: (
            "Azure said yes, but the answer is not what was asked for, so it proves nothing.",
            "the answer was cut off or changed on its way; plan again",
        ),
        FOREIGN: (
            "A page of a list pointed to another host than was asked. It was not followed: tokens stay with Azure.",
            "is something between us and Azure rewriting answers?",
        ),
        ROLE_NOT_FOUND: (
            "A custom role is named in a manifest, and no role of that name can be assigned there.",
            "check the spelling, or write the role's GUID",
        ),
        "NotRead": (
            "The resource was neither listed nor proven absent, so nothing is concluded about it.",
            "plan again",
        ),
    }
)
"""Meaning and fix of the codes that stand under “unread” without coming from Azure."""

ENDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "Precondition": (
            "Right before the write the resource was no longer as planned, so nothing was sent.",
            "plan again: the next plan starts from what is there now",
        ),
        "Contended": (
            "Somebody else undid what an earlier step of the same apply had written.",
            "find the other writer (another instance, pipeline or person) and let one of the two write",
        ),
        "TimeLimit": (
            "Azure did not take the write within the time that an action may have; it is not under way there.",
            "apply again when Azure is less busy",
        ),
        "MissingPermission": (
            "Before the first write Azure said that this sign-in may not do what the plan needs.",
            "have the role that is named granted on the scope that is named; a fresh grant takes up to ten minutes",
        ),
        "Locked": (
            "Before the first write a management lock was found that forbids what the plan needs.",
            "have the lock removed by whoever set it, or leave that part out with --except",
        ),
        "MissingSource": (
            "Before the first write the source of a new version was not there.",
            "check its id, or build it first",
        ),
    }
)
"""Meaning and fix of the codes with which an action ends, or is not begun, without Azure having said them."""
