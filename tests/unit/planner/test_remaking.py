"""What proves that a version can be made again, without any service: sources in the estate, keys, and doubts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.address import Address
from reconciler.model.evidence import Evidence, Seen, Surroundings
from reconciler.model.plan import Plan
from reconciler.model.state import LiveResource, LiveState
from reconciler.planner.remaking import asked_of, origins_of
from tests.support.estates import GALLERY, IMAGE, SOURCE, versions
from tests.support.random_estates import all_there, desired_of, planned, taken
from tests.support.workbench import GROUP, SUB

INNER = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries/corp/images/ubuntu/versions"
KEYS = f"/subscriptions/{SUB}/resourceGroups/rg-keys/providers/Microsoft.Compute/diskEncryptionSets/des"
REPLACING = GALLERY.replace("spec:", "policy: {onImmutableChange: replace}\nspec:")
BASE = REPLACING + IMAGE + versions("1.0.0", "1.1.0")
FROM_INNER = BASE.replace(f"{SOURCE}/ubuntu-1.1.0", f"{INNER}/1.0.0")
FIRST = Address(SUB, GROUP, "corp", "ubuntu", "1.0.0")
KEYED = (
    "westeurope=1, northeurope=1",
    f"{{name: westeurope, encryption: {{osDiskImage: {{diskEncryptionSetId: {KEYS}}}}}}}",
)


def told(plan: Plan) -> str:
    assert not [action for action in plan.writes if action.removes]
    return " ".join(refusal.message for refusal in plan.refusals)


def bent(live: LiveState, **changes: Any) -> LiveState:
    first: LiveResource = replace(live.resources[FIRST], **changes)
    return replace(live, resources={**live.resources, FIRST: first})


@pytest.mark.parametrize("state", ["Failed", ""])
def test_a_version_that_is_not_well_is_no_source(state: str) -> None:
    live = bent(taken(desired_of(BASE)), state=state)
    assert f"which is {state or 'in an unknown state'}" in told(planned(desired_of(FROM_INNER), live))


def test_a_version_without_the_region_or_about_to_lose_it_is_no_source() -> None:
    only_north = {"targetRegions": {"[northeurope]": {"name": "northeurope"}}}
    body = {**taken(desired_of(BASE)).resources[FIRST].body, "publishingProfile": only_north}
    live = bent(taken(desired_of(BASE)), body=body)
    assert "which is not in westeurope" in told(planned(desired_of(FROM_INNER), live))


def test_an_encryption_set_has_to_be_there() -> None:
    before, now = (desired_of(text.replace(*KEYED)) for text in (BASE, FROM_INNER))
    live = taken(before)
    assert KEYS in asked_of(one.body for one in now.resources.values())
    proof = all_there(now, live)
    gone = Evidence({**proof.sources, KEYS.lower(): Seen("is not there")}, proof.roots)
    assert "encrypted with diskEncryptionSets/des, which is not there" in told(
        planned(now, replace(live, evidence=gone))
    )


def test_what_was_not_looked_up_proves_nothing() -> None:
    before, now = desired_of(BASE), desired_of(BASE.replace("ubuntu-1.1.0}", "ubuntu-1.1.0-b}"))
    roots = dict.fromkeys(taken(before).resources, Surroundings())
    assert "which was not looked up" in told(planned(now, replace(taken(before), evidence=Evidence({}, roots))))
    proof = Evidence(all_there(now, taken(before)).sources)
    assert "its locks and all that lies in it" in told(planned(now, replace(taken(before), evidence=proof)))


def test_a_version_is_made_of_all_that_its_body_names() -> None:
    found = origins_of(
        {
            "storageProfile": {
                "source": {"id": "whole", "virtualMachineId": "machine", "communityGalleryImageId": "community"},
                "osDiskImage": {"source": {"id": "system", "uri": "blob"}},
                "dataDiskImages": {"[0]": {"source": {"id": "data"}}, "[1]": {"source": {"id": "data", "uri": "more"}}},
            },
            "publishingProfile": {
                "targetRegions": {
                    "[westeurope]": {
                        "encryption": {
                            "osDiskImage": {
                                "diskEncryptionSetId": "key",
                                "securityProfile": {"secureVMDiskEncryptionSetId": "secure"},
                            }
                        }
                    }
                }
            },
        }
    )

    assert found.sources == ("whole", "machine", "system", "data")
    assert found.unprovable == ("community", "blob", "more")
    assert found.keys == ("key", "secure")
    assert found.ids == ("whole", "machine", "system", "data", "key", "secure")
    assert found.told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, False),
        ({"storageProfile": "odd", "publishingProfile": "odd"}, False),
        ({"storageProfile": {"source": "odd", "osDiskImage": "odd", "dataDiskImages": "odd"}}, False),
        ({"storageProfile": {"dataDiskImages": {"[0]": "odd"}}}, False),
        ({"storageProfile": {"source": {"id": "whole"}}}, True),
        ({"storageProfile": {"osDiskImage": {"source": {"uri": "blob"}}}}, True),
    ],
)
def test_a_body_that_names_nothing_says_nothing(body: dict[str, Any], told: bool) -> None:  # noqa: FBT001
    assert origins_of(body).told is told
