"""ImageDefinition: the fields of galleries/images and what may change about them (azure facts 2.3, 8/6–8/13).

Most of a definition is immutable: what kind of machine an image fits is decided when the definition is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from reconciler.kinds.rules import Merge, accepted, guarded, immutable, set_once, updatable, write_only
from reconciler.kinds.scalars import (
    ANY_CASE,
    Count,
    FeatureValue,
    Flag,
    Form,
    Instant,
    Region,
    Text,
    Uri,
    VersionName,
    folded,
    spelling,
)
from reconciler.kinds.shape import Spec
from reconciler.model.address import Address
from reconciler.model.diagnostic import Problem
from reconciler.model.state import Body

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?")
IDENTIFIER = re.compile(r"[A-Za-z0-9_.-]*[A-Za-z0-9_-]")
IDENTIFIER_LENGTHS = {"publisher": 128, "offer": 64, "sku": 64}
VCPU_BOUNDS = (1, 80)
MEMORY_BOUNDS = (1, 640)

FEATURE_NAMES = (
    "SecurityType",
    "IsAcceleratedNetworkSupported",
    "IsHibernateSupported",
    "DiskControllerTypes",
    "IsSecureBootSupported",
)
FeatureName = Annotated[
    str, Form("feature name", lambda value: spelt if (spelt := _spelt(value)) in FEATURE_NAMES else folded(value))
]
_spelt = spelling((*FEATURE_NAMES,))  # names in any case are one feature; those we do not know keep their spelling
DiskType = Annotated[
    Literal[
        "Standard_LRS",
        "StandardSSD_LRS",
        "StandardSSD_ZRS",
        "Premium_LRS",
        "Premium_ZRS",
        "PremiumV2_LRS",
        "UltraSSD_LRS",
    ],
    ANY_CASE,
]


class Identifier(Spec):
    """The triplet that is unique inside one gallery."""

    publisher: Annotated[Text | None, immutable("2.3/5", required=True)] = None
    offer: Annotated[Text | None, immutable("2.3/5", required=True)] = None
    sku: Annotated[Text | None, immutable("2.3/5", required=True)] = None


class Range(Spec):
    """A recommended minimum and maximum."""

    min: Annotated[Count | None, updatable("8/6")] = None
    max: Annotated[Count | None, updatable("8/6")] = None


class Recommended(Spec):
    """Machine sizes the image is meant for; memory in GB."""

    vCPUs: Annotated[Range | None, updatable("8/6")] = None
    memory: Annotated[Range | None, updatable("8/6")] = None


class Disallowed(Spec):
    """Disk types the image must not be used with."""

    diskTypes: Annotated[list[DiskType] | None, accepted("8/11", unordered=True)] = None


class PurchasePlan(Spec):
    """The marketplace plan the image descends from."""

    name: Annotated[Text | None, immutable("2.3/13", required=True)] = None
    publisher: Annotated[Text | None, immutable("2.3/13")] = None
    product: Annotated[Text | None, immutable("2.3/13")] = None


class Feature(Spec):
    """One feature; its value is always text. `value: null` removes it."""

    name: Annotated[FeatureName | None, guarded("8/12", required=True)] = None
    value: Annotated[FeatureValue | None, guarded("8/12")] = None
    startsAtVersion: Annotated[VersionName | None, guarded("2.3/14", clearable=False)] = None


class ImageDefinitionSpec(Spec):
    """The body of an image definition, `properties` unwrapped."""

    location: Annotated[Region | None, immutable("2.1/2", required=True)] = None
    tags: Annotated[dict[Text, Text | None] | None, updatable("8/13", clearable=False, merge=Merge.BY_KEY)] = None
    osType: Annotated[Annotated[Literal["Linux", "Windows"], ANY_CASE] | None, immutable("2.3/1", required=True)] = None
    osState: Annotated[Annotated[Literal["Generalized", "Specialized"], ANY_CASE] | None, immutable("2.3/2")] = None
    hyperVGeneration: Annotated[Annotated[Literal["V1", "V2"], ANY_CASE] | None, immutable("2.3/3")] = None
    architecture: Annotated[Annotated[Literal["x64", "Arm64"], ANY_CASE] | None, immutable("2.3/4")] = None
    identifier: Annotated[Identifier | None, immutable("2.3/5", required=True)] = None
    description: Annotated[Text | None, updatable("8/7")] = None
    eula: Annotated[Text | None, immutable("2.3/7")] = None
    privacyStatementUri: Annotated[Uri | None, immutable("2.3/8")] = None
    releaseNoteUri: Annotated[Uri | None, accepted("8/9")] = None
    endOfLifeDate: Annotated[Instant | None, set_once("8/8")] = None
    recommended: Annotated[Recommended | None, updatable("8/6")] = None
    disallowed: Annotated[Disallowed | None, accepted("8/11")] = None
    purchasePlan: Annotated[PurchasePlan | None, immutable("2.3/13")] = None
    features: Annotated[list[Feature] | None, guarded("8/12", merge=Merge.BY_KEY, key=("name",))] = None
    allowUpdateImage: Annotated[Flag | None, write_only("2.3/16")] = None


def check(address: Address, body: Body) -> Iterator[Problem]:
    """What is wrong with a declared definition beyond types: names, identifier, ranges."""
    name = address.image or ""
    if not NAME.fullmatch(name):
        yield Problem(
            (),
            "bad-definition-name",
            f"“{name}” cannot be an image definition name",
            "1–80 letters, digits, “_”, “-” and “.”, starting and ending with a letter or digit",
        )
    for part, limit in IDENTIFIER_LENGTHS.items():
        value = (body.get("identifier") or {}).get(part)
        if value is not None and (len(value) > limit or not IDENTIFIER.fullmatch(value)):
            yield Problem(
                ("identifier", part),
                "bad-identifier",
                f"“{value}” cannot be an identifier.{part}",
                f"1–{limit} letters, digits, “-”, “_” and “.”, not ending with “.”",
            )
    yield from _check_features(body)
    yield from _check_recommended(body)


def _check_features(body: Body) -> Iterator[Problem]:
    for key, feature in (body.get("features") or {}).items():
        name = feature.get("name")
        if name is None:
            continue  # told apart by it: said where lists are read
        if not name.strip():
            yield Problem(("features", key, "name"), "required-field", "a feature has no name", "state its name")
        if "value" not in feature:
            message = f"the feature {name} has no value"
            yield Problem(("features", key), "required-field", message, "state value; value: null removes the feature")


def _check_recommended(body: Body) -> Iterator[Problem]:
    recommended = body.get("recommended") or {}
    for part, (low, high) in (("vCPUs", VCPU_BOUNDS), ("memory", MEMORY_BOUNDS)):
        bounds = recommended.get(part) or {}
        for end in ("min", "max"):
            value = bounds.get(end)
            if value is not None and not low <= value <= high:
                yield Problem(("recommended", part, end), "out-of-range", f"{value} is not between {low} and {high}")
        least, most = bounds.get("min"), bounds.get("max")
        if least is not None and most is not None and least > most:
            yield Problem(
                ("recommended", part, "min"),
                "min-above-max",
                f"recommended.{part}.min {least} is greater than max {most}",
            )


def triplet_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Publisher, offer and sku in lower case, once in a gallery (fact 4.2/2); () where there is none."""
    identifier = body.get("identifier")
    if not isinstance(identifier, Mapping) or not identifier:
        return ()  # Azure may one day answer with another shape
    return tuple(str(identifier.get(part) or "").lower() for part in IDENTIFIER_LENGTHS)
