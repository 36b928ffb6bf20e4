"""What was not kept, and what somebody undid: compared as canonical values, each named once by its path."""

from __future__ import annotations

from typing import Any

from reconciler.executor.verification import undone, unkept, unkept_in
from reconciler.kinds.canonical import live as canonical_live
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.registry import rules_of
from reconciler.live.answer import Answer
from reconciler.model.address import Address
from reconciler.model.plan import Action, Change, Verb, dotted
from reconciler.model.state import LiveResource

SUB = "00000000-0000-0000-0000-000000000001"
GALLERY = Address(SUB, "rg", "corp")
VERSION = Address(SUB, "rg", "corp", "ubuntu", "1.0.0")
TARGETS = ("publishingProfile", "targetRegions")


def seen(address: Address, **body: Any) -> LiveResource:
    shape = rules_of(address.kind).shape
    return LiveResource(address, canonical_live(shape, unwrap(body)), address.resource_id)


def write(address: Address, body: dict[str, Any], *changes: Change, verb: Verb = Verb.UPDATE) -> Action:
    return Action(f"{verb} {address.key}", address, verb, (), "", tuple(changes), body=body)


def test_what_comes_back_spelled_otherwise_is_kept() -> None:
    sent = {
        "location": "westeurope",
        "properties": {
            "publishingProfile": {"targetRegions": [{"name": "westus2"}], "endOfLifeDate": "2027-01-01T00:00:00Z"}
        },
    }
    there = seen(
        VERSION,
        location="westeurope",
        properties={
            "publishingProfile": {
                "targetRegions": [
                    {"name": "West US 2", "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS"}
                ],
                "replicaCount": 1,
                "endOfLifeDate": "2027-01-01T00:00:00+00:00",
            }
        },
    )

    assert unkept(write(VERSION, sent, verb=Verb.CREATE), there) == ()


def test_each_value_that_is_not_kept_is_named_once() -> None:
    sent = {"location": "westeurope", "tags": {"team": "a"}, "properties": {"description": "new"}}
    there = seen(GALLERY, location="westeurope", tags={"team": "b"}, properties={"description": "old"})

    warnings = unkept(write(GALLERY, sent), there)

    assert warnings == (
        'Azure did not keep description: sent "new", there "old"',
        'Azure did not keep tags.team: sent "a", there "b"',
    )


def test_a_dropped_region_and_a_tag_that_did_not_go_are_named() -> None:
    sent = {"location": "a", "properties": {"publishingProfile": {"targetRegions": [{"name": "westus2"}]}}}
    gone = seen(VERSION, location="a", properties={"publishingProfile": {"targetRegions": [{"name": "westus"}]}})
    removed = Change(("tags", "old"), "x", None, "updatable")
    still = seen(GALLERY, location="a", tags={"old": "x"})

    lines = {line.split(":")[0] for line in unkept(write(VERSION, sent), gone)}
    assert lines == {f"Azure did not keep publishingProfile.targetRegions[{name}]" for name in ("westus", "westus2")}
    (line,) = unkept(write(GALLERY, {"location": "a", "tags": {}}, removed), still)
    assert line == 'Azure did not keep tags.old: sent absent, there "x"'


def test_a_field_newer_than_us_that_was_dropped_is_named() -> None:
    change = Change(("shiny",), None, {"level": 3}, "unchecked")
    sent = {"location": "a", "properties": {"shiny": {"level": 3}}}

    assert len(unkept(write(GALLERY, sent, change), seen(GALLERY, location="a"))) == 1
    assert not unkept(write(GALLERY, sent, change), seen(GALLERY, location="a", properties={"shiny": {"level": 3}}))


def test_an_answer_that_holds_no_resource_tells_nothing() -> None:
    action = write(GALLERY, {"location": "a", "properties": {"description": "new"}})

    answers: tuple[Any, ...] = (None, [], {"error": {"code": "x"}}, {"properties": "odd"})
    for body in answers:
        assert unkept_in(action, Answer(202, body)) == ()


def test_what_stands_as_we_wrote_it_is_not_undone_whatever_else_changed() -> None:
    ours = (
        Change(("provisioningState",), "Failed", "Succeeded", "read-only"),
        Change(("tags", "team"), "a", "b", "updatable"),
        Change((*TARGETS, "[westus]"), {"name": "westus"}, None, "updatable"),
        Change((*TARGETS, "[westus]"), None, {"name": "westus", "regionalReplicaCount": 2}, "updatable"),
    )
    regions = [{"name": "West US", "regionalReplicaCount": 2}, {"name": "uksouth"}]
    fresh = seen(
        VERSION,
        location="a",
        tags={"team": "b", "portal": "x"},
        properties={"publishingProfile": {"targetRegions": regions}},
    )

    assert undone(ours, fresh) == ()


def test_what_somebody_wrote_over_is_named_with_both_values() -> None:
    ours = (Change(("tags", "team"), "a", "b", "updatable"), Change(("allowUpdateImage",), None, True, "write-only"))

    (field,) = undone(ours, seen(Address(SUB, "rg", "corp", "ubuntu"), location="a", tags={"team": "c"}))

    assert (dotted(field.path), field.planned, field.live) == ("tags.team", "b", "c")
