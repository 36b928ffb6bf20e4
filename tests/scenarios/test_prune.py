"""Taking things out of the manifests: listed first, deleted only when asked and never what belongs to others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.emulator.faults import Fault
from reconciler.model.plan import RefusalRule, Verb
from reconciler.model.report import Outcome
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, SOURCE, versions
from tests.support.workbench import GROUP, SUB, Workbench, short, writes

EMPTY = """
apiVersion: gallery-reconciler/v1
kind: Defaults
metadata: {subscription: 00000000-0000-0000-0000-000000000001, resourceGroup: rg-images}
"""


def rules(plan: object) -> list[RefusalRule]:
    return [refusal.rule for refusal in plan.refusals]  # type: ignore[attr-defined]


def test_without_prune_the_undeclared_is_listed_and_kept(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(GALLERY)

    plan = bench.plan()

    assert not plan.pending
    assert not plan.refusals
    assert [short(row.address) for row in plan.undeclared] == [
        "corp/ubuntu",
        "corp/ubuntu/1.0.0",
        "corp/ubuntu/1.1.0",
        "corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f",
    ]
    assert plan.undeclared[-1].hazard == "access remains"


def test_prune_goes_from_versions_to_definition_to_gallery_with_access_before_its_scope(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(EMPTY)

    report = bench.apply(prune=True, allow_empty=True, allow_deletes=5)

    assert not bench.emulator.resources()
    order = [path.rsplit("/providers/", 1)[-1] for method, path in bench.written() if method == "DELETE"]
    place = {path.removeprefix("Microsoft.Compute/galleries/"): number for number, path in enumerate(order)}
    (grant,) = (number for path, number in place.items() if "roleAssignments" in path)
    assert (
        max(place["corp/images/ubuntu/versions/1.0.0"], place["corp/images/ubuntu/versions/1.1.0"])
        < place["corp/images/ubuntu"]
    )
    assert max(place["corp/images/ubuntu"], grant) < place["corp"]
    assert report.count(Outcome.SUCCEEDED) == 5


def test_an_empty_folder_of_manifests_is_refused_and_names_its_override(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(EMPTY)

    for plan in (bench.plan(), bench.plan(prune=True, allow_deletes=5)):
        refusal = next(refusal for refusal in plan.refusals if refusal.rule is RefusalRule.EMPTY_DESIRED)
        assert refusal.level == "run"
        assert refusal.override == "--allow-empty"


def test_more_deletes_than_the_limit_need_their_exact_number(bench: Workbench) -> None:
    names = [f"1.{number}.0" for number in range(9)]
    bench.write(GALLERY + IMAGE + versions(*names))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions(*names[5:]))
    limits = {"prune": True, "max_delete_percent": 30}

    assert rules(bench.plan(**limits)) == [RefusalRule.MAX_DELETES]
    assert rules(bench.plan(**limits, allow_deletes=4)) == [RefusalRule.MAX_DELETES]
    assert rules(bench.plan(**limits, allow_deletes=6)) == [RefusalRule.MAX_DELETES]
    allowed = bench.plan(**limits, allow_deletes=5)
    assert not allowed.refusals
    assert len(allowed.writes) == 5


def test_a_protected_resource_outlives_its_yaml_and_the_rest_of_the_plan_goes_on(bench: Workbench) -> None:
    protected = ESTATE.replace(
        "metadata: {name: 1.0.0}\n", "metadata: {name: 1.0.0}\n        policy: {protect: true}\n"
    )
    bench.write(protected)
    bench.apply()
    assert bench.live("/versions/1.0.0")["tags"]["reconciler.owner"].endswith(":protect")
    bench.write(GALLERY + ACCESS + IMAGE + versions("1.1.0", "1.2.0"))

    for _ in range(2):
        plan = bench.plan(prune=True)
        assert rules(plan) == [RefusalRule.PROTECTED]
        assert plan.refusals[0].override == "--allow-protected rg-images/corp/ubuntu/1.0.0"
        assert writes(plan) == [("create", "corp/ubuntu/1.2.0")] or not bench.plan().pending
        bench.carry_out(plan)

    bench.apply(prune=True, allow_protected=frozenset({"rg-images/corp/ubuntu/1.0.0"}))
    assert "corp/images/ubuntu/versions/1.0.0" not in bench.ids()


def test_the_last_usable_version_of_a_declared_definition_stays(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE)

    plan = bench.plan(prune=True)

    assert rules(plan) == [RefusalRule.LAST_USABLE]
    assert plan.refusals[0].override == "--allow-last-version rg-images/corp/ubuntu/1.1.0"
    assert writes(plan) == [("delete", "corp/ubuntu/1.0.0")]
    allowed = bench.plan(prune=True, allow_last_version=frozenset({"rg-images/corp/ubuntu/1.1.0"}))
    assert len(allowed.writes) == 2


def test_a_version_that_comes_lets_the_last_one_go_but_only_after_it(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY + IMAGE + versions("1.1.0"))

    plan = bench.plan(prune=True)

    assert writes(plan) == [("create", "corp/ubuntu/1.1.0"), ("delete", "corp/ubuntu/1.0.0")]
    delete = next(action for action in plan.actions if action.verb is Verb.DELETE)
    assert [need.split(" ")[0] for need in delete.requires] == ["create"]


def test_two_instances_in_one_group_never_touch_each_other(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    mine = dict(bench.emulator.resources())
    other = replace(bench, options=replace(bench.options, instance="other"))
    other.write(ESTATE.replace("name: corp}", "name: lab}").replace("Golden", "Lab"))
    other.apply()

    assert not other.plan(prune=True).undeclared
    other.write(EMPTY)
    other.apply(prune=True, allow_empty=True, allow_deletes=5)

    assert bench.emulator.resources().keys() == mine.keys()


def test_a_resource_of_another_instance_is_refused(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(ESTATE.replace("Golden images", "Mine now"))

    plan = bench.plan(instance="other")

    assert rules(plan) == [RefusalRule.OTHER_OWNER]
    assert "instance test" in plan.refusals[0].message
    assert not plan.writes
    assert rules(bench.plan(instance="other", adopt=frozenset({"all"}))) == [RefusalRule.OTHER_OWNER]


def test_without_an_instance_nothing_is_tagged_and_prune_is_refused(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply(instance="")

    assert bench.live("/galleries/corp")["tags"] == {"team": "platform"}
    assert "tags" not in bench.live("/images/ubuntu")
    bench.write(ESTATE.replace("Golden images", "Changed"))
    assert writes(bench.plan(instance="")) == [("update", "corp")]
    refused = bench.plan(instance="", prune=True)
    assert RefusalRule.NO_INSTANCE in rules(refused)
    assert any("--instance" in way for refusal in refused.refusals for way in refusal.ways_out)


@pytest.mark.parametrize("tag", ["test:000000000000", "test", ":", "test:"])
def test_a_copied_or_forged_owner_tag_claims_nothing(bench: Workbench, tag: str) -> None:
    bench.write(GALLERY)
    bench.apply(instance="")
    body = bench.live("/galleries/corp")
    sent = {"location": body["location"], "tags": {"reconciler.owner": tag}, "properties": {}}
    bench.gateway.put(next(iter(bench.built().desired.resources)).kind, body["id"], sent)
    bench.write(EMPTY)

    plan = bench.plan(prune=True)

    assert not plan.undeclared
    assert not plan.writes


def test_what_exists_unowned_is_adopted_only_on_request(bench: Workbench) -> None:
    bench.write(GALLERY)
    bench.apply(instance="")
    assert not bench.plan().pending  # equal: nothing to write, not even a tag
    bench.write(GALLERY.replace("Golden", "New"))

    assert rules(bench.plan()) == [RefusalRule.NOT_OWNED]
    adopted = bench.plan(adopt=frozenset({"rg-images/corp"}))
    assert [str(action.verb) for action in adopted.writes] == ["adopt"]
    bench.carry_out(adopted)
    assert bench.live("/galleries/corp")["tags"]["reconciler.owner"].startswith("test:")
    assert not bench.plan().pending


def test_an_equal_assignment_of_another_name_satisfies_and_is_never_pruned(bench: Workbench) -> None:
    bench.write(GALLERY + ACCESS)
    bench.apply(instance="")
    plan = bench.plan()
    noop = next(action for action in plan.actions if action.address.access is not None)
    assert [str(reason) for reason in noop.reasons] == ["SatisfiedByOther"]
    bench.write(GALLERY)

    assert not bench.plan(prune=True).writes


def test_an_owned_gallery_with_somebody_elses_definition_inside_stays(bench: Workbench) -> None:
    bench.write(GALLERY)
    bench.apply()
    other = replace(bench, options=replace(bench.options, instance="other"))
    other.write(GALLERY + IMAGE)
    other.apply()
    bench.write(EMPTY)

    plan = bench.plan(prune=True, allow_empty=True)

    assert not plan.writes
    (refusal,) = plan.refusals
    assert "corp/ubuntu" in refusal.message


def test_onremove_abandon_gives_up_the_tag_and_keeps_the_image(bench: Workbench) -> None:
    bench.write(GALLERY.replace("spec:", "policy: {onRemove: abandon}\nspec:"))
    bench.apply()
    bench.write(EMPTY)

    bench.apply(prune=True, allow_empty=True)

    assert bench.live("/galleries/corp")["tags"] == {"team": "platform"}


def test_the_source_of_a_version_that_becomes_shallow_stays(bench: Workbench) -> None:
    """What is made in the same plan reads from it as soon as it is there (facts 2.4/15, 7/2)."""
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.apply()
    source = f"/subscriptions/{SUB}/resourceGroups/{GROUP}/providers/Microsoft.Compute/galleries/corp/images/ubuntu"
    reader = versions("2.0.0", regions="westeurope=1", more=", replicationMode: Shallow")
    reader = reader.replace(f"{SOURCE}/ubuntu-2.0.0", f"{source}/versions/1.0.0")
    bench.write(GALLERY + IMAGE + reader)

    plan = bench.plan(prune=True)

    assert writes(plan) == [("create", "corp/ubuntu/2.0.0"), ("delete", "corp/ubuntu/1.1.0")]
    (refusal,) = plan.refusals
    assert (refusal.rule, refusal.addresses[0].text()) == (RefusalRule.PROTECTED, "rg-images/corp/ubuntu/1.0.0")


def test_an_undeclared_parent_says_that_not_all_of_it_could_be_read(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write(GALLERY)
    bench.emulator.faults.add(
        Fault(method="GET", path=r"/images/ubuntu/versions\?", status=403, code="AuthorizationFailed")
    )

    (row,) = bench.plan(prune=True).undeclared

    assert row.words == "no longer declared; stays, because not all of it could be read"


def test_what_is_declared_where_nothing_could_be_read_is_named(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
    bench.apply()
    bench.emulator.faults.add(
        Fault(method="GET", path=r"/images/ubuntu/versions\?", status=403, code="AuthorizationFailed")
    )

    (refusal,) = bench.plan().refusals

    assert refusal.rule is RefusalRule.INCOMPLETE_READ
    assert [short(address) for address in refusal.addresses] == ["corp/ubuntu/1.0.0", "corp/ubuntu/1.1.0"]
