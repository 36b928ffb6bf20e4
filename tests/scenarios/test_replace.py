"""Replacement: asked for by policy, shown whole, refused whole where one thing stands in its way."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from reconciler.emulator.faults import Fault
from reconciler.model.address import Kind
from reconciler.model.plan import Plan, Reason, RefusalRule
from tests.support.estates import ACCESS, GALLERY, IMAGE, SOURCE, versions
from tests.support.sources import stock
from tests.support.workbench import SUB, Workbench, writes

REPLACE = "policy: {onImmutableChange: replace}\n"
GRANTED = IMAGE + versions("1.0.0", "1.1.0")
ASKED = GALLERY.replace("spec:", f"{REPLACE}spec:") + ACCESS + GRANTED
MOVED = ASKED.replace("sku: lts", "sku: pro")
OTHER_SOURCE = ASKED.replace("ubuntu-1.1.0}", "ubuntu-1.1.0-b}")


@pytest.fixture(autouse=True)
def sources(bench: Workbench) -> None:
    """What the versions are made from is there, or nothing could be replaced."""
    stock(bench, *(f"{SOURCE}/ubuntu-{name}" for name in ("1.0.0", "1.1.0", "1.1.0-b", "1.2.0")))


def refused(plan: Plan) -> tuple[RefusalRule, str]:
    found = [refusal for refusal in plan.refusals if "cannot be replaced" in refusal.message]
    assert len(found) == 1, plan.refusals
    assert not [action for action in plan.writes if action.address.kind != "Gallery"], writes(plan)
    return found[0].rule, found[0].message


def test_a_version_with_another_source_is_deleted_and_made_anew(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    bench.write(OTHER_SOURCE)

    plan = bench.plan()
    bench.apply()

    assert writes(plan) == [("replace", "corp/ubuntu/1.1.0"), ("replace", "corp/ubuntu/1.1.0")]
    removal, making = plan.writes
    assert removal.removes
    assert making.makes
    assert making.requires == (removal.id,)
    assert "until it is made again" in removal.hazard
    assert (removal.changes[0].dotted, removal.reasons[0]) == ("storageProfile.source.id", Reason.IMMUTABLE_CHANGED)
    assert bench.live("/versions/1.1.0")["properties"]["storageProfile"]["source"]["id"] == f"{SOURCE}/ubuntu-1.1.0-b"
    assert not bench.plan().pending


def test_a_definition_takes_everything_in_it_along_and_shows_it(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    bench.write(MOVED)

    plan = bench.plan()
    bench.apply()

    assert writes(plan) == [
        ("replace", "corp/ubuntu/1.0.0"),
        ("replace", "corp/ubuntu/1.1.0"),
        ("replace", "corp/ubuntu"),
        ("replace", "corp/ubuntu"),
        ("replace", "corp/ubuntu/1.0.0"),
        ("replace", "corp/ubuntu/1.1.0"),
    ]
    assert "takes 2 more with it" in plan.writes[2].hazard
    assert plan.writes[0].reasons == (Reason.PARENT_REPLACED,)
    assert bench.live("/images/ubuntu")["properties"]["identifier"]["sku"] == "pro"
    assert not bench.plan().pending


def test_a_new_version_of_a_replaced_definition_comes_after_it(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    bench.write(MOVED + versions("1.2.0").split("\n", 1)[1])

    plan = bench.plan()
    bench.apply()

    assert ("create", "corp/ubuntu/1.2.0") in writes(plan)
    assert not bench.plan().pending


def test_an_assignment_with_another_type_of_principal_is_replaced(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    bench.write(ASKED.replace("type: Group", "type: User"))

    plan = bench.plan()

    assert [verb for verb, _ in writes(plan)] == ["replace", "replace"]
    assert "nobody has this access" in plan.writes[0].hazard


def test_without_the_policy_the_way_out_says_what_a_replacement_takes(bench: Workbench) -> None:
    bench.write(ASKED.replace(REPLACE, ""))
    bench.apply()
    bench.write(MOVED.replace(REPLACE, ""))

    refusal = bench.plan().refusals[0]

    assert refusal.rule is RefusalRule.IMMUTABLE
    assert any("replace (takes what is in it along, 2 in all)" in way for way in refusal.ways_out)


def test_a_replacement_counts_as_deletes(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    bench.write(MOVED)

    plan = bench.plan(max_deletes=2)

    assert [refusal.rule for refusal in plan.refusals] == [RefusalRule.MAX_DELETES]
    assert plan.refusals[0].override == "--allow-deletes 3"


def test_a_version_of_somebody_else_stands_in_the_way(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    retag(bench, "/versions/1.1.0", {})
    bench.write(MOVED)

    rule, message = refused(bench.plan())

    assert rule is RefusalRule.NOT_OWNED
    assert "corp/ubuntu/1.1.0 is not this instance's" in message


def test_access_that_somebody_else_granted_inside_stands_in_the_way(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    scope = bench.live("/images/ubuntu")["id"]
    grant = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid4()}"
    role = (
        f"/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
    )
    body = {"properties": {"roleDefinitionId": role, "principalId": str(uuid4()), "principalType": "User"}}
    assert bench.gateway.put(Kind.ROLE_ASSIGNMENT, grant, body).ok
    bench.write(MOVED)

    assert refused(bench.plan())[0] is RefusalRule.NOT_OWNED


def test_a_version_that_left_the_manifest_goes_along_only_with_prune(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    bench.write(MOVED.replace(versions("1.0.0", "1.1.0"), versions("1.1.0")))

    rule, message = refused(bench.plan())
    assert rule is RefusalRule.PROTECTED
    assert "corp/ubuntu/1.0.0 is no longer declared and would be lost" in message

    plan = bench.plan(prune=True)
    assert ("delete", "corp/ubuntu/1.0.0") in writes(plan)
    assert plan.writes[0].reasons == (Reason.PARENT_REPLACED, Reason.NO_LONGER_DECLARED)
    bench.apply(prune=True)
    assert not bench.plan(prune=True).pending


def test_protection_of_anything_inside_stands_in_the_way_and_names_its_override(bench: Workbench) -> None:
    guarded = ASKED.replace("- metadata: {name: 1.0.0}", "- metadata: {name: 1.0.0}\n        policy: {protect: true}")
    bench.write(guarded)
    bench.apply()
    bench.write(guarded.replace("sku: lts", "sku: pro"))

    plan = bench.plan()
    assert refused(plan)[0] is RefusalRule.PROTECTED
    override = plan.refusals[0].override
    assert override == "--allow-protected rg-images/corp/ubuntu/1.0.0"

    allowed = bench.plan(allow_protected=frozenset({override.split(" ")[1]}))
    assert len(allowed.writes) == 6


def test_what_azure_would_not_delete_or_not_make_again_stands_in_the_way(bench: Workbench) -> None:
    dated = MOVED.replace("northeurope=1]}", "northeurope=1], endOfLifeDate: 2026-12-15}")
    bench.write(dated.replace("sku: pro", "sku: lts"))
    bench.apply()
    bench.write(dated)

    later = bench.plan_at(datetime(2027, 1, 1, tzinfo=UTC))

    assert refused(later)[0] is RefusalRule.PAST_END_OF_LIFE


def test_a_gallery_with_soft_delete_cannot_give_names_free_at_once(bench: Workbench) -> None:
    kept = ASKED.replace("spec: {location", "spec: {softDeletePolicy: {isSoftDeleteEnabled: true}, location")
    bench.write(kept)
    bench.apply()
    bench.write(kept.replace("ubuntu-1.1.0}", "ubuntu-1.1.0-b}"))

    rule, message = refused(bench.plan())

    assert rule is RefusalRule.PROTECTED
    assert "soft delete" in message


def test_what_is_yet_to_be_made_from_a_version_that_goes_stands_in_the_way(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    source = bench.live("/versions/1.0.0")["id"]
    copy = versions("1.2.0").replace(f"{SOURCE}/ubuntu-1.2.0", source)
    bench.write(MOVED.replace(versions("1.0.0", "1.1.0"), copy))

    assert "which would be gone" in refused(bench.plan(prune=True))[1]


def test_a_replacement_that_could_not_be_read_whole_is_not_planned(bench: Workbench) -> None:
    bench.write(ASKED)
    bench.apply()
    bench.emulator.faults.add(
        Fault(method="GET", path="/images/ubuntu/versions", status=403, code="AuthorizationFailed")
    )
    bench.write(MOVED)

    plan = bench.plan()

    assert RefusalRule.INCOMPLETE_READ in [refusal.rule for refusal in plan.refusals]
    assert not [action for action in plan.writes if action.removes]


def retag(bench: Workbench, suffix: str, tags: dict[str, str]) -> None:
    """Somebody else takes our mark off a version."""
    body = bench.live(suffix)
    sent = {"location": body["location"], "tags": tags, "properties": body["properties"]}
    assert bench.gateway.put(Kind.IMAGE_VERSION, body["id"], sent).ok
