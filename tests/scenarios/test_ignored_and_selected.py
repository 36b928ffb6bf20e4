"""What Azure holds after an apply that ignored fields or selected addresses: nothing hidden was touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.address import Kind
from reconciler.model.plan import Verb
from reconciler.model.restriction import IgnoreRule
from tests.support.commands import Shell
from tests.support.estates import ACCESS, GALLERY, IMAGE, versions
from tests.support.workbench import Workbench, changed, writes

REGIONS = "westeurope=1, northeurope=1"
ESTATE = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0", regions=REGIONS)
OWNER = IgnoreRule("tags.owner", "the inventory writes it")
LATEST = IgnoreRule("publishingProfile.targetRegions[*].excludeFromLatest", "switched by hand", "ImageVersion")


def ignoring(bench: Workbench, *rules: IgnoreRule) -> Workbench:
    return replace(bench, options=replace(bench.options, ignore=rules))


def edited(bench: Workbench, suffix: str, **properties: Any) -> None:
    """Change a resource as somebody in the portal would."""
    key, body = next((key, body) for key, body in bench.emulator.resources().items() if key.endswith(suffix))
    tags = properties.pop("tags", body.get("tags"))
    sent = {"location": body["location"], "tags": tags, "properties": {**body["properties"], **properties}}
    kind = Kind.IMAGE_VERSION if "/versions/" in key else Kind.GALLERY
    assert bench.gateway.put(kind, key, sent).ok


def regions(bench: Workbench) -> dict[str, dict[str, Any]]:
    found = bench.live("versions/1.0.0")["properties"]["publishingProfile"]["targetRegions"]
    return {each["name"].replace(" ", "").lower(): each for each in found}


def test_an_ignored_tag_is_neither_shown_nor_clobbered_by_a_neighbours_update(bench: Workbench) -> None:
    bench.write(ESTATE.replace("{team: platform}", "{team: platform, owner: git}"))
    bench.apply()
    edited(bench, "galleries/corp", tags={**bench.live("galleries/corp")["tags"], "owner": "inventory"})
    hiding = ignoring(bench, OWNER)

    assert not hiding.plan().pending
    assert [(found.live, found.declared) for found in hiding.plan().ignored] == [("inventory", "git")]
    hiding.write(ESTATE.replace("{team: platform}", "{team: other, owner: git}"))
    assert changed(hiding.plan()) == [("tags.team", "platform", "other")]
    hiding.apply()

    tags = hiding.live("galleries/corp")["tags"]
    assert (tags["team"], tags["owner"]) == ("other", "inventory")
    assert not hiding.plan().pending


def test_an_ignored_field_of_a_region_survives_changes_of_its_list(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    edited(
        bench,
        "versions/1.0.0",
        publishingProfile={
            "targetRegions": [
                {"name": "westeurope", "regionalReplicaCount": 1, "excludeFromLatest": False},
                {"name": "northeurope", "regionalReplicaCount": 1, "excludeFromLatest": True},
            ]
        },
    )
    hiding = ignoring(bench, LATEST)
    declared = "{name: westeurope, regionalReplicaCount: 3}, {name: northeurope, excludeFromLatest: false}, uksouth"
    hiding.write(GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0", regions=declared))
    hiding.apply()

    found = regions(hiding)
    assert found["northeurope"]["excludeFromLatest"] is True
    assert found["westeurope"]["regionalReplicaCount"] == 3
    assert "uksouth" in found
    assert not hiding.plan().pending
    hiding.write(GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0", regions=declared.replace(", uksouth", "")))
    hiding.apply()
    assert set(regions(hiding)) == {"westeurope", "northeurope"}
    assert regions(hiding)["northeurope"]["excludeFromLatest"] is True


def test_ignored_fields_are_left_out_of_a_create_and_stay_out(bench: Workbench) -> None:
    hiding = ignoring(bench, IgnoreRule("description", "texts are theirs"))
    hiding.write(ESTATE)
    hiding.apply()

    assert "description" not in hiding.live("galleries/corp")["properties"]
    assert not hiding.plan().pending
    assert {found.path for found in hiding.plan().ignored} == {("description",)}


SETTINGS = """
ignore:
  - {path: tags.owner, reason: the inventory writes it}
  - {kind: Gallery, address: rg-images/other, path: description, reason: not ours}
"""


def test_the_command_line_says_what_is_ignored_and_which_rule_is_of_no_use(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    edited(bench, "galleries/corp", tags={**bench.live("galleries/corp")["tags"], "owner": "inventory"})
    bench.write(ESTATE.replace("{team: platform}", "{team: platform, owner: git}"))
    (bench.folder.parent / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")

    ran = shell.run("plan", "manifests", "--detailed-exitcode")

    assert ran.code == 0
    assert "ignored by rule, live values stay" in ran.out
    assert "the inventory writes it" in ran.out
    assert "live → declared: inventory → git" in ran.out
    assert "warning: ignore rule Gallery description at rg-images/other names no field" in ran.err
    document = shell.run("plan", "manifests", "-o", "json").document
    assert [(one["path"], one["live"], one["declared"]) for one in document["ignored"]] == [
        ("tags.owner", "inventory", "git")
    ]
    assert [one["fields"] for one in document["ignoreRules"]] == [1, 0]


def test_only_what_is_selected_is_written_and_the_plan_says_that_it_is_a_part(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)

    planned = shell.run("plan", "manifests", "--only", "rg-images/corp/ubuntu/1.1.0")
    ran = shell.run("apply", "manifests", "--only", "rg-images/corp/ubuntu/1.1.0", "--yes")

    assert "partial by selection: --only rg-images/corp/ubuntu/1.1.0" in planned.out
    assert "pulled in: rg-images/corp, rg-images/corp/ubuntu" in planned.out
    assert "left out: " in planned.out
    assert ran.code == 0
    assert bench.ids() == ["corp", "corp/images/ubuntu", "corp/images/ubuntu/versions/1.1.0"]


def test_what_is_excepted_survives_a_prune(bench: Workbench, shell: Shell) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(GALLERY + ACCESS)

    ran = shell.run("apply", "manifests", "--prune", "--except", "**/1.0.0", "--yes")

    assert ran.code == 0, ran.err
    assert "left out: rg-images/corp/ubuntu, which needs rg-images/corp/ubuntu/1.0.0" in ran.out
    assert "corp/images/ubuntu/versions/1.0.0" in bench.ids()
    assert "corp/images/ubuntu/versions/1.1.0" not in bench.ids()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--only", "rg-images/corp/ubunto"), "rg-images/corp/ubuntu"),
        (("--only", "rg-images/corp", "--except", "rg-images/corp/ubuntu/1.0.9"), "rg-images/corp/ubuntu/1.0.0"),
        (("--only", "rg-images/corp", "--except", "**"), "selects nothing"),
    ],
    ids=["only", "except", "nothing left"],
)
def test_a_pattern_that_names_nothing_is_an_error_with_what_it_may_mean(
    bench: Workbench, shell: Shell, flags: tuple[str, ...], told: str
) -> None:
    bench.write(ESTATE)

    ran = shell.run("apply", "manifests", "--yes", *flags)

    assert ran.code == 64
    assert told in ran.err
    assert not bench.written()


def test_a_selection_over_several_targets_needs_a_match_in_one_of_them(bench: Workbench, shell: Shell) -> None:
    for name in ("one", "two"):
        (bench.folder / name).mkdir()
        bench.write(GALLERY.replace("corp", name), f"{name}/gallery.yaml")
    lines = "".join(
        f"  - {{name: {name}, source: {{path: manifests/{name}}}, prune: off}}\n" for name in ("one", "two")
    )
    (bench.folder.parent / "reconciler.yaml").write_text(f"targets:\n{lines}", encoding="utf-8")

    ran = shell.run("apply", "--only", "rg-images/two", "--yes")

    assert ran.code == 0, ran.err
    assert "target one: nothing of it is selected" in ran.out
    assert bench.ids() == ["two"]
    assert shell.run("plan", "--only", "rg-images/three").code == 64
    assert writes(bench.plan()) == [("create", "one")]


def test_a_plan_of_a_part_has_no_other_verbs_than_noop_outside_it(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("Golden", "New").replace("northeurope=1", "northeurope=2"))

    plan = bench.plan(only=("**/1.0.0",))

    assert writes(plan) == [("update", "corp/ubuntu/1.0.0")]
    assert all(action.verb is not Verb.DELETE for action in plan.actions)
