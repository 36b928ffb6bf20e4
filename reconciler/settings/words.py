"""The closed vocabularies of settings, the form of their texts, and how a text that has none is objected to."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

from reconciler.settings.field_path import path_parts

LONGEST_WORD: Final = 64

Cloud = Literal["AzureCloud", "AzureChinaCloud", "AzureUSGovernment", "custom", "emulator"]
CredentialType = Literal[
    "default", "managed-identity", "workload-identity", "cli", "environment", "client-secret", "client-certificate"
]
Ownership = Literal["tag", "none"]
Prune = Literal["off", "confirm", "on"]
Checks = Literal["on", "off"]
Mode = Literal["plan", "apply"]
UpdatableFields = Literal["documented", "accepted"]
KindName = Literal["Gallery", "ImageDefinition", "ImageVersion", "RoleAssignment"]


def is_unicode(text: str) -> bool:
    """Whether a text can be written at all: what came undecoded from a command line or a file's name cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Block(BaseModel):
    """Base of every block: unknown keys are mistakes, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def objection(message: str, hint: str) -> PydanticCustomError:
    """What is wrong with a value and what to write instead."""
    return PydanticCustomError("bad-setting", "{message}", {"message": message, "hint": hint})


def _formed(pattern: str, rule: str) -> AfterValidator:
    form = re.compile(pattern)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise objection(f"“{value[:LONGEST_WORD]}” cannot be used", rule)
        return value

    return AfterValidator(check)


def _field_path(value: str) -> str:
    if not path_parts(value):
        hint = "a field path such as tags.owner or publishingProfile.targetRegions[*].excludeFromLatest"
        raise objection(f"“{value[:LONGEST_WORD]}” cannot be used", hint)
    return value


def _said(value: str) -> str:
    if not value.strip():
        raise objection("is empty", "say in a few words why")
    return value


def _not_empty(value: tuple[str, ...]) -> tuple[str, ...]:
    """An empty list would read as “nothing” and mean “everything”."""
    if not value:
        raise objection("is empty", "name at least one, or remove the line: what is not stated is not limited")
    return value


GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
Instance = Annotated[str, _formed(r"[a-z0-9-]{1,63}", "an instance is 1–63 of a–z, 0–9 and “-”")]
Subscription = Annotated[str, _formed(GUID, "a subscription id is a GUID")]
Group = Annotated[
    str, _formed(r"[\w().-]{0,89}[\w()-]", "a resource group is 1–90 letters, digits, “_”, “-”, “.”, “(” and “)”")
]
ApiVersion = Annotated[str, _formed(r"20\d\d-\d\d-\d\d(-preview)?", "an api-version is a date such as 2026-03-03")]
WebAddress = Annotated[str, _formed(r"https?://[^\s/]+\S*", "an address starts with https://")]
TargetName = Annotated[
    str, _formed(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", "a target's name is 1–63 letters, digits, “.”, “_” and “-”")
]
GalleryGlob = Annotated[
    str, _formed(r"[A-Za-z0-9_.*?]{1,80}", "a gallery's name: letters, digits, “_”, “.”, and “*” or “?” for more")
]
RegionName = Annotated[str, _formed(r"[A-Za-z][A-Za-z0-9 ]{2,60}", "a region name such as westeurope or “West Europe”")]
AddressGlob = Annotated[str, _formed(r"\S(.*\S)?", "an address such as rg-images/corp/**")]
FieldPath = Annotated[str, AfterValidator(_field_path)]
Why = Annotated[str, AfterValidator(_said)]
SourcePath = Annotated[str, _formed(r"\S(.*\S)?", "a folder or file, seen from the settings file")]
Stated = AfterValidator(_not_empty)
