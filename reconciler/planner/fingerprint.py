"""A short mark of what a resource looked like when it was planned, compared again right before the write.

Azure has no ETag on these types (fact 3.5), so read, compare, write is the only guard against another writer.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from reconciler.model.state import Body, LiveResource, mapping

NOT_COMPARED = frozenset({"securityProfile"})  # only part of it is listed, the rest comes on request (fact 3.6/1)
SHARING, GROUPS = "sharingProfile", "groups"  # likewise on request alone (fact 2.2/5)
PRIVATE = {"permissions": "Private"}  # what a gallery is that says nothing of it


def fingerprint(live: LiveResource | None) -> str:
    """16 hex digits over the canonical body and state; "" for a resource that is not there."""
    if live is None:
        return ""
    return digest_of([live.address.key, live.state, compared(live.body)])


def digest_of(value: Any) -> str:
    """16 hex digits over a value; "" for none."""
    if value is None:
        return ""
    return hashlib.sha256(canonical_json(value).encode(errors="surrogatepass")).hexdigest()[:16]


def compared(body: Body) -> dict[str, Any]:
    """The body without what only some answers hold: the groups, and that a gallery is private."""
    seen = {key: value for key, value in body.items() if key not in NOT_COMPARED}
    profile = mapping(seen.get(SHARING))
    if profile:
        seen[SHARING] = {key: value for key, value in profile.items() if key != GROUPS}
        if seen[SHARING] in ({}, PRIVATE):
            del seen[SHARING]
    return seen


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same value, the same text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
