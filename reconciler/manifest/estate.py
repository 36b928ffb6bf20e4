"""What is judged on the whole estate: names that must be unique, dates, and what a definition leaves open.

Apart from resolving because each of these looks at several resources, or at the clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from reconciler.kinds.scalars import instant
from reconciler.manifest.findings import Findings
from reconciler.model.address import Kind
from reconciler.model.state import DesiredResource, Manage, Path

SECONDS: Final = len("2027-06-30T00:00:00")
DAY: Final = len("2027-06-30")
LEFT_OPEN: Final = ("osState", "hyperVGeneration", "architecture")
TRIPLET: Final = ("publisher", "offer", "sku")
END_OF_LIFE: Final[dict[Kind, Path]] = {
    Kind.IMAGE_DEFINITION: ("endOfLifeDate",),
    Kind.IMAGE_VERSION: ("publishingProfile", "endOfLifeDate"),
}


def check_estate(resources: Iterable[DesiredResource], now: datetime, findings: Findings) -> None:
    """Judge resources together; `now` is aware."""
    galleries: dict[tuple[str, str], DesiredResource] = {}
    today: str = instant(now.isoformat())
    identifiers: dict[tuple[str, ...], DesiredResource] = {}
    for resource in resources:
        kind = resource.address.kind
        if kind is Kind.GALLERY:
            _unique_gallery(resource, galleries, findings)
        elif kind is Kind.IMAGE_DEFINITION:
            _unique_identifier(resource, identifiers, findings)
            _left_open(resource, findings)
        if kind in END_OF_LIFE:
            _past_date(resource, END_OF_LIFE[kind], today, findings)


def _unique_gallery(
    resource: DesiredResource, seen: dict[tuple[str, str], DesiredResource], findings: Findings
) -> None:
    address = resource.address
    first = seen.setdefault((address.subscription.lower(), address.gallery.lower()), resource)
    if first is not resource:
        message = f"{address} has the name of {first.address}, declared at {first.origin}"
        findings.add(resource.origin, "gallery-name-taken", message)


def _unique_identifier(
    resource: DesiredResource, seen: dict[tuple[str, ...], DesiredResource], findings: Findings
) -> None:
    identifier = resource.body.get("identifier") or {}
    words = [identifier.get(part) for part in TRIPLET]
    if None in words:
        return
    gallery = resource.address.parent
    first = seen.setdefault((gallery.key if gallery else "", *(str(word).lower() for word in words)), resource)
    if first is not resource:
        message = f"{'/'.join(map(str, words))} is the identifier of {first.address} too, declared at {first.origin}"
        findings.add(resource.origin_of(("identifier",)), "duplicate-identifier", message)


def _left_open(resource: DesiredResource, findings: Findings) -> None:
    open_fields = [name for name in LEFT_OPEN if name not in resource.body]
    if open_fields and resource.policy.manage is not Manage.OBSERVE:
        message = f"{resource.address} does not state {', '.join(open_fields)}"
        findings.add(resource.origin, "state-generation", message)


def _past_date(resource: DesiredResource, path: Path, now: str, findings: Findings) -> None:
    """Canonical instants compare as text."""
    value = resource.body
    for part in path[:-1]:
        value = value.get(str(part)) or {}
    date = value.get(str(path[-1]))
    if date is not None and date[:SECONDS] <= now[:SECONDS]:
        findings.add(resource.origin_of(path), "past-date", f"{date[:DAY]} is not in the future")
