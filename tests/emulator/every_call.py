"""Every call that the emulator knows, with the action it stands for and the scope that needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.emulator.arm import ACCESS, API, LOCKS, definition, gallery, version

if TYPE_CHECKING:
    from tests.emulator.arm import Arm

GROUPS = "2024-11-01"
MACHINE = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/ubuntu"
DISK = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Compute/disks/ubuntu"
IMAGE = "/subscriptions/0/resourceGroups/build/providers/Microsoft.Compute/images/ubuntu-1"


def subscription(arm: Arm) -> str:
    return f"/subscriptions/{arm.subscription}"


def everything(arm: Arm) -> list[tuple[str, str, object, str, str, str]]:
    """Every call there is, the action it stands for, and the scope it needs it at."""
    group, corp, ubuntu, one = (
        arm.in_group(),
        arm.path("corp"),
        arm.path("corp", "ubuntu"),
        arm.path("corp", "ubuntu", "1.0.0"),
    )
    access = f"{one}/providers/Microsoft.Authorization"
    compute, plain = "Microsoft.Compute", "Microsoft.Resources/subscriptions"
    top = subscription(arm)
    return [
        ("PUT", corp, gallery(), API, f"{compute}/galleries/write", corp),
        ("PATCH", corp, {}, API, f"{compute}/galleries/write", corp),
        ("GET", corp, None, API, f"{compute}/galleries/read", corp),
        ("GET", f"{group}/providers/{compute}/galleries", None, API, f"{compute}/galleries/read", group),
        ("GET", f"{top}/providers/{compute}/galleries", None, API, f"{compute}/galleries/read", top),
        ("POST", f"{corp}/share", {}, API, f"{compute}/galleries/share/action", corp),
        ("DELETE", corp, None, API, f"{compute}/galleries/delete", corp),
        ("PUT", ubuntu, definition(), API, f"{compute}/galleries/images/write", ubuntu),
        ("GET", ubuntu, None, API, f"{compute}/galleries/images/read", ubuntu),
        ("GET", f"{corp}/images", None, API, f"{compute}/galleries/images/read", corp),
        ("DELETE", ubuntu, None, API, f"{compute}/galleries/images/delete", ubuntu),
        ("PUT", one, version(), API, f"{compute}/galleries/images/versions/write", one),
        ("GET", one, None, API, f"{compute}/galleries/images/versions/read", one),
        ("GET", f"{ubuntu}/versions", None, API, f"{compute}/galleries/images/versions/read", ubuntu),
        ("DELETE", one, None, API, f"{compute}/galleries/images/versions/delete", one),
        ("PUT", MACHINE, {}, GROUPS, f"{compute}/virtualMachines/write", MACHINE),
        ("POST", f"{MACHINE}/generalize", {}, GROUPS, f"{compute}/virtualMachines/generalize/action", MACHINE),
        ("PUT", IMAGE, {}, GROUPS, f"{compute}/images/write", IMAGE),
        ("DELETE", DISK, None, GROUPS, f"{compute}/disks/delete", DISK),
        (
            "PUT",
            f"{access}/roleAssignments/x",
            {},
            ACCESS,
            "Microsoft.Authorization/roleAssignments/write",
            f"{access}/roleAssignments/x",
        ),
        (
            "DELETE",
            f"{access}/roleAssignments/x",
            None,
            ACCESS,
            "Microsoft.Authorization/roleAssignments/delete",
            f"{access}/roleAssignments/x",
        ),
        ("GET", f"{access}/roleAssignments", None, ACCESS, "Microsoft.Authorization/roleAssignments/read", one),
        (
            "PUT",
            f"{access}/roleDefinitions/x",
            {},
            ACCESS,
            "Microsoft.Authorization/roleDefinitions/write",
            f"{access}/roleDefinitions/x",
        ),
        ("PUT", f"{access}/locks/x", {}, LOCKS, "Microsoft.Authorization/locks/write", f"{access}/locks/x"),
        ("DELETE", f"{access}/locks/x", None, LOCKS, "Microsoft.Authorization/locks/delete", f"{access}/locks/x"),
        ("GET", f"{access}/permissions", None, ACCESS, "Microsoft.Authorization/permissions/read", one),
        ("PUT", group, {}, GROUPS, f"{plain}/resourceGroups/write", group),
        ("GET", group, None, GROUPS, f"{plain}/resourceGroups/read", group),
        ("DELETE", group, None, GROUPS, f"{plain}/resourceGroups/delete", group),
        ("GET", f"{top}/resourceGroups", None, GROUPS, f"{plain}/resourceGroups/read", top),
        ("GET", top, None, GROUPS, f"{plain}/read", top),
        ("GET", f"{top}/locations", None, GROUPS, f"{plain}/locations/read", top),
        ("GET", f"{top}/providers", None, GROUPS, f"{plain}/providers/read", top),
        ("GET", f"{top}/providers/{compute}", None, GROUPS, f"{plain}/providers/read", top),
        ("POST", f"{top}/providers/{compute}/register", {}, GROUPS, f"{compute}/register/action", top),
        ("GET", f"{top}/resources", None, GROUPS, f"{plain}/resources/read", top),
        ("GET", f"{group}/resources", None, GROUPS, f"{plain}/resources/read", group),
        ("GET", f"{top}/operationresults/x", None, GROUPS, f"{plain}/operationresults/read", top),
        (
            "GET",
            f"{top}/providers/{compute}/locations/westeurope/capsOperations/x",
            None,
            API,
            f"{compute}/locations/capsOperations/read",
            top,
        ),
    ]
