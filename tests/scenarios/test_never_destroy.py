"""What a careless plan would have destroyed, hidden or left half done: each of these once went wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Durations
from reconciler.errors import InvalidInput
from reconciler.executor.task import Pace, Rules
from reconciler.model.address import Kind
from reconciler.model.plan import Action, Plan, RefusalRule, Verb
from reconciler.model.report import Outcome
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, SOURCE, versions
from tests.support.workbench import PACE, Workbench, changed, short, workbench, writes

ALL = GALLERY + ACCESS + IMAGE + versions("1.0.0", "1.1.0")


def rules(plan: Plan) -> list[RefusalRule]:
    return [refusal.rule for refusal in plan.refusals]


def with_policy(text: str, policy: str) -> str:
    return text.replace("metadata: {name: corp}\n", f"metadata: {{name: corp}}\npolicy: {policy}\n")


def closure(plan: Plan, action: Action) -> set[str]:
    by_id = {each.id: each for each in plan.actions}
    return set(action.requires).union(*(closure(plan, by_id[need]) for need in action.requires))


def action(plan: Plan, verb: Verb, address: str) -> Action:
    return next(each for each in plan.actions if each.verb is verb and short(each.address) == address)


def portal(bench: Workbench, suffix: str, **properties: object) -> None:
    """Somebody else writes a version."""
    body = bench.live(suffix)
    sent = {
        "location": body["location"],
        "tags": body.get("tags") or {},
        "properties": {**body["properties"], **properties},
    }
    assert bench.gateway.put(Kind.IMAGE_VERSION, body["id"], sent).ok


# ---- protection ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "marker"), [("{protect: true}", "protect"), ("{onRemove: abandon}", "abandon")])
def test_a_policy_added_later_is_a_shown_change_and_takes_effect(bench: Workbench, policy: str, marker: str) -> None:
    bench.write(GALLERY)
    bench.apply()
    bench.write(with_policy(GALLERY, policy))

    plan = bench.plan()

    (update,) = plan.writes
    assert [change.dotted for change in update.changes] == ["tags.reconciler.owner"]
    bench.carry_out(plan)
    assert bench.live("/galleries/corp")["tags"]["reconciler.owner"].endswith(f":{marker}")
    assert not bench.plan().pending
    (bench.folder / "gallery.yaml").write_text("apiVersion: gallery-reconciler/v1\nkind: Defaults\n", encoding="utf-8")
    gone = bench.plan(prune=True, allow_empty=True)
    assert not [each for each in gone.writes if each.verb is Verb.DELETE]


def test_a_protected_parent_protects_what_leaves_the_manifest_below_it(bench: Workbench) -> None:
    bench.write(with_policy(ALL, "{protect: true}"))
    bench.apply()
    bench.write(with_policy(GALLERY + IMAGE + versions("1.1.0"), "{protect: true}"))

    plan = bench.plan(prune=True)

    assert not plan.writes
    assert rules(plan) == [RefusalRule.PROTECTED, RefusalRule.PROTECTED]
    assert {short(refusal.addresses[0]) for refusal in plan.refusals} == {
        "corp/ubuntu/1.0.0",
        "corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f",
    }


def test_access_to_an_abandoned_gallery_is_not_revoked(bench: Workbench) -> None:
    bench.write(with_policy(GALLERY + ACCESS, "{onRemove: abandon}"))
    bench.apply()
    bench.write("apiVersion: gallery-reconciler/v1\nkind: Defaults\n")

    plan = bench.plan(prune=True, allow_empty=True)

    assert writes(plan) == [("abandon", "corp")]


# ---- what a delete must wait for -------------------------------------------------------------------------------


def test_the_source_of_a_new_version_is_not_pruned_before_the_copy_is_made(bench: Workbench) -> None:
    other = IMAGE.replace("ubuntu", "second").replace("sku: lts", "sku: second").replace("images:\n", "")
    bench.write(GALLERY + IMAGE + versions("1.0.0") + other)
    bench.apply()
    source = next(key for key in bench.emulator.resources() if key.endswith("/images/ubuntu/versions/1.0.0"))
    copy = versions("1.0.0").replace(f"{SOURCE}/ubuntu-1.0.0", source)
    bench.write(GALLERY + "images:\n" + other + copy)

    plan = bench.plan(prune=True)

    delete = action(plan, Verb.DELETE, "corp/ubuntu/1.0.0")
    assert action(plan, Verb.CREATE, "corp/second/1.0.0").id in closure(plan, delete)


def test_a_version_made_from_a_new_version_comes_after_it(bench: Workbench) -> None:
    source = f"{SOURCE.rsplit('/', 1)[0]}/galleries/corp/images/ubuntu/versions/1.1.0".replace("rg-build", "rg-images")
    copy = versions("1.0.0").replace(f"{SOURCE}/ubuntu-1.0.0", source)
    bench.write(GALLERY + IMAGE + copy + versions("1.1.0").split("\n", 1)[1])

    plan = bench.plan()

    assert action(plan, Verb.CREATE, "corp/ubuntu/1.1.0").id in action(plan, Verb.CREATE, "corp/ubuntu/1.0.0").requires


def test_a_renamed_definition_is_refused_and_its_images_stay(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    bench.write((GALLERY + IMAGE + versions("1.0.0")).replace("name: ubuntu}", "name: ubuntu-new}"))

    plan = bench.plan(prune=True)

    assert not plan.writes
    assert "rename" in plan.refusals[0].message
    bench.carry_out(plan)
    assert "corp/images/ubuntu/versions/1.0.0" in bench.ids()


def test_a_version_that_moves_to_another_name_goes_only_after_its_new_home_is_there(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.apply()
    moved = (
        (GALLERY + IMAGE + versions("1.0.0")).replace("name: ubuntu}", "name: moved}").replace("sku: lts", "sku: new")
    )
    bench.write(moved)
    bench.emulator.faults.add(Fault(method="PUT", path="/images/moved/versions/", status=400, code="InvalidParameter"))

    report = bench.carry_out(bench.plan(prune=True))

    assert report.count(Outcome.FAILED) == 1
    assert "corp/images/ubuntu/versions/1.0.0" in bench.ids()


@pytest.mark.parametrize(
    "more", [", excludeFromLatest: true", None], ids=["excluded everywhere", "excluded in every region"]
)
def test_excluding_the_rest_makes_no_last_usable_version_expendable(bench: Workbench, more: str | None) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", "2.0.0", regions="westeurope=1"))
    bench.apply()
    regions = "westeurope=1" if more else "{name: westeurope, regionalReplicaCount: 1, excludeFromLatest: true}"
    bench.write(GALLERY + IMAGE + versions("2.0.0", regions=regions, more=more or ""))

    assert RefusalRule.LAST_USABLE in rules(bench.plan(prune=True))


def test_nothing_goes_whose_access_could_not_be_read(bench: Workbench) -> None:
    bench.write(ALL)
    bench.apply()
    bench.write(GALLERY + ACCESS)
    bench.emulator.faults.add(Fault(method="GET", path="/roleAssignments", status=403, code="AuthorizationFailed"))

    plan = bench.plan(prune=True)

    assert not [each for each in plan.writes if each.verb is Verb.DELETE]


# ---- several steps ---------------------------------------------------------------------------------------------

TWO = GALLERY + IMAGE + versions("1.0.0")
ONE = GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1")


def test_an_edit_between_two_steps_is_not_written_over(bench: Workbench) -> None:
    bench.write(TWO)
    bench.apply()
    bench.write(ONE)
    plan = bench.plan()
    first = replace(plan, actions=plan.actions[:-2])
    bench.carry_out(first)
    regions = [{"name": name, "regionalReplicaCount": 1} for name in ("westeurope", "northeurope", "japaneast")]
    portal(bench, "/versions/1.0.0", publishingProfile={"targetRegions": regions})
    rest = replace(plan, actions=tuple(replace(each, requires=()) for each in plan.actions[-2:-1]))

    report = bench.carry_out(rest)

    assert [result.error_code for result in report.results] == ["Precondition"]
    assert len(bench.live("/versions/1.0.0")["properties"]["publishingProfile"]["targetRegions"]) == 3


@pytest.mark.parametrize("done", [1, 2])
def test_steps_cut_off_in_the_middle_are_finished_by_the_next_plan(bench: Workbench, done: int) -> None:
    bench.write(TWO)
    bench.apply()
    bench.write(ONE)
    plan = bench.plan()
    steps = [each for each in plan.actions if each.writes]
    assert len(steps) == 3
    bench.carry_out(replace(plan, actions=tuple(steps[:done])))
    assert bench.live("/versions/1.0.0")["properties"]["safetyProfile"]["allowDeletionOfReplicatedLocations"] is True

    rest = bench.plan()

    assert len(rest.writes) == 3 - done
    bench.carry_out(rest)
    version = bench.live("/versions/1.0.0")
    assert version["properties"]["safetyProfile"]["allowDeletionOfReplicatedLocations"] is False
    assert list(version["tags"]) == ["reconciler.owner"]
    assert not bench.plan().pending


# ---- nothing hidden --------------------------------------------------------------------------------------------


def test_a_tag_whose_name_looks_private_is_a_difference_like_any_other(bench: Workbench) -> None:
    bench.write(GALLERY.replace("team: platform", "__env: a"))
    bench.apply()
    bench.write(GALLERY.replace("team: platform", "__env: b"))

    assert changed(bench.plan()) == [("tags.__env", "a", "b")]


def test_an_empty_list_of_disallowed_disks_is_no_difference(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE.replace("description: Ubuntu", "disallowed: {diskTypes: []}"))
    bench.apply()

    assert not bench.plan().pending


def test_one_assignment_written_by_custom_name_and_by_guid_is_an_error_naming_both_lines(bench: Workbench) -> None:
    import requests

    guid = "00000000-0000-4000-8000-00000000abcd"
    scope = "/subscriptions/00000000-0000-0000-0000-000000000001"
    properties = {
        "roleName": "Bob's role",
        "type": "CustomRole",
        "permissions": [{"actions": ["*/read"]}],
        "assignableScopes": [scope],
    }
    answer = requests.put(
        f"{bench.emulator.base_url}{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}?api-version=2022-04-01",
        json={"properties": properties},
        headers={"Authorization": f"Bearer {bench.emulator.token}"},
        timeout=10,
    )
    assert answer.ok
    bench.write(GALLERY + ACCESS.replace("role: Reader", "role: Bob's role"))
    bench.apply()
    assert not bench.plan().pending
    twice = ACCESS.replace("role: Reader", "role: Bob's role") + ACCESS.replace("access:\n", "").replace(
        "role: Reader", f"role: {guid}"
    )
    bench.write(GALLERY + twice)

    with pytest.raises(InvalidInput) as caught:
        bench.plan()

    (found,) = caught.value.diagnostics
    assert found.code == "duplicate-resource"
    assert found.origin.line != 0
    assert "gallery.yaml" in found.message


# ---- never a false end -----------------------------------------------------------------------------------------


def test_waiting_for_something_that_vanishes_is_not_a_success(tmp_path: Path) -> None:
    slow = Durations(0, 0, 0, 0, 0, 0, 0, 0.6, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0"))
        bench.apply()
        assert bench.gateway.delete(Kind.IMAGE_VERSION, bench.live("/versions/1.0.0")["id"]).ok

        report = bench.carry_out(bench.plan())

        assert [result.outcome for result in report.results] == [Outcome.PENDING]
        assert "plan again" in report.results[0].why


@pytest.mark.parametrize(("regions", "outcome"), [("westeurope=1", "succeeded"), ("westeurope=2", "pending")])
def test_waiting_ends_in_success_only_where_nothing_differs_any_more(
    tmp_path: Path, regions: str, outcome: str
) -> None:
    slow = Durations(gallery=0, definition=0, version_create=0.6, retry_after=0.05)
    with workbench(tmp_path, time_scale=1.0, durations=slow) as bench:
        bench.write(GALLERY + IMAGE)
        bench.apply()
        bench.write(GALLERY + IMAGE + versions("1.0.0", regions="westeurope=1"))
        (create,) = bench.plan().writes
        assert create.body is not None
        assert bench.gateway.put(Kind.IMAGE_VERSION, create.resource_id, create.body).ok
        bench.write(GALLERY + IMAGE + versions("1.0.0", regions=regions))

        report = bench.carry_out(bench.plan())

        assert [str(result.outcome) for result in report.results] == [outcome]


@pytest.mark.parametrize("path", [r"\$expand=ReplicationStatus", "/versions/1.0.0"])
def test_what_may_not_be_read_after_a_write_is_told_and_not_waited_for(bench: Workbench, path: str) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    plan = bench.plan()
    bench.emulator.faults.add(Fault(method="GET", path=path, status=403, code="AuthorizationFailed", message="no"))

    report = bench.carry_out(plan, Rules(pace=replace(PACE, version_limit=30, other_limit=30)))

    result = next(each for each in report.results if each.address.kind is Kind.IMAGE_VERSION)
    assert result.outcome is Outcome.FAILED
    assert result.error_code == "AuthorizationFailed"


def test_an_absurd_retry_after_does_not_park_an_action_for_days(bench: Workbench) -> None:
    bench.write(GALLERY)
    plan = bench.plan()
    bench.emulator.faults.add(
        Fault(
            method="GET",
            path="capsOperations",
            status=429,
            code="TooManyRequests",
            headers={"Retry-After": "1000000"},
            times=1,
        )
    )

    report = bench.carry_out(plan, Rules(pace=Pace(first_poll=0.01, longest_retry=0.1, longest_poll=0.1)))

    assert report.count(Outcome.SUCCEEDED) == 1


def test_a_504_to_a_write_that_was_taken_is_followed(bench: Workbench) -> None:
    bench.write(GALLERY)
    plan = bench.plan()
    (create,) = plan.writes
    assert create.body is not None
    bench.emulator.faults.add(Fault(method="PUT", path="/galleries/corp", status=504, code="GatewayTimeout", times=1))
    watched: list[object] = []

    import threading

    from reconciler.reconcile import apply_pass

    def watch(_progress: object) -> None:
        if not watched and any(record.status == 504 for record in bench.emulator.requests):
            watched.append(bench.gateway.put(Kind.GALLERY, create.resource_id, create.body or {}))

    report = apply_pass(
        plan,
        bench.gateway,
        Rules(pace=replace(PACE, first_retry=0.3)),
        on_progress=watch,
        stopping=threading.Event(),
    )

    assert watched
    assert report.count(Outcome.SUCCEEDED) == 1, report.results


# ---- not planned what is refused -------------------------------------------------------------------------------


def test_a_date_that_has_passed_is_not_set_on_a_version(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0", more=", endOfLifeDate: 2020-01-01"))

    plan = bench.plan()

    assert rules(plan) == [RefusalRule.PAST_END_OF_LIFE]
    assert writes(plan) == [("create", "corp"), ("create", "corp/ubuntu")]


def test_a_minimum_above_a_live_maximum_is_not_planned(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE.replace("description: Ubuntu", "recommended: {vCPUs: {min: 1, max: 4}}"))
    bench.apply()
    bench.write(GALLERY + IMAGE.replace("description: Ubuntu", "recommended: {vCPUs: {min: 8}}"))

    assert rules(bench.plan()) == [RefusalRule.LIMIT_EXCEEDED]


def test_more_tags_than_a_resource_takes_with_the_live_ones_are_not_planned(bench: Workbench) -> None:
    bench.write(GALLERY)
    bench.apply()
    body = bench.live("/galleries/corp")
    tags = {**body["tags"], **{f"foreign{number}": "x" for number in range(45)}}
    sent = {"location": body["location"], "tags": tags, "properties": {"description": "Golden images"}}
    assert bench.gateway.put(Kind.GALLERY, body["id"], sent).ok
    more = ", ".join(f"own{number}: x" for number in range(6))
    bench.write(GALLERY.replace("team: platform", more))

    assert rules(bench.plan()) == [RefusalRule.LIMIT_EXCEEDED]


def test_a_community_gallery_is_not_deleted_before_its_sharing_is_reset(bench: Workbench) -> None:
    community = (
        "sharingProfile: {permissions: Community, communityGalleryInfo: {publisherUri: https://a.example.com, "
        "publisherContact: a@example.com, eula: https://a.example.com/eula, publicNamePrefix: corpimages}}, "
    )
    bench.write(GALLERY.replace("spec: {", f"spec: {{{community}"))
    bench.apply()
    bench.write("apiVersion: gallery-reconciler/v1\nkind: Defaults\n")

    plan = bench.plan(prune=True, allow_empty=True)

    assert not plan.writes
    assert "az sig share reset" in plan.refusals[0].ways_out[0]


def test_the_delete_guard_counts_what_is_really_planned(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    bench.write(GALLERY + ACCESS + IMAGE)

    plan = bench.plan(prune=True, max_deletes=0, max_delete_percent=0)

    assert writes(plan) == [("delete", "corp/ubuntu/1.0.0")]
    refusal = next(each for each in plan.refusals if each.rule is RefusalRule.MAX_DELETES)
    assert refusal.override == "--allow-deletes 1"
    assert refusal.message.startswith("1 delete planned")
