"""The rows of facts 2.1 and 2.2 as no-drift cases: the common envelope and galleries."""

from __future__ import annotations

from functools import partial
from typing import Any

from reconciler.model.address import Kind
from tests.support.field_samples import COMMUNITY, DEFINITION, GALLERY, ID_A, VERSION, Fragment, nest
from tests.support.no_drift import ABSENT, Row, backwards, plus, properties, said, told, turned
from tests.support.workbench import SUB

EACH: dict[Kind, dict[str, tuple[Fragment, Fragment]]] = {
    Kind.GALLERY: GALLERY,
    Kind.IMAGE_DEFINITION: DEFINITION,
    Kind.IMAGE_VERSION: VERSION,
}
gallery = partial(Row, Kind.GALLERY)


def recase(arm: dict[str, Any]) -> dict[str, Any]:
    """The answer with id, name and type in capitals."""
    return {**arm, **{key: arm[key].upper() for key in ("id", "name", "type")}}


def envelope(kind: Kind) -> tuple[Row, ...]:
    """The rows of 2.1 that hold for a kind."""
    row, examples = partial(Row, kind), EACH[kind]
    first, elsewhere = examples["location"]
    return (
        row(
            "2.1/1",
            answered={"id": str, "name": str, "type": lambda text: text.startswith("Microsoft.Compute/galleries")},
            answers=(backwards, recase),
            own=said("id", "/x") + said("name", "x") + said("type", "x"),
        ),
        row(
            "2.1/2",
            first,
            {"location": "westeurope"},
            same=tuple({**first, "location": name} for name in ("West Europe", "WestEurope", "WESTEUROPE")),
            answers=(plus({"location": "West Europe"}), plus({"location": "WestEurope"})),
            other=((elsewhere, "location"),),
            drifted=((plus({"location": "North Europe"}), "location"),),
        ),
        row(
            "2.1/3",
            {"tags": {"team": "a", "stage": "prod"}},
            {"tags": {"team": "a", "stage": "prod"}},
            same=(
                {"tags": {"stage": "prod", "team": "a"}},
                {"tags": {"Team": "a", "STAGE": "prod"}},
                {"tags": {"team": "a"}},
                {"tags": {}},
                {},
            ),
            answers=(
                plus({"tags": {"cost-center": "42"}}),
                plus({"tags": {"team": ABSENT, "Team": "a"}}),
            ),
            other=(
                ({"tags": {"team": "A"}}, "tags.team"),
                ({"tags": {"team": "a", "stage": None}}, "tags.stage"),
                ({"tags": {"more": "x"}}, "tags.more"),
            ),
            drifted=((plus({"tags": {"team": ABSENT}}), "tags.team"), (plus({"tags": {"team": "b"}}), "tags.team")),
        ),
        row("2.1/3", answered={"tags": ABSENT}, same=({"tags": {}},), answers=(plus({"tags": {}}),), owned=False),
        row(
            "2.1/5",
            answered={"systemData": ABSENT},
            answers=(plus({"systemData": {"createdAt": "2026-01-01T00:00:00Z"}}),),
            own=said("systemData", {"createdAt": "2026-01-01"}),
        ),
        row(
            "2.1/6",
            answered={"etag": ABSENT, "properties": {"etag": ABSENT}},
            answers=(plus({"etag": 'W/"1"'}), *told("etag", "1")),
            own=said("etag", "1"),
        ),
    )


BOTH_IDENTITIES: Fragment = {"identity": {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {ID_A: {}}}}
ENVELOPE = (
    *envelope(Kind.GALLERY),
    *envelope(Kind.IMAGE_DEFINITION),
    *envelope(Kind.IMAGE_VERSION),
    gallery(
        "2.1/4",
        BOTH_IDENTITIES,
        {"identity": {"principalId": str, "tenantId": str, "userAssignedIdentities": {ID_A: {"clientId": str}}}},
        same=(
            {"identity": {"type": "systemassigned, userassigned", "userAssignedIdentities": {ID_A.upper(): {}}}},
            {"identity": {"type": "SystemAssigned, UserAssigned"}},
            {"identity": {"userAssignedIdentities": {ID_A.lower(): {}}}},
            {},
        ),
        answers=(
            plus({"identity": {"principalId": "another", "tenantId": ABSENT}}),
            plus({"identity": {"userAssignedIdentities": {ID_A: ABSENT, ID_A.lower(): {"principalId": "another"}}}}),
            plus({"identity": {"userAssignedIdentities": {ID_A: {}, f"{ID_A}-foreign": {"clientId": "c"}}}}),
        ),
        other=(
            ({"identity": {"type": "SystemAssigned", "userAssignedIdentities": None}}, "identity.type"),
            (
                {"identity": {"userAssignedIdentities": {ID_A: {}, f"{ID_A}b": {}}}},
                f"identity.userAssignedIdentities.{ID_A}b",
            ),
        ),
        own=said("identity.principalId", "x") + said("identity.tenantId", "x"),
    ),
    gallery(
        "2.1/4",
        answered={"identity": ABSENT},
        same=said("identity.type", "None", "none"),
        answers=(plus({"identity": {"type": "None"}}), plus({"identity": {"type": "None", "principalId": None}})),
        other=(({"identity": {"type": "SystemAssigned"}}, "identity"),),
    ),
)

SHARED_WITH = ["00000000-0000-0000-0000-0000000000b2", SUB]
TENANT = "0000000a-0000-0000-0000-0000000000b1"
GROUPS = [{"type": "Subscriptions", "ids": SHARED_WITH}, {"type": "AADTenants", "ids": [TENANT]}]


def shared_with(groups: list[Fragment], permissions: str = "Groups") -> Fragment:
    """A gallery shared with groups."""
    return {"sharingProfile": {"permissions": permissions, "groups": groups}}


def community(**change: Any) -> Fragment:
    """A gallery for everybody."""
    return {"sharingProfile": {"permissions": "Community", "communityGalleryInfo": {**COMMUNITY, **change}}}


GALLERIES = (
    gallery(
        "2.2/1",
        answered=properties({"description": ABSENT}),
        answers=told("description", None, "", "typed in the portal"),
        other=((nest("description", "one"), "description"),),
    ),
    gallery(
        "2.2/1",
        nest("description", "Golden images – ✓"),
        properties({"description": "Golden images – ✓"}),
        same=({},),
        other=(
            (nest("description", "golden images – ✓"), "description"),
            (nest("description", None), "description"),
        ),
        drifted=tuple((answer, "description") for answer in told("description", "other", ABSENT)),
    ),
    gallery(
        "2.2/2",
        answered=properties({"identifier": {"uniqueName": lambda name: name == f"{SUB}-{name[37:].upper()}"}}),
        answers=(*told("identifier.uniqueName", "another"), *told("identifier", ABSENT, None)),
        own=said("identifier.uniqueName", "x"),
    ),
    gallery(
        "2.2/3",
        answered=properties({"provisioningState": "Succeeded"}),
        answers=told("provisioningState", ABSENT, None),
        drifted=tuple((answer, "provisioningState") for answer in told("provisioningState", "Failed")),
        own=said("provisioningState", "Succeeded"),
    ),
    gallery(
        "2.2/4",
        answered=properties({"sharingProfile": ABSENT}),
        same=said("sharingProfile.permissions", "Private", "private"),
        answers=told("sharingProfile", {"permissions": "Private"}, {}, None),
        other=((nest("sharingProfile.permissions", "Groups"), "sharingProfile"),),
    ),
    gallery(
        "2.2/4",
        nest("sharingProfile.permissions", "Groups"),
        properties({"sharingProfile": {"permissions": "Groups"}}),
        same=said("sharingProfile.permissions", "GROUPS"),
        answers=told("sharingProfile.permissions", "groups"),
        other=((nest("sharingProfile.permissions", "Private"), "sharingProfile.permissions"),),
    ),
    gallery(
        "2.2/5",
        shared_with(GROUPS),
        properties({"sharingProfile": {"groups": ABSENT}}),
        same=(
            shared_with(GROUPS[::-1]),
            shared_with([{"type": "subscriptions", "ids": SHARED_WITH[::-1]}, GROUPS[1]]),
            shared_with([GROUPS[0], {"type": "aadtenants", "ids": [TENANT.upper()]}]),
            nest("sharingProfile.permissions", "Groups"),
            {},
        ),
        answers=(
            turned("properties", "sharingProfile", "groups"),
            turned("properties", "sharingProfile", "groups", 1, "ids"),
            *told("sharingProfile.groups", [{"ids": [TENANT.upper()], "type": "aadTenants"}, {}]),
            *told("sharingStatus", {"aggregatedState": "InProgress", "summary": []}),
        ),
        other=(
            (
                shared_with([{"type": "Subscriptions", "ids": [SUB]}, GROUPS[1]]),
                "sharingProfile.groups[Subscriptions].ids",
            ),
            (shared_with(GROUPS[:1]), "sharingProfile.groups[AADTenants]"),
        ),
        expand="SharingProfile/Groups",
    ),
    gallery(
        "2.2/6",
        community(),
        properties(
            {
                "sharingProfile": {
                    "communityGalleryInfo": {
                        "publicNamePrefix": ABSENT,
                        "communityGalleryEnabled": False,
                        "publicNames": lambda names: names[0].startswith("corpA-"),
                    }
                }
            }
        ),
        same=(community(publicNamePrefix="corpB"), community(communityGalleryEnabled=False), {}),
        answers=told(
            "sharingProfile.communityGalleryInfo",
            {"publicNames": ["another"]},
            {"publicNames": ABSENT, "communityGalleryEnabled": ABSENT},
            {"publicNamePrefix": "corpC"},
        ),
        other=(
            (community(eula="https://b.example.com"), "sharingProfile.communityGalleryInfo.eula"),
            (
                community(communityGalleryEnabled=True),
                "sharingProfile.communityGalleryInfo.communityGalleryEnabled",
            ),
        ),
        own=(community(publicNames=["x"]),),
    ),
    gallery(
        "2.2/6",
        community(communityGalleryEnabled=False),
        answers=told("sharingProfile.communityGalleryInfo.communityGalleryEnabled", ABSENT, None),
    ),
    gallery(
        "2.2/7",
        answered=properties({"softDeletePolicy": ABSENT}),
        same=said("softDeletePolicy.isSoftDeleteEnabled", False, "false", "no"),
        answers=told("softDeletePolicy", {"isSoftDeleteEnabled": False}, {}, None),
        other=((nest("softDeletePolicy.isSoftDeleteEnabled", True), "softDeletePolicy"),),
    ),
    gallery(
        "2.2/7",
        nest("softDeletePolicy.isSoftDeleteEnabled", True),
        properties({"softDeletePolicy": {"isSoftDeleteEnabled": True, "retentionPeriodInDays": 7}}),
        same=said("softDeletePolicy", {"isSoftDeleteEnabled": "yes", "retentionPeriodInDays": "7"}),
        answers=told("softDeletePolicy", {"gracePeriodInDays": 14}, {"retentionPeriodInDays": 30}),
        other=((nest("softDeletePolicy.retentionPeriodInDays", 14), "softDeletePolicy.retentionPeriodInDays"),),
        drifted=tuple(
            (answer, "softDeletePolicy.isSoftDeleteEnabled")
            for answer in told("softDeletePolicy.isSoftDeleteEnabled", False)
        ),
    ),
    gallery(
        "2.2/8",
        answered=properties({"sharingStatus": ABSENT}),
        answers=told("sharingStatus", {"aggregatedState": "Failed", "summary": [{"region": "West US"}]}),
        own=said("sharingStatus", {"aggregatedState": "Succeeded"}),
    ),
)
