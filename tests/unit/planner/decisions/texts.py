"""The manifests that the corpus starts from, and small changes of them."""

from __future__ import annotations

from tests.support.estates import ACCESS, GALLERY, IMAGE, SOURCE, versions
from tests.support.workbench import SUB

EXCLUDED = versions("2.0.0", more=", excludeFromLatest: true").split("\n", 1)[1]
BASE = GALLERY + ACCESS + IMAGE
ALL = BASE + versions("1.0.0", "1.1.0")


def with_policy(text: str, policy: str) -> str:
    """The gallery's policy, which all below inherit."""
    return text.replace("metadata: {name: corp}\n", f"metadata: {{name: corp}}\npolicy: {policy}\n")


def image_policy(text: str, policy: str) -> str:
    """The definition's policy."""
    return text.replace("- metadata: {name: ubuntu}", f"- metadata: {{name: ubuntu}}\n    policy: {policy}")


def version_policy(text: str, name: str, policy: str) -> str:
    """A version's policy."""
    return text.replace(f"- metadata: {{name: {name}}}", f"- metadata: {{name: {name}}}\n        policy: {policy}")


MOVED = ALL.replace("hyperVGeneration: V2", "hyperVGeneration: V1")
ASKED = with_policy(ALL, "{onImmutableChange: replace}")
ASKED_MOVED = with_policy(MOVED, "{onImmutableChange: replace}")
LATER = ", endOfLifeDate: 2030-01-01"
BLOCKED = f"{LATER}}}\n          safetyProfile: {{blockDeletionBeforeEndOfLife: true"
KEEPING = ALL.replace("description: Golden", "softDeletePolicy: {isSoftDeleteEnabled: true}, description: Golden")
REGION = ALL.replace("northeurope=1", "northeurope=1=standard_zrs")
FEWER = ALL.replace(", northeurope=1", "")
OPEN = "}\n          safetyProfile: {allowDeletionOfReplicatedLocations: %s"
GROUPS = "sharingProfile: {permissions: Groups, groups: [{type: Subscriptions, ids: [%s]}]}, description"


def flagged(text: str, value: str) -> str:
    """Every version with the flag that lets regions go declared."""
    for regions in ("[westeurope=1, northeurope=1]", "[westeurope=1]", "[westeurope=1, northeurope=1=standard_zrs]"):
        text = text.replace(f"{regions}}}", f"{regions}{OPEN % value}}}")
    return text


def shared(*ids: int) -> str:
    """A gallery shared with subscriptions."""
    names = ", ".join(f"00000000-0000-0000-0000-0000000001{number:02d}" for number in ids)
    return GALLERY.replace("description", GROUPS % names)


def copy_of(source: str, *names: str) -> str:
    """Versions made from a version."""
    made = versions(*names)
    compute = f"/subscriptions/{SUB}/resourceGroups/rg-images/providers/Microsoft.Compute"
    whole = f"{compute}/galleries/corp/images/ubuntu/versions"
    for name in names:
        made = made.replace(f"{SOURCE}/ubuntu-{name}", f"{whole}/{source}")
    return made


def lines_of(made: str) -> str:
    """Versions without the line that opens their list, to follow others."""
    return made.split("\n", 1)[1]


ACCESSED = (
    ALL
    + """        access: [{role: Owner, principal: {id: 6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e70, type: User}}]
"""
)
DEBIAN = IMAGE.replace("ubuntu}", "debian}").replace("images:\n", "")
SECOND = ALL.replace("ubuntu}", "debian}").replace("sku: lts", "sku: LTS")
UNCHECKED = ALL.replace("    versions:", "    unchecked: {newest: 7, recommended.newer: x}\n    versions:")
