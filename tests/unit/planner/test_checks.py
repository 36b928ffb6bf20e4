"""Which rights a plan takes, what Azure's patterns allow, and what an obstacle holds back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.address import Access, Address
from reconciler.model.checks import Asked, Checks, Found, Granted, Hindrance, Lock, Need, Obstacle
from reconciler.model.plan import Action, Level, Plan, Reason, Refusal, RefusalRule, Source, Target, Verb
from reconciler.planner.checks import asked_ahead, checks_of, held_back, right_of, role_for
from reconciler.planner.document import digest_of, plan_document, saved_document

SUB = "00000000-0000-0000-0000-000000000001"
GALLERY = Address(SUB, "rg", "corp")
IMAGE = Address(SUB, "rg", "corp", "ubuntu")
ONE, TWO = (replace(IMAGE, version=name) for name in ("1.0.0", "2.0.0"))
READER = replace(GALLERY, access=Access("Reader", "somebody", "role"))
COMPUTE = "Microsoft.Compute/galleries"
ROLES = "Microsoft.Authorization/roleAssignments"


def action(address: Address, verb: Verb, *, step: int = 0, makes: bool = True) -> Action:
    return Action(
        f"{verb} {address.key}{f' #{step}' if step else ''}",
        address,
        verb,
        (Reason.DIFFERS,),
        "",
        body={"properties": {}} if makes and verb is not Verb.DELETE else None,
    )


def plan(*actions: Action) -> Plan:
    return Plan(Target("t", "c"), Source("p"), "2026-11-01T00:00:00+00:00", actions)


def stopped(made: Plan, *actions: Action) -> Plan:
    found = Obstacle(Hindrance.LOCKED, GALLERY.resource_id, "locked", "unlock", tuple(one.id for one in actions))
    return replace(made, checks=Checks((found,)))


@pytest.mark.parametrize(
    ("actions", "excepted", "right", "allowed"),
    [
        (("*",), (), f"{COMPUTE}/write", True),
        (("*/read",), (), f"{COMPUTE}/write", False),
        (("*/READ",), (), f"{COMPUTE}/read", True),
        ((f"{COMPUTE}/*",), (), f"{COMPUTE}/images/versions/delete", True),
        ((f"{COMPUTE}/*/write",), (), f"{COMPUTE}/images/write", True),
        ((f"{COMPUTE}/*/write",), (), f"{COMPUTE}/write", False),
        ((f"{COMPUTE}/write".upper(),), (), f"{COMPUTE}/write", True),
        (("*",), ("Microsoft.Authorization/*/Write",), "Microsoft.Authorization/roleAssignments/write", False),
        (("*",), (f"{COMPUTE}/share/action",), f"{COMPUTE}/write", True),
        ((), (), f"{COMPUTE}/write", False),
        (("Microsoft.*/galleries*/delete*",), (), f"{COMPUTE}/images/delete", True),
        (("*ab*b",), (), "ab", False),
        (("a*a",), (), "a", False),
        (("**",), (), "anything", True),
    ],
)
def test_an_entry_allows_what_its_patterns_name_and_nothing_it_excepts(
    actions: tuple[str, ...], excepted: tuple[str, ...], right: str, *, allowed: bool
) -> None:
    assert Granted(actions, excepted).allows(right) is allowed


@pytest.mark.parametrize(
    ("address", "verb", "right", "role"),
    [
        (GALLERY, Verb.CREATE, f"{COMPUTE}/write", "Compute Gallery Artifacts Publisher"),
        (GALLERY, Verb.SHARE, f"{COMPUTE}/share/action", "Compute Gallery Sharing Admin"),
        (IMAGE, Verb.ADOPT, f"{COMPUTE}/images/write", "Compute Gallery Artifacts Publisher"),
        (ONE, Verb.DELETE, f"{COMPUTE}/images/versions/delete", "Compute Gallery Artifacts Publisher"),
        (ONE, Verb.RESTORE, f"{COMPUTE}/images/versions/write", "Compute Gallery Artifacts Publisher"),
        (
            READER,
            Verb.CREATE,
            "Microsoft.Authorization/roleAssignments/write",
            "Role Based Access Control Administrator",
        ),
        (
            READER,
            Verb.DELETE,
            "Microsoft.Authorization/roleAssignments/delete",
            "Role Based Access Control Administrator",
        ),
    ],
)
def test_every_verb_on_every_kind_takes_one_right_that_a_small_role_grants(
    address: Address, verb: Verb, right: str, role: str
) -> None:
    assert right_of(action(address, verb)) == right
    assert role_for(right) == role


def test_a_right_is_looked_for_down_to_the_nearest_that_is_there() -> None:
    made = plan(action(IMAGE, Verb.CREATE), action(ONE, Verb.CREATE), action(READER, Verb.CREATE))

    asked = asked_ahead(made, rights=True, sources=False)

    scopes = (GALLERY.scope.resource_id, GALLERY.resource_id)
    assert asked.needs == (
        Need(f"{COMPUTE}/images/write", scopes),
        Need(f"{COMPUTE}/images/versions/write", scopes),
        Need("Microsoft.Authorization/roleAssignments/write", scopes),
    )
    assert asked.groups == (GALLERY.scope,)


def test_nothing_is_asked_for_what_writes_nothing_or_may_not_be_written() -> None:
    refusal = Refusal(RefusalRule.EMPTY_DESIRED, Level.RUN, (), "nothing is declared")

    assert asked_ahead(plan(action(GALLERY, Verb.NOOP)), rights=True, sources=True) == Asked()
    refused = replace(plan(action(GALLERY, Verb.CREATE)), refusals=(refusal,))
    assert asked_ahead(refused, rights=True, sources=True) == Asked()


@pytest.mark.parametrize(
    ("scope", "level", "held"),
    [
        (IMAGE.resource_id, "ReadOnly", (True, True)),
        (IMAGE.resource_id.upper(), "readonly", (True, True)),
        (IMAGE.resource_id, "CanNotDelete", (False, True)),
        (f"/subscriptions/{SUB}", "CanNotDelete", (False, True)),
        (ONE.resource_id, "CanNotDelete", (False, True)),
        (ONE.resource_id[:-1], "ReadOnly", (False, False)),
        (TWO.resource_id, "ReadOnly", (False, False)),
        (IMAGE.resource_id, "NotSpecified", (False, False)),
        (IMAGE.resource_id, "", (False, False)),
    ],
)
def test_a_lock_holds_what_it_lies_on_or_above(scope: str, level: str, held: tuple[bool, bool]) -> None:
    lock = Lock("keep", scope, level)

    assert (lock.holds(ONE.resource_id, removes=False), lock.holds(ONE.resource_id, removes=True)) == held


def test_what_lies_below_an_obstacle_is_held_back_and_nothing_else() -> None:
    image, one, other = action(IMAGE, Verb.UPDATE), action(ONE, Verb.CREATE), action(GALLERY, Verb.UPDATE)

    assert held_back(stopped(plan(other, image, one), image)) == {image.id: "locked", one.id: "locked"}
    assert held_back(stopped(plan(other, image, one), one)) == {one.id: "locked"}
    assert held_back(plan(other, image, one)) == {}


def test_of_a_replacement_nothing_goes_where_a_part_could_not_come_back() -> None:
    actions = [
        action(ONE, Verb.REPLACE, step=1, makes=False),
        action(TWO, Verb.REPLACE, step=1, makes=False),
        action(IMAGE, Verb.REPLACE, step=1, makes=False),
        action(IMAGE, Verb.REPLACE, step=2),
        action(ONE, Verb.REPLACE, step=2),
        action(TWO, Verb.REPLACE, step=2),
    ]
    beside = action(GALLERY, Verb.UPDATE)

    assert held_back(stopped(plan(beside, *actions), actions[-1])).keys() == {one.id for one in actions}


def test_a_missing_right_is_told_at_the_gallery_where_there_is_one() -> None:
    made = plan(action(IMAGE, Verb.CREATE), action(Address(SUB, "rg", "labs"), Verb.CREATE))
    asked = asked_ahead(made, rights=True, sources=False)

    found = checks_of(made, asked, Found(lacking=frozenset(asked.needs)), rights=True)

    assert [(one.scope, one.actions) for one in found.obstacles] == [
        (GALLERY.resource_id, (made.actions[0].id,)),
        (GALLERY.scope.resource_id, (made.actions[1].id,)),
    ]


def test_what_is_unknown_is_told_once_for_each_group_and_reason() -> None:
    made = plan(action(IMAGE, Verb.CREATE), action(ONE, Verb.CREATE))
    asked = asked_ahead(made, rights=True, sources=False)
    unread = Found(unknown=dict.fromkeys(asked.needs, "HTTP 403"), unseen={GALLERY.scope: "HTTP 429"})

    found = checks_of(made, asked, unread, rights=True)

    assert not found.obstacles
    assert [(str(one.what), one.why) for one in found.not_checked] == [
        ("permissions", "HTTP 403"),
        ("locks", "HTTP 429"),
    ]


def test_what_was_found_is_in_the_document_and_not_in_the_name_of_a_plan() -> None:
    made = plan(action(GALLERY, Verb.DELETE))
    checked = stopped(made, made.actions[0])

    assert digest_of(checked) == digest_of(made)
    assert plan_document(made)["checks"] is None
    assert saved_document(checked)["checks"]["obstacles"][0]["what"] == "Locked"
