"""The publishing rows of facts 2.4 as no-drift cases: the regions of an image version and its profile."""

from __future__ import annotations

from functools import partial
from typing import Any

from reconciler.model.address import Kind
from tests.support.field_samples import CVM, HOME, KEY_A, KEY_B, PROFILE, Fragment, nest
from tests.support.no_drift import ABSENT, Answer, Row, properties, said, told, turned

version = partial(Row, Kind.IMAGE_VERSION)
LIST = f"{PROFILE}.targetRegions"
ZONES = f"{PROFILE}.targetExtendedLocations"
SECOND = f"{LIST}[northeurope]"


def regions(*entries: str | Fragment) -> Fragment:
    """A version in these regions."""
    return nest(LIST, list(entries))


def second(**more: Any) -> Fragment:
    """A version with a second region that says more."""
    return regions(HOME, {"name": "northeurope", "regionalReplicaCount": 1, **more})


def answered_second(**more: Any) -> Answer:
    """The answer in which the second of two regions says more."""
    return told(LIST, [{}, more])[0]


def shown_second(**more: Any) -> Fragment:
    """What an answer says of the second of two regions."""
    return properties(nest(LIST, [{}, more]))


def zones(*names: str, spelt: str = "westus", **more: Any) -> Fragment:
    """A version in edge zones, each of which says more."""
    listed = [
        {
            "name": spelt,
            "extendedLocation": {"name": name, "type": "EdgeZone"},
            "extendedLocationReplicaCount": 1,
            **more,
        }
        for name in names
    ]
    return {
        PROFILE: {
            "targetRegions": [HOME, {"name": "westus", "regionalReplicaCount": 1}],
            "targetExtendedLocations": listed,
        }
    }


TARGETS = (
    version(
        "2.4/1",
        answered=properties(nest(LIST, [{"name": "West Europe", "regionalReplicaCount": 1}])),
        same=(regions("westeurope"), regions(HOME)),
        answers=told(LIST, [{"name": "UK South", "regionalReplicaCount": 9}], ABSENT),
        other=((regions(HOME, "uksouth"), f"{LIST}[uksouth]"),),
        left_out=(LIST,),
    ),
    version(
        "2.4/1",
        regions("westeurope=1", "northeurope=2", "uksouth=1"),
        properties(nest(LIST, [{"name": "West Europe"}, {"name": "North Europe"}, {"name": "UK South"}])),
        same=(regions("uksouth=1", "westeurope=1", "northeurope=2"), nest(PROFILE, {}), {}),
        answers=(turned("properties", PROFILE, "targetRegions"),),
        other=(
            (regions("westeurope=1", "northeurope=2"), f"{LIST}[uksouth]"),
            (regions("westeurope=1", "northeurope=2", "uksouth=1", "francecentral"), f"{LIST}[francecentral]"),
        ),
        drifted=tuple((answer, f"{LIST}[uksouth]") for answer in told(LIST, [{"name": "West Europe"}] * 2)),
        left_out=(LIST,),
    ),
    version(
        "2.4/2",
        second(name="North Europe"),
        shown_second(name="North Europe"),
        same=tuple(second(name=name) for name in ("northeurope", "NorthEurope", "NORTH EUROPE", "north europe")),
        answers=(
            answered_second(name="northeurope"),
            answered_second(name="NorthEurope"),
            *told(
                LIST,
                [
                    HOME,
                    {"name": "North Europe", "regionalReplicaCount": 1},
                    {"name": "northeurope", "regionalReplicaCount": 0},
                ],
            ),
            *told(
                LIST,
                [
                    {"name": "westeurope", "regionalReplicaCount": 0},
                    HOME,
                    {"name": "northeurope", "regionalReplicaCount": 1},
                ],
            ),
        ),
        other=((second(name="northeurope2"), f"{LIST}[northeurope2]"),),
        drifted=((answered_second(name="North Europe 2"), SECOND),),
    ),
    version(
        "2.4/3",
        {PROFILE: {"targetRegions": ["westeurope", "northeurope=3"], "replicaCount": 2}},
        properties(nest(LIST, [{"regionalReplicaCount": 2}, {"regionalReplicaCount": 3}])),
        same=(
            {PROFILE: {"targetRegions": ["westeurope=2", "northeurope=3"], "replicaCount": "2"}},
            regions("westeurope", "northeurope"),
            regions({"name": "westeurope", "regionalReplicaCount": "+2"}, "northeurope = 3"),
        ),
        answers=told(LIST, [{"regionalReplicaCount": 2, "note": "newer than us"}, {}]),
        other=(
            (
                {PROFILE: {"targetRegions": ["westeurope", "northeurope=3"], "replicaCount": 4}},
                f"{LIST}[westeurope].regionalReplicaCount",
            ),
            (regions("westeurope", "northeurope=2"), f"{SECOND}.regionalReplicaCount"),
        ),
        drifted=((answered_second(regionalReplicaCount=1), f"{SECOND}.regionalReplicaCount"),),
    ),
    version(
        "2.4/4",
        second(storageAccountType="standard_zrs"),
        shown_second(storageAccountType="Standard_ZRS"),
        same=(second(storageAccountType="STANDARD_ZRS"), regions(HOME, "northeurope=1=Standard_ZRS"), second()),
        answers=(answered_second(storageAccountType="standard_zrs"),),
        other=((second(storageAccountType="Standard_LRS"), SECOND),),
    ),
    version(
        "2.4/4",
        {PROFILE: {"targetRegions": ["westeurope=1"], "storageAccountType": "Premium_LRS"}},
        properties(nest(LIST, [{"storageAccountType": "Premium_LRS"}])),
        same=(regions("westeurope=1=premium_lrs"),),
        answers=told(LIST, [{"storageAccountType": "Standard_LRS"}]),
        other=((regions("westeurope=1=standard_lrs"), f"{LIST}[westeurope].storageAccountType"),),
    ),
)

SECURED: Fragment = {
    "osDiskImage": {
        "diskEncryptionSetId": KEY_A,
        "securityProfile": {**CVM, "secureVMDiskEncryptionSetId": KEY_A},
    }
}
KEYS: Fragment = {
    "dataDiskImages": [{"lun": 0, "diskEncryptionSetId": KEY_A}, {"lun": 1, "diskEncryptionSetId": KEY_B}]
}
REPLICAS: Fragment = {
    "additionalReplicaSets": [
        {"storageAccountType": "Premium_LRS", "regionalReplicaCount": 1},
        {"storageAccountType": "PremiumV2_LRS", "regionalReplicaCount": 2},
    ]
}
OS_KEY = f"{SECOND}.encryption.osDiskImage"
REGIONS = (
    version(
        "2.4/5",
        second(encryption=SECURED),
        shown_second(encryption=SECURED),
        same=(
            second(encryption=nest("osDiskImage.diskEncryptionSetId", KEY_A.upper())),
            second(encryption=nest("osDiskImage.securityProfile.confidentialVMEncryptionType", "encryptedwithpmk")),
            second(),
        ),
        answers=(
            answered_second(encryption=nest("osDiskImage.diskEncryptionSetId", KEY_A.lower())),
            answered_second(
                encryption=nest("osDiskImage.securityProfile", {"secureVMDiskEncryptionSetId": KEY_A.upper()})
            ),
            answered_second(encryption={"dataDiskImages": []}),
            answered_second(encryption=nest("osDiskImage.keyUrl", "newer than us")),
        ),
        other=(
            (second(encryption=nest("osDiskImage.diskEncryptionSetId", KEY_B)), f"{OS_KEY}.diskEncryptionSetId"),
            (
                second(encryption=nest("osDiskImage.securityProfile.confidentialVMEncryptionType", "NonPersistedTPM")),
                f"{OS_KEY}.securityProfile.confidentialVMEncryptionType",
            ),
        ),
    ),
    version(
        "2.4/5",
        second(),
        shown_second(encryption=ABSENT),
        same=(second(encryption={}), second(encryption={"osDiskImage": {}})),
        answers=(answered_second(encryption={}), answered_second(encryption=None), answered_second(encryption=SECURED)),
        other=((second(encryption=SECURED), f"{SECOND}.encryption"),),
    ),
    version(
        "2.4/6",
        second(encryption=KEYS),
        shown_second(encryption=KEYS),
        same=(second(encryption={"dataDiskImages": KEYS["dataDiskImages"][::-1]}), second()),
        answers=(
            turned("properties", PROFILE, "targetRegions", 1, "encryption", "dataDiskImages"),
            answered_second(encryption={"dataDiskImages": [{"diskEncryptionSetId": KEY_A.upper()}, {}]}),
        ),
        other=(
            (
                second(
                    encryption={"dataDiskImages": [KEYS["dataDiskImages"][0], {"lun": 1, "diskEncryptionSetId": KEY_A}]}
                ),
                f"{SECOND}.encryption.dataDiskImages[1].diskEncryptionSetId",
            ),
        ),
    ),
    version(
        "2.4/7",
        second(),
        shown_second(excludeFromLatest=ABSENT),
        same=(second(excludeFromLatest=False), second(excludeFromLatest="no")),
        answers=(answered_second(excludeFromLatest=False), answered_second(excludeFromLatest=None)),
        other=((second(excludeFromLatest=True), f"{SECOND}.excludeFromLatest"),),
    ),
    version(
        "2.4/7",
        second(excludeFromLatest=True),
        shown_second(excludeFromLatest=True),
        same=(second(excludeFromLatest="yes"), second()),
        other=((second(excludeFromLatest=False), f"{SECOND}.excludeFromLatest"),),
        drifted=((answered_second(excludeFromLatest=ABSENT), f"{SECOND}.excludeFromLatest"),),
    ),
    version(
        "2.4/8",
        second(**REPLICAS),
        shown_second(**REPLICAS),
        same=(
            second(additionalReplicaSets=REPLICAS["additionalReplicaSets"][::-1]),
            second(additionalReplicaSets=[{"storageAccountType": "premium_lrs"}, REPLICAS["additionalReplicaSets"][1]]),
            second(),
        ),
        answers=(
            turned("properties", PROFILE, "targetRegions", 1, "additionalReplicaSets"),
            answered_second(additionalReplicaSets=[{"storageAccountType": "PREMIUM_LRS"}, {}]),
        ),
        other=(
            (
                second(additionalReplicaSets=REPLICAS["additionalReplicaSets"][:1]),
                f"{SECOND}.additionalReplicaSets[PremiumV2_LRS]",
            ),
            (
                second(additionalReplicaSets=[{"storageAccountType": "Premium_LRS", "regionalReplicaCount": 3}]),
                f"{SECOND}.additionalReplicaSets[Premium_LRS].regionalReplicaCount",
            ),
        ),
    ),
)
EDGE = f"{ZONES}[westus/losangeles]"
PUBLISHED = (
    version(
        "2.4/9",
        answered=properties(nest(f"{PROFILE}.replicaCount", 1)),
        same=said(f"{PROFILE}.replicaCount", 1, "1"),
        answers=told(f"{PROFILE}.replicaCount", 5, ABSENT),
        other=((nest(f"{PROFILE}.replicaCount", 2), f"{PROFILE}.replicaCount"),),
    ),
    version(
        "2.4/10",
        answered=properties(nest(f"{PROFILE}.excludeFromLatest", False)),
        same=said(f"{PROFILE}.excludeFromLatest", False, "off"),
        answers=told(f"{PROFILE}.excludeFromLatest", True, ABSENT),
        other=((nest(f"{PROFILE}.excludeFromLatest", True), f"{PROFILE}.excludeFromLatest"),),
    ),
    version(
        "2.4/11",
        answered=properties(nest(f"{PROFILE}.publishedDate", lambda date: date.endswith("+00:00"))),
        answers=told(f"{PROFILE}.publishedDate", "2021-04-01T00:00:00.1234567+00:00", ABSENT, None),
        own=said(f"{PROFILE}.publishedDate", "2030-01-01"),
    ),
    version(
        "2.4/12",
        nest(f"{PROFILE}.endOfLifeDate", "2030-06-30"),
        properties(nest(f"{PROFILE}.endOfLifeDate", "2030-06-30T00:00:00+00:00")),
        same=(
            *said(f"{PROFILE}.endOfLifeDate", "2030-06-30T00:00:00Z", "2030-06-30T01:00:00+01:00", "2030-06-30T00:00"),
            {},
        ),
        answers=told(f"{PROFILE}.endOfLifeDate", "2030-06-30T00:00:00.0000000+00:00", "2030-06-29T17:00:00-07:00"),
        other=((nest(f"{PROFILE}.endOfLifeDate", "2030-07-01"), f"{PROFILE}.endOfLifeDate"),),
        drifted=tuple((answer, f"{PROFILE}.endOfLifeDate") for answer in told(f"{PROFILE}.endOfLifeDate", ABSENT)),
    ),
    version(
        "2.4/13",
        answered=properties(nest(f"{PROFILE}.storageAccountType", "Standard_LRS")),
        same=said(f"{PROFILE}.storageAccountType", "Standard_LRS", "standard_lrs"),
        answers=told(f"{PROFILE}.storageAccountType", "Standard_ZRS", ABSENT),
        other=((nest(f"{PROFILE}.storageAccountType", "Standard_ZRS"), f"{PROFILE}.storageAccountType"),),
    ),
    version(
        "2.4/13",
        nest(f"{PROFILE}.storageAccountType", "Standard_LRS"),
        answers=told(f"{PROFILE}.storageAccountType", "standard_lrs", ABSENT, None),
        drifted=tuple(
            (answer, f"{PROFILE}.storageAccountType")
            for answer in told(f"{PROFILE}.storageAccountType", "Standard_ZRS")
        ),
    ),
    version(
        "2.4/14",
        nest(f"{PROFILE}.storageAccountStrategy", "PreferStandard_ZRS"),
        properties(nest(f"{PROFILE}.storageAccountStrategy", "PreferStandard_ZRS")),
        same=(*said(f"{PROFILE}.storageAccountStrategy", "preferstandard_zrs"), {}),
        answers=told(LIST, [{"storageAccountType": "Standard_ZRS"}]),
        other=(
            (nest(f"{PROFILE}.storageAccountStrategy", "DefaultStandard_LRS"), f"{PROFILE}.storageAccountStrategy"),
        ),
    ),
    version(
        "2.4/15",
        answered=properties(nest(f"{PROFILE}.replicationMode", ABSENT)),
        same=said(f"{PROFILE}.replicationMode", "Full", "full"),
        answers=told(f"{PROFILE}.replicationMode", "Full", "Shallow", None),
        other=((nest(f"{PROFILE}.replicationMode", "Shallow"), f"{PROFILE}.replicationMode"),),
    ),
    version(
        "2.4/16",
        zones("losangeles", "perth", storageAccountType="StandardSSD_LRS"),
        properties(nest(ZONES, [{"storageAccountType": "StandardSSD_LRS"}, {}])),
        same=(
            zones("perth", "losangeles", storageAccountType="standardssd_lrs"),
            zones("LosAngeles", "Perth", spelt="West US"),
            nest(LIST, [HOME, "westus=1"]),
        ),
        answers=(
            turned("properties", PROFILE, "targetExtendedLocations"),
            *told(ZONES, [{"name": "West US"}, {"extendedLocation": {"name": "PERTH", "type": "edgezone"}}]),
        ),
        other=(
            (zones("losangeles", "perth", extendedLocationReplicaCount=2), f"{EDGE}.extendedLocationReplicaCount"),
            (zones("losangeles"), f"{ZONES}[westus/perth]"),
        ),
    ),
)
PUBLISHING = (*TARGETS, *REGIONS, *PUBLISHED)
