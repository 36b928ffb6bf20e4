"""The rows of facts 3.8 as no-drift cases: what is sent one way and comes back another."""

from __future__ import annotations

from functools import partial
from typing import Any

from reconciler.model.address import Kind
from tests.support.field_samples import COMPUTE, HOME, PROFILE, Fragment, nest
from tests.support.no_drift import (
    ABSENT,
    BESIDE,
    Answer,
    Arm,
    Row,
    backwards,
    plus,
    plus_properties,
    properties,
    said,
    told,
    turned,
)
from tests.support.no_drift_versions import LIST, SECOND, regions, second

gallery = partial(Row, Kind.GALLERY)
definition = partial(Row, Kind.IMAGE_DEFINITION)
version = partial(Row, Kind.IMAGE_VERSION)
KINDS = (Kind.GALLERY, Kind.IMAGE_DEFINITION, Kind.IMAGE_VERSION)
STORAGE = "storageProfile"
PUBLISHED = f"{COMPUTE}/galleries/g/images/i/versions/1.0.0"
SHOWN = PUBLISHED.replace("galleries/", "Galleries/").replace("images/", "Images/").replace("versions/", "Versions/")
NEW: Fragment = {"newerThanUs": {"Deep": [1, {"x": None}], "on": True}}


def at_home(name: str, *others: str | Fragment) -> Fragment:
    """A version that lies in a region of its own choice."""
    return {"location": name, **regions({"name": name, "regionalReplicaCount": 1}, *others)}


def with_group(change: Any) -> Answer:
    """The answer with the resource group in its id spelt otherwise."""

    def spell(arm: Arm) -> Arm:
        parts = arm["id"].split("/")
        parts[4] = change(parts[4])
        return {**arm, "id": "/".join(parts)}

    return spell


PLACES = (
    version(
        "3.8/1",
        at_home("eastus2", "westus2=2"),
        properties(nest(LIST, [{"name": "East US 2"}, {"name": "West US 2"}])),
        same=tuple(at_home(home, f"{other}=2") for home, other in (("EastUS2", "WestUS2"), ("East US 2", "WEST US 2"))),
        answers=told(LIST, [{"name": "eastus2"}, {"name": "WestUS2"}]),
        other=((at_home("eastus2", "westus=2"), f"{LIST}[westus2]"),),
    ),
    *(
        Row(
            kind,
            "3.8/2",
            at_home("eastus2", "westus2") if kind is Kind.IMAGE_VERSION else {"location": "eastus2"},
            {"location": "eastus2"},
            same=tuple(
                at_home(name, "westus2") if kind is Kind.IMAGE_VERSION else {"location": name}
                for name in ("EastUS2", "East US 2")
            ),
            answers=(plus({"location": "East US 2"}), plus({"location": "EASTUS2"})),
            drifted=((plus({"location": "eastus"}), "location"),),
        )
        for kind in KINDS
    ),
    version(
        "3.8/3",
        regions("westus2=1", "uksouth=1", HOME),
        properties(nest(LIST, [{"name": "West US 2"}, {"name": "UK South"}, {"name": "West Europe"}])),
        same=(regions(HOME, "westus2=1", "uksouth=1"), regions("uksouth=1", HOME, "westus2=1")),
        answers=(turned("properties", PROFILE, "targetRegions"),),
        other=((regions("westus2=1", "uksouth=2", HOME), f"{LIST}[uksouth].regionalReplicaCount"),),
    ),
)
FILLED = (
    version(
        "3.8/4",
        {PROFILE: {"targetRegions": ["westeurope", "northeurope"], "replicaCount": 3}},
        properties(nest(LIST, [{"regionalReplicaCount": 3}, {"regionalReplicaCount": 3}])),
        same=(regions("westeurope=3", "northeurope"), regions("westeurope", "northeurope")),
        other=((regions("westeurope=3", "northeurope=1"), f"{SECOND}.regionalReplicaCount"),),
    ),
    version(
        "3.8/4",
        regions("westeurope", "northeurope"),
        properties(nest(LIST, [{"regionalReplicaCount": 1}, {"regionalReplicaCount": 1}])),
        same=(regions("westeurope=1", "northeurope=1"),),
        answers=told(LIST, [{"regionalReplicaCount": 5}, {"regionalReplicaCount": ABSENT}]),
        other=((regions("westeurope=1", "northeurope=2"), f"{SECOND}.regionalReplicaCount"),),
    ),
    version(
        "3.8/5",
        answered=properties(nest(f"{PROFILE}.replicaCount", 1)),
        same=said(f"{PROFILE}.replicaCount", 1),
        answers=told(f"{PROFILE}.replicaCount", ABSENT, None, 2),
        other=((nest(f"{PROFILE}.replicaCount", 3), f"{PROFILE}.replicaCount"),),
    ),
    version(
        "3.8/5",
        nest(f"{PROFILE}.replicaCount", 1),
        answers=told(f"{PROFILE}.replicaCount", ABSENT, None),
        drifted=tuple((answer, f"{PROFILE}.replicaCount") for answer in told(f"{PROFILE}.replicaCount", 2)),
    ),
    version(
        "3.8/6",
        answered=properties(nest(f"{PROFILE}.excludeFromLatest", False)),
        same=said(f"{PROFILE}.excludeFromLatest", False),
        answers=told(f"{PROFILE}.excludeFromLatest", ABSENT, None, True),
        other=((nest(f"{PROFILE}.excludeFromLatest", True), f"{PROFILE}.excludeFromLatest"),),
    ),
    version(
        "3.8/6",
        nest(f"{PROFILE}.excludeFromLatest", False),
        answers=told(f"{PROFILE}.excludeFromLatest", ABSENT, None),
        drifted=tuple(
            (answer, f"{PROFILE}.excludeFromLatest") for answer in told(f"{PROFILE}.excludeFromLatest", True)
        ),
    ),
    version(
        "3.8/7",
        second(),
        properties(
            {
                PROFILE: {
                    "storageAccountType": "Standard_LRS",
                    "targetRegions": [{"storageAccountType": "Standard_LRS"}, {"storageAccountType": "Standard_LRS"}],
                }
            }
        ),
        same=(
            second(storageAccountType="Standard_LRS"),
            {PROFILE: {"storageAccountType": "standard_lrs", "targetRegions": [HOME, "northeurope=1=standard_lrs"]}},
        ),
        answers=told(PROFILE, {"storageAccountType": ABSENT}, {"storageAccountType": "Premium_LRS"}),
        other=((second(storageAccountType="Premium_LRS"), SECOND),),
    ),
    version(
        "3.8/8",
        regions("westeurope=1=standard_zrs", "northeurope=1=premium_lrs"),
        properties(
            {
                PROFILE: {
                    "storageAccountType": "Standard_LRS",
                    "targetRegions": [{"storageAccountType": "Standard_ZRS"}, {"storageAccountType": "Premium_LRS"}],
                }
            }
        ),
        same=(
            regions("westeurope=1", "northeurope=1"),
            {PROFILE: {"storageAccountType": "Standard_LRS", **regions("westeurope=1", "northeurope=1")[PROFILE]}},
        ),
        answers=told(f"{PROFILE}.storageAccountType", "Standard_ZRS", ABSENT),
        other=((regions("westeurope=1", "northeurope=1=standard_lrs"), SECOND),),
    ),
)
DISKS = [{"lun": 0, "hostCaching": "ReadOnly", "sizeInGB": 4}, {"lun": 1, "hostCaching": "None", "sizeInGB": 8}]
UNLISTED = (
    version(
        "3.8/9",
        answered=properties({STORAGE: {"osDiskImage": {"source": {}, "hostCaching": str, "sizeInGB": 30}}}),
        same=(nest(STORAGE, {"source": {"id": f"{COMPUTE}/images/a"}, "osDiskImage": {}, "dataDiskImages": []}),),
        answers=told(STORAGE, {"dataDiskImages": DISKS}, {"dataDiskImages": []}, {"osDiskImage": {"source": ABSENT}}),
        other=(
            (
                nest(STORAGE, {"source": {"id": f"{COMPUTE}/images/a"}, "osDiskImage": {"hostCaching": "None"}}),
                f"{STORAGE}.osDiskImage.hostCaching",
            ),
        ),
    ),
    version(
        "3.8/10",
        answered=properties({"safetyProfile": {"reportedForPolicyViolation": False}}),
        same=said("safetyProfile", {}, {"allowDeletionOfReplicatedLocations": False}),
        answers=told("safetyProfile", ABSENT, None, {"blockDeletionBeforeEndOfLife": True}, NEW),
        other=(
            (nest("safetyProfile.blockDeletionBeforeEndOfLife", True), "safetyProfile.blockDeletionBeforeEndOfLife"),
        ),
    ),
    version(
        "3.8/11",
        answered=properties({"validationsProfile": dict}),
        answers=told("validationsProfile", ABSENT, None, {"validationEtag": "2"}, "odd"),
        own=said("validationsProfile", {}),
    ),
    definition(
        "3.8/12",
        {"disallowed": {}},
        properties({"disallowed": ABSENT}),
        same=({"disallowed": {"diskTypes": []}},),
        answers=told("disallowed", {}),
        other=((nest("disallowed.diskTypes", ["Premium_LRS"]), "disallowed"),),
    ),
    definition(
        "3.8/13",
        answered=properties({"architecture": "x64", "hyperVGeneration": "V2"}),
        same=({"architecture": "x64"}, {"hyperVGeneration": "V2"}),
        answers=told("hyperVGeneration", "V1") + told("architecture", ABSENT),
        other=(({"hyperVGeneration": "V1"}, "hyperVGeneration"), ({"architecture": "Arm64"}, "architecture")),
        left_out=("architecture", "hyperVGeneration"),
    ),
    definition(
        "3.8/14",
        {"features": [{"name": "IsHibernateSupported", "value": "True"}]},
        properties({"features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}, {}]}),
        same=(
            {"features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]},
            {"features": []},
        ),
        answers=told("features", [{"name": "IsHibernateSupported", "value": "True"}]),
        other=(({"features": [{"name": "SecurityType", "value": "Standard"}]}, "features[SecurityType].value"),),
        drifted=tuple(
            (answer, "features[IsHibernateSupported]")
            for answer in told("features", [{"name": "SecurityType", "value": "TrustedLaunchSupported"}])
        ),
    ),
)
DATE = f"{PROFILE}.endOfLifeDate"
WRITTEN = (
    version(
        "3.8/15",
        nest(DATE, "2031-04-01T00:00:34.2131800Z"),
        properties({PROFILE: {"endOfLifeDate": "2031-04-01T00:00:34.21318+00:00", "publishedDate": str}}),
        same=said(DATE, "2031-04-01T00:00:34.21318+00:00", "2031-04-01T02:00:34.213180+02:00"),
        answers=told(DATE, "2031-04-01T00:00:34.2131800+00:00", "2031-03-31T20:00:34.21318-04:00"),
        other=((nest(DATE, "2031-04-01T00:00:34Z"), DATE),),
        drifted=tuple((answer, DATE) for answer in told(DATE, "2031-04-01T00:00:34.21319+00:00")),
    ),
    gallery("3.8/16", answered={"tags": ABSENT}, same=({"tags": {}},), answers=(plus({"tags": {}}),), owned=False),
    gallery(
        "3.8/16",
        {"tags": {}},
        {"tags": lambda tags: tags == {}},
        same=({},),
        answers=(plus({"tags": ABSENT}), plus({"tags": {"foreign": "x"}})),
        other=(({"tags": {"team": "a"}}, "tags"),),
        owned=False,
    ),
    *(
        Row(
            kind,
            "3.8/17",
            answered={"id": lambda path: path.split("/")[4].startswith("rg-row")},
            answers=(with_group(str.upper), with_group(str.title)),
            other=(({"tags": {"team": "a"}}, "tags.team"),),
        )
        for kind in KINDS
    ),
    version(
        "3.8/18",
        nest(f"{STORAGE}.source.id", PUBLISHED),
        properties(nest(f"{STORAGE}.source.id", PUBLISHED)),
        same=tuple(nest(f"{STORAGE}.source.id", text) for text in (SHOWN, SHOWN.upper(), SHOWN.lower())),
        answers=told(f"{STORAGE}.source.id", SHOWN, SHOWN.upper()),
        other=((nest(f"{STORAGE}.source.id", PUBLISHED.replace("1.0.0", "1.0.1")), f"{STORAGE}.source.id"),),
        drifted=tuple(
            (answer, f"{STORAGE}.source.id")
            for answer in told(f"{STORAGE}.source.id", SHOWN.replace("/Galleries/g/", "/Galleries/h/"))
        ),
    ),
    gallery(
        "3.8/19",
        nest("description", "one\r\n  two\n"),
        properties({"description": "one\r\n  two\n"}),
        answers=(backwards,),
        other=((nest("description", "one\n  two\n"), "description"),),
    ),
    *(
        Row(
            kind,
            "3.8/20",
            answers=(plus(NEW), plus_properties(NEW), *told("newerThanUs", None, [], {}, "", 0)),
            other=(({BESIDE: {"newerThanUs": True}}, "newerThanUs"),),
            own=(NEW,),
        )
        for kind in KINDS
    ),
    version(
        "3.8/20",
        second(),
        answers=(
            *told(PROFILE, NEW),
            *told(LIST, [NEW, {"encryption": NEW}]),
            *told(STORAGE, NEW, {"source": NEW}, {"osDiskImage": NEW}, {"osDiskImage": {"source": NEW}}),
            *told("safetyProfile", NEW),
            *told("securityProfile", NEW, {"uefiSettings": NEW}),
            *told("validationsProfile", NEW),
        ),
        drifted=tuple((answer, SECOND) for answer in told(LIST, [{"name": "West Europe"}])),
    ),
)
NORMALISED = (*PLACES, *FILLED, *UNLISTED, *WRITTEN)
