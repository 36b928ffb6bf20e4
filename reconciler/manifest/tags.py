"""What Azure and we ask of tags: how many, how long, which characters, and which one is ours.

Apart from the kinds because tags are the same on every kind that has them (fact 6/11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from reconciler.manifest.findings import Findings, shown
from reconciler.model.state import DesiredResource

OWNER_TAG: Final = "reconciler.owner"
MAX_TAGS: Final = 49  # Azure takes 50; one is kept for ownership
MAX_NAME: Final = 512
MAX_VALUE: Final = 256
FORBIDDEN: Final = re.compile(r"[<>%&\\?/]")


def check_tags(resource: DesiredResource, findings: Findings) -> None:
    """Judge the tags of one resource, its own and inherited ones."""
    tags: Mapping[str, str | None] = resource.body.get("tags") or {}
    for name, value in tags.items():
        code, message = _objection(name, value)
        if code:
            findings.add(resource.origin_of(("tags", name)), code, message)
    count = sum(value is not None for value in tags.values())
    if count > MAX_TAGS:
        findings.add(resource.origin_of(("tags",)), "too-many-tags", f"{count} tags, at most {MAX_TAGS}")


def _objection(name: str, value: str | None) -> tuple[str, str]:
    if name.lower() == OWNER_TAG:
        return "reserved-tag", f"the tag {OWNER_TAG} belongs to the reconciler"
    if not 1 <= len(name) <= MAX_NAME or FORBIDDEN.search(name):
        return "bad-tag", f"“{shown(name)}” cannot be a tag name"
    if value is not None and len(value) > MAX_VALUE:
        return "bad-tag", f"tag {shown(name)}: {len(value)} characters, at most {MAX_VALUE}"
    return "", ""
