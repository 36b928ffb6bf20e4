"""The samples do what the README says: valid, applied, then nothing to do; and one edit is one field of a plan."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.model.address import Kind
from tests.support.commands import Shell
from tests.support.workbench import Workbench, changed

SAMPLES = Path(__file__).parents[2] / "manifests"
NAMES = ["quickstart", "tutorial", "estate"]

EDITS = {
    "quickstart": {
        Kind.GALLERY: ("description: Golden images", "description: Our images", "description"),
        Kind.IMAGE_DEFINITION: ("memory: {min: 4, max: 64}", "memory: {min: 4, max: 128}", "recommended.memory.max"),
        Kind.IMAGE_VERSION: (
            "westeurope=2",
            "westeurope=3",
            "publishingProfile.targetRegions[westeurope].regionalReplicaCount",
        ),
    },
    "tutorial": {
        Kind.GALLERY: ("description: Shared images of the tutorial", "description: Shared", "description"),
        Kind.IMAGE_DEFINITION: (
            "      architecture: x64\n",
            "      architecture: x64\n      description: D\n",
            "description",
        ),
        Kind.IMAGE_VERSION: (
            "regionalReplicaCount: 2",
            "regionalReplicaCount: 3",
            "publishingProfile.targetRegions[westcentralus].regionalReplicaCount",
        ),
        Kind.ROLE_ASSIGNMENT: ("May deploy from every image of this gallery", "May deploy", "description"),
    },
    "estate": {
        Kind.GALLERY: ("description: Linux golden images", "description: Linux images", "description"),
        Kind.IMAGE_DEFINITION: ("Ubuntu 24.04 LTS, hardened", "Ubuntu 24.04", "description"),
        Kind.IMAGE_VERSION: (
            "endOfLifeDate: 2028-06-30",
            "endOfLifeDate: 2028-09-30",
            "publishingProfile.endOfLifeDate",
        ),
        Kind.ROLE_ASSIGNMENT: ("Scale sets of the data platform", "Scale sets", "description"),
    },
}


def copied(bench: Workbench, name: str) -> None:
    shutil.rmtree(bench.folder)
    shutil.copytree(SAMPLES / name, bench.folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_valid_applies_and_then_nothing_is_left_to_do(bench: Workbench, shell: Shell, name: str) -> None:
    copied(bench, name)
    own = {
        "RECONCILER_CLOUD": "",
        "RECONCILER_INSTANCE": "",
        "RECONCILER_SUBSCRIPTION": "",
        "RECONCILER_RESOURCE_GROUP": "",
    }

    validated = shell.run("validate", "manifests", **own)
    assert validated.code == 0, validated.err
    assert not validated.err, "a sample warns about nothing"
    applied = shell.run("apply", "manifests", "--yes", **own)
    assert applied.code == 0, applied.err
    planned = shell.run("plan", "manifests", "--detailed-exitcode", **own)
    assert planned.code == 0, planned.out
    assert shell.run("status", "manifests", "--detailed-exitcode", **own).code == 0


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in NAMES for kind in EDITS[name]], ids=str)
def test_one_edit_of_a_sample_is_exactly_one_field_of_the_plan(bench: Workbench, name: str, kind: Kind) -> None:
    copied(bench, name)
    bench.apply(instance=name)
    old, new, field = EDITS[name][kind]
    (file, text) = next(
        (path, text)
        for path in sorted(bench.folder.rglob("*.yaml"))
        if old in (text := path.read_text(encoding="utf-8"))
    )
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    plan = bench.plan(instance=name)

    assert [path for path, _, _ in changed(plan)] == [field]
    assert [action.address.kind for action in plan.writes] == [kind]
    assert str(plan.writes[0].changes[0].origin).startswith(str(file))
    bench.apply(instance=name)
    assert not bench.plan(instance=name).pending


def test_the_estate_has_the_shape_of_a_real_company(bench: Workbench) -> None:
    copied(bench, "estate")
    desired = bench.built().desired.resources.values()

    def of(kind: Kind) -> list[object]:
        return [resource for resource in desired if resource.address.kind is kind]

    assert (len(of(Kind.GALLERY)), len(of(Kind.IMAGE_DEFINITION)), len(of(Kind.IMAGE_VERSION))) == (4, 15, 60)
    assert len({resource.address.subscription for resource in desired}) == 2
    access = [resource for resource in desired if resource.address.kind is Kind.ROLE_ASSIGNMENT]
    assert {resource.body["principalType"] for resource in access} == {"Group", "ServicePrincipal", "User"}
    assert {parent.kind for resource in access if (parent := resource.address.parent)} == {
        Kind.GALLERY,
        Kind.IMAGE_DEFINITION,
        Kind.IMAGE_VERSION,
    }
    regions = [
        (resource.body.get("publishingProfile") or {}).get("targetRegions") or {}
        for resource in desired
        if resource.address.kind is Kind.IMAGE_VERSION
    ]
    assert max(len(entry) for entry in regions) == 12


def test_the_estate_runs_as_two_targets_and_as_one_alike(bench: Workbench, shell: Shell) -> None:
    copied(bench, "estate")
    own = {"RECONCILER_INSTANCE": "", "RECONCILER_SUBSCRIPTION": "", "RECONCILER_RESOURCE_GROUP": ""}

    applied = shell.run("apply", "--settings", "manifests/reconciler.yaml", "--yes", **own)
    assert applied.code == 0, applied.err
    assert "targets: development done · production done" in applied.out
    assert shell.run("plan", "--settings", "manifests/reconciler.yaml", "--detailed-exitcode", **own).code == 0
    whole = shell.run("plan", "manifests", "--detailed-exitcode", **own)
    assert whole.code == 0, whole.out
