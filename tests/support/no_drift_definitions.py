"""The rows of facts 2.3 as no-drift cases: image definitions."""

from __future__ import annotations

from functools import partial
from typing import Any

from reconciler.model.address import Kind
from tests.support.field_samples import DEFINITION_BASE, Fragment, nest
from tests.support.no_drift import ABSENT, Row, backwards, properties, said, told, turned

definition = partial(Row, Kind.IMAGE_DEFINITION)
IDENTIFIER: Fragment = {"publisher": "Corp", "offer": "Offer", "sku": "Sku"}
EULA = "https://a.example.com/Eula"
ORDER = ("hyperVGeneration", "architecture", "features", "osType", "osState", "identifier", "provisioningState")


def features(*pairs: tuple[str, Any], **more: Any) -> Fragment:
    """Features by name and value; `more` for each of them."""
    return {"features": [{"name": name, "value": value, **more} for name, value in pairs]}


def immutable(fact: str, path: str, one: Any, two: Any) -> tuple[Row, Row]:
    """A text that cannot change: what is not declared is not managed, whatever Azure has there."""
    return (
        definition(
            fact,
            answered=properties(nest(path, ABSENT)),
            answers=told(path, "set by hand", None),
            other=((nest(path, one), path),),
        ),
        definition(
            fact,
            nest(path, one),
            properties(nest(path, one)),
            same=({},),
            other=((nest(path, two), path),),
            drifted=tuple((answer, path) for answer in told(path, two, ABSENT)),
        ),
    )


MACHINES = (
    definition(
        "2.3/1",
        answered=properties({"osType": "Linux"}),
        same=said("osType", "linux", "LINUX"),
        answers=told("osType", "linux"),
        other=((nest("osType", "Windows"), "osType"),),
    ),
    definition(
        "2.3/2",
        answered=properties({"osState": "Generalized"}),
        same=said("osState", "Generalized", "generalized"),
        answers=told("osState", "Specialized", "generalized", ABSENT),
        other=((nest("osState", "Specialized"), "osState"),),
        left_out=("osState",),
    ),
    definition(
        "2.3/2",
        nest("osState", "specialized"),
        properties({"osState": "Specialized"}),
        drifted=tuple((answer, "osState") for answer in told("osState", "Generalized")),
    ),
    definition(
        "2.3/3",
        answered=properties({"hyperVGeneration": "V2"}),
        same=said("hyperVGeneration", "V2", "v2"),
        answers=told("hyperVGeneration", "V1", ABSENT),
        other=((nest("hyperVGeneration", "V1"), "hyperVGeneration"),),
        left_out=("hyperVGeneration",),
    ),
    definition(
        "2.3/4",
        answered=properties({"architecture": "x64"}),
        same=said("architecture", "x64", "X64"),
        answers=told("architecture", "Arm64", "X64", ABSENT),
        other=((nest("architecture", "Arm64"), "architecture"),),
        left_out=("architecture",),
    ),
    definition(
        "2.3/5",
        answered=properties({"identifier": IDENTIFIER}),
        same=({"identifier": dict(reversed(IDENTIFIER.items()))},),
        answers=(backwards, *told("identifier.plan", "newer than us")),
        other=tuple((nest(f"identifier.{part}", "Other"), f"identifier.{part}") for part in IDENTIFIER),
    ),
)
TEXTS = (
    definition(
        "2.3/6",
        answered=properties({"description": ABSENT}),
        answers=told("description", "", None, "typed in the portal"),
        other=((nest("description", "one"), "description"),),
    ),
    definition(
        "2.3/6",
        nest("description", "one"),
        properties({"description": "one"}),
        same=({},),
        other=((nest("description", "One"), "description"), (nest("description", None), "description")),
        drifted=tuple((answer, "description") for answer in told("description", "two", ABSENT)),
    ),
    *immutable("2.3/7", "eula", EULA, EULA.lower()),
    *immutable("2.3/8", "privacyStatementUri", EULA, EULA.lower()),
    *immutable("2.3/9", "releaseNoteUri", EULA, EULA.lower()),
    definition(
        "2.3/10",
        nest("endOfLifeDate", "2030-01-01"),
        properties({"endOfLifeDate": "2030-01-01T00:00:00+00:00"}),
        same=said(
            "endOfLifeDate", "2030-01-01T00:00:00Z", "2030-01-01T02:00:00.000+02:00", "20300101", "2030-01-01 00:00"
        ),
        answers=told(
            "endOfLifeDate", "2030-01-01T00:00:00Z", "2029-12-31T19:00:00-05:00", "2030-01-01T00:00:00.0000000+00:00"
        ),
        other=((nest("endOfLifeDate", "2030-01-01T00:00:01Z"), "endOfLifeDate"),),
        drifted=tuple(
            (answer, "endOfLifeDate") for answer in told("endOfLifeDate", "2030-01-01T00:00:00-01:00", ABSENT)
        ),
    ),
    definition(
        "2.3/10",
        answered=properties({"endOfLifeDate": ABSENT}),
        answers=told("endOfLifeDate", "2031-01-01T00:00:00Z"),
        other=((nest("endOfLifeDate", "2031-01-01"), "endOfLifeDate"),),
    ),
)
RECOMMENDED = {"vCPUs": {"min": 1, "max": 8}, "memory": {"min": 2, "max": 64}}
LISTS = (
    definition(
        "2.3/11",
        {"recommended": RECOMMENDED},
        properties({"recommended": RECOMMENDED}),
        same=(
            {"recommended": {"memory": {"max": "64", "min": "2"}, "vCPUs": {"max": "+8", "min": 1}}},
            nest("recommended.vCPUs.max", 8),
            {"recommended": {}},
            {},
        ),
        answers=(backwards, *told("recommended.disks", {"min": 1}), *told("recommended.vCPUs.step", 1)),
        other=(
            (nest("recommended.vCPUs.max", 16), "recommended.vCPUs.max"),
            (nest("recommended.memory", {"min": 1}), "recommended.memory.min"),
        ),
        drifted=tuple(
            (answer, "recommended.memory.max") for answer in told("recommended.memory.max", 32, 64.0, ABSENT)
        ),
    ),
    definition(
        "2.3/11",
        answered=properties({"recommended": ABSENT}),
        answers=told("recommended", RECOMMENDED, {}, {"vCPUs": {}}, {"vCPUs": None, "memory": None}),
        other=(({"recommended": RECOMMENDED}, "recommended"),),
    ),
    definition(
        "2.3/12",
        {"disallowed": {}},
        properties({"disallowed": ABSENT}),
        same=({"disallowed": {"diskTypes": []}}, {}),
        answers=told("disallowed", {}, None, {"diskTypes": []}, {"diskTypes": None}),
        other=((nest("disallowed.diskTypes", ["Standard_LRS"]), "disallowed"),),
    ),
    definition(
        "2.3/12",
        nest("disallowed.diskTypes", ["Standard_LRS", "Premium_LRS"]),
        properties({"disallowed": {"diskTypes": ["Premium_LRS", "Standard_LRS"]}}),
        same=said("disallowed.diskTypes", ["Premium_LRS", "Standard_LRS"], ["premium_lrs", "STANDARD_LRS"]),
        answers=(
            turned("properties", "disallowed", "diskTypes"),
            *told(
                "disallowed.diskTypes", ["standard_lrs", "premium_lrs"], ["Standard_LRS", "Premium_LRS", "Standard_LRS"]
            ),
        ),
        other=((nest("disallowed.diskTypes", ["Standard_LRS"]), "disallowed.diskTypes"),),
        drifted=tuple(
            (answer, "disallowed.diskTypes")
            for answer in told("disallowed.diskTypes", ["Standard_LRS", "Premium_LRS", "NewerThanUs_LRS"])
        ),
    ),
    definition(
        "2.3/13",
        {"purchasePlan": {"name": "a", "publisher": "p", "product": "x"}},
        properties({"purchasePlan": {"name": "a", "publisher": "p", "product": "x"}}),
        same=({"purchasePlan": {"product": "x", "name": "a"}}, {"purchasePlan": {"name": "a"}}, {}),
        answers=(backwards, *told("purchasePlan.promotionCode", "newer than us")),
        other=(
            ({"purchasePlan": {"name": "b"}}, "purchasePlan.name"),
            ({"purchasePlan": {"name": "a", "publisher": "q"}}, "purchasePlan.publisher"),
            ({"purchasePlan": {"name": "a", "product": "y"}}, "purchasePlan.product"),
        ),
    ),
)
FEATURED = features(
    ("SecurityType", "Standard"), ("DiskControllerTypes", "SCSI, NVMe"), ("IsHibernateSupported", "True")
)
FEATURES = (
    definition(
        "2.3/14",
        FEATURED,
        properties(FEATURED),
        same=(
            {"features": FEATURED["features"][::-1]},
            features(
                ("securitytype", "standard"), ("diskControllerTypes", "nvme,scsi"), ("ISHIBERNATESUPPORTED", True)
            ),
            features(("IsHibernateSupported", "TRUE")),
            {"features": []},
            {},
        ),
        answers=(
            turned("properties", "features"),
            *told("features", [{"startsAtVersion": "1.0.0"}, {"startsAtVersion": "1.0.0"}, {}]),
            *told("features", [{"value": "STANDARD"}, {"value": "NVMe, SCSI"}, {"name": "isHibernateSupported"}]),
            *told("features", [{}, {}, {"value": "true", "scope": "newer than us"}]),
            *told("features", [*FEATURED["features"], {"name": "IsShinySupported", "value": "True"}]),
        ),
        other=(
            (features(("SecurityType", "TrustedLaunch")), "features[SecurityType].value"),
            (features(("DiskControllerTypes", "SCSI")), "features[DiskControllerTypes].value"),
            (features(("IsHibernateSupported", None)), "features[IsHibernateSupported]"),
            (
                features(("IsHibernateSupported", "True"), startsAtVersion="1.0.0"),
                "features[IsHibernateSupported].startsAtVersion",
            ),
        ),
        drifted=tuple(
            (answer, "features[DiskControllerTypes]") for answer in told("features", FEATURED["features"][:1])
        ),
    ),
    definition(
        "2.3/14",
        answered=properties({"features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]}),
        same=(
            features(("SecurityType", "TrustedLaunchSupported")),
            features(("securityType", "trustedlaunchsupported")),
        ),
        answers=told("features", ABSENT, [], None, [{"name": "SecurityType", "value": "Standard"}]),
        other=((features(("SecurityType", "Standard")), "features[SecurityType].value"),),
    ),
    definition(
        "2.3/15",
        {"description": "d", "eula": "e", **FEATURED},
        {"properties": lambda found: list(found)[:7] == list(ORDER)},
        same=({"eula": "e", **dict(reversed(DEFINITION_BASE.items())), **FEATURED, "description": "d"},),
        answers=(backwards,),
        other=(({"description": "e", "eula": "e"}, "description"),),
    ),
    definition(
        "2.3/16",
        nest("allowUpdateImage", True),
        properties({"allowUpdateImage": ABSENT}),
        same=(*said("allowUpdateImage", False, "yes"), {}),
        answers=told("allowUpdateImage", True, False),
        other=(({"allowUpdateImage": False, "description": "d"}, "description"),),
    ),
    definition(
        "2.3/17",
        answered=properties({"provisioningState": "Succeeded"}),
        answers=told("provisioningState", ABSENT, None),
        drifted=tuple((answer, "provisioningState") for answer in told("provisioningState", "Failed")),
        own=said("provisioningState", "Succeeded"),
    ),
)
DEFINITIONS = (*MACHINES, *TEXTS, *LISTS, *FEATURES)
