"""Which api-versions each provider answers, and which fields an older one does not know.

Fields come and go with the api-version of the GET, not with that of the PUT (section 1 of the facts),
so the trimming happens on the way out and the state keeps everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reconciler.emulator.addresses import Kind
from reconciler.emulator.answers import ArmError
from reconciler.emulator.regions import all_short

if TYPE_CHECKING:
    from reconciler.emulator.records import JSON

GALLERY = (
    "2018-06-01",
    "2019-03-01",
    "2019-07-01",
    "2019-12-01",
    "2020-09-30",
    "2021-07-01",
    "2021-10-01",
    "2022-01-03",
    "2022-03-03",
    "2022-08-03",
    "2023-07-03",
    "2024-03-03",
    "2025-03-03",
    "2025-12-03",
    "2026-03-03",
)
ACCESS = (
    "2015-07-01",
    "2018-01-01-preview",
    "2018-09-01-preview",
    "2020-04-01-preview",
    "2020-08-01-preview",
    "2020-10-01-preview",
    "2022-04-01",
    "2022-05-01-preview",
)
LOCKS = ("2015-01-01", "2016-09-01", "2017-04-01", "2020-05-01")
COMPUTE = ("2021-07-01", "2022-08-01", "2023-03-01", "2023-09-01", "2024-03-01", "2024-07-01", "2024-11-01")
DISK = ("2021-12-01", "2022-07-02", "2023-01-02", "2023-04-02", "2023-10-02", "2024-03-02")
STORAGE = ("2021-09-01", "2022-09-01", "2023-01-01", "2023-05-01", "2024-01-01")
RESOURCES = ("2018-05-01", "2019-10-01", "2020-06-01", "2021-04-01", "2022-09-01", "2022-12-01", "2024-11-01")
"""What providers name as theirs; any other date is answered as well for these."""
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}(-preview)?$")

UPDATE_FEATURES_FROM = "2024-03-03"
SOFT_DELETE_FROM = "2024-03-03"
RECYCLE_BIN_FROM = "2026-03-03"
NEW_DEFAULTS_FROM = "2025-03-03"

_KNOWN_FROM = (
    ("2021-10-01", Kind.IMAGE, ("architecture",)),
    ("2020-09-30", Kind.GALLERY, ("sharingProfile",)),
    ("2021-10-01", Kind.GALLERY, ("softDeletePolicy",)),
    ("2026-03-03", Kind.GALLERY, ("softDeletePolicy", "gracePeriodInDays")),
    ("2022-01-03", Kind.VERSION, ("safetyProfile",)),
    ("2022-03-03", Kind.VERSION, ("safetyProfile", "allowDeletionOfReplicatedLocations")),
    ("2022-08-03", Kind.VERSION, ("securityProfile",)),
    ("2024-03-03", Kind.VERSION, ("safetyProfile", "blockDeletionBeforeEndOfLife")),
    ("2024-03-03", Kind.VERSION, ("validationsProfile",)),
    ("2025-03-03", Kind.VERSION, ("publishingProfile", "storageAccountStrategy")),
    ("2018-09-01-preview", Kind.ASSIGNMENT, ("principalType",)),
    ("2020-04-01-preview", Kind.ASSIGNMENT, ("description",)),
    ("2020-04-01-preview", Kind.ASSIGNMENT, ("condition",)),
    ("2020-04-01-preview", Kind.ASSIGNMENT, ("conditionVersion",)),
)


def check(kind: Kind | None, version: str, type_name: str) -> None:
    """Refuse a missing or unknown api-version (4.1/9)."""
    if not version:
        raise ArmError(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
            gateway=True,
        )
    if kind in (Kind.ASSIGNMENT, Kind.ROLE) or type_name == "permissions":
        known: tuple[str, ...] = ACCESS
    elif kind is Kind.LOCK:
        known = LOCKS
    elif kind is Kind.SOFT_DELETED:
        known = tuple(one for one in GALLERY if one >= SOFT_DELETE_FROM)
    elif type_name in ("galleries", "capsOperations"):
        known = GALLERY
    elif _DATE.match(version):
        return
    else:
        raise ArmError(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.", gateway=True)
    if version.lower() not in known:
        raise _unsupported(version, type_name, known)


def _unsupported(version: str, type_name: str, known: tuple[str, ...]) -> ArmError:
    message = (
        f"No registered resource provider found for location '' and API version '{version}' for type '{type_name}'. "
        f"The supported api-versions are '{', '.join(known)}'. The supported locations are '{all_short()}'."
    )
    return ArmError(400, "NoRegisteredProviderFound", message, gateway=True, fact="4.1/9")


def trim(kind: Kind, properties: JSON, version: str) -> None:
    """Take out of a fresh body, in place, what this api-version does not know yet."""
    for since, of_kind, path in _KNOWN_FROM:
        if of_kind is not kind or version.lower() >= since:
            continue
        section = properties
        for name in path[:-1]:
            section = section.get(name, {})
        section.pop(path[-1], None)
