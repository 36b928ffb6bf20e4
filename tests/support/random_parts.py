"""Random parts of estates, every kind of field among them.

What Azure fixes at creation is `settled`: a function of the resource's name, so that one estate may follow another;
with `free` it is drawn like all else, for tests that create once.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.support.field_samples import ACCOUNT_A, COMPUTE, ID_A, KEY_A, KEY_B, VHD

REGIONS = ["westeurope", "northeurope", "eastus2", "westus2", "japaneast"]
PRINCIPALS = [f"6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e{number:02x}" for number in range(3)]
PRINCIPAL_TYPES = ["Group", "User", "ServicePrincipal", "ForeignGroup", "Device"]
ODD_TEXTS = [
    *(
        "1.10",
        "no",
        "null",
        "~",
        "0x10",
        "007",
        "2030-01-01",
        "12:30:45",
        "true",
        ".5e3",
        "=",
        "<<",
        "y",
        "Infinity",
        "",
    ),
    *("a: b", "# no comment", "- item", "{a: 1}", "[b]", "*c", "&d", "!e", "|", ">", "%f", "@g", "`h`", "'i'", '"j"'),
    *("two\nlines", "trailing \nspaces ", "\n", "\n\nfront", "end\n\n", " front", "tab\there", "a\\nb", "one\n  two\n"),
    *(
        "Grüße, 世界",
        "🚀 rocket",
        "long " * 60,
        "x" * 200,
        "--- \n...",
        "a\u00a0b",
        "right\u202eleft",
        "key?",
        "a #b",
        "c:",
    ),
]
TAG_NAMES = [
    "team",
    "Stage",
    "cost-center",
    "no",
    "1.10",
    "ключ",
    "a: b",
    "~",
    "- x",
    "#",
    "{",
    "'",
    '"',
    "a\nb",
    "k" * 140,
]
SOURCES: list[dict[str, Any]] = [
    {"source": {"id": f"{COMPUTE}/images/a"}},
    {
        "osDiskImage": {"source": {"id": f"{COMPUTE}/disks/os"}, "hostCaching": "ReadOnly"},
        "dataDiskImages": [
            {"lun": 0, "source": {"id": f"{COMPUTE}/snapshots/d"}, "hostCaching": "None"},
            {"lun": 10, "source": {"uri": VHD, "storageAccountId": ACCOUNT_A}},
        ],
    },
    {"osDiskImage": {"source": {"uri": VHD, "storageAccountId": ACCOUNT_A}}},
    {"source": {"virtualMachineId": f"{COMPUTE}/virtualMachines/a"}},
    {"source": {"communityGalleryImageId": "/communityGalleries/pub-1/images/i/versions/1.0.0"}},
]
CVM = {"confidentialVMEncryptionType": "EncryptedWithCmk", "secureVMDiskEncryptionSetId": KEY_B}
ENCRYPTIONS: list[dict[str, Any] | None] = [
    None,
    None,
    {"osDiskImage": {"diskEncryptionSetId": KEY_A}},
    {"osDiskImage": {"securityProfile": CVM}, "dataDiskImages": [{"lun": 0, "diskEncryptionSetId": KEY_B}]},
]
BOOT_KEY = {"type": "x509", "value": ["YQ==", "Yg=="]}
SECURITY: list[dict[str, Any] | None] = [
    None,
    None,
    {"uefiSettings": {"signatureTemplateNames": ["MicrosoftWindowsTemplate"]}},
    {
        "uefiSettings": {
            "signatureTemplateNames": ["NoSignatureTemplate"],
            "additionalSignatures": {"pk": BOOT_KEY, "kek": [BOOT_KEY], "db": [{"type": "sha256", "value": ["YQ=="]}]},
        },
        "secretsProvisioningSettings": {"isSupported": False, "osName": "1.0", "components": [{"name": "no"}]},
    },
]
STORAGE = ["Standard_LRS", "Standard_ZRS", "Premium_LRS"]

words = st.text("abcdef ", min_size=1, max_size=8).map(str.strip).filter(bool)
texts = st.one_of(
    words,
    st.sampled_from(ODD_TEXTS),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"), max_size=20
    ),
)
tags = st.dictionaries(st.sampled_from(TAG_NAMES), texts.filter(lambda text: len(text) <= 256), max_size=3)
addresses = st.sampled_from(["https://a.example.com/notes?version=1.0&x=%20#end", "http://b.example.com"])


@dataclass(frozen=True)
class Pen:
    """Draws for one resource: what it is settled on once, and what may be anything any time."""

    draw: st.DrawFn
    free: bool
    name: str

    def settled(self, what: str, choices: list[Any]) -> Any:
        """One of the choices, the same for this name whenever it is asked, unless free."""
        if self.free:
            return self.draw(st.sampled_from(choices))
        return choices[zlib.crc32(f"{self.name}/{what}".encode()) % len(choices)]

    def sometimes(self, values: st.SearchStrategy[Any]) -> Any:
        """A value or None."""
        return self.draw(st.one_of(st.none(), values))

    def below(self, name: str) -> Pen:
        """The pen of a child."""
        return Pen(self.draw, self.free, f"{self.name}/{name}")


def stated(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def gallery_spec(pen: Pen) -> dict[str, Any]:
    """The spec of a gallery."""
    identities = [
        None,
        {"type": "SystemAssigned"},
        {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {ID_A: {}}},
        {"type": "UserAssigned", "userAssignedIdentities": {ID_A: {}, f"{ID_A}B": {}}},
    ]
    return {"location": REGIONS[0]} | stated(
        tags=pen.sometimes(tags),
        description=pen.sometimes(texts),
        identity=pen.settled("identity", identities),
        softDeletePolicy=pen.sometimes(
            st.fixed_dictionaries(
                {"isSoftDeleteEnabled": st.just(False)},
                optional={"retentionPeriodInDays": st.integers(1, 30), "gracePeriodInDays": st.integers(0, 9)},
            )
        ),
        sharingProfile=pen.settled("sharing", SHARING) if pen.free else None,
    )


SHARING: list[dict[str, Any] | None] = [
    None,
    {"permissions": "Private"},
    {"permissions": "Groups"},
    {
        "permissions": "Community",
        "communityGalleryInfo": {
            "publisherUri": "https://a.example.com",
            "publisherContact": "a@example.com",
            "eula": "no",
            "publicNamePrefix": "corp01",
        },
    },
]


def image_spec(pen: Pen, number: int) -> dict[str, Any]:
    """The spec of a definition; its triplet is its own."""
    value = st.sampled_from(["Standard", "TrustedLaunchSupported", "TrustedLaunch"])
    features = [{"name": "SecurityType", "value": pen.draw(value)}]
    if pen.draw(st.booleans()):
        features.append({"name": "DiskControllerTypes", "value": pen.draw(st.sampled_from(["SCSI", "NVMe, SCSI"]))})
    if start := pen.settled("start", [None, None, "1.0.0"]):
        features[0]["startsAtVersion"] = start
    return {
        "osType": pen.settled("osType", ["Linux", "Windows"]),
        "osState": pen.settled("osState", ["Generalized", "Specialized"]),
        "hyperVGeneration": "V2",
        "architecture": pen.settled("architecture", ["x64", "Arm64"]),
        "identifier": {"publisher": "1.10", "offer": "no", "sku": f"sku{number}"},
        "features": features,
    } | stated(
        tags=pen.sometimes(tags),
        description=pen.sometimes(texts),
        eula=pen.settled("eula", [None, *ODD_TEXTS]),
        privacyStatementUri=pen.settled("privacy", [None, "https://a.example.com/?page=1.0"]),
        releaseNoteUri=pen.sometimes(addresses),
        endOfLifeDate=pen.sometimes(dates),
        recommended=pen.sometimes(st.fixed_dictionaries({"vCPUs": ranges(80)}, optional={"memory": ranges(640)})),
        disallowed=pen.sometimes(
            st.fixed_dictionaries(
                {"diskTypes": st.lists(st.sampled_from(["Standard_LRS", "Premium_LRS", "UltraSSD_LRS"]), min_size=1)}
            )
        ),
        purchasePlan=pen.settled(
            "plan", [None, None, {"name": "1.0"}, {"name": "a", "publisher": "p", "product": "null"}]
        ),
    )


dates = st.sampled_from(["2030-01-01", "2031-06-30T12:00:00+02:00", "2032-02-29T23:59:59.5Z"])


def ranges(most: int) -> st.SearchStrategy[dict[str, int]]:
    """A minimum and a maximum that fit each other."""
    bounds = st.tuples(st.integers(1, most), st.integers(1, most))
    return bounds.map(lambda pair: {"min": min(pair), "max": max(pair)})


def version_spec(pen: Pen) -> dict[str, Any]:
    """The spec of a version."""
    shallow = pen.settled("mode", [None, "Full", "Shallow"])
    publishing = {"targetRegions": regions(pen, encrypted=shallow != "Shallow")} | stated(
        replicaCount=pen.sometimes(st.integers(1, 3)),
        excludeFromLatest=pen.sometimes(st.booleans()),
        endOfLifeDate=pen.sometimes(dates),
        storageAccountType=pen.settled("storage", [None, *STORAGE]),
        storageAccountStrategy=pen.settled("strategy", [None, None, None, "PreferStandard_ZRS"]),
        replicationMode=shallow,
        targetExtendedLocations=pen.sometimes(edges(pen)),
    )
    safety = {"allowDeletionOfReplicatedLocations": st.just(True)}  # false forbids the removal of regions
    if pen.free:
        safety = {
            "allowDeletionOfReplicatedLocations": st.booleans(),
            "blockDeletionBeforeEndOfLife": st.booleans(),
        }
    return {"storageProfile": pen.settled("source", SOURCES), "publishingProfile": publishing} | stated(
        tags=pen.sometimes(tags),
        safetyProfile=pen.sometimes(st.fixed_dictionaries({}, optional=safety)),
        securityProfile=pen.settled("security", SECURITY),
    )


def regions(pen: Pen, *, encrypted: bool) -> list[Any]:
    """Target regions with the home region among them, in one spelling or another."""
    others = pen.draw(st.lists(st.sampled_from(REGIONS[1:]), unique=True, max_size=3))
    return pen.draw(
        st.permutations([region(pen.below(name), name, encrypted=encrypted) for name in [REGIONS[0], *others]])
    )


def region(pen: Pen, name: str, *, encrypted: bool) -> Any:
    """One region: short, long or with everything there is to say."""
    count = pen.draw(st.integers(1, 4))
    storage = pen.settled("storage", [None, None, "Standard_ZRS"])
    encryption = pen.settled("encryption", ENCRYPTIONS) if encrypted else None
    if encryption is None and pen.draw(st.booleans()):
        return f"{name}={count}" if storage is None else f"{name}={count}={storage.lower()}"
    return {"name": name.upper()} | stated(
        regionalReplicaCount=pen.sometimes(st.just(count)),
        storageAccountType=storage,
        encryption=encryption,
        excludeFromLatest=pen.sometimes(st.booleans()),
        additionalReplicaSets=pen.sometimes(
            st.just([{"storageAccountType": "Premium_LRS", "regionalReplicaCount": count}])
        ),
    )


def edges(pen: Pen) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Edge zones beside the home region."""
    zones = [
        {"name": REGIONS[0], "extendedLocation": {"name": zone, "type": "EdgeZone"}}
        | stated(storageAccountType=pen.settled(f"{zone}/storage", [None, "StandardSSD_LRS", "Premium_LRS"]))
        for zone in ("losangeles", "perth")
    ]
    counted = st.sampled_from(zones).flatmap(
        lambda zone: st.integers(1, 3).map(lambda count: {**zone, "extendedLocationReplicaCount": count})
    )
    return st.lists(counted, min_size=1, max_size=2, unique_by=lambda zone: zone["extendedLocation"]["name"])


def access_line(pen: Pen, principal: str) -> dict[str, Any]:
    """One grant."""
    pen = pen.below(principal)
    condition = pen.sometimes(st.sampled_from(["true", "@Resource[a:b] StringEquals 'c'\n&& true", "1.0"]))
    return {
        "role": pen.draw(st.sampled_from(["Reader", "Contributor", "Compute Gallery Image Reader"])),
        "principal": {"id": principal, "type": pen.settled("type", PRINCIPAL_TYPES)},
    } | stated(
        description=pen.sometimes(texts),
        condition=condition,
        conditionVersion=None if condition is None else pen.sometimes(st.sampled_from(["1.0", "2.0"])),
        delegatedManagedIdentityResourceId=pen.settled("delegated", [None, None, ID_A]),
    )
