"""The estate sample on a busy day: its manifests edited, Azure changed past them, and the plan that comes of both.

What was taken is the sample with a few resources more; what is declared now is the sample with the edits of a day; what
is live is what was taken, bent. The plan between them is the planner's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from reconciler.manifest.build import Fallback, build
from reconciler.manifest.text import ManifestText
from reconciler.model.address import Address, Kind, Scope
from reconciler.model.plan import Plan, Source, Target
from reconciler.model.restriction import IgnoreRule
from reconciler.model.state import Body, DesiredState, LiveState, SoftDeleted, Unread
from reconciler.planner.build import build as plan_of
from reconciler.planner.options import Options
from reconciler.render.plan_text import ReadFacts
from reconciler.source.directory import read_path
from tests.support.random_estates import applied, proven, taken
from tests.unit.planner.decisions.bends import all_of, at, bent, laid, tagged, without

ROOT: Final = Path(__file__).parents[2]
SAMPLE: Final = Path("manifests", "estate")
NOW: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PRODUCTION: Final = Scope("00000000-0000-0000-0000-000000000001", "rg-images-prod")
DEVELOPMENT: Final = Scope("00000000-0000-0000-0000-000000000002", "rg-images-dev")
LINUX, WINDOWS = "production/linux.yaml", "production/windows.yaml"
DEV_LINUX, DEV_WINDOWS = "development/linux.yaml", "development/windows.yaml"
GIGABYTES: Final = {"Linux": 30, "Windows": 127}
PLAIN: Final = Options(instance="estate")
OPTIONS: Final = replace(
    PLAIN,
    prune=True,
    adopt=frozenset({"rg-images-dev/dev_linux/ubuntu-edge"}),
    max_versions=50,
    ignore=(
        IgnoreRule("description", "the lab describes its machines itself", "ImageDefinition", "**/win-lab"),
        IgnoreRule("publishingProfile.targetRegions[*].excludeFromLatest", "operations takes regions out by hand"),
    ),
)


@dataclass(frozen=True, slots=True)
class Edit:
    """In one file of the sample: the first `old` after the text `below`, and what stands there instead."""

    file: str
    below: str
    old: str
    new: str

    def on(self, text: str) -> str:
        """The text with the edit; where there is nothing to edit, no plan is made."""
        start = text.index(self.old, text.index(self.below))
        return text[:start] + self.new + text[start + len(self.old) :]


def version(name: str, image: str, scope: Scope, regions: str, *more: str) -> str:
    """One version below a definition, as the sample writes it."""
    images = f"/subscriptions/{scope.subscription}/resourceGroups/rg-build/providers/Microsoft.Compute/images"
    lines = (
        f"      - metadata: {{name: {name}}}",
        "        spec:",
        "          storageProfile:",
        f"            source: {{id: {images}/{image}-{name}}}",
        "          publishingProfile:",
        f"            targetRegions: [{regions}]",
        *(f"            {line}" for line in more),
    )
    return "".join(f"{line}\n" for line in lines)


def definition(name: str, system: str, *before: str) -> str:
    """One definition below a gallery."""
    lines = (
        f"  - metadata: {{name: {name}}}",
        *(f"    {line}" for line in before),
        "    spec:",
        f"      {{osType: {system}, osState: Generalized, hyperVGeneration: V2, architecture: x64,",
        f"       identifier: {{publisher: Corp, offer: {system}, sku: {name}}}}}",
    )
    return "".join(f"{line}\n" for line in lines)


def shared(*names: int) -> str:
    """The start of a gallery that is shared with subscriptions."""
    ids = ", ".join(map(subscription, names))
    return f"spec:\n  sharingProfile: {{permissions: Groups, groups: [{{type: Subscriptions, ids: [{ids}]}}]}}\n"


def subscription(name: int) -> str:
    """Somebody else's subscription."""
    return f"00000000-0000-0000-0000-00000000001{name}"


TEAM: Final = Edit(  # who reads the image that is replaced
    DEV_LINUX,
    "offer: Compute",
    "    versions:\n",
    "    access:\n      - role: Reader\n"
    "        principal: {id: 4d603f85-b0a1-4e4d-8f68-3192adbecf04, type: Group}\n    versions:\n",
)
BEFORE: Final = (  # what was applied once, and is not in the sample
    TEAM,
    Edit(
        WINDOWS,
        "kind: Gallery",
        "images:\n",
        "images:\n" + definition("win-2016", "Windows", "policy: {onRemove: abandon}") + definition("vdi", "Windows"),
    ),
    Edit(
        DEV_LINUX,
        "kind: Gallery",
        "images:\n",
        "images:\n"
        + definition("ubuntu-2204", "Linux")
        + "    versions:\n"
        + version("1.0.0", "ubuntu-2204", DEVELOPMENT, "eastus2"),
    ),
    Edit(DEV_WINDOWS, "kind: Gallery", "spec:\n", shared(7, 8)),
)
EDITS: Final = (
    # a new version; one more region and replica; a region that goes, in three steps; a later end of life
    Edit(
        LINUX,
        "ubuntu-2404-1.5.0",
        "  - metadata: {name: ubuntu-2404-arm64}\n",
        version(
            "1.6.0",
            "ubuntu-2404",
            PRODUCTION,
            "westeurope=3, northeurope=2, uksouth=1=standard_zrs",
            "endOfLifeDate: 2031-12-31",
        )
        + "  - metadata: {name: ubuntu-2404-arm64}\n",
    ),
    Edit(LINUX, "images/ubuntu-2404-1.4.0", "westeurope=3, northeurope=2", "westeurope=4, northeurope=2, uksouth"),
    Edit(LINUX, "images/ubuntu-2404-1.5.0", ", japaneast", ""),
    Edit(LINUX, "images/ubuntu-2404-1.2.0", "2028-06-30", "2028-12-31"),
    # a region's storage type, with its serving gap; a field whose change is accepted and not documented
    Edit(LINUX, "images/rhel-9-9.4.0", "uksouth=1=standard_zrs", "uksouth=1=standard_lrs"),
    Edit(LINUX, "offer: RHEL", "[Standard_LRS]", "[Standard_LRS, StandardSSD_LRS]"),
    # a protected version that is no longer declared
    Edit(
        LINUX,
        "sku: 12-gen1",
        version(
            "1.0.0",
            "debian-12-gen1",
            PRODUCTION,
            "westeurope, northeurope",
            "endOfLifeDate: 2028-06-30",
            "excludeFromLatest: true",
        ),
        "",
    ),
    # access that is granted, and access that is revoked
    Edit(
        WINDOWS,
        "All engineers may deploy",
        "images:\n",
        "  - role: Compute Gallery Image Reader\n"
        "    principal: {id: 5e714096-c1b2-4f5e-9079-42a3becfd005, type: ServicePrincipal}\n"
        "    description: Scale sets of the web shop\nimages:\n",
    ),
    Edit(
        WINDOWS,
        "sku: 2022-customer-keys",
        "    access:\n      - role: Reader\n"
        "        principal: {id: 3c5f2e74-af90-4d3c-9e57-20819cadbe03, type: User}\n"
        "        description: Auditor of the key team\n",
        "",
    ),
    # a definition feature; an immutable field and a version that waits for it; what looks like a rename
    Edit(
        WINDOWS,
        "sku: 2025-datacenter",
        "      recommended:",
        '        - {name: IsHibernateSupported, value: "True"}\n      recommended:',
    ),
    Edit(WINDOWS, "name: win-2019-gen1", "hyperVGeneration: V1", "hyperVGeneration: V2"),
    Edit(WINDOWS, "win-2019-gen1-17763.4.0", "[westeurope, northeurope]", "[westeurope, northeurope, uksouth]"),
    Edit(WINDOWS, "sku: 2022-datacenter", "name: 20348.1.0", "name: 20348.1.1"),
    Edit(WINDOWS, "name: win-11-desktop", "    spec:\n", "    policy: {onDrift: report}\n    spec:\n"),
    # a replacement that is asked for, and a version below what cannot be read
    TEAM,
    Edit(DEV_LINUX, "name: gpu-node", "    spec:\n", "    policy: {onImmutableChange: replace}\n    spec:\n"),
    Edit(DEV_LINUX, "offer: Compute", "sku: gpu", "sku: gpu-h100"),
    Edit(
        DEV_LINUX,
        "ubuntu-nightly-2026.11.20",
        "  - metadata: {name: ubuntu-edge}\n",
        version("2026.11.21", "ubuntu-nightly", DEVELOPMENT, "eastus2") + "  - metadata: {name: ubuntu-edge}\n",
    ),
    # sharing with others beside a field of the gallery itself, and a version that goes
    Edit(DEV_WINDOWS, "kind: Gallery", "spec:\n", shared(8, 9)),
    Edit(DEV_WINDOWS, "kind: Gallery", "Windows images in the making", "Windows images before they are released"),
    Edit(
        DEV_WINDOWS,
        "offer: Confidential",
        "      - metadata: {name: 1.0.0}\n        spec:\n          storageProfile:\n            source: {id: "
        f"/subscriptions/{DEVELOPMENT.subscription}/resourceGroups/rg-build/providers/Microsoft.Compute/images/"
        "cvm-windows-1.0.0}\n          publishingProfile:\n            targetRegions:\n              - name: eastus2\n"
        "                encryption:\n                  osDiskImage:\n"
        "                    securityProfile: {confidentialVMEncryptionType: EncryptedWithPmk}\n",
        "",
    ),
)
SHARED: Final = {"[Subscriptions]": {"type": "Subscriptions", "ids": [subscription(7), subscription(8)]}}
BENDS: Final = all_of(
    laid("dev_windows", sharingProfile={"permissions": "Groups", "groups": SHARED}),
    laid("corp_linux/ubuntu-2404", description="Ubuntu 24.04 (ask Kim before use)"),
    tagged("corp_linux/ubuntu-2404/1.2.0", environment="test"),
    laid("corp_windows/win-11-desktop", description="Virtual desktops, second try"),
    tagged("corp_windows/vdi", reconciler__owner=None),
    tagged("dev_linux/ubuntu-edge", reconciler__owner=None),
    laid("dev_linux/ubuntu-edge", description="Edge"),
    laid("dev_windows/win-lab", description="Lab machines of team blue"),
    bent("dev_windows/win-lab/0.9.3", state="Updating"),
    bent("dev_windows/cvm-windows/1.0.2", state="Failed"),
    without("corp_linux/ubuntu-2404-arm64/1.3.0"),
)


def texts(edits: Iterable[Edit]) -> tuple[ManifestText, ...]:
    """The sample's files with edits, under names that are the same on every machine."""
    read = read_path(ROOT / SAMPLE)
    assert not read.diagnostics
    found = {Path(text.name).relative_to(ROOT / SAMPLE).as_posix(): text for text in read.texts}
    for edit in edits:
        text = found[edit.file]
        found[edit.file] = replace(text, data=edit.on(text.data.decode()).encode())
    return tuple(replace(text, name=(SAMPLE / name).as_posix()) for name, text in found.items())


def declared(edits: Iterable[Edit]) -> DesiredState:
    """What the edited sample declares."""
    built = build(texts(edits), Fallback(), now=NOW)
    assert built.ok, built.diagnostics
    return built.desired


def answered(desired: DesiredState, live: LiveState) -> LiveState:
    """Live state with what the service fills in for every version, and the size that only it knows (facts 2.4/2-25)."""
    found = dict(live.resources)
    for address, one in live.resources.items():
        if address.kind is Kind.IMAGE_VERSION and address.parent is not None:
            disk = {"sizeInGB": GIGABYTES[desired.resources[address.parent].body["osType"]]}
            found[address] = replace(one, body=filled(one.body), read_only={"storageProfile": {"osDiskImage": disk}})
    return replace(live, resources=found)


def filled(body: Body) -> dict[str, Any]:
    """A version's body with the defaults of the service."""
    usual = {"replicaCount": 1, "excludeFromLatest": False, "storageAccountType": "Standard_LRS"}
    profile = {**usual, **body["publishingProfile"]}
    region = {"regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"}
    profile["targetRegions"] = {key: {**region, **one} for key, one in profile["targetRegions"].items()}
    return {**body, "publishingProfile": profile, "safetyProfile": {"allowDeletionOfReplicatedLocations": False}}


def unread(live: LiveState, *names: str) -> LiveState:
    """Live state in which the versions of some definitions could not be listed."""
    places = []
    for name in names:
        (address,) = (address for address in live.resources if at(name)(address))
        message = "listing versions: does not have authorization to perform action (HTTP 403)"
        hint = "grant this sign-in Reader on the resource group, or check which identity is signed in"
        places.append(Unread(address.key, address.text(), "AuthorizationFailed", message, hint))
    seen = {
        address: one
        for address, one in live.resources.items()
        if address.kind is not Kind.IMAGE_VERSION or not any(place.covers(address) for place in places)
    }
    return replace(live, resources=seen, unread=tuple(places))


def lived(desired: DesiredState) -> LiveState:
    """What is live: what was taken, bent, one version in the recycle bin, and two lists that failed."""
    live = unread(BENDS(answered(desired, taken(desired, PLAIN))), "dev_linux/ubuntu-nightly", "dev_linux/ubuntu-2204")
    binned = Address(PRODUCTION.subscription, PRODUCTION.group, "corp_linux", "ubuntu-2404-arm64", "1.3.0")
    days = ("2026-11-18T16:02:11Z", "2026-12-02T16:02:11Z", "2026-12-09T16:02:11Z")
    return replace(live, soft_deleted={binned: SoftDeleted(binned, "westeurope", *days)})


def made() -> tuple[Plan, ReadFacts]:
    """The plan, and what reading cost."""
    before, now = declared(BEFORE), declared(EDITS)
    live = lived(before)
    live = proven(now, live)
    target = Target("estate", "AzureCloud", OPTIONS.instance, (PRODUCTION, DEVELOPMENT))
    source = Source(SAMPLE.as_posix(), "3f9c2ab0000000000000000000000000000000ff", dirty=False)
    plan = plan_of(now, live, OPTIONS, target=target, source=source, now=NOW, ledger=applied(before, PLAIN))
    return plan, ReadFacts(len(live.resources), 58, 1.2)
