"""Scalar types of the fields, each with its one canonical form, used on both sides of every comparison.

A form is total: what it cannot read it returns as it is, so that a surprising live value is shown, not lost.
A validator is strict: it names what is wrong with a declared value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

GUID_PATTERN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
REGION_PATTERN = re.compile(r"[a-z][a-z0-9]{2,39}")
RESOURCE_ID = re.compile(r"/subscriptions/[^/]+/.+|/providers/[^/]+/.+", re.IGNORECASE)
COMMUNITY_ID = re.compile(r"/communityGalleries/[^/]+/images/[^/]+/versions/[^/]+", re.IGNORECASE)
VERSION_NAME = re.compile(r"([0-9]{1,10})\.([0-9]{1,10})\.([0-9]{1,10})")
INT32_MAX = 2**31 - 1
SPELT_REGION = re.compile(r" *[A-Za-z][A-Za-z0-9 ]*")  # before its spaces and capitals are gone
URI = re.compile(r"https?://[^\s/]+\S*")
SPELT_FLAG = re.compile(r"true|false|yes|no|on|off|t|f|y|n|1|0", re.IGNORECASE)  # what pydantic takes for a flag
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
DATE_START = re.compile(r"\s*[0-9]{4}-?((0[1-9]|1[0-2])-?[0-3][0-9]|W[0-5][0-9])(\D.*)?")  # a day, perhaps with a time


def _id_pattern(tail: str) -> re.Pattern[str]:
    """The ids that lead to one of some types; `tail` is their end."""
    return re.compile(rf"/subscriptions/[^/]+/.*providers/{tail}", re.IGNORECASE)


ENCRYPTION_SET_ID = _id_pattern(r"Microsoft\.Compute/diskEncryptionSets/[^/]+")
ACCOUNT_ID = _id_pattern(r"Microsoft\.(Classic)?Storage/storageAccounts/[^/]+")
MACHINE_ID = _id_pattern(r"Microsoft\.(Classic)?Compute/virtualMachines/[^/]+")
IMAGE_ID = _id_pattern(
    r"Microsoft\.Compute/(images/[^/]+|virtualMachines/[^/]+|galleries/[^/]+/images/[^/]+/versions/[^/]+)"
)
DISK_ID = _id_pattern(r"Microsoft\.Compute/(disks|snapshots)/[^/]+")


class FoldedText(str):
    """Text that is equal in any case but keeps its spelling: ids, feature values (facts 3.8/18, 2.3)."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.lower() == other.lower()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.lower())


def key_text(value: Any) -> str:
    """A value as part of a key: what is equal in any case is one key."""
    return value.lower() if isinstance(value, FoldedText) else str(value)


@dataclass(frozen=True, slots=True)
class Form:
    """The canonical form of a scalar: a name for people and a total function.

    `pattern` is what all accepted text matches as a whole and `json` the type that JSON has for it, for editors; the
    validator beside the form decides.
    """

    name: str
    canonical: Callable[[Any], Any]
    pattern: re.Pattern[str] | None = None
    json: str = "string"


class AnyCase:
    """Marks a Literal whose values are accepted in any case and stored in the declared spelling."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        spell = spelling(get_args(source))
        return core_schema.no_info_before_validator_function(spell, handler(source))


ANY_CASE = AnyCase()


def spelling(choices: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Give the function that turns any case of a choice into its declared spelling."""
    table = {str(choice).lower(): choice for choice in choices}
    return lambda value: table.get(value.lower(), value) if isinstance(value, str) else value


def region(value: Any) -> Any:
    """`West US 2`, `WestUS2` and `westus2` are one region (fact 3.8/1)."""
    return value.replace(" ", "").lower() if isinstance(value, str) else value


def instant(value: Any) -> Any:
    """An instant in UTC as `2027-06-30T00:00:00Z`, fraction only if there is one (fact 3.8/15)."""
    parsed = read_instant(value)
    if parsed is None:
        return value
    text = parsed.astimezone(UTC).isoformat()
    head, _, fraction = text.removesuffix("+00:00").partition(".")
    fraction = fraction.rstrip("0")
    return f"{head}.{fraction}Z" if fraction else f"{head}Z"


def read_instant(value: object) -> datetime | None:
    """Read a date or an instant; a missing zone means UTC. None if it is neither."""
    return _read_instant(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _read_instant(value: str) -> datetime | None:
    text = re.sub(r"(\.\d{6})\d+", r"\1", value.strip())
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        parsed = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def folded(value: Any) -> Any:
    """Text that is equal in any case."""
    return FoldedText(value) if isinstance(value, str) else value


def feature_value(value: Any) -> Any:
    """A feature's value: any case, and lists in one order (`NVMe, SCSI` is `SCSI, NVMe`)."""
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",")]
    if len(parts) > 1:
        parts = sorted(parts, key=lambda part: (part.lower() != "scsi", part.lower()))
    return FoldedText(", ".join(parts))


def version_parts(name: str) -> tuple[int, int, int] | None:
    """The three numbers of `Major.Minor.Patch`, each a 32-bit integer (section 1, name rules); None if it is none."""
    match = VERSION_NAME.fullmatch(name)
    if match is None:
        return None
    major, minor, patch = (int(part) for part in match.groups())
    return (major, minor, patch) if max(major, minor, patch) <= INT32_MAX else None


def version_number(name: str | None) -> tuple[int, int, int]:
    """The same to compare versions by; below all others for what is no version name."""
    return version_parts(name or "") or (0, 0, 0)


def _check_region(value: str) -> str:
    short: str = region(value)
    if not REGION_PATTERN.fullmatch(short):
        raise PydanticCustomError("bad-region", "“{value}” cannot be a region name", {"value": value})
    return short


def _check_instant(value: str) -> str:
    if read_instant(value) is None:
        raise PydanticCustomError("bad-date", "“{value}” is not a date or an instant", {"value": value})
    text: str = instant(value)
    return text


def _check_resource_id(value: str) -> str:
    if not RESOURCE_ID.fullmatch(value):
        raise PydanticCustomError("bad-id", "“{value}” is not a full ARM resource id", {"value": value})
    return value


def _id_of(expected: str, example: str, pattern: re.Pattern[str]) -> Callable[[str], str]:
    """The validator of an id that must lead to one of some types (facts 4.3/8, 4.3/20)."""

    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            told = {"value": value, "expected": expected, "hint": f"/subscriptions/…/providers/{example}"}
            raise PydanticCustomError("bad-id", "“{value}” is not the id of {expected}", told)
        return value

    return check


def _check_community_id(value: str) -> str:
    if not COMMUNITY_ID.fullmatch(value):
        raise PydanticCustomError("bad-id", "“{value}” is not a community image version id", {"value": value})
    return value


def _check_guid(value: str) -> str:
    if not GUID_PATTERN.fullmatch(value):
        raise PydanticCustomError("bad-guid", "“{value}” is not a GUID", {"value": value})
    return str(UUID(value))


def plain_version(name: str) -> str:
    """The version that the service reads: its numbers without leading zeros; the name itself where it is none."""
    parts = version_parts(name)
    return name if parts is None else ".".join(map(str, parts))


def read_as(name: str) -> str:
    """The hint under a version with leading zeros."""
    return f"the service reads numbers, so it would be {plain_version(name)}"


def _check_version(value: str) -> str:
    if version_parts(value) is None:
        raise PydanticCustomError("bad-version-name", "“{value}” is not Major.Minor.Patch", {"value": value})
    if plain_version(value) != value:
        told = {"value": value, "hint": read_as(value)}
        raise PydanticCustomError("bad-version-name", "“{value}” has leading zeros", told)
    return value


def _check_uri(value: str) -> str:
    if not URI.fullmatch(value):
        raise PydanticCustomError("bad-uri", "“{value}” is not an http(s) address", {"value": value})
    return value


def _whole_number(value: object) -> object:
    if isinstance(value, str) and not WHOLE_NUMBER.fullmatch(value):
        raise PydanticCustomError("wrong-type", "“{value}” is not a whole number", {"value": value})
    return value


def lower(value: Any) -> Any:
    """Lower-case text: GUIDs and keys."""
    return value.lower() if isinstance(value, str) else value


Text = Annotated[str, Form("text", lambda value: value)]
Count = Annotated[
    int, Form("whole number", lambda value: value, WHOLE_NUMBER, "integer"), BeforeValidator(_whole_number)
]
Flag = Annotated[bool, Form("true or false", lambda value: value, SPELT_FLAG, "boolean")]
Region = Annotated[str, Form("region", region, SPELT_REGION), AfterValidator(_check_region)]
Instant = Annotated[str, Form("date or instant", instant, DATE_START), AfterValidator(_check_instant)]
ResourceId = Annotated[str, Form("resource id", folded, RESOURCE_ID), AfterValidator(_check_resource_id)]
DiskEncryptionSetId = Annotated[
    str,
    Form("disk encryption set id", folded, ENCRYPTION_SET_ID),
    AfterValidator(_id_of("a disk encryption set", "Microsoft.Compute/diskEncryptionSets/…", ENCRYPTION_SET_ID)),
]
StorageAccountId = Annotated[
    str,
    Form("storage account id", folded, ACCOUNT_ID),
    AfterValidator(_id_of("a storage account", "Microsoft.Storage/storageAccounts/…", ACCOUNT_ID)),
]
MachineId = Annotated[
    str,
    Form("virtual machine id", folded, MACHINE_ID),
    AfterValidator(_id_of("a virtual machine", "Microsoft.Compute/virtualMachines/…", MACHINE_ID)),
]
ImageId = Annotated[
    str,
    Form("image id", folded, IMAGE_ID),
    AfterValidator(
        _id_of(
            "a managed image, a gallery image version or a virtual machine",
            "Microsoft.Compute/images/…, …/galleries/…/images/…/versions/… or …/virtualMachines/…",
            IMAGE_ID,
        )
    ),
]
DiskId = Annotated[
    str,
    Form("disk id", folded, DISK_ID),
    AfterValidator(_id_of("a managed disk or a snapshot", "Microsoft.Compute/disks/… or …/snapshots/…", DISK_ID)),
]
CommunityImageId = Annotated[str, Form("community image id", folded, COMMUNITY_ID), AfterValidator(_check_community_id)]
Guid = Annotated[str, Form("GUID", lower, GUID_PATTERN), AfterValidator(_check_guid)]
VersionName = Annotated[str, Form("version", lambda value: value, VERSION_NAME), AfterValidator(_check_version)]
Uri = Annotated[str, Form("address", lambda value: value, URI), AfterValidator(_check_uri)]
FeatureValue = Annotated[str, Form("feature value", feature_value)]
Folded = Annotated[str, Form("text in any case", folded)]
