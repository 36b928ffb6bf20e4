"""One plan that holds one of everything, for texts and documents to be compared byte for byte."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.model.address import Access, Address, Scope
from reconciler.model.checks import Checked, Checks, Hindrance, NotChecked, Obstacle
from reconciler.model.diagnostic import Origin
from reconciler.model.impact import Counted, Latest, Limit, LimitLevel, Replicated, Volume
from reconciler.model.plan import (
    Action,
    Change,
    Level,
    Plan,
    Reason,
    Refusal,
    RefusalRule,
    Source,
    Target,
    Undeclared,
    Verb,
)
from reconciler.model.restriction import Ignored, IgnoreRule, LeftOut, RuleUse, Selection
from reconciler.model.state import Unread

SUB = "00000000-0000-0000-0000-000000000001"
SIGNED = "https://corp.blob.core.windows.net/vhds/ubuntu-2404.vhd?sv=2024-11-04&sig=Zm9v%2BYmFy"
DES = f"/subscriptions/{SUB}/resourceGroups/rg-keys/providers/Microsoft.Compute/diskEncryptionSets/des-north"
UBUNTU = ("rg-images", "corp_images", "ubuntu-2404")


def address(
    group: str, gallery: str, image: str | None = None, version: str | None = None, access: Access | None = None
) -> Address:
    return Address(SUB, group, gallery, image, version, access)


def change(path: str, before: Any, after: Any, line: int = 0, rule: str = "updatable", reason: str = "") -> Change:
    origin = Origin("images/ubuntu.yaml", line, 7) if line else None
    return Change(tuple(path.split("/")), before, after, rule, origin, reason)


def action(where: Address, verb: Verb, *reasons: Reason, step: int = 0, **more: Any) -> Action:
    return Action(id=f"{verb} {where.key} {step}", address=where, verb=verb, reasons=reasons, **{"words": "", **more})


CREATE = action(
    address(*UBUNTU, "1.5.0"),
    Verb.CREATE,
    Reason.NOT_IN_AZURE,
    words="create version 1.5.0 of ubuntu-2404 from https://corp.blob.core.windows.net/vhds/ubuntu-2404.vhd "
    "in westeurope ×2, northeurope ×1",
    changes=(
        change("location", None, "westeurope", 40),
        change(
            "publishingProfile",
            None,
            {
                "endOfLifeDate": "2027-06-30T00:00:00Z",
                "excludeFromLatest": True,
                "targetRegions": {
                    "[westeurope]": {"name": "westeurope", "regionalReplicaCount": 2},
                    "[northeurope]": {
                        "name": "northeurope",
                        "regionalReplicaCount": 1,
                        "storageAccountType": "Standard_ZRS",
                        "encryption": {"osDiskImage": {"diskEncryptionSetId": DES}},
                    },
                },
            },
            41,
        ),
        change("storageProfile", None, {"osDiskImage": {"source": {"uri": SIGNED}, "hostCaching": "ReadOnly"}}, 44),
        change("tags", None, {"team": "platform", "reconciler.owner": "estate:0123456789ab"}, 40),
    ),
    origin=Origin("images/ubuntu.yaml", 40, 20),
)
UPDATE = action(
    address("rg-images", "corp_images"),
    Verb.UPDATE,
    Reason.SPEC_CHANGED,
    Reason.DRIFTED,
    words="set description, set tag team to platform, clear identifier.uniqueName and 1 more change on corp_images",
    changes=(
        change("description", "infra", "Golden images of the platform team", 12, reason=Reason.SPEC_CHANGED),
        change("tags/team", "infra", "platform", 14, reason=Reason.DRIFTED),
        change("identifier/uniqueName", SIGNED, None, reason=Reason.DRIFTED),
        change("eula", "x" * 300 + " one", "x" * 300 + " two", 15, rule="accepted", reason=Reason.SPEC_CHANGED),
    ),
)
STEPS = (
    action(
        address(*UBUNTU, "1.4.0"),
        Verb.UPDATE,
        Reason.COMPANION_STEP,
        step=1,
        words="allow regions to be removed (allowDeletionOfReplicatedLocations: true)",
        changes=(change("safetyProfile/allowDeletionOfReplicatedLocations", None, True),),
    ),
    action(
        address(*UBUNTU, "1.4.0"),
        Verb.UPDATE,
        Reason.DIFFERS,
        step=2,
        words="remove region northeurope from ubuntu-2404 1.4.0",
        hazard="northeurope serves nothing of it until added again",
        changes=(
            change(
                "publishingProfile/targetRegions/[northeurope]/encryption/osDiskImage/securityProfile/"
                "confidentialVMEncryptionType",
                "EncryptedVMGuestStateOnlyWithPmk",
                "EncryptedWithPmk",
                31,
                reason=Reason.DIFFERS,
            ),
        ),
    ),
    action(
        address(*UBUNTU, "1.4.0"),
        Verb.UPDATE,
        Reason.COMPANION_STEP,
        step=3,
        words="add them again with the new storage type",
    ),
)
OTHERS = (
    action(
        address("rg-images", "corp_images", "win-2025"),
        Verb.ADOPT,
        Reason.DIFFERS,
        Reason.ADOPT_REQUESTED,
        words="take over win-2025 and set recommended.vCPUs.min to 2",
        changes=(change("recommended/vCPUs/min", 1, 2, 70, reason=Reason.DIFFERS),),
    ),
    action(
        address("rg-images", "corp_images", "win-2025", "3.0.0"),
        Verb.WAIT,
        Reason.OPERATION_IN_FLIGHT,
        words="Creating in Azure; waits for it to finish",
    ),
    action(
        address("rg-images", "corp_images", "debian-11", "1.0.0"),
        Verb.DELETE,
        Reason.NO_LONGER_DECLARED,
        words="delete version 1.0.0 of debian-11",
    ),
    action(address("rg-images", "corp_images", "rhel-9"), Verb.NOOP),
)
REFUSALS = (
    Refusal(
        RefusalRule.MAX_DELETES,
        Level.RUN,
        (address("rg-images", "corp_images", "debian-11", "1.0.0"),),
        "12 deletes are more than 10; look whether the manifests are complete before you allow them",
        ways_out=("--allow-deletes 12",),
        override="--allow-deletes 12",
    ),
    Refusal(
        RefusalRule.IMMUTABLE,
        Level.RESOURCE,
        tuple(address("rg-images", "corp_images", "win-2022", *version) for version in ((), ("1.0.0",), ("1.1.0",))),
        f"hyperVGeneration cannot change once a definition exists, neither can {SIGNED}",
        (change("hyperVGeneration", "V1", "V2", 9, "immutable", Reason.SPEC_CHANGED),),
        ("a new definition name", f"restore hyperVGeneration: V1, uri: {SIGNED}"),
        origin=Origin("images/win.yaml", 9, 7),
    ),
)
LATEST = (
    Latest(address("rg-images", "corp_images", "debian-11"), "northeurope", "1.0.0", ""),
    Latest(address(*UBUNTU), "northeurope", "1.4.0", "1.5.0"),
    Latest(address(*UBUNTU), "uksouth", "1.3.0", "1.3.0"),
    Latest(address(*UBUNTU), "westeurope", "1.4.0", "1.5.0"),
    Latest(address("rg-images", "corp_images", "win-2025"), "westeurope", "", "3.0.0", Replicated.UNKNOWN),
)
LIMITS = (
    Limit(Counted.DEFINITIONS, SUB, "westeurope", 12, 12, 1000, LimitLevel.OK),
    Limit(Counted.VERSIONS, SUB, "northeurope", 8_120, 8_121, 10_000, LimitLevel.NEAR),
    Limit(Counted.VERSIONS, SUB, "westeurope", 212, 213, 10_000, LimitLevel.OK),
    Limit(Counted.REPLICAS, SUB, "westeurope", 2, 60, 100, LimitLevel.NEAR, address(*UBUNTU, "1.3.0")),
)
VOLUMES = (
    Volume("northeurope", "Standard_ZRS", 3, 4, 90, 90, 1),
    Volume("westeurope", "Standard_LRS", 210, 212, 6_300, 6_330, 1),
)
OWNED_ELSEWHERE = IgnoreRule("tags.owner", "the asset inventory writes it")
LATEST_BY_HAND = IgnoreRule(
    "publishingProfile.targetRegions[*].excludeFromLatest",
    "operations takes regions out of service by hand, for as long as an incident lasts",
    "ImageVersion",
    "rg-images/corp_*/**",
)
LATEST_PATH = ("publishingProfile", "targetRegions", "[northeurope]", "excludeFromLatest")
PLAN = Plan(
    target=Target("estate", "emulator", "estate", (Scope(SUB, "rg-images"),)),
    source=Source("manifests/estate", "3f9c2ab0000000000000000000000000000000ff", dirty=True),
    created_at="2026-11-01T00:00:00+00:00",
    actions=(UPDATE, STEPS[0], CREATE, STEPS[1], STEPS[2], *OTHERS),
    refusals=REFUSALS,
    unread=(
        Unread(f"{SUB}/rg-images/lab".lower(), "rg-images/lab", "AuthorizationFailed", "403 of Azure", "grant Reader"),
    ),
    undeclared=(
        Undeclared(address("rg-images", "corp_images", "debian-11", "1.0.0"), "no longer declared"),
        Undeclared(
            address("rg-images", "corp_images", "win-2022", "1.0.0"), "no longer declared", (RefusalRule.IMMUTABLE,)
        ),
        Undeclared(
            address("rg-images", "corp_images", access=Access("Reader", "6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f")),
            "no longer declared; kept without --prune",
            (RefusalRule.MAX_DELETES,),
            "access remains",
        ),
    ),
    unowned=(address("rg-images", "corp_images", "somebody-elses"),),
    overrides=("--adopt all",),
    latest=LATEST,
    limits=LIMITS,
    volumes=VOLUMES,
    ignored=(
        Ignored(OWNED_ELSEWHERE, address("rg-images", "corp_images"), ("tags", "owner"), "inventory", "git"),
        Ignored(LATEST_BY_HAND, address(*UBUNTU, "1.3.0"), LATEST_PATH, live=True, declared=None),
    ),
    ignore_rules=(RuleUse(OWNED_ELSEWHERE, 3, 1), RuleUse(LATEST_BY_HAND, 2, 1)),
    selection=Selection(
        only=("rg-images/corp_images",),
        excepted=("**/rhel-9",),
        pulled_in=(address(*UBUNTU, "1.3.0"),),
        left_out=(
            LeftOut(address("rg-images", "lab_images", "nightly")),
            LeftOut(
                address("rg-images", "corp_images", "rhel-9", "1.0.0"), address("rg-images", "corp_images", "rhel-9")
            ),
        ),
    ),
    summary={"create": 1, "update": 4, "delete": 1, "adopt": 1, "wait": 1, "noop": 1, "refused": 2, "unread": 1},
    digest="9b1e" * 16,
)
CHECKS = Checks(
    (
        Obstacle(
            Hindrance.MISSING_PERMISSION,
            address("rg-images", "corp_images").resource_id,
            "this sign-in may not do Microsoft.Compute/galleries/write",
            "grant Compute Gallery Artifacts Publisher to it there, or on the group",
            (UPDATE.id, *(other.id for other in OTHERS)),
        ),
        Obstacle(
            Hindrance.LOCKED,
            f"/subscriptions/{SUB}",
            "locked: ReadOnly “keep”",
            "have the lock's owner remove it",
            (CREATE.id,),
        ),
    ),
    (
        NotChecked(Checked.LOCKS, Scope(SUB, "rg-images").resource_id, "reading its locks: HTTP 403"),
        NotChecked(Checked.PERMISSIONS, "", f"nobody asked {SIGNED}"),
    ),
)
CHECKED = replace(PLAN, checks=CHECKS)
