"""Everything that stands against a replacement is found before the first delete, and said with its way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.kinds.ownership import OWNER_TAG, owner_tag
from reconciler.model.address import Address
from reconciler.model.evidence import Evidence, Surroundings
from reconciler.model.plan import Plan, Refusal, RefusalRule, Verb
from reconciler.model.state import DesiredState, LiveState, OnDrift, Policy, SoftDeleted
from reconciler.planner.options import Options
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.random_estates import OPTIONS, all_there, desired_of, planned, taken
from tests.support.workbench import GROUP, SUB

REPLACING = "policy: {onImmutableChange: replace}\n"
BELOW = ACCESS + IMAGE + versions("1.0.0", "1.1.0")
BEFORE = GALLERY + BELOW
AFTER = GALLERY.replace("spec:", f"{REPLACING}spec:") + BELOW.replace("hyperVGeneration: V2", "hyperVGeneration: V1")
MOVED = GALLERY.replace("spec:", f"{REPLACING}spec:").replace("westeurope", "northeurope") + BELOW
CORP = Address(SUB, GROUP, "corp")
UBUNTU = Address(SUB, GROUP, "corp", "ubuntu")
FIRST = Address(SUB, GROUP, "corp", "ubuntu", "1.0.0")
ROOT = "rg-images/corp/ubuntu"
INSIDE = f"/subscriptions/{SUB}/resourcegroups/rg-images/providers/microsoft.compute/galleries/corp/images/ubuntu"


@dataclass(frozen=True, slots=True)
class World:
    """What a plan is made of."""

    desired: DesiredState
    live: LiveState
    options: Options = OPTIONS

    def planned(self) -> Plan:
        return planned(self.desired, self.live, self.options)

    def refused(self) -> Refusal:
        """The one refusal; nothing of the replacement is planned."""
        plan = self.planned()
        assert not [action for action in plan.writes if action.removes], plan.writes
        refusal, *more = [one for one in plan.refusals if "cannot be replaced" in one.message]
        assert not more
        return refusal

    def seen(self, **around: Any) -> World:
        """Other surroundings of the definition than none."""
        evidence = all_there(self.desired, self.live)
        roots = {**evidence.roots, UBUNTU: Surroundings(**around)}
        return replace(self, live=replace(self.live, evidence=Evidence(evidence.sources, roots)))

    def having(self, address: Address, **changes: Any) -> World:
        """Another live resource at an address; `tags` and other parts of a body by `body`."""
        live = self.live.resources[address]
        if "body" in changes:
            changes["body"] = {**live.body, **changes["body"]}
        return self.with_live({**self.live.resources, address: replace(live, **changes)})

    def with_live(self, resources: Any) -> World:
        return replace(self, live=replace(self.live, resources=resources))

    def ruled(self, address: Address, **policy: Any) -> World:
        """Another policy of a declared resource."""
        found = self.desired.resources[address]
        changed = replace(found, policy=replace(found.policy, **policy))
        return replace(self, desired=DesiredState({**self.desired.resources, address: changed}))

    def opting(self, **options: Any) -> World:
        return replace(self, options=replace(self.options, **options))


WORLD = World(desired_of(AFTER), taken(desired_of(BEFORE)))
MOVING = World(desired_of(MOVED), taken(desired_of(BEFORE)))
THEIRS = {"tags": {OWNER_TAG: owner_tag("other", FIRST, Policy())}}


def test_without_an_obstacle_all_of_it_goes_and_comes() -> None:
    plan = WORLD.planned()
    assert not plan.refusals
    assert [action.verb for action in plan.writes if action.address == UBUNTU] == [Verb.REPLACE, Verb.REPLACE]


def binned(*addresses: Address) -> World:
    kept = {address: SoftDeleted(address, "westeurope") for address in addresses}
    return replace(WORLD, live=replace(WORLD.live, soft_deleted=kept))


SYSTEM = {"identity": {"type": "systemassigned, UserAssigned"}}
BIN = replace(FIRST, version="0.9.0")
CASES: dict[str, tuple[Callable[[], World], RefusalRule, str, tuple[str, ...]]] = {
    "a version in the bin": (
        lambda: binned(replace(BIN, version="0.9.1"), BIN),
        RefusalRule.PROTECTED,
        f"the recycle bin holds {ROOT}/0.9.0, whose name is taken",
        ("wait until it is gone",),
    ),
    "nothing looked up": (
        lambda: replace(
            WORLD, live=replace(WORLD.live, evidence=Evidence(all_there(WORLD.desired, WORLD.live).sources))
        ),
        RefusalRule.INCOMPLETE_READ,
        "its locks and all that lies in it could not be read",
        ("grant this sign-in Reader there", "plan again"),
    ),
    "not all could be looked up": (
        lambda: WORLD.seen(lacking="HTTP 403"),
        RefusalRule.INCOMPLETE_READ,
        "its locks and all that lies in it could not be read: HTTP 403",
        ("grant this sign-in Reader there", "plan again"),
    ),
    "a lock": (
        lambda: WORLD.seen(locks=("keep at rg-images",)),
        RefusalRule.PROTECTED,
        "it is locked (keep at rg-images)",
        ("have the lock removed",),
    ),
    "something else inside": (
        lambda: WORLD.seen(inside=(f"{INSIDE}/versions/1.0.0", f"{INSIDE}/versions/7.7.7")),
        RefusalRule.NOT_OWNED,
        "versions/7.7.7 lies in it and is not this instance's",
        ("have its owner remove it",),
    ),
    "reported only": (
        lambda: WORLD.ruled(FIRST, on_drift=OnDrift.REPORT),
        RefusalRule.PROTECTED,
        f"{ROOT}/1.0.0 is reported only by policy",
        ("policy.onDrift: fix",),
    ),
    "another instance's": (
        lambda: WORLD.having(FIRST, body=THEIRS),
        RefusalRule.OTHER_OWNER,
        f"{ROOT}/1.0.0 belongs to instance other",
        ("have instance other give it up first (policy onRemove: abandon)",),
    ),
    "an identity of its own": (
        lambda: MOVING.having(CORP, body=SYSTEM),
        RefusalRule.PROTECTED,
        "rg-images/corp has an identity of its own (SystemAssigned), and a new one would be another",
        ("a user-assigned identity first, in an apply of its own",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_thing_in_its_way_and_nothing_of_it_is_planned(name: str) -> None:
    world, rule, message, ways = CASES[name]
    refusal = world().refused()
    root = "rg-images/corp" if "identity" in name else ROOT
    assert refusal.message == f"{root} cannot be replaced: {message}"
    assert refusal.rule is rule
    assert refusal.ways_out[:-1] == ways


def granted_by_others() -> World:
    """The grant at the gallery is live under a name that is not ours."""
    address = next(one for one in MOVING.live.resources if one.access is not None)
    return MOVING.having(address, resource_id=f"{CORP.resource_id}/providers/Microsoft.Authorization/roleAssignments/x")


def test_a_grant_that_others_made_is_in_the_way_too() -> None:
    refusal = granted_by_others().refused()
    assert refusal.rule is RefusalRule.NOT_OWNED
    assert "have it removed by whoever granted it" in refusal.ways_out


SOURCE_CHANGED = BELOW.replace("ubuntu-1.0.0}", "ubuntu-1.0.0-b}")
VERSION = World(desired_of(GALLERY.replace("spec:", f"{REPLACING}spec:") + SOURCE_CHANGED), taken(desired_of(BEFORE)))
BETTER = ("another apiVersion in the settings",)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"storageProfile": {}}, "Azure does not say what it is made from"),
        ({"storageProfile": {"source": "odd"}}, "Azure does not say what it is made from"),
    ],
    ids=str,
)
def test_what_azure_does_not_tell_is_no_difference(body: dict[str, Any], message: str) -> None:
    refusal = VERSION.having(FIRST, body=body).refused()
    assert refusal.rule is RefusalRule.IMMUTABLE
    assert message in refusal.message
    assert refusal.ways_out[: len(BETTER)] == BETTER


def test_a_lock_of_a_sole_version_stands_at_the_version() -> None:
    evidence = all_there(VERSION.desired, VERSION.live)
    roots = {**evidence.roots, FIRST: Surroundings(locks=("mine at 1.0.0",))}
    live = replace(VERSION.live, evidence=Evidence(evidence.sources, roots))
    assert "it is locked (mine at 1.0.0)" in replace(VERSION, live=live).refused().message


def test_a_gallery_that_is_made_anew_with_soft_delete_may_go_and_one_that_has_it_may_not() -> None:
    bin_on = MOVED.replace("description: Golden", "softDeletePolicy: {isSoftDeleteEnabled: true}, description: Golden")
    coming = World(desired_of(bin_on), taken(desired_of(BEFORE)))
    assert not coming.planned().refusals
    has = MOVING.having(CORP, body={"softDeletePolicy": {"isSoftDeleteEnabled": True}})
    assert "keeps deleted versions (soft delete)" in has.refused().message
    below = AFTER.replace("description: Golden", "softDeletePolicy: {isSoftDeleteEnabled: true}, description: Golden")
    assert "keeps deleted versions (soft delete)" in World(desired_of(below), WORLD.live).refused().message


@pytest.mark.parametrize("identity", ["odd", ["odd"], {"type": "SystemAssigned"}, {"type": "SYSTEMASSIGNED"}])
def test_an_identity_that_others_may_know_stays(identity: Any) -> None:
    assert "has an identity of its own" in MOVING.having(CORP, body={"identity": identity}).refused().message


@pytest.mark.parametrize("identity", [None, {}, {"type": None}, {"type": "UserAssigned"}, {"type": "None"}])
def test_an_identity_that_can_be_given_again_stops_nothing(identity: Any) -> None:
    assert not MOVING.having(CORP, body={"identity": identity}).planned().refusals


def test_only_a_gallery_has_an_identity_to_lose() -> None:
    assert not WORLD.having(UBUNTU, body={"identity": {"type": "SystemAssigned"}}).planned().refusals


def test_who_shares_with_more_than_is_declared_keeps_the_gallery() -> None:
    groups = {"permissions": "Groups", "groups": {"[Subscriptions]": {"type": "Subscriptions", "ids": ["f1"]}}}
    declared = MOVED.replace("description: Golden", "sharingProfile: {permissions: Groups}, description: Golden")
    shared = World(desired_of(declared), taken(desired_of(declared.replace("northeurope", "westeurope", 1))))
    assert not shared.planned().refusals
    refusal = shared.having(CORP, body={"sharingProfile": groups}).refused()
    assert "rg-images/corp is shared with more than the manifest says, which would end" in refusal.message
    assert refusal.rule is RefusalRule.PROTECTED
    assert "declare all of sharingProfile.groups" in refusal.ways_out


def test_a_version_that_is_made_from_one_that_goes_too_has_to_come_from_elsewhere() -> None:
    inner = f"{UBUNTU.resource_id}/versions/1.0.0"
    source = (
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-build/providers/Microsoft.Compute/images"
    )
    nested = [text.replace(f"{source}/ubuntu-1.1.0", inner) for text in (BEFORE, AFTER)]
    refusal = World(desired_of(nested[1]), taken(desired_of(nested[0]))).refused()
    assert f"{ROOT}/1.1.0 is made from {ROOT}/1.0.0, which is deleted too" in refusal.message
    assert refusal.rule is RefusalRule.IMMUTABLE
    assert "publish it from something that stays" in refusal.ways_out
