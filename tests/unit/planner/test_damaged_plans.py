"""A saved plan that was cut, mended by hand or made up: the one line that says what of it is not as it must be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import PlanFileError
from reconciler.model.ledger import Applied
from reconciler.model.state import DesiredState
from reconciler.planner.bodies import new_body
from reconciler.planner.document import digest_of_document, saved_document
from reconciler.planner.saved import load
from tests.support.estates import ESTATE, GALLERY
from tests.support.random_estates import OPTIONS, desired_of, planned, taken
from tests.support.workbench import SUB

PLAN = planned(desired_of(ESTATE), taken(desired_of(GALLERY)))
NOOP, DEFINITION, GRANT, VERSION = range(4)
CORP = f"{SUB}/rg-images/corp"
GRANTED = "rg-images/corp@Reader=6f7c1a34-2d1b-4a52-9a6e-0b2f3c4d5e6f"
LONG = "k" * 60

Edit = Callable[[dict[str, Any]], Any]


def told_of(edit: Edit, *, seal: bool = True) -> str:
    """What is said of the plan after an edit, with a digest that fits what was done to it."""
    document = json.loads(json.dumps(saved_document(PLAN, {"calls": 1})))
    edit(document)
    if seal:
        document["digest"] = digest_of_document(document)
    with pytest.raises(PlanFileError) as caught:
        load(json.dumps(document), "plan.json")
    return caught.value.message.removeprefix("plan.json ")


def put(*path: Any) -> Edit:
    """Write the last of the words at the path that the others are."""

    def edit(document: dict[str, Any]) -> None:
        value: Any = document
        for part in path[:-2]:
            value = value[part]
        value[path[-2]] = path[-1]

    return edit


def drop(*path: Any) -> Edit:
    """Take away what is at a path."""

    def edit(document: dict[str, Any]) -> None:
        value: Any = document
        for part in path[:-1]:
            value = value[part]
        del value[path[-1]]

    return edit


def first(*path: Any) -> tuple[Any, ...]:
    return ("actions", NOOP, *path)


def created(*path: Any) -> tuple[Any, ...]:
    return ("actions", VERSION, *path)


DAMAGED = {
    "target is not a mapping": put("target", []),
    "target.name is not text": put("target", "name", 7),
    "target.name is not there": drop("target", "name"),
    "target.scopes is not a list": put("target", "scopes", {}),
    "target.scopes[].resourceGroup is not there": put("target", "scopes", [{"subscription": SUB}]),
    "target.scopes[].subscription is not text": put("target", "scopes", 0, "subscription", None),
    "target has the unknown key cluster": put("target", "cluster", "x"),
    f"target has the unknown key {'k' * 40}": put("target", LONG, "x"),
    "the plan has the unknown key surprise": put("surprise", 1),
    "source is not there": drop("source"),
    "createdAt is not text": put("createdAt", None),
    "actions is not a list": put("actions", {}),
    "target.scopes[] is not a mapping": put("target", "scopes", ["x"]),
    "actions[].verb is not one of the words of Verb": put(*first("verb", "destroy")),
    "actions[].reasons[] is not one of the words of Reason": put(*first("reasons", ["Whim"])),
    "actions[].reasons is not a list": put(*first("reasons", "NotInAzure")),
    "actions[].requires[] is not text": put(*first("requires", [1])),
    "actions[].body is not a mapping": put(*created("body", "x")),
    "actions[].changes[].parts is not there": drop(*created("changes", 0, "parts")),
    "actions[].changes[].parts[] is not text": put(*created("changes", 0, "parts", 0, None)),
    "actions[].changes[].origin is not a mapping": put(*created("changes", 0, "origin", "here")),
    "actions[].changes[].origin.line is not a number": put(*created("changes", 0, "origin", "line", "7")),
    "actions[].address is not an address": put(*first("address", 7)),
    "summary is not a mapping": put("summary", []),
    "summary.create is not a number": put("summary", "create", "4"),
    f"summary.{'k' * 40} is not a number": put("summary", LONG, "4"),
    "source.dirty is not true or false": put("source", "dirty", "no"),
    "unowned is not a list": put("unowned", CORP),
    "unowned[] is not an address": put("unowned", [None]),
    "limits[].before is not a number": put("limits", 0, "before", True),
    "read is not a mapping": put("read", []),
    "declared is not a mapping": put("declared", []),
    "roles is not a mapping": put("roles", []),
    "selection is not a mapping": put("selection", []),
    "the resourceId of rg-images/corp is not that of its address": put(*first("resourceId", "/subscriptions/x")),
    "the resourceId of rg-images/corp/ubuntu/1.0.0 is not there": put(*created("resourceId", "")),
}


@pytest.mark.parametrize(("words", "edit"), DAMAGED.items(), ids=DAMAGED)
def test_it_is_said_what_is_damaged_and_where(words: str, edit: Edit) -> None:
    assert told_of(edit) == f"is damaged: {words}"


@pytest.mark.parametrize(
    "address",
    [
        *("", "corp", f"{SUB}/rg-images", f"{CORP}/", f"{SUB}//corp", f"{CORP}/ubuntu/1.0.0/more"),
        *(f"{CORP}@", f"{CORP}@Reader", f"{CORP}@=p", f"{CORP}@Reader="),
    ],
)
def test_what_is_no_address_is_said_so(address: str) -> None:
    assert told_of(put(*first("address", address))) == "is damaged: actions[].address is not an address"


def test_a_role_whose_id_is_no_text_is_no_address() -> None:
    assert told_of(lambda document: document["roles"].update(dict.fromkeys(document["roles"], 7))) == (
        "is damaged: actions[].address is not an address"
    )


def test_a_role_named_with_an_equals_sign_keeps_its_name() -> None:
    document = json.loads(json.dumps(saved_document(PLAN)))
    document["actions"] = []
    document["unowned"] = [f"{CORP}@Odd=Role=principal"]
    document["digest"] = digest_of_document(document)

    (address,) = load(json.dumps(document), "plan.json").plan.unowned

    assert address.access is not None
    assert (address.access.role, address.access.principal) == ("Odd=Role", "principal")


@pytest.mark.parametrize("tail", ["", "/providers/Microsoft.Authorization/roleAssignments/", "/x/y"])
def test_an_assignment_writes_to_an_id_of_its_own_below_its_scope(tail: str) -> None:
    gallery = PLAN.actions[NOOP].resource_id

    assert told_of(put("actions", GRANT, "resourceId", gallery + tail)) == (
        f"is damaged: the resourceId of {GRANTED} is not that of its address"
    )


def test_an_assignment_does_not_write_below_an_assignment() -> None:
    given = PLAN.actions[GRANT].resource_id

    assert "is not that of its address" in told_of(put("actions", GRANT, "resourceId", f"{given}/more"))


def test_an_action_before_what_it_requires_is_named_in_short() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["actions"][NOOP] |= {"id": LONG * 2, "requires": ["nothing there"]}

    assert told_of(edit) == f"is damaged: the place of {(LONG * 2)[:80]} is not after what it requires"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (put("words", 1), "was changed since it was saved: its digest does not fit"),
        (put("schemaVersion", "1" * 30), f"has schemaVersion {'1' * 20}; this reconciler reads 1"),
        (drop("roles"), "was printed for reading, without what an apply needs"),
        (drop("actions"), "is not a saved plan"),
        (drop("schemaVersion"), "is not a saved plan"),
    ],
)
def test_another_file_is_told_from_a_damaged_one(edit: Edit, words: str) -> None:
    assert told_of(edit, seal=False) == words


@pytest.mark.parametrize("text", ["[]", '"schemaVersion actions"', '["schemaVersion", "actions"]'])
def test_what_is_no_document_at_all_is_no_saved_plan(text: str) -> None:
    with pytest.raises(PlanFileError) as caught:
        load(text, "plan.json")

    assert caught.value.message == "plan.json is not a saved plan"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"schemaVersion": 1, "schemaVersion": 1}', "is damaged: it says one thing twice"),
        ('{"schemaVersion": NaN}', "is damaged: NaN is no number"),
        ('{"schemaVersion": -Infinity}', "is damaged: -Infinity is no number"),
        ('{"schemaVersion": 1e999}', "is damaged: 1e999 is no number"),
        (f'{{"schemaVersion": 1.{"2" * 40}e999}}', f"is damaged: 1.{'2' * 18} is no number"),
        ("{", "is no plan that can be read: it is damaged or not JSON"),
    ],
)
def test_json_that_says_too_much_or_too_little_is_no_plan(text: str, words: str) -> None:
    with pytest.raises(PlanFileError) as caught:
        load(text, "plan.json")

    assert (caught.value.message, caught.value.hint) == (
        f"plan.json {words}",
        "make it anew with `reconciler plan --out FILE`",
    )


def test_what_the_ledger_is_to_keep_comes_back_as_it_was() -> None:
    desired = desired_of(ESTATE)
    declared = {
        address: Applied(new_body(resource, OPTIONS), {"newest": 7} if address.version else {})
        for address, resource in desired.resources.items()
    }

    saved = load(json.dumps(saved_document(PLAN, {"calls": 1, "seconds": 1.5}, declared)), "plan.json")

    assert saved.declared == declared
    assert saved.read == {"calls": 1, "seconds": 1.5}
    body = saved.declared[next(address for address in declared if address.version == "1.0.0")].body
    assert body["storageProfile"]["source"]["id"] == declared_source(desired, "1.0.0").swapcase()


def declared_source(desired: DesiredState, version: str) -> str:
    (body,) = [one.body for one in desired.resources.values() if one.address.version == version]
    return str(body["storageProfile"]["source"]["id"])


@pytest.mark.parametrize(
    ("name", "entry", "words"),
    [
        ("corp", {"body": {}}, "declared is not an address"),
        (CORP, [], f"declared.{CORP} is not a mapping"),
        (CORP, {}, f"declared.{CORP}.body is not there"),
        (CORP, {"body": 7}, f"declared.{CORP}.body is not a mapping"),
        (f"{CORP}/{LONG}", {"body": 7}, f"declared.{f'{CORP}/{LONG}'[:80]}.body is not a mapping"),
    ],
)
def test_it_is_said_which_entry_of_the_ledger_is_damaged(name: str, entry: Any, words: str) -> None:
    assert told_of(put("declared", {name: entry})) == f"is damaged: {words}"
